"""A profile with a level for each field, as a partner, its members and strangers get to know it."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

import pytest
from PIL import Image

from coffee_node.activitypub.request_signatures import sign_request
from coffee_node.base.database import write
from coffee_node.base.images import read_picture
from coffee_node.features.profiles import service
from coffee_node.features.profiles.models import Profile, ProfileTerm
from coffee_node.features.profiles.photo import PhotoChange
from coffee_node.features.spaces.models import Space
from coffee_node.features.spaces.service import change_space, space_of
from coffee_node.federation.actors import find_actor, find_local_actor, node_actor, signer_for
from coffee_node.federation.objects import delete_actor
from coffee_node.node import current_node
from coffee_node.testing import Fediverse, TestNode

ABOUT: dict[str, Any] = {
    "name": "Claire Dubois",
    "headline": "Illustrator",
    "skills_offered": ["Maps"],
    "skills_sought": ["Accounting"],
    "languages": ["fr", "nl"],
    "language_levels": {"fr": "native", "nl": "B2"},
    "availability": "available",
    "mobility_km": 40,
    "listing": "public",
    "place": {
        "type": "Place",
        "name": "Lille",
        "address": {"locality": "Lille", "country": "FR"},
        "latitude": 50.63,
        "longitude": 3.06,
    },
}
LEVELS = {
    "headline": "public",
    "languages": "public",
    "skills_offered": "network",
    "place": "network",
    "mobility_km": "network",
    "skills_sought": "space",
    "availability": "private",
}


@pytest.fixture
def pair(fediverse: Fediverse) -> tuple[TestNode, TestNode]:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    fediverse.connect(lille, tournai)
    lille.add_person("claire", "Claire Dubois")
    tournai.add_person("jan", "Jan")
    return lille, tournai


def say(node: TestNode, levels: Mapping[str, str] = LEVELS, **values: Any) -> None:
    """Let Claire say something about herself."""
    with node.context():
        claire = find_local_actor("claire")
        assert claire is not None
        row = service.profile_of(claire)
        service.change_profile(row, {**ABOUT, **values}, levels, is_published=True)


def seen(node: TestNode, path: str, handle: str = "") -> str:
    browser = node.signed_in(handle) if handle else node.client
    response = browser.get(path, base_url=node.url, headers={"Accept": "text/html", "Accept-Language": "en"})
    assert response.status_code == 200
    return str(response.text)


def test_each_field_goes_as_far_as_its_owner_chose(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    say(lille)
    fediverse.settle()
    page = f"/@claire@{lille.host}"
    everybody, member = seen(tournai, page), seen(tournai, page, "jan")
    for word in ("Illustrator", "Dutch (B2)", "French (native language)"):
        assert word in everybody and word in member
    for word in ("Maps", "up to 40 km", "Lille, France"):
        assert word not in everybody and word in member, word
    [profile] = [row for row in tournai.rows(Profile) if row.origin]
    held = json.dumps([profile.document, profile.actor.document, profile.actor.members_document])
    for word in ("Accounting", "available"):
        assert word not in held and word not in member


@pytest.mark.parametrize(
    ("query", "everybody", "member"),
    [
        ("", True, True),
        ("lang=nl&level=B2", True, True),
        ("lang=nl&level=C1", False, False),
        ("skill=maps", False, True),
        ("country=FR", False, True),
        ("near=50.63,3.06&radius=10", False, True),
        ("skill=accounting", False, False),
        ("available=1", False, False),
    ],
)
def test_the_directory_of_a_partner_finds_her_by_what_she_shows_there(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode], query: str, everybody: bool, member: bool
) -> None:
    lille, tournai = pair
    say(lille)
    fediverse.settle()
    assert ("Claire Dubois" in seen(tournai, f"/people?{query}")) is everybody
    assert ("Claire Dubois" in seen(tournai, f"/people?{query}", "jan")) is member


def test_the_directory_of_the_network_is_for_members_of_partners(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    say(lille, listing="network")
    fediverse.settle()
    for node in pair:
        assert "Claire Dubois" not in seen(node, "/people")
        assert node.get_json("/people.json")["total"] == 0
    assert "Claire Dubois" in seen(tournai, "/people", "jan")
    assert "Claire Dubois" in seen(tournai, "/people?skill=maps", "jan")
    fediverse.clock.advance(seconds=5)
    say(lille, listing="nobody")
    fediverse.settle()
    assert "Claire Dubois" not in seen(tournai, "/people", "jan")


def test_what_is_taken_back_is_found_no_more(fediverse: Fediverse, pair: tuple[TestNode, TestNode]) -> None:
    lille, tournai = pair
    say(lille)
    fediverse.settle()
    fediverse.clock.advance(seconds=5)
    say(lille, {"skills_offered": "space", "languages": "private"})
    fediverse.settle()
    for query in ("skill=maps", "lang=nl"):
        assert "Claire Dubois" not in seen(tournai, f"/people?{query}", "jan")
    with lille.context():
        claire = find_local_actor("claire")
        assert claire is not None
        service.withdraw_profile(service.profile_of(claire))
    fediverse.settle()
    assert "Claire" not in seen(tournai, "/people", "jan")


def test_who_leaves_leaves_no_term_behind(fediverse: Fediverse, pair: tuple[TestNode, TestNode]) -> None:
    lille, tournai = pair
    say(lille)
    fediverse.settle()
    assert [term.kind for term in tournai.rows(ProfileTerm) if term.kind == "country"] == ["country"]
    with lille.context(), write():
        claire = find_local_actor("claire")
        assert claire is not None
        delete_actor(claire)
    fediverse.settle()
    assert tournai.rows(ProfileTerm) == []
    assert lille.rows(ProfileTerm) == []


def test_a_photo_for_the_network_is_served_to_a_partner_that_signs(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    stranger = fediverse.node("namur")
    file = io.BytesIO()
    Image.new("RGB", (40, 40), "red").save(file, "PNG")
    say(lille, {**LEVELS, "icon": "network"})
    with lille.context():
        claire = find_local_actor("claire")
        assert claire is not None
        change = PhotoChange("Claire", read_picture(file.getvalue()))
        row = service.change_profile(service.profile_of(claire), {}, photo=change)
        assert row.icon is not None
        url = row.icon["url"]
    fediverse.settle()
    [copy] = [row for row in tournai.rows(Profile) if row.origin]
    assert copy.icon is None
    with tournai.context():
        kept = find_actor(copy.uri)
        assert kept is not None and kept.members_document is not None
        assert kept.members_document["icon"]["url"] == url
    assert [status_of(lille, node, url) for node in (tournai, stranger)] == [200, 404]
    assert lille.client.get(url.removeprefix(lille.url), base_url=lille.url).status_code == 404
    page = seen(tournai, f"/@claire@{lille.host}", "jan")
    picture = page.partition("<main")[2].partition("<img")[2].partition(">")[0]
    assert 'src="/media/' in picture and lille.host not in picture, "the copy that this site keeps"


def status_of(server: TestNode, reader: TestNode, url: str) -> int:
    """What the node actor of a reader gets at this address."""
    with reader.context():
        signer = signer_for(node_actor())
    headers = {"Accept": "image/webp"}
    headers |= sign_request("cavage", "GET", url, headers, None, signer)
    answer = server.client.get(url.removeprefix(server.url), headers=headers, base_url=server.url)
    return int(answer.status_code)


def test_a_person_of_a_partner_is_written_to_from_here(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    say(lille)
    fediverse.settle()
    page = seen(tournai, f"/@claire@{lille.host}", "jan")
    assert f'href="/write/claire@{lille.host}"' in page
    assert f'href="{lille.url}/@claire"' in page


def test_holidays_of_a_space_are_known_at_its_partners(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    special = [
        {"from": "2026-12-24", "through": "2027-01-03", "note": "Winter break"},
        {"from": "2026-12-11", "hours": "10:00-12:00, 14:00-16:00"},
    ]
    with lille.context():
        space = find_local_actor("lille")
        assert space is not None
        values = {
            "opening_hours": ["Mo-Fr 09:00-18:00"],
            "special_hours": special,
            "timezone": "Europe/Paris",
        }
        change_space(space_of(space), {"name": "Lille", **values})
    fediverse.settle()
    [copy] = [row for row in tournai.rows(Space) if row.origin]
    assert [row.get("hours", "") for row in copy.special_hours] == ["", "10:00-12:00, 14:00-16:00"]
    assert copy.special_hours[0]["note"] == "Winter break"
    fediverse.clock.now = fediverse.clock.now.replace(month=12, day=24, hour=10)
    for node, page in ((lille, "/@lille"), (tournai, f"/@lille@{lille.host}")):
        text = seen(node, page)
        assert "closed now" in text and "Winter break" in text


@pytest.mark.parametrize(
    "hostile",
    [
        {"coffee:languageLevels": [{"coffee:language": ["x"], "coffee:level": {}}, 7, None]},
        {"coffee:languageLevels": "B2"},
        {"coffee:mobilityRadius": -5},
        {"coffee:mobilityRadius": 10**30},
        {"coffee:mobilityRadius": "far"},
        {"icon": {"type": "Image", "url": "javascript:alert(1)"}},
        {"icon": [[], {}, {"url": {"href": 3}}]},
    ],
)
def test_odd_values_of_other_nodes_are_passed_over(
    pair: tuple[TestNode, TestNode], hostile: dict[str, Any]
) -> None:
    lille, _tournai = pair
    with lille.context():
        schema = current_node.registry.type_for_model(Profile).schema
        values = schema.parse({"id": "https://x.example/actors/a", "type": "Person", "name": "A", **hostile})
    assert values["language_levels"] == {} or set(values["language_levels"].values()) <= {"B2"}
    assert values["mobility_km"] in (None, 2000)
    assert not values["icon"]
