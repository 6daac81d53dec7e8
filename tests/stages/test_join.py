"""What comes back, good and bad: one outcome for each task, and what follows from it."""

import base64
import io
import json

import pytest
from PIL import Image

PHOTO = "France/Paris/commercial/b.jpg"
OTHER = "Italy/Rome/editorial/a.jpg"
RESULTS = ("accepted", "repaired", "held", "retry", "refused", "failed", "missing")
GOOD = {
    "title": "Green bank below a calm evening sky",
    "description": "A calm river bank in Paris, France, with soft evening light on the water.",
    "keywords": ["Paris", "France", "river", "evening", "water", "bank", "calm", "green", "sky"],
    "release": "commercial",
    "release_reason": "No people are in the picture.",
}


def answer(**other: object) -> dict[str, dict[str, str]]:
    return {"answers": {"*": json.dumps(GOOD | other)}}


def picture_size(body) -> tuple[int, int]:
    """Width and height in pixels of the picture that a request shows."""
    (part,) = (each for each in body["messages"][-1]["content"] if each["type"] == "image_url")
    data = base64.b64decode(part["image_url"]["url"].partition(",")[2])
    with Image.open(io.BytesIO(data)) as image:
        return image.size


def taken(told) -> int:
    """How many answers became captions, as they came or repaired."""
    return told.counts["accepted"] + told.counts["repaired"]


def row(kind: str, **more: object) -> dict[str, list[dict[str, object]]]:
    return {"row": [{"kind": kind, **more}]}


def joined(desk):
    """Build, send, fetch and join what is due; every first count is checked to sum."""
    built = desk.run("build").counts["requests"]
    desk.done("submit")
    desk.done("poll", "--wait")
    told = desk.run("join")
    assert sum(told.counts[name] for name in RESULTS) == built
    return told


AGAIN = (
    ("http_error", {"status": 429}, "rate_limit_exceeded"),
    ("http_error", {"status": 500}, "server_error"),
    ("http_error", {"status": 503}, "server_error"),
    ("status_zero", {}, "status_0"),
    ("no_response", {}, ""),
    ("expired", {}, "batch_expired"),
    ("timeout", {}, "request_timeout"),
    ("lost", {}, "server_error"),
    ("missing", {}, "missing"),
    ("empty", {}, "empty_answer"),
    ("truncated", {}, "truncated"),
    ("error_in_output", {}, "server_error"),
    ("broken_line", {}, "unreadable_line"),
)
DIFFERENT = (
    ("http_error", {"status": 400, "code": "image_parse_error"}, "image_parse_error"),
    ("bad_json", {}, ""),
)
NEVER = (
    ("refusal", {}, "refused", "refusal"),
    ("content_filter", {}, "refused", "content_filter"),
    ("http_error", {"status": 400, "code": "invalid_image"}, "failed", "invalid_image"),
    ("http_error", {"status": 401}, "failed", "invalid_api_key"),
)
UNDERSTOOD = (("body_string", {}), ("duplicate", {}), ("stranger", {}), ("chatter", {}))


@pytest.mark.parametrize(("kind", "more", "code"), AGAIN + DIFFERENT)
def test_what_may_come_right_is_asked_again(served, kind, more, code) -> None:
    with served(row(kind, batches=[1], **more)) as desk:
        desk.paint(PHOTO)
        told = joined(desk)
        assert told.counts["missing" if kind == "missing" else "retry"] == 1
        assert told.json["next"] == "batchcap build"
        assert desk.states() == {"retry": 1}
        (step,) = desk.about(PHOTO)["history"]
        assert step["result"] == "retry"
        assert code in step["code"]
        assert step["message"]
        assert taken(joined(desk)) == 1
        assert desk.states() == {"captioned": 1}
        first, second = desk.about(PHOTO)["history"]
        assert first["result"] == "retry"
        assert second["result"] in ("accepted", "repaired")
        assert len({task["custom_id"] for task in desk.tasks()}) == 2


