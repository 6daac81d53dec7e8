"""Settings that are refused, in which words, and keys that are never echoed."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchcap.config import load_config
from batchcap.errors import ConfigError

PASTED = "sk-proj-Ab3dEf6hIj9kLm2n"


def refused(
    folder: Path, environ: Mapping[str, str] | None = None, flags: Mapping[str, str] | None = None
) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        load_config(folder, environ or {}, flags or {})
    assert caught.value.exit_code == 2
    return caught.value


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


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[photos]\nextensions = ".jpg"', """cannot be ".jpg": it takes a list of texts"""),
        ("[photos]\nextensions = []", "cannot be []: it takes a list of texts"),
        ("[image]\nmax_side = true", "cannot be true: it takes a whole number"),
        ("[limits]\nattempts = 0", "cannot be 0: it takes 1 or more"),
        ('[write]\nmode = "all"', "it takes 'merge', 'replace' or 'fill'"),
        ("[write]\nkeep_time = 1", "it takes true or false"),
        ('[work]\nexecutor = "tcp://h:1"', 'it takes "dask://HOST:PORT"'),
        ('[provider]\napi_key_env = "MY KEY"', "it takes the name of an environment variable"),
        ('[provider]\nbase_url = "localhost:8000"', "it takes an address that begins with https"),
        ('[provider]\nbase_url = "http://[::1"', "it takes an address that begins with https"),
        ('[image]\nbase_url = "ftp://x.example"', "it takes an address that begins with https"),
        ('[image]\nbase_url = "https://x.example/a b"', "it takes an address"),
        ('[provider]\nbase_url = "https://me@x.example"', "without a name or password"),
    ],
)
def test_what_a_key_takes_is_told_in_the_words_of_the_file(
    workspace: Callable[..., Path], text: str, told: str
) -> None:
    assert told in str(refused(workspace(text)))


def test_hosted_photos_need_an_address(workspace: Callable[..., Path]) -> None:
    error = refused(workspace('[image]\nsend = "hosted"'))
    assert "image.base_url is empty" in str(error)
    assert "image.base_url" in error.hint


def test_a_hint_never_names_a_command_that_stops_at_the_same_fault(
    workspace: Callable[..., Path],
) -> None:
    folder = workspace("[image]\nmax_sid = 768\n")
    assert refused(folder).hint == "correct batchcap.toml, then: batchcap config"
    folder = workspace('[provider]\nname = "opnai"\n')
    assert refused(folder).hint.startswith("provider.name = one of azure")
    wrong = refused(workspace(), environ={"BATCHCAP_IMAGE__MAXSIDE": "3"})
    assert wrong.hint == "correct BATCHCAP_IMAGE__MAXSIDE, then: batchcap config"
    assert refused(workspace(), flags={"write.modus": "fill"}).hint == "batchcap config"


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
    error = refused(workspace(text))
    assert "no.toml" in str(error)
    assert "batchcap config" not in error.hint, "it stops at the same fault"


@pytest.mark.parametrize(
    ("provider", "told"),
    [
        ('summary = "x"\n[setings]\n', "Did you mean 'settings'?"),
        ("[settings.image]\nmaxside = 3\n", "Did you mean 'image.max_side'?"),
        ("[dialect]\nmetdata = true\n", "Did you mean 'metadata'?"),
        ('[dialect]\nmetadata = "yes"\n', "metadata takes true or false"),
        ("[dialect]\npurpose = 1\n", "purpose takes a text in quotes"),
        ("[dialect]\nmax_requests = 0\n", "max_requests takes a whole number from 1 up"),
        ("[dialect]\nmax_bytes = nan\n", "max_bytes takes a whole number from 1 up"),
        ("[dialect]\nmax_bytes = true\n", "max_bytes takes a whole number from 1 up"),
        ("[dialect]\nsettle_seconds = nan\n", "settle_seconds takes a number of seconds"),
        ("[dialect]\nsettle_seconds = inf\n", "settle_seconds takes a number of seconds"),
        ("[dialect]\nsettle_seconds = -1\n", "settle_seconds takes a number of seconds"),
        ("[dialect\n", "not valid TOML"),
    ],
)
def test_a_faulty_provider_is_refused(
    workspace: Callable[..., Path], provider: str, told: str
) -> None:
    error = refused(workspace('[provider]\nname = "mine.toml"', mine=provider))
    assert told in str(error)
    assert "mine.toml" in error.hint


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


def test_a_password_in_an_address_is_refused_and_not_shown(
    workspace: Callable[..., Path],
) -> None:
    error = refused(workspace('[provider]\nbase_url = "https://me:s3cret@x.example/v1"'))
    assert "without a name or password" in str(error)
    assert "https://…@x.example/v1" in str(error)
    assert "s3cret" not in str(error)
