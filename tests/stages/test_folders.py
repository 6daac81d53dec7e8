"""Folders that are closed, and paths as they are typed: nothing is lost, found twice or paid twice."""

import json
import os
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterator

import pytest

FOLDER = "France/Paris"
INSIDE = f"{FOLDER}/commercial/a.jpg"
DEEPER = f"{FOLDER}/commercial/more/b.jpg"
OUTSIDE = "Italy/Rome/commercial/c.jpg"
# Listed and not entered, entered and not listed, neither.
MODES = (0o600, 0o300, 0o000)
# For root no folder is closed, but for the rights that let root in.
RIGHTS = "-dac_override,-dac_read_search"
AS_A_USER = ("setpriv", f"--inh-caps={RIGHTS}", f"--bounding-set={RIGHTS}")

Command = Callable[..., tuple[int, dict]]


@pytest.fixture
def as_user() -> tuple[str, ...]:
    """What goes before a command for whom modes count."""
    if sys.platform == "win32":
        pytest.skip("modes close no folder here")
    if os.geteuid():
        return ()
    if shutil.which("setpriv") is None:
        pytest.skip("root enters every folder, and nothing is here to run without its rights")
    return AS_A_USER


@pytest.fixture
def user(desk, as_user, environment) -> Command:
    """Run a command for which modes count: exit code and envelope."""

    def run(*arguments: str) -> tuple[int, dict]:
        command = [*as_user, sys.executable, "-m", "batchcap", *arguments, "--json"]
        ran = subprocess.run(
            [*command, "-w", str(desk.root), *desk.flags()],
            env=environment,
            cwd=desk.root,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert "Traceback" not in ran.stderr
        return ran.returncode, json.loads(ran.stdout)

    return run


@pytest.fixture
def close(desk) -> Iterator[Callable[[int], None]]:
    """Give the folder another mode, for as long as the test runs."""
    folder = desk.photos / FOLDER
    yield folder.chmod
    folder.chmod(0o755)


@pytest.mark.parametrize("mode", MODES, ids=oct)
def test_what_lies_in_a_closed_folder_stays_as_it_is_and_is_not_asked_again(
    desk, user, close, mode
) -> None:
    desk.paint(INSIDE, DEEPER, OUTSIDE)
    desk.done("run", "--wait")
    asked, states = desk.tasks(), {"written": 3}
    close(mode)

    code, told = user("build")

    assert code == 1
    assert (told["counts"]["photos"], told["counts"]["requests"]) == (1, 0)
    (problem,) = told["problems"]
    assert (problem["code"], problem["photo"]) == ("folder", "")
    assert FOLDER in problem["message"]
    assert problem["hint"].endswith(": batchcap build")
    assert desk.states() == states
    assert user("estimate")[1]["problems"][0] == problem

    close(0o755)
    # The same picture elsewhere is a copy, and no photo that was moved out of the closed folder.
    (desk.photos / "Italy/Rome/commercial/copy.jpg").write_bytes(
        (desk.photos / INSIDE).read_bytes()
    )
    assert desk.done("build").counts["requests"] == 1
    assert desk.states() == states | {"built": 1}
    assert desk.tasks()[: len(asked)] == asked
    assert desk.done("verify").counts["wrong"] == 0


def test_where_nothing_else_is_there_the_closed_folder_is_told(desk, user, close) -> None:
    desk.paint(INSIDE)
    close(0o000)
    code, told = user("build")
    assert (code, [each["code"] for each in told["problems"]]) == (1, ["folder"])
    assert desk.states() == {}


@pytest.mark.parametrize("mode", [0o600, 0o000], ids=oct)
def test_photos_in_a_closed_folder_are_rows_to_write_and_undo(desk, user, close, mode) -> None:
    desk.paint(INSIDE, DEEPER, OUTSIDE)
    desk.fetched()
    desk.done("join")
    close(mode)
    code, told = user("write")
    assert (code, told["counts"]["written"], told["counts"]["failed"]) == (1, 1, 2)
    assert {each["photo"] for each in told["problems"]} == {INSIDE, DEEPER}
    assert user("status", "--photo", f"photo/{INSIDE}")[1]["data"]["state"] == "write_failed"
    assert user("check", "--agency", "shutterstock")[1]["counts"]["photos"] == 3
    close(0o755)
    assert desk.done("write").counts["written"] == 2
    close(mode)
    code, told = user("undo")
    assert (code, told["counts"]["restored"], told["counts"]["failed"]) == (1, 0, 2)
    close(0o755)
    assert desk.done("undo").counts["restored"] == 2


@pytest.mark.parametrize("mode", MODES, ids=oct)
def test_a_path_in_a_closed_folder_is_told_as_that(desk, user, close, mode) -> None:
    desk.paint(INSIDE)
    close(mode)
    code, told = user("build", f"photo/{INSIDE}")
    assert (code, [each["code"] for each in told["problems"]]) == (1, ["disk"])
    assert "Permission denied" in told["problems"][0]["message"]


def test_an_archive_that_is_closed_itself_says_nothing_of_any_photo(desk, user) -> None:
    desk.paint(OUTSIDE)
    desk.done("build")
    desk.photos.chmod(0o000)
    try:
        code, told = user("build")
        assert (code, [each["code"] for each in told["problems"]]) == (1, ["disk"])
    finally:
        desk.photos.chmod(0o755)
    assert desk.states() == {"built": 1}


@pytest.mark.skipif(
    sys.platform != "linux", reason="elsewhere the disk itself knows both spellings"
)
@pytest.mark.parametrize("there", ["NFC", "NFD"])
def test_a_letter_with_an_accent_is_found_in_either_spelling(desk, there) -> None:
    (photo,) = desk.paint(unicodedata.normalize(there, "Österreich/Wien/commercial/café.jpg"))
    desk.done("run", "--wait")
    for form in ("NFC", "NFD"):
        folder, name = (
            unicodedata.normalize(form, each)
            for each in ("Österreich", "Österreich/Wien/commercial/café.jpg")
        )
        assert desk.about(name)["path"] == photo.relative_to(desk.photos).as_posix()
        assert desk.done("undo", name).counts["restored"] == 1
        assert desk.done("write", folder).counts["written"] == 1
        assert desk.done("check", "--agency", "shutterstock", folder).counts["photos"] == 1
        assert desk.done("build", folder).counts["photos"] == 1


def test_paths_are_taken_as_a_shell_completes_them(desk, user) -> None:
    desk.paint(INSIDE, OUTSIDE)
    desk.done("run", "--wait")
    for path in (f"photo/{FOLDER}", FOLDER, str(desk.photos / FOLDER)):
        assert user("check", "--agency", "shutterstock", path)[1]["counts"]["photos"] == 1
    assert user("check", "--agency", "shutterstock", "photo")[1]["counts"]["photos"] == 2
