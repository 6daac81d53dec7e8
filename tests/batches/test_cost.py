import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchcap.batches.cost import dollars, estimate
from batchcap.models import Models
from batchcap.records import Usage

TOKENS = st.integers(0, 10**9)


def test_a_batch_costs_half_and_cached_tokens_less(models: Models):
    usage = Usage(input_tokens=1_000_000, output_tokens=1_000_000, cached_tokens=400_000)
    luna = models.get("gpt-6-luna")
    assert dollars(luna, usage, batch=True) == pytest.approx(0.6 * 0.05 + 0.4 * 0.005 + 0.25)
    assert dollars(luna, usage, batch=False) == pytest.approx(0.6 * 0.10 + 0.4 * 0.01 + 0.50)
    assert dollars(luna, usage, discount=0.25) == pytest.approx(0.75 * 0.564)


def test_reasoning_is_part_of_the_output(models: Models):
    plain, thought = Usage(10, 1000), Usage(10, 1000, reasoning_tokens=900)
    assert dollars(models.get("gpt-5.5"), plain) == dollars(models.get("gpt-5.5"), thought)


@pytest.mark.parametrize("name", ["some-local-model", "o3", "gpt-5.5-pro"])
def test_no_price_is_no_cost_of_zero(models: Models, name):
    assert dollars(models.get(name), Usage(1000, 1000)) is None
    assert estimate(models.get(name), 1000, 1000) is None


def test_without_a_price_for_cached_tokens_they_cost_full(models: Models):
    model = models.get("o4-mini")
    full = dollars(model, Usage(1000, 0))
    assert dollars(model, Usage(1000, 0, cached_tokens=900)) == pytest.approx(full)


@given(TOKENS, TOKENS, TOKENS)
def test_the_estimate_is_never_below_the_bill(models: Models, taken, given_out, cached):
    model = models.get("gpt-6-luna")
    bill = dollars(model, Usage(taken, given_out, cached))
    highest = estimate(model, taken, given_out)
    assert bill is not None
    assert highest is not None
    assert 0 <= bill <= highest + 1e-9
