"""A coworker of Lille signs in at Tournai with the home space, and what both sides keep of it."""

from __future__ import annotations

import pytest

from coffee_node.base.database import db
from coffee_node.features.events.participations import Participation
from coffee_node.features.proposals import answering
from coffee_node.features.proposals.agreements import Agreement
from coffee_node.federation.guest_models import GuestPost, GuestSession, HomeSignIn
from coffee_node.federation.oauth_models import OAuthGrant
from coffee_node.testing import Fediverse
from tests.federation.home_sign_in import Way, a_way
from tests.federation.neighbour_events import announce
from tests.federation.test_agreements import OFFER


@pytest.fixture
def way(fediverse: Fediverse) -> Way:
    return a_way(fediverse)


def test_anna_of_lille_is_a_guest_of_tournai_without_an_account(way: Way) -> None:
    entered = way.sign_in(back="/events")
    assert entered.status_code == 303 and entered.headers["Location"] == "/events"
    page = way.get(f"{way.site.url}/events").text
    assert "Anna Peeters, of COFFEE Lille" in page
    (guest,) = way.site.rows(GuestSession)
    (grant,) = way.home.rows(OAuthGrant)
    assert guest.actor.uri == f"{way.home.url}/actors/anna"
    assert guest.expires_at == grant.expires_at
    assert [row.step for row in way.site.rows(HomeSignIn)] == ["opened"]


def test_a_guest_registers_for_an_event_through_the_outbox_of_the_home_space(way: Way) -> None:
    event = announce(way.fediverse, way.site, capacity=2)
    way.sign_in()
    page = way.get(event).text
    assert 'action="/events/guest/join"' in page
    assert way.post(f"{way.site.url}/events/guest/join", page, uri=event, note="Late").status_code == 303
    assert "On its way to your home space, lille.example." in way.get(event).text
    way.fediverse.settle()
    page = way.get(event).text
    assert "Confirmed: there is a seat." in page and "Give my seat back" in page
    (at_site,) = way.site.rows(Participation)
    (at_home,) = way.home.rows(Participation)
    assert (at_site.state, at_home.state, at_site.note) == ("accepted", "accepted", "Late")
    with way.site.context():
        assert at_site.actor.uri == f"{way.home.url}/actors/anna"
    (post,) = way.site.rows(GuestPost)
    assert (post.state, post.activity_uri) == ("sent", at_home.join_uri)

    assert way.post(f"{way.site.url}/events/guest/leave", page, uri=event).status_code == 303
    way.fediverse.settle()
    assert [row.state for row in way.site.rows(Participation)] == ["left"]
    assert "You gave your seat back." in way.get(event).text


def test_a_guest_answers_an_offer_and_reads_what_came_of_it(way: Way) -> None:
    offer = way.site.object_of(way.site.post(OFFER))["id"]
    way.fediverse.settle()
    way.sign_in()
    page = way.get(offer).text
    data = {"uri": offer, "message": "For two days, please"}
    assert way.post(f"{way.site.url}/offers/guest/answer", page, **data).status_code == 303
    way.fediverse.settle()
    (at_site,), (at_home,) = way.site.rows(Agreement), way.home.rows(Agreement)
    assert at_site.offer_uri == at_home.offer_uri and at_site.message == "For two days, please"
    with way.site.context():
        answering.accept(db.session.get_one(Agreement, at_site.id), "Gladly")
    way.fediverse.settle()
    assert [row.state for row in way.home.rows(Agreement)] == ["accepted"]
    page = way.get(offer).text
    assert "Agreed." in page and "Gladly" in page and 'value="cancel"' not in page
