"""A company: its page and people, needs and offers that cross the border, agreements, messages and polls."""

from __future__ import annotations

import pytest

from tests.browser.journeys.conftest import StartWalk
from tests.browser.journeys.events import in_days
from tests.browser.journeys.hurry import hurry
from tests.browser.journeys.offers import found_company, page_at, publish
from tests.browser.journeys.walk import names_of

pytestmark = pytest.mark.browser

WALKS = [(390, "en", False), (1280, "de", True), (390, "nl", True), (1280, "fr", False)]
OLD = "UPDATE proposal SET published = '2020-01-01 00:00:00.000000' WHERE name = '%s'"


@pytest.mark.parametrize(("width", "language", "javascript"), [(390, "nl", False), (1280, "fr", True)])
def test_a_company_gets_a_page_with_the_people_who_work_there(
    walk: StartWalk, width: int, language: str, javascript: bool
) -> None:
    founder, colleague = (walk(width=width, language=language, javascript=javascript) for _ in range(2))
    lille = founder.region.lille
    founder.sign_in(lille, lille.newcomer(language), "/companies")
    founder.follow(founder.say("Add a company"))
    founder.fill(summary="Wij bouwen **tafels**.", locality="Lille", country="FR")
    founder.send(422)
    assert founder.main.locator("#summary").input_value() == "Wij bouwen **tafels**."
    name = f"Tafelmakers {founder.token}"
    founder.fill(name=name, handle=f"tafelmakers-{founder.token}", skills_offered="houtbewerking")
    founder.send()
    assert founder.main.locator("h1").inner_text() == name
    assert founder.main.locator(".prose strong").inner_text() == "tafels"

    me = lille.newcomer(language)
    colleague.sign_in(lille, me, "/me/profile")
    colleague.fill(skills_offered="houtbewerking")
    colleague.main.locator("#level-work-public, [name='level-work'][value=public]").first.check(force=True)
    colleague.main.locator("#listing-2, [name=listing][value=public]").first.check(force=True)
    colleague.main.locator("[name=publication]").last.check(force=True)
    colleague.send(within="form[action='/me/profile']")
    colleague.visit("/me/profile")
    colleague.main.locator("#work-company").select_option(label=name)
    colleague.press(colleague.say("Say it"))
    assert colleague.say("waits for the company") in colleague.text

    founder.visit(f"/companies/tafelmakers-{founder.token}/people")
    assert me.name in founder.text
    founder.click(founder.main.locator("button[name=what][value=yes]"))
    founder.follow(founder.say("Page of the company"))
    assert me.name in names_of(founder.main.locator("#staff ~ ul .row-title"))
    for one in (founder, colleague):
        one.end()


@pytest.mark.parametrize(("width", "language", "javascript"), WALKS)
def test_a_need_is_extended_by_one_click_on_its_page_and_in_a_mail(
    walk: StartWalk, width: int, language: str, javascript: bool
) -> None:
    company = walk(width=width, language=language, javascript=javascript)
    lille = company.region.lille
    me = lille.newcomer(language)
    company.sign_in(lille, me)
    title = f"Wanted: an accordion repairer {company.token}"
    path = publish(company, title, "request", "mission", end_day=in_days(5))
    company.press(company.say("Yes: 60 days more"))
    assert company.main.get_by_role("button", name=company.say("Yes: 60 days more")).count() == 0

    company.visit(f"{path.replace('/objects/', '/offers/')}/edit")
    company.fill(end_day=in_days(6))
    company.send()
    hurry(lille, "ask whether proposals are still valid", OLD % title)
    company.visit(lille.link_to(me.email, "/offers/still-valid/"))
    assert title in company.text
    company.press(company.say("Yes: 60 days more"))
    company.visit(path)
    assert company.main.get_by_role("button", name=company.say("Yes: 60 days more")).count() == 0
    company.press(company.say("Close"))
    assert company.say("This has ended. It can no longer be answered.") in company.text
    company.end("proposal_validity.ask")


