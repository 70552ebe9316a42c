"""A reader acts from the own server: our buttons lead there, and others' buttons lead to our forms."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import requests

from coffee_node.activitypub import intents
from coffee_node.federation.models import Follow
from coffee_node.federation.social_models import Announcement, Lookup
from coffee_node.testing import Fediverse, TestNode, event_document, make_response
from tests.web.test_follow_pages import press, published


def go_there(node: TestNode, page: str, fediverse: Fediverse, **fields: str) -> str:
    """Press `from my own server` as a visitor; the page that comes of it."""
    visitor = node.client
    waiting = press(visitor, node, page, "/from-my-server", **fields).headers["Location"]
    fediverse.settle()
    shown: str = visitor.get(waiting, base_url=node.url).text
    return shown


def address_in(page: str) -> str:
    """The address of the button that leaves this site."""
    found = re.search(r'href="([^"]+)" rel="noopener noreferrer nofollow"', page)
    assert found is not None, page
    return found[1].replace("&amp;", "&")


def test_a_visitor_follows_from_the_own_node(fediverse: Fediverse) -> None:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    published(tournai, "jan", "Jan Peeters")
    space = f"{lille.url}/actors/lille"
    assert "Follow from my own server" in lille.page("/@lille")
    page = go_there(lille, "/@lille", fediverse, intent="Follow", uri=space, handle="@jan@tournai.example")
    address = address_in(page)
    assert address.startswith("https://tournai.example/intents/follow?uri=https%3A%2F%2Flille.example")
    assert "Go on at tournai.example" in page

    path = address.removeprefix(tournai.url)
    assert tournai.client.get(path, base_url=tournai.url).headers["Location"].startswith("/sign-in")
    jan = tournai.signed_in("jan")
    fediverse.requests.clear()
    assert "Follow" in jan.get(path, base_url=tournai.url).text
    assert fediverse.requests == [] and tournai.rows(Follow) == []
    done = press(jan, tournai, path, "/intents/follow", uri=space, **{"on-success": "https://a.example/b"})
    assert "https://a.example/b" in done.text and done.status_code == 200
    fediverse.settle()
    assert [row.state for row in tournai.rows(Follow)] == ["accepted"]


def test_a_visitor_opens_an_event_at_the_own_node(fediverse: Fediverse) -> None:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    fediverse.connect(lille, tournai)
    published(tournai, "jan", "Jan Peeters")
    event = lille.object_of(lille.post(event_document()))["id"]
    fediverse.settle()
    page = event.removeprefix(lille.url)
    assert "Join from my own server" in lille.page(page)
    there = go_there(lille, page, fediverse, intent="Join", uri=event, handle="jan@tournai.example")
    path = address_in(there).removeprefix(tournai.url)
    jan = tournai.signed_in("jan")
    assert jan.get(path, base_url=tournai.url).headers["Location"] == f"/at/{event.split('://')[1]}"


def test_a_manager_shares_what_another_server_names(fediverse: Fediverse) -> None:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    fediverse.connect(lille, tournai)
    event = lille.object_of(lille.post(event_document()))["id"]
    fediverse.settle()
    manager, space = tournai.signed_in("admin"), f"{tournai.url}/actors/tournai"
    path = f"/intents/announce?uri={event}"
    assert manager.get(path, base_url=tournai.url).status_code == 200
    assert tournai.rows(Announcement) == []
    press(manager, tournai, path, "/intents/announce", uri=event, **{"as": space})
    fediverse.settle()
    assert [row.object_uri for row in lille.rows(Announcement)] == [event]
    refused = press(manager, tournai, path, "/intents/announce", uri=event, **{"as": f"{lille.url}/x"})
    assert refused.status_code == 404


def jrd_of(*links: dict[str, str]) -> Any:
    """A server that answers every question with this WebFinger document."""
    body = json.dumps({"subject": "acct:ann@other.example", "links": list(links)}).encode()

    def answer(request: requests.PreparedRequest) -> requests.Response:
        return make_response(request, 200, body, {"Content-Type": "application/jrd+json"})

    return answer


def test_a_server_that_only_knows_the_older_form_gets_that(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    older = {"rel": intents.SUBSCRIBE, "template": "https://other.example/follow?acct={uri}"}
    fediverse.hostile["other.example"] = jrd_of(older)
    space = f"{lille.url}/actors/lille"
    page = go_there(lille, "/@lille", fediverse, intent="Follow", uri=space, handle="@ann@other.example")
    assert (
        address_in(page) == "https://other.example/follow?acct=https%3A%2F%2Flille.example%2Factors%2Flille"
    )


@pytest.mark.parametrize("template", ["javascript:alert({uri})", "https://other.example/{unknown}", ""])
def test_a_server_without_a_usable_form_is_told_in_words(fediverse: Fediverse, template: str) -> None:
    lille = fediverse.node("lille")
    fediverse.hostile["other.example"] = jrd_of({"rel": intents.SUBSCRIBE, "template": template})
    space = f"{lille.url}/actors/lille"
    page = go_there(lille, "/@lille", fediverse, intent="Follow", uri=space, handle="@ann@other.example")
    assert "offers no form for this" in page and space in page


def test_nobody_uses_this_site_to_build_addresses_about_other_things(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    sent = {"intent": "Follow", "handle": "@ann@other.example", "uri": "https://spam.example/x"}
    assert press(lille.client, lille, "/@lille", "/from-my-server", **sent).status_code == 404
    assert lille.rows(Lookup) == []


@pytest.mark.parametrize("path", ["join?uri=https://x.example/1", "object?uri=https://x.example/1"])
def test_what_is_not_known_here_is_said_with_the_way_to_it(fediverse: Fediverse, path: str) -> None:
    lille = fediverse.node("lille")
    answer = lille.signed_in("admin").get(f"/intents/{path}", base_url=lille.url)
    assert answer.status_code == 404 and "https://x.example/1" in answer.text


@pytest.mark.parametrize("uri", ["", "javascript:alert(1)", "ftp://x.example/1", "http://"])
def test_an_intent_about_nothing_is_refused(fediverse: Fediverse, uri: str) -> None:
    lille = fediverse.node("lille")
    answer = lille.signed_in("admin").get(f"/intents/object?uri={uri}", base_url=lille.url)
    assert answer.status_code == 422
