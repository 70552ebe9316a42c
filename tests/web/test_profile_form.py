"""The pages on which people say who they are: short for who is new, with choices, with the eyes of others."""

from __future__ import annotations

import re
from typing import Any

import pytest

from coffee_node.features.profiles.models import Profile
from coffee_node.federation import accounts
from coffee_node.federation.account_models import Consent
from coffee_node.testing import Fediverse, TestNode, event_document
from tests.web.people_visits import read, send

ABOUT = {
    "name": "Claire Dubois",
    "headline": "Developer",
    "skills_offered": "Python",
    "listing": "public",
    "publication": "public",
    "level-headline": "network",
    "level-skills_offered": "space",
}


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    made = fediverse.node("lille")
    made.add_person("claire", "Claire")
    made.add_person("bruno", "Bruno")
    with made.context():
        accounts.create_account("stranger", "Stranger")
    return made


def save(node: TestNode, status: Any = 303, path: Any = "/me/profile", **fields: Any) -> str:
    return send(node.signed_in("claire"), node, path, status, **{**ABOUT, **fields})


def profile(node: TestNode) -> Profile:
    [row] = node.rows(Profile)
    return row


def test_the_first_screen_asks_for_four_things_and_leads_to_the_page(lille: TestNode) -> None:
    claire = lille.signed_in("claire")
    first = read(claire, lille, "/me/profile?first=1")
    assert set(re.findall(r'<(?:input|select|textarea)[^>]*name="([a-z_]+)"', first)) == {
        "csrf_token", "name", "headline", "skills_offered", "listing", "handle"
    } - {"handle"}  # fmt: skip
    fields = {
        "name": "Claire Dubois",
        "headline": "Developer",
        "skills_offered": "Python",
        "listing": "space",
    }
    assert send(claire, lille, "/me/profile?first=1", **fields) == "/@claire"
    page = read(lille.signed_in("bruno"), lille, "/people")
    assert "Claire Dubois" in page and "Developer" in page and "Python" in page
    assert "Claire Dubois" not in lille.page("/people")
    read(lille.signed_in("stranger"), lille, "/@claire", 404)


def test_on_the_first_screen_everybody_means_everybody(lille: TestNode) -> None:
    claire = lille.signed_in("claire")
    fields = {"name": "Claire", "headline": "Developer", "skills_offered": "Python", "listing": "public"}
    send(claire, lille, "/me/profile?first=1", **fields)
    assert "Developer" in lille.page("/people?skill=python")
    levels = {row.field: row.visibility for row in lille.rows(Consent)}
    assert levels["headline"] == levels["skills_offered"] == "public"


def test_the_first_screen_keeps_what_was_typed_when_the_name_is_missing(lille: TestNode) -> None:
    fields = {"name": "", "headline": "Developer", "skills_offered": "Python, Flask", "listing": "network"}
    page = send(lille.signed_in("claire"), lille, "/me/profile?first=1", 422, **fields)
    assert "Please give a name." in page
    assert 'value="Developer"' in page and 'value="Python"' in page and 'value="Flask"' in page
    assert re.search(r'value="network"[^>]*checked|checked[^>]*value="network"', page)


@pytest.mark.parametrize("listing", ["nobody", "space", "network", "public"])
def test_each_directory_is_what_it_says(lille: TestNode, listing: str) -> None:
    publication = "public" if listing in ("network", "public") else "space"
    save(lille, listing=listing, publication=publication)
    readers = {
        "nobody": lille.client,
        "stranger": lille.signed_in("stranger"),
        "bruno": lille.signed_in("bruno"),
    }
    found = [name for name, client in readers.items() if "Claire Dubois" in read(client, lille, "/people")]
    assert (
        found
        == {
            "nobody": [],
            "space": ["bruno"],
            "network": ["stranger", "bruno"],
            "public": ["nobody", "stranger", "bruno"],
        }[listing]
    )
    assert lille.get_json("/people.json")["total"] == (1 if listing == "public" else 0)


def test_an_operator_sees_no_more_than_others(lille: TestNode) -> None:
    with lille.context():
        accounts.create_account("boss", "Boss", is_admin=True)
    save(lille, listing="nobody", publication="space")
    boss = lille.signed_in("boss")
    read(boss, lille, "/@claire", 404)
    assert "Claire Dubois" not in read(boss, lille, "/people")
    read(boss, lille, "/write/claire", 404)


def test_a_search_for_a_skill_gives_choices_and_loses_nothing(lille: TestNode) -> None:
    send(lille.signed_in("bruno"), lille, "/me/profile", **{
        "name": "Bruno", "skills_offered": "Pottery, Polish", "listing": "public", "publication": "public",
        "level-skills_offered": "public",
    })  # fmt: skip
    kept = {"skills_offered-0-name": "Python", "skills_offered-0-level": "4", "skills_offered-0-keep": "1"}
    page = save(lille, 200, skills_offered="po", find="skills_offered", headline="Still here", **kept)
    assert re.findall(r'name="skills_offered-add" value="([^"]+)"', page) == ["Polish", "Pottery", "po"]
    assert 'value="Still here"' in page
    assert re.search(r'name="skills_offered-0-level">.*?<option value="4" selected', page, re.DOTALL)
    assert [row.headline for row in lille.rows(Profile)] == ["", ""]

    save(lille, skills_offered="", **kept, **{"skills_offered-add": "Pottery"})
    [row] = [row for row in lille.rows(Profile) if row.name == "Claire Dubois"]
    assert [(skill["name"], skill.get("level")) for skill in row.skills_offered] == [
        ("Python", 4),
        ("Pottery", None),
    ]


