"""Persons and companies on the wire, and that no field leaves for anybody it was not meant for."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coffee_node.features.profiles.models import Company, Profile
from coffee_node.features.profiles.schemas import (
    CONSENT_FIELDS,
    LEVELS,
    WITHOUT_COLUMN,
    CompanySchema,
    ProfileSchema,
    accepts_company,
    shown_fields,
)
from coffee_node.features.profiles.skills import skill_dicts
from coffee_node.federation.models import Actor

URI = "https://lille.example/actors/claire-dubois"
SPACE = "https://lille.example/actors/mutualab"
ESCO = "http://data.europa.eu/esco/skill/ccd0a1d9-afda-43d9-b901-96344886e14d"
DOCUMENT: dict[str, Any] = {
    "id": URI,
    "type": "Person",
    "name": "Claire Dubois",
    "summary": "<p>Développeuse Python, formatrice.</p>",
    "discoverable": True,
    "location": {"type": "Place", "name": "Lille"},
    "knowsLanguage": ["fr", "nl", "en"],
    "affiliation": SPACE,
    "coffee:headline": "Développeuse",
    "coffee:availability": "part-time",
    "tag": [
        {
            "type": "Link",
            "rel": "skill",
            "href": ESCO,
            "name": "Python",
            "nameMap": {"en": "Python"},
            "skillLevel": 4,
        },
        {"type": "Link", "rel": "skill-sought", "href": "https://lille.example/tags/tva", "name": "TVA"},
        {"type": "Hashtag", "name": "#python", "href": "https://lille.example/tags/python"},
        {"type": "Hashtag", "name": "#tva", "href": "https://lille.example/tags/tva"},
    ],
    "attachment": [
        {
            "type": "PropertyValue",
            "name": "Site",
            "value": '<a href="https://claire.example" rel="me nofollow noopener">claire.example</a>',
        },
        {
            "type": "PropertyValue",
            "name": "Place",
            "value": '<a href="https://lille.example/@mutualab" rel="nofollow noopener">Mutualab</a>',
        },
        {"type": "PropertyValue", "name": "Languages", "value": "fr, nl, en"},
        {"type": "PropertyValue", "name": "Availability", "value": "available part of the time"},
    ],
}
SCHEMA = ProfileSchema()
PUBLIC = dict.fromkeys(CONSENT_FIELDS, "public")

# One word per field that can be found again in a document, whatever form it takes there.
MARKS: dict[str, Any] = {
    "headline": "headlinemark",
    "summary": "<p>summarymark</p>",
    "summary_map": {"nl": "<p>summarymark</p>"},
    "source": "summarymark",
    "source_map": {"nl": "summarymark"},
    "skills_offered": skill_dicts(["offeredmark"], "https://lille.example"),
    "skills_sought": skill_dicts(["soughtmark"], "https://lille.example"),
    "languages": ["languagem"],
    "links": [{"name": "linkmark", "url": "https://linkmark.example"}],
    "availability": "part-time",
    "place": {"type": "Place", "name": "placemark", "address": {"country": "BE"}},
    "affiliation": "https://affiliationmark.example/actors/x",
    "affiliation_name": "affiliationmark",
}
FOUND_BY = {
    "headline": "headlinemark",
    "summary": "summarymark",
    "skills_offered": "offeredmark",
    "skills_sought": "soughtmark",
    "languages": "languagem",
    "links": "linkmark",
    "availability": "part-time",
    "place": "placemark",
    "affiliation": "affiliationmark",
}


def row_of(document: dict[str, Any], **changes: Any) -> Profile:
    values = SCHEMA.parse(document)
    columns = {name: value for name, value in values.items() if hasattr(Profile, name)}
    own = {
        "actor": Actor(uri=URI, type="Person"),
        "origin": "",
        "affiliation_name": "Mutualab",
        "levels": PUBLIC,
    }
    return Profile(**columns | own | changes)


def marked(levels: dict[str, str]) -> Profile:
    own = {"uri": URI, "name": "Claire", "is_listed": True, "origin": "", "levels": levels}
    return Profile(actor=Actor(uri=URI, type="Person"), **own, **MARKS)


def test_a_person_comes_out_as_it_went_in() -> None:
    assert SCHEMA.render(row_of(DOCUMENT)) == DOCUMENT


def test_skills_and_links_have_columns_of_their_own() -> None:
    values = SCHEMA.parse(DOCUMENT)
    assert values["skills_offered"] == [
        {"name": "Python", "href": ESCO, "name_map": {"en": "Python"}, "level": 4}
    ]
    assert [skill["name"] for skill in values["skills_sought"]] == ["TVA"]
    assert values["links"] == [{"name": "Site", "url": "https://claire.example"}]


LEVEL_MAPS = st.dictionaries(st.sampled_from(CONSENT_FIELDS), st.sampled_from([*LEVELS, "everybody", ""]))


@given(LEVEL_MAPS)
def test_a_space_or_private_field_never_appears_on_the_wire(levels: dict[str, str]) -> None:
    row = marked(levels)
    open_to = {"public": ("public",), "network": ("public", "network")}
    for audience, allowed in open_to.items():
        text = json.dumps(SCHEMA.render(row, audience))
        for field, mark in FOUND_BY.items():
            level = levels.get(field, "space")
            assert (mark in text) is (level in allowed), (audience, field, level)


@given(LEVEL_MAPS)
def test_a_wider_audience_never_sees_more(levels: dict[str, str]) -> None:
    row = marked(levels)
    seen = [set(shown_fields(row, audience)) for audience in ("private", "space", "network", "public")]
    assert seen[0] >= seen[1] >= seen[2] >= seen[3]
    assert set(CONSENT_FIELDS) - WITHOUT_COLUMN <= seen[0]


def test_without_a_choice_a_field_stays_in_the_space() -> None:
    row = marked({})
    assert SCHEMA.render(row) == {"id": URI, "type": "Person", "name": "Claire", "discoverable": True}
    assert shown_fields(row, "space")["headline"] == "headlinemark"


@pytest.mark.parametrize("audience", ["space", "private", "everybody"])
def test_no_other_audience_has_a_document(audience: str) -> None:
    with pytest.raises(ValueError):
        SCHEMA.render(marked(PUBLIC), audience)


def test_what_another_node_sent_is_public_already() -> None:
    row = row_of(DOCUMENT, origin="lille.example", levels={})
    assert shown_fields(row, "public")["headline"] == "Développeuse"


@pytest.mark.parametrize(
    ("name", "value", "column", "expected"),
    [
        ("discoverable", "yes", "is_listed", False),
        ("discoverable", None, "is_listed", False),
        ("coffee:availability", "whenever", "availability", ""),
        ("knowsLanguage", "fr", "languages", ["fr"]),
        ("knowsLanguage", [{"identifier": "nl"}, 7, "!"], "languages", ["nl"]),
        ("affiliation", {"id": SPACE}, "affiliation", SPACE),
        ("affiliation", ["not a url"], "affiliation", ""),
        ("tag", {"type": "Link", "rel": "skill", "name": "SQL"}, "skills_offered", [{"name": "SQL"}]),
        ("tag", [{"rel": "skill", "name": "SQL", "skillLevel": 9}], "skills_offered", [{"name": "SQL"}]),
        ("tag", [{"rel": "skill"}, {"rel": "skill", "name": ["x"]}], "skills_offered", []),
        ("attachment", [{"type": "PropertyValue", "name": "Pronouns", "value": "she/her"}], "links", []),
        (
            "attachment",
            [{"type": "PropertyValue", "name": "x", "value": '<a href="javascript:alert(1)">x</a>'}],
            "links",
            [],
        ),
    ],
)
def test_odd_values_of_peers_lose_themselves_and_not_the_person(
    name: str, value: Any, column: str, expected: Any
) -> None:
    assert SCHEMA.parse({**DOCUMENT, name: value})[column] == expected


def test_a_link_keeps_its_ampersands() -> None:
    url = "https://claire.example/?a=1&b=2"
    rendered = SCHEMA.render(row_of(DOCUMENT, links=[{"name": "Site", "url": url}]))
    assert SCHEMA.parse(rendered)["links"] == [{"name": "Site", "url": url}]


def test_a_company_comes_out_as_it_went_in() -> None:
    document = {
        "id": "https://lille.example/actors/atelier-nord",
        "type": "Organization",
        "kind": "centre",
        "name": "Atelier Nord",
        "summary": "<p>Centre de compétences.</p>",
        "discoverable": True,
        "knowsLanguage": ["fr"],
        "tag": [
            {"type": "Link", "rel": "skill-sought", "href": "https://lille.example/tags/sql", "name": "SQL"},
            {"type": "Hashtag", "name": "#sql", "href": "https://lille.example/tags/sql"},
        ],
        "attachment": [{"type": "PropertyValue", "name": "Languages", "value": "fr"}],
    }
    values = CompanySchema().parse(document)
    columns = {name: value for name, value in values.items() if hasattr(Company, name)}
    row = Company(actor=Actor(uri=document["id"], type="Organization"), origin="", **columns)
    assert CompanySchema().render(row) == document


@pytest.mark.parametrize(
    ("kind", "accepted", "read_as"),
    [
        (None, True, "company"),
        ("company", True, "company"),
        ("centre", True, "centre"),
        ("club", True, "company"),
    ],
)
def test_an_organisation_that_is_no_space_is_a_company(
    kind: str | None, accepted: bool, read_as: str
) -> None:
    document = {"id": SPACE, "type": "Organization", "name": "X", "kind": kind}
    assert accepts_company(document) is accepted
    assert CompanySchema().parse(document)["kind"] == read_as
    assert not accepts_company({**document, "kind": "space"})
