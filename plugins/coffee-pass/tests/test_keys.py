"""Keys of passes: published, found by kid, named, rotated and withdrawn."""

from __future__ import annotations

from typing import Any

import pytest

from coffee_pass.keys import index_of, may_sign_now, next_fragment, read_keys, read_time, time_text

ACTOR = "https://lille.example.org/pass"


def actor_with(*entries: Any) -> dict[str, Any]:
    return {"id": ACTOR, "assertionMethod": list(entries)}


def test_a_key_is_read_as_it_is_published(world: Any) -> None:
    key = world.key(ACTOR, world.home_key, expires=world.now, revoked=world.now - 1)
    assert key.document["expires"] == "2026-11-09T08:00:00Z"
    assert read_keys(actor_with(key.document)) == [key]
    current = world.key(ACTOR, world.home_key)
    assert set(current.document) == {"id", "type", "controller", "publicKeyMultibase"}
    assert read_keys({"id": ACTOR, "assertionMethod": current.document}) == [current]


@pytest.mark.parametrize(
    "change",
    [
        {"type": "JsonWebKey"},
        {"controller": "https://evil.example/pass"},
        {"id": "https://evil.example/pass#key-2026-1"},
        {"id": 1},
        {"publicKeyMultibase": "z6Mk"},
        {"publicKeyMultibase": "z" * 65},
        {"publicKeyMultibase": None},
        {"expires": "tomorrow"},
        {"revoked": 5},
    ],
)
def test_a_key_that_means_nothing_is_passed_over(world: Any, change: dict[str, Any]) -> None:
    good = world.key(ACTOR, world.home_key)
    assert read_keys(actor_with(good.document | change, good.document, "text", None)) == [good]


@pytest.mark.parametrize("actor", [{}, {"id": ACTOR}, {"id": ACTOR, "assertionMethod": "x"}, {"id": 1}])
def test_an_actor_without_keys_has_none(actor: dict[str, Any]) -> None:
    assert read_keys(actor) == []


def test_a_key_announced_twice_by_its_actor_is_withdrawn_when_one_entry_says_so(world: Any) -> None:
    current, revoked = world.key(ACTOR, world.home_key), world.key(ACTOR, world.home_key, revoked=1)
    for entries in ([current, revoked], [revoked, current]):
        found = index_of(entries)
        assert found.find(current.kid) == revoked
        assert not found.contested


def test_a_fragment_is_never_used_again() -> None:
    assert next_fragment(2026, []) == "key-2026-1"
    assert next_fragment(2026, ["key-2026-1", "key-2026-10", "key-2025-99", "main-key"]) == "key-2026-11"


def test_a_new_key_waits_a_day_and_for_every_partner_that_is_reachable() -> None:
    assert not may_sign_now(0, 86_399, [], [])
    assert not may_sign_now(0, 86_400, ["a", "b"], ["a"])
    assert may_sign_now(0, 86_400, ["a"], ["a", "b"])


def test_a_key_stays_listed_until_its_last_pass_has_expired(world: Any) -> None:
    assert world.key(ACTOR, world.home_key).is_listed_at(world.now)
    retired = world.key(ACTOR, world.home_key, expires=world.now)
    assert retired.is_listed_at(world.now - 1)
    assert not retired.is_listed_at(world.now)


@pytest.mark.parametrize("text", ["2026-11-02T07:00:00Z", "2026-11-02T08:00:00.5+01:00"])
def test_a_time_has_its_second(text: str) -> None:
    assert time_text(read_time(text)) == "2026-11-02T07:00:00Z"


@pytest.mark.parametrize("text", ["", "2026-11-02", "2026-11-02T07:00:00", "2026-13-02T07:00:00Z", 5, None])
def test_what_names_no_moment_is_refused(text: Any) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_time(text)
