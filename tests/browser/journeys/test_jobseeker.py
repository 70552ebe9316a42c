"""A jobseeker without an account: jobs of both banks, near, by skill, as a mail; and who is behind them."""

from __future__ import annotations

import json

import pytest

from tests.browser.journeys.conftest import StartWalk
from tests.browser.journeys.hurry import hurry
from tests.browser.journeys.offers import LATER, publish
from tests.browser.journeys.walk import Walk, names_of
from tests.house.real_nodes import wait_for

pytestmark = pytest.mark.browser

INTERNSHIP = "Stage en développement web, six mois"
FULL_TIME = "Conseillère ou conseiller en formation, temps plein"
ALERTS_ARE_DUE = "UPDATE saved_search SET next_at = created_at"


def described(walk: Walk) -> dict[str, object]:
    """What search engines read on the page."""
    found = walk.page.locator("script[type='application/ld+json']").first.text_content()
    return dict(json.loads(found or "{}"))


def narrow(walk: Walk, choice: str) -> None:
    """Choose a value of a filter, by its part of the address; a narrow screen folds the filters away."""
    walk.unfold(walk.say("Filters"))
    walk.click(walk.main.locator(f".facets a[href*='{choice}']").first)


@pytest.mark.parametrize(("width", "language", "javascript"), [(390, "fr", True), (1280, "nl", False)])
def test_a_job_across_the_border_leads_to_the_company_behind_it(
    walk: StartWalk, width: int, language: str, javascript: bool
) -> None:
    jobseeker = walk(width=width, language=language, javascript=javascript)
    lille, tournai = jobseeker.region.lille, jobseeker.region.tournai
    jobseeker.visit("/jobs", tournai)
    across = jobseeker.main.locator("#across")
    assert INTERNSHIP in across.inner_text()
    assert FULL_TIME not in across.inner_text()
    narrow(jobseeker, "lang=fr")
    jobseeker.follow(INTERNSHIP)

    posting = described(jobseeker)
    assert (posting["@type"], posting["employmentType"]) == ("JobPosting", "INTERN")
    assert posting["hiringOrganization"] == {
        "@type": "Organization",
        "@id": f"{lille.url}/actors/atelier-nord",
        "name": "Atelier Nord",
    }
    jobseeker.follow("Atelier Nord")
    assert jobseeker.main.locator("h1").inner_text() == "Atelier Nord"
    jobseeker.follow(INTERNSHIP)
    jobseeker.follow(jobseeker.say("see it there"))
    assert jobseeker.page.url.startswith(lille.url)
    assert described(jobseeker)["@id"] == jobseeker.page.url
    jobseeker.follow("Atelier Nord")
    assert "développement web" in jobseeker.text
    jobseeker.end()


@pytest.mark.parametrize(("width", "language", "javascript"), [(390, "nl", False), (1280, "en", True)])
def test_offers_are_narrowed_by_skill_and_to_what_is_near(
    walk: StartWalk, width: int, language: str, javascript: bool
) -> None:
    jobseeker = walk(width=width, language=language, javascript=javascript)
    jobseeker.visit("/offers", jobseeker.region.tournai)
    narrow(jobseeker, "skill=accessibilit")
    assert INTERNSHIP in names_of(jobseeker.main.locator(".row-title a"))
    assert FULL_TIME not in jobseeker.text
    jobseeker.fill(**{"near-place": "Mons", "near-radius": "10"})
    jobseeker.press(jobseeker.say("Show"))
    assert INTERNSHIP not in jobseeker.text
    jobseeker.follow(jobseeker.say("Show everything"))
    jobseeker.fill(**{"near-place": "Mons", "near-radius": "10"})
    jobseeker.press(jobseeker.say("Show"))
    assert FULL_TIME in names_of(jobseeker.main.locator(".row-title a"))
    assert INTERNSHIP not in jobseeker.text
    jobseeker.follow(jobseeker.say("Everywhere"))
    assert INTERNSHIP in jobseeker.text
    jobseeker.end()


@pytest.mark.parametrize(("width", "language", "javascript"), [(390, "de", True), (1280, "fr", False)])
def test_places_to_work_are_found_on_a_map(
    walk: StartWalk, width: int, language: str, javascript: bool
) -> None:
    jobseeker = walk(width=width, language=language, javascript=javascript)
    jobseeker.visit("/", jobseeker.region.mons)
    jobseeker.fill(q="accessibilité web")
    jobseeker.click(jobseeker.main.locator("form[role=search] button").first)
    assert INTERNSHIP in jobseeker.text
    jobseeker.visit("/people?view=map")
    dots = jobseeker.main.locator(".dot-map a")
    assert dots.count() >= 3
    jobseeker.visit("/spaces")
    assert jobseeker.main.locator(".dot-map a").count() == 3
    jobseeker.follow("Le Mutualab")
    assert "Lille" in jobseeker.text
    jobseeker.end()


@pytest.mark.parametrize(("width", "language", "javascript"), [(390, "en", True), (1280, "de", False)])
def test_a_saved_search_brings_a_new_need_of_a_neighbour_by_mail(
    walk: StartWalk, width: int, language: str, javascript: bool
) -> None:
    jobseeker = walk(width=width, language=language, javascript=javascript)
    lille, tournai = jobseeker.region.lille, jobseeker.region.tournai
    word, address = f"meubelrestauratie{jobseeker.token}", jobseeker.address("jobseeker")
    jobseeker.visit(f"/offers?purpose=request&q={word}", tournai)
    jobseeker.follow(jobseeker.say("Tell me about new ones"))
    assert word in jobseeker.text
    jobseeker.fill(email="nobody")
    jobseeker.send(422)
    jobseeker.main.locator("#problems a").click()
    jobseeker.fill(email=address)
    jobseeker.main.get_by_label(jobseeker.say("At once")).check()
    jobseeker.send()
    jobseeker.visit(tournai.link_to(address, "/alerts/confirm/"))
    jobseeker.press(jobseeker.say("Yes, tell me"))

    company = walk(language="fr")
    company.sign_in(lille, "manager-fr")
    publish(company, f"Gezocht: {word}", purpose="request", kind="mission")
    company.end()
    wait_for(lambda: tournai.get_json(f"/offers.json?q={word}")["items"], LATER)
    hurry(tournai, "saved searches", ALERTS_ARE_DUE)
    told = tournai.mail_to(address, "/at/")
    assert word in told["Subject"] + str(told)
    jobseeker.visit(tournai.link_to(address, "/at/"))
    assert jobseeker.main.locator("h1").inner_text() == f"Gezocht: {word}"
    jobseeker.visit(tournai.link_to(address, "/stop"))
    jobseeker.press(jobseeker.say("Stop these mails"))
    jobseeker.end("alert_links.ask_to_confirm", "alert_links.ask_to_stop")
