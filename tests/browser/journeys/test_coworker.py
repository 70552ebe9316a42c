"""A coworker of Lille and the neighbours: people to follow, seats, offers and needs, what was received."""

from __future__ import annotations

import pytest

from tests.browser.journeys.conftest import StartWalk
from tests.browser.journeys.events import make_event
from tests.browser.journeys.offers import page_at, publish

pytestmark = pytest.mark.browser

WALKS = [(390, "nl", True), (1280, "fr", True), (390, "en", False), (1280, "de", False)]
TWO_WALKS = [(390, "de", True), (1280, "en", True)]
# With scripts, the page that waits goes on before anybody could look at it.
GUESTS = [(390, "nl", False), (1280, "fr", False), (390, "en", False), (1280, "de", False), (390, "fr", True)]
PARTNERS = 2


@pytest.mark.parametrize(("width", "language", "javascript"), WALKS)
def test_a_coworker_finds_the_illustrator_of_kortrijk_and_follows_her(
    walk: StartWalk, width: int, language: str, javascript: bool
) -> None:
    coworker = walk(width=width, language=language, javascript=javascript)
    say, lille, tournai = coworker.say, coworker.region.lille, coworker.region.tournai
    someone = lille.newcomer(language)
    coworker.sign_in(lille, someone, "/people")
    coworker.unfold(say("Filters"))
    coworker.click(coworker.main.locator(".facet a[href*='lang=nl']"))
    coworker.fill(q="illustratie")
    coworker.click(coworker.main.locator("form.search button"))
    coworker.follow("Emma Claeys")
    coworker.press(say("Follow"))
    emma = walk(width=width, language="nl", javascript=javascript)
    emma.sign_in(tournai, "emma-claeys", "/me/follows")
    emma.reload_until(someone.handle)
    asked = emma.main.locator(".notice", has_text=someone.handle)
    emma.press(emma.say("Accept"), within=asked)
    emma.end()
    coworker.reload_until(say("you follow"))
    coworker.visit("/feed")
    assert "Emma Claeys" in coworker.text and "infogra" in coworker.text.lower()
    coworker.visit("/me/follows")
    assert "Emma Claeys" in coworker.text
    coworker.follow("Emma Claeys")
    coworker.press(say("Stop following"))
    assert coworker.main.get_by_role("button", name=say("Follow"), exact=True).count() == 1
    coworker.end("feed.show", "follow.mine")


@pytest.mark.parametrize(("width", "language", "javascript"), WALKS)
def test_a_coworker_registers_for_an_event_of_the_neighbour_is_let_in_and_leaves(
    walk: StartWalk, width: int, language: str, javascript: bool
) -> None:
    coworker = walk(width=width, language=language, javascript=javascript)
    say, lille, tournai = coworker.say, coworker.region.lille, coworker.region.tournai
    title = f"Lunch on the quay {coworker.token}"
    host = walk(width=width, language=language, javascript=javascript)
    host.sign_in(tournai, tournai.newcomer(language))
    path = make_event(host, title, join_mode="restricted")

    someone = lille.newcomer(language)
    coworker.sign_in(lille, someone)
    page_at(coworker, lille, "events", title)
    coworker.fill(note="I come by train")
    coworker.press(say("Ask for a seat"))
    host.visit(path)
    host.reload_until(host.plural("%(num)d waits for your answer", "%(num)d wait for your answer", 1))
    host.follow(say("Participants"))
    assert someone.handle in host.text and "I come by train" in host.text
    host.press(say("Confirm"))
    coworker.reload_until(say("Give my seat back"))
    coworker.follow(say("My registrations"))
    assert title in coworker.text
    coworker.press(say("Give my seat back"))
    coworker.follow(title)
    coworker.end("event_registration.mine")
    host.end("event_participants.organiser_list")


@pytest.mark.parametrize(("width", "language", "javascript"), TWO_WALKS)
def test_a_coworker_publishes_an_event_and_sees_who_received_it(
    walk: StartWalk, width: int, language: str, javascript: bool
) -> None:
    coworker = walk(width=width, language=language, javascript=javascript)
    lille, tournai = coworker.region.lille, coworker.region.tournai
    coworker.sign_in(lille, lille.newcomer(language))
    coworker.visit("/events/new")
    coworker.fill(start_clock="25:10")
    coworker.send(422)
    coworker.main.locator("#problems a").first.click()
    title = f"Evening of both banks {coworker.token}"
    path = make_event(coworker, title)
    coworker.reload_until(coworker.say("received by %(received)d of %(total)d", received=2, total=PARTNERS))
    coworker.unfold(coworker.say("received by %(received)d of %(total)d", received=2, total=PARTNERS))
    assert "ESCO" in coworker.text and "Technocité" in coworker.text
    reader = walk(width=width, language=language, javascript=javascript)
    page_at(reader, tournai, "events", title)
    coworker.visit(path)
    coworker.follow(coworker.say("Change"))
    coworker.fill(name=f"Night of both banks {coworker.token}")
    coworker.send()
    reader.reload_until("Night of both banks")
    coworker.follow(coworker.say("Delete"))
    coworker.press(coworker.say("Delete"))
    coworker.end()
    reader.end()


