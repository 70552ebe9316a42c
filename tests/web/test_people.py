"""The directory of people: facets with true counts, near what, by name or by distance, as a list or a map."""

from __future__ import annotations

import re
from typing import Any

import pytest

from coffee_node.base.database import write
from coffee_node.features.profiles import service
from coffee_node.features.spaces.service import change_space, space_of
from coffee_node.federation import accounts
from coffee_node.federation.actors import find_local_actor
from coffee_node.testing import Fediverse, TestNode
from tests.web.people_visits import read

LILLE = {
    "type": "Place",
    "address": {"locality": "Lille", "country": "FR"},
    "latitude": 50.63,
    "longitude": 3.06,
}
TOURNAI = {
    "type": "Place",
    "address": {"locality": "Tournai", "country": "BE"},
    "latitude": 50.61,
    "longitude": 3.39,
}
GHENT = {
    "type": "Place",
    "address": {"locality": "Gent", "country": "BE"},
    "latitude": 51.05,
    "longitude": 3.72,
}
PUBLIC = dict.fromkeys(
    ("headline", "skills_offered", "skills_sought", "languages", "availability", "place", "affiliation"),
    "public",
)


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    made = fediverse.node("lille")
    with made.context():
        space = find_local_actor("lille")
        assert space is not None
        change_space(space_of(space), {"name": "Lille", "place": LILLE})
    add(made, "ann", "Ann", TOURNAI, languages=["fr", "nl"], language_levels={"nl": "B2"})
    add(made, "bea", "Béa", LILLE, languages=["fr"], skills_offered=["Python"], availability="available")
    add(
        made,
        "carl",
        "Carl",
        GHENT,
        languages=["nl"],
        language_levels={"nl": "native"},
        skills_offered=["Python"],
    )
    add(
        made, "dora", "Dora", LILLE, languages=["nl"], hidden=("languages", "place"), skills_sought=["Python"]
    )
    with made.context():
        accounts.create_account("stranger", "Stranger")
    return made


def add(
    node: TestNode, handle: str, name: str, place: dict[str, Any], hidden: tuple[str, ...] = (), **said: Any
) -> None:
    """A person in the public directory; what is `hidden` is for their own place."""
    node.add_person(handle, name)
    with node.context():
        person = find_local_actor(handle)
        assert person is not None
        levels = PUBLIC | dict.fromkeys(hidden, "space")
        values = {"name": name, "place": place, "listing": "public", **said}
        service.change_profile(service.profile_of(person), values, levels, is_published=True)


def names(page: str) -> list[str]:
    """The people of a list, in their order."""
    rows = page.partition('<ul class="rows sheet">')[2].partition("</main>")[0]
    return re.findall(r'<h3 class="row-title"><a href="/@[a-z]+">([^<]+)</a>', rows)


def counts(page: str, title: str) -> dict[str, int]:
    """A facet as a reader sees it."""
    facet = re.search(rf">{title}</h\d>(.*?)</ul>", page, re.DOTALL)
    found = re.findall(r"<a[^>]*>(.*?)</a>", facet[1], re.DOTALL) if facet else []
    words = [re.sub(r"<[^>]+>", " ", one).split() for one in found]
    return {" ".join(one[:-1]): int(one[-1]) for one in words if one and one[-1].isdigit()}


@pytest.mark.parametrize(
    ("query", "everybody", "colleague"),
    [
        ("", ["Ann", "Béa", "Carl", "Dora"], ["Ann", "Béa", "Carl", "Dora"]),
        ("lang=nl", ["Ann", "Carl"], ["Ann", "Carl", "Dora"]),
        ("lang=nl&level=B2", ["Ann", "Carl"], ["Ann", "Carl"]),
        ("lang=nl&level=C1", ["Carl"], ["Carl"]),
        ("lang=nl&level=Z9", ["Ann", "Carl"], ["Ann", "Carl", "Dora"]),
        ("country=BE", ["Ann", "Carl"], ["Ann", "Carl"]),
        ("country=FR", ["Béa"], ["Béa", "Dora"]),
        ("skill=python", ["Béa", "Carl", "Dora"], ["Béa", "Carl", "Dora"]),
        ("skill=python&country=BE", ["Carl"], ["Carl"]),
        ("available=1", ["Béa"], ["Béa"]),
        ("space=lille", ["Ann", "Béa", "Carl", "Dora"], ["Ann", "Béa", "Carl", "Dora"]),
        ("space=elsewhere", [], []),
        ("place=Doornik&radius=10", ["Ann"], ["Ann"]),
        ("place=tournai&radius=25", ["Ann", "Béa"], ["Ann", "Béa", "Dora"]),
        ("place=here&radius=30", ["Béa", "Ann"], ["Béa", "Dora", "Ann"]),
        ("place=here&radius=30&sort=name", ["Ann", "Béa"], ["Ann", "Béa", "Dora"]),
        ("near=50.63,3.06&radius=100", ["Béa", "Ann", "Carl"], ["Béa", "Dora", "Ann", "Carl"]),
        ("q=bea", ["Béa"], ["Béa"]),
    ],
)
def test_each_reader_finds_whom_they_may_by_what_they_may_see(
    lille: TestNode, query: str, everybody: list[str], colleague: list[str]
) -> None:
    assert names(lille.page(f"/people?{query}")) == everybody
    assert names(read(lille.signed_in("ann"), lille, f"/people?{query}")) == colleague
    assert names(read(lille.signed_in("stranger"), lille, f"/people?{query}")) == everybody
    listed = [item["name"] for item in lille.get_json(f"/people.json?{query}")["items"]]
    assert sorted(listed) == sorted(everybody)


