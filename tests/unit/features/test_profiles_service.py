"""What a person says, to whom, and what of it ever reaches a neighbour."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import pytest
from sqlalchemy import select

from coffee_node.base.database import Row, db
from coffee_node.base.errors import Unprocessable
from coffee_node.features.profiles import companies, erase_personal_data, export_personal_data, service
from coffee_node.features.profiles.models import Company, Profile, ProfileTerm
from coffee_node.federation import accounts
from coffee_node.federation.account_models import Consent
from coffee_node.federation.actors import actor_document, find_actor, ref
from coffee_node.federation.models import Activity, Actor, ObjectTag
from coffee_node.testing import Fediverse, TestNode

ABOUT = {
    "headline": "Developer",
    "summary": "<p>I write software.</p>",
    "skills_offered": ["Python", " python ", "Flask"],
    "skills_sought": ["Accounting"],
    "languages": ["fr"],
    "place": {
        "type": "Place",
        "name": "Lille",
        "address": {"country": "FR"},
        "latitude": 50.6,
        "longitude": 3.0,
    },
}


Found = TypeVar("Found", bound=Row)


def rows(model: type[Found], **by: Any) -> Sequence[Found]:
    """What the current node holds."""
    return db.session.scalars(select(model).filter_by(**by)).all()


def only(model: type[Found], **by: Any) -> Found:
    """The one row there should be."""
    [found] = rows(model, **by)
    return found


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    return fediverse.node("lille")


@pytest.fixture
def claire(lille: TestNode) -> Iterator[Actor]:
    uri = lille.add_person("claire", "Claire Dubois").uri
    with lille.context():
        found = find_actor(uri)
        assert found is not None
        yield found


def post_as(node: TestNode, handle: str, document: dict[str, Any]) -> None:
    """Write through the interface with this person's own token."""
    db.session.rollback()  # What was read before would hide the token from the request.
    with node.context():
        token = accounts.create_token(accounts.account_named(handle))
    node.post(document, handle, Authorization=f"Bearer {token}")


def profile_at(node: TestNode, uri: str) -> Profile | None:
    """The copy that another node holds."""
    with node.context():
        return next(iter(rows(Profile, uri=uri)), None)


def test_a_profile_begins_hidden_and_in_the_space_of_its_owner(claire: Actor) -> None:
    row = service.profile_of(claire)
    assert (row.visibility, row.is_listed, claire.is_published) == ("space", False, False)
    assert row.affiliation == "https://lille.example/actors/lille"
    assert service.profile_of(claire) is row


def test_nothing_leaves_before_it_is_published(fediverse: Fediverse, lille: TestNode, claire: Actor) -> None:
    tournai = fediverse.node("tournai", partners=[lille])
    row = service.change_profile(
        service.profile_of(claire), ABOUT, {"headline": "public", "summary": "public"}
    )
    fediverse.settle()
    assert "Developer" not in json.dumps(actor_document(claire))
    assert len(rows(Activity, object_uri=claire.uri)) == 0
    assert profile_at(tournai, claire.uri) is None
    service.publish_profile(row, is_listed=True)
    fediverse.settle()
    copy = profile_at(tournai, claire.uri)
    assert copy is not None
    assert (copy.headline, copy.skills_offered, copy.is_listed) == ("Developer", [], True)


def test_withdrawing_takes_back_what_the_neighbours_hold(
    fediverse: Fediverse, lille: TestNode, claire: Actor
) -> None:
    tournai = fediverse.node("tournai", partners=[lille])
    levels = {"headline": "public", "skills_offered": "public", "place": "public", "summary": "public"}
    row = service.change_profile(service.profile_of(claire), ABOUT, levels)
    service.publish_profile(row, is_listed=True)
    fediverse.settle()
    fediverse.clock.advance(seconds=5)
    service.withdraw_profile(row)
    fediverse.settle()
    copy = profile_at(tournai, claire.uri)
    assert copy is None or not copy.is_listed
    with tournai.context():
        held = json.dumps([one.document for one in rows(Profile)] + [one.document for one in rows(Actor)])
        assert len(rows(ObjectTag, object_uri=claire.uri)) == 0
    for word in ("Developer", "Python", "software", "Dubois"):
        assert word not in held
    assert row.headline == "Developer"
    assert row.visibility == "space"


def test_lists_and_search_know_only_what_is_public(claire: Actor) -> None:
    row = service.change_profile(
        service.profile_of(claire), ABOUT, {"skills_offered": "network", "place": "space"}
    )
    assert row.tags == []
    assert len(rows(ObjectTag, object_uri=row.uri)) == 0
    assert (row.country, row.latitude, row.longitude) == ("", None, None)
    assert "python" not in row.folded
    service.change_profile(row, {}, {"skills_offered": "public", "place": "public"})
    assert {tag.folded for tag in rows(ObjectTag, object_uri=row.uri)} == {"python", "flask"}
    assert (row.country, row.latitude) == ("FR", 50.6)
    service.change_profile(row, {}, {"skills_offered": "private", "place": "private"})
    assert len(rows(ObjectTag, object_uri=row.uri)) == 0
    assert row.country == ""
    service.change_profile(row, {"listing": "space"})
    found = {(term.kind, term.value, term.reach) for term in rows(ProfileTerm, profile_id=row.id)}
    at_home = ("space", "https://lille.example/actors/lille", 1)
    assert found == {("skill", "accounting", 1), ("language", "fr", 1), at_home}


