"""What one person does that leaves traces: a word of its own for each deed that needs many services."""

from __future__ import annotations

from datetime import timedelta

from werkzeug.datastructures import MultiDict

from coffee_node.base import clock
from coffee_node.base.database import db, write
from coffee_node.features.events import calendar_addresses, drafts
from coffee_node.features.profiles import relay
from coffee_node.features.profiles.relay_models import Conversation
from coffee_node.features.profiles.service import profile_of, publish_profile
from coffee_node.federation import (
    accounts,
    feed_addresses,
    invitations,
    reports,
    saved_searches,
)
from coffee_node.federation.actors import find_actor, find_local_actor
from coffee_node.federation.guest_models import GuestSession
from coffee_node.federation.models import Actor
from coffee_node.federation.oauth_models import OAuthClient, OAuthGrant
from coffee_node.testing import Fediverse, TestNode
from tests.federation.test_polls import vote

HANDLE, NAME, ADDRESS = "zwaluwkind", "Quirina Zwaluwkind", "quirina@zwaluwpost.example"
PASSWORD = "seven otters whistle"
# A word of its own for each thing that somebody leaves behind.
WORDS = {
    "headline": "Vuurtorenwachter", "summary": "Bosbessenjam", "event": "Schemerwandeling",
    "offer": "Kruiwagenverhuur", "joined": "Havermoutkoek", "answered": "Notenbalkje",
    "message": "Regenboogforel", "reply": "Dakgootmos", "notice": "Lampionoptocht", "alt": "Strooienhoed",
    "letter": "Overzeebericht", "answer": "Duivenpost", "report": "Klaagzang", "invitation": "Welkomstlied",
    "search": "Torenspits", "draft": "Conceptnacht",
}  # fmt: skip


def react(lille: TestNode, event: str, poll: str, fediverse: Fediverse) -> None:
    """Like and share an event of a partner, and vote there."""
    fediverse.settle()
    lille.post({"type": "Like", "object": event}, HANDLE)
    lille.post({"type": "Announce", "object": event}, HANDLE)
    vote(lille, HANDLE, poll, "Thursday")
    fediverse.settle()


def write_across(fediverse: Fediverse, lille: TestNode, tournai: TestNode) -> None:
    """Write to Jan of Tournai, who answers; both show their addresses."""
    with tournai.context():
        publish_profile(profile_of(find_local("jan")))
    with lille.context():
        jan = find_actor(f"{tournai.url}/actors/jan")
        assert jan is not None
        talk = relay.send_first(find_local(HANDLE), jan, WORDS["letter"])
        relay.share_address(talk, find_local(HANDLE), is_shared=True)
    fediverse.settle()
    with tournai.context():
        with write():
            accounts.account_named("jan").email = "jan@tournai.example"
        [talk] = relay.talks_of(find_local("jan"))
        relay.send(talk, find_local("jan"), WORDS["answer"])
        relay.share_address(talk, find_local("jan"), is_shared=True)
    fediverse.settle()
    assert tournai.rows(Conversation)[0].told_address == ADDRESS


def keep_aside(lille: TestNode, event: str) -> None:
    """What only the own node knows: a report, an invitation, a saved search, a draft, secret addresses."""
    with lille.context():
        account = accounts.account_named(HANDLE)
        reports.report(account, [event], WORDS["report"], forward=False)
        wish = invitations.Wish(find_local(lille.slug), "member", "nl", WORDS["invitation"])
        invitations.invite(wish, ["nieuw@elders.example"], account)
        with write():
            saved_searches.save(account, ADDRESS, "nl", "/events", {"q": WORDS["search"]}, "daily")
        drafts.keep(account, None, MultiDict([("name", WORDS["draft"]), ("content", WORDS["draft"])]))
        feed_addresses.renew(account)
        calendar_addresses.renew(account)


def visit(lille: TestNode, gent: TestNode) -> None:
    """Be signed in at another site of the network, as its two nodes note it."""
    later = clock.utcnow() + timedelta(hours=1)
    with lille.context(), write():
        client = OAuthClient(host=gent.host, public_id="gent", name="Gent", scope="join")
        db.session.add(client)
        db.session.flush()
        account = accounts.account_named(HANDLE)
        db.session.add(
            OAuthGrant(
                secret_hash="a" * 64,
                client_id=client.id,
                account_id=account.id,
                scope="join",
                expires_at=later,
            )
        )
    with gent.context(), write():
        guest = find_actor(f"{lille.url}/actors/{HANDLE}")
        assert guest is not None
        session = {
            "name": NAME,
            "issuer": lille.url,
            "client": "gent",
            "revocation": f"{lille.url}/oauth/revoke",
        }
        db.session.add(GuestSession(actor_id=guest.id, sealed_token="x", expires_at=later, **session))


def find_local(slug: str) -> Actor:
    found = find_local_actor(slug)
    assert found is not None
    return found
