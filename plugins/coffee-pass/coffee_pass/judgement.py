"""What the issuer answers to a record (section 10.2): accepted, a final reason, or what is missing first.

The chain is judged before the content, since a gap is not final: whatever is judged behind it has its place
in the chain, accepted or not, so that the host can go on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

from coffee_pass.agreement import Standing
from coffee_pass.keys import KeyIndex
from coffee_pass.period import day_of, local_time, period_of
from coffee_pass.record import (
    CANCELLATION,
    EMPTY,
    OVERRIDE,
    VISIT,
    Head,
    Record,
    RecordError,
    SealedRecord,
    read,
)

Reason = Literal[
    "UNKNOWN_PASS", "WRONG_PRICE", "WRONG_AGREEMENT", "OUT_OF_VALIDITY", "BAD_SIGNATURE", "TOO_LATE",
    "CHAIN_GAP", "CHAIN_FORK", "NOT_PRESENT",
]  # fmt: skip
RecordState = Literal["recorded", "sent", "accepted", "rejected", "disputed", "cancelled"]

LATEST_DAYS: Final = 35
# Reasons that leave the record outside the chain: it is not known to be the host's, or has no place yet.
UNPLACED: Final[frozenset[Reason]] = frozenset({"BAD_SIGNATURE", "CHAIN_GAP", "CHAIN_FORK"})

_MOVES: Final[Mapping[RecordState, frozenset[RecordState]]] = {
    "recorded": frozenset({"sent"}),
    "sent": frozenset({"accepted", "rejected", "disputed", "cancelled"}),
    "accepted": frozenset({"disputed", "cancelled"}),
    "disputed": frozenset({"accepted", "cancelled"}),
}


@dataclass(frozen=True)
class Validity:
    """The days on which a pass of this issuer counts, grace included, in the agreement's time zone."""

    first_day: date
    last_day: date


@dataclass(frozen=True)
class Answer:
    """What the issuer says; None as reason accepts. `is_marked` says that the declared list was very old."""

    reason: Reason | None = None
    expected_sequence: int | None = None
    is_marked: bool = False

    @property
    def is_placed(self) -> bool:
        """Whether the record takes its place in the chain, so that the next one follows it."""
        return self.reason not in UNPLACED


@dataclass(frozen=True)
class Books:
    """What the issuer knows of one host; whoever asks fills in only what this record names.

    `answered` has the answer and the bytes of a record by uuid; `agreed` the periods whose statement is
    agreed, with the agreement's short digest.
    """

    own: str
    keys: KeyIndex
    standings: Mapping[bytes, Standing]
    passes: Mapping[bytes, Validity]
    head: Head = EMPTY
    answered: Mapping[bytes, tuple[Answer, bytes]] = field(default_factory=dict)
    visits: Mapping[bytes, Record] = field(default_factory=dict)
    agreed: frozenset[tuple[bytes, str]] = frozenset()


def may_become(state: RecordState, following: RecordState) -> bool:
    """Whether a record may go from one state to another (section 10.3)."""
    return following in _MOVES.get(state, frozenset())


def judge(raw: bytes, sender: str, books: Books, now: int) -> Answer:
    """Answer a record of a host; the same bytes get the same answer again."""
    try:
        sealed = read(raw)
    except RecordError:
        return Answer("BAD_SIGNATURE")
    if not _is_the_senders(sealed, sender, books):
        return Answer("BAD_SIGNATURE")
    earlier = books.answered.get(sealed.record.uuid)
    if earlier is not None:
        return earlier[0] if earlier[1] == raw else Answer("CHAIN_FORK")
    return _out_of_chain(sealed.record, books.head) or _judged(sealed.record, books, now)


def _is_the_senders(sealed: SealedRecord, sender: str, books: Books) -> bool:
    record, key = sealed.record, books.keys.find(sealed.envelope.kid)
    if key is None or key.controller != sender or record.host != sender or record.issuer != books.own:
        return False
    if key.revoked is not None and record.time >= key.revoked:
        return False
    return sealed.envelope.is_signed_by(key.public)


def _out_of_chain(record: Record, head: Head) -> Answer | None:
    if record.sequence > head.next:
        return Answer("CHAIN_GAP", expected_sequence=head.next)
    if record.sequence < head.next or record.previous != head.digest:
        return Answer("CHAIN_FORK")
    return None


def _judged(record: Record, books: Books, now: int) -> Answer:
    standing = books.standings.get(record.agreement)
    if standing is None or set(standing.agreement.parties) != {record.host, record.issuer}:
        return Answer("WRONG_AGREEMENT")
    if record.kind == VISIT:
        return _judged_visit(record, standing, books, now)
    visit = books.visits.get(record.refers or b"")
    if visit is None or visit.kind != VISIT or visit.pseudonym != record.pseudonym:
        return Answer("UNKNOWN_PASS")
    if record.kind == CANCELLATION:
        if record.price != visit.price:
            return Answer("WRONG_PRICE")
        return Answer("TOO_LATE" if _is_settled(visit, books) else None)
    return Answer("TOO_LATE" if _is_settled(record, books) else None)


def _judged_visit(record: Record, standing: Standing, books: Books, now: int) -> Answer:
    agreement, day = standing.agreement, day_of(record.day)
    today = local_time(now, agreement.time_zone).date()
    if not standing.counts_visits_of(day):
        return Answer("WRONG_AGREEMENT")
    is_override = record.decision == OVERRIDE
    if record.price != (0 if is_override else agreement.terms_of(record.host).price):
        return Answer("WRONG_PRICE")
    # An override is on the host: it is kept whatever is known of the pass.
    validity = books.passes.get(record.pseudonym)
    if validity is None and not is_override:
        return Answer("UNKNOWN_PASS")
    if validity is not None and not is_override and not validity.first_day <= day <= validity.last_day:
        return Answer("OUT_OF_VALIDITY")
    if (day - today).days > 1:
        return Answer("OUT_OF_VALIDITY")
    if (today - day).days > LATEST_DAYS or _is_settled(record, books):
        return Answer("TOO_LATE")
    return Answer(is_marked=record.list_age > agreement.offline_max_hours * 60)


def _is_settled(record: Record, books: Books) -> bool:
    """Whether the statement of the record's month is agreed, so that only an adjustment helps."""
    return (record.agreement, str(period_of(day_of(record.day)))) in books.agreed