@pytest.mark.parametrize(("width", "language", "javascript"), TWO_WALKS)
def test_a_coworker_publishes_a_need_that_a_neighbour_answers_and_both_agree(
    walk: StartWalk, width: int, language: str, javascript: bool
) -> None:
    coworker, neighbour = (walk(width=width, language=language, javascript=javascript) for _ in range(2))
    say, lille, tournai = coworker.say, coworker.region.lille, coworker.region.tournai
    title = f"Somebody who draws maps {coworker.token}"
    coworker.sign_in(lille, lille.newcomer(language))
    path = publish(coworker, title, "request", "mission")
    drawer = tournai.newcomer(language)
    neighbour.sign_in(tournai, drawer)
    page_at(neighbour, tournai, "offers", title)
    neighbour.fill(message="I draw them by hand")
    neighbour.press(say("Send the answer"))
    coworker.visit(path)
    coworker.reload_until("I draw them by hand")
    coworker.press(say("Agree"))
    neighbour.reload_until(say("Agreed."))
    coworker.visit("/me/answers")
    assert drawer.handle in coworker.text
    coworker.press(say("It is done"))
    neighbour.visit("/me/answers")
    neighbour.reload_until(say("It is done"))
    neighbour.press(say("It is done"))
    coworker.reload_until(say("Done."))
    coworker.end("proposal_answers.mine")
    neighbour.end("proposal_answers.mine")


@pytest.mark.parametrize(("width", "language", "javascript"), TWO_WALKS)
def test_a_coworker_answers_an_offer_of_the_neighbour_and_writes_to_its_owner(
    walk: StartWalk, width: int, language: str, javascript: bool
) -> None:
    owner, coworker = (walk(width=width, language=language, javascript=javascript) for _ in range(2))
    say, lille, mons = coworker.say, coworker.region.lille, coworker.region.mons
    title = f"Half a day of data {coworker.token}"
    owner.sign_in(mons, mons.newcomer(language))
    publish(owner, title)
    coworker.sign_in(lille, lille.newcomer(language))
    page_at(coworker, lille, "offers", title)
    coworker.fill(message="For our association, please")
    coworker.press(say("Send the answer"))
    owner.visit("/me/answers")
    owner.reload_until("For our association, please")
    owner.press(say("Decline"))
    coworker.reload_until(say("Declined."))
    coworker.visit("/me/notices")
    coworker.reload_until(title)
    coworker.end("notices.show_notices")
    owner.end()


@pytest.mark.parametrize(("width", "language", "javascript"), WALKS)
def test_a_space_is_followed_from_ones_own_server(
    walk: StartWalk, width: int, language: str, javascript: bool
) -> None:
    coworker = walk(width=width, language=language, javascript=javascript)
    say, lille, tournai = coworker.say, coworker.region.lille, coworker.region.tournai
    someone = lille.newcomer(language)
    coworker.sign_in(lille, someone, "/me/profile?first=1")
    coworker.fill(skills_offered="ceramics", listing="public")
    coworker.send()
    coworker.visit("/@esco", tournai)
    coworker.unfold(say("Follow from my own server"))
    coworker.main.locator("#own-Follow").fill(f"@{someone.handle}@{lille.host}")
    coworker.press(say("Go there"))
    coworker.reload_until(say("Go on at %(host)s", host=lille.host))
    coworker.follow(say("Go on at %(host)s", host=lille.host))
    coworker.press(say("Follow"))
    coworker.visit(f"/@esco@{tournai.host}", lille)
    coworker.reload_until(say("you follow"))
    coworker.end("intents.show_follow", "lookup.wait")


@pytest.mark.parametrize(("width", "language", "javascript"), GUESTS)
def test_a_coworker_registers_at_the_neighbour_with_the_home_space(
    walk: StartWalk, width: int, language: str, javascript: bool
) -> None:
    coworker, host = (walk(width=width, language=language, javascript=javascript) for _ in range(2))
    say, lille, tournai = coworker.say, coworker.region.lille, coworker.region.tournai
    host.sign_in(tournai, tournai.newcomer(language))
    path = make_event(host, f"Soup for guests {host.token}")
    someone = lille.newcomer(language)
    coworker.sign_in(lille, someone, "/me/profile?first=1")
    coworker.fill(skills_offered="soup", listing="public")
    coworker.send()
    coworker.visit(path, tournai)
    coworker.follow(say("Sign in with my home space"))
    coworker.fill(handle=f"{someone.handle}@{lille.host}")
    coworker.main.locator("form.form button.btn-primary").click()
    if not javascript:
        coworker.page.wait_for_url("**/sign-in/home/*")
        coworker.arrived()
    coworker.go_on(f"{lille.url}/oauth/authorize")
    assert "ESCO" in coworker.text and tournai.host in coworker.text
    coworker.main.get_by_role("button", name=say("Allow"), exact=True).click()
    coworker.go_on(tournai.url + path)
    coworker.press(say("Register"))
    coworker.reload_until(say("Give my seat back"))
    host.visit(f"{path.replace('/objects/', '/events/')}/participants")
    assert someone.name in host.text
    shown = ("home_sign_in.wait",) if not javascript else ()
    coworker.end("oauth.authorize", *shown)
    host.end()
