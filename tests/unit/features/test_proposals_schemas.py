"""Proposals on the wire: the documents of FEP-0837 out, everything peers send in."""

from __future__ import annotations

import copy
from datetime import UTC, date, datetime
from typing import Any

import pytest

from coffee_node.features.proposals.intents import decimal_text
from coffee_node.features.proposals.models import Proposal
from coffee_node.features.proposals.schemas import ProposalSchema, accepts_proposal
from coffee_node.federation.models import Actor

BASE = "https://lille.example"
SPACE = f"{BASE}/actors/mutualab"
EURO = "https://www.wikidata.org/wiki/Q4916"
SKILL = "http://data.europa.eu/esco/skill/f058bf62-70d1-4f5e-be2a-8b26fac24a96"
OFFER: dict[str, Any] = {
    "id": f"{BASE}/objects/0192f44f",
    "type": "Note",
    "attributedTo": SPACE,
    "purpose": "offer",
    "kind": "desk",
    "name": "Bureau à la journée",
    "content": "<p>Poste de travail au calme.</p>",
    "inLanguage": "fr",
    "unitBased": True,
    "publishes": {
        "type": "Intent",
        "id": f"{BASE}/objects/0192f44f#primary",
        "action": "deliverService",
        "resourceConformsTo": "https://www.wikidata.org/wiki/Q1149776",
        "resourceQuantity": {"hasUnit": "day", "hasNumericalValue": "1"},
        "availableQuantity": {"hasUnit": "day", "hasNumericalValue": "20"},
    },
    "reciprocal": {
        "type": "Intent",
        "id": f"{BASE}/objects/0192f44f#reciprocal",
        "action": "transfer",
        "resourceConformsTo": EURO,
        "resourceQuantity": {"hasUnit": "one", "hasNumericalValue": "15"},
    },
    "location": {
        "type": "Place",
        "name": "Mutualab, Lille",
        "latitude": 50.63297,
        "longitude": 3.05858,
    },
    "tag": [{"type": "Hashtag", "name": "#coworking", "href": f"{BASE}/tags/coworking"}],
    "endTime": "2026-12-31T23:59:59+01:00",
    "url": f"{BASE}/objects/0192f44f",
    "published": "2026-11-23T09:20:00Z",
}
NEED: dict[str, Any] = {
    "id": f"{BASE}/objects/0192f451",
    "type": "Note",
    "attributedTo": f"{BASE}/actors/claire-dubois",
    "purpose": "request",
    "kind": "mission",
    "name": "Cherche infographiste pour un dépliant",
    "content": "<p>Deux jours, en janvier 2027, Lille ou Tournai.</p>",
    "publishes": {
        "type": "Intent",
        "id": f"{BASE}/objects/0192f451#primary",
        "action": "deliverService",
        "resourceConformsTo": SKILL,
        "resourceQuantity": {"hasUnit": "day", "hasNumericalValue": "2"},
    },
    "tag": [{"type": "Link", "rel": "skill-sought", "href": SKILL, "name": "design graphics"}],
    "endTime": "2027-01-15T23:59:59+01:00",
    "url": f"{BASE}/objects/0192f451",
    "published": "2026-11-23T09:25:00Z",
}
JOB: dict[str, Any] = {
    "id": f"{BASE}/objects/0192f453",
    "type": "Note",
    "attributedTo": f"{BASE}/actors/atelier-nord",
    "purpose": "offer",
    "kind": "internship",
    "name": "Stage développement web (6 mois)",
    "content": "<p>Une petite équipe.</p>",
    "inLanguage": "fr",
    "publishes": {
        "type": "Intent",
        "id": f"{BASE}/objects/0192f453#primary",
        "action": "deliverService",
        "resourceConformsTo": "http://data.europa.eu/esco/occupation/c40a2919",
        "resourceQuantity": {"hasUnit": "one", "hasNumericalValue": "1"},
        "additionalType": "https://schema.org/JobPosting",
        "title": "Stage développement web",
        "employmentType": "INTERN",
        "jobStartDate": "2027-02-01",
        "validThrough": "2027-01-10T23:59:59+01:00",
        "workHours": "38 h",
        "hiringOrganization": f"{BASE}/actors/atelier-nord",
        "baseSalary": {
            "type": "MonetaryAmount",
            "currency": "EUR",
            "minValue": 800,
            "maxValue": 800,
            "unitText": "MONTH",
        },
    },
    "location": {
        "type": "Place",
        "name": "Tournai",
        "address": {
            "type": "PostalAddress",
            "addressLocality": "Tournai",
            "postalCode": "7500",
            "addressCountry": "BE",
        },
    },
    "tag": [{"type": "Hashtag", "name": "#stage", "href": f"{BASE}/tags/stage"}],
    "endTime": "2027-01-10T23:59:59+01:00",
    "url": f"{BASE}/objects/0192f453",
    "published": "2026-11-23T09:30:00Z",
}
SCHEMA = ProposalSchema()


