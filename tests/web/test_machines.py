"""What search engines and other machines read of the pages: what everybody may see, at its one address."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring

from coffee_node.features.events.models import Event
from coffee_node.testing import Fediverse, TestNode, article_document, event_document

PAGE = {"Accept": "text/html"}
PLACE = {"type": "Place", "name": "Mutualab", "address": {"addressLocality": "Lille", "addressCountry": "FR"}}


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    return fediverse.node("lille")


def data_of(page: str) -> Any:
    """The schema.org data of a page, None where it has none."""
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    return json.loads(found[1]) if found else None


def page_of(node: TestNode, activity_uri: str) -> str:
    return node.page(node.object_of(activity_uri)["id"].removeprefix(node.url))


def addresses(node: TestNode, path: str) -> list[str]:
    answer = node.client.get(path, base_url=node.url)
    assert answer.status_code == 200 and answer.content_type.startswith("application/xml")
    return [one.text or "" for one in fromstring(answer.data).iter() if one.tag.endswith("loc")]


def test_an_event_tells_when_and_where_it_is(lille: TestNode) -> None:
    page = page_of(lille, lille.post(event_document(name="Apéro </script><b>", location=PLACE)))
    data = data_of(page)
    assert (data["@type"], data["@context"]) == ("Event", "https://schema.org")
    assert data["startDate"] and data["eventStatus"] == "https://schema.org/EventScheduled"
    assert data["location"]["@type"] == "Place" and data["organizer"]
    assert "</script><b>" not in page.split("ld+json", 1)[1].split("</script>", 1)[0]
    assert f'<link rel="canonical" href="{data["url"]}">' in page
    assert '<meta property="og:type" content="event">' in page


def test_what_is_not_for_everybody_tells_machines_nothing(lille: TestNode) -> None:
    followers = f"{lille.url}/actor/followers"
    lille.post(event_document(name="Network only", to=[followers], cc=[]))
    [row] = lille.rows(Event)
    path = row.uri.removeprefix(lille.url)
    page = lille.signed_in().get(path, base_url=lille.url, headers=PAGE)
    assert page.status_code == 200 and "Network only" in page.text
    assert data_of(page.text) is None and "og:title" not in page.text
    assert path not in "".join(addresses(lille, "/sitemap-events-0.xml"))


def test_an_article_and_a_space_are_described(lille: TestNode) -> None:
    article = data_of(page_of(lille, lille.post(article_document(name="Travailler en Belgique"))))
    assert (article["@type"], article["headline"]) == ("Article", "Travailler en Belgique")
    space = data_of(lille.page("/@lille"))
    assert space["@type"] == "LocalBusiness" and space["@id"].startswith(lille.url)


def test_a_copy_points_to_its_original_and_is_in_no_map(fediverse: Fediverse, lille: TestNode) -> None:
    tournai = fediverse.node("tournai", partners=[lille])
    uri = tournai.object_of(tournai.post(event_document(name="Là-bas")))["id"]
    fediverse.settle()
    data = data_of(lille.page(f"/at/{uri.split('://', 1)[1]}"))
    assert data["@id"] == uri and data["url"].startswith(tournai.url)
    listed = [
        one
        for part in addresses(lille, "/sitemap.xml")
        for one in addresses(lille, part.removeprefix(lille.url))
    ]
    assert listed and all(one.startswith(lille.url) and "/at/" not in one for one in listed)


def test_the_map_holds_every_public_page_once(lille: TestNode) -> None:
    ids = [lille.object_of(lille.post(event_document(name=f"Event {n}")))["id"] for n in range(3)]
    parts = addresses(lille, "/sitemap.xml")
    assert f"{lille.url}/sitemap-events-0.xml" in parts
    assert sorted(addresses(lille, "/sitemap-events-0.xml")) == sorted(ids)
    assert f"{lille.url}/@lille" in addresses(lille, "/sitemap-spaces-0.xml")
    assert f"Sitemap: {lille.url}/sitemap.xml" in lille.client.get("/robots.txt", base_url=lille.url).text
    assert lille.client.get("/sitemap-nothing-0.xml", base_url=lille.url).status_code == 404


def test_people_who_are_in_no_directory_are_in_no_map(lille: TestNode) -> None:
    lille.add_person("claire", "Claire Dubois")
    assert addresses(lille, "/sitemap-people-0.xml") == []
