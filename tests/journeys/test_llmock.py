"""A server that nobody here wrote: llmock, over its own socket.

What it is like: it lists batches and keeps their metadata, lists no files (405), works a batch
three seconds after its creation, answers plain sentences whatever was asked, and keeps everything
in the memory of its process.
"""

import shutil
from pathlib import Path

import httpx
import pytest

PROVIDER = """
summary = "llmock, a mock server of the OpenAI interface."
[settings.provider]
model = "gpt-4o"
base_url = "{url}"
api_key_env = ""
[settings.poll]
interval = 0.2
[dialect]
settle_seconds = 0.0
"""
PLAIN = """
summary = "Whatever a server says, as a description."
form = "plain"
style = "any"
prompt = "article.md"
max_output_tokens = 500
checks = ["markup"]
[fields.description]
kind = "text"
ask = "Anything"
[fields.keywords]
kind = "list"
ask = "Anything"
[tags]
description = ["XMP-dc:Description", "IPTC:Caption-Abstract"]
keywords = ["XMP-dc:Subject", "IPTC:Keywords"]
"""


@pytest.fixture
def mocked(bare, llmock_url: str):
    """The desk with a provider file of its own that leads to llmock."""
    toml = bare.root / "llmock.toml"
    toml.write_text(PROVIDER.format(url=f"{llmock_url}/v1"), encoding="utf-8")
    (bare.root / "plain.toml").write_text(PLAIN, encoding="utf-8")
    bare.settings["provider.name"] = "./llmock.toml"
    return bare


def test_answers_that_are_no_captions_end_in_order(mocked) -> None:
    mocked.settings["limits.attempts"] = "1"
    mocked.paint("Italy/Rome/editorial/a.jpg", "France/Paris/commercial/b.jpg")
    original = mocked.bytes()
    mocked.fetched()

    joined = mocked.run("join")

    assert joined.code == 1
    assert joined.counts["failed"] == sum(joined.counts.values()) == 2
    assert mocked.states() == {"failed": 2}
    about = mocked.about("France/Paris/commercial/b.jpg")
    assert "JSON" in about["reason"]
    assert [each["code"] for each in about["history"]] == ["bad_json"]
    assert mocked.done("write").counts["written"] == 0
    assert mocked.bytes() == original
    assert mocked.done("verify").counts["wrong"] == 0


def test_what_may_come_right_is_asked_again_up_to_the_attempts(mocked) -> None:
    mocked.settings |= {"limits.attempts": "2", "preset": "article"}
    mocked.paint("France/Paris/commercial/b.jpg")

    ran = mocked.run("run", "--wait")

    assert ran.code == 4
    assert (ran.counts["retry"], ran.counts["held"]) == (1, 1)
    assert mocked.states() == {"held": 1}
    history = mocked.about("France/Paris/commercial/b.jpg")["history"]
    assert [each["result"] for each in history] == ["retry", "held"]


def test_the_photos_go_through_every_stage(mocked, real_photos: Path | None) -> None:
    mocked.settings["preset"] = "plain.toml"
    for path in sorted(real_photos.rglob("*.jpg")) if real_photos else ():
        copy = mocked.photos / path.relative_to(real_photos)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    mocked.paint("France/Paris/commercial/b.jpg", "Spain/Madrid/commercial/c.jpg")
    original, seen = mocked.bytes(), mocked.pixels()

    ran = mocked.run("run", "--wait")

    assert ran.counts["accepted"] + ran.counts.get("repaired", 0) == len(original)
    states = mocked.states()
    assert set(states) <= {"written", "held"}
    assert states["written"] >= 2
    assert mocked.pixels() == seen
    assert mocked.done("write", "France/Paris/commercial/b.jpg").counts["unchanged"] == 1
    mocked.done("undo")
    assert mocked.bytes() == original


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_create_that_fails_is_looked_for_and_sent_once(mocked, llmock_url, status) -> None:
    fail = {"type": "fail", "status": status, "match": {"path": "/v1/batches"}}
    asked = httpx.post(f"{llmock_url}/_llmock/scenario", json={"behaviors": [fail]})
    assert asked.status_code == 201
    mocked.paint("France/Paris/commercial/b.jpg")
    mocked.done("build")

    mocked.done("submit")

    with mocked.open() as opened:
        (sent,) = opened.ledger.submissions.open()
        assert opened.provider.find(sent.submission, ()) == sent.submission.remote_id
        view = opened.provider.view(sent.submission.remote_id)
    assert view.metadata["batchcap_key"] == sent.submission.key
