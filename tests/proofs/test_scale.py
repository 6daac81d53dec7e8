"""Memory does not grow with the number of rows.

Each stage runs in a process of its own on a small archive and on one four times as large; what a
task file may hold is the same. A row is about 8 kB in a task file, and 8 kB in a reply, most of it
blanks: a stage that kept its rows would need 12 MB more for them. The peaks are allowed to differ
by 5 MB; the allocator and SQLite's cache were seen to make a difference of 2. No time is measured.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SMALL, FACTOR = 500, 4
STAGES = ("build", "submit", "poll", "join", "verify")
ALLOWED = 5_000_000
BLANKS = 6_000
CHILD = Path(__file__).with_name("scale_child.py")
TOML = """
preset = "stock"
[photos]
root = "photo"
layout = ""
[provider]
name = "sandbox"
[limits]
max_requests = 250
[work]
processes = 1
"""


def archive(making: Any, photos: int) -> Any:
    """Lay out an archive of copies: the same picture under many names, in folders."""
    bench = making()
    (bench.root / "batchcap.toml").write_text(TOML, encoding="utf-8")
    picture = bench.paint("0/0.jpg").read_bytes()
    for number in range(1, photos):
        path = bench.root / "photo" / str(number // 1000) / f"{number}.jpg"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(picture)
    return bench


def stage(bench: Any, environment: dict[str, str], name: str) -> dict[str, Any]:
    command = [sys.executable, str(CHILD), str(bench.root), bench.url, name]
    ended = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=240, check=True
    )
    return dict(json.loads(ended.stdout))


@pytest.fixture(scope="module")
def answer(making: Any) -> str:
    """What the sandbox says to one photo, with blanks that a client drops."""
    bench = archive(making, 1)
    with bench.serving():
        bench.joined()
    (path,) = (bench.state / "replies").glob("*.jsonl")
    body = json.loads(path.read_text(encoding="utf-8"))["response"]["body"]
    return str(body["choices"][0]["message"]["content"]) + " " * BLANKS


def peaks(bench: Any, environment: dict[str, str], photos: int, answer: str) -> dict[str, int]:
    """Run all stages; gives the peak of each in bytes."""
    found = {}
    with bench.serving({"answers": {"*": answer}}):
        for name in STAGES:
            said = stage(bench, environment, name)
            found[name] = said["peak"]
            if name == "build":
                assert said["counts"]["requests"] == photos
            if name == "join":
                assert said["counts"]["accepted"] + said["counts"]["repaired"] == photos
        assert len(bench.batches()) == photos // 250
    return found


def test_four_times_the_photos_take_the_same_memory(making, environment, answer):
    small = peaks(archive(making, SMALL), environment, SMALL, answer)
    large = peaks(archive(making, SMALL * FACTOR), environment, SMALL * FACTOR, answer)
    grown = {name: large[name] - small[name] for name in STAGES}
    for name in STAGES:
        sys.stdout.write(f"{name}: {small[name] / 1e6:.1f} MB, {large[name] / 1e6:.1f} MB\n")
    assert {name: size for name, size in grown.items() if size > ALLOWED} == {}
