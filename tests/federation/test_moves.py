"""A space changes its domain and keeps its followers; what does not agree does not count."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from coffee_node.base.database import db, write
from coffee_node.base.errors import Unprocessable
from coffee_node.features.events.models import Event
from coffee_node.federation import moves, outbox
from coffee_node.federation.actors import find_actor, find_local_actor
from coffee_node.federation.models import Activity, Actor, Follow, InboxItem
from coffee_node.federation.social_models import ActorMove
from coffee_node.testing import Fediverse, TestNode, event_document, note_document
from tests.federation.moderators import decide
from tests.web.test_follow_pages import press

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
ACTIVITY = "application/activity+json"


def uri_of(node: TestNode) -> str:
    return f"{node.url}/actors/{node.slug}"


def space(node: TestNode) -> Actor:
    found = find_local_actor(node.slug)
    assert found is not None
    return found


def name_alias(node: TestNode, *uris: str) -> None:
    with node.context():
        moves.set_aliases(space(node), uris)


def move(node: TestNode, target: str) -> str:
    with node.context():
        return moves.move_to(space(node), target)


def announce_move(node: TestNode, target: str) -> None:
    """Say that a space moved without any of the checks that ours makes."""
    with node.context(), write():
        us = space(node)
        outbox.publish(us, "Move", us.uri, to=[PUBLIC], cc=[us.followers], target=target)


def followers(node: TestNode, target: str) -> dict[str, str]:
    """The state of every follow of an actor as a node sees it, by the follower's name."""
    with node.context():
        rows = db.session.scalars(select(Follow))
        return {row.follower.slug: row.state for row in rows if row.target.uri == target}


def following(node: TestNode, target: str) -> str:
    """The state of Jan's follow of an actor."""
    return followers(node, target).get("jan", "")


def why_ignored(node: TestNode) -> list[str]:
    return [row.last_error for row in node.rows(InboxItem, type="Move") if row.state == "ignored"]


def old_new_reader(fediverse: Fediverse) -> tuple[TestNode, TestNode, TestNode]:
    """A place, its new domain, and a node from where Jan follows the place."""
    old, new, reader = (fediverse.node(name) for name in ("mutualab", "newplace", "tournai"))
    reader.add_person("jan", "Jan Peeters")
    reader.follow_actor(uri_of(old), "jan")
    fediverse.settle()
    assert following(reader, uri_of(old)) == "accepted"
    return old, new, reader


def test_a_space_changes_its_domain_and_keeps_its_followers(fediverse: Fediverse) -> None:
    old, new, reader = old_new_reader(fediverse)
    old.add_person("anna", "Anna")
    old.follow_actor(uri_of(old), "anna")
    fediverse.settle()
    name_alias(new, uri_of(old))
    said = move(old, uri_of(new))
    fediverse.settle()
    assert following(reader, uri_of(new)) == "accepted"
    assert following(reader, uri_of(old)) == "undone"
    assert followers(old, uri_of(old)) == {"jan": "undone", "anna": "undone"}
    assert followers(new, uri_of(new)) == {"jan": "accepted", "anna": "accepted"}

    page = reader.signed_in("jan").get("/me/follows", base_url=reader.url).text
    assert "has moved. You follow" in page and "Newplace" in page
    new.post(event_document(name="At the new place"))
    fediverse.settle()
    assert [row.name for row in reader.rows(Event)] == ["At the new place"]

    assert "has moved" in old.page("/@mutualab") and uri_of(new) in old.page("/@mutualab")
    assert old.get_json(f"/actors/{old.slug}", ACTIVITY)["movedTo"] == uri_of(new)
    assert new.get_json(f"/actors/{new.slug}", ACTIVITY)["alsoKnownAs"] == [uri_of(old)]
    [activity] = old.rows(Activity, uri=said)
    assert activity.document == {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": said,
        "type": "Move",
        "actor": uri_of(old),
        "published": "2026-11-24T09:00:00Z",
        "object": uri_of(old),
        "target": uri_of(new),
        "to": [PUBLIC],
        "cc": [f"{uri_of(old)}/followers", f"{old.url}/actor/followers"],
    }


def test_who_has_moved_publishes_nothing_and_is_told_where(fediverse: Fediverse) -> None:
    old, new, _reader = old_new_reader(fediverse)
    note = old.object_of(old.post(note_document()))["id"]
    name_alias(new, uri_of(old))
    move(old, uri_of(new))
    refused = old.client.post(
        "/actors/mutualab/outbox",
        json=note_document(),
        headers={"Authorization": f"Bearer {old.token}", "Content-Type": ACTIVITY},
        base_url=old.url,
    )
    assert refused.status_code == 422
    assert "has moved" in refused.text and uri_of(new) in refused.text
    assert old.post({"type": "Delete", "object": note})


