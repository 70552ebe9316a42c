"""Words that were found, marked in texts without ever opening a way for markup."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from coffee_node.federation.search_words import tag_terms, terms_of
from coffee_node.web.search_marks import EXCERPT, Marker

ANY = st.text("<>&\"'aeéß /mark\u0301", max_size=60)


def test_words_are_marked_as_they_are_written() -> None:
    terms = terms_of("ateliers numerique")
    assert Marker(terms).highlight("L’Atelier NUMÉRIQUE") == "L’<mark>Atelier</mark> <mark>NUMÉRIQUE</mark>"
    assert Marker(terms_of("numer")).highlight("Numériques") == "<mark>Numériques</mark>"
    assert Marker(tag_terms("machine learning")).highlight("machine learning").count("<mark>") == 2


def test_markup_in_a_text_stays_text() -> None:
    marked = Marker(terms_of("cafe")).highlight('<b onclick="x">café</b>')
    assert marked == "&lt;b onclick=&#34;x&#34;&gt;<mark>café</mark>&lt;/b&gt;"


@given(ANY, ANY)
def test_nothing_but_marks_is_added_whatever_is_typed(text: str, question: str) -> None:
    import unicodedata

    marked = str(Marker(terms_of(question)).highlight(text))
    plain = re.sub("</?mark>", "", marked)
    assert plain == str(escape(unicodedata.normalize("NFC", text)))
    assert marked.count("<mark>") == marked.count("</mark>")


@given(st.text("ab cé.", max_size=600), st.text("abc", max_size=5))
def test_an_excerpt_is_short_and_a_piece_of_its_text(text: str, question: str) -> None:
    piece = Marker(terms_of(question)).excerpt(text)
    assert len(piece) <= EXCERPT + 4
    assert piece.removeprefix("… ").removesuffix(" …") in " ".join(text.split())


def test_an_excerpt_shows_the_word_that_was_looked_for() -> None:
    text = "mot " * 100 + "robotique et " + "mot " * 100
    piece = Marker(terms_of("robotique")).excerpt(text)
    assert "robotique" in piece
    assert piece.startswith("… ") and piece.endswith(" …")
    assert Marker(terms_of("absent")).excerpt("court") == "court"
