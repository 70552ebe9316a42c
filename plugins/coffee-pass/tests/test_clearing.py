"""Statements and netting: equal on both sides whatever the order, and nothing is lost or made."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from coffee_pass.agreement_document import read_agreement
from coffee_pass.netting import Transfer, positions, transfers
from coffee_pass.period import Period
from coffee_pass.statement import Entry, StatementConflict, charged_prices, hash_of, statement

HOME, HOST = "https://lille.example.org/pass", "https://tournai.example.net/pass"
NOVEMBER = Period(2026, 11)
FIRST = 20_758
MODES = [
    {"mode": "free"},
    {"mode": "priced"},
    {"mode": "priced", "passCap": 3000},
    {"mode": "balanced", "freeBalanceDays": 2},
    {"amberPayable": False},
]


def entries(agreement: Any, seed: int, number: int = 60) -> list[Entry]:
    random = Random(seed)
    made: list[Entry] = []
    for at in range(number):
        host = random.choice([HOME, HOST])
        kind = random.choices([0, 1, 2], [8, 1, 1])[0]
        refers = random.choice(made).uuid if kind and made else None
        made.append(
            Entry(
                uuid=random.randbytes(16),
                host=host,
                issuer=HOST if host == HOME else HOME,
                pseudonym=bytes([random.randrange(5)] * 16),
                day=FIRST + random.randrange(-2, 32),
                price=1500 if host == HOME else 1200,
                agreement=agreement.short_digest,
                decision=random.choice([0, 0, 0, 1, 2]),
                time=at,
                kind=kind if made else 0,
                refers=refers,
                digest=random.randbytes(32),
            )
        )
    return made


@pytest.mark.parametrize("terms", MODES)
@given(seed=some.integers(0, 2**32))
def test_order_and_repetition_change_nothing(terms: dict[str, Any], seed: int) -> None:
    from_fixture = _agreement(terms)
    known = entries(from_fixture, seed)
    random = Random(seed + 1)
    shuffled = [*known, *random.choices(known, k=20)]
    random.shuffle(shuffled)
    rejected = [known[3].uuid, known[3].uuid, b"unknown"]
    ours = statement(from_fixture, NOVEMBER, known, rejected)
    assert hash_of(ours) == hash_of(statement(from_fixture, NOVEMBER, shuffled, set(rejected)))
    swapped = replace(from_fixture, parties=from_fixture.parties[::-1], terms=from_fixture.terms[::-1])
    assert statement(swapped, NOVEMBER, shuffled, rejected) == ours
    charged = charged_prices(from_fixture, NOVEMBER, shuffled, rejected)
    assert sum(charged.values()) == sum(each["charged"] for each in ours["directions"])
    assert all(0 <= each["charged"] <= each["gross"] for each in ours["directions"])


def _agreement(terms: dict[str, Any]) -> Any:
    return read_agreement(
        {
            "type": "PassAgreement", "id": f"{HOME}/agreements/1", "parties": [HOME, HOST], "zone": "fwvl",
            "timeZone": "Europe/Brussels", "currency": "EUR", "validFrom": "2026-11-01",
            "validUntil": "2027-10-31", "quotaDays": 5, "mode": "priced",
            "terms": [{"host": HOME, "price": 1500}, {"host": HOST, "price": 1200}],
            "dataClause": {"purpose": "x", "fields": [], "retentionMonths": 13, "contact": "y"},
        }
        | terms
    )  # fmt: skip


@pytest.fixture
def agreement() -> Any:
    return _agreement({})


@pytest.fixture
def visit(agreement: Any) -> Entry:
    return replace(entries(agreement, 1, 1)[0], host=HOST, issuer=HOME, price=1200, day=FIRST, decision=0)


def direction(agreement: Any, *known: Entry, period: Period = NOVEMBER) -> dict[str, Any]:
    found: dict[str, Any] = statement(agreement, period, known)["directions"][1]
    assert found["host"] == HOST
    return found


def test_one_pass_is_one_visit_a_day_and_the_first_stays(agreement: Any, visit: Entry) -> None:
    later = replace(visit, uuid=bytes(16), time=visit.time + 1, price=9)
    assert direction(agreement, later, visit)["gross"] == 1200
    assert direction(agreement, replace(later, day=FIRST + 1), visit)["visits"] == 2


def test_a_cancellation_counts_also_when_it_is_of_the_next_month(agreement: Any, visit: Entry) -> None:
    last = replace(visit, day=FIRST + 29)
    cancel = replace(visit, uuid=bytes(16), kind=1, refers=visit.uuid, day=FIRST + 30)
    found = direction(agreement, last, cancel)
    assert (found["visits"], found["cancelled"], found["due"]) == (0, 1, 0)
    foreign = replace(cancel, host=HOME, issuer=HOST)
    assert direction(agreement, last, foreign)["visits"] == 1
    assert statement(agreement, NOVEMBER, [last, cancel], [cancel.uuid])["directions"][1]["visits"] == 1


def test_what_is_of_another_month_agreement_or_pair_stays_out(agreement: Any, visit: Entry) -> None:
    for other in (
        replace(visit, day=FIRST - 1),
        replace(visit, day=FIRST + 30),
        replace(visit, agreement=bytes(16)),
        replace(visit, issuer="https://mons.example/pass"),
    ):
        assert direction(agreement, other)["visits"] == 0
    late = replace(agreement, valid_from=agreement.valid_from.replace(day=2))
    assert direction(late, visit)["visits"] == 0


def test_two_records_with_one_identity_stop_the_statement(agreement: Any, visit: Entry) -> None:
    other = replace(visit, digest=bytes(32))
    with pytest.raises(StatementConflict) as caught:
        statement(agreement, NOVEMBER, [visit, other])
    assert set(caught.value.records) == {visit, other}
    assert caught.value.code == "STATEMENT_CONFLICT"


def test_nobody_owes_anything_when_both_are_due_the_same(agreement: Any) -> None:
    assert statement(agreement, NOVEMBER, [])["net"] is None


# --- netting


@given(some.lists(some.integers(-(10**6), 10**6), min_size=1, max_size=8))
def test_transfers_settle_every_position_and_are_few(amounts: list[int]) -> None:
    nodes = {f"node-{number}": amount for number, amount in enumerate([*amounts, -sum(amounts)])}
    found = transfers(nodes)
    for transfer in found:
        assert transfer.amount > 0
        nodes[transfer.debtor] += transfer.amount
        nodes[transfer.creditor] -= transfer.amount
    assert set(nodes.values()) == {0}
    assert len(found) <= len(nodes) - 1


@given(some.integers(0, 2**32))
def test_positions_of_statements_add_up_to_nothing(seed: int) -> None:
    random = Random(seed)
    debts = []
    for _ in range(6):
        creditor, debtor = random.sample("abcde", 2)
        net = {"creditor": creditor, "debtor": debtor, "amount": random.randrange(1, 9999)}
        debts.append(
            {"directions": [{"host": creditor}, {"host": debtor}], "net": random.choice([net, net, None])}
        )
    found = positions(debts)
    assert sum(found.values()) == 0
    random.shuffle(debts)
    assert positions(debts) == found


def test_ties_go_by_address_and_wrong_sums_are_refused() -> None:
    assert transfers({"b": -5, "a": -5, "d": 5, "c": 5}) == [Transfer("a", "c", 5), Transfer("b", "d", 5)]
    with pytest.raises(ValueError, match="add up"):
        transfers({"a": 1})