def test_a_move_that_the_new_actor_does_not_confirm_is_refused_here(fediverse: Fediverse) -> None:
    old, new, _reader = old_new_reader(fediverse)
    with pytest.raises(Unprocessable, match="does not name this one"):
        move(old, uri_of(new))
    assert old.rows(ActorMove) == []
    assert old.post(note_document())


def test_a_move_that_the_new_actor_does_not_confirm_is_dropped_there(fediverse: Fediverse) -> None:
    old, new, reader = old_new_reader(fediverse)
    announce_move(old, uri_of(new))
    fediverse.settle()
    assert why_ignored(reader) == ["the new actor does not name the old one in alsoKnownAs"]
    assert following(reader, uri_of(old)) == "accepted"


def test_nobody_moves_somebody_else(fediverse: Fediverse) -> None:
    old, new, reader = old_new_reader(fediverse)
    reader.follow_actor(uri_of(new), "jan")
    fediverse.settle()
    with new.context(), write():
        us = space(new)
        outbox.publish(us, "Move", uri_of(old), to=[PUBLIC], cc=[us.followers], target=us.uri)
    fediverse.settle()
    assert why_ignored(reader) == ["an actor moves itself, and a node does not move this way"]
    assert following(reader, uri_of(old)) == "accepted"


def test_a_move_is_one_step(fediverse: Fediverse) -> None:
    old, new, reader = old_new_reader(fediverse)
    third = fediverse.node("third")
    name_alias(new, uri_of(old))
    name_alias(third, uri_of(new))
    move(new, uri_of(third))
    announce_move(old, uri_of(new))
    fediverse.settle()
    assert why_ignored(reader) == ["the new actor has moved on itself"]
    assert following(reader, uri_of(old)) == "accepted"


def test_an_actor_moves_once_in_seven_days(fediverse: Fediverse) -> None:
    old, new, reader = old_new_reader(fediverse)
    third = fediverse.node("third")
    name_alias(new, uri_of(old))
    name_alias(third, uri_of(old))
    move(old, uri_of(new))
    fediverse.settle()
    with pytest.raises(Unprocessable, match="seven days"):
        move(old, uri_of(third))
    reader.follow_actor(uri_of(old), "jan")
    fediverse.settle()
    announce_move(old, uri_of(third))
    fediverse.settle()
    assert why_ignored(reader) == ["it moved less than seven days ago"]
    fediverse.clock.advance(days=8)
    move(old, uri_of(third))
    fediverse.settle()
    assert following(reader, uri_of(third)) == "accepted"


def test_followers_come_to_a_space_of_their_own_node(fediverse: Fediverse) -> None:
    old, _new, reader = old_new_reader(fediverse)
    name_alias(reader, uri_of(old))
    move(old, uri_of(reader))
    fediverse.settle()
    assert following(reader, uri_of(reader)) == "accepted"


def test_an_administrator_moves_a_space_in_the_browser(fediverse: Fediverse) -> None:
    old, new, reader = old_new_reader(fediverse)
    there, here = new.signed_in("admin"), old.signed_in("admin")
    asked: dict[str, Any] = {"space": uri_of(old), "target": uri_of(new)}
    waiting = press(here, old, "/admin/move", "/admin/move", **asked).headers["Location"]
    fediverse.settle()
    page = here.get(waiting, base_url=old.url).text
    assert "does not name this one" in page and "--also-known-as" in page

    press(there, new, "/admin/move", "/admin/move/aliases", space=uri_of(new), aliases=uri_of(old))
    waiting = press(here, old, "/admin/move", "/admin/move", **asked).headers["Location"]
    fediverse.settle()
    assert here.get(waiting, base_url=old.url).headers["Location"].startswith("/@newplace")
    assert following(reader, uri_of(new)) == "accepted"
    assert "It has moved to" in here.get("/admin/move", base_url=old.url).text
    with old.context():
        assert find_actor(uri_of(new)) is not None


def test_nobody_is_moved_to_a_suspended_host(fediverse: Fediverse) -> None:
    old, new, reader = old_new_reader(fediverse)
    name_alias(new, uri_of(old))
    decide(reader, new.host, "suspend")
    fediverse.requests.clear()
    move(old, uri_of(new))
    while old.work() or reader.work():
        pass
    assert why_ignored(reader) == ["newplace.example is suspended here"]
    assert following(reader, uri_of(old)) == "accepted"
