import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchcap.captions.plain_form import split_plain

PROSE = "Old boats lie in the harbour. Red, blue and green nets dry on the quay, near a wall."
WORDS = ("boat", "harbour", "net", "quay", "sea")


@pytest.mark.parametrize(
    "answer",
    [
        "{prose}\n\nboat, harbour, net, quay, sea",
        "{prose}\n\nboat, harbour, net, quay, sea.",
        "\n\n{prose}\r\n\r\n\r\n\r\nboat, harbour, net, quay, sea.\n\n",
        "{prose}\nboat, harbour, net, quay, sea",
        "{prose}\n \t\nboat,harbour,net,quay,sea,",
        "Description: {prose}\n\nKeywords: boat, harbour, net, quay, sea.",
        "**Description:** {prose}\n\n**Keywords:** boat, harbour, net, quay, sea",
        "## Description\n{prose}\n\n## Keywords\n\nboat, harbour, net, quay, sea",
        "{prose}\nKeywords: boat, harbour, net, quay, sea",
        "{prose}\n\nKeywords (5): boat, harbour, net, quay, sea\n\nLet me know if you want more words!",
        "{prose}\n\nboat, harbour, net, quay, sea\n\nLet me know if you need anything else today!",
        "{prose}\n\n1. boat\n2. harbour\n3. net\n4. quay\n5. sea",
        "{prose}\n\n- boat\n- harbour\n- net\n- quay\n- sea",
        "{prose}\n\n* boat\n* harbour\n* net\n* quay\n* sea",
        "{prose}\n\n• boat\n\n• harbour\n\n• net\n\n• quay\n\n• sea",
        "{prose}\n\nboat\nharbour\nnet\nquay\nsea",
        "{prose}\n\nboat, harbour,\nnet, quay, sea",
        "{prose}\n\n#boat, #harbour, #net, #quay, #sea",
        '{prose}\n\n"boat", "harbour", "net", "quay", "sea"',
        "```\n{prose}\n\nboat, harbour, net, quay, sea\n```",
        "{prose}\n\n---\n\nboat; harbour; net; quay; sea",
        "\ufeff{prose}\u2028\u2028boat, harbour, net, quay, sea",
    ],
)
def test_both_parts_are_found(answer):
    assert split_plain(answer.format(prose=PROSE)) == (PROSE, WORDS)


def test_a_description_of_two_paragraphs_stays_whole():
    first, second = "Old boats lie in the harbour.", "A wall of stone runs behind them all."
    assert split_plain(f"{first}\n\n{second}\n\nboat, sea") == (
        f"{first} {second}",
        ("boat", "sea"),
    )


def test_without_keywords_all_is_description():
    assert split_plain(PROSE) == (PROSE, ())
    assert split_plain("") == ("", ())


def test_labelled_phrases_are_keywords():
    text = f"{PROSE}\n\nKeywords: old boats in the harbour, nets drying on a quay"
    assert split_plain(text)[1] == ("old boats in the harbour", "nets drying on a quay")


@given(st.text(st.characters() | st.sampled_from("\n,.*-#:`1")))
def test_any_text_comes_apart(text):
    description, keywords = split_plain(text)
    assert "\n" not in description
    assert all(keywords)
