"""What is sent for one photo: the constant text first, the photo's facts last.

Takes a preset, facts and the picture's address, gives the messages and body of a chat request.
Never sends coordinates or the camera; a fact is one line, whatever its text says.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from batchcap.captions.evidence import day, month_name, said
from batchcap.captions.schema import asked, response_format
from batchcap.captions.text import clean
from batchcap.records import Facts, Model, Preset

Message = dict[str, Any]

_NOTES_CHARS = 1000
_REASON_CHARS = 300
_TEMPERATURE = 0.2


@dataclass(frozen=True, slots=True)
class Picture:
    """The picture to look at: a data or web address, and the detail it is read at."""

    url: str
    detail: str


def messages(preset: Preset, facts: Facts, picture: Picture, again: str = "") -> list[Message]:
    """Return the system message, the same for all photos, and the user's: picture, then facts.

    ``again`` says why the photo is asked again and stands on the last line.
    """
    image = {"url": picture.url, "detail": picture.detail}
    return [
        {"role": "system", "content": _constant(preset)},
        {
            "role": "user",
            "content": [
                {"type": "image_url", "image_url": image},
                {"type": "text", "text": _facts_text(facts, again)},
            ],
        },
    ]


def request_body(model: Model, preset: Preset, messages: Sequence[Message]) -> dict[str, Any]:
    """Return the body of a chat completion request, as the model takes it.

    A model without structured output is told the JSON form in words; temperature goes only to
    models that take one.
    """
    form = response_format(preset)
    sent = list(messages)
    if form and not model.structured:
        sent = [_with_form(each, preset) for each in messages]
    body: dict[str, Any] = {
        "model": model.name,
        "messages": sent,
        "max_completion_tokens": preset.max_output_tokens,
    }
    if model.effort:
        body["reasoning_effort"] = model.effort
    if form and model.structured:
        body["response_format"] = form
    if model.temperature:
        body["temperature"] = _TEMPERATURE
    return body


def _constant(preset: Preset) -> str:
    parts = [preset.prompt.strip(), _voice(preset)]
    if preset.form == "plain":
        parts.append(_plain_form(preset))
    return "\n\n".join(part for part in parts if part)


def _voice(preset: Preset) -> str:
    style = preset.style.strip().rstrip(".")
    return f"Write in this voice: {style}." if style else ""


def _plain_form(preset: Preset) -> str:
    asks = [
        asked(field) for field in (preset.field("description"), preset.field("keywords")) if field
    ]
    return "\n".join(
        (
            "Answer in plain text, without headings, labels or markdown:",
            f"first the description: {asks[0]}" if asks else "",
            "then a blank line,",
            f"then the keywords on one line, separated by commas: {asks[-1]}" if asks else "",
        )
    )


def _with_form(message: Message, preset: Preset) -> Message:
    if message["role"] != "system":
        return message
    lines = [f'- "{each.name}" ({_json_type(each.kind)}): {asked(each)}' for each in preset.fields]
    told = "\n".join(("Answer with one JSON object and nothing else. Its keys:", *lines))
    return {**message, "content": f"{message['content']}\n\n{told}"}


def _json_type(kind: str) -> str:
    return "array of strings" if kind == "list" else "string"


def _facts_text(facts: Facts, again: str) -> str:
    when = day(facts)
    known = {
        "Country": said(facts.country),
        "State": said(facts.state),
        "City": said(facts.city),
        "Location": said(facts.location),
        "Date": f"{month_name(when)} {when.day}, {when.year}" if when else "",
        "Release": said(facts.release),
        "Notes": said(facts.notes, _NOTES_CHARS),
    }
    lines = [f"{name}: {value}" for name, value in known.items() if value]
    lines = ["Facts about this photo:", *lines] if lines else ["No facts are known."]
    reason = clean(again)[:_REASON_CHARS]
    return "\n".join([*lines, reason] if reason else lines)
