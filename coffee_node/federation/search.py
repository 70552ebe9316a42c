"""Text as it is searched: without HTML, and folded so that accents and case do not matter."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

TEXT_LIMIT = 20_000
MARKUP = re.compile(r"<[^>]*>")
WORD = re.compile(r"[^\W_]+")
MARKS = re.compile("[\u0300-\u036f]+")
JOINED = re.compile("[œæøđłßŒÆØĐŁẞ]")
LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "đ": "d", "ł": "l", "ı": "i", "’": "'"})
EXTRA_NAMES = ("headline", "title")


@dataclass(frozen=True)
class SearchText:
    """What is searched of one object: its names in all languages and its tags, folded, and everything else.

    Accents and capitals of `body` stay, because not every database needs it folded: that takes a while.
    """

    names: str
    tags: str
    body: str

    @property
    def head(self) -> str:
        """Names and tags in one line."""
        return f"{self.names} {self.tags}".strip()


def fold(text: str) -> str:
    """Lower case without accents, one space between words."""
    text = text.casefold()
    if not text.isascii():
        text = MARKS.sub("", unicodedata.normalize("NFKD", text.translate(LIGATURES)))
        # A letter can become one in upper case: the sign of numbers, for example.
        text = text.casefold()
    return " ".join(text.split())


def words_of(text: str) -> list[str]:
    """The words of a folded text."""
    return WORD.findall(text)


def search_text(values: Mapping[str, Any]) -> SearchText:
    """The searchable text of an object, given its columns by name: every language it is written in."""
    get = values.get
    names = [get("name") or "", *(get("name_map") or {}).values()]
    names += [str(get(name)) for name in EXTRA_NAMES if get(name)]
    body = {get("summary"): None, get("content"): None}
    for texts in (get("summary_map"), get("content_map")):
        if texts:
            body |= dict.fromkeys(texts.values())
    text = " ".join([*filter(None, body), *_place_words(get("place"))])
    tags = tag_names(get("tags") or ())
    return SearchText(fold(" ".join(dict.fromkeys(names))), fold(" ".join(tags)), _plain(text))


def _plain(text: str) -> str:
    """A text without markup; joined letters become single ones, because no database takes them apart."""
    text = MARKUP.sub(" ", text) if "<" in text else text
    text = html.unescape(text) if "&" in text else text
    text = text[:TEXT_LIMIT]
    return text.casefold().translate(LIGATURES) if JOINED.search(text) else text


def _place_words(place: Any) -> tuple[str, ...]:
    if not isinstance(place, Mapping):
        return ()
    address = place.get("address")
    town = address.get("locality") if isinstance(address, Mapping) else ""
    return str(place.get("name") or ""), str(town or "")


def tag_names(tags: Iterable[dict[str, Any]]) -> list[str]:
    """The names of tags without the `#` of hashtags."""
    return [str(tag["name"]).lstrip("#") for tag in tags if tag.get("name")]


def tag_rows(uri: str, tags: Iterable[dict[str, Any]]) -> list[dict[str, str]]:
    """The rows of the tag table for an object, so that lists can be filtered by its tags."""
    return [
        {
            "object_uri": uri,
            "rel": str(tag.get("rel") or ""),
            "href": str(tag.get("href") or "")[:2048],
            "name": name[:300],
            "folded": fold(name)[:300],
        }
        for tag in tags
        for name in tag_names([tag])
    ]
