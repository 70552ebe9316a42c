"""One code at one door: what the steps of the check ask, each looked up once and only when asked."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Final

from coffee_pass import token
from coffee_pass.agreement import Standing
from coffee_pass.bundle import Bundle, Ledger, Partner, Visit
from coffee_pass.keys import PassKey
from coffee_pass.list_credential import HeldList
from coffee_pass.period import local_time
from coffee_pass.record import pseudonym_of

DAY: Final = 86_400
SKEW: Final = 600


class Case:
    """A code that could be read, with what the door knows and the time."""

    def __init__(
        self, read: token.Token, bundle: Bundle, now: int, ledger: Ledger, today: date | None
    ) -> None:
        self.claims = read.claims
        self.envelope = read.envelope
        self.bundle = bundle
        self.now = now
        self._ledger = ledger
        self._today = today

    @cached_property
    def key(self) -> PassKey | None:
        """The key that is said to have signed, if a partner or this node announces it."""
        return self.bundle.keys.find(self.envelope.kid)

    @cached_property
    def is_own(self) -> bool:
        """Whether this node issued it."""
        return self.claims.issuer == self.bundle.own

    @cached_property
    def partner(self) -> Partner | None:
        """The issuer as a partner."""
        return self.bundle.partners.get(self.claims.issuer)

    @property
    def issuer_name(self) -> str:
        """The name of the home space for the person at the door."""
        if self.is_own:
            return self.bundle.own_name
        return self.partner.name if self.partner else ""

    @cached_property
    def standing(self) -> Standing | None:
        """The agreement that counts: in force, else suspended, else the one that came last."""
        known = ("active", "suspended", "replaced", "ended")
        standings = self.partner.standings if self.partner else ()
        found = [
            each for each in standings if each.agreement.zone == self.claims.zone and each.state in known
        ]
        return max(found, key=self._weight, default=None)

    def _weight(self, standing: Standing) -> tuple[bool, bool, date]:
        in_force = standing.is_in_force(self._day(standing))
        suspended = standing.state == "suspended"
        return in_force and not suspended, suspended, standing.agreement.valid_from

    @property
    def is_suspended(self) -> bool:
        """Whether one of the two suspended the agreement."""
        return self.standing is not None and self.standing.state == "suspended"

    @cached_property
    def today(self) -> date:
        """The date in the agreement's time zone; without agreement the date of UTC."""
        return self._day(self.standing)

    def _day(self, standing: Standing | None) -> date:
        if self._today is not None:
            return self._today
        return local_time(self.now, standing.agreement.time_zone if standing else "UTC").date()

    @cached_property
    def pseudonym(self) -> bytes:
        """What the records of this host call the pass."""
        return pseudonym_of(self.claims.serial, self.claims.issuer, self.bundle.own)

    @cached_property
    def visits(self) -> tuple[Visit, ...]:
        """The own visits of this pass."""
        return tuple(self._ledger.get(self.pseudonym, ()))

    @cached_property
    def own_days(self) -> set[date]:
        """The days of the own visits that count against a cap."""
        return {visit.day for visit in self.visits if not visit.is_override}

    @cached_property
    def revocation(self) -> HeldList | None:
        """The list of revoked passes that this one stands in, as it is held here."""
        if self.is_own:
            return self.bundle.own_revocation.get(self.claims.list_number)
        return self.partner.revocation.get(self.claims.list_number) if self.partner else None

    @cached_property
    def usage(self) -> HeldList | None:
        """The list of days used, as it is held here."""
        return self.partner.usage.get(self.claims.list_number) if self.partner else None

    @cached_property
    def is_revoked(self) -> bool:
        """Whether the list says so; without a list nobody can tell."""
        return self.revocation is not None and self.revocation.is_revoked(self.claims.index)

    @cached_property
    def used(self) -> int:
        """Days that the issuer knew of, and own days that it has learned since or not yet."""
        if self.usage is None:
            return len(self.own_days)
        since = self.usage.valid_from
        fresh = {
            visit.day
            for visit in self.visits
            if not visit.is_override and (visit.accepted_at is None or visit.accepted_at > since)
        }
        return self.usage.usage(self.claims.index).days + len(fresh)

    @cached_property
    def list_age(self) -> int | None:
        """The age of the older of the two lists in seconds; None unless there are both."""
        if self.revocation is None or self.usage is None:
            return None
        return self.now - min(self.revocation.valid_from, self.usage.valid_from)

    @property
    def has_clock_warning(self) -> bool:
        """Whether a list seems to come from the future, so that this clock must be wrong."""
        return self.list_age is not None and self.list_age < -SKEW
