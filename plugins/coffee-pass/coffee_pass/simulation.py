"""A month of visits with copied passes (section 11), to see what hosts accept when knowledge comes late.

Everything goes through the real functions: codes, check, usage lists, records and the issuer's answers.
A seed gives the same month again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from coffee_pass import check as door
from coffee_pass import judgement, record, status_list, token
from coffee_pass.agreement import Agreement, Standing, Terms
from coffee_pass.bundle import Bundle, Partner, Visit
from coffee_pass.keys import KeyIndex, index_of, make_key
from coffee_pass.list_credential import HeldList, list_url, newer
from coffee_pass.period import Period, day_number, local_time, start_of_day

ZONE: Final = "Europe/Brussels"
PERIOD: Final = Period(2026, 10)
DELAYS: Final = (0, 15 * 60, 3600, 6 * 3600, 24 * 3600, 72 * 3600)
OPENS, CLOSES = 8 * 3600, 18 * 3600
LIST: Final = 1


@dataclass(frozen=True)
class Model:
    """How many passes, days and nodes, and how often people come; sharers come daily, and so does a copy.

    `turned_away` are the AMBER answers at which the people at the doors say no, as the reference has it.
    """

    passes: int = 200
    days: int = 22
    quota: int = 5
    nodes: int = 6
    sharers: float = 0.1
    chance: float = 0.18
    turned_away: frozenset[str] = frozenset({"SEEN_ELSEWHERE", "QUOTA_UNCERTAIN"})


REFERENCE: Final = Model()


@dataclass(frozen=True)
class Outcome:
    """What was accepted in one month: visits, those over quota, and second spaces on one day."""

    delay: int
    accepted: int
    over_quota: int
    same_day: int


@dataclass(frozen=True)
class _Holder:
    issuer: str
    index: int
    serial: bytes
    text: str
    shares: bool


@dataclass(frozen=True, order=True)
class _Arrival:
    time: int
    number: int
    host: str = field(compare=False)
    holder: _Holder = field(compare=False)
    day: date = field(compare=False)


@dataclass
class _Chain:
    """What a host and an issuer have of each other: the end of the chain, and the issuer's passes."""

    head: record.Head
    passes: Mapping[bytes, judgement.Validity]


def simulate(delay: int, model: Model = REFERENCE, seed: int = 1) -> Outcome:
    """Play a month in which every host learns of a visit `delay` seconds after it."""
    return _Month(model, Random(seed)).play(delay)  # noqa: S311  a model, no secret