@pytest.mark.parametrize(("width", "language", "javascript"), [(390, "fr", True), (1280, "nl", False)])
def test_a_neighbour_answers_a_need_both_agree_and_both_confirm(
    walk: StartWalk, width: int, language: str, javascript: bool
) -> None:
    company, neighbour = (walk(width=width, language=language, javascript=javascript) for _ in range(2))
    lille, tournai = company.region.lille, company.region.tournai
    owner, helper = lille.newcomer(language), tournai.newcomer(language)
    company.sign_in(lille, owner)
    title = f"Cherchons une voix pour un film {company.token}"
    here = publish(company, title, "request", "skill", locality="Lille", country="FR")

    neighbour.sign_in(tournai, helper)
    page_at(neighbour, tournai, "offers", title)
    neighbour.fill(message="J’ai déjà lu trois livres à voix haute.")
    neighbour.press(neighbour.say("Send the answer"))
    neighbour.reload_until(neighbour.say("Sent; no answer yet."))

    company.reload_until("J’ai déjà lu trois livres à voix haute.")
    assert helper.handle in company.text
    company.main.locator("input[name=reason]").first.fill("Avec plaisir.")
    company.press(company.say("Agree"))
    assert company.say("Agreed.") in company.text
    neighbour.reload_until("Avec plaisir.")
    neighbour.press(neighbour.say("It is done"))
    company.reload_until(
        company.say("%(name)s says that it is done. Please confirm it, too.", name=helper.handle)
    )
    company.press(company.say("It is done"))
    assert company.say("Done.") in company.text
    neighbour.visit("/me/answers")
    neighbour.reload_until(neighbour.say("Done."))
    company.visit(here)
    company.press(company.say("Close"))
    for one in (company, neighbour):
        one.end()


@pytest.mark.parametrize(("width", "language", "javascript"), [(390, "de", True), (1280, "en", False)])
def test_an_offer_reaches_the_neighbours_and_its_author_sees_who_has_it(
    walk: StartWalk, width: int, language: str, javascript: bool
) -> None:
    company, reader = (walk(width=width, language=language, javascript=javascript) for _ in range(2))
    lille, mons = company.region.lille, company.region.mons
    author = lille.newcomer(language)
    company.sign_in(lille, author)
    slug = f"druckerei-{company.token}"
    found_company(company, slug, f"Druckerei {company.token}")
    title = f"Plakate drucken, bis A0, {company.token}"
    publish(company, title, actor=f"{lille.url}/actors/{slug}", price="12", unit="one", skills="Siebdruck")
    company.reload_until(company.say("received by %(received)d of %(total)d", received=2, total=2))

    page_at(reader, mons, "offers", title)
    assert "Siebdruck" in reader.text
    reader.follow(f"Druckerei {company.token}")
    reader.follow(title)
    for one in (company, reader):
        one.end()


@pytest.mark.parametrize(("width", "language", "javascript"), [(390, "en", False), (1280, "fr", True)])
def test_a_poll_is_voted_on_by_a_neighbour(
    walk: StartWalk, width: int, language: str, javascript: bool
) -> None:
    company, neighbour = (walk(width=width, language=language, javascript=javascript) for _ in range(2))
    lille, tournai = company.region.lille, company.region.tournai
    company.sign_in(lille, f"manager-{language}", "/polls")
    company.follow(company.say("New poll"))
    question = f"When shall we meet, {company.token}?"
    company.fill(content=question, options="Tuesday\nThursday")
    company.send()

    neighbour.sign_in(tournai, tournai.newcomer(language))
    page_at(neighbour, tournai, "polls", question)
    neighbour.main.get_by_label("Thursday").first.check()
    neighbour.press(neighbour.say("Vote"))
    assert neighbour.say("your vote") in neighbour.text
    company.reload_until("100 %")
    for one in (company, neighbour):
        one.end()


@pytest.mark.parametrize(("width", "javascript"), [(390, False), (1280, True)])
def test_a_message_reaches_a_person_and_addresses_stay_hidden_until_both_agree(
    walk: StartWalk, width: int, javascript: bool
) -> None:
    company, person = (walk(width=width, language="nl", javascript=javascript) for _ in range(2))
    tournai = company.region.tournai
    me = tournai.newcomer("nl")
    company.sign_in(tournai, me, "/@emma-claeys")
    company.follow(company.say("Write a message"))
    company.fill(text=f"Tekent u ook kaarten? {company.token}")
    company.send()
    assert "emma-claeys@" not in company.text

    person.sign_in(tournai, "emma-claeys", "/me/messages")
    person.follow(me.name)
    assert f"Tekent u ook kaarten? {company.token}" in person.text
    assert me.email not in person.text
    person.press(person.say("Share my address"))
    company.page.reload()
    company.arrived()
    company.press(company.say("Share my address"))
    assert "emma-claeys@esco.example" in company.text
    person.page.reload()
    person.arrived()
    assert me.email in person.text
    for one in (company, person):
        one.end()
