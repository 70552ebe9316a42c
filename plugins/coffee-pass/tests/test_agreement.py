"""Agreements, their opening hours and their months."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from coffee_pass.agreement import Standing, digest_of, may_become
from coffee_pass.agreement_document import AgreementError, read_agreement
from coffee_pass.keys import time_text
from coffee_pass.opening import is_line, is_open
from coffee_pass.period import Period, day_number, day_of, period_of, read_period, start_of_day


def test_an_agreement_is_read_with_its_defaults(world: Any) -> None:
    agreement = world.agreement()
    assert (agreement.amber_payable, agreement.dispute_days, agreement.offline_max_hours) == (True, 10, 72)
    assert agreement.terms_of(world.host).price == 1200
    with pytest.raises(KeyError):
        agreement.terms_of("https://other.example/pass")


def test_the_digest_leaves_out_proof_and_context_only(world: Any) -> None:
    document = world.document()
    assert digest_of({**document, "proof": {"x": 1}, "@context": ["y"]}) == digest_of(document)
    assert digest_of({**document, "noticeDays": 30}) != digest_of(document)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("type", "Other"), ("type", None), ("id", "ftp://x"), ("parties", ["https://a.example/pass"] * 2),
        ("parties", ["https://a.example/pass"]), ("parties", "x"), ("parties", [1, 2]), ("zone", "FWVL"),
        ("zone", "a" * 9), ("timeZone", "Mars/Olympus"), ("timeZone", "../etc/passwd"), ("timeZone", None),
        ("currency", "eur"), ("validFrom", "1.11.2026"), ("validFrom", "2026-02-30"),
        ("validUntil", "2026-10-31"), ("validUntil", "2028-11-02"), ("quotaDays", 0), ("quotaDays", 16),
        ("quotaDays", True), ("quotaDays", "5"), ("hostCapDays", 16), ("mode", "barter"), ("mode", None),
        ("freeBalanceDays", -1), ("passCap", -1), ("amberPayable", 1), ("disputeDays", 2),
        ("disputeDays", 32), ("offlineMaxHours", 23), ("offlineMaxHours", 169), ("noticeDays", 91),
        ("replaces", "x"), ("terms", []), ("terms", ["x", "y"]), ("terms", None), ("dataClause", None),
        ("dataClause", {"purpose": "x", "fields": "x", "contact": "y", "retentionMonths": 1}),
        ("dataClause", {"purpose": "x", "fields": [], "contact": "y", "retentionMonths": -1}),
    ],
)  # fmt: skip
def test_every_value_out_of_its_bounds_is_named(world: Any, field: str, value: Any) -> None:
    with pytest.raises(AgreementError) as caught:
        read_agreement(world.document(**{field: value}))
    assert caught.value.field == field


@pytest.mark.parametrize(
    "change", [{"host": "https://c.example/pass"}, {"price": 1.5}, {"price": -1}, {"opening": ["always"]}]
)
def test_terms_are_of_the_two_parties_with_whole_cents(world: Any, change: dict[str, Any]) -> None:
    terms = world.document()["terms"]
    with pytest.raises(AgreementError):
        read_agreement(world.document(terms=[terms[0], terms[1] | change]))


def test_an_agreement_lasts_up_to_24_months(world: Any) -> None:
    assert world.agreement(validUntil="2028-11-01").covers(date(2028, 11, 1))
    assert world.agreement(validFrom="2028-02-29", validUntil="2030-03-01").covers(date(2030, 3, 1))


def test_a_suspension_keeps_the_visits_before_it(world: Any) -> None:
    standing = Standing(world.agreement(), "suspended", suspended_on=date(2026, 11, 9))
    assert standing.counts_visits_of(date(2026, 11, 9))
    assert not standing.counts_visits_of(date(2026, 11, 10))
    assert not replace(standing, suspended_on=None).counts_visits_of(date(2026, 11, 9))


def test_states_follow_each_other_as_agreed() -> None:
    assert may_become("offered", "active")
    assert may_become("suspended", "active")
    assert not may_become("ended", "active")
    assert not may_become("draft", "active")


# --- opening hours


@pytest.mark.parametrize(
    ("line", "moment", "expected"),
    [
        ("Mo-Fr 08:30-18:30", "2026-11-09T08:30", True),
        ("Mo-Fr 08:30-18:30", "2026-11-09T18:30", False),
        ("Mo-Fr 08:30-18:30", "2026-11-08T12:00", False),
        ("Mo,We 09:00-12:00", "2026-11-11T09:00", True),
        ("Sa-Mo", "2026-11-08T23:59", True),
        ("Fr 20:00-02:00", "2026-11-14T01:59", True),
        ("Fr 20:00-02:00", "2026-11-14T20:00", False),
        ("Mo-Su 00:00-24:00", "2026-11-09T23:59", True),
    ],
)
def test_a_door_is_open_as_its_line_says(line: str, moment: str, expected: bool) -> None:
    assert is_line(line)
    assert is_open([line], datetime.fromisoformat(moment)) == expected


def test_without_lines_a_door_is_always_open() -> None:
    assert is_open([], datetime(2026, 11, 9))
    assert not is_open(["nonsense"], datetime(2026, 11, 9))


@pytest.mark.parametrize("line", ["", "Mo 9-12", "Mo 08:60-10:00", "mo 08:00-10:00", "Mo " * 60, "Mo-"])
def test_a_line_of_another_form_is_none(line: str) -> None:
    assert not is_line(line)


# --- months


def test_a_november_pass_of_brussels_ends_with_its_grace() -> None:
    assert time_text(Period(2026, 11).expires_at("Europe/Brussels", 3)) == "2026-12-03T23:00:00Z"
    assert Period(2026, 12).next == Period(2027, 1)
    assert Period(2026, 12).renewed_from == date(2026, 11, 24)


@pytest.mark.parametrize("period", [Period(2026, month) for month in range(1, 13)] + [Period(2028, 2)])
def test_a_whole_month_with_grace_is_within_35_days(period: Period) -> None:
    zone = "Europe/Brussels"
    assert period.expires_at(zone, 3) - period.starts_at(zone) <= 35 * 86_400
    assert period.last_day in period
    assert period.next.first_day not in period


def test_days_are_counted_and_read_back() -> None:
    assert day_number(date(2028, 2, 29)) == 21_243
    assert period_of(day_of(21_243)) == Period(2028, 2)
    # The night in which the clock goes back has 25 hours.
    zone = "Europe/Brussels"
    assert start_of_day(date(2026, 10, 26), zone) - start_of_day(date(2026, 10, 25), zone) == 25 * 3600


def test_a_month_is_read_strictly() -> None:
    assert str(read_period("2026-11")) == "2026-11"
    for text in ("2026-13", "2026-1", "0000-01", "2026-11-01", "²026-11"):
        with pytest.raises(ValueError, match="month"):
            read_period(text)
