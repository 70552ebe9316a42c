"""The network page tells how partners answer, and administrators act from it."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from coffee_node.federation import lookup
from coffee_node.federation.social_models import Lookup
from coffee_node.testing import Fediverse, TestNode, event_document

HTML = {"Accept": "text/html", "Accept-Language": "en"}


def press(node: TestNode, browser: FlaskClient, path: str, **fields: str) -> str:
    """Send a form of the network page with its token; the text of the page that follows."""
    page = browser.get("/network", base_url=node.url, headers=HTML).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    answer = browser.post(
        path,
        base_url=node.url,
        data={"csrf_token": token[1], **fields},
        headers={**HTML, "Referer": f"{node.url}/network"},
    )
    assert answer.status_code == 303, answer.text
    return browser.get("/network", base_url=node.url, headers=HTML).text


def test_two_nodes_become_partners_from_their_pages(fediverse: Fediverse) -> None:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    claire, luc = lille.signed_in(), tournai.signed_in()
    press(lille, claire, "/network/follow", address=tournai.url)
    with lille.context():
        lookup.look_next()
    assert "asked, no answer yet" in claire.get("/network", base_url=lille.url, headers=HTML).text
    fediverse.settle()
    page = luc.get("/network", base_url=tournai.url, headers=HTML).text
    request = re.search(r'action="(/network/requests/\d+)"', page)
    assert request and "wants to be a partner" in page
    assert "is now a partner" in press(tournai, luc, request[1], answer="accept")
    fediverse.settle()
    fediverse.clock.advance(minutes=5)
    fediverse.settle()
    assert "One partner. Everything has arrived everywhere." in lille.page("/network")
    assert "already answered" in press(tournai, luc, request[1], answer="accept")


def test_a_partner_that_is_away_is_told_in_words(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    fediverse.node("tournai", partners=[lille])
    fediverse.down.add("tournai.example")
    lille.post(event_document())
    fediverse.settle()
    fediverse.clock.advance(minutes=20)
    page = lille.page("/network")
    assert "does not answer" in page
    assert "since " in page
    assert "One message waits and will leave by itself." in page
    assert "Try now" not in page
    fediverse.down.clear()
    assert "1 message leaves now." in press(lille, lille.signed_in(), "/network/peers/tournai.example/try")
    fediverse.settle()
    assert "waits" not in lille.page("/network")


def test_an_address_that_is_no_node_is_told_kindly(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    browser = lille.signed_in()
    press(lille, browser, "/network/follow", address="https://nobody.example")
    fediverse.settle()
    [asked] = lille.rows(Lookup)
    page = browser.get(f"/lookup/{asked.token}", base_url=lille.url, headers=HTML).text
    assert "https://nobody.example does not answer as a site of the network." in page


def test_only_administrators_may_act(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    page = lille.page("/sign-in")
    token = re.search(r'value="([^"]{40,})"', page)
    assert token
    answer = lille.client.post("/network/follow", base_url=lille.url, data={"address": "https://x.example"})
    assert answer.status_code == 400


def test_waiting_deliveries_can_be_sent_or_given_up(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    fediverse.node("tournai", partners=[lille])
    fediverse.down.add("tournai.example")
    lille.post(event_document(name="Breakfast of the lost letters"))
    fediverse.settle()
    claire = lille.signed_in()
    page = claire.get("/admin/deliveries", base_url=lille.url, headers=HTML).text
    assert "Breakfast of the lost letters" in page and "tournai.example" in page
    press(lille, claire, "/admin/deliveries/drop", host="tournai.example")
    page = claire.get("/admin/deliveries", base_url=lille.url, headers=HTML).text
    assert "given up after many tries" in page
    fediverse.down.clear()
    press(lille, claire, "/admin/deliveries/retry", host="tournai.example")
    fediverse.settle()
    assert "Nothing waits" in claire.get("/admin/deliveries", base_url=lille.url, headers=HTML).text
