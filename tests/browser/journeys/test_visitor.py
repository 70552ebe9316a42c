"""A visitor without an account: the agenda, the search, a seat by mail, a saved search, feeds."""

from __future__ import annotations

import defusedxml.ElementTree
import pytest
import requests

from tests.browser.journeys.conftest import StartWalk
from tests.browser.journeys.events import make_event
from tests.browser.journeys.hurry import hurry
from tests.browser.journeys.walk import names_of
from tests.house.real_nodes import wait_for

pytestmark = pytest.mark.browser

WALKS = [(390, "fr", True), (1280, "nl", True), (390, "de", False), (1280, "en", False)]
TWO_WALKS = [(390, "en", True), (1280, "de", True)]
ALERTS_ARE_DUE = "UPDATE saved_search SET next_at = created_at"
EVENT = "Energiefactuur op tafel"


@pytest.mark.parametrize(("width", "language", "javascript"), WALKS)
def test_a_visitor_goes_from_the_agenda_to_an_event_across_the_border(
    walk: StartWalk, width: int, language: str, javascript: bool
) -> None:
    visitor = walk(width=width, language=language, javascript=javascript)
    say, lille, tournai = visitor.say, visitor.region.lille, visitor.region.tournai
    visitor.visit("/", lille)
    visitor.unfold(say("Menu"))
    visitor.follow(say("Agenda"), within=visitor.page.locator("header"))
    for what in ("country=BE", "lang=nl"):
        visitor.unfold(say("Filters"))
        visitor.click(visitor.main.locator(f".facet a[href*='{what}']"))
    assert EVENT in visitor.text and "Apéro Python" not in visitor.text
    visitor.follow(say("Month"))
    visitor.follow(say("Month after"))
    visitor.follow(say("Map"))
    assert visitor.main.locator(".dot-map a").count() >= 1
    visitor.follow(say("List"))
    visitor.follow(EVENT)
    assert visitor.main.locator("h1").inner_text() == EVENT
    assert f"SUMMARY:{EVENT}" in visitor.read(visitor.href(say("Into my calendar")))
    visitor.click(visitor.main.locator(f"a[href^='{tournai.url}/objects/']").first)
    assert visitor.main.locator("h1").inner_text() == EVENT
    visitor.end()


@pytest.mark.parametrize(("width", "language", "javascript"), WALKS)
def test_a_visitor_registers_at_the_neighbour_and_gives_the_seat_back(
    walk: StartWalk, width: int, language: str, javascript: bool
) -> None:
    visitor = walk(width=width, language=language, javascript=javascript)
    say, lille, tournai = visitor.say, visitor.region.lille, visitor.region.tournai
    address = visitor.address("nora")
    visitor.visit(lille.path_of("events", EVENT), lille)
    visitor.follow(say("Without an account here: register at %(host)s", host=tournai.host))
    visitor.unfold(say("Register without an account"))
    visitor.fill(name="Nora Visit", email="nora", consent=True)
    visitor.send(422)
    assert visitor.main.locator("#problems").is_visible()
    visitor.fill(email=address)
    visitor.send()
    visitor.visit(tournai.link_to(address, "/events/visitors/confirm/"))
    visitor.press(say("Confirm my registration"))
    assert say("Give my seat back") in visitor.text
    visitor.press(say("Give my seat back"))
    visitor.press(say("Delete my details now"))
    visitor.end("event_visitors.confirm", "event_visitors.visit")


@pytest.mark.parametrize(("width", "language", "javascript"), TWO_WALKS)
def test_a_visitor_who_waits_is_offered_the_seat_that_another_gives_back(
    walk: StartWalk, width: int, language: str, javascript: bool
) -> None:
    host = walk(width=width, language=language, javascript=javascript)
    lille = host.region.lille
    host.sign_in(lille, lille.newcomer(language))
    path = make_event(host, f"One chair only {width}", capacity="1")
    host.visit(f"{path.replace('/objects/', '/events/')}/registration")
    host.fill(takes_visitors=True, has_waiting_list=True, line="offer")
    host.send()
    first, second = (walk(width=width, language=language, javascript=javascript) for _ in range(2))
    for visitor, name in ((first, "first"), (second, "second")):
        address = visitor.address(name)
        visitor.visit(path, lille)
        visitor.unfold(visitor.say("Register without an account"))
        visitor.fill(name=name.title(), email=address, consent=True)
        visitor.send()
        visitor.visit(lille.link_to(address, "/events/visitors/confirm/"))
        visitor.press(visitor.say("Confirm my registration"))
    assert second.say("Confirm my seat") not in second.text
    first.press(first.say("Give my seat back"))
    second.visit(second.page.url)
    second.press(second.say("Confirm my seat"))
    assert second.say("Give my seat back") in second.text
    assert len(wait_for(lambda: lille.mails_to(second.address("second"))[2:], 15)) >= 1, "the offer"
    for one in (host, first, second):
        one.end()


