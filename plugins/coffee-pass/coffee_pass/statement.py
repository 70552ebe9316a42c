"""The monthly statement (section 13.1): a pure function that both sides compute, with equal hashes.

Neither the order nor the number of times that a record arrived changes it. It is not an invoice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from coffee_node.activitypub import proofs

from coffee_pass.agreement import Agreement
from coffee_pass.period import Period, day_of
from coffee_pass.record import ACCEPTED_AMBER, ADJUSTMENT, CANCELLATION, OVERRIDE, VISIT, Record

TYPE: Final = "PassStatement"
VERSION: Final = 1

Document = dict[str, Any]


class StatementConflict(ValueError):
    """Two different records with one uuid: nothing is computed, and both are shown."""

    code: Final = "STATEMENT_CONFLICT"

    def __init__(self, first: Entry, second: Entry) -> None:
        super().__init__(first.uuid.hex())
        self.records = (first, second)


@dataclass(frozen=True)
class Entry:
    """A verified record as the statement reads it; two are the same only when every byte is."""

    uuid: bytes
    host: str
    issuer: str
    pseudonym: bytes
    day: int
    price: int
    agreement: bytes
    decision: int
    time: int
    kind: int
    refers: bytes | None
    digest: bytes = b""


@dataclass(frozen=True)
class _Direction:
    """The records of visits at one host to be paid by one issuer."""

    host: str
    issuer: str
    visits: Sequence[Entry]
    cancelled: int
    overrides: int
    adjustments: int


def entry_of(record: Record, digest: bytes) -> Entry:
    """Give a record with the hash of its bytes as the statement reads it."""
    names = (name for name in Entry.__dataclass_fields__ if name != "digest")
    return Entry(**{name: getattr(record, name) for name in names}, digest=digest)


def statement(
    agreement: Agreement, period: Period, records: Iterable[Entry], rejected: Collection[bytes] = ()
) -> Document:
    """Compute the statement of one agreement and month; StatementConflict where two records contradict."""
    entries = _of_agreement(agreement, _unique(records, rejected))
    hosts = sorted(agreement.parties)
    directions = [_direction(host, entries, agreement, period, hosts) for host in hosts]
    charges = _charges(agreement, directions)
    described = [
        _described(direction, charged) for direction, charged in zip(directions, charges, strict=True)
    ]
    return {
        "v": VERSION,
        "type": TYPE,
        "agreement": agreement.id,
        "agreementDigest": agreement.digest.hex(),
        "period": str(period),
        "currency": agreement.currency,
        "mode": agreement.mode,
        "directions": described,
        "net": _net(described),
    }


def hash_of(document: Mapping[str, Any]) -> str:
    """The hash that both sides compare."""
    return hashlib.sha256(proofs.canonical(document)).hexdigest()


def charged_prices(
    agreement: Agreement, period: Period, records: Iterable[Entry], rejected: Collection[bytes] = ()
) -> dict[bytes, int]:
    """What each visit of the statement is charged, by uuid: the last column of its export."""
    entries = _of_agreement(agreement, _unique(records, rejected))
    hosts = sorted(agreement.parties)
    directions = [_direction(host, entries, agreement, period, hosts) for host in hosts]
    return {uuid: price for charged in _charges(agreement, directions) for uuid, price in charged.items()}


def _unique(records: Iterable[Entry], rejected: Collection[bytes]) -> list[Entry]:
    found: dict[bytes, Entry] = {}
    refused = set(rejected)
    for entry in records:
        held = found.setdefault(entry.uuid, entry)
        if held != entry:
            raise StatementConflict(*sorted((held, entry), key=lambda each: each.digest))
    return [entry for uuid, entry in found.items() if uuid not in refused]


def _of_agreement(agreement: Agreement, entries: Iterable[Entry]) -> list[Entry]:
    parties = set(agreement.parties)
    return [
        entry
        for entry in entries
        if entry.agreement == agreement.short_digest and {entry.host, entry.issuer} == parties
    ]


def _direction(
    host: str, entries: Sequence[Entry], agreement: Agreement, period: Period, hosts: Sequence[str]
) -> _Direction:
    own = [entry for entry in entries if entry.host == host]
    # A cancellation may be of a later day than its visit, also of the next month.
    cancelled = {entry.refers for entry in own if entry.kind == CANCELLATION}
    inside = [entry for entry in own if day_of(entry.day) in period and agreement.covers(day_of(entry.day))]
    visits = [entry for entry in inside if entry.kind == VISIT]
    standing = [entry for entry in visits if entry.uuid not in cancelled]
    payable = [
        entry
        for entry in standing
        if entry.decision != OVERRIDE and (agreement.amber_payable or entry.decision != ACCEPTED_AMBER)
    ]
    return _Direction(
        host=host,
        issuer=next(other for other in hosts if other != host),
        visits=_one_a_day(payable),
        cancelled=len(visits) - len(standing),
        overrides=sum(entry.decision == OVERRIDE for entry in standing),
        adjustments=sum(entry.price for entry in inside if entry.kind == ADJUSTMENT),
    )


def _one_a_day(entries: Iterable[Entry]) -> list[Entry]:
    """For each pass and day the first visit, ordered by day and uuid."""
    first: dict[tuple[bytes, int], Entry] = {}
    for entry in sorted(entries, key=lambda each: (each.time, each.uuid)):
        first.setdefault((entry.pseudonym, entry.day), entry)
    return sorted(first.values(), key=lambda each: (each.day, each.uuid))


def _charges(agreement: Agreement, directions: Sequence[_Direction]) -> list[dict[bytes, int]]:
    """What each visit is charged, direction by direction, by the agreement's mode."""
    if agreement.mode == "free":
        return [{entry.uuid: 0 for entry in direction.visits} for direction in directions]
    if agreement.mode == "priced":
        return [_capped(direction.visits, agreement.pass_cap) for direction in directions]
    return _balanced(directions, agreement.free_balance_days)


