"""What a guest of a partner space is, may do and leaves behind at a site."""

from __future__ import annotations

import io
import zipfile
from html import unescape

import pytest

from coffee_node.features.events.models import Event
from coffee_node.federation import accounts, erasure, follows, peers, personal_data, retention
from coffee_node.federation.guest_models import GuestPost, GuestSession, HomeSignIn
from coffee_node.federation.oauth_models import OAuthClient, OAuthCode, OAuthGrant
from coffee_node.testing import Fediverse, event_document
from tests.federation.home_sign_in import Way, a_way
from tests.federation.neighbour_events import announce


@pytest.fixture
def way(fediverse: Fediverse) -> Way:
    return a_way(fediverse)


def test_a_guest_sees_what_everybody_sees_and_has_no_page_of_an_account(way: Way) -> None:
    network = [f"{way.site.url}/actor/followers"]
    way.site.post({"type": "Create", "object": event_document(name="Inside"), "to": network, "cc": []})
    (hidden,) = [row.uri for row in way.site.rows(Event, visibility="network")]
    way.sign_in()
    assert way.get(hidden).status_code == 404
    answer = way.post(f"{way.site.url}/events/guest/join", way.get(f"{way.site.url}/events").text, uri=hidden)
    assert answer.status_code == 404
    for path in ("/me/events", "/me/security", "/me/profile", "/events/new", "/admin/deliveries"):
        assert way.get(f"{way.site.url}{path}").headers["Location"].startswith("/sign-in"), path
    assert way.site.rows(GuestPost) == []


def test_nobody_but_a_guest_sends_through_a_home_space(way: Way) -> None:
    event = announce(way.fediverse, way.site)
    page = way.get(event).text
    for path in ("/events/guest/join", "/events/guest/leave", "/offers/guest/answer"):
        assert way.post(f"{way.site.url}{path}", page, uri=event).status_code == 401
    own = way.home.object_of(way.home.post(event_document(name="At home")))["id"]
    way.fediverse.settle()
    way.sign_in()
    assert way.post(f"{way.site.url}/events/guest/join", way.get(event).text, uri=own).status_code == 404
    assert way.site.rows(GuestPost) == []


def test_a_visit_ends_with_its_hour(way: Way) -> None:
    way.sign_in()
    assert "Anna Peeters, of" in way.get(f"{way.site.url}/events").text
    way.fediverse.clock.advance(minutes=60)
    assert "Anna Peeters, of" not in way.get(f"{way.site.url}/events").text


def test_a_visit_ends_when_its_home_space_is_no_partner_any_more(way: Way) -> None:
    way.sign_in()
    with way.site.context():
        follows.answer_follow(peers.request_from(way.home.url), accept=False)
    assert "Anna Peeters, of" not in way.get(f"{way.site.url}/events").text


def test_who_signs_out_gives_the_token_back(way: Way) -> None:
    way.sign_in()
    page = way.get(f"{way.site.url}/events").text
    copied = way.at_site.get_cookie("coffee_guest_443", domain="tournai.example")
    assert copied is not None
    assert way.post(f"{way.site.url}/sign-out/home", page).status_code == 303
    way.fediverse.settle()
    assert [row.revoked_at is not None for row in way.home.rows(OAuthGrant)] == [True]
    (guest,) = way.site.rows(GuestSession)
    assert (guest.secret_hash, guest.sealed_token) == (None, "")
    way.at_site.set_cookie("coffee_guest_443", copied.value, domain="tournai.example")
    assert "Anna Peeters, of" not in way.get(f"{way.site.url}/events").text


def test_a_home_space_that_is_away_for_a_moment_loses_nothing(way: Way) -> None:
    event = announce(way.fediverse, way.site)
    way.sign_in()
    way.fediverse.down.add(way.home.host)
    way.post(f"{way.site.url}/events/guest/join", way.get(event).text, uri=event)
    way.fediverse.settle()
    page = way.get(event).text
    assert "lille.example does not answer just now. It is tried again until" in page
    assert 'action="/events/guest/join"' not in page
    way.fediverse.down.clear()
    way.post(f"{way.site.url}/sign-out/home", page)
    way.fediverse.clock.advance(seconds=10)
    way.fediverse.settle()
    assert [row.state for row in way.site.rows(GuestPost)] == ["sent"]
    assert [row.revoked_at is not None for row in way.home.rows(OAuthGrant)] == [True]


