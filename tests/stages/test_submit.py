"""Never pay twice: whatever happens on the way, a task file becomes one batch."""

import json
import time

import pytest

from batchcap.batches.cost import estimate
from batchcap.stages.poll import Patience, poll
from batchcap.stages.submit import send_next, submit

PHOTO = "France/Paris/commercial/b.jpg"
PHOTOS = [f"France/Paris/commercial/{number}.jpg" for number in range(4)]
PROVIDER = """
summary = "A server of which little is known."
[settings.provider]
api_key_env = ""
[settings.poll]
interval = 0.02
[dialect]
settle_seconds = 0.0
metadata = {metadata}
listing = {listing}
"""
LOST = ("drop_before", "drop_after", "error", "error_after", "broken_body")


def lost(kind: str, on: str, nth: tuple[int, ...] = (1,), **more: object) -> dict:
    return {"http": [{"kind": kind, "on": on, "nth": list(nth), **more}]}


def built(desk, *photos: str):
    desk.paint(*(photos or (PHOTO,)))
    desk.done("build")
    return desk


def speaks(desk, *, metadata: bool, listing: bool) -> None:
    """Let the provider be one that keeps no marks or has no lists."""
    words = {"metadata": str(metadata).lower(), "listing": str(listing).lower()}
    (desk.root / "plain.toml").write_text(PROVIDER.format(**words), encoding="utf-8")
    desk.settings["provider.name"] = "./plain.toml"


@pytest.mark.parametrize("on", ["create", "upload"])
@pytest.mark.parametrize("kind", LOST)
def test_a_lost_reply_makes_no_second_batch(served, kind, on) -> None:
    with served(lost(kind, on)) as desk:
        built(desk)
        told = desk.done("submit")
        assert told.counts["submitted"] + told.counts["adopted"] == 1
        assert told.counts["adopted"] == int(
            on == "create" and kind in ("drop_after", "error_after", "broken_body")
        )
        assert len(desk.batches()) == 1
        assert desk.done("run", "--wait").counts["written"] == 1
        assert len(desk.batches()) == 1


@pytest.mark.parametrize("kind", ["drop_after", "error_after"])
def test_a_reply_lost_as_the_server_goes_away_is_resolved_by_the_next_command(served, kind) -> None:
    faults = lost(kind, "create")
    away = list(range(2, 20))  # the first list is asked for before anything is sent
    faults["http"].append({"kind": "error", "on": "batches", "status": 404, "nth": away})
    with served(faults) as desk:
        built(desk)
        told = desk.run("submit")
        assert told.code in (1, 4)
        assert desk.states() == {"submitted": 1}
        assert "in_doubt" in desk.done("status").codes
        assert desk.done("status").json["next"] == "batchcap submit"
    with served() as desk:
        assert desk.done("submit").counts == {"submitted": 0, "adopted": 1, "waiting": 0}
        assert len(desk.batches()) == 1


def test_an_upload_that_stands_there_is_used(served) -> None:
    with served(lost("drop_before", "create")) as desk:
        built(desk)
        desk.done("submit")
        (batch,) = desk.batches()
        with desk.open() as opened:
            files = list(opened.provider._client.files.list(purpose="batch"))
        assert [each.id for each in files] == [batch["input_file_id"]]


@pytest.mark.parametrize(("metadata", "listing"), [(False, True), (True, True)])
def test_one_of_two_marks_is_enough_to_find_a_batch(served, metadata, listing) -> None:
    with served(lost("drop_after", "create")) as desk:
        speaks(desk, metadata=metadata, listing=listing)
        built(desk)
        assert desk.done("submit").counts["adopted"] == 1
        assert len(desk.batches()) == 1


def in_doubt(served):
    """A batch that was made, at a provider that cannot be asked."""
    return served(lost("drop_after", "create"))


def test_where_the_provider_cannot_tell_a_person_adopts(served) -> None:
    with in_doubt(served) as desk:
        speaks(desk, metadata=False, listing=False)
        built(desk)
        told = desk.run("submit")
        assert told.code == 4
        assert told.codes == ["in_doubt"]
        assert "--adopt" in told.problem["hint"]
        assert "--resend" in told.problem["hint"]
        assert desk.run("submit").code == 4
        (batch,) = desk.batches()
        assert desk.run("submit", "--adopt", "batch_none").code == 2
        assert desk.done("submit", "--adopt", batch["id"]).counts["adopted"] == 1
        assert desk.done("run", "--wait").counts["written"] == 1
        assert len(desk.batches()) == 1


