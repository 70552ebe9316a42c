"""What is wrong with the catalogues of translated texts, each as one sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator

from babel.messages.catalog import Catalog, Message

from tests.house.texts import key, read_catalogue, real

PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%|%")
TAG = re.compile(r"</?[a-z][^>]*>", re.I)
FUZZY = re.compile(r"^#,.*\bfuzzy\b", re.M)
# French sets its high signs off with a space that never breaks, and has no straight apostrophe.
FRENCH_SLIPS = re.compile(r"'|(?<![\u00a0\u202f])[:;!?»](?=\s|$)|«(?!\u00a0)")


def forms(text: str | tuple[str, ...] | list[str] | None) -> list[str]:
    """The wordings of an id or of a translation: one, or one per plural."""
    return [text or ""] if text is None or isinstance(text, str) else [form or "" for form in text]


def problems(wanted: Catalog, source: bytes, language: str) -> list[str]:
    """Everything that is wrong with one catalogue file, for the texts that the sources want of it."""
    catalogue = read_catalogue(source, language)
    known = {key(message): message for message in real(catalogue)}
    wanted_keys = {key(message) for message in real(wanted)}
    found = [f"not in the catalogue: {name}" for name in sorted(wanted_keys - known.keys())]
    found += [f"used nowhere: {name}" for name in sorted(known.keys() - wanted_keys)]
    if FUZZY.search(source.decode()):
        found.append("fuzzy entries")
    for message in known.values():
        found += [f"{problem}: {key(message)}" for problem in faults(message, catalogue.num_plurals)]
        if language == "fr" and any(FRENCH_SLIPS.search(form) for form in forms(message.string)):
            found.append(f"French spaces or apostrophes: {key(message)}")
    return found


def faults(message: Message, plurals: int) -> Iterator[str]:
    """What is wrong with one translation."""
    ids, translations = forms(message.id), forms(message.string)
    if not all(translations):
        yield "not translated"
        return
    if len(translations) != (plurals if len(ids) > 1 else 1):
        yield "plural missing"
    if not same_placeholders(ids, translations):
        yield "placeholders differ"
    if any(tags(form) != tags(ids[-1]) for form in translations):
        yield "tags differ"
    if any("  " in form or form != form.strip() for form in translations):
        yield "doubled or outer spaces"


def same_placeholders(ids: list[str], translations: list[str]) -> bool:
    """True if each form fills in nothing unknown, and the last one the same as the last original."""
    offered = {found for form in ids for found in PLACEHOLDER.findall(form)}
    used = [set(PLACEHOLDER.findall(form)) for form in translations]
    return all(form <= offered for form in used) and used[-1] == set(PLACEHOLDER.findall(ids[-1]))


def tags(text: str) -> list[str]:
    """The HTML tags of a text in any order."""
    return sorted(TAG.findall(text))


def glossary_breaches(glossary: dict[str, dict[str, str]], source: bytes, language: str) -> list[str]:
    """Texts that are one term of the glossary and are translated by another word."""
    found = []
    for message in real(read_catalogue(source, language)):
        word = glossary.get(key(message).casefold(), {}).get(language, "")
        said = forms(message.string)[0]
        if word and said and said.casefold() != word.casefold():
            found.append(f"{key(message)}: {said}, in the glossary {word}")
    return found
