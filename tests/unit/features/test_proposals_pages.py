"""The lists of offers and jobs, the page of one and the form, as people and programs meet them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from coffee_node.features.proposals import service
from coffee_node.federation.actors import find_local_actor
from coffee_node.testing import Fediverse, TestNode, need_document

FORM = {
    "actor": "https://lille.example/actors/lille",
    "purpose": "offer",
    "kind": "desk",
    "name": "A desk for a day",
    "language": "en",
    "content": "A **quiet** place.",
    "price": "15",
    "currency": "EUR",
    "unit": "day",
    "available_quantity": "20",
    "end_day": "2026-12-31",
    "visibility": "public",
    "name_map-nl": "Bureau per dag",
    "content_map-nl": "Een *rustige* plek.",
}
JOB: dict[str, Any] = {
    "kind": "job",
    "name": "Developer",
    "unit": "one",
    "price": "",
    "available_quantity": "",
    "skills": "Python, SQL",
    "employment_type": "FULL_TIME",
    "job_start_day": "2027-02-01",
    "salary_min": "2500",
    "salary_max": "3000",
    "salary_unit": "MONTH",
    "is_remote": "y",
}


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    return fediverse.node("lille")


def send(node: TestNode, path: str = "/offers/new", *, status: int = 303, **changes: Any) -> Any:
    """Fill in the form at this address and send it."""
    client = node.signed_in()
    page = client.get(path, base_url=node.url)
    assert page.status_code == 200, page.text[:400]
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    assert token is not None
    data = {**FORM, "csrf_token": token[1], **changes}
    response = client.post(path, data=data, base_url=node.url)
    assert response.status_code == status, response.text[:2000]
    return response


def press(client: FlaskClient, node: TestNode, address: str, what: str) -> None:
    """Press one of the author's buttons on the page of a proposal."""
    page = client.get(address, base_url=node.url).text
    action = address.replace("/objects/", "/offers/") + what
    assert f'action="{action}"' in page
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token is not None
    data, headers = {"csrf_token": token[1]}, {"Referer": f"{node.url}{address}"}
    assert client.post(action, data=data, headers=headers, base_url=node.url).status_code == 303


def test_an_offer_is_written_read_changed_and_removed(lille: TestNode) -> None:
    address = send(lille).headers["Location"]
    page = lille.page(address)
    for word in ("A desk for a day", "<strong>quiet</strong>", "€15 per day", "20 days", "31 December 2026"):
        assert word in page, word
    assert "<em>rustige</em>" in lille.page(address, "nl")
    assert "Bureau per dag" in lille.page(address, "nl")
    edit = address.replace("/objects/", "/offers/") + "/edit"
    form = lille.signed_in().get(edit, base_url=lille.url).text
    for value in ("A **quiet** place.", 'value="2026-12-31"', 'value="20"', "Een *rustige* plek."):
        assert value in form, value
    send(lille, edit, name="A desk", price="16")
    assert "€16 per day" in lille.page(address)
    client = lille.signed_in()
    press(client, lille, address, "/delete")
    assert lille.client.get(address, base_url=lille.url).status_code == 410


def test_a_job_stands_among_the_jobs_with_its_terms(lille: TestNode) -> None:
    send(lille)
    address = send(lille, **JOB).headers["Location"]
    assert "Developer" in lille.page("/jobs")
    assert "A desk for a day" not in lille.page("/jobs")
    page = lille.page(address)
    for word in ("€2,500–€3,000 per month", "full time", "1 February 2027", "Python"):
        assert word in page, word
    assert page.split('<dl class="facts">')[1].count("remote is possible") == 1
    [document] = lille.get_json("/jobs.json")["items"]
    assert document["publishes"]["baseSalary"]["maxValue"] == 3000
    assert document["publishes"]["jobLocationType"] == "TELECOMMUTE"
    assert "hiringOrganization" in document["publishes"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", {"A desk for a day", "Developer", "Looking for a graphic designer"}),
        ("purpose=offer", {"A desk for a day", "Developer"}),
        ("purpose=request", {"Looking for a graphic designer"}),
        ("kind=desk", {"A desk for a day"}),
        ("skill=python", {"Developer"}),
        ("q=designer", {"Looking for a graphic designer"}),
        ("lang=fr", set()),
        ("contract=full_time", {"Developer"}),
        ("purpose=gift&kind=tuba", {"A desk for a day", "Developer", "Looking for a graphic designer"}),
    ],
)
def test_the_list_is_filtered_by_its_address(lille: TestNode, query: str, names: set[str]) -> None:
    send(lille)
    send(lille, **JOB)
    lille.post(need_document())
    assert {item["name"] for item in lille.get_json(f"/offers.json?{query}")["items"]} == names
    page = lille.page(f"/offers?{query}")
    rows = page.partition('<ul class="rows')[2].partition("</main>")[0]
    assert {
        name for name in ("A desk for a day", "Developer", "Looking for a graphic designer") if name in rows
    } == names


