"""A deletion reaches the partners, their nodes confirm it, and keys outlive the last receipt."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from coffee_node.base.database import db, write
from coffee_node.features.events.models import Event
from coffee_node.federation import objects, outbox, receipts
from coffee_node.federation.actors import find_local_actor
from coffee_node.federation.models import Activity, ActorKey, InboxItem
from coffee_node.federation.receipts import Erasure
from coffee_node.federation.social_models import ErasureReceipt
from coffee_node.testing import Fediverse, TestNode, event_document, make_response
from tests.web.test_follow_pages import published

AS = "https://www.w3.org/ns/activitystreams"


def network(fediverse: Fediverse) -> tuple[TestNode, TestNode, TestNode]:
    """Lille with two partners."""
    lille, tournai, gent = (fediverse.node(name) for name in ("lille", "tournai", "gent"))
    fediverse.connect(lille, tournai)
    fediverse.connect(lille, gent)
    return lille, tournai, gent


def erasure(node: TestNode, uri: str) -> Erasure:
    with node.context():
        found = receipts.erasure_of(uri)
    assert found is not None
    return found


def delete_actor(node: TestNode, slug: str) -> None:
    with node.context(), write():
        actor = find_local_actor(slug)
        assert actor is not None
        objects.delete_actor(actor)


def private_keys(node: TestNode, slug: str) -> list[str]:
    with node.context():
        actor = find_local_actor(slug)
        assert actor is not None
        keys = select(ActorKey).where(ActorKey.actor_id == actor.id, ActorKey.private_key.is_not(None))
        return [key.uri for key in db.session.scalars(keys)]


def destroy_keys(node: TestNode) -> str:
    with node.context():
        return receipts.destroy_keys()


def confirm(node: TestNode, actor: str, activity: str, to: TestNode) -> None:
    """Let an actor of a node say that it has erased what an activity asked for."""
    with node.context(), write():
        sender = find_local_actor(actor)
        assert sender is not None
        outbox.publish(sender, "Accept", activity, to=[f"{to.url}/actor"], visibility="private")


def _silently_taken(request: Any) -> Any:
    """A server that takes everything and does nothing."""
    return make_response(request, 202, b"", {})


def test_partners_confirm_an_erasure_and_who_is_away_is_missing(fediverse: Fediverse) -> None:
    lille, tournai, gent = network(fediverse)
    event = lille.object_of(lille.post(event_document()))["id"]
    fediverse.settle()
    fediverse.down.add(gent.host)
    deleted = lille.post({"type": "Delete", "object": event})
    fediverse.settle()
    found = erasure(lille, event)
    assert (found.confirmed, found.missing) == ((tournai.host,), (gent.host,))

    admin = lille.signed_in("admin")
    page = admin.get(event.removeprefix(lille.url), base_url=lille.url)
    assert page.status_code == 410
    assert "erased at 1 of 2" in page.text and "missing: gent.example" in page.text
    assert "erased at 1 of 2" in admin.get("/network", base_url=lille.url).text
    visitor = lille.client.get(event.removeprefix(lille.url), base_url=lille.url)
    assert visitor.status_code == 410 and "erased at" not in visitor.text

    fediverse.down.clear()
    fediverse.clock.advance(hours=1)
    fediverse.settle()
    assert erasure(lille, event).missing == ()
    assert "erased at" not in admin.get("/network", base_url=lille.url).text
    [receipt] = [row for row in tournai.rows(Activity, type="Accept") if row.object_uri == deleted]
    assert receipt.document == {
        "@context": AS,
        "id": receipt.uri,
        "type": "Accept",
        "actor": f"{tournai.url}/actor",
        "published": "2026-11-24T09:00:00Z",
        "to": [f"{lille.url}/actor"],
        "object": deleted,
    }


def test_a_partner_confirms_also_what_it_never_held(fediverse: Fediverse) -> None:
    lille, tournai, _gent = network(fediverse)
    event = lille.object_of(lille.post(event_document()))["id"]
    lille.post({"type": "Delete", "object": event})
    with tournai.context(), write():
        for row in db.session.scalars(select(Event)):
            db.session.delete(row)
    fediverse.settle()
    assert tournai.rows(Event) == []
    assert tournai.host in erasure(lille, event).confirmed


def test_an_erasure_that_was_refused_is_not_confirmed(fediverse: Fediverse) -> None:
    lille, tournai, _gent = network(fediverse)
    theirs = tournai.object_of(tournai.post(event_document()))["id"]
    fediverse.settle()
    with lille.context(), write():
        space = find_local_actor("lille")
        assert space is not None
        outbox.publish(space, "Delete", theirs, to=[f"{tournai.url}/actors/tournai"])
    fediverse.settle()
    assert [row.state for row in tournai.rows(InboxItem, type="Delete")] == ["ignored"]
    assert lille.rows(ErasureReceipt) == []


def test_only_the_node_of_a_partner_that_got_the_delete_confirms_it(fediverse: Fediverse) -> None:
    lille, tournai, _gent = network(fediverse)
    stranger = fediverse.node("stranger")
    event = lille.object_of(lille.post(event_document()))["id"]
    fediverse.hostile[tournai.host] = _silently_taken
    deleted = lille.post({"type": "Delete", "object": event})
    fediverse.settle()
    fediverse.hostile.clear()
    confirm(stranger, stranger.host, deleted, lille)
    confirm(tournai, "tournai", deleted, lille)
    fediverse.settle()
    assert tournai.host not in erasure(lille, event).confirmed
    assert stranger.host not in erasure(lille, event).confirmed

    brugge = fediverse.node("brugge")
    fediverse.connect(lille, brugge)
    confirm(brugge, brugge.host, deleted, lille)
    fediverse.settle()
    assert brugge.host not in erasure(lille, event).confirmed


def test_strangers_get_no_receipt(fediverse: Fediverse) -> None:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    tournai.follow_actor(f"{lille.url}/actors/lille")
    fediverse.settle()
    event = lille.object_of(lille.post(event_document()))["id"]
    lille.post({"type": "Delete", "object": event})
    fediverse.settle()
    assert [row.state for row in tournai.rows(InboxItem, type="Delete")] == ["handled"]
    assert lille.rows(ErasureReceipt) == []


def test_the_keys_of_who_left_wait_for_every_receipt(fediverse: Fediverse) -> None:
    lille, _tournai, gent = network(fediverse)
    published(lille, "claire", "Claire Dubois")
    fediverse.settle()
    fediverse.down.add(gent.host)
    delete_actor(lille, "claire")
    fediverse.settle()
    destroy_keys(lille)
    assert len(private_keys(lille, "claire")) == 2

    fediverse.down.clear()
    fediverse.clock.advance(hours=2)
    fediverse.settle()
    assert erasure(lille, f"{lille.url}/actors/claire").missing == ()
    page = lille.signed_in("admin").get("/@claire", base_url=lille.url)
    assert page.status_code == 410 and "erased at 2 of 2" in page.text
    assert "1 actors" in destroy_keys(lille)
    assert private_keys(lille, "claire") == []
    assert len(private_keys(lille, "lille")) == 2


def test_after_thirty_days_the_keys_go_and_the_manager_sees_whom_to_ask(fediverse: Fediverse) -> None:
    lille, _tournai, gent = network(fediverse)
    published(lille, "claire", "Claire Dubois")
    fediverse.settle()
    fediverse.hostile[gent.host] = _silently_taken
    delete_actor(lille, "claire")
    fediverse.settle()
    fediverse.clock.advance(days=29)
    destroy_keys(lille)
    assert private_keys(lille, "claire")
    assert not erasure(lille, f"{lille.url}/actors/claire").is_overdue
    fediverse.clock.advance(days=2)
    destroy_keys(lille)
    assert private_keys(lille, "claire") == []
    found = erasure(lille, f"{lille.url}/actors/claire")
    assert found.is_overdue
    assert found.contacts == ((gent.host, f"{gent.url}/about"),)
    assert (
        "has not confirmed for 30 days" in lille.signed_in("admin").get("/network", base_url=lille.url).text
    )