def row_of(document: dict[str, Any], **changes: Any) -> Proposal:
    """A row as its author's node holds it."""
    values = SCHEMA.parse(document)
    columns = {
        name: value for name, value in values.items() if hasattr(Proposal, name) and name != "actor_uri"
    }
    actor = Actor(uri=document["attributedTo"], type="Organization")
    return Proposal(**columns | {"actor": actor, "timezone": "Europe/Paris", "origin": ""} | changes)


@pytest.mark.parametrize("document", [OFFER, NEED, JOB], ids=["offer", "need", "internship"])
def test_the_documents_of_the_contract_come_out_as_they_went_in(document: dict[str, Any]) -> None:
    rendered = SCHEMA.render(row_of(document))
    content = rendered.pop("content")
    assert rendered == {name: value for name, value in document.items() if name != "content"}
    assert document["content"] in content


def test_the_content_says_what_how_much_where_until_when_and_how_to_answer() -> None:
    content = SCHEMA.render(row_of(OFFER))["content"]
    assert content.startswith("<p><strong>Offer: Bureau à la journée</strong></p>")
    for essential in ("20 days", "€15 per day", "Mutualab, Lille", "31 December 2026"):
        assert essential in content
    assert content.endswith(f'<p><a href="{OFFER["id"]}" rel="noopener">Answer</a></p>')


def test_a_job_says_its_salary_start_and_contract() -> None:
    content = SCHEMA.render(row_of(JOB))["content"]
    for essential in (
        "Internship: Stage",
        "€800 per month",
        "1 February 2027",
        "38 h",
        "Tournai, BE",
        "Apply",
    ):
        assert essential in content


def test_a_title_cannot_smuggle_markup_into_the_content() -> None:
    content = SCHEMA.render(row_of(OFFER, name='<img src=x onerror="alert(1)">'))["content"]
    assert "<img" not in content
    assert "&lt;img" in content


def test_a_note_never_has_a_summary_because_readers_hide_the_rest_behind_it() -> None:
    rendered = SCHEMA.render(row_of(OFFER, summary="<p>Short</p>", summary_map={"fr": "<p>Short</p>"}))
    assert "summary" not in rendered
    assert "summaryMap" not in rendered


def test_every_translation_is_framed_in_its_own_title() -> None:
    row = row_of(OFFER, name_map={"nl": "Bureau per dag"}, content_map={"nl": "<p>Een rustige plek.</p>"})
    texts = SCHEMA.render(row)["contentMap"]
    assert set(texts) == {"fr", "nl"}
    assert "Bureau per dag" in texts["nl"]
    assert "Een rustige plek." in texts["nl"]
    assert "Poste de travail au calme." in texts["fr"]


def test_what_is_spoken_while_framing_is_the_language_of_the_text() -> None:
    spoken: list[str] = []

    class Speaking:
        def __init__(self, language: str) -> None:
            spoken.append(language)

        def __enter__(self) -> None: ...

        def __exit__(self, *error: object) -> None: ...

    ProposalSchema(Speaking).render(row_of(OFFER, name_map={"nl": "Bureau per dag"}))
    assert sorted(set(spoken)) == ["fr", "nl"]


