"""Captions as a vision model writes them, each with the verdict an editor would give.

``again`` names the words that the reason must hold. What the rules are known to miss or to take
amiss stands at the end, as it is, so that a better rule shows.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from batchcap.captions.quality import review
from batchcap.preset import load_preset
from batchcap.records import Caption, Fact, Facts, Severity, Verdict

STOCK = load_preset("stock", Path(__file__).resolve().parents[2] / "configs")[0]


def facts(city: str, country: str, release: str = "commercial", notes: str = "") -> Facts:
    return Facts(
        country=Fact(country, "folder") if country else None,
        city=Fact(city, "folder") if city else None,
        release=Fact(release, "folder"),
        notes=Fact(notes, "notes") if notes else None,
    )


ROME = facts("Rome", "Italy")
ROME_NEWS = facts("Rome", "Italy", "editorial")
VENICE = facts("Venice", "Italy")
LYON = facts("Lyon", "France")
FLORENCE = facts("Florence", "Italy", notes="evening at the ponte vecchio")
COLOGNE = facts("Köln", "Germany")
NEW_YORK = facts("New York", "USA")
SEATTLE = facts("Seattle", "USA")
NOWHERE = facts("", "")
LONDON_NEWS = facts("London", "United Kingdom", "editorial")
CORK = facts("Cork", "Ireland")
NICE = facts("Nice", "France")
SAINT_MALO = facts("Saint-Malo", "France")
LISBON = facts("Lisbon", "Portugal")
BRUGES = facts("Bruges", "Belgium")
GOL = facts("Gol", "Norway")
MADRID = facts("Madrid", "Spain")
DUBLIN = facts("Dublin", "Ireland")
HELSINKI = facts("Helsinki", "Finland")
AREZZO = facts("Arezzo", "Italy")
VEGAS = facts("Las Vegas", "USA", "editorial")
PARIS = facts("Paris", "France", "editorial")
COLOSSEUM = facts("Rome", "Italy", "editorial", "Colosseum at night")
TESTACCIO = facts("Rome", "Italy", "commercial", "mercato di Testaccio")
WEDDING = facts("Bern", "Switzerland", "editorial", "Wedding of Anna and Lukas Meyer")


def caption(where: Facts, title: str, description: str, *keywords: str) -> Caption:
    """A caption whose keywords hold the title's words, so that only the words are judged."""
    release = where.release.value if where.release else "editorial"
    usual = ("travel", "outdoors", "daylight", "summer", "tourism", "scenery", "detail")
    return Caption(
        title=title,
        description=description,
        keywords=(*keywords, *usual),
        release=release,
        release_reason="Nobody can be recognised.",
        category="cityscapes",
    )


def judged(where: Facts, *words: str) -> Verdict:
    return review(STOCK, caption(where, *words), where)


def reasons(verdict: Verdict) -> str:
    return " ".join(each.message for each in verdict.findings if each.severity is Severity.AGAIN)


