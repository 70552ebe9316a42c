"""Every page of the route table in each of the four languages, at both widths; and the proof of "every"."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Mapping
from urllib.parse import urlsplit

import pytest

from tests.browser.journeys.conftest import StartWalk
from tests.browser.journeys.events import in_days, make_event
from tests.browser.journeys.offers import found_company, publish
from tests.browser.journeys.pages import ADMINISTRATOR, MEMBER, NO_PAGES, ON_JOURNEYS, VISITOR
from tests.browser.journeys.region import LANGUAGES, Region
from tests.browser.journeys.walk import Walk

pytestmark = pytest.mark.browser

WALKS = [(390, "fr", True), (1280, "nl", False), (390, "en", False), (1280, "de", True)]
OTHER = {390: 1280, 1280: 390}
FIRST = {"event": "Apéro Python transfrontalier", "offer": "Un bureau à la journée pour nos voisins"}
FIRST |= {"article": "Tenir un lieu à tour de rôle"}
FAR = {"event": "Petit-déjeuner des deux rives", "offer": "Cinq places le vendredi, avec vue sur l’Escaut"}
FAR |= {"article": "La minute de chacun : un petit-déjeuner qui crée des contrats"}


def places(region: Region) -> dict[str, str]:
    """What stands in braces in the tables of pages."""
    lille = region.lille
    first = {f"first_{kind}": lille.path_of(f"{kind}s", name) for kind, name in FIRST.items()}
    far = {f"far_{kind}": lille.path_of(f"{kind}s", name) for kind, name in FAR.items()}
    found = {
        "lille": lille.url,
        "tournai": region.tournai.host,
        "setup": lille.people["setup"],
        **first,
        **far,
    }
    found["first_event_door"] = door(found["first_event"], "events")
    found["first_article_desk"] = door(found["first_article"], "articles")
    return found


def door(path: str, kind: str) -> str:
    """Where the forms of an object are, from the path of its page."""
    return path.replace("/objects/", f"/{kind}/")


def sweep(walk: Walk, pages: Mapping[str, tuple[str, ...]], **more: str) -> None:
    """Look at every page, and whether it fits the other width as well."""
    given = places(walk.region) | more
    walk.visit("/", walk.region.lille)
    for path in (path for paths in pages.values() for path in paths):
        walk.visit(path.format(**given))
        walk.fits(OTHER[walk.width])
    walk.end(*pages)


@pytest.mark.parametrize(("width", "language", "javascript"), WALKS)
def test_every_page_of_a_visitor(walk: StartWalk, width: int, language: str, javascript: bool) -> None:
    sweep(walk(width=width, language=language, javascript=javascript), VISITOR)


@pytest.mark.parametrize(("width", "language", "javascript"), WALKS)
def test_every_page_of_a_member(walk: StartWalk, width: int, language: str, javascript: bool) -> None:
    member = walk(width=width, language=language, javascript=javascript)
    lille = member.region.lille
    member.sign_in(lille, lille.newcomer(language))
    sweep(member, MEMBER, **own_things(member))


def own_things(member: Walk) -> dict[str, str]:
    """Make something of each kind that has a page for its owner alone."""
    event = make_event(member, f"Sweeping {member.token}")
    member.press(member.say("Register"))
    offer = publish(member, f"A broom {member.token}")
    company = f"brooms-{member.token}"
    found_company(member, company, f"Brooms {member.token}")
    member.visit("/notes/new")
    member.fill(content=f"The floor is clean. {member.token}")
    member.send()
    note = urlsplit(member.page.url).path
    member.visit("/write/lotte-verhaeghe")
    member.fill(text="Goedemorgen")
    member.send()
    conversation = urlsplit(member.page.url).path
    member.visit("/events/new")
    member.unfold(member.say("It comes again"))
    member.fill(name=f"Weekly {member.token}", start_day=in_days(7), start_clock="9:00", repeat="weekly")
    member.fill(repeat_count="3")
    member.send()
    return {
        "event": door(event, "events"),
        "series": door(urlsplit(member.page.url).path.removesuffix("/series"), "events"),
        "offer": door(offer, "offers"),
        "note": door(note, "notes"),
        "company": company,
        "conversation": conversation,
    }


@pytest.mark.parametrize(("width", "language", "javascript"), WALKS)
def test_every_page_of_an_administrator(walk: StartWalk, width: int, language: str, javascript: bool) -> None:
    administrator = walk(width=width, language=language, javascript=javascript)
    administrator.sign_in(administrator.region.lille, f"admin-{language}")
    sweep(administrator, ADMINISTRATOR)


def test_no_page_of_the_route_table_is_left_out(region: Region) -> None:
    on_journeys = [endpoint for endpoints in ON_JOURNEYS.values() for endpoint in endpoints]
    tables = [*VISITOR, *MEMBER, *ADMINISTRATOR, *on_journeys, *NO_PAGES]
    known = set(tables)
    assert len(tables) == len(known), "one page in two tables"
    assert set(region.rules) - known == set(), "seen by nobody: add it to a table of pages.py"
    assert known - set(region.rules) == set(), "no longer in the route table"


@pytest.mark.parametrize("name", ON_JOURNEYS)
def test_a_journey_that_shows_pages_does_so_in_four_languages(name: str) -> None:
    module, function = name.split(".")
    journey = getattr(importlib.import_module(f"tests.browser.journeys.{module}"), function)
    [walks] = [mark.args[1] for mark in journey.pytestmark if mark.name == "parametrize"]
    assert {language for _width, language, _javascript in walks} == set(LANGUAGES)
    source = inspect.getsource(journey)
    assert ".end(" in source
    assert [endpoint for endpoint in ON_JOURNEYS[name] if f'"{endpoint}"' not in source] == []
