"""The providers' tests work at the desk of the journeys, and at llmock."""

import importlib.util
import sys
from pathlib import Path

NAME = "batchcap_tests_desk"


def _desk():
    if NAME not in sys.modules:
        path = Path(__file__).parents[1] / "journeys" / "conftest.py"
        spec = importlib.util.spec_from_file_location(NAME, path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[NAME] = module
        spec.loader.exec_module(module)
    return sys.modules[NAME]


bare = _desk().bare
served = _desk().served
desk = _desk().desk
llmock_url = _desk().llmock_url
environment = _desk().environment
