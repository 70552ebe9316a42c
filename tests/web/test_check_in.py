"""At the door: search, mark who is there, let somebody in, print, export; and who may do it."""

from __future__ import annotations

import csv
import io
import json

import pytest

from coffee_node.base.database import write
from coffee_node.features.events.participations import Participation
from coffee_node.features.events.questions import QUESTIONS
from coffee_node.federation import accounts
from coffee_node.federation.actors import find_local_actor
from coffee_node.testing import Fediverse, TestNode, event_document
from tests.web.event_visits import Visit, register_visitor


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    node = fediverse.node("lille")
    with node.context():
        host = accounts.create_account("hugo", "Hugo")
        space = find_local_actor("lille")
        assert space is not None
        with write():
            accounts.join_space(host, space, "host")
    return node


def guests(fediverse: Fediverse, lille: TestNode) -> str:
    """An event with a member and two visitors; its id."""
    event: str = lille.object_of(lille.post(event_document()))["id"]
    lille.add_person("claire", "Claire Dubois")
    lille.post({"type": "Join", "object": event}, "claire")
    fediverse.settle()
    register_visitor(lille, event, "Zoe", note="=1+1")
    register_visitor(lille, event, "Andre")
    return event


def test_a_host_marks_who_is_there_and_lets_somebody_in(fediverse: Fediverse, lille: TestNode) -> None:
    event = guests(fediverse, lille)
    door = Visit(lille, "hugo", f"/events/{event[-36:]}/check-in")
    assert "Claire" in door.text and "zoe@visitors.example" not in door.text
    assert "Check-in" in Visit(lille, "hugo", event.removeprefix(lille.url)).text
    found = Visit(lille, "hugo", f"{door.page}?q=zo%C3%A9").text
    assert "Zoe" in found and "Andre" not in found
    rows = {row.display_name: row for row in lille.rows(Participation)}
    door.press(f"{door.page}/{rows['Zoe'].id}", attendance="present", q="zo")
    door.press(f"{door.page}/{rows['Andre'].id}", attendance="absent")
    for _ in range(2):  # pressed twice
        door.press(door.page, name="Walter")
    assert "2 present · 1 absent · 1 not marked · 1 came without registering" in door.text.replace(
        "&nbsp;", " "
    )
    door.press(f"{door.page}/{rows['Andre'].id}", attendance="")
    assert "0 absent · 2 not marked" in door.text.replace("&nbsp;", " ")
    assert door.post(f"{door.page}/999999", {"attendance": "present"}).status_code == 404
    assert door.post(f"{door.page}/{rows['Zoe'].id}", {"attendance": "asleep"}).status_code == 422


def test_a_host_neither_reads_the_registrations_nor_decides(fediverse: Fediverse, lille: TestNode) -> None:
    event = guests(fediverse, lille)
    [first, *_] = lille.rows(Participation)
    door = Visit(lille, "hugo", f"/events/{event[-36:]}/check-in")
    base = f"/events/{event[-36:]}"
    for path in (
        "participants",
        "participants.csv",
        "participants.json",
        "participants/write",
        "registration",
    ):
        assert door.browser.get(f"{base}/{path}", base_url=lille.url).status_code == 404, path
    assert door.post(f"{base}/participants/{first.id}", {"answer": "reject"}).status_code == 404


def test_nobody_else_learns_who_comes(fediverse: Fediverse, lille: TestNode) -> None:
    event = guests(fediverse, lille)
    page = f"/events/{event[-36:]}/check-in"
    assert lille.signed_in("claire").get(page, base_url=lille.url).status_code == 404
    assert lille.client.get(page, base_url=lille.url).status_code == 303


def test_the_tables_say_the_same_and_start_no_formula(fediverse: Fediverse, lille: TestNode) -> None:
    event = guests(fediverse, lille)
    desk = lille.signed_in("admin")
    base = f"/events/{event[-36:]}/participants"
    with_mark = desk.get(f"{base}.csv", base_url=lille.url).get_data(as_text=True)
    plain = desk.get(f"{base}.csv?bom=no", base_url=lille.url).get_data(as_text=True)
    assert with_mark == "\ufeff" + plain
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(plain))}
    assert rows["Zoe"]["message"] == "'=1+1"
    assert rows["Zoe"]["address"] == "zoe@visitors.example"
    document = json.loads(desk.get(f"{base}.json", base_url=lille.url).data)
    assert document["total"] == 3 and document["figures"]["accepted"] == 3
    assert {item["name"] for item in document["items"]} == set(rows)


def test_the_settings_keep_what_was_typed_and_reach_the_event(fediverse: Fediverse, lille: TestNode) -> None:
    event = guests(fediverse, lille)
    desk = Visit(lille, "admin", f"/events/{event[-36:]}/registration")
    said = {"takes_visitors": "y", "has_waiting_list": "y", "line": "offer", "offer_hours": "12"}
    asked = {"text0": "What do you eat?", "choices0": "everything", "required0": "y"}
    refused = desk.post(desk.page, {**said, **asked})
    assert refused.status_code == 422 and "Give 2 to 12 choices" in refused.text
    assert 'value="What do you eat?"' in refused.text
    desk.press(desk.page, **{**said, **asked, "choices0": "everything\nno meat"})
    document = lille.get_json(event.removeprefix(lille.url), "application/activity+json")
    assert [one["name"] for one in document[QUESTIONS][0]["oneOf"]] == ["everything", "no meat"]
    desk.press(desk.page, line="automatic", has_waiting_list="y", text0="", choices0="")
    document = lille.get_json(event.removeprefix(lille.url), "application/activity+json")
    assert QUESTIONS not in document
    assert "Register without an account" not in lille.page(event.removeprefix(lille.url))