@pytest.mark.parametrize("kind", ["status_zero", "expired", "missing", "truncated", "bad_json"])
def test_after_the_last_attempt_it_is_given_up(served, kind) -> None:
    with served(row(kind)) as desk:
        desk.settings["limits.attempts"] = "2"
        desk.paint(PHOTO)
        joined(desk)
        told = joined(desk)
        assert told.code == 1
        assert told.counts["missing" if kind == "missing" else "failed"] == 1
        assert told.problem["photo"] == PHOTO
        assert desk.states() == {"failed": 1}
        assert desk.done("build").counts["requests"] == 0
        assert desk.about(PHOTO)["reason"] == told.problem["message"]


def test_the_same_question_after_a_lost_answer_another_one_after_a_bad_one(served) -> None:
    faults = {
        "row": [
            {"kind": "http_error", "status": 429, "batches": [1]},
            {"kind": "bad_json", "batches": [2]},
        ]
    }
    with served(faults) as desk:
        desk.paint(PHOTO)
        for _ in range(3):
            joined(desk)
        first, second, third = (task["body"] for task in desk.tasks())
        assert first == second
        assert first != third
        assert first["messages"][0] == third["messages"][0]


def test_a_picture_that_is_too_large_is_sent_smaller(served) -> None:
    too_large = {"kind": "http_error", "status": 400, "code": "image_too_large"}
    with served({"row": [too_large | {"batches": [1, 2]}]}) as desk:
        desk.paint(PHOTO, size=(2000, 1500))
        for _ in range(3):
            joined(desk)
        assert desk.states() == {"captioned": 1}
        sizes = [picture_size(task["body"]) for task in desk.tasks()]
        assert sizes == [(1024, 768), (512, 384), (256, 192)]


@pytest.mark.parametrize(("kind", "more", "state", "code"), NEVER)
def test_what_never_comes_right_is_not_asked_again(served, kind, more, state, code) -> None:
    with served(row(kind, **more)) as desk:
        desk.paint(PHOTO)
        told = joined(desk)
        assert (told.code, told.counts[state]) == (1, 1)
        assert desk.states() == {state: 1}
        assert [each["code"] for each in desk.about(PHOTO)["history"]] == [code]
        assert told.problem["photo"] == PHOTO
        assert desk.done("build").counts["requests"] == 0
        assert desk.done("write").counts["written"] == 0


@pytest.mark.parametrize(("kind", "more"), UNDERSTOOD)
def test_what_is_odd_but_understood_is_accepted(served, kind, more) -> None:
    with served(row(kind, **more)) as desk:
        desk.paint(PHOTO)
        told = joined(desk)
        assert told.code == 0
        assert taken(told) == 1
        assert told.counts["duplicate"] == int(kind == "duplicate")
        assert told.counts["stranger"] == int(kind == "stranger")
        assert (told.codes == ["stranger"]) == (kind == "stranger")


def test_a_second_different_answer_is_told_and_not_used(served) -> None:
    second = json.dumps(GOOD | {"title": "Another one altogether"})
    with served(answer() | row("duplicate", text=second)) as desk:
        desk.paint(PHOTO)
        told = joined(desk)
        assert (taken(told), told.counts["duplicate"]) == (1, 1)
        assert told.problem["code"] == "duplicate"
        assert desk.about(PHOTO)["caption"]["title"] == GOOD["title"]


def test_one_bad_row_does_not_touch_the_others(served) -> None:
    with served(row("broken_line", every=2)) as desk:
        desk.paint(PHOTO, OTHER, "Spain/Madrid/commercial/c.jpg")
        told = joined(desk)
        assert (taken(told), told.counts["retry"]) == (2, 1)
        assert desk.states() == {"captioned": 2, "retry": 1}


HELD = (
    ({"description": "Paris, France."}, "too_short"),
    ({"title": "Bank", "keywords": ["Paris", "France"]}, "too_few_keywords"),
    ({"title": "Green bank below a calm sky " * 9}, "too_long"),
)
REPAIRED = {
    "doubled keywords": {"keywords": [*GOOD["keywords"], "River", "river"]},
    "too many keywords": {"keywords": ["Paris", "France", *(f"{n}word" for n in range(60))]},
    "too long": {
        "title": "Green bank below an evening sky with soft light over still water and reeds"
    },
    "no place": {"description": "A calm river bank with soft evening light on the water."},
    "no place words": {"keywords": [*GOOD["keywords"][2:], "green", "still"]},
    "chatter": {"description": f"Certainly! Here is the description: {GOOD['description']}"},
}