def _capped(visits: Sequence[Entry], cap: int) -> dict[bytes, int]:
    so_far: dict[bytes, int] = {}
    charged = {}
    for entry in visits:
        spent = so_far.get(entry.pseudonym, 0)
        charged[entry.uuid] = min(entry.price, cap - spent) if cap else entry.price
        so_far[entry.pseudonym] = spent + charged[entry.uuid]
    return charged


def _balanced(directions: Sequence[_Direction], free_days: int) -> list[dict[bytes, int]]:
    most = max(len(direction.visits) for direction in directions)
    least = min(len(direction.visits) for direction in directions)
    charged_visits = max(0, most - least - free_days)
    found = []
    for direction in directions:
        number = charged_visits if len(direction.visits) == most else 0
        free = len(direction.visits) - number
        found.append(
            {entry.uuid: entry.price if at >= free else 0 for at, entry in enumerate(direction.visits)}
        )
    return found


def _described(direction: _Direction, charged: Mapping[bytes, int]) -> Document:
    total = sum(charged.values())
    uuids = b"".join(sorted(entry.uuid for entry in direction.visits))
    return {
        "host": direction.host,
        "issuer": direction.issuer,
        "visits": len(direction.visits),
        "cancelled": direction.cancelled,
        "overrides": direction.overrides,
        "gross": sum(entry.price for entry in direction.visits),
        "charged": total,
        "adjustments": direction.adjustments,
        "due": total + direction.adjustments,
        "records": hashlib.sha256(uuids).hexdigest(),
    }


def _net(directions: Sequence[Document]) -> Document | None:
    """Who owes whom the difference: the issuer pays the host."""
    first, second = directions
    difference = first["due"] - second["due"]
    if not difference:
        return None
    creditor = first if difference > 0 else second
    return {"debtor": creditor["issuer"], "creditor": creditor["host"], "amount": abs(difference)}
