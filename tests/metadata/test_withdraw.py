"""A place that is not known any more leaves the photo, where batchcap had put it there."""

from batchcap.metadata.tags import TagPolicy, Words, authored, plan

TAGS = {
    "title": ("XMP-dc:Title",),
    "city": ("XMP-photoshop:City", "IPTC:City"),
    "country": ("XMP-photoshop:Country", "IPTC:Country-PrimaryLocationName"),
}
THERE = {
    "File:FileType": "JPEG",
    "XMP-dc:Title": "A square",
    "XMP-photoshop:City": "Paris",
    "IPTC:City": "Paris",
    "XMP-photoshop:Country": "France",
    "IPTC:Country-PrimaryLocationName": "France",
    "Photoshop:IPTCDigest": "00",
}
OURS = {"XMP-dc:Title": ("A square",), "XMP-photoshop:City": ("Paris",), "IPTC:City": ("Paris",)}
WORDS = Words({"title": "A square"})


def test_our_place_goes_and_a_person_s_stays():
    policy = TagPolicy(TAGS, ours=OURS)
    made = plan("a.jpg", WORDS, THERE, policy)
    assert set(made.delete) == {"XMP-photoshop:City", "IPTC:City"}
    assert made.values["Photoshop:IPTCDigest"] == "new"
    assert ("IPTC:City", "Paris", "") in made.changes
    ours = authored(made, WORDS, THERE, policy)
    assert ours == {"XMP-dc:Title": ("A square",)}
    after = {tag: value for tag, value in THERE.items() if tag not in made.delete}
    assert plan("a.jpg", WORDS, after, TagPolicy(TAGS, ours=ours)).empty


def test_a_place_that_a_person_corrected_stays():
    there = THERE | {"XMP-photoshop:City": "Lutetia", "IPTC:City": "Lutetia"}
    assert plan("a.jpg", WORDS, there, TagPolicy(TAGS, ours=OURS)).empty
