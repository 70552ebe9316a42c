"""A competence centre: articles of every kind, read before they are out, changed, translated, curated."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from tests.browser.journeys.conftest import StartWalk
from tests.browser.journeys.events import in_days
from tests.browser.journeys.hurry import hurry
from tests.browser.journeys.offers import page_at
from tests.browser.journeys.walk import Walk, names_of

pytestmark = pytest.mark.browser

NOW = "UPDATE watched_feed SET due_at = created_at"


def write(walk: Walk, title: str, kind: str, **more: str | bool) -> str:
    """Publish an article for the centre; the path of its page."""
    walk.visit("/articles/new")
    walk.fill(actor=f"{walk.region.mons.url}/actors/technocite", name=title, kind=kind, **more)
    walk.send()
    assert walk.main.locator("h1").inner_text() == title
    return urlsplit(walk.page.url).path


@pytest.mark.parametrize(
    ("width", "language", "javascript", "kind"),
    [
        (390, "fr", False, "good-practice"),
        (1280, "en", True, "case-study"),
        (390, "nl", True, "watch"),
    ],
)
def test_an_article_is_read_before_it_is_out_then_changed_and_brought_back(
    walk: StartWalk, width: int, language: str, javascript: bool, kind: str
) -> None:
    centre = walk(width=width, language=language, javascript=javascript)
    title = f"Three chairs {centre.token}"
    centre.sign_in(centre.region.mons, f"manager-{language}", "/articles/new")
    centre.fill(name=title, content="## Why\n\nBecause **three** is enough.", kind=kind)
    centre.press(centre.say("Show how it reads"))
    assert centre.main.locator("section strong").inner_text() == "three"
    assert centre.main.locator("#name").input_value() == title
    centre.fill(tags="chairs")
    centre.send()
    page = centre.page.url

    centre.follow(centre.say("Change"))
    centre.fill(content="## Why\n\nBecause **four** is better.")
    centre.send()
    assert centre.main.locator(".prose strong").inner_text() == "four"
    centre.follow(centre.say("Earlier versions"))
    centre.follow(centre.say("What has changed since"))
    assert "three" in centre.main.locator("del").first.inner_text()
    assert "four" in centre.main.locator("ins").first.inner_text()
    centre.press(centre.say("Bring it back"))
    assert centre.page.url == page
    assert centre.main.locator(".prose strong").inner_text() == "three"
    centre.follow(centre.say("Delete"))
    centre.click(centre.main.locator("button.btn-danger"))
    assert title not in centre.text
    centre.end("article_writing.show_revisions", "article_forms.delete_article")


@pytest.mark.parametrize(("width", "language", "javascript"), [(390, "fr", True), (1280, "nl", False)])
def test_a_legal_card_is_for_two_countries_and_read_in_two_languages(
    walk: StartWalk, width: int, language: str, javascript: bool
) -> None:
    centre, reader = (walk(width=width, language=language, javascript=javascript) for _ in range(2))
    mons, lille = centre.region.mons, centre.region.lille
    title, other = f"Un contrat, deux pays {centre.token}", {"fr": "nl", "nl": "fr"}[language]
    centre.sign_in(mons, f"manager-{language}", "/articles/new")
    centre.fill(name=title, kind="legal", language=language, content="Deux **règles**.")
    centre.send(422)
    assert centre.say("Choose the countries this is about.") in centre.main.locator("#problems").inner_text()
    for country in ("FR", "BE"):
        centre.main.locator(f"input[name=countries][value={country}]").check()
    centre.fill(
        review_by=in_days(90), responsible="conseil juridique", sources="https://law.example Le texte"
    )
    centre.send()
    centre.follow(centre.say("Translate"))
    centre.click(centre.main.locator(f"a[hreflang={other}]"))
    centre.fill(name=f"Andere taal {centre.token}", content="Twee **regels**.")
    centre.send()

    page_at(reader, lille, "articles", title)
    facts = reader.main.locator("dl.facts").first.inner_text()
    assert reader.say("To be read again by") in facts
    reader.page.goto(f"{lille.url}/language/{other}?back={urlsplit(reader.page.url).path}")
    reader.language = other
    reader.arrived()
    assert reader.main.locator("h1").inner_text() == f"Andere taal {centre.token}"
    assert reader.main.locator(".prose strong").inner_text() == "regels"
    for one in (centre, reader):
        one.end()


@pytest.mark.parametrize(("width", "language", "javascript"), [(390, "de", False), (1280, "en", True)])
def test_a_feed_that_is_watched_becomes_an_article_with_its_source(
    walk: StartWalk, width: int, language: str, javascript: bool
) -> None:
    centre = walk(width=width, language=language, javascript=javascript)
    mons, tournai = centre.region.mons, centre.region.tournai
    centre.sign_in(mons, f"manager-{language}", "/me/watch")
    centre.fill(url="no address")
    centre.send(422)
    feed = f"{tournai.url}/articles.atom?scope=local&for={centre.token}"
    centre.fill(url=feed)
    centre.send()
    assert centre.say("will be read soon") in centre.text
    hurry(mons, "watched feeds", NOW)
    centre.visit("/me/watch")
    entry = centre.main.locator(".watch-entry").first
    told = entry.get_by_role("heading").inner_text()
    centre.follow(centre.say("Make an article of it"), within=entry)
    assert told in centre.main.locator("#name").input_value()
    assert tournai.host in centre.main.locator("#sources").input_value()
    centre.fill(name=f"Gelesen {centre.token}", content="Das lohnt sich.")
    centre.send()
    assert centre.main.get_by_role("heading", name=centre.say("Sources")).count() == 1
    centre.visit("/me/watch")
    row = centre.main.locator("tr", has=centre.page.locator(f"a[href='{feed}']"))
    centre.press(centre.say("Remove"), within=row)
    assert row.count() == 0
    centre.end()


@pytest.mark.parametrize(("width", "language", "javascript"), [(390, "nl", True), (1280, "fr", False)])
def test_a_jobseeker_follows_the_centre_and_finds_its_new_article(
    walk: StartWalk, width: int, language: str, javascript: bool
) -> None:
    jobseeker, centre = (walk(width=width, language=language, javascript=javascript) for _ in range(2))
    tournai, mons = jobseeker.region.tournai, jobseeker.region.mons
    jobseeker.sign_in(tournai, tournai.newcomer(language), "/spaces")
    jobseeker.follow("Technocité")
    jobseeker.click(jobseeker.main.locator("form[action='/follow'] button").first)
    jobseeker.visit("/me/follows")
    assert "Technocité" in jobseeker.text
    jobseeker.visit("/feed")
    jobseeker.reload_until("Ce que les entreprises de la zone demandent cette saison")

    centre.sign_in(mons, f"manager-{language}")
    title = f"Vijf woorden {centre.token}"
    write(centre, title, "watch", content="Vijf.")
    jobseeker.reload_until(title)
    jobseeker.follow(title)
    assert jobseeker.page.url.startswith(tournai.url)
    assert title in names_of(jobseeker.main.locator("h1"))
    for one in (centre, jobseeker):
        one.end()
