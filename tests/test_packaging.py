"""What the wheel holds, and that the repository's own run configurations are those of `init --ide`."""

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from configparser import ConfigParser
from email import message_from_string
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from batchcap import __version__, ide

ROOT = Path(__file__).resolve().parent.parent


def _files(folder: Path, pattern: str = "*") -> set[str]:
    """Paths below the repository's top, without caches and what editors hide."""
    return {
        path.relative_to(ROOT).as_posix()
        for path in folder.rglob(pattern)
        if path.is_file() and path.parent.name != "__pycache__" and not path.name.startswith(".")
    }


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.Path:
    folder = tmp_path_factory.mktemp("dist")
    done = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = folder.glob("*.whl")
    return zipfile.Path(path)


def _names(wheel: zipfile.Path) -> set[str]:
    return {name for name in wheel.root.namelist() if not name.endswith("/")}


def _info(wheel: zipfile.Path, name: str) -> str:
    return (wheel / f"batchcap-{__version__}.dist-info" / name).read_text(encoding="utf-8")


def test_the_wheel_holds_the_package_and_the_configs_and_nothing_else(wheel: zipfile.Path) -> None:
    expected = _files(ROOT / "batchcap") | {f"batchcap/{name}" for name in _files(ROOT / "configs")}
    found = {name for name in _names(wheel) if ".dist-info/" not in name}
    assert "batchcap/py.typed" in found
    assert "batchcap/configs/default.toml" in found
    assert found == expected


def test_the_wheel_brings_its_command_and_its_licence(wheel: zipfile.Path) -> None:
    scripts = ConfigParser()
    scripts.read_string(_info(wheel, "entry_points.txt"))
    assert dict(scripts["console_scripts"]) == {"batchcap": "batchcap.__main__:main"}
    assert "The batchcap authors" in _info(wheel, "licenses/LICENSE")


def test_the_wheel_says_its_version_and_needs_no_development_tool(wheel: zipfile.Path) -> None:
    metadata = message_from_string(_info(wheel, "METADATA"))
    assert metadata["Version"] == __version__
    assert metadata["Requires-Python"] == ">=3.11"
    for requirement in metadata.get_all("Requires-Dist", []):
        if "pytest" in requirement or "llmock" in requirement:
            assert "extra == 'dev'" in requirement


def _project() -> dict[str, Any]:
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return project


def test_what_the_package_imports_it_also_asks_for() -> None:
    imported: set[str] = set()
    for path in (ROOT / "batchcap").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported.update(each.name.partition(".")[0] for each in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                imported.add(node.module.partition(".")[0])
    theirs = imported - sys.stdlib_module_names - {"batchcap"}
    distributions = packages_distributions()
    project = _project()
    extras = [
        each
        for name, more in project["optional-dependencies"].items()
        if name != "dev"
        for each in more
    ]
    asked = {
        re.split(r"[<>=!~ ;\[]", each)[0].lower() for each in [*project["dependencies"], *extras]
    }
    unasked = [
        name
        for name in theirs
        if not asked & {each.lower().replace("_", "-") for each in distributions[name]}
    ]
    assert not unasked


def test_development_tools_are_pinned_exactly() -> None:
    project = _project()
    assert [each for each in project["optional-dependencies"]["dev"] if "==" not in each] == []
    assert project["version"] == __version__


def test_the_repository_has_the_run_configurations_that_init_writes() -> None:
    found = {
        name: (ROOT / name).read_text(encoding="utf-8")
        for name in _files(ROOT / ".run") | _files(ROOT / ".vscode")
    }
    assert found == ide.files()


@pytest.mark.parametrize("stage", ide.STAGES)
def test_a_pycharm_entry_runs_the_module_in_the_project(stage: str) -> None:
    (entry,) = ET.fromstring(ide.pycharm(stage))  # noqa: S314 our own text
    options = {each.get("name"): each.get("value") for each in entry.iter("option")}
    assert entry.get("name") == f"batchcap {stage}"
    assert options["SCRIPT_NAME"] == "batchcap"
    assert options["MODULE_MODE"] == "true"
    assert options["PARAMETERS"] == stage
    assert options["WORKING_DIRECTORY"] == "$PROJECT_DIR$"


def test_a_pycharm_entry_keeps_marks_that_xml_would_eat() -> None:
    stage = 'init --photos "<Büro & Co>"'
    (entry,) = ET.fromstring(ide.pycharm(stage))  # noqa: S314 our own text
    assert entry.get("name") == f"batchcap {stage}"
