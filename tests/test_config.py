"""The layers of settings: what may be said, where, who wins, and what is refused in which words."""

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from batchcap.config import Config, configs_folder, load_config
from batchcap.errors import ConfigError, WorkspaceMissing
from batchcap.settings import Settings

PASTED = "sk-proj-Ab3dEf6hIj9kLm2n"
DEFAULT = configs_folder() / "default.toml"


@pytest.fixture
def workspace(tmp_path: Path) -> Callable[..., Path]:
    def write(text: str = "", **more: str) -> Path:
        (tmp_path / "batchcap.toml").write_text(text, encoding="utf-8")
        for name, content in more.items():
            (tmp_path / f"{name}.toml").write_text(content, encoding="utf-8")
        return tmp_path

    return write


def load(
    folder: Path, environ: Mapping[str, str] | None = None, flags: Mapping[str, str] | None = None
) -> Config:
    return load_config(folder, environ or {}, flags or {})


def refused(folder: Path, **layers: Mapping[str, str]) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        load(folder, **layers)
    assert caught.value.exit_code == 2
    return caught.value


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


# --- what is refused -------------------------------------------------------------------------------


def test_an_unknown_key_is_refused_with_the_nearest_one(workspace: Callable[..., Path]) -> None:
    folder = workspace("[image]\nmax_sid = 768\n")
    assert "batchcap.toml: unknown key 'image.max_sid'" in (told := str(refused(folder)))
    assert "Did you mean 'image.max_side'?" in told


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("presett = 'stock'", "preset"),
        ("max_side = 3", "image.max_side"),
        ("[limit]\nbudget_usd = 3.0", "limits.budget_usd"),
        ("[provider]\nkey_env = ''", "provider.api_key_env"),
    ],
)
def test_keys_in_the_wrong_place_are_recognised(
    workspace: Callable[..., Path], text: str, meant: str
) -> None:
    assert f"Did you mean {meant!r}?" in str(refused(workspace(text)))


def test_unknown_keys_of_environment_and_command_line_too(workspace: Callable[..., Path]) -> None:
    folder = workspace()
    told = str(refused(folder, environ={"BATCHCAP_IMAGE__MAXSIDE": "3"}))
    assert told.startswith("environment: ")
    assert "Did you mean 'image.max_side'?" in told
    told = str(refused(folder, flags={"write.modus": "fill"}))
    assert told.startswith("--set: ")
    assert "Did you mean 'write.mode'?" in told


def test_a_key_like_no_other_gets_no_guess(workspace: Callable[..., Path]) -> None:
    assert "Did you mean" not in str(refused(workspace("zzzzqqq = 1")))


@pytest.mark.parametrize(
    ("text", "place"),
    [("preset = \n", "line 1"), ("[image\nmax_side = 3", "line 1"), ("a = 1\na = 2\n", "line 2")],
)
def test_broken_toml_is_told_with_its_place(
    workspace: Callable[..., Path], text: str, place: str
) -> None:
    error = refused(workspace(text))
    assert "batchcap.toml is not valid TOML" in str(error)
    assert place in str(error)
    assert "batchcap.toml" in error.hint


def test_a_file_of_another_encoding_is_told(tmp_path: Path) -> None:
    (tmp_path / "batchcap.toml").write_bytes('preset = "stock"'.encode("utf-16"))
    assert "not UTF-8" in str(refused(tmp_path))


def test_windows_notepad_is_welcome(tmp_path: Path) -> None:
    text = '[photos]\r\nroot = "Büro 📷"\r\n'
    (tmp_path / "batchcap.toml").write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert load(tmp_path).settings.photos.root == "Büro 📷"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[image]\nmax_side = "768"', "image.max_side"),
        ("[image]\nmax_side = 63", "image.max_side"),
        ("[image]\nquality = 96", "image.quality"),
        ("[image]\nmax_side = 700.5", "image.max_side"),
        ('[image]\nsend = "email"', "image.send"),
        ("[limits]\nattempts = 0", "limits.attempts"),
        ("[limits]\nbudget_usd = -1.0", "limits.budget_usd"),
        ("[write]\nkeep_time = 1", "write.keep_time"),
        ('[write]\nmode = "overwrite"', "write.mode"),
        ("[photos]\nextensions = []", "photos.extensions"),
        ('[photos]\nextensions = ".jpg"', "photos.extensions"),
        ('[photos]\nroot = ""', "photos.root"),
        ('[provider]\napi_key_env = "MY KEY"', "provider.api_key_env"),
        ("preset = 5", "preset"),
        ('preset = ""', "preset"),
    ],
)
def test_wrong_values_are_refused_by_key(
    workspace: Callable[..., Path], text: str, key: str
) -> None:
    assert key in str(refused(workspace(text)))


