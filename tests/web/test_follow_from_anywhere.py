"""Following somebody from any page or row, from here or from the own server, and what is known after it."""

from __future__ import annotations

import pytest
import requests

from coffee_node.federation.models import Follow
from coffee_node.testing import Fediverse, TestNode, event_document, make_response
from tests.federation.test_intents import go_there, jrd_of
from tests.web.test_follow_pages import press, published
from tests.web.test_home_page import TOURNAI, settle_at


@pytest.fixture
def pair(fediverse: Fediverse) -> tuple[TestNode, TestNode]:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    fediverse.connect(lille, tournai)
    settle_at(tournai, TOURNAI)
    fediverse.settle()
    published(lille, "claire", "Claire Dubois")
    return lille, tournai


def test_a_space_is_followed_from_its_row_and_the_row_says_so(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    space = f"{tournai.url}/actors/tournai"
    assert "/follow?uri=https%3A//tournai.example/actors/tournai" in lille.page("/spaces")
    claire = lille.signed_in("claire")
    answer = press(claire, lille, "/spaces", "/follow", uri=space, back="/spaces?country=BE")
    assert answer.headers["Location"] == "/spaces?country=BE"
    fediverse.settle()
    assert "you follow" in claire.get("/spaces", base_url=lille.url).text
    outside = press(claire, lille, "/spaces", "/follow", uri=space, back="https://spam.example/")
    assert outside.headers["Location"] == "/@tournai@tournai.example"


def test_after_a_first_follow_the_history_is_there_and_its_reach_is_said(fediverse: Fediverse) -> None:
    lille, mons = fediverse.node("lille"), fediverse.node("mons")
    published(lille, "claire", "Claire")
    mons.post(event_document(name="Long before the follow"))
    fediverse.clock.advance(days=2)
    claire = lille.signed_in("claire")
    lille.follow_actor(f"{mons.url}/actors/mons", "claire")
    for _step in range(3):
        fediverse.settle()
        fediverse.clock.advance(minutes=1)
    assert "Long before the follow" in claire.get("/feed", base_url=lille.url).text
    page = claire.get("/@mons@mons.example", base_url=lille.url).text
    assert "Known here since 26 Nov 2026, with what was published from 1 Dec 2025 on." in page
    assert "Known here since 26 Nov 2026" in claire.get("/me/follows", base_url=lille.url).text


def test_the_page_to_follow_somebody_has_a_way_for_everybody(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    path = f"/follow?uri={tournai.url}/actors/tournai"
    visitor = lille.page(path)
    assert "Sign in" in visitor and "data-own-server" in visitor and "own-server.js" in visitor
    member = lille.signed_in("claire").get(path, base_url=lille.url).text
    assert 'action="/follow"' in member and "data-own-server" not in member
    for unknown in (
        "/follow",
        "/follow?uri=https://nobody.example/x",
        f"/follow?uri={lille.url}/actors/admin",
    ):
        assert lille.client.get(unknown, base_url=lille.url).status_code == 404


def test_an_unpublished_person_is_nobody_to_follow(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    paul = lille.add_person("paul", "Paul Hidden")
    answer = lille.client.get(f"/follow?uri={paul.uri}", base_url=lille.url)
    assert answer.status_code == 404 and "Paul" not in answer.text


@pytest.mark.parametrize(
    ("server", "told"),
    [
        ("missing", "knows nobody called @ann@other.example"),
        ("down", "does not answer"),
        ("without a form", "offers no form for this"),
    ],
)
def test_the_step_that_failed_is_said(fediverse: Fediverse, server: str, told: str) -> None:
    lille = fediverse.node("lille")

    def missing(request: requests.PreparedRequest) -> requests.Response:
        return make_response(request, 404, b"{}", {"Content-Type": "application/json"})

    if server == "missing":
        fediverse.hostile["other.example"] = missing
    if server == "without a form":
        fediverse.hostile["other.example"] = jrd_of()
    fields = {"intent": "Follow", "uri": f"{lille.url}/actors/lille", "handle": "@ann@other.example"}
    assert told in go_there(lille, "/@lille", fediverse, **fields)


def test_the_address_of_a_page_leads_to_the_own_server_too(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    link = {"rel": "http://ostatus.org/schema/1.0/subscribe", "template": "https://other.example/f?u={uri}"}
    fediverse.hostile["other.example"] = jrd_of(link)
    fields = {"intent": "Follow", "uri": f"{lille.url}/actors/lille", "handle": "https://other.example/@ann"}
    assert "https://other.example/f?u=https%3A%2F%2Flille" in go_there(lille, "/@lille", fediverse, **fields)
    asked = [url for _method, url in fediverse.requests if "webfinger" in url]
    assert asked == [
        "https://other.example/.well-known/webfinger?resource=https%3A%2F%2Fother.example%2F%40ann"
    ]


def test_the_old_address_of_other_servers_leads_to_the_same_pages(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    event = tournai.object_of(tournai.post(event_document()))["id"]
    fediverse.settle()
    claire = lille.signed_in("claire")

    def goes(uri: str) -> str:
        answer = claire.get(f"/authorize_interaction?uri={uri}", base_url=lille.url)
        return str(answer.headers.get("Location") or answer.status_code)

    assert goes(f"{tournai.url}/actors/tournai").startswith(
        "/intents/follow?uri=https%3A%2F%2Ftournai.example"
    )
    assert goes("acct:tournai@tournai.example").startswith("/intents/follow?uri=")
    assert goes(event) == f"/at/{event.split('://')[1]}"
    assert goes("https://elsewhere.example/x").startswith("/lookup/")
    assert goes("javascript:alert(1)") == "422"
    path = "/authorize_interaction?uri=https://x.example/1"
    assert lille.client.get(path, base_url=lille.url).headers["Location"].startswith("/sign-in")
    assert len(lille.rows(Follow)) == 2, "only the two nodes follow each other"
