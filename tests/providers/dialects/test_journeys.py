"""Every shipped provider file, and the dialects that need one of one's own, from photos to
captions; and what a lost reply leaves behind in each of them."""

import time
import tomllib
from dataclasses import asdict, replace

import pytest

from batchcap.config import configs_folder, load_provider
from batchcap.records import Dialect, Exit
from batchcap.sandbox import DIALECTS

PHOTOS = ("France/Paris/commercial/seine.jpg",)
OWN = {
    "ogx": {},
    "novita": {"line_method": False, "completion_window": "48h", "metadata": False},
    "cerebras": {},
    "mute": {"metadata": False, "listing": False},
}
SHIPPED = sorted(
    path.stem
    for path in (configs_folder() / "providers").glob("*.toml")
    if path.stem not in ("template", "sandbox")
)
FINDING = [*SHIPPED, "ogx", "novita", "cerebras"]
EVERY = [*FINDING, "mute"]


def at(served, name, faults=None, **options):
    """Serve a dialect to its shipped provider file, or to one of the test's own."""
    if name in SHIPPED:
        return served(name, name, faults, **options)
    return served("own", name, faults, own=OWN[name], **options)


def held(desk):
    """Submit what is left in doubt; gives the hint that a person gets."""
    told = desk.submit()
    assert told.exit_code == Exit.HELD
    (problem,) = told.problems
    assert problem.code == "in_doubt"
    return problem.hint


def on(operation, kind, nth=(1,), **more):
    return {"http": [{"on": operation, "kind": kind, "nth": list(nth), **more}]}


def test_every_shipped_provider_file_has_a_dialect() -> None:
    assert set(SHIPPED) == {"azure", "doubleword", "groq", "inference-net", "openai", "together"}
    assert set(SHIPPED) <= set(DIALECTS)


@pytest.mark.parametrize("name", EVERY)
def test_a_whole_job(served, name) -> None:
    with at(served, name) as desk:
        desk.build()
        assert desk.submit().counts == {"submitted": 1, "adopted": 0, "waiting": 0}
        polled = desk.poll()
        assert (polled.exit_code, polled.counts["completed"]) == (Exit.DONE, 1)
        joined = desk.join()
        assert joined.counts["accepted"] + joined.counts["repaired"] == 3
        assert desk.states() == {"captioned": 3}
        assert len(desk.batches()) == len(desk.uploads()) == 1


@pytest.mark.parametrize("name", FINDING)
def test_a_lost_reply_to_a_create_is_adopted(served, name) -> None:
    with at(served, name, on("create", "drop_after")) as desk:
        desk.build()
        assert desk.submit().counts == {"submitted": 0, "adopted": 1, "waiting": 0}
        assert len(desk.batches()) == 1
        assert desk.finish() == {"captioned": 3}


@pytest.mark.parametrize("name", ["openai", "groq", "together"])
@pytest.mark.parametrize("kind", ["error_after", "broken_body"])
def test_a_reply_that_says_nothing_is_a_lost_one(served, name, kind) -> None:
    with at(served, name, on("create", kind)) as desk:
        desk.build(PHOTOS[0])
        assert desk.submit().counts == {"submitted": 0, "adopted": 1, "waiting": 0}
        assert len(desk.batches()) == 1


@pytest.mark.parametrize("name", FINDING)
def test_a_create_that_never_arrived_is_sent_with_the_same_upload(served, name) -> None:
    with at(served, name, on("create", "drop_before")) as desk:
        desk.build(PHOTOS[0])
        assert desk.submit().counts == {"submitted": 1, "adopted": 0, "waiting": 0}
        assert len(desk.batches()) == len(desk.uploads()) == 1


@pytest.mark.parametrize("name", FINDING)
def test_a_lost_reply_to_an_upload_leaves_one_upload(served, name) -> None:
    with at(served, name, on("upload", "drop_after")) as desk:
        desk.build(PHOTOS[0])
        assert desk.submit().counts == {"submitted": 1, "adopted": 0, "waiting": 0}
        assert len(desk.batches()) == len(desk.uploads()) == 1


@pytest.mark.parametrize("name", ["openai", "azure", "groq", "together", "novita"])
def test_among_the_batches_of_others_only_ours_is_adopted(served, name) -> None:
    with at(served, name) as desk:
        desk.build()
        with desk.open() as workspace:
            (file,) = workspace.ledger.tasks.files("waiting")
            with workspace.ledger.change():
                ours = workspace.ledger.submissions.intend(
                    file, "batchcap-x-0001-1", workspace.now(), 1
                )
            provider, path = workspace.provider, workspace.tasks / file.name
            mine = provider.submit(ours, path, again=False)
            other = workspace.tasks / "other.jsonl"
            other.write_bytes(path.read_bytes() + b"\n")
            theirs = replace(
                ours,
                key="batchcap-y-0001-1",
                file=replace(file, sha256="sha256:" + "0" * 64, bytes=file.bytes + 1),
            )
            provider.submit(theirs, other, again=False)
            assert provider.find(ours, frozenset()) == mine
            assert provider.find(ours, frozenset({mine})) == ""