def test_columns_are_read_out_of_the_intents() -> None:
    values = SCHEMA.parse(JOB)
    assert values["employment_type"] == "INTERN"
    assert values["job_start_date"] == date(2027, 2, 1)
    assert (values["salary_min"], values["salary_max"], values["salary_unit"]) == (800.0, 800.0, "MONTH")
    assert values["country"] == "BE"
    assert values["end_time"] == datetime(2027, 1, 10, 22, 59, 59, tzinfo=UTC)
    assert SCHEMA.parse(OFFER)["price"] == "15"
    assert SCHEMA.parse(OFFER)["currency"] == "EUR"


@pytest.mark.parametrize(
    ("document", "is_proposal"),
    [
        (OFFER, True),
        ({**OFFER, "type": "Proposal"}, True),
        ({**OFFER, "purpose": "gift"}, False),
        ({name: value for name, value in OFFER.items() if name != "purpose"}, False),
        ({name: value for name, value in OFFER.items() if name != "publishes"}, False),
        ({"type": "Note", "content": "<p>Hello</p>"}, False),
    ],
)
def test_a_note_is_a_proposal_when_it_has_a_purpose_and_publishes(
    document: dict[str, Any], is_proposal: bool
) -> None:
    assert accepts_proposal(document) is is_proposal


@pytest.mark.parametrize(
    ("path", "value", "column", "expected"),
    [
        ("kind", None, "kind", "market"),
        ("kind", "tuba", "kind", "market"),
        ("publishes", f"{BASE}/objects/0192f44f#primary", "amount", ""),
        ("publishes", [OFFER["publishes"]], "amount", "1"),
        ("publishes.resourceQuantity", {"hasUnit": "day"}, "amount", ""),
        ("publishes.resourceQuantity.hasNumericalValue", 2.5, "amount", "2.5"),
        ("publishes.resourceQuantity.hasNumericalValue", "1e400", "amount", ""),
        ("publishes.resourceQuantity.hasNumericalValue", {"a": 1}, "amount", ""),
        ("publishes.workHours", 38, "work_hours", "38"),
        ("publishes.employmentType", ["FULL_TIME"], "employment_type", ""),
        ("publishes.jobStartDate", "soon", "job_start_date", None),
        ("publishes.hiringOrganization", {"id": SPACE}, "employer", SPACE),
        ("publishes.jobLocationType", "TELECOMMUTE", "is_remote", True),
        ("reciprocal", None, "price", ""),
        ("reciprocal.resourceConformsTo", "http://www.wikidata.org/entity/Q4916", "currency", "EUR"),
        ("reciprocal.resourceConformsTo", SKILL, "price", ""),
        ("reciprocal.resourceConformsTo", 7, "price", ""),
        ("endTime", "tomorrow", "end_time", None),
        ("endTime", None, "end_time", None),
        ("unitBased", "yes", "is_unit_based", None),
        ("location", "Tournai", "place", {"type": "Place", "name": "Tournai"}),
    ],
)
def test_odd_values_of_peers_lose_themselves_and_not_the_proposal(
    path: str, value: Any, column: str, expected: Any
) -> None:
    document = copy.deepcopy(OFFER)
    *steps, last = path.split(".")
    place = document
    for step in steps:
        place = place[step]
    place[last] = value
    assert SCHEMA.parse(document)[column] == expected


def test_a_job_posting_without_kind_is_a_job_and_ends_when_its_posting_does() -> None:
    document = copy.deepcopy(JOB)
    del document["kind"], document["endTime"]
    values = SCHEMA.parse(document)
    assert values["kind"] == "internship"
    assert values["end_time"] == datetime(2027, 1, 10, 22, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("15", "15"),
        (15, "15"),
        ("12,50", "12.5"),
        (0, "0"),
        ("0.00", "0"),
        ("100", "100"),
        ("1E2", "100"),
        ("-1", ""),
        ("NaN", ""),
        ("Infinity", ""),
        (True, ""),
        (None, ""),
        ("", ""),
        ("9" * 30, ""),
        ("ten", ""),
    ],
)
def test_amounts_are_plain_decimal_texts(given: Any, expected: str) -> None:
    assert decimal_text(given) == expected
