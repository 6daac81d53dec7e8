"""The whole job where nothing goes wrong: every command in its order, each sum checked."""

import pytest

PHOTOS = (
    "Italy/Rome/editorial/forum at dusk.jpg",
    "France/Paris/commercial/seine.jpg",
    "Spain/Madrid/commercial/retiro.JPG",
)
FIRST_SEVEN = ("accepted", "repaired", "held", "retry", "refused", "failed", "missing")
JOINED = (*FIRST_SEVEN, "duplicate", "stranger")
ESTIMATED = {"photos", "requests", "task_files", "input_tokens", "output_tokens", "cost_usd"}
BUILT = {"photos", "requests", "task_files", "bytes", "input_tokens", "skipped", "unreadable"}
SUBMITTED = {"submitted", "adopted", "waiting"}
POLLED = {
    *("in_progress", "completed", "failed", "expired", "cancelled"),
    *("requests_done", "requests_total"),
}
WRITTEN = {"written", "unchanged", "held", "failed"}
UNDONE = {"restored", "changed_since", "failed"}
PRESETS = ("stock", "article", "alt-text", "concise", "detailed", "seo", "accessibility")


def zero_but(counts: dict, **some: int) -> bool:
    return {name: value for name, value in counts.items() if value} == some


def captioned(desk) -> None:
    """From an empty workspace to captions, each command held to its promised counts."""
    estimated = desk.done("estimate")
    assert set(estimated.counts) >= ESTIMATED
    assert estimated.json["next"] == "batchcap build"
    assert not (desk.state / "tasks").exists()

    built = desk.done("build")
    assert set(built.counts) >= BUILT
    assert built.counts["photos"] == built.counts["requests"] == len(PHOTOS)
    assert (built.counts["skipped"], built.counts["unreadable"]) == (0, 0)
    for name in ("requests", "task_files", "bytes", "input_tokens"):
        assert built.counts[name] == estimated.counts[name]
    written = sum(path.stat().st_size for path in (desk.state / "tasks").glob("*.jsonl"))
    assert written == built.counts["bytes"]
    assert built.json["next"] == "batchcap submit"
    assert desk.states() == {"built": 3}

    submitted = desk.done("submit")
    assert set(submitted.counts) >= SUBMITTED
    assert zero_but(submitted.counts, submitted=1)
    assert desk.states() == {"submitted": 3}

    polled = desk.done("poll", "--wait")
    assert set(polled.counts) >= POLLED
    assert zero_but(polled.counts, completed=1, requests_done=3, requests_total=3)
    assert polled.json["next"] == "batchcap join"

    joined = desk.done("join")
    assert list(joined.counts) == list(JOINED)
    assert sum(joined.counts[name] for name in FIRST_SEVEN) == built.counts["requests"]
    assert joined.json["next"] == "batchcap write"
    assert desk.states() == {"captioned": 3}


def test_from_an_archive_to_keyworded_photos_and_back(desk) -> None:
    desk.paint(*PHOTOS)
    original, seen = desk.bytes(), desk.pixels()
    captioned(desk)

    shown = desk.done("write", "--dry-run")
    assert zero_but(shown.counts, written=3)
    assert {each["photo"] for each in shown.json["data"]["changes"]} == set(PHOTOS)
    assert all(
        list(c) == ["tag", "old", "new"] for c in shown.json["data"]["changes"][0]["changes"]
    )
    assert desk.bytes() == original

    wrote = desk.done("write")
    assert set(wrote.counts) == WRITTEN
    assert zero_but(wrote.counts, written=3)
    after, times = desk.bytes(), desk.times()
    assert all(after[name] != original[name] for name in PHOTOS)
    assert desk.pixels() == seen

    assert zero_but(desk.done("write").counts, unchanged=3)
    assert zero_but(desk.done("write", "Italy").counts, unchanged=1)
    assert (desk.bytes(), desk.times()) == (after, times)

    status = desk.done("status")
    assert status.counts["photos"] == 3
    assert sum(status.counts.values()) == 2 * status.counts["photos"]
    assert [each["state"] for each in status.json["data"]["batches"]] == ["joined"]
    assert status.json["data"]["money"][0]["input_tokens"] > 0
    verified = desk.done("verify")
    assert verified.counts["wrong"] == 0 < verified.counts["checked"]

    undone = desk.done("undo")
    assert set(undone.counts) == UNDONE
    assert zero_but(undone.counts, restored=3)
    assert desk.bytes() == original
    assert desk.states() == {"captioned": 3}
    assert zero_but(desk.done("write").counts, written=3)
    assert desk.pixels() == seen


def test_every_stage_may_be_run_again_at_any_time(desk) -> None:
    desk.paint(*PHOTOS)
    for _ in range(2):
        assert desk.done("build").counts["photos"] == 3
        desk.done("build")
        desk.done("submit")
        desk.done("submit")
        desk.done("poll", "--wait")
        desk.done("poll")
        desk.done("join")
        desk.done("join")
        desk.done("write")
    assert len(desk.batches()) == 1
    assert len(desk.tasks()) == 3
    assert desk.states() == {"written": 3}


def test_the_same_in_one_command(desk) -> None:
    desk.paint(*PHOTOS)
    original, seen = desk.bytes(), desk.pixels()
    ran = desk.done("run", "--wait")
    assert ran.json["data"]["stages"] == ["build", "submit", "poll", "join", "write"]
    for name, value in (("photos", 3), ("requests", 3), ("accepted", 3), ("written", 3)):
        assert ran.counts[name] == value
    after, times = desk.bytes(), desk.times()
    again = desk.done("run", "--wait")
    assert again.json["data"]["stages"] == ["build"]
    assert again.counts["skipped"] == again.counts["photos"] == 3
    assert (desk.bytes(), desk.times()) == (after, times)
    assert desk.pixels() == seen
    desk.done("undo")
    assert desk.bytes() == original


def test_run_without_wait_stops_where_time_is_needed(served) -> None:
    with served(validating=0.5, pace=1.0) as desk:
        desk.paint(*PHOTOS)
        ran = desk.run("run")
        assert ran.code == 3
        assert ran.json["next"] == "batchcap run --wait"
        assert desk.states() == {"submitted": 3}
        assert desk.done("run", "--wait").counts["written"] == 3
        assert len(desk.batches()) == 1


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_goes_all_the_way(desk, preset) -> None:
    desk.settings["preset"] = preset
    desk.paint(*PHOTOS[:2])
    original, seen = desk.bytes(), desk.pixels()
    ran = desk.done("run", "--wait")
    assert ran.counts["written"] == 2
    assert ran.counts["accepted"] + ran.counts.get("repaired", 0) == 2
    assert desk.states() == {"written": 2}
    assert desk.pixels() == seen
    assert len(desk.batches()) == 1
    desk.done("undo")
    assert desk.bytes() == original


def test_the_embedded_sandbox_keeps_what_was_sent_between_commands(bare) -> None:
    bare.paint(*PHOTOS[:1])
    bare.fetched()
    assert bare.done("join").counts["accepted"] == 1
    assert (bare.state / "sandbox").is_dir()


def test_the_workspace_and_its_photos_may_move(served) -> None:
    with served() as desk:
        desk.paint(*PHOTOS)
        desk.fetched()
    desk.root = desk.root.rename(desk.root.with_name("elsewhere"))
    with served() as desk:
        assert desk.done("join").counts["accepted"] == 3
        assert desk.done("write").counts["written"] == 3
        assert desk.done("verify").counts["wrong"] == 0