def test_what_has_ended_is_hidden_unless_it_is_asked_for(lille: TestNode, fediverse: Fediverse) -> None:
    address = send(lille).headers["Location"]
    fediverse.clock.advance(days=60)
    assert lille.get_json("/offers.json")["total"] == 0
    assert lille.get_json("/offers.json?ended=1")["total"] == 1
    assert "This has ended" in lille.page(address)


def test_one_click_says_that_it_is_still_valid(lille: TestNode, fediverse: Fediverse) -> None:
    address = send(lille).headers["Location"]
    fediverse.clock.advance(days=60)
    with lille.context():
        service.expire_proposals()
    client = lille.signed_in()
    press(client, lille, address, "/renew")
    assert lille.get_json("/offers.json")["total"] == 1
    assert "This has ended" not in lille.page(address)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("price", "cheap"),
        ("available_quantity", "many"),
        ("end_day", "soon"),
        ("end_day", "2020-01-01"),
        ("job_start_day", "soon"),
        ("salary_min", "lots"),
    ],
)
def test_an_error_stands_at_its_field_and_everything_is_kept(lille: TestNode, field: str, value: str) -> None:
    page = send(lille, status=422, **{field: value}).text
    assert re.search(rf'<input[^>]*aria-invalid="true"[^>]*name="{field}"', page), field
    assert "A **quiet** place." in page
    assert lille.get_json("/offers.json")["total"] == 0


def test_nobody_changes_the_offer_of_somebody_else(lille: TestNode) -> None:
    address = send(lille).headers["Location"]
    lille.add_person("bruno")
    client = lille.signed_in("bruno")
    edit = address.replace("/objects/", "/offers/") + "/edit"
    assert client.get(edit, base_url=lille.url).status_code == 403
    assert "/edit" not in client.get(address, base_url=lille.url).text


def test_a_copy_is_read_without_the_lines_for_plain_readers(fediverse: Fediverse, lille: TestNode) -> None:
    tournai = fediverse.node("tournai", partners=[lille])
    address = send(lille).headers["Location"]
    fediverse.settle()
    page = tournai.page(f"/at/lille.example{address}")
    assert "<strong>quiet</strong>" in page
    assert "<strong>Offer:" not in page
    assert "€15 per day" in page
    assert "lille.example" in page


def test_the_home_page_has_a_card_for_needs_and_one_for_offers(lille: TestNode) -> None:
    send(lille)
    lille.post(need_document())
    page = lille.page("/")
    needs, offers = page.partition('id="home-request"')[2], page.partition('id="home-offer"')[2]
    assert "Looking for a graphic designer" in needs.partition("</section>")[0]
    assert "A desk for a day" in offers.partition("</section>")[0]
    assert "A desk for a day" in lille.page("/@lille")


def test_the_list_for_spreadsheets_has_the_terms(lille: TestNode) -> None:
    send(lille)
    header, row = lille.page("/offers.csv").splitlines()
    assert {"purpose", "kind", "price", "currency", "until"} <= set(header.split(","))
    assert "A desk for a day" in row
    assert ",15,EUR," in row


def test_a_hidden_offer_is_seen_by_members_only(lille: TestNode) -> None:
    with lille.context():
        space = find_local_actor("lille")
        assert space is not None
        service.offer(space, {"name": "For us", "kind": "skill", "language": "en"}, "space")
    lille.add_person("bruno")
    assert "For us" not in lille.page("/offers")
    assert "For us" in lille.signed_in("bruno").get("/offers", base_url=lille.url).text
