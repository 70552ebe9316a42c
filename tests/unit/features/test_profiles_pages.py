"""The directory, the pages of people and the form of the own profile, as different readers meet them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from coffee_node.features.profiles import companies, service
from coffee_node.federation import accounts
from coffee_node.federation.actors import find_actor
from coffee_node.testing import Fediverse, TestNode

FORM = {
    "name": "Claire Dubois",
    "headline": "Developer",
    "summary": "I *write* software.",
    "skills_offered": "Python, Flask",
    "skills_sought": "Accounting",
    "languages": ["fr", "nl"],
    "links": "claire.example My site",
    "availability": "part-time",
    "locality": "Lille",
    "country": "FR",
    "affiliation": "https://lille.example/actors/lille",
    "listing": "public",
    "publication": "public",
    "level-headline": "public",
    "level-skills_offered": "public",
    "level-skills_sought": "space",
    "level-languages": "network",
    "level-availability": "private",
}


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    made = fediverse.node("lille")
    made.add_person("claire", "Claire")
    made.add_person("bruno", "Bruno")
    with made.context():
        accounts.create_account("stranger", "Stranger")
    return made


def read(client: FlaskClient, node: TestNode, path: str, status: int = 200) -> str:
    """A page as this browser gets it."""
    response = client.get(path, base_url=node.url, headers={"Accept": "text/html", "Accept-Language": "en"})
    assert response.status_code == status, response.text[:400]
    return response.text


def save(node: TestNode, status: int = 303, **changes: Any) -> str:
    """Send the form of the profile as Claire."""
    client = node.signed_in("claire")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', read(client, node, "/me/profile"))
    assert token is not None
    response = client.post("/me/profile", data={**FORM, "csrf_token": token[1], **changes}, base_url=node.url)
    assert response.status_code == status, response.text[:2000]
    return response.text


def test_each_reader_sees_what_was_meant_for_them(lille: TestNode) -> None:
    save(lille)
    seen = {
        "everybody": read(lille.client, lille, "/@claire"),
        "stranger": read(lille.signed_in("stranger"), lille, "/@claire"),
        "colleague": read(lille.signed_in("bruno"), lille, "/@claire"),
        "herself": read(lille.signed_in("claire"), lille, "/@claire"),
    }
    expected = {
        "Developer": ["everybody", "stranger", "colleague", "herself"],
        "Flask": ["everybody", "stranger", "colleague", "herself"],
        "Dutch": ["stranger", "colleague", "herself"],
        "Accounting": ["colleague", "herself"],
        "<em>write</em>": ["colleague", "herself"],
        "available part of the time": ["herself"],
    }
    for word, readers in expected.items():
        assert [reader for reader, page in seen.items() if word in page] == readers, word


def test_the_preview_shows_the_same_as_the_page(lille: TestNode) -> None:
    save(lille)
    client = lille.signed_in("claire")
    for name, shown, hidden in [
        ("everybody", "Flask", "Accounting"),
        ("partners", "Dutch", "Accounting"),
        ("space", "Accounting", "available part of the time</span>"),
        ("me", "Accounting", "no such word"),
    ]:
        page = read(client, lille, f"/me/profile/preview?as={name}")
        preview = page.partition('class="preview-page')[2]
        assert shown in preview, name
        assert hidden not in preview, name


def test_who_is_not_published_does_not_exist_for_others(lille: TestNode) -> None:
    save(lille, publication="space", listing="space")
    assert "Claire Dubois" in read(lille.signed_in("bruno"), lille, "/@claire")
    assert "Claire Dubois" in read(lille.signed_in("bruno"), lille, "/people")
    for client in (lille.client, lille.signed_in("stranger")):
        assert "Claire Dubois" not in read(client, lille, "/people")
    read(lille.client, lille, "/@claire", 404)
    read(lille.signed_in("stranger"), lille, "/@claire", 404)
    assert lille.get_json("/people.json")["items"] == []


def test_who_does_not_want_to_be_listed_is_in_no_directory(lille: TestNode) -> None:
    save(lille, listing="nobody")
    assert "Claire Dubois" in read(lille.client, lille, "/@claire")
    assert "Claire Dubois" not in read(lille.client, lille, "/people")
    assert lille.get_json("/people.json")["total"] == 0
    assert "Claire Dubois" not in read(lille.client, lille, "/people.csv")


@pytest.mark.parametrize(
    ("query", "everybody", "colleague"),
    [
        ("skill=python", True, True),
        ("skill=accounting", False, True),
        ("lang=nl", False, True),
        ("available=1", False, False),
        ("space=lille", False, True),
        ("q=claire", True, True),
        ("q=python", True, True),
        ("q=accounting", False, False),
        ("country=FR", False, True),
    ],
)
def test_nobody_is_found_by_what_they_do_not_show(
    lille: TestNode, query: str, everybody: bool, colleague: bool
) -> None:
    save(lille)
    with lille.context():
        claire = find_actor("https://lille.example/actors/claire")
        assert claire is not None
        service.change_profile(service.profile_of(claire), {}, {"place": "space"})
    assert ("Claire Dubois" in read(lille.client, lille, f"/people?{query}")) is everybody
    assert ("Claire Dubois" in read(lille.signed_in("bruno"), lille, f"/people?{query}")) is colleague


def test_a_form_with_an_error_comes_back_filled_in(lille: TestNode) -> None:
    page = save(lille, 422, name="", links="ht tp://x")
    assert 'aria-invalid="true"' in page
    assert "Developer" in page
    assert re.search(r'id="level-headline-public" value="public" checked', page)


def test_a_stale_form_is_shown_again_and_nothing_is_lost(lille: TestNode) -> None:
    page = save(lille, 422, csrf_token="stale")
    assert "Developer" in page
    assert "Nothing is lost" in page


def test_only_who_is_signed_in_has_a_profile_form(lille: TestNode) -> None:
    response = lille.client.get("/me/profile", base_url=lille.url, headers={"Accept": "text/html"})
    assert response.status_code == 303
    assert "/sign-in" in response.headers["Location"]


def test_a_space_shows_its_people_who_say_so(lille: TestNode) -> None:
    opened: dict[str, Any] = {"level-affiliation": "public"}
    closed: dict[str, Any] = {"level-affiliation": "space"}
    save(lille, **opened)
    assert "Claire Dubois" in read(lille.client, lille, "/@lille")
    save(lille, **closed)
    assert "Claire Dubois" not in read(lille.client, lille, "/@lille")
    assert "Claire Dubois" in read(lille.signed_in("bruno"), lille, "/@lille")


def test_companies_have_a_directory_and_pages(lille: TestNode) -> None:
    with lille.context():
        companies.open_company("atelier", {"name": "Atelier Nord", "summary": "<p>Print shop.</p>"})
    assert "Atelier Nord" in read(lille.client, lille, "/companies")
    assert "Print shop." in read(lille.client, lille, "/@atelier")
    assert lille.get_json("/companies.json")["items"][0]["name"] == "Atelier Nord"
    assert "Atelier Nord" in read(lille.client, lille, "/companies.csv")
