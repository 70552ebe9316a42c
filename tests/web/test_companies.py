"""Companies and who works there: said by a person, confirmed by the company, shown to who may see it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from coffee_node.features.profiles.models import Company, Employment
from coffee_node.federation import accounts
from coffee_node.federation.notice_models import Notification
from coffee_node.testing import Fediverse, TestNode
from tests.web.people_visits import picture, read, send

ABOUT = {"name": "Atelier Nord", "handle": "atelier-nord", "kind": "company", "skills_offered": "Printing"}
PROFILE = {"name": "Claire Dubois", "listing": "public", "publication": "public"}


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    made = fediverse.node("lille")
    made.add_person("claire", "Claire")
    made.add_person("bruno", "Bruno")
    with made.context():
        accounts.create_account("stranger", "Stranger")
    send(made.signed_in("bruno"), made, "/companies/new", **ABOUT)
    return made


def work_at(node: TestNode, handle: str = "claire", **fields: str) -> None:
    sent = {"company": "atelier-nord", "title": "Printer", **fields}
    send(node.signed_in(handle), node, "/me/work", page="/me/profile", **sent)


def answer(node: TestNode, what: str) -> None:
    [job] = node.rows(Employment)
    send(node.signed_in("bruno"), node, "/companies/atelier-nord/people", job=str(job.id), what=what)


def test_a_member_of_a_place_adds_the_company_they_run(lille: TestNode) -> None:
    page = read(lille.signed_in("bruno"), lille, "/@atelier-nord")
    assert "Atelier Nord" in page and "/companies/atelier-nord/edit" in page
    assert "/companies/atelier-nord/edit" not in lille.page("/@atelier-nord")
    assert "Atelier Nord" in lille.page("/companies?skill=printing")


def test_a_stranger_adds_none(lille: TestNode) -> None:
    assert "/companies/new" not in read(lille.signed_in("stranger"), lille, "/companies")
    read(lille.signed_in("stranger"), lille, "/companies/new", 403)


@pytest.mark.parametrize(
    "handle", ["", "Atelier Nord", "inbox", "claire", "lille", "atelier-nord", "../x", "a" * 65]
)
def test_an_address_that_is_taken_or_none_is_refused_at_its_field(lille: TestNode, handle: str) -> None:
    fields = {**ABOUT, "name": "Another", "handle": handle}
    page = send(lille.signed_in("claire"), lille, "/companies/new", 422, **fields)
    assert 'id="handle-error"' in page and 'value="Another"' in page and 'value="Printing"' in page
    assert len(lille.rows(Company)) == 1


def test_only_a_few_companies_a_day_are_added(lille: TestNode) -> None:
    claire = lille.signed_in("claire")
    for number in range(3):
        send(claire, lille, "/companies/new", **{**ABOUT, "handle": f"shop-{number}"})
    send(claire, lille, "/companies/new", 429, **{**ABOUT, "handle": "shop-3"})


def test_who_runs_it_changes_it_and_nobody_else(lille: TestNode) -> None:
    bruno = lille.signed_in("bruno")
    changed = {"name": "Atelier Sud", "kind": "centre", "locality": "Doornik", "country": "BE"}
    logo: dict[str, Any] = {"logo": picture(), "logo-alt": "A press"}
    assert send(bruno, lille, "/companies/atelier-nord/edit", **changed, **logo) == "/@atelier-nord"
    page = lille.page("/@atelier-nord")
    assert "Atelier Sud" in page and "competence centre" in page and 'alt="A press"' in page
    [row] = lille.rows(Company)
    assert (row.country, row.latitude) == ("BE", 50.607)
    document = lille.get_json("/actors/atelier-nord", "application/activity+json")
    assert document["kind"] == "centre" and document["icon"]["name"] == "A press"
    for name in ("claire", "stranger"):
        read(lille.signed_in(name), lille, "/companies/atelier-nord/edit", 403)
        read(lille.signed_in(name), lille, "/companies/atelier-nord/people", 403)
    read(bruno, lille, "/companies/absent/edit", 404)
    read(bruno, lille, "/companies/lille/edit", 404)


def test_a_form_with_an_error_comes_back_filled_in(lille: TestNode) -> None:
    fields = {"name": "", "kind": "company", "links": "ht tp://x", "summary": "We print."}
    page = send(lille.signed_in("bruno"), lille, "/companies/atelier-nord/edit", 422, **fields)
    assert 'id="name-error"' in page and "We print." in page


def test_what_a_person_says_is_shown_once_the_company_confirms_it(lille: TestNode) -> None:
    send(lille.signed_in("claire"), lille, "/me/profile", **PROFILE, **{"level-work": "public"})
    work_at(lille)
    assert "Claire Dubois" not in lille.page("/@atelier-nord")
    assert "Atelier Nord" not in lille.page("/@claire")
    assert "waits for the company" in read(lille.signed_in("claire"), lille, "/me/profile")
    [told] = lille.rows(Notification)
    assert told.title == "Claire Dubois says to work at Atelier Nord"
    assert "1 person waits" in read(lille.signed_in("bruno"), lille, "/@atelier-nord")

    answer(lille, "yes")
    page = lille.page("/@atelier-nord")
    assert "Claire Dubois" in page and "Printer" in page
    assert "Atelier Nord" in lille.page("/@claire")
    assert "Atelier Nord confirms" in lille.rows(Notification)[-1].title

    answer(lille, "no")
    assert "Claire Dubois" not in lille.page("/@atelier-nord")
    assert "not confirmed by the company" in read(lille.signed_in("claire"), lille, "/me/profile")
    work_at(lille, title="Printer again")
    assert lille.rows(Employment)[0].state == "refused"


@pytest.mark.parametrize(
    ("level", "publication", "seen_by"),
    [
        ("public", "public", ["nobody", "stranger", "bruno", "claire"]),
        ("network", "public", ["stranger", "bruno", "claire"]),
        ("space", "public", ["bruno", "claire"]),
        ("private", "public", ["claire"]),
        ("public", "space", ["bruno", "claire"]),
    ],
)
def test_a_company_lists_only_those_who_show_it_to_the_reader(
    lille: TestNode, level: str, publication: str, seen_by: list[str]
) -> None:
    listing = "public" if publication == "public" else "space"
    fields = {**PROFILE, "listing": listing, "publication": publication, "level-work": level}
    send(lille.signed_in("claire"), lille, "/me/profile", **fields)
    work_at(lille)
    answer(lille, "yes")
    readers = {name: lille.signed_in(name) for name in ("stranger", "bruno", "claire")}
    readers = {"nobody": lille.client, **readers}
    page = "/@atelier-nord"
    assert [n for n, client in readers.items() if "Claire Dubois" in read(client, lille, page)] == seen_by


def test_who_runs_a_company_needs_nobody_to_confirm(lille: TestNode) -> None:
    work_at(lille, "bruno")
    assert [job.state for job in lille.rows(Employment)] == ["confirmed"]
    assert lille.rows(Notification) == []


def test_a_person_takes_it_away_and_nobody_does_it_for_them(lille: TestNode) -> None:
    work_at(lille)
    [job] = lille.rows(Employment)
    sent = {"leave": str(job.id)}
    send(lille.signed_in("bruno"), lille, "/me/work", 404, page="/me/profile", **sent)
    assert len(lille.rows(Employment)) == 1
    send(lille.signed_in("claire"), lille, "/me/work", page="/me/profile", **sent)
    assert lille.rows(Employment) == []


def test_an_answer_about_another_company_is_not_found(lille: TestNode) -> None:
    work_at(lille)
    send(lille.signed_in("claire"), lille, "/companies/new", **{**ABOUT, "handle": "mine", "name": "Mine"})
    [job] = lille.rows(Employment)
    page = "/companies/mine/people"
    read(lille.signed_in("claire"), lille, page)
    token = re.search(
        r'name="csrf_token"[^>]*value="([^"]+)"', read(lille.signed_in("claire"), lille, "/me/profile")
    )
    assert token is not None
    send(lille.signed_in("claire"), lille, page, 404, page="/me/profile", job=str(job.id), what="yes")
    assert [one.state for one in lille.rows(Employment)] == ["asked"]