PASSES = [
    (ROME, "Gothic church beside a Baroque palace", "An old Gothic church stands next to a Baroque palace on a square in Rome, Italy."),
    (ROME, "Italian flag on a balcony", "The Italian flag hangs from a wrought-iron balcony in Rome, Italy."),
    (LYON, "Christmas market at dusk", "Visitors stroll along the wooden stalls of a Christmas market in Lyon, France."),
    (LYON, "French bakery with croissants", "Fresh croissants lie in the window of a French bakery in Lyon, France."),
    (FLORENCE, "Evening light on the Ponte Vecchio", "The Ponte Vecchio is mirrored in calm water at sunset in Florence, Italy."),
    (FLORENCE, "Renaissance facade in warm light", "A Renaissance facade with arched windows glows in Florence, Italy, in Europe."),
    (COLOGNE, "Cathedral above the river", "The twin spires of a Gothic cathedral rise above the river in Cologne, Köln, Germany."),
    (NEW_YORK, "Yellow taxi in heavy rain", "A yellow taxi waits in the rain on a street in New York, USA."),
    (NEW_YORK, "American flag over New York", "An American flag waves in front of a brick facade in New York, USA."),
    (SEATTLE, "Ferry crossing at sunrise", "A white ferry crosses calm water at sunrise in Seattle, in the United States, USA."),
    (NOWHERE, "Bengal tiger resting in grass", "A Bengal tiger rests in tall grass and looks into the distance."),
    (NOWHERE, "Canada goose with goslings", "A Canada goose leads her goslings across a meadow."),
    (NOWHERE, "Golden retriever on a beach", "A wet Golden Retriever runs along the beach with a stick."),
    (NOWHERE, "Yellow-legged gull on a wall", "A yellow-legged gull (Larus michahellis) stands on a stone wall."),
    (NOWHERE, "Lavender in bloom", "Rows of lavender, Lavandula angustifolia, bloom under a blue sky."),
    (NOWHERE, "Woman in a T-shirt by a window", "A young woman in a white T-shirt reads a book by a window."),
    (NOWHERE, "Persian rug in a living room", "A Persian rug lies in front of a grey sofa with LED lights behind it."),
    (NOWHERE, "Milky Way over a snowy ridge", "The Milky Way rises over a snowy ridge on a clear winter night."),
    (NOWHERE, "Statue of the Virgin Mary", "A marble statue of the Virgin Mary holds the Christ Child in a niche."),
    (NOWHERE, "Halloween pumpkins on steps", "Carved pumpkins stand on wooden steps on Halloween night."),
    (NOWHERE, "Brussels sprouts in a bowl", "Fresh Brussels sprouts fill a ceramic bowl on a wooden table."),
    (NOWHERE, "X-ray of a hand", "A doctor holds up an X-ray of a hand in front of a window."),
    (NOWHERE, "Two euro coins on a table", "A 100 euro banknote and a few coins lie on a wooden table."),
    (NOWHERE, "Nineteenth-century staircase", "A spiral staircase of the 19th century winds up to a glass dome."),
    (NOWHERE, "Exit sign in a corridor", 'A green sign above the door says "Exit" in a long corridor.'),
    (LONDON_NEWS, "Shoppers outside a Nike store", "Shoppers pass a Nike store with large windows in London, United Kingdom."),
    (LONDON_NEWS, "Red bus passing a theatre", 'A red bus passes a sign that reads "The Golden Lantern" in London, United Kingdom.'),
    (LONDON_NEWS, "Apple store at night", "People queue outside an Apple store at night in London, United Kingdom."),
    (WEDDING, "Anna and Lukas Meyer after the wedding", "Anna and Lukas Meyer leave the church under a shower of rice in Bern, Switzerland."),
    (GOL,"Wooden stave church in a forest","A dark wooden stave church with dragon heads stands among pines in Gol, Norway."),
    (MADRID,"Ornate stone facade under blue sky","Corinthian columns and carved cornices decorate a Neoclassical facade in Madrid, Spain."),
    (DUBLIN,"Colourful Georgian doors","Brightly painted Georgian doors line a brick terrace in Dublin, Ireland."),
    (HELSINKI,"White cathedral with green domes","A white Neoclassical cathedral with green domes towers over a wide square in Helsinki, Finland."),
    (AREZZO,"Medieval Square With Stone Towers","Stone towers and arcades surround a sloping medieval square in Arezzo, Italy."),
    (PARIS,"Demonstrators with banners",'Demonstrators carry a banner that reads "Climate Justice Now" along a boulevard in Paris, France.'),
    (VEGAS,"Neon lights on a casino facade","Neon lights flicker on the facade of a casino in Las Vegas, USA, as tourists walk past."),
    (NEW_YORK,"Steam rising from a manhole","Steam rises from a manhole cover on a busy New York street at night in the USA."),
    (NOWHERE,"Aerial View of Coastline","Waves break against a rocky coastline seen from above on a sunny day."),
    (NOWHERE,"Rustic Wooden Door","An old door of weathered oak hangs in a stone wall."),
    (NOWHERE,"Young Asian woman with a laptop","A young Asian woman types on a laptop in a bright home office."),
    (NOWHERE,"Caesar salad with grilled chicken","A bowl of Caesar salad with grilled chicken stands on a marble counter."),
    (NOWHERE,"Jack Russell terrier catching a ball","A Jack Russell terrier leaps to catch a red ball on a lawn."),
    (NOWHERE,"Monarch butterfly on a thistle","A Monarch butterfly spreads its wings on a purple thistle."),
    (NOWHERE,"Bird of paradise flower","An orange Bird of Paradise flower blooms in front of dark leaves."),
    (NOWHERE,"Chinese New Year lanterns","Red paper lanterns hang over an alley for Chinese New Year."),
    (NOWHERE,"Doctor checking an MRI scan","A doctor in a white coat checks an MRI scan on a TV screen."),
    (NOWHERE,"Tibetan prayer flags on a pass","Tibetan prayer flags flutter in front of snowy peaks."),
    (NOWHERE,"Santa Claus hat on a chair","A Santa Claus hat lies on a wooden chair beside a Christmas tree."),
    (NOWHERE,"Senior Couple Walking on Beach at Sunset","A senior couple walks hand in hand along a sandy beach at sunset."),
    (NOWHERE,"Art Deco staircase","A curved Art Deco staircase with brass rails leads to a gallery."),
    (NOWHERE,"Spanish Colonial mission","A Spanish Colonial mission with white walls stands under palms."),
    (NOWHERE,"Gothic Revival mansion","A Gothic Revival mansion with pointed gables stands in a park."),
    (NOWHERE,"Retro car from the 1950s","A turquoise car from the 1950s is parked on a street lined with palms."),
    (NOWHERE,"Dalmatian puppy","A Dalmatian puppy sleeps in a basket."),
    (NOWHERE,"Eucalyptus globulus leaves","Leaves of Eucalyptus globulus hang in front of a grey sky."),
    (NOWHERE,"Kitchen in a modern home","A kitchen island with a marble top stands under pendant lamps. A woman chops herbs."),
    (NOWHERE,"Hot-air balloons at dawn","Dozens of hot-air balloons drift over rock pillars at dawn, seen from a terrace."),
    (NOWHERE,"Happy birthday cake",'A cake with the words "Happy Birthday" stands on a table.'),
    (CORK,"Harbour of Cork at dusk","Fishing boats lie in the harbour of Cork, Ireland, at dusk."),
    (NICE,"Pebble beach in Nice","Sunbathers lie on a pebble beach in Nice, France, beside the turquoise sea."),
    (SAINT_MALO,"Ramparts of Saint-Malo","Waves crash against the granite ramparts of Saint-Malo, France."),
    (COLOSSEUM,"Colosseum glowing at night","The Colosseum glows in yellow light at night in Rome, Italy."),
    (TESTACCIO,"Market stall with artichokes","Artichokes are piled on a stall of the Testaccio market in Rome, Italy."),
]  # fmt: skip
AGAIN = [
    (ROME, "Sunset at the Ponte Milvio", "People watch the sunset from the Ponte Milvio in Rome, Italy.", ["Ponte Milvio"]),
    (NOWHERE, "Kintai Bridge at dawn", "The wooden Kintai Bridge spans a river in morning mist.", ["Kintai Bridge"]),
    (NOWHERE, "Stone bridge over a river", "The Charles Bridge spans a river in morning mist.", ["Charles Bridge"]),
    (NOWHERE, "Surfers at sunset", "Surfers ride small waves at Bondi Beach as the sun goes down.", ["Bondi Beach"]),
    (VENICE, "Pigeons on St. Mark's Square", "Pigeons gather on St. Mark's Square in Venice, Italy.", ["St. Mark's Square"]),
    (LYON, "Eiffel Tower at night", "The Eiffel Tower sparkles above the roofs of Lyon, France.", ["Eiffel Tower"]),
    (LYON, "Rooftops at dusk", "The lights of Paris glow under a purple sky in Lyon, France.", ["Paris", "Lyon, France"]),
    (LYON, "Paris rooftops at dusk", "Zinc roofs glow under a purple sky in Lyon, France.", ["Paris"]),
    (LYON, "Tapas on a wooden table", "Plates of tapas stand on a table in Spain, near Lyon, France.", ["Spain"]),
    (ROME, "Coffee on a terrace", "A cup of coffee and a Vespa stand on a sunny terrace in Rome, Italy.", ["Vespa"]),
    (ROME, "Coca-Cola sign above a bar", "An old neon sign hangs above a bar in Rome, Italy.", ["Coca-Cola"]),
    (NOWHERE, "Laptop on a desk", "A woman works on her Apple laptop beside a Starbucks cup.", ["Apple", "Starbucks"]),
    (NOWHERE, "Delivery truck in snow", "A yellow dhl truck drives along a snowy road.", ["dhl"]),
    (NOWHERE, "Hands typing on a phone", "Someone types a message on an iPhone in a café.", ["iPhone"]),
    (ROME, "Pizzeria with red awning", 'A pizzeria called "Bella Napoli" has tables on a square in Rome, Italy.', ["Bella Napoli", "editorial"]),
    (LONDON_NEWS, "Speaker on a stage", "Boris Johnson speaks to a crowd in London, United Kingdom.", ["Boris Johnson", "person"]),
    (LONDON_NEWS, "Crowd at a parade", "King Charles waves to the crowd in London, United Kingdom.", ["King Charles"]),
    (NOWHERE, "Maria smiling in the garden", "A smiling woman sits among roses in a garden.", ["Maria"]),
    (NOWHERE, "Woman in a garden", "Dr. Weissenbach sits among roses in a garden.", ["Weissenbach"]),
    (LONDON_NEWS, "Grave in the rain", 'A gravestone reads "John Keats Miller" in London, United Kingdom.', ["John Keats Miller"]),
    (WEDDING, "Guests after the wedding", "Anna Keller and the guests leave the church in Bern, Switzerland.", ["Anna Keller"]),
    (NOWHERE, "Brandenburg at night", "The columns of the Brandenburg gate are lit at night.", ["Brandenburg"]),
    (NOWHERE, "Old Harbor Lights Over Quiet Mirrored Water", "Lights of the Lindau harbor are mirrored in the lake.", ["Lindau"]),
    (COLOGNE, "Ein Hund am Strand", "Ein Hund läuft mit seinem Ball über den Strand in Köln, Germany.", ["English"]),
    (LYON, "Un chien court sur la plage", "Un chien court avec une balle dans les vagues à Lyon, France.", ["English"]),
    (ROME, "Кошка на стене", "A cat sleeps on a wall in Rome, Italy.", ["English"]),
    (ROME, "Cat asleep on a wall", "A cat sleeps on a wall that was built in 1652 by monks in Rome, Italy.", ["1652"]),
    (ROME, "Cat asleep on a wall", "A cat sleeps at 41.9028, 12.4964 in Rome, Italy.", ["coordinates"]),
    (ROME, "Car with a dented door", "A car with the plate 734921 stands at a kerb in Rome, Italy.", ["734921"]),
    (ROME, "Cat asleep on a wall", "A cat sleeps on a wall, shot with a 50mm lens at f/1.8 in Rome, Italy.", ["camera"]),
    (ROME, "Cat asleep on a wall", "A royalty-free stock photo of a cat on a wall in Rome, Italy.", ["file"]),
    (ROME, "Cat asleep on a wall", "A cat sleeps on a wall under a Shutterstock watermark in Rome, Italy.", ["agency"]),
    (ROME, "Shop with a blue door", "The shop at www.bella.it has a blue door in Rome, Italy.", ["address"]),
    (ROME, "Cat asleep on a wall", "A cat asleep on the wall in Rome, Italy.", ["nearly the same"]),
    (NOWHERE, "Wall with graffiti", "Someone has sprayed a big fucking heart onto the wall.", ["insults"]),
    (GOL,"Gol Stave Church in summer","The Gol Stave Church stands among pines in Gol, Norway.", ["Gol Stave Church"]),
    (VEGAS,"Fountains at the Bellagio","Fountains dance in front of the Bellagio in Las Vegas, USA.", ["Bellagio"]),
    (VEGAS,"Las Vegas Strip at night","Traffic moves along the Las Vegas Strip at night in Las Vegas, USA.", ["Las Vegas Strip"]),
    (PARIS,"Seine at sunset","Boats pass under a bridge over the Seine in Paris, France.", ["Seine"]),
    (AREZZO,"Piazza Grande with towers","Stone towers surround the Piazza Grande in Arezzo, Italy.", ["Piazza Grande"]),
    (MADRID,"Almudena Cathedral","The Almudena Cathedral rises behind a park in Madrid, Spain.", ["Almudena Cathedral"]),
    (DUBLIN,"Ha'penny Bridge at night","A white iron bridge crosses the Liffey in Dublin, Ireland.", ["Liffey"]),
    (HELSINKI,"Senate Square in snow","People cross Senate Square in the snow in Helsinki, Finland.", ["Senate Square"]),
    (NOWHERE,"Grand Hotel in the mountains","The Grand Hotel Kronenhof lies in front of snowy peaks.", ["Kronenhof"]),
    (NOWHERE,"Neptune fountain","Water pours from a statue of Neptune with a trident.", ["Neptune"]),
    (NOWHERE,"World Cup fans","Fans wave flags at the World Cup in a crowded stadium.", ["World Cup"]),
    (NOWHERE,"Waterfall in Iceland","A waterfall plunges over basalt columns in Iceland.", ["Iceland"]),
    (NOWHERE,"Temple at Angkor","Tree roots cover a temple ruin at Angkor.", ["Angkor"]),
    (NOWHERE,"Alpine lake","A turquoise lake lies below the peaks of the Dolomites.", ["Dolomites"]),
    (NOWHERE,"Tesla charging at a station","A white Tesla charges at a station.", ["Tesla"]),
    (NOWHERE,"Red Ferrari on a road","A red Ferrari speeds along a coastal road.", ["Ferrari"]),
    (NOWHERE,"Boy with Lego bricks","A boy builds a tower with colourful lego bricks.", ["Lego"]),
    (NOWHERE,"Couple with a map","Sophie and Tom look at a map on a bench.", ["Sophie"]),
    (NOWHERE,"Painter at work","Painter Gerhard Richter stands in front of a canvas.", ["Gerhard Richter"]),
    (NOWHERE,"Bust of a composer","A marble bust of Beethoven stands on a piano.", ["Beethoven"]),
    (NOWHERE,"UNESCO site in the desert","A UNESCO World Heritage site of clay houses lies in a desert.", ["UNESCO"]),
    (NOWHERE,"Kyoto alley in rain","A woman with an umbrella walks along a wet alley.", ["Kyoto"]),
    (ROME,"Fountain in Rome","Trevi fountain is lit at night in Rome, Italy.", ["Trevi"]),
    (ROME,"Roman amphitheatre","The ancient coliseum glows at dusk in Rome, Italy.", ["coliseum"]),
    (ROME,"Dome at dusk","The dome of St Peter's rises over Rome, Italy.", ["St Peter's"]),
    (ROME,"Street in Trastevere","Ivy covers a house in Trastevere in Rome, Italy.", ["Trastevere"]),
    (ROME,"Cat on a wall","This image shows a cat on a wall at 24mm in Rome, Italy.", ["24mm"]),
    (ROME,"Spanish steps","Tourists sit on the Spanish Steps in Rome, Italy.", ["Spanish"]),
    (NEW_YORK,"Yellow cab","A yellow cab drives down Fifth Avenue in New York, USA.", ["Fifth Avenue"]),
    (NEW_YORK,"Skyline at dusk","The skyline of Chicago glows at dusk in New York, USA.", ["Chicago"]),
    (COLOGNE,"Dom am Rhein","Der Dom steht am Rhein und ist von vielen Menschen besucht.", ["English"]),
    (LISBON,"Tram in Alfama","A yellow tram climbs through Alfama in Lisbon, Portugal.", ["Alfama"]),
    (BRUGES,"Canal in Bruges","Houses line a canal in the Venice of the North in Bruges, Belgium.", ["Venice"]),
]  # fmt: skip


