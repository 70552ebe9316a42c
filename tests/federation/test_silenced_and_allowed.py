"""Silenced servers reach those who follow them and nobody else; allowed ones are partners without asking."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from coffee_node.base.database import db
from coffee_node.features.events.models import Event
from coffee_node.federation import audience, domain_policy
from coffee_node.federation.accounts import account_named
from coffee_node.federation.models import Actor, Delivery
from coffee_node.testing import Fediverse, TestNode, event_document
from tests.federation.moderators import asked, decide, names, take_back

CLOSED = {"mode": "partners only"}


def seen_by(node: TestNode, handle: str) -> list[str]:
    """The events that lists and searches show to somebody with an account."""
    with node.context():
        account = account_named(handle)
        return sorted(db.session.scalars(select(Event.name).where(*audience.visible(Event, account))))


def test_what_a_silenced_server_sends_is_stored_for_its_followers_only(fediverse: Fediverse) -> None:
    lille, loud = fediverse.node("lille"), fediverse.node("loud")
    for handle in ("claire", "luc"):
        lille.add_person(handle)
    lille.follow_actor(f"{loud.url}/actors/loud", follower="claire")
    fediverse.settle()
    loud.post(event_document(name="Before"))
    fediverse.settle()
    assert seen_by(lille, "luc") == names(lille) == ["Before"]
    decide(lille, "loud.example", "silence")
    loud.post(event_document(name="After"))
    fediverse.settle()
    assert {row.name for row in lille.rows(Event)} == {"Before", "After"}
    assert names(lille) == seen_by(lille, "luc") == []
    assert "Before" not in lille.page("/") + lille.page("/search?q=before")
    assert seen_by(lille, "claire") == ["After", "Before"]
    lille.post(event_document(name="Ours"))
    fediverse.settle()
    take_back(lille, "loud.example")
    assert names(lille) == ["After", "Before", "Ours"]


def test_an_allowed_node_becomes_a_partner_without_being_asked_about(fediverse: Fediverse) -> None:
    lille, friend, stranger = (fediverse.node(name) for name in ("lille", "friend", "stranger"))
    stranger.follow(lille)
    fediverse.settle()
    decide(lille, "friend.example", "allow")
    friend.follow(lille)
    fediverse.settle()
    with lille.context():
        assert audience.partner_hosts() == ["friend.example"]
    decide(lille, "stranger.example", "allow")
    fediverse.settle()
    with lille.context():
        assert audience.partner_hosts() == ["friend.example", "stranger.example"]


def test_a_closed_node_serves_and_hears_whom_it_allows(fediverse: Fediverse) -> None:
    lille, friend = fediverse.node("lille", federation=CLOSED), fediverse.node("friend")
    with pytest.raises(Exception, match="401"):
        friend.follow_actor(f"{lille.url}/actors/lille")
    decide(lille, "friend.example", "allow")
    friend.follow_actor(f"{lille.url}/actors/lille")
    fediverse.settle()
    lille.post(event_document(name="For friends"))
    fediverse.settle()
    assert names(friend) == ["For friends"]
    assert {row.host for row in lille.rows(Delivery)} == {"friend.example"}


SPELLINGS = (
    "bad.example",
    "BAD.Example",
    "bad.example.",
    "bad.example:443",
    "bad\uff0eexample",
    "bad\u3002example",
    "x.bad.example",
    "bad.example:8443",
)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_h34_a_blocked_domain_stays_blocked_in_each_spelling(fediverse: Fediverse, spelling: str) -> None:
    lille = fediverse.node("lille")
    with lille.context():
        assert not domain_policy.is_suspended(spelling)
        decide(lille, "Bad.Example.", "suspend")
        assert domain_policy.is_suspended(spelling)


@pytest.mark.parametrize(
    "written", ["https://BAD.example:443/about", "*.bad.example", "bad\uff0eexample", "bad.example."]
)
def test_h34_a_block_list_names_one_domain_in_each_spelling(fediverse: Fediverse, written: str) -> None:
    lille = fediverse.node("lille")
    decide(lille, written, "suspend")
    with lille.context():
        assert list(domain_policy.decided().levels) == ["bad.example"]
        assert domain_policy.is_suspended("bad.example")


@pytest.mark.parametrize(("ascii_", "unicode_"), [("xn--bcher-kva.example", "b\u00fccher.example")])
def test_h34_punycode_and_unicode_are_one_domain(fediverse: Fediverse, ascii_: str, unicode_: str) -> None:
    lille = fediverse.node("lille")
    decide(lille, unicode_, "suspend")
    with lille.context():
        assert domain_policy.is_suspended(ascii_) and domain_policy.is_suspended(unicode_.upper())


@pytest.mark.parametrize(
    "other", ["notbad.example", "example", "bad.example.org", "b\u00e0d.example", "exa\u2100mple", ""]
)
def test_h34_other_domains_stay_as_they_are(fediverse: Fediverse, other: str) -> None:
    lille = fediverse.node("lille")
    decide(lille, "bad.example", "suspend")
    with lille.context():
        assert not domain_policy.is_suspended(other)


def test_h34_a_mention_and_a_key_in_another_spelling_are_of_the_blocked_host(fediverse: Fediverse) -> None:
    lille, bad = fediverse.node("lille"), fediverse.node("bad")
    decide(lille, "bad.example", "suspend")
    with lille.context():
        for text in ("@bad@BAD.example", "https://bad.example.:443/actors/bad"):
            with pytest.raises(Exception, match="suspended"):
                lille.follow_actor(text) if "://" in text else _look_up(text)
    assert asked(fediverse, "bad.example") == []
    assert lille.rows(Actor, host=bad.host) == []


def _look_up(text: str) -> None:
    from coffee_node.federation import lookup

    lookup.ask("actor", text)


def test_the_most_specific_decision_rules(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    decide(lille, "bad.example", "suspend")
    decide(lille, "good.bad.example", "allow")
    with lille.context():
        levels = [
            domain_policy.level_of(host) for host in ("bad.example", "x.bad.example", "a.good.bad.example")
        ]
    assert levels == ["suspend", "suspend", "allow"]


def test_a_decision_of_another_process_is_known_after_some_seconds(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    with lille.context():
        assert not domain_policy.is_suspended("bad.example")
        known = lille.node.decisions.peek()
        decide(lille, "bad.example", "suspend")
        lille.node.decisions.get(lambda: known)
        assert not domain_policy.is_suspended("bad.example")
        fediverse.clock.advance(seconds=6)
        assert domain_policy.is_suspended("bad.example")
