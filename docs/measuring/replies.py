"""Replies that differ from row to row, as a model's do: words drawn from a list, in sentences."""

import json
import random
from collections.abc import Iterator

KEYWORDS = 40
# What photos are sold by. Two of them make most keywords of an archive: some ten thousand pairs.
THINGS = (  # noqa: SIM905 a list of so many quoted words reads worse
    "boat harbour lighthouse bridge market square street window door balcony roof tower church"
    " garden park bench fountain statue river lake shore beach wave cliff island meadow field"
    " forest path trail mountain valley waterfall glacier snow cloud storm rainbow sunrise sunset"
    " night moon star reflection shadow fog mist rain leaf flower blossom tree branch grass moss"
    " bird gull horse cow sheep dog cat butterfly bee fish bread cheese fruit apple lemon tomato"
    " coffee cup table chair lamp book clock bicycle car train tram station road fence wall stone"
    " brick wood glass metal rope net basket umbrella hat scarf child woman man couple crowd hand"
).split()
KINDS = (  # noqa: SIM905
    "old small quiet bright dark wet dry warm cold green blue red yellow white black grey golden"
    " rough smooth narrow wide tall low empty busy calm windy foggy sunny cloudy distant close"
    " wooden painted rusty broken fresh ripe wild young modern traditional colourful simple"
).split()
CITY, COUNTRY = "Rome", "Italy"
TIMES = ("in the early morning", "after the rain", "below a clear sky", "at low tide", "in spring")


def varied(first: str, custom_ids: Iterator[str]) -> Iterator[str]:
    """Yield a reply for each task, in the form of the first one."""
    form = json.loads(first)
    for number, custom_id in enumerate(custom_ids):
        message = form["response"]["body"]["choices"][0]["message"]
        form["custom_id"] = custom_id
        message["content"] = json.dumps(caption(json.loads(message["content"]), number))
        yield json.dumps(form)


def caption(like: dict[str, object], number: int) -> dict[str, object]:
    """Return a caption with the fields of another one; the same for the same number."""
    chance = random.Random(number)  # noqa: S311 nothing secret
    seen = [f"{chance.choice(KINDS)} {chance.choice(THINGS)}" for _ in range(KEYWORDS)]
    subject, beside, far = seen[:3]
    title = f"{subject} beside a {beside}".capitalize()
    told = f"A {subject} stands beside a {beside} {chance.choice(TIMES)}, with a {far} behind it"
    single = [CITY, COUNTRY, *chance.sample(THINGS, 12)]
    keywords = list(dict.fromkeys([*subject.split(), *beside.split(), *single, *seen]))
    words = {"title": title, "description": f"{told} in {CITY}, {COUNTRY}."}
    return like | words | {"keywords": keywords[:KEYWORDS]}