@pytest.mark.parametrize(("width", "language", "javascript"), WALKS)
def test_a_saved_search_brings_new_events_and_ends_by_one_click(
    walk: StartWalk, width: int, language: str, javascript: bool
) -> None:
    visitor = walk(width=width, language=language, javascript=javascript)
    say, lille = visitor.say, visitor.region.lille
    word, address = f"zither{visitor.token}", visitor.address("saved")
    visitor.visit("/events", lille)
    visitor.fill(q=word)
    visitor.click(visitor.main.locator("form.search button"))
    visitor.follow(say("Tell me about new ones"))
    visitor.fill(email=address, rhythm="now")
    visitor.send()
    visitor.visit(lille.link_to(address, "/alerts/confirm/"))
    visitor.press(say("Yes, tell me"))
    host = walk(width=width, language=language, javascript=javascript)
    host.sign_in(lille, lille.newcomer(language))
    make_event(host, f"Evening of the {word}")
    hurry(lille, "saved searches", ALERTS_ARE_DUE)
    mail = lille.mail_to(address, f"Evening of the {word}")
    visitor.visit(lille.link_to(address, "/alerts/"))
    visitor.press(say("Pause"))
    visitor.press(say("Resume"))
    one_click = str(mail["List-Unsubscribe"]).strip("<>")
    visitor.visit(one_click)
    answer = requests.post(one_click, {"List-Unsubscribe": "One-Click"}, timeout=10)
    assert answer.status_code == 200
    visitor.visit(lille.link_to(address, "/alerts/"), status=404)
    host.end()
    visitor.end("alerts.new", "alert_links.ask_to_confirm", "alert_links.by_link", "alert_links.ask_to_stop")


@pytest.mark.parametrize(("width", "language", "javascript"), WALKS)
def test_a_visitor_finds_with_a_slip_of_the_keyboard(
    walk: StartWalk, width: int, language: str, javascript: bool
) -> None:
    visitor = walk(width=width, language=language, javascript=javascript)
    visitor.visit("/", visitor.region.lille)
    visitor.fill(q="ilustratie")
    visitor.click(visitor.main.locator("form.search-large button"))
    assert "illustratie" in visitor.main.locator(".search-way").inner_text()
    assert "Emma Claeys" in names_of(visitor.main.locator(".found .row-title"))
    visitor.follow("Emma Claeys")
    visitor.page.go_back()
    visitor.arrived()
    visitor.fill(q="xyzzyqwv")
    visitor.click(visitor.main.locator("form.search-large button"))
    assert visitor.say("Nothing found for “%(words)s”", words="xyzzyqwv") in visitor.text
    visitor.end()


@pytest.mark.parametrize(("width", "language", "javascript"), TWO_WALKS)
def test_a_visitor_subscribes_to_the_feed_of_a_list_and_of_a_neighbour(
    walk: StartWalk, width: int, language: str, javascript: bool
) -> None:
    visitor = walk(width=width, language=language, javascript=javascript)
    visitor.visit("/offers", visitor.region.lille)
    for name in ("RSS", "Atom"):
        feed = defusedxml.ElementTree.fromstring(visitor.read(visitor.href(name)))
        assert len(list(feed.iter())) > 10
    visitor.visit("/people", visitor.region.lille)
    visitor.follow("Emma Claeys")
    offered = visitor.page.locator("link[rel=alternate][type='application/rss+xml']").first.get_attribute(
        "href"
    )
    assert "infogra" in visitor.read(str(offered)).lower()
    visitor.end()
