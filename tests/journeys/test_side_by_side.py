"""Two commands in one workspace: one waits for batches, the other one works."""

import subprocess
import sys

PHOTO = "France/Paris/commercial/b.jpg"
OTHER = "Italy/Rome/editorial/a.jpg"


def start(desk, environment, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "batchcap", *arguments, "-w", str(desk.root), *desk.flags()]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, env=environment, encoding="utf-8", **pipes)


def looked(desk) -> bool:
    """Whether the other command has looked at the batch."""
    with desk.open() as opened:
        return any(each.view for each in opened.ledger.submissions.open())


def test_while_poll_waits_others_build_submit_and_join(served, environment) -> None:
    with served(running=2.5, pace=1.0, validating=0.0) as desk:
        desk.paint(PHOTO)
        desk.done("build")
        desk.done("submit")
        desk.settings["poll.interval"] = "0.3"
        with start(desk, environment, "poll", "--wait") as waiting:
            while not looked(desk) and waiting.poll() is None:
                pass
            desk.paint(PHOTO, OTHER)
            assert desk.done("build").counts["requests"] == 1
            desk.done("submit")
            assert desk.states() == {"submitted": 2}
            out, err = waiting.communicate()
        assert waiting.returncode == 0, out + err
        assert desk.done("run", "--wait").counts["written"] == 2
        assert len(desk.batches()) == 2


def test_two_polls_at_once_fetch_each_answer_once(served, environment) -> None:
    with served(running=1.0, pace=1.0) as desk:
        desk.paint(PHOTO, OTHER)
        desk.done("build")
        desk.done("submit")
        with (
            start(desk, environment, "poll", "--wait") as one,
            start(desk, environment, "poll", "--wait") as two,
        ):
            said = [one.communicate(), two.communicate()]
        assert {one.returncode, two.returncode} <= {0, 3}, said
        assert "Traceback" not in str(said)
        assert desk.done("run", "--wait").counts["written"] == 2
        assert desk.done("verify").counts["wrong"] == 0
        assert len(desk.batches()) == 1
