import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchcap.batches.comparison import PHOTOS, Shown, Way, compare, price
from batchcap.batches.cost import estimate
from batchcap.batches.reduced_size import best_side
from batchcap.batches.tokens import image_tokens
from batchcap.models import Models

BIG = Shown(6000, 4000, 600)
SENT = Way("high", 1024)
SIDES = st.integers(17, 7000)
SHOWN = st.builds(Shown, SIDES, SIDES, st.integers(0, 2000))


def test_24_megapixels_on_gpt_6_luna(models: Models):
    luna = models.get("gpt-6-luna")
    sent, full = price(luna, [BIG], SENT, 300), price(luna, [BIG], Way("auto"), 300)
    assert sent.input_tokens == (720 + 600) * 1000  # 30 x 20 patches, 1.2 tokens each
    assert full.input_tokens == (28_200 + 600) * 1000  # 188 x 125 patches
    assert sent.usd == pytest.approx(1.32 * 0.05 + 0.3 * 0.25)
    assert sent.usd_without_batch == pytest.approx(2 * sent.usd)
    assert full.usd_without_batch == pytest.approx(28.8 * 0.10 + 0.3 * 0.50)


@given(photos=st.lists(SHOWN, min_size=1, max_size=5), output=st.integers(0, 2000))
def test_a_thousand_photos_cost_what_each_of_them_does(models: Models, photos, output):
    for name in ("gpt-6-luna", "gpt-5.2", "gpt-4o"):
        model = models.get(name)
        tokens = [
            each.text_tokens
            + image_tokens(model, *best_side(model, each.width, each.height, 1024, "high"), "high")
            for each in photos
        ]
        found = price(model, photos, SENT, output)
        assert found.input_tokens == pytest.approx(sum(tokens) / len(photos) * PHOTOS, abs=1)
        assert found.usd == estimate(model, found.input_tokens, output * PHOTOS)


@given(photos=st.lists(SHOWN, min_size=1, max_size=5))
def test_the_copy_is_never_dearer_than_the_original(models: Models, photos):
    for name in models.names():
        model = models.get(name)
        sent, full = price(model, photos, SENT, 1), price(model, photos, Way("high"), 1)
        assert sent.input_tokens <= full.input_tokens


def test_the_cheapest_comes_first_and_what_has_no_price_last(models: Models):
    offers = compare(map(models.get, models.names()), [BIG], SENT, 300)
    assert {each.model.name for each in offers} == set(models.names())
    usd = [each.sent.usd for each in offers]
    known = [each for each in usd if each is not None]
    assert known == sorted(known)
    assert usd == known + [None] * (len(usd) - len(known))
    assert len(known) > 10


def test_what_a_model_refuses_has_no_price(models: Models):
    (offer,) = compare([models.get("gpt-6-luna")], [Shown(9000, 6000, 1)], SENT, 1)
    assert offer.full_size["auto"] is None  # 53,016 patches
    assert offer.full_size["high"] is not None
    assert price(models.get("gpt-4o"), [BIG], Way("original", 1024), 1) is None
    assert price(models.get("gpt-4o"), [], SENT, 1) is None
