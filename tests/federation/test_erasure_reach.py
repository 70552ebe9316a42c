"""Who must hear of a departure, and what goes of actors that leave without a word."""

from __future__ import annotations

from typing import Any

import pytest

from coffee_node.base.database import db, write
from coffee_node.features.events.participations import Participation
from coffee_node.features.profiles import relay
from coffee_node.features.profiles.relay_models import Message
from coffee_node.features.profiles.service import profile_of, publish_profile
from coffee_node.features.proposals.agreements import Agreement
from coffee_node.federation import accounts, erasure, erasure_end, erasure_rows, erasure_scan, erasure_words
from coffee_node.federation.account_models import Account
from coffee_node.federation.actors import find_local_actor, resolve_actor
from coffee_node.federation.erasure_models import NameScan
from coffee_node.federation.erasure_rows import Identifiers
from coffee_node.federation.models import Actor, Delivery
from coffee_node.federation.notice_models import Notification
from coffee_node.testing import Fediverse, TestNode
from tests.federation.neighbour_events import announce, join
from tests.federation.strangers import Stranger
from tests.federation.test_agreements import OFFER, agreement


def end(*nodes: TestNode) -> None:
    """The repeated work that ends erasures, until nothing is left of it."""
    for node in nodes:
        with node.context():
            erasure_end.end_erasures()
            while " 0 names" not in erasure_scan.go_on():
                pass


def test_who_was_only_written_to_hears_of_it_too(fediverse: Fediverse) -> None:
    """Mons is no partner, and nobody there follows her: it got a Join, an Offer and a message."""
    lille, mons = fediverse.node("lille"), fediverse.node("mons")
    claire, eva = lille.add_person("claire", "Claire"), mons.add_person("eva", "Eva")
    for node, person in ((lille, claire), (mons, eva)):
        with node.context():
            publish_profile(profile_of(person), is_listed=True)
    lille.follow_actor(f"{mons.url}/actors/mons")
    mons.follow_actor(f"{lille.url}/actors/lille")
    lille.follow_actor(eva.uri)
    fediverse.settle()
    with mons.context():
        first = relay.send_first(find_here("eva"), find_there(mons, lille, "claire"), "Hello Claire")
        assert first.key
    evening = announce(fediverse, mons)
    offer = mons.object_of(mons.post(OFFER))["id"]
    fediverse.settle()
    join(lille, "claire", evening)
    lille.post(agreement(offer), "claire")
    fediverse.settle()
    with lille.context():
        relay.send_first(find_here("claire"), find_there(lille, mons, "eva"), "Hello Eva")
    fediverse.settle()
    assert len(mons.rows(Participation)) == len(mons.rows(Agreement)) == 1 and mons.rows(Message)
    with lille.context():
        erasure.leave(accounts.account_named("claire"))
    fediverse.settle()
    end(mons)
    assert mons.rows(Participation) == [] and mons.rows(Agreement) == []
    assert mons.rows(Message) == [] and mons.rows(Actor, slug="claire") == []


def find_here(slug: str) -> Actor:
    found = find_local_actor(slug)
    assert found is not None
    return found


def find_there(node: TestNode, other: TestNode, slug: str) -> Actor:
    """Somebody of another node, as this one came to know them."""
    return resolve_actor(f"{other.url}/actors/{slug}")


@pytest.fixture
def gone(fediverse: Fediverse) -> tuple[TestNode, Stranger]:
    """A follower whose server has answered 410 for the inbox and for the actor."""
    lille = fediverse.node("lille")
    ann = Stranger(fediverse, "gone.example").follow(lille)
    with lille.context(), write():
        row = db.session.query(Actor).filter_by(uri=ann.uri).one()
        row.name, row.document = "Ann Weggegangen", ann.document()
    ann.last, ann.actor_status = (410, {}), 410
    lille.post({"type": "Note", "content": "<p>Hello</p>"})
    fediverse.settle()
    assert [row.gone_at is not None for row in lille.rows(Actor, uri=ann.uri)] == [True]
    return lille, ann


def test_who_is_gone_for_a_week_is_erased_without_a_delete(
    fediverse: Fediverse, gone: tuple[TestNode, Stranger]
) -> None:
    lille, ann = gone
    fediverse.clock.advance(days=6)
    end(lille)
    assert lille.rows(Actor, uri=ann.uri), "it may be a mistake"
    fediverse.clock.advance(days=2)
    end(lille)
    assert lille.rows(Actor, uri=ann.uri) == [] and lille.rows(NameScan) == []
    assert not any("users/ann" in row.inbox for row in lille.rows(Delivery))


def test_who_is_back_within_the_week_stays(fediverse: Fediverse, gone: tuple[TestNode, Stranger]) -> None:
    lille, ann = gone
    ann.actor_status = 200
    fediverse.clock.advance(days=8)
    end(lille)
    assert [row.gone_at for row in lille.rows(Actor, uri=ann.uri)] == [None]


def test_a_server_that_does_not_answer_any_more_is_waited_for_a_month(
    fediverse: Fediverse, gone: tuple[TestNode, Stranger]
) -> None:
    lille, ann = gone
    ann.actor_status = 503
    fediverse.clock.advance(days=8)
    end(lille)
    assert lille.rows(Actor, uri=ann.uri)
    fediverse.clock.advance(days=23)
    end(lille)
    assert lille.rows(Actor, uri=ann.uri) == []


def test_an_account_without_a_person_does_not_come_back_with_a_backup(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    with lille.context():
        account = accounts.create_account("keeper", "Keeper", is_admin=True, with_person=False)
        erasure.leave(account)
        assert db.session.query(Account).filter_by(handle="keeper").one_or_none() is None
        with write():
            db.session.add(Account(handle="keeper", name="Keeper", is_admin=True))
    end(lille)
    assert lille.rows(Account, handle="keeper") == []
    assert lille.rows(Account, handle="admin")


def test_a_search_goes_on_where_it_was_interrupted(
    fediverse: Fediverse, monkeypatch: pytest.MonkeyPatch
) -> None:
    lille = fediverse.node("lille")
    monkeypatch.setattr(erasure_scan, "SECONDS", 0.000001)
    with lille.context():
        with write():
            uri = "https://x.example/actors/zwaluwkind"
            erasure_scan.begin(Identifiers(uri, "zwaluwkind", "x.example"))
            accounts.account_named("admin").name = "zwaluwkind@x.example"
        places: set[str] = set()
        while " 0 names" not in erasure_scan.go_on():
            places.update(scan.table_name for scan in db.session.query(NameScan))
            assert len(places) < 1000
        assert len(places) > 3
        assert accounts.account_named("admin").name.startswith("urn:sha256:")


def test_somebody_who_made_thousands_of_things_can_leave(fediverse: Fediverse) -> None:
    """SQLite refuses a question with more than a thousand alternatives."""
    lille = fediverse.node("lille")
    admin = lille.rows(Account, handle="admin")[0]
    uris = [f"{lille.url}/objects/{number}" for number in range(1500)]
    with lille.context(), write():
        for uri in (uris[0], uris[-1], f"{lille.url}/objects/kept"):
            told = {"kind": "follow", "key": uri, "title": uri, "text": "", "url": ""}
            db.session.add(Notification(account_id=admin.id, **told))
        db.session.flush()
        erasure_words.forget_notices_of(uris)
        table: Any = Notification.__table__
        erasure_rows.replace_in(
            table, [table.c.title], [*uris, "kept"], lambda text: text.replace("kept", "…")
        )
    assert [row.title for row in lille.rows(Notification)] == [f"{lille.url}/objects/…"]