@pytest.mark.parametrize("text", ["photos = 3", "[[photos]]\nroot = 'x'", "[preset]\nname = 'x'"])
def test_a_section_is_a_section_and_a_value_a_value(
    workspace: Callable[..., Path], text: str
) -> None:
    assert "unknown key" in str(refused(workspace(text)))


@pytest.mark.parametrize("layer", ["environment", "--set"])
def test_text_that_is_no_number_is_refused(workspace: Callable[..., Path], layer: str) -> None:
    folder = workspace()
    if layer == "--set":
        told = str(refused(folder, flags={"image.max_side": "wide"}))
    else:
        told = str(refused(folder, environ={"BATCHCAP_IMAGE__MAX_SIDE": "wide"}))
    assert told.startswith(f"{layer}: image.max_side")


# --- a key that was pasted -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        f'[provider]\napi_key_env = "{PASTED}"',
        f'[provider]\napi_key = "{PASTED}"',
        f'api_key = "{PASTED}"',
        f'preset = "{PASTED}"',
        f'[provider]\nbase_url = "https://x.example/v1?key={PASTED}"',
        f'[image]\nmax_side = "{PASTED}"',
    ],
)
def test_a_pasted_key_is_refused_and_never_echoed(
    workspace: Callable[..., Path], text: str
) -> None:
    error = refused(workspace(text))
    assert "looks like an API key" in str(error)
    assert "provider.api_key_env" in str(error)
    assert PASTED not in f"{error} {error.hint} {error.__cause__}"


@pytest.mark.parametrize("key", ["provider.api_key_env", "image.max_side", "provider.api_key"])
def test_nor_from_environment_and_command_line(workspace: Callable[..., Path], key: str) -> None:
    folder = workspace()
    name = f"BATCHCAP_{key.upper().replace('.', '__')}"
    for error in (refused(folder, environ={name: PASTED}), refused(folder, flags={key: PASTED})):
        assert "looks like an API key" in str(error)
        assert PASTED not in f"{error} {error.hint} {error.__cause__}"


@given(st.text(st.sampled_from("abcXYZ019_-"), min_size=12, max_size=60))
def test_no_key_of_openai_is_ever_echoed(
    tmp_path_factory: pytest.TempPathFactory, tail: str
) -> None:
    folder = tmp_path_factory.mktemp("pasted")
    key = f"sk-{tail}"
    (folder / "batchcap.toml").write_text(f'[provider]\napi_key_env = "{key}"\n', "utf-8")
    error = refused(folder)
    assert key not in f"{error} {error.hint} {error.__cause__}"


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


@pytest.mark.parametrize(
    ("text", "meant"),
    [('preset = "stok"', "stock"), ('[provider]\nname = "opnai"', "openai")],
)
def test_unknown_names_are_refused_with_the_nearest_one(
    workspace: Callable[..., Path], text: str, meant: str
) -> None:
    assert f"Did you mean {meant!r}?" in str(refused(workspace(text)))


@pytest.mark.parametrize("text", ['preset = "no.toml"', '[provider]\nname = "no.toml"'])
def test_a_path_that_leads_nowhere_is_refused(workspace: Callable[..., Path], text: str) -> None:
    assert "no.toml" in str(refused(workspace(text)))


@pytest.mark.parametrize(
    ("provider", "told"),
    [
        ('summary = "x"\n[setings]\n', "Did you mean 'settings'?"),
        ("[settings.image]\nmaxside = 3\n", "Did you mean 'image.max_side'?"),
        ("[dialect]\nmetdata = true\n", "Did you mean 'metadata'?"),
        ('[dialect]\nmetadata = "yes"\n', "metadata"),
        ("[dialect\n", "not valid TOML"),
    ],
)
def test_a_faulty_provider_is_refused(
    workspace: Callable[..., Path], provider: str, told: str
) -> None:
    assert told in str(refused(workspace('[provider]\nname = "mine.toml"', mine=provider)))


def test_every_shipped_provider_and_preset_loads(workspace: Callable[..., Path]) -> None:
    for kind, key in (("providers", "provider.name"), ("presets", "preset")):
        for path in (configs_folder() / kind).glob("*.toml"):
            assert load(workspace(), {}, {key: path.stem}).origins[key] == "--set"