@pytest.mark.parametrize(("name", "limit"), [("openai", 2500), ("azure", 1500)])
def test_a_full_queue_is_understood_in_the_vendors_words(served, name, limit) -> None:
    with at(served, name, queue_tokens=limit) as desk:
        desk.build()
        desk.submit()
        while not desk.batches()[0].errors:
            time.sleep(0.01)
        assert desk.poll(wait=False).exit_code == Exit.WAITING
        with desk.open() as workspace:
            assert workspace.told_tokens == limit
        # the file was over the limit: it is split, and nothing of it counts as an attempt
        states = desk.states()
        assert set(states) <= {"built", "submitted"}
        assert sum(states.values()) == 3


LISTS_REFUSED = {
    "http": [
        {"on": "create", "kind": "drop_after", "nth": [1]},
        {"on": "batches", "kind": "error", "status": 405, "message": "Method Not Allowed"},
        {"on": "files", "kind": "error", "status": 404, "message": "Not Found"},
    ]
}
CANNOT = [("together", LISTS_REFUSED), ("mute", on("create", "drop_after"))]


@pytest.mark.parametrize(("name", "faults"), CANNOT)
def test_a_doubt_that_no_list_resolves_is_left_to_a_person(served, name, faults) -> None:
    with at(served, name, faults) as desk:
        desk.build()
        first = held(desk)
        assert held(desk) == first
        assert "batchcap submit --adopt BATCH 0001.jsonl" in first
        assert "batchcap submit --resend 0001.jsonl" in first
        assert len(desk.batches()) == 1


@pytest.mark.parametrize(("name", "faults"), CANNOT)
def test_the_person_adopts_it(served, name, faults) -> None:
    with at(served, name, faults) as desk:
        desk.build()
        held(desk)
        (there,) = desk.batches()
        told = desk.submit(adopt=there.id, file="0001.jsonl")
        assert told.counts == {"submitted": 0, "adopted": 1, "waiting": 0}
        assert desk.finish() == {"captioned": 3}
        assert len(desk.batches()) == 1


@pytest.mark.parametrize(("name", "faults"), CANNOT)
def test_the_person_sends_it_again(served, name, faults) -> None:
    with at(served, name, faults) as desk:
        desk.build()
        held(desk)
        told = desk.submit(resend="0001.jsonl")
        assert told.counts == {"submitted": 1, "adopted": 0, "waiting": 0}
        assert desk.finish() == {"captioned": 3}
        assert len(desk.batches()) == 2


@pytest.mark.parametrize("name", EVERY)
def test_the_doctor_says_that_it_answers(served, name) -> None:
    with at(served, name) as desk, desk.open() as workspace:
        assert workspace.provider.check() == f"{desk.url} answers and takes the key."


@pytest.mark.parametrize("name", EVERY)
def test_a_file_of_the_most_that_is_asked_for_is_taken_there(name) -> None:
    spoken = DIALECTS[name]
    if name in SHIPPED:
        dialect = load_provider(name, configs_folder())[0]
        assert dialect.max_bytes <= spoken.most_bytes
        assert dialect.max_requests <= spoken.most_requests


def test_the_template_names_every_key_with_its_default() -> None:
    path = configs_folder() / "providers" / "template.toml"
    told = tomllib.loads(path.read_text(encoding="utf-8"))["dialect"]
    assert told == asdict(Dialect())


@pytest.mark.parametrize("kept", [True, False])
def test_a_server_that_drops_marks_and_hides_uploads_is_not_believed(served, kept) -> None:
    """Its list holds a batch that may be ours: «nothing is there» would be a guess."""
    faults = {
        "http": [
            {"on": "create", "kind": "drop_after", "nth": [1]},
            {"on": "files", "kind": "error", "status": 404},
        ]
    }
    own = {"metadata": True, "completion_window": "24h" if kept else "48h", "line_method": kept}
    with served("own", "openai" if kept else "novita", faults, own=own) as desk:
        desk.build()
        if kept:
            assert desk.submit().counts["adopted"] == 1
        else:
            assert held(desk) == held(desk)
        assert len(desk.batches()) == 1