@pytest.mark.parametrize(("where", "title", "text"), PASSES, ids=[each[1] for each in PASSES])
def test_what_an_editor_would_let_pass(where, title, text) -> None:
    verdict = judged(where, title, text)
    assert reasons(verdict) == ""
    assert (verdict.caption.title, verdict.caption.description) == (title, text)


@pytest.mark.parametrize(
    ("where", "title", "text", "told"), AGAIN, ids=[f"{each[1]}-{each[3][0]}" for each in AGAIN]
)
def test_what_an_editor_would_send_back(where, title, text, told) -> None:
    said = reasons(judged(where, title, text))
    assert all(each in said for each in told), said
    assert len(said) <= 300, "the prompt takes no longer reason"


# What the rules cannot see: a lone unknown name where a sentence or a Title begins, and no other
# text of the caption that says it within a sentence.
MISSED = [
    (NOWHERE, "Hallstatt by the lake", "Wooden houses line the shore of a lake below steep mountains."),
    (NOWHERE, "Lindau At Blue Hour", "Lights of an old harbour are mirrored in a lake at blue hour."),
    (NOWHERE, "golden kintai bridge", "The wooden kintai bridge spans a river in morning mist."),
]  # fmt: skip
# What they send back though nothing is named: a common word that somebody capitalised.
AMISS = [
    (NOWHERE, "Cyclists at the finish line", "Cyclists of the Tour pass the finish line in the rain."),
    (NOWHERE, "Daily bread on a shelf", 'A shelf with the words "Fresh Daily" holds loaves of bread.'),
]  # fmt: skip