def test_where_the_provider_cannot_tell_a_person_sends_again(served) -> None:
    with served(lost("drop_before", "create")) as desk:
        speaks(desk, metadata=False, listing=False)
        built(desk)
        assert desk.run("submit").code == 4
        assert desk.batches() == []
        assert desk.done("submit", "--resend", "0001.jsonl").counts["submitted"] == 1
        assert desk.done("run", "--wait").counts["written"] == 1
        assert len(desk.batches()) == 1


@pytest.mark.parametrize(
    ("on", "kind"),
    [
        ("retrieve", "drop_before"),
        ("retrieve", "error"),
        ("content", "drop_after"),
        ("content", "cut"),
        ("content", "slow"),
    ],
)
def test_a_blip_while_polling_is_no_state(served, kind, on) -> None:
    more = {"bytes": 40} if kind == "cut" else {"seconds": 0.01} if kind == "slow" else {}
    with served(lost(kind, on, (1,), **more)) as desk:
        built(desk)
        assert desk.done("run", "--wait").counts["written"] == 1
        (output,) = (desk.state / "replies").glob("*.output.jsonl")
        assert json.loads(output.read_text(encoding="utf-8"))["custom_id"]
        assert not list((desk.state / "replies").glob("*.part"))


def test_an_unreachable_moment_is_told_by_one_look_and_waited_out_by_many(served) -> None:
    with served({"http": [{"kind": "error", "on": "retrieve", "nth": [1, 2, 3]}]}) as desk:
        built(desk)
        desk.done("submit")
        polled = desk.run("poll")
        assert (polled.code, polled.codes) == (1, ["unreachable"])
        assert desk.states() == {"submitted": 1}
        assert desk.done("poll", "--wait").counts["completed"] == 1


@pytest.mark.parametrize("status", [400, 404, 413, 422])
def test_a_clear_no_is_told_and_the_file_waits(served, status) -> None:
    refusal = {"kind": "error", "on": "create", "nth": [1], "status": status, "message": "No."}
    with served({"http": [refusal]}) as desk:
        built(desk)
        told = desk.run("submit")
        assert (told.code, told.codes) == (1, ["provider"])
        assert "No." in told.problem["message"]
        assert desk.states() == {"built": 1}
        assert desk.batches() == []
        assert desk.done("submit").counts["submitted"] == 1


def test_no_balance_is_told_with_what_to_do(served) -> None:
    broke = {"kind": "error", "on": "upload", "status": 429, "code": "insufficient_quota"}
    with served({"http": [broke]}) as desk:
        built(desk)
        told = desk.run("submit")
        assert (told.code, told.codes) == (1, ["provider"])
        assert "balance" in told.problem["hint"]
        assert desk.states() == {"built": 1}


