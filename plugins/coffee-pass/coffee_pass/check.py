"""The check at the door (section 8): one pure function, its 29 steps in one table; JavaScript has its twin.

The first RED ends it; reasons for AMBER are collected, and the first of them is the headline.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, NamedTuple

from coffee_pass import token
from coffee_pass.agreement import Agreement
from coffee_pass.bundle import Bundle, Ledger
from coffee_pass.case import DAY, SKEW, Case
from coffee_pass.opening import is_open
from coffee_pass.period import local_time

Colour = Literal["green", "amber", "red"]

GREEN: Final = "green"
AMBER: Final = "amber"
RED: Final = "red"


@dataclass(frozen=True)
class Verdict:
    """The answer at the door; `list_age` in seconds, None without lists.

    `is_overridable` says whether whoever keeps the door may let somebody in all the same, with a reason;
    agreement, pseudonym and day are what the record of a visit needs.
    """

    colour: Colour
    code: str
    reasons: tuple[str, ...]
    list_age: int | None = None
    days_used: int | None = None
    quota: int | None = None
    label: str = ""
    issuer_name: str = ""
    claims: token.Claims | None = None
    agreement: Agreement | None = None
    pseudonym: bytes | None = None
    today: date | None = None
    has_clock_warning: bool = False
    is_overridable: bool = False


class Step(NamedTuple):
    """One row of the table of section 8."""

    number: int
    code: str
    colour: Colour
    applies: Callable[[Case], bool]


def check(text: str, bundle: Bundle, now: int, own_ledger: Ledger, today: date | None = None) -> Verdict:
    """Judge a code; `today` is the date in the agreement's time zone unless it is given."""
    try:
        read = token.read(text, development=bundle.development)
    except token.TokenError as error:
        return Verdict(RED, error.code, (error.code,))
    case = Case(read, bundle, now, own_ledger, today)
    reasons = []
    for step in STEPS:
        if step.applies(case):
            if step.colour != AMBER:
                return _verdict(case, step.colour, (step.code,))
            reasons.append(step.code)
    return _verdict(case, AMBER, tuple(reasons)) if reasons else _verdict(case, GREEN, ("OK",))


def _verdict(case: Case, colour: Colour, reasons: tuple[str, ...]) -> Verdict:
    code = reasons[0]
    if code in UNVERIFIED:
        return Verdict(colour, code, reasons)
    standing = case.standing
    return Verdict(
        colour=colour,
        code=code,
        reasons=reasons,
        list_age=case.list_age,
        days_used=None if case.is_own else case.used,
        quota=case.claims.quota,
        label=case.claims.label,
        issuer_name=case.issuer_name,
        claims=case.claims,
        agreement=standing.agreement if standing else None,
        pseudonym=case.pseudonym,
        today=case.today,
        has_clock_warning=case.has_clock_warning,
        is_overridable=code in OVERRIDABLE and not any(step.applies(case) for step in _FINAL_STEPS),
    )


def _signature_fails(case: Case) -> bool:
    return case.key is None or not case.envelope.is_signed_by(case.key.public)


def _is_retired(case: Case) -> bool:
    return case.key is None or not case.key.vouches_for(case.claims.expires)


def _has_ended(case: Case) -> bool:
    return case.standing is None or not case.standing.is_in_force(case.today)


def _quota_too_high(case: Case) -> bool:
    return case.standing is not None and case.claims.quota > case.standing.agreement.quota_days


def _has_reached_host_cap(case: Case) -> bool:
    cap = case.standing.agreement.host_cap_days if case.standing else 0
    return 0 < cap <= len(case.own_days)


def _is_used_up(case: Case) -> bool:
    return case.used >= case.claims.quota


def _usage_is_fresh(case: Case) -> bool:
    return case.usage is not None and case.now - case.usage.valid_from <= DAY


def _was_seen_elsewhere(case: Case) -> bool:
    usage = case.usage
    return usage is not None and usage.day == case.today and usage.usage(case.claims.index).seen


def _is_outside_hours(case: Case) -> bool:
    if case.standing is None:
        return False
    agreement = case.standing.agreement
    moment = local_time(case.now, agreement.time_zone)
    return not is_open(agreement.terms_of(case.bundle.own).opening, moment)


def _is_list_very_old(case: Case) -> bool:
    hours = case.standing.agreement.offline_max_hours if case.standing else 0
    return case.list_age is not None and case.list_age > hours * 3600


def _is_list_old(case: Case) -> bool:
    too_old = case.list_age is not None and case.list_age > DAY and not _is_list_very_old(case)
    return too_old or case.has_clock_warning


# Steps 1 to 6 are those of token.read; 13 asks the own list first.
STEPS: Final = (
    Step(7, "UNKNOWN_ISSUER", RED, lambda case: case.key is None),
    Step(8, "BAD_SIGNATURE", RED, _signature_fails),
    Step(
        9, "ISSUER_MISMATCH", RED, lambda case: case.key is None or case.key.controller != case.claims.issuer
    ),
    Step(10, "KEY_REVOKED", RED, _is_retired),
    Step(11, "NOT_YET_VALID", RED, lambda case: case.claims.start > case.now + SKEW),
    Step(12, "EXPIRED", RED, lambda case: case.claims.expires < case.now - SKEW),
    Step(13, "REVOKED", RED, lambda case: case.is_own and case.is_revoked),
    Step(13, "OWN_MEMBER", GREEN, lambda case: case.is_own),
    Step(14, "NO_AGREEMENT", RED, lambda case: case.standing is None),
    Step(15, "AGREEMENT_SUSPENDED", RED, lambda case: case.is_suspended),
    Step(16, "AGREEMENT_ENDED", RED, _has_ended),
    Step(17, "QUOTA_TOO_HIGH", RED, _quota_too_high),
    Step(18, "LOCAL_BLOCK", RED, lambda case: case.pseudonym in case.bundle.blocked),
    Step(19, "REVOKED", RED, lambda case: case.is_revoked),
    Step(20, "RE_ENTRY", GREEN, lambda case: any(visit.day == case.today for visit in case.visits)),
    Step(21, "QUOTA_REACHED", RED, lambda case: _is_used_up(case) and _usage_is_fresh(case)),
    Step(22, "HOST_CAP_REACHED", RED, _has_reached_host_cap),
    Step(23, "QUOTA_UNCERTAIN", AMBER, _is_used_up),
    Step(24, "SEEN_ELSEWHERE", AMBER, _was_seen_elsewhere),
    Step(25, "OUTSIDE_HOURS", AMBER, _is_outside_hours),
    Step(26, "NO_LIST", AMBER, lambda case: case.usage is None or case.revocation is None),
    Step(27, "LIST_VERY_OLD", AMBER, _is_list_very_old),
    Step(28, "LIST_OLD", AMBER, _is_list_old),
)
# Nothing a code claims is believed before its signature and issuer are known.
UNVERIFIED: Final = frozenset({"UNKNOWN_ISSUER", "BAD_SIGNATURE", "ISSUER_MISMATCH"})
OVERRIDABLE: Final = frozenset(
    {"NOT_YET_VALID", "EXPIRED", "LOCAL_BLOCK", "REVOKED", "QUOTA_REACHED", "HOST_CAP_REACHED"}
)
# What no override passes over, also where an earlier step had the word: no record could be made.
_FINAL_STEPS: Final = tuple(step for step in STEPS if 13 <= step.number <= 17)
