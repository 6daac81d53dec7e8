from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchcap.errors import ConfigError
from batchcap.models import load_models, shutdown_warning

MODELS = Path(__file__).parents[1] / "configs" / "models.toml"
KNOWN = load_models(MODELS)

SMALL = """
[defaults]
source = "a page"
dated = "2026-11-20"
[queues.q]
tiers = [10, 20]
source = "a page"
dated = "2026-11-20"
[families.f]
image_rule = "tile"
tile_base = 1
tile_each = 2
[models.m]
family = "f"
queue = "q"
in = 1
out = 2.5
[fallback]
family = "f"
queue = "q"
"""


def load(tmp_path, text):
    path = tmp_path / "models.toml"
    path.write_text(text, encoding="utf-8")
    return load_models(path)


@pytest.mark.parametrize("name", KNOWN.names())
def test_every_model_says_where_its_figures_come_from(name):
    model, queue = KNOWN.get(name), KNOWN.queue(name)
    assert model.name == name
    assert model.source
    assert date.fromisoformat(model.dated)
    assert queue.source
    assert date.fromisoformat(queue.dated)
    assert model.queue_tokens == queue.tokens
    assert list(queue.tiers) == sorted(queue.tiers)


@pytest.mark.parametrize("name", KNOWN.names())
def test_only_the_old_families_take_a_temperature(name):
    assert KNOWN.get(name).temperature == name.startswith(("gpt-4o", "gpt-4.1", "gpt-4.5"))


@pytest.mark.parametrize(
    ("name", "prices", "queue_tokens", "shutdown"),
    [
        ("gpt-6-luna", {"in": 0.10, "cached": 0.01, "out": 0.50}, 5_000_000, ""),
        ("gpt-5.4-nano", {"in": 0.20, "cached": 0.02, "out": 1.25}, 2_000_000, "2027-04-01"),
        ("gpt-5.5", {"in": 5.0, "cached": 0.5, "out": 30.0}, 1_500_000, ""),
        ("gpt-4o", {"in": 2.5, "cached": 1.25, "out": 10.0}, 90_000, "2027-01-14"),
        ("o4-mini", {"in": 1.1, "out": 4.4}, 2_000_000, "2026-10-23"),
    ],
)
def test_figures_of_the_facts(name, prices, queue_tokens, shutdown):
    model = KNOWN.get(name)
    assert dict(model.prices) == prices
    assert model.queue_tokens == queue_tokens
    assert model.shutdown == shutdown
    assert model.batch_discount == 0.5


def test_all_tiers_are_there():
    assert KNOWN.queue("gpt-4o").tiers == (
        90_000,
        1_350_000,
        50_000_000,
        200_000_000,
        5_000_000_000,
    )


@pytest.mark.parametrize(
    ("asked", "multiplier", "prices_of", "assumed"),
    [
        ("gpt-5.4-mini", 1.2, "gpt-5.4-mini", False),
        ("gpt-5.4-mini-2026-03-17", 1.2, "gpt-5.4-mini", False),
        ("openai/gpt-5.4-mini", 1.2, "gpt-5.4-mini", False),
        ("azure/eu/GPT-5.4-Mini-latest", 1.2, "gpt-5.4-mini", False),
        ("gpt-4.1-mini-20250414", 1.62, "gpt-4.1-mini", False),
        ("gpt-5-nano", 1.5, "gpt-5-nano", True),
        ("gpt-5.5-pro", 1.2, "", True),
        ("gpt-5.55", 1.2, "", True),
        ("qwen/qwen3-vl", 1.2, "", True),
        ("", 1.2, "", True),
    ],
)
def test_names_are_found_at_a_dash_or_not_at_all(asked, multiplier, prices_of, assumed):
    model = KNOWN.get(asked)
    assert model.name == asked
    assert model.multiplier == multiplier
    assert model.prices == (KNOWN.get(prices_of).prices if prices_of else {})
    assert model.assumed is assumed


def test_the_longest_name_wins():
    assert KNOWN.get("gpt-4o-mini-2024-07-18").tile_base == 2833
    assert KNOWN.get("gpt-4o-2024-08-06").tile_base == 85


