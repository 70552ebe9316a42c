"""Records of visits: one form, chained; and what the issuer answers to each."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any, get_args
from uuid import UUID

import pytest

from coffee_pass import cbor, cose
from coffee_pass import record as ledger
from coffee_pass.agreement import Standing
from coffee_pass.judgement import Answer, Books, Reason, Validity, judge, may_become
from coffee_pass.keys import index_of
from coffee_pass.record import CANCELLATION, OVERRIDE, Head, Record, digest_of, pseudonym_of, read, seal
from coffee_pass.sentences import REJECTIONS

DAY = 20_766


def uuid(number: int) -> bytes:
    return UUID(int=number, version=4).bytes


@pytest.fixture
def visit(world: Any) -> Record:
    return Record(
        host=world.host,
        issuer=world.home,
        pseudonym=world.pseudonym,
        day=DAY,
        price=1200,
        agreement=world.agreement().short_digest,
        decision=0,
        list_age=4,
        uuid=uuid(1),
        previous=ledger.NO_PREVIOUS,
        sequence=1,
        time=world.now,
    )


@pytest.fixture
def books(world: Any) -> Books:
    standing = world.standing()
    return Books(
        own=world.home,
        keys=index_of(world.keys),
        standings={standing.agreement.short_digest: standing},
        passes={world.pseudonym: Validity(date(2026, 11, 1), date(2026, 12, 3))},
    )


# --- the form


def test_a_record_is_read_as_it_was_sealed(world: Any, visit: Record) -> None:
    for each in (visit, replace(visit, kind=CANCELLATION, refers=uuid(2)), replace(visit, list_age=-1)):
        raw = seal(each, world.host_key)
        sealed = read(raw)
        assert sealed.record == each
        assert sealed.digest == digest_of(raw)
        assert sealed.envelope.is_signed_by(world.host_key.public_key())


@pytest.mark.parametrize(
    "change",
    [
        {"refers": uuid(2)}, {"kind": 1}, {"kind": 3, "refers": uuid(2)}, {"decision": 3}, {"list_age": -2},
        {"sequence": 0}, {"day": -1}, {"uuid": bytes(16)}, {"uuid": UUID(int=1, version=1).bytes},
        {"pseudonym": bytes(15)}, {"previous": b""}, {"host": ""}, {"host": "x" * 101}, {"price": "1"},
        {"time": b"0"}, {"agreement": bytes(32)},
    ],
)  # fmt: skip
def test_a_record_out_of_its_form_is_neither_sealed_nor_read(
    world: Any, visit: Record, change: dict[str, Any]
) -> None:
    changed = replace(visit, **change)
    with pytest.raises(ledger.RecordError):
        seal(changed, world.host_key)
    with pytest.raises(ledger.RecordError):
        read(cose.sign(ledger.payload_of(changed), world.host_key))


@pytest.mark.parametrize("payload", [b"", b"\x80", cbor.encode({1: 2}), b"\xff"])
def test_another_payload_is_no_record(world: Any, payload: bytes) -> None:
    with pytest.raises(ledger.RecordError):
        read(cose.sign(payload, world.host_key))
    with pytest.raises(ledger.RecordError):
        read(payload)


def test_two_hosts_know_a_pass_by_different_names(world: Any) -> None:
    assert world.pseudonym != pseudonym_of(bytes(range(16)), world.home, "https://mons.example/pass")


# --- the issuer's answer


def answered(world: Any, visit: Record, books: Books, now: int | None = None) -> Answer:
    return judge(seal(visit, world.host_key), world.host, books, now or world.now)


def test_a_good_visit_is_accepted(world: Any, visit: Record, books: Books) -> None:
    assert answered(world, visit, books) == Answer()


def test_the_same_bytes_get_the_same_answer(world: Any, visit: Record, books: Books) -> None:
    raw = seal(visit, world.host_key)
    refused = Answer("WRONG_PRICE")
    known = replace(books, head=Head(1, digest_of(raw)), answered={visit.uuid: (refused, raw)})
    assert judge(raw, world.host, known, world.now) == refused
    other = seal(replace(visit, list_age=5), world.host_key)
    assert judge(other, world.host, known, world.now) == Answer("CHAIN_FORK")


def test_what_the_host_did_not_sign_is_not_its_record(world: Any, visit: Record, books: Books) -> None:
    raw = seal(visit, world.host_key)
    assert judge(raw[:-1], world.host, books, world.now).reason == "BAD_SIGNATURE"
    assert judge(raw[:-1] + bytes([raw[-1] ^ 1]), world.host, books, world.now).reason == "BAD_SIGNATURE"
    assert judge(raw, world.home, books, world.now).reason == "BAD_SIGNATURE"
    assert judge(seal(visit, world.home_key), world.host, books, world.now).reason == "BAD_SIGNATURE"
    other = replace(visit, issuer="https://mons.example/pass")
    assert answered(world, other, books).reason == "BAD_SIGNATURE"
    unknown = replace(books, keys=index_of([]))
    assert answered(world, visit, unknown).reason == "BAD_SIGNATURE"
    assert not Answer("BAD_SIGNATURE").is_placed


@pytest.mark.parametrize(("revoked", "reason"), [(0, "BAD_SIGNATURE"), (1, None)])
def test_a_key_signs_records_until_it_is_withdrawn(
    world: Any, visit: Record, books: Books, revoked: int, reason: str | None
) -> None:
    keys = index_of([world.key(world.host, world.host_key, revoked=world.now + revoked)])
    assert answered(world, visit, replace(books, keys=keys)).reason == reason


def test_a_gap_names_the_number_that_is_expected(world: Any, visit: Record, books: Books) -> None:
    late = replace(visit, sequence=3, previous=bytes([1] * 32))
    assert answered(world, late, books) == Answer("CHAIN_GAP", expected_sequence=1)
    # Also when its content is wrong: nothing is final before its place is known.
    assert answered(world, replace(late, price=1), books).reason == "CHAIN_GAP"


def test_another_record_in_the_same_place_is_a_fork(world: Any, visit: Record, books: Books) -> None:
    known = replace(books, head=Head(1, bytes([9] * 32)))
    assert answered(world, visit, known).reason == "CHAIN_FORK"
    assert answered(world, replace(visit, sequence=2), known).reason == "CHAIN_FORK"
    assert answered(world, replace(visit, sequence=2, previous=bytes([9] * 32)), known) == Answer()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"agreement": bytes(16)}, "WRONG_AGREEMENT"),
        ({"day": DAY - 9}, "WRONG_AGREEMENT"),
        ({"price": 1500}, "WRONG_PRICE"),
        ({"price": 0}, "WRONG_PRICE"),
        ({"pseudonym": bytes(16)}, "UNKNOWN_PASS"),
        ({"day": DAY + 2}, "OUT_OF_VALIDITY"),
        ({"day": DAY + 1}, None),
        ({"decision": OVERRIDE}, "WRONG_PRICE"),
        ({"decision": OVERRIDE, "price": 0, "pseudonym": bytes(16)}, None),
    ],
)
def test_every_formal_reason_is_given(
    world: Any, visit: Record, books: Books, change: dict[str, Any], reason: str | None
) -> None:
    assert answered(world, replace(visit, **change), books).reason == reason


def test_a_day_outside_the_pass_is_refused_but_not_an_override(
    world: Any, visit: Record, books: Books
) -> None:
    narrow = replace(books, passes={world.pseudonym: Validity(date(2026, 11, 10), date(2026, 12, 3))})
    assert answered(world, visit, narrow).reason == "OUT_OF_VALIDITY"
    assert answered(world, replace(visit, decision=OVERRIDE, price=0), narrow) == Answer()


def test_an_agreement_of_others_or_one_that_is_suspended_pays_nothing(
    world: Any, visit: Record, books: Books
) -> None:
    suspended = Standing(world.agreement(), "suspended", suspended_on=date(2026, 11, 8))
    other = Standing(replace(world.agreement(), parties=(world.home, "https://mons.example/pass")), "active")
    for standing in (suspended, other):
        known = replace(books, standings={visit.agreement: standing})
        assert answered(world, visit, known).reason == "WRONG_AGREEMENT"


def test_a_visit_of_last_month_is_too_late_after_35_days_or_its_statement(
    world: Any, visit: Record, books: Books
) -> None:
    assert answered(world, visit, books, world.now + 35 * world.day) == Answer()
    assert answered(world, visit, books, world.now + 36 * world.day).reason == "TOO_LATE"
    agreed = replace(books, agreed=frozenset({(visit.agreement, "2026-11")}))
    assert answered(world, visit, agreed).reason == "TOO_LATE"


def test_a_very_old_list_is_marked(world: Any, visit: Record, books: Books) -> None:
    assert not answered(world, replace(visit, list_age=72 * 60), books).is_marked
    assert answered(world, replace(visit, list_age=72 * 60 + 1), books).is_marked


def test_a_cancellation_is_of_a_known_visit_at_its_price(world: Any, visit: Record, books: Books) -> None:
    raw = seal(visit, world.host_key)
    known = replace(books, head=Head(1, digest_of(raw)), visits={visit.uuid: visit})
    cancel = replace(
        visit, kind=CANCELLATION, refers=visit.uuid, uuid=uuid(2), sequence=2, previous=digest_of(raw)
    )
    assert answered(world, cancel, known) == Answer()
    assert answered(world, replace(cancel, price=1), known).reason == "WRONG_PRICE"
    assert answered(world, replace(cancel, refers=uuid(9)), known).reason == "UNKNOWN_PASS"
    assert answered(world, replace(cancel, pseudonym=bytes(16)), known).reason == "UNKNOWN_PASS"
    agreed = replace(known, agreed=frozenset({(visit.agreement, "2026-11")}))
    assert answered(world, cancel, agreed).reason == "TOO_LATE"


def test_an_adjustment_comes_in_a_later_period(world: Any, visit: Record, books: Books) -> None:
    known = replace(books, visits={visit.uuid: visit}, agreed=frozenset({(visit.agreement, "2026-11")}))
    adjust = replace(
        visit, kind=ledger.ADJUSTMENT, refers=visit.uuid, uuid=uuid(3), price=-1200, day=DAY + 30
    )
    assert answered(world, adjust, known) == Answer()
    assert answered(world, replace(adjust, day=DAY), known).reason == "TOO_LATE"


def test_every_reason_has_a_sentence_and_states_follow_each_other() -> None:
    assert set(REJECTIONS) == set(get_args(Reason))
    assert may_become("sent", "disputed")
    assert may_become("disputed", "cancelled")
    assert not may_become("rejected", "accepted")
