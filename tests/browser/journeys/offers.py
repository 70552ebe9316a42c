"""Companies, offers and needs that people of the journeys make, and the way to what others made."""

from __future__ import annotations

import json
from urllib.parse import quote, urlsplit

from tests.browser.journeys.region import Site
from tests.browser.journeys.walk import Walk
from tests.house.real_nodes import wait_for

LATER = 30.0


def publish(walk: Walk, title: str, purpose: str = "offer", kind: str = "skill", **more: str | bool) -> str:
    """Publish an offer or a need as whoever is signed in; the path of its page."""
    walk.visit(f"/offers/new?purpose={purpose}&kind={kind}")
    walk.fill(name=title, **more)
    walk.send()
    assert walk.main.locator("h1").inner_text() == title
    return urlsplit(walk.page.url).path


def found_company(walk: Walk, slug: str, name: str) -> None:
    """Open the page of a company as whoever is signed in."""
    walk.visit("/companies/new")
    walk.fill(name=name, handle=slug, locality="Lille", country="FR")
    walk.send()
    assert walk.main.locator("h1").inner_text() == name


def page_at(walk: Walk, site: Site, kind: str, title: str) -> None:
    """Go to the page of something by the list of a site that is to hear of it; it may be on its way."""
    word = quote(title.rsplit(maxsplit=1)[0])
    wait_for(
        lambda: title in json.dumps(site.get_json(f"/{kind}.json?q={word}"), ensure_ascii=False), LATER, 0.2
    )
    walk.visit(f"/{kind}?q={word}", site)
    walk.follow(title)
