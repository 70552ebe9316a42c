"""Amounts and days as people type them: read as meant, or refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from coffee_node.features.proposals.typed_values import typed_amount, typed_day


@pytest.mark.parametrize(
    ("typed", "amount", "currency"),
    [
        ("15", "15", ""),
        ("12.50", "12.5", ""),
        ("1 200,50 EUR", "1200.5", "EUR"),
        ("1\u202f200,50 €", "1200.5", "EUR"),
        ("1.200,50", "1200.5", ""),
        ("1,200.50 $", "1200.5", "USD"),
        ("1'200.50 CHF", "1200.5", "CHF"),
        ("1.200", "1200", ""),
        ("1,200,000", "1200000", ""),
        ("0,125", "0.125", ""),
        ("£ 20", "20", "GBP"),
        ("20 euros", "20", "EUR"),
        ("20,-", "20", ""),
        (",5", "0.5", ""),
        ("0", "0", ""),
    ],
)
def test_amounts_are_read_as_people_write_them(typed: str, amount: str, currency: str) -> None:
    assert typed_amount(typed) == (amount, currency)


@pytest.mark.parametrize(
    "typed", ["", "abc", "15 apples", "15 EUR USD", "1e9", "12 34x", "-5", "5-10", "9" * 30]
)
def test_what_is_no_amount_is_refused(typed: str) -> None:
    with pytest.raises(ValueError):
        typed_amount(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "2026-12-31",
        "31/12/2026",
        "31.12.26",
        "31-12-2026",
        "31 décembre 2026",
        "31 decembre 2026",
        "31. Dezember 2026",
        "31 dec 2026",
        "31st December 2026",
        " 31 december 2026 ",
        "31 décembre",
    ],
)
def test_days_are_read_as_people_write_them(test_clock: Any, typed: str) -> None:
    assert typed_day(typed) == date(2026, 12, 31)


def test_a_day_without_a_year_is_the_next_one(test_clock: Any) -> None:
    assert typed_day("1er mars") == date(2027, 3, 1)
    assert typed_day("") is None


@pytest.mark.parametrize(
    "typed", ["31/02/2026", "2026-13-01", "soon", "31 ju 2026", "12/2026", "0/1/2026", "31 xyz"]
)
def test_what_is_no_day_is_refused(test_clock: Any, typed: str) -> None:
    with pytest.raises(ValueError):
        typed_day(typed)
