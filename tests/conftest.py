"""What every test may lean on: no settings of the person at the keyboard, and calm Hypothesis."""

import os

import pytest
from hypothesis import settings

# Neither profile times a test: a slow machine is no failure.
settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, max_examples=50, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")


@pytest.fixture(autouse=True)
def clean_environ(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away every key and setting that the environment brings."""
    for name in list(os.environ):
        if name.startswith(("OPENAI_", "BATCHCAP_")):
            monkeypatch.delenv(name)
