"""How far two spellings are from each other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coffee_node.federation.search_spelling import distance, letters_of, most_errors, one_error_from

WORDS = st.text("abcdeé", max_size=9)


@pytest.mark.parametrize(
    ("one", "other", "errors"),
    [
        ("atelier", "atelier", 0), ("atelier", "ateliers", 1), ("atelier", "atlier", 1),
        ("atelier", "atelire", 1), ("atelier", "ataleir", 2), ("mons", "lille", 3),
        ("", "ab", 2), ("ca", "abc", 3),
    ],
)  # fmt: skip
def test_an_error_is_a_letter_more_less_other_or_swapped(one: str, other: str, errors: int) -> None:
    assert distance(one, other, 2) == min(errors, 3)


@given(WORDS, WORDS)
def test_the_distance_is_the_same_both_ways_and_none_only_for_the_same_word(one: str, other: str) -> None:
    assert distance(one, other, 3) == distance(other, one, 3)
    assert (distance(one, other, 3) == 0) == (one == other)


@given(WORDS, WORDS, st.integers(0, 3))
def test_a_limit_ends_the_work_and_changes_no_answer_below_it(one: str, other: str, most: int) -> None:
    whole = distance(one, other, 20)
    assert distance(one, other, most) == min(whole, most + 1)


@given(WORDS, WORDS)
def test_one_error_changes_at_most_two_letters_of_the_mask(one: str, other: str) -> None:
    errors = distance(one, other, 20)
    assert (letters_of(one) ^ letters_of(other)).bit_count() <= 2 * errors


@pytest.mark.parametrize(
    ("word", "errors"), [("web", 0), ("cafe", 1), ("atelier", 2), ("2026", 0), ("b2b5x", 0)]
)
def test_short_words_and_numbers_are_not_corrected(word: str, errors: int) -> None:
    assert most_errors(word) == errors


@given(st.text("abcde", min_size=2, max_size=7), st.data())
def test_what_is_made_by_one_error_is_one_error_away_and_nothing_is_missing(
    word: str, data: st.DataObject
) -> None:
    made = one_error_from(word)
    assert all(distance(word, other, 2) == 1 for other in made)
    other = data.draw(st.text("abcde", max_size=6).map(lambda rest: word[0] + rest))
    assert (other in made) == (distance(word, other, 2) == 1)
