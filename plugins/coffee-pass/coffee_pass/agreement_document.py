"""The document of an agreement (section 2.2): read strictly, since each value binds both parties."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from coffee_pass.agreement import Agreement, Mode, Terms, digest_of
from coffee_pass.opening import is_line
from coffee_pass.proof import NotProven, refuse_floats
from coffee_pass.token import is_issuer

TYPE: Final = "PassAgreement"
LONGEST_MONTHS: Final = 24
PRICE_LIMIT: Final = 100_000_00
URL_LIMIT: Final = 500
TEXT_LIMIT: Final = 500
OPENING_LIMIT: Final = 30
RETENTION_LIMIT: Final = 120

_ZONE: Final = re.compile(r"[a-z0-9-]{1,8}", re.ASCII)
_CURRENCY: Final = re.compile(r"[A-Z]{3}", re.ASCII)
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DEFAULTS: Final = {"amberPayable": True, "disputeDays": 10, "offlineMaxHours": 72, "noticeDays": 30}


class AgreementError(ValueError):
    """A document that is no agreement we could keep; `field` names the first property that is wrong."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def read_agreement(document: Mapping[str, Any], *, development: bool = False) -> Agreement:
    """Read the terms of an agreement; AgreementError names what is missing or out of its bounds."""
    if document.get("type") != TYPE:
        raise AgreementError("type")
    try:
        refuse_floats(document)
    except NotProven as error:
        raise AgreementError("type") from error
    take = _Reader(document)
    parties = _parties(document, development)
    valid_from, valid_until = take.date("validFrom"), take.date("validUntil")
    if not valid_from <= valid_until <= _months_later(valid_from, LONGEST_MONTHS):
        raise AgreementError("validUntil")
    _check_data_clause(document.get("dataClause"))
    return Agreement(
        id=take.text("id", _is_url),
        digest=digest_of(document),
        parties=parties,
        zone=take.text("zone", lambda text: _ZONE.fullmatch(text) is not None),
        time_zone=take.text("timeZone", _is_time_zone),
        currency=take.text("currency", lambda text: _CURRENCY.fullmatch(text) is not None),
        valid_from=valid_from,
        valid_until=valid_until,
        quota_days=take.number("quotaDays", 1, 15),
        host_cap_days=take.number("hostCapDays", 0, 15),
        mode=_mode(document.get("mode")),
        free_balance_days=take.number("freeBalanceDays", 0, 10_000),
        pass_cap=take.number("passCap", 0, PRICE_LIMIT),
        amber_payable=take.truth("amberPayable"),
        terms=_terms(document.get("terms"), parties),
        dispute_days=take.number("disputeDays", 3, 31),
        offline_max_hours=take.number("offlineMaxHours", 24, 168),
        notice_days=take.number("noticeDays", 0, 90),
        replaces=take.text("replaces", _is_url) if "replaces" in document else None,
    )


class _Reader:
    """Takes the properties of a document one by one, with the defaults of section 2.2."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._values = {**_DEFAULTS, **document}

    def number(self, name: str, least: int, most: int) -> int:
        """A whole number within its bounds."""
        value = self._values.get(name, 0 if name in ("freeBalanceDays", "passCap", "hostCapDays") else None)
        if type(value) is not int or not least <= value <= most:
            raise AgreementError(name)
        return value

    def truth(self, name: str) -> bool:
        """True or false."""
        value = self._values.get(name)
        if not isinstance(value, bool):
            raise AgreementError(name)
        return value

    def text(self, name: str, accepts: Callable[[str], bool]) -> str:
        """A text of its form."""
        value = self._values.get(name)
        if not isinstance(value, str) or not accepts(value):
            raise AgreementError(name)
        return value

    def date(self, name: str) -> date:
        """A day of the calendar."""
        text = self.text(name, lambda value: _DATE.fullmatch(value) is not None)
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise AgreementError(name) from error


def _is_url(text: str) -> bool:
    return text.startswith(("https://", "http://127.0.0.1:")) and len(text) <= URL_LIMIT


def _is_time_zone(text: str) -> bool:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _months_later(day: date, months: int) -> date:
    """The same day that many months on, or the first of the month behind when there is none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    try:
        return date(min(year, 9999), month + 1, day.day)
    except ValueError:
        return date(min(year, 9999), month + 2, 1)


def _mode(value: Any) -> Mode:
    for mode in get_args(Mode):
        if value == mode:
            found: Mode = mode
            return found
    raise AgreementError("mode")


def _parties(document: Mapping[str, Any], development: bool) -> tuple[str, str]:
    parties = document.get("parties")
    if not isinstance(parties, list) or len(parties) != 2 or parties[0] == parties[1]:
        raise AgreementError("parties")
    if not all(isinstance(party, str) and is_issuer(party, development) for party in parties):
        raise AgreementError("parties")
    return parties[0], parties[1]


def _terms(entries: Any, parties: tuple[str, str]) -> tuple[Terms, Terms]:
    if not isinstance(entries, list) or len(entries) != 2:
        raise AgreementError("terms")
    first, second = (_terms_of(entry) for entry in entries)
    if {first.host, second.host} != set(parties):
        raise AgreementError("terms")
    return first, second


def _terms_of(entry: Any) -> Terms:
    if not isinstance(entry, Mapping):
        raise AgreementError("terms")
    host, price, opening = entry.get("host"), entry.get("price"), entry.get("opening", [])
    if not isinstance(host, str) or type(price) is not int or not 0 <= price <= PRICE_LIMIT:
        raise AgreementError("terms")
    if not isinstance(opening, list) or len(opening) > OPENING_LIMIT:
        raise AgreementError("terms")
    if not all(isinstance(line, str) and is_line(line) for line in opening):
        raise AgreementError("terms")
    return Terms(host, price, tuple(opening))


def _check_data_clause(clause: Any) -> None:
    if not isinstance(clause, Mapping):
        raise AgreementError("dataClause")
    fields, months = clause.get("fields"), clause.get("retentionMonths")
    texts = [clause.get("purpose"), clause.get("contact"), *(fields if isinstance(fields, list) else [None])]
    if not all(isinstance(text, str) and len(text) <= TEXT_LIMIT for text in texts):
        raise AgreementError("dataClause")
    if type(months) is not int or not 0 <= months <= RETENTION_LIMIT:
        raise AgreementError("dataClause")