class _Month:
    """One network of nodes over one month."""

    def __init__(self, model: Model, random: Random) -> None:
        self._model, self._random = model, random
        self._nodes = [f"https://node-{number}.example.org/pass" for number in range(model.nodes)]
        self._keys = {
            node: Ed25519PrivateKey.from_private_bytes(random.randbytes(32)) for node in self._nodes
        }
        self._index: KeyIndex = index_of(
            make_key(f"{node}#key-2026-1", key.public_key()) for node, key in self._keys.items()
        )
        self._holders = [self._holder(number) for number in range(model.passes)]
        self._chains = {
            (host, issuer): _Chain(record.EMPTY, self._passes(host, issuer))
            for host in self._nodes
            for issuer in self._nodes
            if host != issuer
        }
        # Per issuer: what it was told, in the order of time; per host: its own ledger.
        self._told: dict[str, list[tuple[int, int, date]]] = {node: [] for node in self._nodes}
        self._ledgers: dict[str, dict[bytes, list[Visit]]] = {node: {} for node in self._nodes}
        self._held: dict[tuple[str, str], HeldList] = {}

    def play(self, delay: int) -> Outcome:
        """Let everybody arrive and count."""
        accepted = over_quota = same_day = 0
        days: dict[bytes, set[date]] = {}
        for arrival in sorted(self._arrivals()):
            if not self._arrive(arrival, delay):
                continue
            known = days.setdefault(arrival.holder.serial, set())
            accepted += 1
            same_day += arrival.day in known
            known.add(arrival.day)
            over_quota += len(known) > self._model.quota
        return Outcome(delay, accepted, over_quota, same_day)

    def _holder(self, number: int) -> _Holder:
        issuer = self._nodes[number % self._model.nodes]
        serial = self._random.randbytes(token.SERIAL_LENGTH)
        start = PERIOD.starts_at(ZONE)
        claims = token.Claims(
            issuer=issuer,
            issued_at=start,
            expires=PERIOD.expires_at(ZONE, 3),
            serial=serial,
            quota=self._model.quota,
            list_number=LIST,
            index=number,
            zone="fwvl",
        )
        shares = number < self._model.passes * self._model.sharers
        return _Holder(issuer, number, serial, token.issue(claims, self._keys[issuer]), shares)

    def _passes(self, host: str, issuer: str) -> dict[bytes, judgement.Validity]:
        validity = judgement.Validity(PERIOD.first_day, PERIOD.last_day + timedelta(days=3))
        own = (holder for holder in self._holders if holder.issuer == issuer)
        return {record.pseudonym_of(holder.serial, issuer, host): validity for holder in own}

    def _arrivals(self) -> Iterator[_Arrival]:
        number = 0
        for day in _working_days(self._model.days):
            for holder in self._holders:
                for host in self._visited(holder):
                    moment = start_of_day(day, ZONE) + self._random.randrange(OPENS, CLOSES)
                    yield _Arrival(moment, number, host, holder, day)
                    number += 1

    def _visited(self, holder: _Holder) -> Sequence[str]:
        """Where a pass shows up on one day: nowhere, in one space, or with its copy in two."""
        others = [node for node in self._nodes if node != holder.issuer]
        if holder.shares:
            return self._random.sample(others, 2)
        return [self._random.choice(others)] if self._random.random() < self._model.chance else []

    def _arrive(self, arrival: _Arrival, delay: int) -> bool:
        """Check a code; True when somebody is let in on a new visit, which is then in all books."""
        holder, host = arrival.holder, arrival.host
        standing = model_standing(host, holder.issuer)
        partner = Partner(
            actor=holder.issuer,
            name="Home",
            standings=(standing,),
            revocation={LIST: self._list("revocation", arrival, delay)},
            usage={LIST: self._list("usage", arrival, delay)},
        )
        bundle = Bundle(host, "Here", self._index, {holder.issuer: partner})
        verdict = door.check(holder.text, bundle, arrival.time, self._ledgers[host])
        if verdict.colour == door.RED or verdict.code == "RE_ENTRY":
            return False
        if self._model.turned_away.intersection(verdict.reasons):
            return False
        self._record(arrival, verdict, standing)
        return True

    def _list(self, kind: str, arrival: _Arrival, delay: int) -> HeldList:
        """The list that the host holds: as the issuer knew it before the delay."""
        issuer, moment = arrival.holder.issuer, arrival.time - delay
        if kind == "revocation":
            empty = status_list.revocation_bits(())
            return HeldList("revocation", list_url("revocation", issuer, LIST), moment, empty)
        day = local_time(moment, ZONE).date()
        days: dict[int, set[date]] = {}
        for told_at, index, visited in self._told[issuer]:
            if told_at <= moment:
                days.setdefault(index, set()).add(visited)
        entries = {index: status_list.Usage(len(known), day in known) for index, known in days.items()}
        bits = status_list.usage_bits(entries)
        fetched = HeldList("usage", list_url("usage", issuer, LIST), moment, bits, day)
        pair = (arrival.host, issuer)
        self._held[pair] = newer(self._held.get(pair), fetched)
        return self._held[pair]

    def _record(self, arrival: _Arrival, verdict: door.Verdict, standing: Standing) -> None:
        holder, host, agreement = arrival.holder, arrival.host, standing.agreement
        chain = self._chains[host, holder.issuer]
        pseudonym = record.pseudonym_of(holder.serial, holder.issuer, host)
        entry = record.Record(
            host=host,
            issuer=holder.issuer,
            pseudonym=pseudonym,
            day=day_number(arrival.day),
            price=agreement.terms_of(host).price,
            agreement=agreement.short_digest,
            decision=record.ACCEPTED_AMBER if verdict.colour == door.AMBER else record.ACCEPTED_GREEN,
            list_age=record.NO_LIST if verdict.list_age is None else verdict.list_age // 60,
            uuid=UUID(int=self._random.getrandbits(128), version=4).bytes,
            previous=chain.head.digest,
            sequence=chain.head.next,
            time=arrival.time,
        )
        raw = record.seal(entry, self._keys[host])
        standings = {agreement.short_digest: standing}
        books = judgement.Books(holder.issuer, self._index, standings, chain.passes, head=chain.head)
        answer = judgement.judge(raw, host, books, arrival.time)
        if answer.reason is not None:
            raise ValueError(f"the issuer refused a visit: {answer.reason}")
        chain.head = record.Head(entry.sequence, record.digest_of(raw))
        self._told[holder.issuer].append((arrival.time, holder.index, arrival.day))
        visits = self._ledgers[host].setdefault(pseudonym, [])
        visits.append(Visit(arrival.day, accepted_at=arrival.time))


def _working_days(number: int) -> list[date]:
    every = (PERIOD.first_day + timedelta(days=step) for step in range(31))
    return [day for day in every if day.weekday() < 5][:number]


def model_standing(host: str, issuer: str) -> Standing:
    """The agreement of the model between two nodes."""
    first, second = sorted((host, issuer))
    agreement = Agreement(
        id=f"{first}/agreements/1",
        digest=record.digest_of(f"{first} {second}".encode()),
        parties=(first, second),
        zone="fwvl",
        time_zone=ZONE,
        currency="EUR",
        valid_from=date(2026, 1, 1),
        valid_until=date(2027, 12, 31),
        quota_days=15,
        host_cap_days=0,
        mode="priced",
        free_balance_days=0,
        pass_cap=0,
        amber_payable=True,
        terms=(Terms(first, 1200), Terms(second, 1200)),
        dispute_days=10,
        offline_max_hours=72,
        notice_days=30,
    )
    return Standing(agreement, "active")
