"""How far two spellings of a word are from each other, with an end to the work."""

from __future__ import annotations

SHORT, LONG = 4, 7
OTHER_LETTER = 1 << 26
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def most_errors(word: str) -> int:
    """How many errors a word of this length may have: none below four letters, two from seven on."""
    if len(word) < SHORT or not word.isalpha():
        return 0
    return 2 if len(word) >= LONG else 1


def letters_of(word: str) -> int:
    """A bit for each letter that a word has; one error changes at most two of them."""
    found = 0
    for letter in word:
        place = ord(letter) - 97
        found |= 1 << place if 0 <= place < 26 else OTHER_LETTER
    return found


def one_error_from(word: str) -> set[str]:
    """Every spelling with one error; the first letter stays unless it changes places with the second."""
    places = range(1, len(word))
    found = {word[:place] + word[place + 1 :] for place in places}
    found |= {word[:place] + letter + word[place + 1 :] for place in places for letter in LETTERS}
    found |= {word[:place] + letter + word[place:] for place in (*places, len(word)) for letter in LETTERS}
    found |= {word[: place - 1] + word[place] + word[place - 1] + word[place + 1 :] for place in places}
    return found - {word}


def distance(one: str, other: str, most: int) -> int:
    """How many letters must be added, left out, changed or swapped with the next; `most` + 1 when more.

    A letter that was moved once is not changed again (optimal string alignment).
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    one, other = _different_part(one, other)
    if not one or not other:
        return len(one) + len(other)
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        line = [row]
        for place, theirs in enumerate(other, 1):
            best = min(last[place] + 1, line[place - 1] + 1, last[place - 1] + (letter != theirs))
            if row > 1 and place > 1 and letter == other[place - 2] and one[row - 2] == theirs:
                best = min(best, before[place - 2] + 1)
            line.append(best)
        if min(line) > most and min(last) > most:
            return most + 1
        before, last = last, line
    return min(last[-1], most + 1)


def _different_part(one: str, other: str) -> tuple[str, str]:
    """Both words without what they have in common at the beginning and at the end."""
    start, shorter = 0, min(len(one), len(other))
    while start < shorter and one[start] == other[start]:
        start += 1
    one, other = one[start:], other[start:]
    end, shorter = 0, min(len(one), len(other))
    while end < shorter and one[-1 - end] == other[-1 - end]:
        end += 1
    return one[: len(one) - end], other[: len(other) - end]