def test_what_could_not_be_sent_within_the_hour_is_said(way: Way) -> None:
    event = announce(way.fediverse, way.site)
    way.sign_in()
    way.fediverse.down.add(way.home.host)
    way.post(f"{way.site.url}/events/guest/join", way.get(event).text, uri=event)
    way.fediverse.settle()
    way.fediverse.clock.advance(minutes=61)
    way.fediverse.settle()
    assert [row.state for row in way.site.rows(GuestPost)] == ["expired"]


def test_what_the_home_space_refuses_is_said_in_its_words(way: Way) -> None:
    event = announce(way.fediverse, way.site)
    way.home.post({"type": "Block", "object": f"{way.site.url}/actors/tournai"}, "anna")
    way.sign_in()
    page = way.get(event).text
    way.post(f"{way.site.url}/events/guest/join", page, uri=event)
    way.fediverse.settle()
    (post,) = way.site.rows(GuestPost)
    assert post.state == "refused" and post.answer
    assert post.answer in unescape(way.get(event).text)


def test_an_event_that_the_home_space_never_heard_of_is_fetched_by_it(way: Way) -> None:
    way.fediverse.down.add(way.home.host)
    event = way.site.object_of(way.site.post(event_document(joinMode="free")))["id"]
    way.fediverse.settle()
    way.fediverse.down.clear()
    way.sign_in()
    way.post(f"{way.site.url}/events/guest/join", way.get(event).text, uri=event)
    way.fediverse.settle()
    way.fediverse.clock.advance(seconds=10)
    way.fediverse.settle()
    assert [row.state for row in way.site.rows(GuestPost)] == ["sent"]
    assert "Confirmed" in way.get(event).text


def test_what_is_kept_of_a_visit_goes_with_the_person_and_with_time(way: Way) -> None:
    way.sign_in()
    way.fediverse.clock.advance(days=3)
    for node in (way.home, way.site):
        with node.context():
            retention.prune()
    for model in (GuestSession, HomeSignIn):
        assert way.site.rows(model) == []
    for grant in (OAuthGrant, OAuthCode):
        assert way.home.rows(grant) == []
    assert len(way.home.rows(OAuthClient)) == 1
    way.at_home = way.home.signed_in("anna")
    way.sign_in()
    assert len(way.site.rows(GuestSession)) == 1
    with way.home.context():
        erasure.leave(accounts.account_named("anna"))
    way.fediverse.settle()
    assert way.site.rows(GuestSession) == []


def test_a_form_that_is_sent_twice_is_sent_once(way: Way) -> None:
    event = announce(way.fediverse, way.site)
    way.sign_in()
    page = way.get(event).text
    for _ in range(2):
        way.post(f"{way.site.url}/events/guest/join", page, uri=event)
    assert len(way.site.rows(GuestPost)) == 1
    headers = {"Accept": "text/html"}
    unsigned = way.at_site.post(
        "/events/guest/leave", base_url=way.site.url, data={"uri": event}, headers=headers
    )
    assert unsigned.status_code == 400
    assert (
        way.at_site.post("/events/guest/join", base_url=way.site.url, data={"uri": event}).status_code == 422
    )


def test_the_file_of_a_person_names_the_sites_and_holds_no_token(way: Way) -> None:
    way.sign_in()
    with way.home.context():
        packed = zipfile.ZipFile(io.BytesIO(personal_data.archive(accounts.account_named("anna"))))
        (grant,) = way.home.rows(OAuthGrant)
        table = packed.read("tables/oauth_grant.csv").decode()
        everything = b"".join(packed.read(name) for name in packed.namelist()).decode()
    assert "expires_at" in table and "tournai.example" in everything
    assert grant.secret_hash not in everything


def test_who_has_an_account_here_needs_no_home_space(way: Way) -> None:
    way.at_site = way.site.signed_in("admin")
    answer = way.get(f"{way.site.url}/sign-in/home?back=/events")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/events")