def test_counts_are_what_a_click_would_show(lille: TestNode) -> None:
    for client in (lille.client, lille.signed_in("ann")):
        for query in ("", "country=BE", "lang=nl", "place=tournai&radius=25"):
            page = read(client, lille, f"/people?{query}")
            facets = page.partition('class="facets"')[2].partition("</details>")[0]
            choices = re.findall(r'<a href="([^"]+)"([^>]*)>(.*?)</a>', facets, re.DOTALL)
            others = [(href, label) for href, more, label in choices if "aria-current" not in more]
            assert len(others) >= 2
            for href, label in others:
                number = int(re.sub(r"<[^>]+>", " ", label).split()[-1])
                assert len(names(read(client, lille, href.replace("&amp;", "&")))) == number, (query, href)


def test_facets_count_by_what_the_reader_may_see(lille: TestNode) -> None:
    assert counts(lille.page("/people"), "Speaks") == {"Dutch": 2, "French": 2}
    colleague = read(lille.signed_in("ann"), lille, "/people")
    assert counts(colleague, "Speaks") == {"Dutch": 3, "French": 2}
    assert counts(colleague, "Country") == {"Belgium": 2, "France": 2}
    assert counts(lille.page("/people?country=BE"), "Speaks") == {"Dutch": 2, "French": 1}
    levels = counts(lille.page("/people?lang=nl"), "How well")
    assert levels == {"at least B2": 2, "native language": 1}


def test_a_place_that_nobody_knows_is_told_and_left_out(lille: TestNode) -> None:
    page = lille.page("/people?place=Atlantis")
    assert "Atlantis" in page and "is not known here" in page
    assert names(page) == ["Ann", "Béa", "Carl", "Dora"]


@pytest.mark.parametrize("query", ["level=Z9", "sort=size", "view=cloud", "available=maybe", "scope=all"])
def test_a_filter_that_makes_no_sense_is_told_and_left_out(lille: TestNode, query: str) -> None:
    page = lille.page(f"/people?{query}")
    assert f"The filter {query} was left out." in page
    assert names(page) == ["Ann", "Béa", "Carl", "Dora"]


def test_pages_follow_each_other_without_gap_or_repeat(lille: TestNode) -> None:
    for number in range(45):
        add(lille, f"p{number:02d}", f"Person {number % 9} {number:02d}", LILLE)
    for query in ("", "near=50.63,3.06&radius=100"):
        seen: list[str] = []
        path = f"/people.json?{query}"
        while path:
            answer = lille.get_json(path)
            assert answer["total"] == (49 if not query else 48)
            seen += [item["id"] for item in answer["items"]]
            path = (answer["next"] or "").removeprefix(lille.url)
        assert len(seen) == len(set(seen)) == (49 if not query else 48)


@pytest.mark.parametrize("page", ["x", "AAAA", "MXxuYW4", "OTk5OTk5OTk5OTk5fGE", "MXwA"])
def test_a_page_that_is_none_is_the_first_one(lille: TestNode, page: str) -> None:
    for query in ("", "&near=50.63,3.06"):
        answer = lille.client.get(f"/people?page={page}{query}", base_url=lille.url)
        assert answer.status_code == 200


def test_the_map_shows_who_shows_where_they_are(lille: TestNode) -> None:
    page = lille.page("/people?view=map")
    drawn = page.partition('<svg class="dot-map"')[2].partition("</svg>")[0]
    assert "/@ann" in drawn and "/@bea" in drawn
    assert "Dora" not in drawn
    assert "style=" not in drawn
    assert "<script" not in drawn
    colleague = read(lille.signed_in("ann"), lille, "/people?view=map")
    assert "Dora" in colleague.partition('<svg class="dot-map"')[2].partition("</svg>")[0]
    assert names(page) == ["Ann", "Béa", "Carl", "Dora"]


def test_who_left_the_directory_is_found_by_nothing(lille: TestNode) -> None:
    with lille.context():
        person = find_local_actor("carl")
        assert person is not None
        service.change_profile(service.profile_of(person), {"listing": "nobody"})
    for query in ("", "lang=nl", "skill=python", "country=BE", "place=Gent"):
        assert "Carl" not in lille.page(f"/people?{query}")
        assert "Carl" not in read(lille.signed_in("ann"), lille, f"/people?{query}")
    assert "Carl" in lille.page("/@carl")


def test_profiles_from_before_the_directory_are_filled_in(lille: TestNode) -> None:
    from sqlalchemy import delete, update

    from coffee_node.base.database import db
    from coffee_node.features.profiles import terms
    from coffee_node.features.profiles.models import Profile, ProfileTerm

    with lille.context():
        with write():
            db.session.execute(delete(ProfileTerm))
            db.session.execute(update(Profile).values(sort_name="", list_reach=0, near_reach=0))
        assert names(lille.page("/people?lang=nl")) == []
        assert terms.fill_in() == "4 profiles were put into the directory."
        assert terms.fill_in() == "0 profiles were put into the directory."
    assert names(lille.page("/people?lang=nl")) == ["Ann", "Carl"]