def test_the_same_skill_is_kept_once_with_our_own_page(claire: Actor) -> None:
    row = service.change_profile(service.profile_of(claire), ABOUT)
    assert row.skills_offered == [
        {"name": "Python", "href": "https://lille.example/tags/python"},
        {"name": "Flask", "href": "https://lille.example/tags/flask"},
    ]


def test_each_change_of_a_consent_is_counted(claire: Actor) -> None:
    row = service.profile_of(claire)
    for level in ("public", "public", "private"):
        service.change_profile(row, {}, {"headline": level})
    consent = only(Consent, actor_id=claire.id, field="headline")
    assert (consent.visibility, consent.version) == ("private", 2)


@pytest.mark.parametrize(
    ("values", "levels", "field"),
    [
        ({"name": ""}, {}, "name"),
        ({"availability": "whenever"}, {}, "coffee:availability"),
        ({"links": [{"url": "javascript:alert(1)", "name": "x"}]}, {}, "links"),
        ({}, {"headline": "everybody"}, "headline"),
        ({}, {"password": "public"}, "password"),
    ],
)
def test_what_cannot_be_so_is_refused_by_name(
    claire: Actor, values: dict[str, Any], levels: dict[str, str], field: str
) -> None:
    row = service.profile_of(claire)
    with pytest.raises(Unprocessable) as refusal:
        service.change_profile(row, values, levels)
    assert list(refusal.value.fields) == [field]


def test_a_client_publishes_by_update_and_keeps_what_it_did_not_send(
    fediverse: Fediverse, lille: TestNode, claire: Actor
) -> None:
    tournai = fediverse.node("tournai", partners=[lille])
    service.change_profile(service.profile_of(claire), ABOUT, {"skills_offered": "space"})
    post_as(lille, "claire", {"type": "Update", "object": {
        "id": claire.uri, "type": "Person", "coffee:headline": "Trainer", "knowsLanguage": ["nl"],
    }})  # fmt: skip
    fediverse.settle()
    row = service.profile_of(claire)
    assert [skill["name"] for skill in row.skills_offered] == ["Python", "Flask"]
    assert row.levels == {"skills_offered": "space", "headline": "public", "languages": "public"}
    copy = profile_at(tournai, claire.uri)
    assert copy is not None
    assert (copy.headline, copy.languages, copy.skills_offered) == ("Trainer", ["nl"], [])


def test_a_client_does_not_widen_a_level_that_was_chosen_unless_it_says_to_whom(
    lille: TestNode, claire: Actor
) -> None:
    row = service.change_profile(service.profile_of(claire), ABOUT, {"headline": "space"})
    update: dict[str, Any] = {
        "type": "Update",
        "object": {"id": claire.uri, "type": "Person", "coffee:headline": "Secret"},
    }
    post_as(lille, "claire", update)
    assert (row.headline, row.levels["headline"]) == ("Secret", "space")
    assert "Secret" not in json.dumps(actor_document(claire))
    post_as(lille, "claire", {**update, "to": ["https://www.w3.org/ns/activitystreams#Public"]})
    assert "Secret" in json.dumps(actor_document(claire))


def test_a_person_takes_her_data_and_leaves_nothing_behind(claire: Actor) -> None:
    service.change_profile(service.profile_of(claire), ABOUT, {"skills_offered": "public"})
    exported = export_personal_data(ref(claire))
    assert exported["profile"]["headline"] == "Developer"
    assert exported["levels"] == {"skills_offered": "public"}
    erase_personal_data(ref(claire))
    assert len(rows(Profile)) == 0
    assert len(rows(Consent)) == 0
    assert len(rows(ObjectTag)) == 0
    assert export_personal_data(ref(claire)) == {}


def test_a_company_is_public_at_once(fediverse: Fediverse, lille: TestNode) -> None:
    tournai = fediverse.node("tournai", partners=[lille])
    with lille.context():
        row = companies.open_company("atelier", {"name": "Atelier Nord", "skills_sought": ["SQL"]})
        companies.change_company(row, {"summary": "<p>Print shop.</p>"})
    fediverse.settle()
    with tournai.context():
        copy = only(Company)
        assert (copy.name, copy.kind, copy.summary) == ("Atelier Nord", "company", "<p>Print shop.</p>")
        assert [skill["name"] for skill in copy.skills_sought] == ["SQL"]
    with lille.context(), pytest.raises(Unprocessable):
        companies.open_company("club", {"name": "Club", "kind": "space"})


def test_a_neighbour_lists_only_who_wants_to_be_listed(
    fediverse: Fediverse, lille: TestNode, claire: Actor
) -> None:
    tournai = fediverse.node("tournai", partners=[lille])
    row = service.publish_profile(service.profile_of(claire), is_listed=False)
    fediverse.settle()
    assert tournai.get_json("/people.json")["total"] == 0
    fediverse.clock.advance(seconds=5)
    service.change_profile(row, {"is_listed": True})
    fediverse.settle()
    assert tournai.get_json("/people.json")["total"] == 1
