"""Events of two spaces: one owner, a second organiser from its Accept on, until either takes it back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from coffee_node.base.database import write
from coffee_node.base.errors import Conflict, Unprocessable
from coffee_node.features.events import co_organisers, service
from coffee_node.features.events.models import Event
from coffee_node.features.events.series_models import CoOrganiser
from coffee_node.features.spaces.service import open_space
from coffee_node.federation import accounts, outbox
from coffee_node.federation.actors import create_local_actor, find_actor, find_local_actor
from coffee_node.federation.models import InboxItem
from coffee_node.federation.notice_models import Notification
from coffee_node.testing import Fediverse, TestNode, event_document

ESCO = "https://tournai.example/actors/tournai"
MUTUALAB = "https://lille.example/actors/lille"


def announce(fediverse: Fediverse, node: TestNode, **changes: Any) -> str:
    uri: str = node.object_of(node.post(event_document(**changes)))["id"]
    fediverse.settle()
    return uri


@pytest.fixture
def pair(fediverse: Fediverse) -> tuple[TestNode, TestNode]:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    fediverse.connect(lille, tournai)
    # A node knows the space of its partner once that has published something.
    announce(fediverse, tournai, name="Open day")
    return lille, tournai


def ask(fediverse: Fediverse, lille: TestNode, event: str, space: str = ESCO) -> str:
    invite = lille.post({"type": "Invite", "object": space, "target": event})
    fediverse.settle()
    return invite


def organisers(node: TestNode, event: str) -> list[str]:
    (row,) = node.rows(Event, uri=event)
    return row.organizers


def states(node: TestNode) -> list[str]:
    return [row.state for row in node.rows(CoOrganiser)]


def test_a_second_space_organises_from_its_accept_on_and_both_pages_show_it(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    event = announce(fediverse, lille, name="Fair on both banks")
    assert "Fair on both banks" not in tournai.page("/@tournai")
    invite = ask(fediverse, lille, event)
    assert states(lille) == states(tournai) == ["asked"]
    assert organisers(lille, event) == []
    assert [row.kind for row in tournai.rows(Notification)] == ["event_partner"]

    tournai.post({"type": "Accept", "object": invite})
    fediverse.settle()
    assert states(lille) == states(tournai) == ["accepted"]
    document = lille.get_json(event.removeprefix(lille.url), "application/activity+json")
    assert document["attributedTo"] == MUTUALAB
    assert document["organizers"]["items"] == [MUTUALAB, ESCO]
    assert organisers(tournai, event) == [MUTUALAB, ESCO]
    assert lille.get_json(f"{event.removeprefix(lille.url)}/organizers")["items"] == [MUTUALAB, ESCO]
    assert "Fair on both banks" in tournai.page("/@tournai")
    assert "Fair on both banks" in lille.page("/@lille")
    assert "Fair on both banks" in lille.page("/@tournai@tournai.example")
    assert "/@tournai" in tournai.page(f"/at/{event.removeprefix('https://')}")


def test_a_space_that_refuses_or_leaves_is_no_organiser(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    event = announce(fediverse, lille)
    invite = ask(fediverse, lille, event)
    tournai.post({"type": "Accept", "object": invite})
    fediverse.settle()
    tournai.post({"type": "Reject", "object": invite})
    fediverse.settle()
    assert states(lille) == states(tournai) == ["refused"]
    assert organisers(tournai, event) == [MUTUALAB]
    again = ask(fediverse, lille, event)
    assert again != invite
    assert states(tournai) == ["asked"]


def test_the_owner_takes_the_question_and_the_organiser_back(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    event = announce(fediverse, lille)
    invite = ask(fediverse, lille, event)
    tournai.post({"type": "Accept", "object": invite})
    fediverse.settle()
    lille.post({"type": "Undo", "object": invite})
    fediverse.settle()
    assert states(lille) == states(tournai) == ["withdrawn"]
    assert organisers(tournai, event) == [MUTUALAB]
    assert "Breakfast" not in tournai.page("/@tournai")
    with tournai.context():
        row = co_organisers.find_invite(invite)
        assert row is not None
        with pytest.raises(Conflict):
            co_organisers.answer(row, accept=True)


def test_nobody_invites_to_the_event_of_somebody_else(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    event = announce(fediverse, tournai)
    with lille.context(), write():
        actor = find_local_actor("lille")
        assert actor is not None
        outbox.publish(actor, "Invite", ESCO, to=[ESCO], visibility="private", target=event)
    fediverse.settle()
    assert states(tournai) == []
    (item,) = tournai.rows(InboxItem, type="Invite")
    assert (item.state, item.last_error) == ("ignored", "the event it names is not the sender's")


def test_only_an_event_that_the_other_space_can_read_is_organised_with_it(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, _tournai = pair
    with lille.context():
        mine, space = find_local_actor("lille"), find_actor(ESCO)
        assert mine is not None and space is not None
        values = {"name": "Among us", "start_time": fediverse.clock.now + timedelta(days=3)}
        row = service.announce_event(mine, values, "space")
        with pytest.raises(Unprocessable):
            co_organisers.invite(row, space)


def test_an_event_of_the_network_is_organised_together_too(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    lille.post(event_document(name="For members", to=[f"{lille.url}/actor/followers"]))
    fediverse.settle()
    (row,) = lille.rows(Event, name="For members")
    tournai.post({"type": "Accept", "object": ask(fediverse, lille, row.uri)})
    fediverse.settle()
    assert organisers(tournai, row.uri) == [MUTUALAB, ESCO]


def test_two_spaces_of_one_node_organise_together(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    with lille.context(), write():
        other = create_local_actor("Organization", "popplace", "POPPlace", kind="space")
        open_space(other, {"name": "POPPlace"})
        accounts.join_space(accounts.account_named("admin"), other, "manager")
        uri = other.uri
    event = announce(fediverse, lille)
    invite = ask(fediverse, lille, event, uri)
    assert states(lille) == ["asked"]
    assert len(lille.rows(Notification)) == 1
    lille.post({"type": "Accept", "object": invite}, "popplace")
    fediverse.settle()
    assert organisers(lille, event) == [MUTUALAB, uri]
    assert "Breakfast" in lille.page("/@popplace")
    lille.post({"type": "Reject", "object": invite}, "popplace")
    fediverse.settle()
    assert organisers(lille, event) == [MUTUALAB]
