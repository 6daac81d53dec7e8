"""The layers of settings: what may be said, where, and who wins."""

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from batchcap.config import Config, configs_folder, load_config
from batchcap.errors import WorkspaceMissing
from batchcap.settings import Settings

DEFAULT = configs_folder() / "default.toml"


def load(
    folder: Path, environ: Mapping[str, str] | None = None, flags: Mapping[str, str] | None = None
) -> Config:
    return load_config(folder, environ or {}, flags or {})


def flat(data: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    return {
        name: value
        for key, inner in data.items()
        for name, value in (
            flat(inner, f"{prefix}{key}.").items()
            if isinstance(inner, Mapping)
            else [(f"{prefix}{key}", inner)]
        )
    }


def fields(model: type[BaseModel], prefix: str = "") -> set[str]:
    found = set()
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found |= fields(kind, f"{prefix}{name}.")
        else:
            found.add(f"{prefix}{name}")
    return found


# --- the defaults ----------------------------------------------------------------------------------


def test_every_default_is_a_setting_and_every_setting_has_a_default() -> None:
    assert set(flat(tomllib.loads(DEFAULT.read_text(encoding="utf-8")))) == fields(Settings)


def test_every_default_has_a_comment_above_it() -> None:
    lines = DEFAULT.read_text(encoding="utf-8").splitlines()
    bare = [
        line
        for above, line in zip(["", *lines], lines, strict=False)
        if " = " in line and not line.startswith("#") and not above.startswith("# ")
    ]
    assert bare == []


def test_an_empty_batchcap_toml_gives_the_defaults(workspace: Callable[..., Path]) -> None:
    config = load(workspace())
    assert config.settings.preset == config.preset.name == "stock"
    assert config.settings.image.max_side == 1024
    assert set(config.origins) == fields(Settings)
    assert config.origins["image.max_side"] == "default"
    assert config.origins["provider.base_url"] == "provider"


def test_without_batchcap_toml_the_next_command_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceMissing) as caught:
        load(tmp_path)
    assert caught.value.exit_code == 2
    assert caught.value.hint.startswith("batchcap init")


# --- the layers ------------------------------------------------------------------------------------

PRESET = (configs_folder() / "presets" / "alt-text.toml").read_text(encoding="utf-8")
PROVIDER = 'summary = "Mine."\n[settings.image]\nmax_side = 300\n'
LAYERS = ("default", "preset", "provider", "batchcap.toml", "environment", "--set")


@pytest.mark.parametrize("top", range(len(LAYERS)), ids=LAYERS)
def test_the_later_layer_wins_and_is_named(workspace: Callable[..., Path], top: int) -> None:
    preset = "alt-text" if top >= 1 else "stock"
    provider = "./mine.toml" if top >= 2 else "openai"
    own = f'preset = "{preset}"\n'
    own += "[image]\nmax_side = 400\n" if top >= 3 else ""
    own += f'[provider]\nname = "{provider}"\n'
    environ = {"BATCHCAP_IMAGE__MAX_SIDE": "500"} if top >= 4 else {}
    flags = {"image.max_side": "600"} if top >= 5 else {}
    config = load(workspace(own, mine=PROVIDER), environ, flags)
    assert config.settings.image.max_side == (1024, 768, 300, 400, 500, 600)[top]
    assert config.origins["image.max_side"] == LAYERS[top]


@pytest.mark.parametrize("layer", ["environment", "--set"])
def test_a_later_layer_also_chooses_preset_and_provider(
    workspace: Callable[..., Path], layer: str
) -> None:
    folder = workspace('preset = "article"\n')
    chosen = {"preset": "alt-text", "provider.name": "sandbox"}
    if layer == "--set":
        config = load(folder, {}, chosen)
    else:
        config = load(folder, {"BATCHCAP_PRESET": "alt-text", "BATCHCAP_PROVIDER__NAME": "sandbox"})
    assert config.preset.name == "alt-text"
    assert config.settings.image.max_side == 768
    assert config.settings.provider.api_key_env == ""
    assert config.origins["preset"] == config.origins["provider.name"] == layer
    assert config.origins["image.max_side"] == "preset"
    assert config.origins["provider.api_key_env"] == "provider"


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("image.max_side", "768", 768),
        ("limits.budget_usd", "12", 12.0),
        ("limits.budget_usd", "12.5", 12.5),
        ("write.keep_time", "true", True),
        ("photos.extensions", '[".jpg", ".JPE"]', (".jpg", ".JPE")),
        ("photos.layout", "", ""),
        ("photos.root", "C:\\Büro 📷\\photo", "C:\\Büro 📷\\photo"),
        ("tools.exiftool", "'quoted'", "'quoted'"),
    ],
)
@pytest.mark.parametrize("layer", ["environment", "--set"])
def test_text_becomes_the_settings_own_type(
    workspace: Callable[..., Path], layer: str, key: str, text: str, value: object
) -> None:
    name = f"BATCHCAP_{key.upper().replace('.', '__')}"
    config = (
        load(workspace(), {name: text}) if layer != "--set" else load(workspace(), {}, {key: text})
    )
    section, _, last = key.rpartition(".")
    assert getattr(getattr(config.settings, section), last) == value
    assert config.origins[key] == layer


def test_other_variables_are_no_settings(workspace: Callable[..., Path]) -> None:
    environ = {"BATCHCAP_WORKSPACE": "elsewhere", "PATH": "x", "MY_BATCHCAP_PRESET": "article"}
    assert load(workspace(), environ).origins["preset"] == "default"


def test_settings_cannot_be_changed_afterwards(workspace: Callable[..., Path]) -> None:
    settings = load(workspace()).settings
    with pytest.raises(ValueError, match="frozen"):
        settings.image.max_side = 3


def test_windows_notepad_is_welcome(tmp_path: Path) -> None:
    text = '[photos]\r\nroot = "Büro 📷"\r\n'
    (tmp_path / "batchcap.toml").write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert load(tmp_path).settings.photos.root == "Büro 📷"


# --- presets and providers by name and by path -----------------------------------------------------


def test_a_preset_by_path_lies_beside_batchcap_toml(workspace: Callable[..., Path]) -> None:
    config = load(workspace('preset = "mine.toml"', mine=PRESET))
    assert config.preset.name == "mine"
    assert config.settings.image.max_side == 768


def test_a_provider_by_path_brings_dialect_and_settings(workspace: Callable[..., Path]) -> None:
    template = (configs_folder() / "providers" / "template.toml").read_text(encoding="utf-8")
    config = load(workspace('[provider]\nname = "./mine.toml"', mine=template))
    assert config.settings.provider.base_url == "http://127.0.0.1:8000/v1"
    assert config.settings.provider.api_key_env == "MY_SERVER_KEY"
    assert config.dialect.purpose == "batch"


def test_every_shipped_provider_and_preset_loads(workspace: Callable[..., Path]) -> None:
    for kind, key in (("providers", "provider.name"), ("presets", "preset")):
        for path in (configs_folder() / kind).glob("*.toml"):
            assert load(workspace(), {}, {key: path.stem}).origins[key] == "--set"
