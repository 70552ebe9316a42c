"""A node that was cut off for days or weeks, or restored: afterwards all hold the same, without hand work."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import delete

from coffee_node.base.database import db, write
from coffee_node.federation import catch_up, worker
from coffee_node.federation.models import Activity, Delivery
from coffee_node.testing import Fediverse, TestNode, article_document, event_document, need_document
from tests.house import modes

NEXT_SUMMER = {"startTime": "2027-06-12T18:00:00+02:00", "endTime": "2027-06-12T20:00:00+02:00"}


def pass_time(fediverse: Fediverse, hours: int, step: int) -> None:
    """Let the hours go by, every worker at work and every repeated task run."""
    for _ in range(0, hours, step):
        fediverse.clock.advance(hours=step)
        for node in fediverse.nodes.values():
            with node.context():
                worker.run_due_tasks(node.node)
        fediverse.settle()


def held(node: TestNode) -> dict[str, Mapping[str, Any]]:
    """Every object a node holds, its own and the others', by id, as on the wire and with its visibility."""
    with node.context():
        return {
            row.uri: {"visibility": row.visibility, **row.document}
            for object_type in node.node.registry.types()
            if not object_type.is_actor
            for row in db.session.query(object_type.model).filter_by(deleted_at=None)
        }


class Diary:
    """What a node publishes day by day: new things, changes and deletions, for everybody and the network."""

    def __init__(self, node: TestNode) -> None:
        self.node = node
        self.left: list[str] = []

    def publish(self, day: str) -> None:
        """Make six objects, change two and delete two of those there are."""
        documents = (event_document(**NEXT_SUMMER), need_document(), article_document())
        network = {"to": [f"{self.node.url}/actor/followers"]}
        for audience in ({}, network):
            for document in documents:
                document = {**document, "name": f"{day} of {self.node.name}"}
                activity = self.node.post({"type": "Create", "object": document, **audience})
                [row] = self.node.rows(Activity, uri=activity)
                self.left.append(row.object_uri)
        for uri in self.left[:2]:
            changed = {"id": uri, "name": f"changed on the {day} by {self.node.name}"}
            self.node.post({"type": "Update", "object": changed})
        for uri in self.left[2:4]:
            self.node.post({"type": "Delete", "object": uri})
        del self.left[2:4]


@pytest.fixture
def three(fediverse: Fediverse) -> list[TestNode]:
    lille, tournai, mons = (fediverse.node(name) for name in ("lille", "tournai", "mons"))
    for one, other in ((lille, tournai), (lille, mons), (tournai, mons)):
        fediverse.connect(one, other)
    return [lille, tournai, mons]


@pytest.mark.parametrize("days", [3, 29, 45])
def test_after_a_long_absence_all_three_hold_the_same_objects(
    fediverse: Fediverse, three: list[TestNode], days: int
) -> None:
    lille, tournai, mons = three
    diaries = [Diary(node) for node in three]
    for diary in diaries:
        diary.publish("first day")
    pass_time(fediverse, 2, step=2)
    assert held(lille) == held(tournai) == held(mons)

    fediverse.cut_off.add(mons.host)
    for day in ("second day", "third day"):
        for diary in diaries:
            diary.publish(day)
        pass_time(fediverse, days * 12, step=12)
    assert held(mons) != held(lille)

    fediverse.cut_off.clear()
    pass_time(fediverse, 26, step=2)
    expected = held(lille)
    assert set(expected) == {uri for diary in diaries for uri in diary.left}
    assert held(tournai) == expected
    assert held(mons) == expected


@pytest.mark.skipif(modes.is_mode_b(), reason="the copy is a file of SQLite")
def test_a_node_restored_from_an_old_copy_is_complete_again_after_its_start(
    fediverse: Fediverse, three: list[TestNode]
) -> None:
    lille, _, mons = three
    diary = Diary(lille)
    diary.publish("day before the copy")
    fediverse.settle()
    file = mons.node.config.home / "node.sqlite3"
    with mons.context():
        db.session.remove()
        db.session.connection().exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.session.remove()
        db.engine.dispose()
    copy = file.with_suffix(".copy")
    shutil.copy(file, copy)
    for day in ("day after", "last day"):
        diary.publish(day)
        pass_time(fediverse, 12, step=12)
    assert held(mons) == held(lille)

    with mons.context():
        db.session.remove()
        db.engine.dispose()
    for name in (file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")):
        name.unlink(missing_ok=True)
    shutil.copy(copy, file)
    assert held(mons) != held(lille)
    with mons.context():
        catch_up.catch_up()
    pass_time(fediverse, 1, step=1)
    assert held(mons) == held(lille)


def test_more_than_one_run_is_read_when_more_was_missed(
    fediverse: Fediverse, three: list[TestNode], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coffee_node.federation.backfill.MAX_ITEMS", 20)
    lille, _, mons = three
    pass_time(fediverse, 26, step=2)
    fediverse.cut_off.add(mons.host)
    for number in range(50):
        lille.post(event_document(name=f"Event {number}", **NEXT_SUMMER))
    with lille.context(), write():
        db.session.execute(delete(Delivery).where(Delivery.host == mons.host))
    pass_time(fediverse, 24, step=12)
    assert not held(mons)

    fediverse.cut_off.clear()
    with mons.context():
        catch_up.catch_up()
    pass_time(fediverse, 1, step=1)
    assert len(held(mons)) == 20
    pass_time(fediverse, 2, step=1)
    assert held(mons) == held(lille)