@pytest.mark.parametrize(("other", "rule"), HELD)
def test_what_a_rule_sends_back_is_held_after_the_last_attempt(served, other, rule) -> None:
    with served(answer(**other)) as desk:
        desk.settings["limits.attempts"] = "2"
        desk.paint(PHOTO)
        assert joined(desk).counts["retry"] == 1
        assert desk.done("write").counts["written"] == 0
        told = joined(desk)
        assert (told.code, told.counts["held"]) == (4, 1)
        assert desk.states() == {"held": 1}
        about = desk.about(PHOTO)
        assert rule in [each["rule"] for each in about["findings"]]
        assert about["reason"] == told.problem["message"] != ""
        assert desk.done("write").counts["written"] == 0
        assert desk.done("build").counts["requests"] == 0
        assert desk.done("build", "--regenerate").counts["requests"] == 1


@pytest.mark.parametrize("other", REPAIRED.values(), ids=REPAIRED)
def test_what_is_safe_is_repaired(served, other) -> None:
    with served(answer(**other)) as desk:
        desk.paint(PHOTO)
        told = joined(desk)
        assert (told.code, told.counts["repaired"]) == (0, 1)
        caption = desk.about(PHOTO)["caption"]
        assert len(caption["title"]) <= 70
        assert "Paris" in caption["description"]
        assert "Certainly" not in caption["description"]
        words = [each.casefold() for each in caption["keywords"]]
        assert len(words) == len(set(words)) <= 50
        assert {"paris", "france"} <= set(words)
        assert desk.done("write").counts["written"] == 1


@pytest.mark.parametrize(
    "text", ["No.", "{", "[]", '{"title": 1}', "null", '{"title": "x"', " ", "\N{BYTE ORDER MARK}"]
)
def test_an_answer_that_is_none_is_asked_again_and_then_given_up(served, text) -> None:
    with served({"answers": {"*": text}}) as desk:
        desk.settings["limits.attempts"] = "2"
        desk.paint(PHOTO)
        assert joined(desk).counts["retry"] == 1
        assert joined(desk).counts["failed"] == 1


@pytest.mark.parametrize("form", ["{}", "```json\n{}\n```", "Certainly! Here you are:\n{}\nBye."])
def test_the_answer_is_found_in_what_stands_around_it(served, form) -> None:
    with served({"answers": {"*": form.replace("{}", json.dumps(GOOD))}}) as desk:
        desk.paint(PHOTO)
        assert taken(joined(desk)) == 1


def test_a_refusal_in_words_is_a_refusal(served) -> None:
    with served({"answers": {"*": "I'm sorry, I can't help with that."}}) as desk:
        desk.paint(PHOTO)
        assert joined(desk).counts["refused"] == 1


def test_a_reply_file_that_is_gone_is_named_and_can_be_put_back(desk) -> None:
    desk.paint(PHOTO)
    desk.fetched()
    (path,) = (desk.state / "replies").glob("*.output.jsonl")
    content = path.read_bytes()
    path.unlink()
    told = desk.run("join")
    assert (told.code, told.codes) == (5, ["books"])
    assert path.name in told.problem["message"]
    assert "batchcap join" in told.problem["hint"]
    assert desk.states() == {"submitted": 1}
    path.write_bytes(content)
    assert taken(desk.done("join")) == 1


def test_a_preset_that_changed_meanwhile_does_not_judge_what_was_asked_before(desk) -> None:
    desk.paint(PHOTO)
    desk.fetched()
    desk.settings["preset"] = "alt-text"
    assert taken(desk.done("join")) == 1
    assert "alt_text" not in desk.about(PHOTO)["caption"]
    assert desk.done("write").counts["written"] == 1
