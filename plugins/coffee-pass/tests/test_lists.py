"""Lists of an issuer: bits where the standard has them, bounded reading, and never an older edition again."""

from __future__ import annotations

import base64
import gzip
import tracemalloc
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from coffee_pass import status_list as lists
from coffee_pass.list_credential import Rollback, make_list, newer, next_valid_from, read_list
from coffee_pass.proof import with_proof

METHOD = "https://lille.example.org/pass#key-2026-1"
INDEXES = some.integers(0, lists.ENTRIES - 1)


def test_bits_count_from_the_left() -> None:
    assert lists.revocation_bits([0, 9])[:2] == b"\x80\x40"
    assert lists.usage_bits({0: lists.Usage(1, False), 1: lists.Usage(5, True)})[:2] == b"\x12\xc0"


@given(some.sets(INDEXES, max_size=20))
def test_revoked_passes_come_back_from_a_list(indexes: set[int]) -> None:
    bits = lists.unpack(lists.pack(lists.revocation_bits(indexes)), lists.REVOCATION_BYTES)
    near = indexes | {(index + 1) % lists.ENTRIES for index in indexes}
    assert {index for index in near if lists.is_set(bits, index)} == indexes


@given(
    some.dictionaries(INDEXES, some.builds(lists.Usage, some.integers(0, 40), some.booleans()), max_size=20)
)
def test_usage_comes_back_from_a_list(entries: dict[int, lists.Usage]) -> None:
    bits = lists.unpack(lists.pack(lists.usage_bits(entries)), lists.USAGE_BYTES)
    for index, entry in entries.items():
        assert lists.usage_at(bits, index) == (min(entry.days, 15), entry.seen)
        after = (index + 1) % lists.ENTRIES
        assert after in entries or lists.usage_at(bits, after) == (0, False)


def packed(raw: bytes) -> str:
    return "u" + base64.urlsafe_b64encode(raw).decode().rstrip("=")


GOOD = lists.pack(bytes(lists.REVOCATION_BYTES))


@pytest.mark.parametrize(
    "text",
    [
        "", "u", "z" + GOOD[1:], GOOD + "=", GOOD + "A", GOOD.replace("A", "+", 1), GOOD + "é", "u!!!!",
        GOOD[:-4], packed(b"no gzip"), packed(gzip.compress(bytes(lists.REVOCATION_BYTES - 1))),
        packed(gzip.compress(bytes(lists.REVOCATION_BYTES + 1))),
        packed(gzip.compress(bytes(lists.REVOCATION_BYTES)) + gzip.compress(b"x")),
        packed(gzip.compress(bytes(lists.REVOCATION_BYTES))[:-1]), "u" + "A" * 30_000,
    ],
)  # fmt: skip
def test_a_list_of_another_form_or_size_is_refused(text: str) -> None:
    with pytest.raises(lists.ListError):
        lists.unpack(text, lists.REVOCATION_BYTES)


def test_a_list_that_unpacks_to_megabytes_stops_at_its_size() -> None:
    bomb = packed(gzip.compress(bytes(12_000_000)))
    assert len(bomb) < 20_000
    tracemalloc.start()
    with pytest.raises(lists.ListError):
        lists.unpack(bomb, lists.REVOCATION_BYTES)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000


def test_an_index_is_drawn_among_the_free_ones() -> None:
    taken = set(range(lists.ENTRIES)) - {5, 131_071}
    random = Random(1)
    assert {lists.draw_index(taken, random.randrange) for _ in range(9)} == {5, 131_071}
    with pytest.raises(lists.ListError):
        lists.draw_index(range(lists.ENTRIES), random.randrange)
    assert lists.needs_successor(range(lists.FULL_AT))
    assert not lists.needs_successor(range(lists.FULL_AT - 1))


# --- the signed list


@pytest.fixture
def keys(world: Any) -> dict[str, Any]:
    return {key.id: key for key in world.keys}


@pytest.mark.parametrize("kind", ["revocation", "usage"])
def test_a_signed_list_is_read_as_it_was_made(world: Any, keys: Any, kind: Any) -> None:
    held = world.revocation(5) if kind == "revocation" else world.usage(3, seen=True)
    document = make_list(held, world.home, world.home_key, METHOD)
    read = read_list(kind, held.url, document, world.home, keys)
    assert read == held
    assert read.is_revoked(5) if kind == "revocation" else read.usage(world.index) == (3, True)
    assert document["validUntil"] == "2026-11-16T07:59:00Z"


def resigned(world: Any, document: dict[str, Any], **changes: Any) -> dict[str, Any]:
    changed = {name: value for name, value in document.items() if name != "proof"} | changes
    return with_proof(changed, world.home_key, METHOD, world.now)


def test_a_list_that_is_not_what_was_asked_for_is_refused(world: Any, keys: Any) -> None:
    held = world.revocation(5)
    good = make_list(held, world.home, world.home_key, METHOD)
    subject = good["credentialSubject"]
    wrong = [
        ("revocation", {**good, "validFrom": "2026-11-09T09:00:00Z"}),
        ("revocation", resigned(world, good, id=held.url + "1")),
        ("revocation", resigned(world, good, issuer=world.host)),
        ("revocation", resigned(world, good, type=["VerifiableCredential"])),
        ("revocation", resigned(world, good, validFrom="today")),
        ("revocation", resigned(world, good, credentialSubject=None)),
        ("revocation", resigned(world, good, credentialSubject=subject | {"statusPurpose": "message"})),
        ("revocation", resigned(world, good, credentialSubject=subject | {"encodedList": 5})),
        ("revocation", resigned(world, good, credentialSubject=subject | {"encodedList": "u"})),
        ("usage", good),
    ]
    for kind, document in wrong:
        with pytest.raises(lists.ListError):
            read_list(kind, held.url, document, world.home, keys)  # type: ignore[arg-type]
    with pytest.raises(lists.ListError):
        read_list("revocation", held.url, good, world.host, keys)


def test_an_older_list_is_never_taken_again(world: Any) -> None:
    held = world.revocation(5)
    later = replace(world.revocation(), valid_from=held.valid_from + 1)
    assert newer(None, held) is held
    assert newer(held, later) is later
    assert newer(held, world.revocation(5)) is held
    with pytest.raises(Rollback):
        newer(later, held)
    with pytest.raises(Rollback):
        newer(held, world.revocation(5, 6))


def test_a_new_edition_is_later_even_when_the_clock_was_set_back() -> None:
    assert next_valid_from(100, 200) == 200
    assert next_valid_from(100, 50) == 101
