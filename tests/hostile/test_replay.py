"""Rows 6, 18 and 19: the same thing twice, storms of deletions, and what comes after a deletion."""

from __future__ import annotations

import json
import time

import pytest

from tests.hostile.remote import Sender
from tests.hostile.target import Target, note_rows
from tests.hostile.wire import exchange


def test_h06_replayed_request(target: Target, evil: Sender) -> None:
    note = evil.note()
    activity = evil.activity("Create", note)
    data = target.post(evil, activity).cavage().raw()
    target.send_raw(data, evil, activity).stored()
    again = target.send_raw(data, evil, activity)
    assert again.answer.status == 202
    again.unchanged()
    again.fetched(0)
    assert target.rows("SELECT count(*) FROM inbox_item WHERE activity_uri = ?", activity["id"]) == [(1,)]
    again.works()


def test_h06_same_activity_id_with_another_body(target: Target, evil: Sender) -> None:
    note = evil.note(content="<p>The first.</p>")
    activity = evil.activity("Create", note)
    target.send(evil, activity).stored()
    second = target.send(evil, activity | {"object": note | {"content": "<p>The second.</p>"}})
    assert second.answer.status == 202
    second.unchanged()
    assert note_rows(target, note["id"])[0][1] == "<p>The first.</p>"
    second.works()


def test_h06_second_create_of_one_object(target: Target, evil: Sender) -> None:
    note = evil.note(content="<p>The first.</p>")
    target.send(evil, evil.activity("Create", note)).stored()
    changed = note | {"content": "<p>The second.</p>", "updated": "2026-11-23T10:00:00Z"}
    target.send(evil, evil.activity("Create", changed)).dropped("a second Create")
    assert note_rows(target, note["id"])[0][1] == "<p>The first.</p>"


def test_h18_deletions_of_actors_nobody_knows(target: Target, evil: Sender) -> None:
    """A thousand of them: 202 each, no key asked for, no row, and a few milliseconds of the node's time."""
    before, heard = target.snapshot(), len(target.network.requests)
    (items,) = target.rows("SELECT count(*) FROM inbox_item")
    requests = [_departure(target, evil, number) for number in range(1000)]
    cpu = _cpu_seconds(target)
    began = time.monotonic()
    answers = [
        exchange(target.address, data, f"127.6.0.{1 + number % 200}") for number, data in enumerate(requests)
    ]
    assert {answer.status for answer in answers} == {202}
    assert time.monotonic() - began < 60
    assert (_cpu_seconds(target) - cpu) / 1000 < 0.015
    assert target.rows("SELECT count(*) FROM inbox_item") == [items]
    assert target.snapshot() == before
    # What a known server runs is asked once a week, whatever was sent meanwhile.
    assert [path for _, _, path in target.network.requests[heard:] if "nodeinfo" not in path] == []


def _departure(target: Target, evil: Sender, number: int) -> bytes:
    uri = f"http://127.77.{number % 250}.1:{target.network.port}/actors/a{number}"
    activity = {"id": f"{uri}#delete", "type": "Delete", "actor": uri, "object": uri}
    return target.post(evil, activity, key_id=f"{uri}#main-key").cavage().raw()


def _cpu_seconds(target: Target) -> float:
    times = [process.cpu_times() for process in target.node.tree()]
    return sum(one.user + one.system for one in times)


@pytest.mark.parametrize("form", ["id", "tombstone"])
def test_h19_create_after_delete_is_suppressed(target: Target, evil: Sender, form: str) -> None:
    """The end of the 30 days is test_h19_tombstone_expires in test_moved_clock.py."""
    note = evil.note()
    object_ = note["id"] if form == "id" else {"id": note["id"], "type": "Tombstone"}
    target.send(evil, evil.activity("Delete", object_)).stored()
    target.send(evil, evil.activity("Create", note)).dropped("deleted before")
    assert note_rows(target, note["id"]) == []


def test_h19_delete_takes_the_stored_copy_away(target: Target, evil: Sender) -> None:
    note = evil.note()
    target.send(evil, evil.activity("Create", note)).stored()
    assert note_rows(target, note["id"])
    target.send(evil, evil.activity("Delete", note["id"])).stored()
    assert note_rows(target, note["id"]) == []
    assert json.dumps(note["id"]) not in str(target.rows("SELECT object_uri FROM object_tag"))
