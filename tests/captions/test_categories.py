"""Neutral categories from the words of a caption."""

import pytest

from batchcap.agency import load_categories
from batchcap.captions.categories import category_of, lexicon
from batchcap.config import configs_folder
from batchcap.records import Caption

TABLE = load_categories(configs_folder())


@pytest.mark.parametrize(
    ("title", "first"),
    [
        ("Golden retriever puppies in a meadow", "pets"),
        ("Two cups of coffee on a wooden table", "drinks"),
        ("Snow-capped mountains at dawn", "mountains"),
        ("Gothic cathedral with a rose window", "religion"),
        ("Steam trains at the railway station", "transport"),
        ("Wind turbines and solar panels", "environment"),
        ("CHILDREN at a playground", "children"),
        ("Fresh strawberries at the food market", "food"),
    ],
)
def test_the_title_leads_to_the_category(title: str, first: str) -> None:
    assert category_of(TABLE, Caption(title=title))[0] == first


def test_one_word_of_the_description_is_a_bystander_and_two_are_a_subject() -> None:
    assert category_of(TABLE, Caption(title="Morning", description="A dog looks on.")) == ()
    two = Caption(title="Morning", description="A dog looks on. Another dog sleeps.")
    assert category_of(TABLE, two) == ("pets",)


def test_keywords_are_not_looked_at() -> None:
    assert category_of(TABLE, Caption(title="Something", keywords=("dog", "dog", "cat"))) == ()


def test_where_no_word_is_known_no_category_is_invented() -> None:
    assert category_of(TABLE, Caption(title="Untold", description="Nothing of note.")) == ()
    assert category_of(TABLE, Caption()) == ()


def test_what_the_model_chose_goes_first_if_it_is_on_the_list() -> None:
    words = Caption(title="A dog on the beach", category="Sea Life")
    assert category_of(TABLE, words)[0] == "sea life"
    other = Caption(title="A dog", category="illustration")
    assert category_of(TABLE, other) == ("pets",)


def test_what_kind_of_picture_it_is_says_nothing_of_what_it_shows() -> None:
    """The accessibility preset's classification is about the medium."""
    words = Caption(title="A dog on the beach", classification="sea life")
    assert category_of(TABLE, words)[0] == "pets"


def test_the_longest_phrase_is_the_one_that_counts() -> None:
    table = lexicon({"food": ("ice cream",), "nature": ("ice",), "drinks": ("cream",)})
    assert category_of(table, Caption(title="Ice creams")) == ("food",)
    assert category_of(table, Caption(title="Ice and snow")) == ("nature",)
