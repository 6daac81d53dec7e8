"""Run configurations for PyCharm and VS Code, one entry a stage.

Takes a command line; gives the text of the files. Never writes one: `batchcap init --ide` does.
"""

import json
import re
from collections.abc import Iterable, Mapping
from xml.sax.saxutils import quoteattr

STAGES = (
    "init --photos photo",
    "estimate",
    "build",
    "submit",
    "poll --wait",
    "join",
    "write --dry-run",
    "write",
    "status",
    "undo",
    "demo",
)

_PYCHARM = """\
<component name="ProjectRunConfigurationManager">
  <configuration default="false" name={name} type="PythonConfigurationType" factoryName="Python">
    <option name="INTERPRETER_OPTIONS" value="" />
    <option name="PARENT_ENVS" value="true" />
    <envs>
      <env name="PYTHONUNBUFFERED" value="1" />
    </envs>
    <option name="SDK_HOME" value="" />
    <option name="WORKING_DIRECTORY" value="$PROJECT_DIR$" />
    <option name="IS_MODULE_SDK" value="true" />
    <option name="ADD_CONTENT_ROOTS" value="true" />
    <option name="ADD_SOURCE_ROOTS" value="true" />
    <option name="SCRIPT_NAME" value="batchcap" />
    <option name="PARAMETERS" value={parameters} />
    <option name="SHOW_COMMAND_LINE" value="false" />
    <option name="EMULATE_TERMINAL" value="true" />
    <option name="MODULE_MODE" value="true" />
    <option name="REDIRECT_INPUT" value="false" />
    <option name="INPUT_FILE" value="" />
    <method v="2" />
  </configuration>
</component>
"""


def pycharm(stage: str) -> str:
    """Return a PyCharm run configuration (XML) for a stage and its options, as in ``STAGES``."""
    return _PYCHARM.format(name=quoteattr(f"batchcap {stage}"), parameters=quoteattr(stage))


def vscode(stages: Iterable[str]) -> str:
    """Return VS Code's launch.json with one entry a stage."""
    entries = [
        {
            "name": f"batchcap {stage}",
            "type": "debugpy",
            "request": "launch",
            "module": "batchcap",
            "args": stage.split(),
            "cwd": "${workspaceFolder}",
            "console": "integratedTerminal",
        }
        for stage in stages
    ]
    return json.dumps({"version": "0.2.0", "configurations": entries}, indent=2) + "\n"


def files() -> Mapping[str, str]:
    """Return every run configuration: path relative to the project (with ``/``) to content."""
    return {_name(stage): pycharm(stage) for stage in STAGES} | {
        ".vscode/launch.json": vscode(STAGES)
    }


def _name(stage: str) -> str:
    """``poll --wait`` becomes ``.run/poll-wait.run.xml``: no space or dash leads in a name."""
    return f".run/{'-'.join(re.findall('[a-z]+', stage))}.run.xml"
