"""The shape of the settings: what batchcap.toml may say.

Holds types and limits, no defaults: those stand, commented, in configs/default.toml.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


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
    base_url: str
    api_key_env: str = Field(pattern=r"^[A-Za-z_0-9]*$")


class Image(Section):
    """The picture that is sent; sides in pixels."""

    send: Literal["inline", "hosted"]
    max_side: int = Field(ge=64, le=65535)
    detail: Literal["low", "high", "auto", "original"]
    quality: int = Field(ge=1, le=95)
    base_url: str


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
    executor: str = Field(pattern=r"^(dask://[^\s/]+:[0-9]{1,5})?$")


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
