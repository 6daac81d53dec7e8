"""A workspace of settings: batchcap.toml, and files beside it."""

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def workspace(tmp_path: Path) -> Callable[..., Path]:
    def write(text: str = "", **more: str) -> Path:
        (tmp_path / "batchcap.toml").write_text(text, encoding="utf-8")
        for name, content in more.items():
            (tmp_path / f"{name}.toml").write_text(content, encoding="utf-8")
        return tmp_path

    return write