class Clock:
    """A clock that goes on only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1_790_000_000.0
        self.slept = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept += seconds
        time.sleep(0.002)


def test_a_full_queue_is_no_attempt_and_is_waited_for(served) -> None:
    with served(queue_tokens=2_000, running=0.2, pace=1.0, validating=0.0) as desk:
        desk.settings |= {"limits.max_requests": "1", "poll.interval": "20.0"}
        built(desk, *PHOTOS)
        clock = Clock()
        with desk.open(clock=clock, sleep=clock.sleep) as opened:
            submit(opened)
            told = poll(opened, Patience(wait=True), send_next)
            assert (told.exit_code, told.counts["completed"]) == (0, 4)
            assert 0 < opened.told_tokens <= 2_000
        assert clock.slept >= 60
        assert desk.done("join").counts["accepted"] == 4
        for photo in PHOTOS:
            assert [each["result"] for each in desk.about(photo)["history"]] == ["accepted"]


def test_only_as_much_is_sent_as_the_queue_has_room_for(desk) -> None:
    desk.settings |= {"limits.max_requests": "1"}
    built(desk, *PHOTOS)
    with desk.open() as opened:
        tokens = opened.ledger.tasks.files("waiting")[0].input_tokens
    desk.settings["limits.queue_tokens"] = str(tokens * 2 + tokens // 2)
    told = desk.run("submit")
    assert (told.code, told.counts["submitted"], told.counts["waiting"]) == (3, 2, 2)
    polled = desk.done("poll", "--wait")
    assert polled.counts["completed"] == 4
    assert len(desk.batches()) == 4


def test_the_budget_holds_what_would_go_beyond_it(desk) -> None:
    desk.settings |= {"limits.max_requests": "1"}
    built(desk, *PHOTOS)
    with desk.open() as opened:
        file = opened.ledger.tasks.files("waiting")[0]
        cost = estimate(opened.model, file.input_tokens, file.output_tokens)
    desk.settings["limits.budget_usd"] = f"{cost * 2.5:.9f}"
    told = desk.run("submit")
    assert (told.code, told.counts["submitted"], told.counts["waiting"]) == (4, 2, 2)
    assert told.codes == ["budget"]
    assert "limits.budget_usd" in told.problem["hint"]
    polled = desk.run("poll", "--wait")
    assert polled.code == 4
    assert len(desk.batches()) == 2
    desk.settings["limits.budget_usd"] = "0.0"
    assert desk.done("run", "--wait").counts["written"] == 4


def test_a_timeout_ends_the_wait_and_a_later_one_goes_on(served) -> None:
    with served(running=0.6, pace=1.0) as desk:
        built(desk)
        desk.done("submit")
        told = desk.run("poll", "--timeout", "0.1", "--wait")
        assert (told.code, told.json["status"], told.counts["in_progress"]) == (3, "waiting", 1)
        assert told.json["next"] == "batchcap poll --wait"
        assert desk.done("poll", "--wait").counts["completed"] == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("0001.jsonl",), "stands alone"),
        (("--resend", "0001", "0001.jsonl"), "stands alone"),
        (("--adopt", "batch_x", "--resend", "0001.jsonl"), "two different things"),
    ],
)
def test_words_that_do_not_go_together_send_nothing(served, words, said) -> None:
    with served() as desk:
        built(desk)
        told = desk.run("submit", *words)
        assert (told.code, told.codes) == (2, ["usage"])
        assert said in told.problem["message"]
        assert desk.batches() == []


def test_a_batch_of_another_file_is_not_adopted(served) -> None:
    with served(lost("drop_after", "create", (2,))) as desk:
        desk.settings["limits.max_requests"] = "2"
        desk.paint(*PHOTOS)
        desk.done("build", "--limit", "2")
        desk.done("submit")
        (other,) = desk.batches()
        # The ledger forgets it and its own name, so that it belongs to nobody here.
        for path in desk.state.glob("ledger.sqlite*"):
            path.unlink()
        (desk.state / "workspace-id").write_text("0" * 32, encoding="ascii")
        desk.done("build")
        speaks(desk, metadata=True, listing=False)
        told = desk.run("submit")
        assert (told.code, told.codes) == (4, ["in_doubt"])
        assert told.json["next"] == "batchcap status"
        wrong = desk.run("submit", "--adopt", other["id"])
        assert (wrong.code, wrong.codes) == (2, ["usage"])
        assert "was made of another file" in wrong.problem["message"]
        right = next(each for each in desk.batches() if each["id"] != other["id"])
        assert desk.run("submit", "--adopt", right["id"]).counts["adopted"] == 1


def test_a_learned_limit_is_shown_and_a_cancel_tells_what_is_left(served) -> None:
    held = {"nth": [1], "hold": {"in_progress": 60.0}}
    full = {"nth": [2], "end": "failed", "code": "token_limit_exceeded"}
    words = "Enqueued token limit reached for gpt-6-luna. Limit: 90,000 enqueued tokens."
    with served({"batch": [held, {**full, "message": words}]}) as desk:
        desk.settings["limits.max_requests"] = "2"
        desk.paint(*PHOTOS)
        desk.done("build")
        assert desk.done("submit").counts["submitted"] == 2
        while desk.run("poll").json["data"]["waiting"] != 1:
            time.sleep(0.01)
        queue = desk.done("status").json["data"]["queue"]
        assert queue["tokens"] == 90_000
        assert queue["files_waiting"] == 1
        _, shown, _ = desk.say("status")
        assert "1 task file waits; the queue holds 90,000 tokens at once" in shown
        cancelled = desk.run("cancel")
        assert (cancelled.code, cancelled.codes) == (3, ["unsent"])
        polled = desk.run("poll", "--set", "limits.budget_usd=0.000001")
        assert len(desk.batches()) == 2
        assert polled.code in (3, 4)
