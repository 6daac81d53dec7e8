"""What the sandbox answers, through prompt, parse and review: honest words are never sent back."""

import base64
import io
import json
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from batchcap.captions.prompt import Picture, messages, request_body
from batchcap.captions.quality import review
from batchcap.captions.reply import parse
from batchcap.models import load_models
from batchcap.preset import load_preset, preset_names
from batchcap.records import Caption, Fact, Facts, Severity
from batchcap.sandbox.completions import complete
from batchcap.sandbox.options import Options

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
PRESETS = {name: load_preset(name, CONFIGS)[0] for name in preset_names(CONFIGS)}
MODEL = load_models(CONFIGS / "models.toml").known["gpt-5-mini"]
PLACES = [
    ("Rome", "Italy"),
    ("Puerto Natales", "Chile"),
    ("Saint-Malo", "France"),
    ("Köln", "Germany"),
    ("New York", "USA"),
    ("Yamoussoukro", "Côte d'Ivoire"),
    ("Gol", "Norway"),
    ("São Tomé", "São Tomé and Príncipe"),
    ("L'Aquila", "Italy"),
    ("Nice", "France"),
    ("Turkey Creek", "Australia"),
    ("St. John's", "Canada"),
    ("", "Georgia"),
    ("", ""),
]
COLOURS = ["navy", "orange", "white", "darkgreen", "maroon", "skyblue", "gold", "black"]


def painted(seed: int) -> str:
    image = Image.new("RGB", (64 + seed % 3 * 32, 64), COLOURS[seed % len(COLOURS)])
    brush = ImageDraw.Draw(image)
    for step in range(seed % 7):
        box = (step * 9, step * 5, step * 9 + 20, step * 5 + 30)
        brush.ellipse(box, fill=COLOURS[(seed + step * 3 + 1) % len(COLOURS)])
    data = io.BytesIO()
    image.save(data, "JPEG")
    return f"data:image/jpeg;base64,{base64.b64encode(data.getvalue()).decode('ascii')}"


def known(city: str, country: str, release: str) -> Facts:
    return Facts(
        country=Fact(country, "folder") if country else None,
        city=Fact(city, "folder") if city else None,
        release=Fact(release, "folder") if release else None,
        taken=Fact("2014-06-09T10:20:30", "exif"),
    )


def answered(folder: Path, name: str, facts: Facts, seed: int) -> Caption:
    preset = PRESETS[name]
    body = request_body(MODEL, preset, messages(preset, facts, Picture(painted(seed), "low")))
    status, answer = complete(body, Options(folder), None)
    assert status == 200, json.dumps(answer)
    caption = parse(preset, answer["choices"][0]["message"]["content"])
    assert isinstance(caption, Caption), caption
    return caption


@pytest.mark.parametrize("release", ["commercial", "editorial", ""])
@pytest.mark.parametrize("name", ["stock", "article", "detailed", "accessibility"])
@pytest.mark.parametrize(("city", "country"), PLACES, ids=[f"{a}, {b}" for a, b in PLACES])
def test_honest_words_are_accepted(tmp_path, city, country, name, release) -> None:
    facts = known(city, country, release)
    for seed in range(3):
        caption = answered(tmp_path, name, facts, seed * 31 + len(city + country))
        verdict = review(PRESETS[name], caption, facts)
        grave = [each for each in verdict.findings if each.severity is not Severity.REPAIRED]
        assert grave == [], caption


def test_a_category_is_chosen_from_the_neutral_list(tmp_path) -> None:
    caption = answered(tmp_path, "stock", known("Rome", "Italy", "commercial"), 7)
    assert caption.category in PRESETS["stock"].field("category").choices
