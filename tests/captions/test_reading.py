"""What is read once says what a close look says, and a quick no is never wrong."""

import pickle
import re
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from batchcap.captions.naming import close_look, unsupported
from batchcap.captions.quality import review
from batchcap.captions.text import fold, says
from batchcap.preset import load_preset
from batchcap.records import Caption, Fact, Facts
from batchcap.records.captions import Memory

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
STOCK = load_preset("stock", CONFIGS)[0]
SAID = (
    "A the of in boat boats harbour Harbour stone bridge Bridge Charles Rome rome Rome's Italy "
    "Paris New York york Orleans Washington Golden Retriever Bengal tiger Larus michahellis Maria "
    "maria Angela Merkel Dr. King Coca-Cola apple Apple iPhone McDonald's Vespa Roman Christmas "
    "Art Deco MRI TV O'Brien d'Orsay St. Peter's Köln Zürich café Café Eiffel Tower “Bella Napoli” "
    '"Open" Red Bull red walking runs colour color shit two dogs dog men . ! : , ; - ( ) 2 1998 '
    "f/2.8 50mm @home www.bella.it bella.it shutterstock photo picture shot Photo ſhot"  # noqa: RUF001
)
WORDS = SAID.split(" ")
TEXTS = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join) | st.text(max_size=12)
CAPTIONS = st.builds(
    Caption,
    title=TEXTS,
    description=TEXTS,
    keywords=st.lists(
        st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join), max_size=12
    ).map(tuple),
    visible_text=st.sampled_from(["", "Coca-Cola"]),
    release=st.sampled_from(["", "commercial", "editorial"]),
)
PLACES = st.sampled_from(
    [("", ""), ("Rome", "Italy"), ("New York", "USA"), ("", "Germany"), ("Köln", "Germany")]
)


@st.composite
def known(draw) -> Facts:
    city, country = draw(PLACES)
    notes = draw(st.sampled_from(["", "Angela Merkel on the Charles Bridge"]))
    return Facts(
        city=Fact(city, "folder") if city else None,
        country=Fact(country, "folder") if country else None,
        notes=Fact(notes, "notes") if notes else None,
    )


@given(CAPTIONS, known())
def test_where_no_word_is_loud_a_close_look_finds_no_name(caption, facts) -> None:
    assert unsupported(STOCK, caption, facts) == close_look(STOCK, caption, facts)


@given(CAPTIONS, known())
def test_what_was_read_before_changes_no_verdict(caption, facts) -> None:
    anew = replace(STOCK, lists=replace(STOCK.lists, memory=Memory()))
    assert review(anew, caption, facts) == review(STOCK, caption, facts)


def test_a_copy_for_another_process_begins_empty_and_judges_alike() -> None:
    caption = Caption(title="Angela in Rome", description="A boat.", keywords=("Boats", "boat"))
    verdict = review(STOCK, caption, Facts())
    assert STOCK.lists.memory
    copy = pickle.loads(pickle.dumps(STOCK))  # noqa: S301 our own
    assert copy == STOCK
    assert not copy.lists.memory
    assert review(copy, caption, Facts()) == verdict


@given(TEXTS, st.sampled_from(WORDS) | st.text(max_size=4))
def test_says_means_whole_words(text, name) -> None:
    wanted = rf"(?<!\w){re.escape(fold(name))}(?!\w)"
    assert says(text, name) == (re.search(wanted, fold(text)) is not None)
