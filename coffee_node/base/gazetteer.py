"""Towns by name, so that "near Tournai" needs no other server: Belgium and its neighbours, as data."""

from __future__ import annotations

import unicodedata
from importlib import resources
from typing import NamedTuple

FILE = "towns.tsv"
NAME_LIMIT = 100


class Town(NamedTuple):
    """A town with its point on the map."""

    name: str
    country: str
    latitude: float
    longitude: float


def find_town(text: str, country: str = "") -> Town | None:
    """The town of this name in any of its languages ("Doornik", "7500 Tournai"), the largest of several.

    `country` (a code) chooses among towns of the same name, where it has one.
    """
    key = _key(text)
    if not key:
        return None
    found = [_town(line) for line in _lines_of(key)]
    return next((town for town in found if town.country == country), found[0] if found else None)


def _key(text: str) -> str:
    """A name as the file has it: small letters, no accents, no postal code in front or behind."""
    spaced = "".join(" " if char in "-'’,.()" else char for char in text[:NAME_LIMIT].casefold())
    bare = [char for char in unicodedata.normalize("NFKD", spaced) if not unicodedata.combining(char)]
    return " ".join(word for word in "".join(bare).split() if not any(char.isdigit() for char in word))


def _lines_of(key: str) -> list[str]:
    text = resources.files(__package__).joinpath(FILE).read_text(encoding="utf-8")
    found = []
    start = text.find(f"\n{key}\t")
    while start >= 0 and text.startswith(f"\n{key}\t", start):
        end = text.index("\n", start + 1)
        found.append(text[start + 1 : end])
        start = end
    return found


def _town(line: str) -> Town:
    _key, country, name, latitude, longitude = line.split("\t")
    return Town(name, country, float(latitude), float(longitude))