@pytest.mark.parametrize(("where", "title", "text"), MISSED, ids=[each[1] for each in MISSED])
def test_what_is_known_to_slip_through(where, title, text) -> None:
    assert reasons(judged(where, title, text)) == ""


@pytest.mark.parametrize(("where", "title", "text"), AMISS, ids=[each[1] for each in AMISS])
def test_what_is_known_to_be_sent_back_in_vain(where, title, text) -> None:
    assert reasons(judged(where, title, text)) != ""


def test_an_unsupported_keyword_is_dropped_and_the_rest_stays() -> None:
    given = caption(LYON, "Iron tower at night", "An iron tower sparkles at night in Lyon, France.")
    words = (
        "tower",
        "iron",
        "night",
        "Eiffel Tower",
        "eiffel tower",
        "Paris",
        "Nike",
        "john smith",
    )
    verdict = review(STOCK, replace(given, keywords=(*words, *given.keywords)), LYON)
    assert reasons(verdict) == ""
    kept = verdict.caption.keywords
    assert kept[:3] == ("tower", "iron", "night")
    assert not {"eiffel tower", "paris", "nike", "john smith"} & {each.lower() for each in kept}


def test_a_region_after_the_known_city_is_cut() -> None:
    text = "A white ferry crosses calm water at sunrise in Seattle, Washington, USA."
    verdict = judged(SEATTLE, "Ferry crossing at sunrise", text)
    assert reasons(verdict) == ""
    assert verdict.caption.description == text.replace(" Washington,", "")


def test_the_folder_wins_over_the_model() -> None:
    seen = caption(ROME, "Crowd on a square", "A crowd gathers on a square in Rome, Italy.")
    sees = replace(seen, release="editorial", release_reason="Faces can be recognised.")
    held = [each for each in review(STOCK, sees, ROME).findings if each.severity is Severity.HOLD]
    assert [each.rule for each in held] == ["release_conflict"]
    assert "Faces can be recognised." in held[0].message
    news = replace(seen, release="commercial")
    assert review(STOCK, news, ROME_NEWS).severity is not Severity.HOLD
