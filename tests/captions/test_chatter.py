import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchcap.captions.chatter import is_refusal, is_talk, without_talk


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Certainly! Here is the caption: a boat at sea.", "A boat at sea."),
        ("Sure, here's a description of your photo: Boats at sea.", "Boats at sea."),
        ("Of course! Boats at sea.", "Boats at sea."),
        ("Here\u2019s the description: Boats at sea.", "Boats at sea."),
        ("I'd be happy to help! Description: Boats at sea.", "Boats at sea."),
        ("Title: Boats at sea", "Boats at sea"),
        ("Boats at sea. Let me know if you need more.", "Boats at sea."),
        ("Boats at sea. I hope this helps! Feel free to ask.", "Boats at sea."),
    ],
)
def test_talk_around_a_caption_is_taken_out(text, expected):
    assert without_talk(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Great Wall of China in autumn.",
        "Sure-footed goats on a cliff.",
        "Here the river meets the sea.",
        "Here is where two rivers meet: the old harbour.",
        "Okay Street sign in Lagos.",
        "If you want peace, says a mural. Two girls pass it.",
        "Freelancer at work. Feeling free, she smiles.",
    ],
)
def test_a_caption_that_begins_like_talk_stays(text):
    assert without_talk(text) == text
    assert not is_talk(text)


@pytest.mark.parametrize(
    "text",
    [
        "As an AI, I see a boat.",
        "A boat, as requested.",
        "Here is a description of the harbour.",
        "I am just an AI language model with a boat.",
    ],
)
def test_talk_that_does_not_part_from_the_caption_is_named(text):
    assert is_talk(without_talk(text))


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't help with that.",
        "I\u2019m sorry, I can\u2019t identify people.",
        "Sorry, but I cannot describe this.",
        "Unfortunately, I am not able to do this.",
        "I cannot assist with that request.",
        "I'm unable to view images.",
        "As an AI language model, I do not describe faces.",
        "I won't describe this picture.",
        "I apologize, but no.",
    ],
)
def test_refusals(text):
    assert is_refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "Sorry, we're closed, says a sign on a shop door.",
        "A sign reads: I'm sorry.",
        "Canned fish in a shop.",
        "I Love Rome graffiti on a wall",
    ],
)
def test_captions_that_are_no_refusals(text):
    assert not is_refusal(text)


@given(st.text(max_size=80))
def test_taking_talk_out_twice_changes_nothing_more(text):
    for opening in ("", "Certainly! ", "Sure, here is the caption: ", "Title: Title: "):
        for farewell in ("", ". Let me know if it fits. I hope this helps!"):
            once = without_talk(opening + text + farewell)
            assert without_talk(once) == once