def test_what_nobody_knows_can_be_kept_as_a_free_tag(lille: TestNode) -> None:
    page = save(lille, 200, skills_sought="Beekeeping", find="skills_sought")
    assert "keep “Beekeeping” as a free tag" in page
    save(lille, **{"skills_sought": "", "skills_sought-add": "Beekeeping"})
    assert [skill["name"] for skill in profile(lille).skills_sought] == ["Beekeeping"]


def test_an_empty_box_takes_a_skill_away(lille: TestNode) -> None:
    save(lille, skills_offered="Python, Flask")
    kept = {"skills_offered-0-name": "Python", "skills_offered-1-name": "Flask", "skills_offered-1-keep": "1"}
    save(lille, skills_offered="", **kept)
    assert [skill["name"] for skill in profile(lille).skills_offered] == ["Flask"]


@pytest.mark.parametrize("level", ["5", "0", "-1", "x", "4 "])
def test_a_level_that_is_none_is_not_kept(lille: TestNode, level: str) -> None:
    chosen = {
        "skills_offered-0-name": "Python",
        "skills_offered-0-keep": "1",
        "skills_offered-0-level": level,
    }
    save(lille, skills_offered="", **chosen)
    assert "level" not in profile(lille).skills_offered[0]


def test_suggestions_tell_nothing_that_the_reader_may_not_see(lille: TestNode) -> None:
    save(lille, skills_offered="Quilting", **{"level-skills_offered": "space"})
    assert lille.get_json("/skills.json?q=qu") == {"items": []}
    save(lille, skills_offered="Quilting", **{"level-skills_offered": "public"})
    assert lille.get_json("/skills.json?q=qu") == {"items": ["Quilting"]}
    assert lille.get_json("/skills.json?q=q") == {"items": []}
    assert lille.get_json("/skills.json?q=%25") == {"items": []}


def test_languages_have_a_level_and_travel_with_it(lille: TestNode) -> None:
    save(lille, languages="fr", **{
        "language_level-fr": "native", "language_level-nl": "B2", "language_level-de": "Z9",
        "mobility": "40 km", "level-languages": "public", "level-mobility_km": "public",
    })  # fmt: skip
    row = profile(lille)
    assert (row.languages, row.language_levels) == (["fr", "nl"], {"fr": "native", "nl": "B2"})
    page = lille.page("/@claire")
    assert "Dutch (B2)" in page and "French (native language)" in page and "up to 40 km" in page
    document = lille.get_json("/actors/claire", "application/activity+json")
    assert document["knowsLanguage"] == ["fr", "nl"]
    assert {"coffee:language": "nl", "coffee:level": "B2"} in document["coffee:languageLevels"]
    assert document["coffee:mobilityRadius"] == 40


@pytest.mark.parametrize("mobility", ["far", "-3", "99999", "1e3", "４０"])
def test_a_distance_that_is_none_is_refused_at_its_field(lille: TestNode, mobility: str) -> None:
    page = save(lille, 422, mobility=mobility)
    assert 'id="mobility-error"' in page and f'value="{mobility}"' in page


def test_only_a_name_is_required(lille: TestNode) -> None:
    claire = lille.signed_in("claire")
    send(claire, lille, "/me/profile", name="Claire", listing="space", publication="space")
    assert "Claire" in read(lille.signed_in("bruno"), lille, "/people")


def test_a_directory_beyond_the_own_place_publishes_the_profile(lille: TestNode) -> None:
    save(lille, listing="network", publication="space")
    document = lille.get_json("/actors/claire", "application/activity+json")
    assert document["name"] == "Claire Dubois"
    assert document["discoverable"] is False


def test_the_preview_is_the_page_with_the_eyes_of_others(lille: TestNode) -> None:
    save(lille, **{"level-summary": "private"}, summary="Only for me")
    lille.post(event_document(name="Open breakfast"), "claire")
    eyes = {
        "me": read(lille.signed_in("claire"), lille, "/@claire"),
        "space": read(lille.signed_in("bruno"), lille, "/@claire"),
        "partners": read(lille.signed_in("stranger"), lille, "/@claire"),
        "everybody": lille.page("/@claire"),
    }
    claire = lille.signed_in("claire")
    for name, page in eyes.items():
        preview = read(claire, lille, f"/me/profile/preview?as={name}").partition('class="preview-page')[2]
        assert "<h1>Claire Dubois</h1>" in preview and "&lt;h1" not in preview
        for word in ("Developer", "Python", "Only for me", "Open breakfast", "Change my profile"):
            assert (word in preview) == (word in page.partition("<main")[2]), (name, word)
    read(claire, lille, "/me/profile/preview?as=somebody", 404)
    assert (
        "Change my profile"
        not in read(claire, lille, "/me/profile/preview").partition('class="preview-page')[2]
    )


def test_a_preview_leaves_the_reader_who_she_is(lille: TestNode) -> None:
    save(lille)
    page = read(lille.signed_in("claire"), lille, "/me/profile/preview?as=everybody")
    assert "Sign out" in page
    assert "Back to my profile" in page


def test_a_profile_that_is_not_published_says_so_in_the_preview(lille: TestNode) -> None:
    save(lille, listing="space", publication="space")
    claire = lille.signed_in("claire")
    assert "Not published yet" in read(claire, lille, "/me/profile/preview?as=everybody")
    assert "Not published yet" not in read(claire, lille, "/me/profile/preview?as=space")
