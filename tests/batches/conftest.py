from pathlib import Path

import pytest

from batchcap.models import Models, load_models

MODELS = Path(__file__).parents[2] / "configs" / "models.toml"


@pytest.fixture(scope="session")
def models() -> Models:
    return load_models(MODELS)