def test_nothing_is_known_of_an_unlisted_model():
    model = KNOWN.get("llava:13b")
    assert (model.queue_tokens, model.prices, model.assumed) == (0, {}, True)
    assert KNOWN.queue("llava:13b").tiers == ()


@given(st.text())
def test_every_name_gives_a_model_under_that_name(name):
    assert KNOWN.get(name).name == name


def test_a_small_file_is_enough(tmp_path):
    models = load(tmp_path, SMALL)
    assert models.names() == ("m",)
    assert models.get("m").prices == {"in": 1.0, "out": 2.5}
    assert models.get("m").queue_tokens == 10


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('image_rule = "tile"', 'image_rule = "hex"', "families.f.image_rule"),
        ('image_rule = "tile"', "", "models.m.image_rule is missing"),
        ("tile_each = 2", "", "models.m.tile_each is missing"),
        ("tile_each = 2", "tile_each = -2", "families.f.tile_each"),
        ("tile_each = 2", "tile_each = true", "families.f.tile_each"),
        ("tile_each = 2", "tile_eech = 2", "did you mean 'tile_each'"),
        ("in = 1", 'in = "1"', "models.m.in must be US dollars"),
        ("in = 1", "in = nan", "models.m.in"),
        ("in = 1", 'shutdown = "soon"', "models.m.shutdown"),
        ("in = 1", "sizing = { low = [1, 0] }", "models.m.sizing"),
        ("in = 1", "sizing = { low = [1, 0], high = [1], auto = [1, 0] }", "models.m.sizing"),
        ("in = 1", "batch_discount = 1.5", "models.m.batch_discount"),
        ("[10, 20]", "[10, 0]", "queues.q.tiers"),
        ("[10, 20]", '"10"', "queues.q.tiers"),
        ("tiers = [10, 20]", "", "queues.q.tiers is missing"),
        ('[models.m]\nfamily = "f"', '[models.m]\nfamily = "ff"', "did you mean 'f'"),
        ('[models.m]\nfamily = "f"', "[models.m]", "models.m.family is missing"),
        ("[defaults]", "[default]", "did you mean 'defaults'"),
        ("[fallback]", "[models.n]", "fallback is missing"),
        ("[models.m]", "[models]\nn = 1\n[models.m]", "models.n must be a table"),
        (
            'source = "a page"\ndated = "2026-11-20"\n[queues',
            "[queues",
            "models.m.source is missing",
        ),
        ("[defaults]", "[defaults", "not valid TOML"),
    ],
)
def test_what_cannot_be_right_is_named_with_its_file(tmp_path, old, new, named):
    assert old in SMALL
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, SMALL.replace(old, new, 1))
    assert named in caught.value.message
    assert "models.toml" in caught.value.message
    assert caught.value.hint


def test_a_file_that_is_not_there_or_no_text(tmp_path):
    with pytest.raises(ConfigError, match=r"nowhere\.toml"):
        load_models(tmp_path / "nowhere.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="not valid TOML"):
        load_models(tmp_path / "binary.toml")


@pytest.mark.parametrize(
    ("name", "today", "words"),
    [
        ("gpt-5-mini", date(2026, 11, 20), "2026-12-11, in 21 days"),
        ("gpt-5-mini", date(2026, 12, 10), "in 1 day."),
        ("gpt-5-mini", date(2026, 12, 11), "today"),
        ("o4-mini", date(2026, 11, 20), "was switched off on 2026-10-23"),
        ("gpt-5.4-nano-2026-03-17", date(2027, 3, 1), "gpt-5.4-nano-2026-03-17 is"),
    ],
)
def test_a_model_near_its_end_warns(name, today, words):
    assert words in shutdown_warning(KNOWN.get(name), today)


@pytest.mark.parametrize("name", ["gpt-6-luna", "gpt-5.4-nano", "unknown"])
def test_a_model_far_from_its_end_does_not(name):
    assert shutdown_warning(KNOWN.get(name), date(2026, 11, 20)) == ""
