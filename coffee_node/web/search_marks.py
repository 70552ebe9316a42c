"""The words that were looked for, marked in titles and in the piece of a text where they stand."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from markupsafe import Markup, escape

from coffee_node.federation.search import fold
from coffee_node.federation.search_words import Term

WORD = re.compile(r"[^\W_]+")
EXCERPT = 180
BEFORE = 60


class Marker:
    """Knows which words of a text are those looked for, in any of their forms."""

    def __init__(self, terms: Iterable[Term]) -> None:
        terms = list(terms)
        self._words = {word for term in terms for word in (term.word.split() if term.is_tag else term.forms)}
        self._beginnings = tuple(term.word for term in terms if term.is_prefix)

    def fits(self, word: str) -> bool:
        """Whether this is one of the words."""
        folded = word.lower() if word.isascii() else fold(word)
        return folded in self._words or folded.startswith(self._beginnings)

    def has_one(self, text: str) -> bool:
        """Whether one of the words stands in a text."""
        return any(self.fits(found[0]) for found in WORD.finditer(text))

    def highlight(self, text: str) -> Markup:
        """A plain text as HTML, with <mark> around the words; everything else is escaped."""
        text = unicodedata.normalize("NFC", text)
        parts: list[Markup] = []
        end = 0
        for found in WORD.finditer(text):
            if self.fits(found[0]):
                parts += [escape(text[end : found.start()]), Markup("<mark>{}</mark>").format(found[0])]
                end = found.end()
        return Markup("").join([*parts, escape(text[end:])])

    def excerpt(self, text: str) -> str:
        """The piece of a text around the first of the words, else its beginning; cut between words."""
        text = " ".join(unicodedata.normalize("NFC", text).split())
        first = next((found.start() for found in WORD.finditer(text) if self.fits(found[0])), 0)
        start = _word_start(text, first - BEFORE) if first > BEFORE else 0
        piece = text[start : start + EXCERPT]
        if start + EXCERPT < len(text):
            piece = piece.rsplit(" ", 1)[0] + " …"
        return ("… " if start else "") + piece


def _word_start(text: str, place: int) -> int:
    space = text.find(" ", place)
    return space + 1 if 0 <= space < place + BEFORE else place
