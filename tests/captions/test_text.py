import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchcap.captions.text import breaks_off, clean, ends_sentence, fold, plain, says, trim

HOSTILE = st.text(
    alphabet=st.one_of(
        st.characters(),
        st.sampled_from("<>b/*`\"'()., \n\t\x00\u200b\u202e\u2066\ufeff\ud800\u0301\u0338&;!?…-"),
    ),
    max_size=120,
)


@pytest.mark.parametrize(
    ("dirty", "expected"),
    [
        ("a\nb\r\n\tc", "a b c"),
        ("a\x00b\x07c", "abc"),
        ("a\u202eb\u2066c\u200fd\u200be\ufefff", "abcdef"),
        ("lone \ud800 surrogate", "lone surrogate"),
        ("<b>bold</b> & <script x='1'>run</script>", "bold & run"),
        ("<<b>b>twice", "btwice"),
        ("cafe\u0301", "caf\u00e9"),
        ("one\u2028two\u0085three", "one two three"),
        ("tag \U000e0041\U000e0042 letters", "tag letters"),
        ("\ufffe\uffff\ufdd0x", "x"),
        ("Rock & roll, 50% of 3 = ?", "Rock & roll, 50% of 3 = ?"),
        ("zebra 🦓 crossing", "zebra 🦓 crossing"),
    ],
)
def test_clean(dirty, expected):
    assert clean(dirty) == expected


@given(HOSTILE)
def test_clean_text_is_one_safe_line_and_stays_as_it_is(text):
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert plain(plain(text)) == plain(text)
    assert cleaned == " ".join(cleaned.split())
    assert unicodedata.is_normalized("NFC", cleaned)
    assert not any(unicodedata.category(each) in {"Cc", "Cf", "Cs"} for each in cleaned)
    assert "<" not in cleaned
    assert ">" not in cleaned
    cleaned.encode("utf-8")


@given(HOSTILE, st.integers(min_value=1, max_value=80))
def test_trim_gives_a_start_of_the_text_within_the_limit(text, limit):
    line = clean(text)
    short = trim(line, limit)
    assert len(short) <= limit
    assert line.startswith(short)
    assert trim(short, limit) == short


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (60, "Old boats lie in the harbour. Nets dry on the quay."),
        (45, "Old boats lie in the harbour."),
        (26, "Old boats lie"),
        (3, "Old"),
        (2, ""),
    ],
)
def test_trim_prefers_a_sentence_end_and_never_ends_on_a_word_that_wants_more(limit, expected):
    assert trim("Old boats lie in the harbour. Nets dry on the quay.", limit) == expected


def test_trim_takes_no_abbreviation_for_a_sentence_end():
    assert trim("The dome of St. Peter rises above the river", 24) == "The dome of St. Peter"


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("A boat in the harbour.", False),
        ("A boat in the harbour", False),
        ('A sign says "Open".', False),
        ("A boat in the", True),
        ("A boat, a net,", True),
        ("A boat (red", True),
        ('A sign says "Op', True),
        ("A boat in the har...", True),
        ("A boat in the har…", True),
        ("A boat -", True),
    ],
)
def test_breaks_off(text, broken):
    assert breaks_off(text) is broken


def test_ends_sentence_behind_quotes_and_brackets():
    assert ends_sentence('She says "Stop!"')
    assert ends_sentence("A dome (left).")
    assert not ends_sentence("A dome...")
    assert not ends_sentence("")


def test_says_compares_whole_words_without_case_and_accents():
    assert says("Trams in SAO PAULO at night", "São Paulo")
    assert says("Rome's streets", "rome")
    assert not says("Romeo and Juliet", "Rome")
    assert fold("ÉCOLE") == "ecole"


def test_long_hostile_text_is_quick_enough_to_end():
    for piece in ("a", "<b", "(", '"', "...", "a. ", "<<b>b>", "of the "):
        text = plain(piece * 30_000)
        assert len(trim(text, 1500)) <= 1500
        assert breaks_off(text) in {True, False}
