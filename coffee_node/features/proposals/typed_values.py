"""Amounts of money and days as people type them in the four languages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from babel.dates import get_month_names

from coffee_node.base import clock
from coffee_node.features.proposals.intents import decimal_text

_SIGNS: Final = MappingProxyType(
    {
        "eur": "EUR", "euro": "EUR", "euros": "EUR", "€": "EUR", "gbp": "GBP", "£": "GBP", "chf": "CHF",
        "fr": "CHF", "usd": "USD", "$": "USD",
    }
)  # fmt: skip
_NUMBER: Final = re.compile(r"[0-9][0-9.,' \u00a0\u202f\u2019]*|[.,][0-9]+")
_WORD: Final = re.compile(r"[€£$]|[^\W\d_]+")
_DAY: Final = re.compile(
    r"(\d{1,2})(?:er|e|\.|st|nd|rd|th)?[\s./-]+([^\W_]+)\.?[\s./-]*(\d{4}|\d{2})?", re.IGNORECASE
)


def typed_amount(text: str) -> tuple[str, str]:
    """The amount as a decimal text and the currency, empty when none is named: `1 200,50 EUR`.

    Raises ValueError when it is no amount.
    """
    typed = re.sub(r"[.,][-\u2013]", " ", text)
    number = _NUMBER.search(typed)
    rest = _NUMBER.sub(" ", typed, count=1)
    words = [word.casefold() for word in _WORD.findall(rest)]
    found = decimal_text(_plain(number[0])) if number is not None else ""
    is_money = all(word in _SIGNS for word in words) and len(words) <= 1
    if not found or not is_money or re.search(r"[\d-]", rest):
        raise ValueError(text)
    return found, _SIGNS[words[0]] if words else ""


def _plain(number: str) -> str:
    """A number with a point before its decimals: the last of two kinds of signs separates them.

    One sign before exactly three digits groups thousands, as in 1.200, unless a zero stands before it.
    """
    digits = re.sub(r"[ '\u00a0\u202f\u2019]", "", number).rstrip(".,")
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return digits
    whole, decimals = re.sub(r"[.,]", "", digits[:last]), digits[last + 1 :]
    signs = set(re.findall(r"[.,]", digits))
    is_grouped = len(signs) == 1 and len(decimals) == 3 and whole.lstrip("0") != ""
    if is_grouped or (len(signs) == 1 and digits.count(digits[last]) > 1):
        return whole + decimals
    return f"{whole or '0'}.{decimals}"


def typed_day(text: str) -> date | None:
    """A day: `2026-12-31`, `31/12/2026`, `31.12.26`, `31 décembre 2026`; None when empty.

    Without a year it is the next such day. Raises ValueError when it is none.
    """
    typed = " ".join(text.split())
    if not typed:
        return None
    try:
        return date.fromisoformat(typed)
    except ValueError:
        read = _DAY.fullmatch(typed)
    if read is None:
        raise ValueError(text)
    day, month = int(read[1]), _month(read[2])
    if read[3]:
        year = int(read[3])
        return date(year + 2000 if year < 100 else year, month, day)
    today = clock.utcnow().date()
    this_year = date(today.year, month, day)
    return this_year if this_year >= today else date(today.year + 1, month, day)


def _month(word: str) -> int:
    if word.isascii() and word.isdigit():
        return int(word)
    wanted = _bare(word)
    found = {number for name, number in _months().items() if name.startswith(wanted)}
    if len(wanted) < 3 or len(found) != 1:
        raise ValueError(word)
    return found.pop()


def _months() -> Mapping[str, int]:
    """The number of every month by its names in the four languages, without accents."""
    return {
        _bare(name): number
        for language in ("en", "fr", "nl", "de")
        for number, name in get_month_names("wide", locale=language).items()
    }


def _bare(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", word.casefold())
    return "".join(letter for letter in decomposed if letter.isalpha())
