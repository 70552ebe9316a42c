"""Rows 19, 37 and 62: what time heals, tables that keep their size, and how often somebody may ask."""

from __future__ import annotations

import tracemalloc

import pytest

from coffee_node.activitypub.signed_request import SignatureError
from coffee_node.activitypub.url_guard import UrlGuard
from coffee_node.base.errors import FetchError
from coffee_node.base.keyed_memory import KeyedMemory
from coffee_node.base.rate_limits import RateLimits
from coffee_node.features.articles.models import Note
from coffee_node.node import FAILURES_LIFE
from coffee_node.testing import Clock, Fediverse
from tests.hostile.memory import MemorySender, followed, post, state_of
from tests.hostile.wire import Key

MEGABYTE = 1024 * 1024


@pytest.fixture(scope="module")
def keys() -> list[Key]:
    return [Key(), Key()]


def test_h19_tombstone_expires(fediverse: Fediverse, keys: list[Key]) -> None:
    node = fediverse.node("lille")
    evil = followed(fediverse, node, keys[0])
    note = evil.note()
    assert post(node, evil, evil.activity("Delete", note["id"])) == 202
    early = evil.activity("Create", note)
    assert post(node, evil, early) == 202
    fediverse.settle()
    assert "deleted before" in state_of(node, early)[1] and node.rows(Note, uri=note["id"]) == []
    fediverse.clock.advance(days=31)
    assert post(node, evil, evil.activity("Create", note)) == 202
    fediverse.settle()
    assert len(node.rows(Note, uri=note["id"])) == 1


def test_h38_the_new_key_before_its_update_arrives(fediverse: Fediverse, keys: list[Key]) -> None:
    """One refetch, once the known key is older than five minutes; then the old key is worth nothing."""
    node = fediverse.node("lille")
    evil = followed(fediverse, node, keys[0])
    fediverse.clock.advance(minutes=6)
    evil.key = keys[1]
    evil.served[evil.uri] = evil.document()
    evil.asked.clear()
    assert post(node, evil, evil.activity()) == 202
    assert evil.asked == [f"GET {evil.uri}"]
    evil.key = keys[0]
    assert [post(node, evil, evil.activity()) for _ in range(5)] == [401] * 5
    assert evil.asked == [f"GET {evil.uri}"]


def grown(work: object) -> float:
    """Megabytes of memory that are held after this work and were not before."""
    assert callable(work)
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        work()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return (after - before) / MEGABYTE


def test_h37_negative_cache_of_keys_keeps_its_size(test_clock: Clock) -> None:
    cache: KeyedMemory[Exception] = KeyedMemory(FAILURES_LIFE)

    def work() -> None:
        for number in range(30_000):
            cache.put(f"https://h{number}.example/actors/a#main-key", SignatureError("key", "gone"))

    assert grown(work) < 25
    assert cache.get("https://h0.example/actors/a#main-key") is None
    assert cache.get("https://h29999.example/actors/a#main-key") is not None
    test_clock.advance(minutes=6)
    assert cache.get("https://h29999.example/actors/a#main-key") is None


def test_h37_remembered_addresses_keep_their_size() -> None:
    guard = UrlGuard(resolver=lambda host, port, **kw: [(2, 1, 6, "", ("93.184.215.14", port))])

    def work() -> None:
        for number in range(5_300):
            guard.addresses(f"h{number}.example", 443)

    assert grown(work) < 12


def test_h37_rate_counters_keep_their_size(test_clock: Clock) -> None:
    limits = RateLimits(keys=1_000)

    def work() -> None:
        for number in range(20_000):
            limits.hit(f"host h{number}.example", 60)

    assert grown(work) < 2


def test_h37_many_hosts_whose_keys_fail_leave_no_rows(fediverse: Fediverse, keys: list[Key]) -> None:
    from coffee_node.federation.models import Actor
    from coffee_node.federation.peer_models import Peer

    node = fediverse.node("lille")
    before = len(node.rows(Actor)), len(node.rows(Peer))
    for number in range(60):
        sender = MemorySender(fediverse, keys[0], f"h{number}.example")
        sender.served.clear()
        assert post(node, sender, sender.activity(), address=f"10.0.{number}.1") == 401
    assert (len(node.rows(Actor)), len(node.rows(Peer))) == before


def test_h62_a_host_that_sends_too_fast(fediverse: Fediverse, keys: list[Key]) -> None:
    """Counted once the signature holds: its 429 names the wait, and no other host pays for it."""
    node = fediverse.node("lille", federation={"inbox_per_minute": "5"})
    evil = followed(fediverse, node, keys[0])
    fediverse.clock.advance(minutes=1)
    statuses = [post(node, evil, evil.activity()) for _ in range(7)]
    assert statuses == [202] * 5 + [429] * 2
    other = MemorySender(fediverse, keys[1], "other.example")
    assert post(node, other, other.activity()) == 202
    fediverse.clock.advance(minutes=1)
    assert post(node, evil, evil.activity()) == 202


def test_h62_a_partner_may_send_more(fediverse: Fediverse) -> None:
    node = fediverse.node("lille", federation={"inbox_per_minute": "3", "partner_inbox_per_minute": "50"})
    tournai = fediverse.node("tournai")
    fediverse.connect(node, tournai)
    fediverse.clock.advance(minutes=2)
    fediverse.settle()
    for number in range(5):
        tournai.post({"type": "Note", "content": f"<p>{number}</p>"})
    fediverse.settle()
    assert len(node.rows(Note)) == 5


def test_h62_nobody_uses_up_the_allowance_of_a_host_by_naming_it(
    fediverse: Fediverse, keys: list[Key], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forged requests are counted for the address they come from, and only that one is refused."""
    from coffee_node.federation import arrival_limits

    monkeypatch.setattr(arrival_limits, "FAILURES", 10)
    node = fediverse.node("lille", federation={"inbox_per_minute": "5"})
    evil = followed(fediverse, node, keys[0])
    fediverse.clock.advance(minutes=1)
    statuses = [
        post(node, evil, evil.activity(), address="203.0.113.9", Digest="SHA-256=AAAA") for _ in range(12)
    ]
    assert statuses == [401] * 10 + [429] * 2
    assert post(node, evil, evil.activity(), address="203.0.113.10") == 202
    fediverse.clock.advance(minutes=1)
    assert post(node, evil, evil.activity(), address="203.0.113.9", Digest="SHA-256=AAAA") == 401


def test_h62_names_that_do_not_resolve_are_temporary() -> None:
    """A resolver that fails is no reason to call a key gone for good."""

    def resolver(*args: object, **kwargs: object) -> list[object]:
        raise OSError("no such name")

    with pytest.raises(FetchError) as caught:
        UrlGuard(resolver=resolver).addresses("a.example", 443)
    assert caught.value.temporary
