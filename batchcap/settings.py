"""The shape of the settings: what batchcap.toml may say.

Holds types and limits, no defaults: those stand, commented, in configs/default.toml.
"""

import json
import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError


def _address(text: str) -> str:
    """Refuse what no client could call, and secrets; "" is somebody else's address (config.md)."""
    try:
        parts = urlsplit(text)
        secret = "@" in parts.netloc
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = secret = False
    if secret:
        raise ValueError("it takes an address without a name or password, which is never stored")
    if text and (not sound or re.search(r"\s", text)):
        raise ValueError("it takes an address that begins with https:// or http://")
    return text


def _scheduler(text: str) -> str:
    if not re.fullmatch(r"(dask://[^\s/]+:[0-9]{1,5})?", text):
        raise ValueError('it takes "dask://HOST:PORT", or "" for this machine')
    return text


class Section(BaseModel):
    """A table of settings: frozen, and an unknown key is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Photos(Section):
    """Where the archive lies, and what its folders and a person's notes say."""

    root: str = Field(min_length=1)
    layout: str
    notes: str
    extensions: tuple[str, ...] = Field(strict=False, min_length=1)
    series: Literal["each", "one"]


class Provider(Section):
    """Whom to ask; ``api_key_env`` is the name of a variable, never a key."""

    name: str = Field(min_length=1)
    model: str = Field(min_length=1)
    base_url: Annotated[str, AfterValidator(_address)]
    api_key_env: str = Field(pattern=r"^[A-Za-z_0-9]*$")


class Image(Section):
    """The picture that is sent; sides in pixels."""

    send: Literal["inline", "hosted"]
    max_side: int = Field(ge=64, le=65535)
    detail: Literal["low", "high", "auto", "original"]
    quality: int = Field(ge=1, le=95)
    base_url: Annotated[str, AfterValidator(_address)]


class Limits(Section):
    """Budgets of task files, of the queue and of money (US dollars)."""

    max_requests: int = Field(ge=1)
    max_bytes: int = Field(ge=1)
    task_file_tokens: int = Field(ge=1)
    queue_tokens: int = Field(ge=0)
    budget_usd: float = Field(ge=0, allow_inf_nan=False)
    attempts: int = Field(ge=1, le=20)


class Poll(Section):
    """How often to look; seconds."""

    interval: float = Field(ge=0, allow_inf_nan=False)


class Write(Section):
    """What happens to words that are already there."""

    mode: Literal["merge", "replace", "fill"]
    target: Literal["auto", "embed", "sidecar"]
    keep_time: bool
    own_words: bool


class Work(Section):
    """How much of the machine is used, or which machines."""

    processes: int = Field(ge=0, le=1024)
    executor: Annotated[str, AfterValidator(_scheduler)]


class Tools(Section):
    """Programs that are not Python packages."""

    exiftool: str


class Settings(Section):
    """All settings of a workspace."""

    preset: str = Field(min_length=1)
    photos: Photos
    provider: Provider
    image: Image
    limits: Limits
    poll: Poll
    write: Write
    work: Work
    tools: Tools


# What a key takes, in TOML's terms, by pydantic's name of the fault.
TAKES = {
    "string_type": "it takes a text in quotes",
    "string_too_short": "it takes a text that is not empty",
    "int_type": "it takes a whole number",
    "int_from_float": "it takes a whole number",
    "float_type": "it takes a number",
    "finite_number": "it takes a number that has an end",
    "bool_type": "it takes true or false",
    "tuple_type": 'it takes a list of texts, such as [".jpg", ".png"]',
    "too_short": 'it takes a list of texts, such as [".jpg", ".png"]',
    "string_pattern_mismatch": "it takes the name of an environment variable",
    "literal_error": "it takes {expected}",
    "greater_than_equal": "it takes {ge} or more",
    "less_than_equal": "it takes {le} or less",
    "value_error": "{error}",
}


def fault(error: ValidationError) -> tuple[str, str, str]:
    """Return the key of the first fault, what was given and what the key takes, as TOML has it."""
    first = error.errors()[0]
    key = ".".join(str(each) for each in first["loc"] if not isinstance(each, int))
    given = json.dumps(first["input"], ensure_ascii=False, default=str)
    takes = TAKES.get(first["type"], first["msg"])
    return key, given, takes.format(**first.get("ctx", {}))
