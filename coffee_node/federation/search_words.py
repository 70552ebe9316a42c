"""The words of a text and of a question: where one ends, which say nothing, and which forms mean the same."""

from __future__ import annotations

from dataclasses import dataclass

from coffee_node.federation.search import fold, words_of

MOST_WORDS = 8
PREFIX_FROM = 2
# Folded; what a question may leave out without meaning less, in the four languages of the pages.
STOP_WORDS = frozenset(
    words_of(
        # French
        "a ai au aux avec ce ces cet cette chez dans de des du elle en est et etc eux il ils je l la "
        "le les leur leurs lui ma mais me mes mon ne nos notre nous on ou par pas plus pour qu que "
        "qui sa sans se ses son sont sur ta te tes ton tu un une vers vos votre vous y d c j m n s t "
        # Dutch
        "aan al als bij dat de den der deze die dit door een en er haar heb hebben heeft het hij hoe "
        "hun ik in is je kan maar met mijn naar niet nog of om onder ons onze ook op over te tegen "
        "tot uit uw van voor wat we wie wij wordt zich zij zijn zo "
        # German
        "aber als am an auch auf aus bei bin bis da das dass dem den der des die du durch ein eine "
        "einem einen einer er es fur hat haben ich ihr ihre im in ist kein mein mit nach nicht noch "
        "nur oder ohne sich sie sind so uber um und uns unser von vor was wenn wer wie wir zu zum zur "
        # English
        "a about am an and are as at be by can do for from has have he her his how i if in into is it "
        "its my no not of on or our she so that the their them there they this to us was we what when "
        "where which who will with you your "
    )
)


@dataclass(frozen=True)
class Term:
    """One word that is looked for: any of its forms, and with `is_prefix` what begins with the first.

    With `is_tag` its only form is the words of a tag in a row, and it counts nowhere else.
    """

    forms: tuple[str, ...]
    is_prefix: bool = False
    is_tag: bool = False

    @property
    def word(self) -> str:
        """The word as it was asked for."""
        return self.forms[0]


def terms_of(text: str) -> list[Term]:
    """What a question looks for: its words without those that say nothing, the last one as a beginning."""
    words = list(dict.fromkeys(words_of(fold(text))))[: 2 * MOST_WORDS]
    last = words[-1] if words else ""
    said = [word for word in words if word not in STOP_WORDS] or words
    return [
        Term(forms_of(word), is_prefix=word == last and len(word) >= PREFIX_FROM)
        for word in said[:MOST_WORDS]
    ]


def tag_terms(name: str) -> list[Term]:
    """What a tag of this name looks for, nothing when it has no word."""
    words = words_of(fold(name))[:MOST_WORDS]
    return [Term((" ".join(words),), is_tag=True)] if words else []


def forms_of(word: str) -> tuple[str, ...]:
    """The word itself and its likely singulars and plurals in the four languages."""
    if len(word) < 4 or not word.isalpha():
        return (word,)
    return tuple(dict.fromkeys((word, *_singulars(word), *_plurals(word))))


def _singulars(word: str) -> list[str]:
    found = []
    if word.endswith("aux"):
        found.append(f"{word[:-3]}al")
    if word.endswith("ies"):
        found.append(f"{word[:-3]}y")
    if word.endswith(("s", "x", "n")):
        found.append(word[:-1])
    if word.endswith(("en", "er", "es")) and len(word) > 5:
        stem = word[:-2]
        is_doubled = stem[-1] == stem[-2]
        found += [stem, stem[:-1]] if is_doubled else [stem]
    return found


def _plurals(word: str) -> list[str]:
    if word.endswith(("s", "x")):
        return []
    found = [f"{word}s", f"{word}en" if not word.endswith("e") else f"{word}n"]
    if word.endswith("al"):
        found.append(f"{word[:-2]}aux")
    if word.endswith("u"):
        found.append(f"{word}x")
    if word.endswith("y"):
        found.append(f"{word[:-1]}ies")
    return found
