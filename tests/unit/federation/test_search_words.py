"""Folding, the words of a question and their forms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coffee_node.federation.search import fold, search_text, words_of
from coffee_node.federation.search_words import MOST_WORDS, STOP_WORDS, forms_of, tag_terms, terms_of


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    once = fold(text)
    assert fold(once) == once
    assert once == once.strip()


@given(st.text("éàçüñœßÉÀÇÜÑŒ abc", max_size=40))
def test_letters_of_our_languages_become_plain_ones(text: str) -> None:
    assert fold(text).isascii()
    assert fold(text.upper()) == fold(text.lower())


def test_small_words_are_left_out_unless_there_are_no_others() -> None:
    assert [term.word for term in terms_of("Un atelier de la ville")] == ["atelier", "ville"]
    assert [term.word for term in terms_of("de la")] == ["de", "la"]
    assert terms_of("  ?! ") == []


def test_only_the_last_word_may_be_a_beginning() -> None:
    assert [term.is_prefix for term in terms_of("atelier num")] == [False, True]
    assert [term.is_prefix for term in terms_of("atelier de")] == [False]


@given(st.text(max_size=400))
def test_a_question_has_never_more_words_than_its_limit(text: str) -> None:
    terms = terms_of(text)
    assert len(terms) <= MOST_WORDS
    assert all(words_of(term.word) == [term.word] for term in terms)


@pytest.mark.parametrize(
    ("word", "form"),
    [
        ("ateliers", "atelier"), ("atelier", "ateliers"), ("journaux", "journal"), ("journal", "journaux"),
        ("bureau", "bureaux"), ("plekken", "plek"), ("bedrijf", "bedrijfen"), ("company", "companies"),
        ("companies", "company"), ("frauen", "frau"), ("kurse", "kursen"),
    ],
)  # fmt: skip
def test_a_word_is_looked_for_in_its_singular_and_plural(word: str, form: str) -> None:
    assert forms_of(word)[0] == word
    assert form in forms_of(word)


def test_short_words_and_numbers_have_one_form() -> None:
    assert forms_of("web") == ("web",)
    assert forms_of("2026") == ("2026",)


def test_a_tag_is_looked_for_as_a_whole() -> None:
    assert [term.forms for term in tag_terms("Machine-Learning")] == [("machine learning",)]
    assert tag_terms("#") == []


def test_stop_words_are_written_folded() -> None:
    assert {word for word in STOP_WORDS if fold(word) != word} == set()


def test_all_languages_tags_and_the_place_of_an_object_are_searched_without_its_markup() -> None:
    text = search_text(
        {
            "name": "Café",
            "name_map": {"nl": "Koffie", "fr": "Café"},
            "summary": "<p>Bon&nbsp;jour<br>vous</p>",
            "content_map": {"de": "<strong>Straße</strong>"},
            "tags": [{"name": "#Python"}, {"href": "no name"}],
            "place": {"name": "Mutualab", "address": {"locality": "Lille"}},
        }
    )
    assert (text.names, text.tags) == ("cafe koffie", "python")
    assert set(words_of(fold(text.body))) == {"bon", "jour", "vous", "strasse", "mutualab", "lille"}
