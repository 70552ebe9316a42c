"""What a token lets a partner site say in the name of a guest, and how it ends."""

from __future__ import annotations

from typing import Any

import pytest

from coffee_node.features.events.participations import Participation
from coffee_node.federation import (
    accounts,
    erasure,
    follows,
    memberships,
    moderation,
    peers,
)
from coffee_node.federation.actors import find_local_actor
from coffee_node.federation.models import Activity
from coffee_node.federation.oauth_models import OAuthCode, OAuthGrant
from coffee_node.testing import Fediverse, TestNode, event_document
from tests.federation.home_sign_in import Way, a_way, post_as_site, token_of_visit, userinfo
from tests.federation.neighbour_events import announce
from tests.federation.test_agreements import OFFER, agreement


@pytest.fixture
def way(fediverse: Fediverse) -> Way:
    return a_way(fediverse)


def said(node: TestNode) -> list[str]:
    """The type of everything that Anna has sent."""
    with node.context():
        return [row.type for row in node.rows(Activity) if row.document["actor"].endswith("/anna")]


FORBIDDEN: list[dict[str, Any]] = [
    event_document(),
    {"type": "Create", "object": event_document()},
    {"type": "Follow", "object": "https://tournai.example/actors/tournai"},
    {"type": "Undo", "object": "https://tournai.example/activities/1"},
    {"type": "Update", "object": {"id": "https://lille.example/actors/anna", "name": "Somebody else"}},
    {"type": "Delete", "object": "https://lille.example/actors/anna"},
    {"type": "Announce", "object": "https://tournai.example/objects/1"},
    {"type": "Like", "object": "https://tournai.example/objects/1"},
    {"type": "Block", "object": "https://tournai.example/actors/tournai"},
    {"type": "Accept", "object": "https://tournai.example/activities/1"},
    {"type": "Flag", "object": "https://tournai.example/actors/tournai"},
    {"type": ["Create", "Join"], "object": event_document()},
]


def test_a_site_sends_nothing_but_join_leave_and_offer(way: Way) -> None:
    way.sign_in()
    token = token_of_visit(way)
    for document in FORBIDDEN:
        answer = post_as_site(way, token, document)
        assert answer.status_code == 403, f"{document}: {answer.status_code} {answer.text}"
    assert said(way.home) == []
    with way.home.context():
        anna = find_local_actor("anna")
        assert anna is not None and anna.name == "Anna Peeters"


def test_a_site_sends_nothing_about_the_things_of_others(fediverse: Fediverse, way: Way) -> None:
    gent = fediverse.node("gent", partners=[way.home])
    own = announce(fediverse, way.home)
    theirs = announce(fediverse, gent)
    offer = gent.object_of(gent.post(OFFER))["id"]
    here = way.site.object_of(way.site.post(OFFER))["id"]
    fediverse.settle()
    way.sign_in()
    token = token_of_visit(way)
    mixed: dict[str, Any] = agreement(here)
    mixed["object"]["stipulatesReciprocal"] = {"type": "Commitment", "satisfies": f"{offer}#reciprocal"}
    documents: list[dict[str, Any]] = [
        *({"type": type_, "object": uri} for type_ in ("Join", "Leave") for uri in (own, theirs)),
        {"type": "Join", "object": {"id": theirs, "name": "tournai.example"}},
        {"type": "Join", "object": "https://tournai.example.evil.example/objects/1"},
        {"type": "Join", "object": "https://tournai.example@gent.example/objects/1"},
        agreement(offer),
        mixed,
    ]
    for document in documents:
        answer = post_as_site(way, token, document)
        assert answer.status_code in (400, 403), f"{document}: {answer.status_code}"
    assert said(way.home) == [] and way.home.rows(Participation) == []


def test_a_token_is_for_the_outbox_of_its_person_and_opens_nothing_to_read(way: Way) -> None:
    event = announce(way.fediverse, way.site)
    way.home.add_person("jan")
    way.sign_in()
    token = token_of_visit(way)
    join = {"type": "Join", "object": event}
    for slug in ("jan", "lille"):
        assert post_as_site(way, token, join, slug).status_code == 403
    assert said(way.home) == [] and way.home.rows(Participation) == []
    bearer = {"Authorization": f"Bearer {token}", "Accept": "application/activity+json"}
    for path in ("/actors/anna/outbox?page=1", "/actors/anna/followers?page=1", "/actors/anna"):
        without = way.home.client.get(path, headers={"Accept": bearer["Accept"]}, base_url=way.home.url)
        answer = way.home.client.get(path, headers=bearer, base_url=way.home.url)
        assert (answer.status_code, answer.json) == (without.status_code, without.json)
    for path in ("/me/data", "/me/security", "/me/notices", "/metrics", "/actors/anna/inbox"):
        remote = {"REMOTE_ADDR": "203.0.113.9"}
        answer = way.home.client.get(path, headers=bearer, base_url=way.home.url, environ_overrides=remote)
        assert answer.status_code in (401, 403, 404, 405), f"{path}: {answer.status_code}"


def revoke_on_the_page(way: Way) -> None:
    page = way.get(f"{way.home.url}/me/security").text
    assert "tournai.example" in page and "COFFEE Tournai" in page
    (grant,) = way.home.rows(OAuthGrant)
    assert way.post(f"{way.home.url}/me/security/sites/{grant.id}/end", page).status_code == 303


def wait_an_hour(way: Way) -> None:
    way.fediverse.clock.advance(minutes=60)


def suspend(way: Way) -> None:
    with way.home.context():
        moderation.decide(moderation.Decision(way.site.host, "suspend"))


def end_partnership(way: Way) -> None:
    with way.home.context():
        follows.answer_follow(peers.request_from(way.site.url), accept=False)


def disable(way: Way) -> None:
    with way.home.context():
        memberships.disable_account(accounts.account_named("anna"), None)


@pytest.mark.parametrize("end", [revoke_on_the_page, wait_an_hour, suspend, end_partnership, disable])
def test_a_token_that_has_ended_sends_nothing(way: Way, end: Any) -> None:
    event = announce(way.fediverse, way.site)
    way.sign_in()
    token = token_of_visit(way)
    assert userinfo(way, token).status_code == 200
    end(way)
    assert post_as_site(way, token, {"type": "Join", "object": event}).status_code == 401
    assert userinfo(way, token).status_code == 401
    assert said(way.home) == []


def test_a_site_learns_the_name_the_address_and_the_language_and_no_more(way: Way) -> None:
    way.sign_in()
    assert userinfo(way, token_of_visit(way)).json == {
        "sub": "https://lille.example/actors/anna",
        "preferred_username": "anna",
        "name": "Anna Peeters",
        "locale": "en",
    }


def test_whoever_leaves_takes_codes_and_grants_along(way: Way) -> None:
    way.sign_in()
    token = token_of_visit(way)
    with way.home.context():
        erasure.leave(accounts.account_named("anna"))
    assert way.home.rows(OAuthGrant) == [] and way.home.rows(OAuthCode) == []
    assert userinfo(way, token).status_code == 401


def test_nobody_ends_the_grant_of_somebody_else(way: Way) -> None:
    way.sign_in()
    (grant,) = way.home.rows(OAuthGrant)
    way.home.add_person("jan")
    way.at_home = way.home.signed_in("jan")
    page = way.get(f"{way.home.url}/me/security").text
    assert way.post(f"{way.home.url}/me/security/sites/{grant.id}/end", page).status_code == 404
    assert [row.revoked_at for row in way.home.rows(OAuthGrant)] == [None]
