"""Activities handled together leave what they would have left one by one, and one bad one spoils no other."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from coffee_node import hookimpl
from coffee_node.base.contracts import ActorRef
from coffee_node.base.database import db
from coffee_node.features.articles.models import Article, Note
from coffee_node.features.events.models import Event
from coffee_node.federation import inbox, inbox_batch, inbox_work, object_copies
from coffee_node.federation.models import InboxItem, ObjectTag
from coffee_node.federation.peer_models import Tombstone
from coffee_node.testing import Fediverse, TestNode
from tests.house.foreign_host import ForeignHost

ROUNDS = 8
KEPT = (Event, Note, Article)
NOT_COMPARED = {"id", "created_at", "updated_at", "actor_id"}


@pytest.fixture
def evil(fediverse: Fediverse) -> ForeignHost:
    return ForeignHost(fediverse)


def listening(fediverse: Fediverse, name: str, host: ForeignHost, **how: Any) -> TestNode:
    """A node on which somebody follows every actor of the host but the last."""
    node = fediverse.node(name, **how)
    for actor in list(host.documents)[:-1]:
        node.follow_actor(actor)
    fediverse.settle()
    return node


def put(node: TestNode, *activities: dict[str, Any]) -> None:
    """Put activities into the ledger of a node, as verified deliveries."""
    with node.context():
        for activity in activities:
            body = json.dumps(activity).encode()
            inbox.remember(inbox.read_activity(body), body)


def work(node: TestNode, limit: int) -> None:
    with node.context():
        while inbox_work.process_next(limit):
            pass
        db.session.remove()


def held(node: TestNode) -> dict[str, Any]:
    """Everything that handling leaves, without keys and the moments of writing."""
    found: dict[str, Any] = {}
    for model in KEPT:
        for row in node.rows(model):
            columns = {name: getattr(row, name) for name in row.__table__.columns.keys()}  # noqa: SIM118
            found[row.uri] = {name: value for name, value in columns.items() if name not in NOT_COMPARED}
    tags = [(row.object_uri, row.rel, row.href, row.name, row.folded) for row in node.rows(ObjectTag)]
    ledger = [(row.activity_uri, row.state, row.last_error) for row in node.rows(InboxItem)]
    return {
        "objects": found,
        "tags": sorted(tags),
        "ledger": sorted(ledger),
        "tombstones": sorted(row.uri_hash for row in node.rows(Tombstone)),
    }


class Story:
    """A seeded run of good and bad activities about few objects, so that many meet in one batch."""

    def __init__(self, host: ForeignHost, seed: int) -> None:
        self._host = host
        self._actors = list(host.documents)
        self._random = random.Random(seed)  # noqa: S311
        self._minute = 0

    def activities(self, number: int) -> list[dict[str, Any]]:
        """So many activities, in the order in which they arrive."""
        return [self._one() for _ in range(number)]

    def _one(self) -> dict[str, Any]:
        choose = self._random.choice
        actor, number = choose(self._actors), self._random.randrange(9)
        owner = self._actors[number % len(self._actors)]
        type_ = choose(["Create"] * 6 + ["Update"] * 12 + ["Delete", "Like"])
        if self._random.random() < 0.8:
            actor = owner
        target = f"{self._host.url}/things/{number}"
        return self._host.activity(type_, actor, target if type_ == "Delete" else self._object(target, owner))

    def _object(self, uri: str, owner: str) -> dict[str, Any]:
        self._minute += self._random.choice([-1, 1, 1])
        number = int(uri.rsplit("/", 1)[-1])
        thing = self._host.note(
            owner,
            id=uri,
            updated=f"2026-11-24T08:{30 + self._minute % 30:02}:00Z",
            content=f"<p>{self._minute}</p>",
        )
        if number % 3 == 1:
            thing |= {"type": "Event", "name": f"Event {self._minute}", "startTime": "2026-12-12T18:00:00Z"}
        if number % 3 == 2:
            thing |= {"type": "Article", "name": "Été à Lille", "tag": [{"type": "Hashtag", "name": "#été"}]}
        if self._random.random() < 0.1:
            thing["attributedTo"] = self._random.choice([self._actors, 17, self._actors[0]])
        if self._random.random() < 0.1:
            thing["type"] = self._random.choice(["Event", "Unknown"])
        if self._random.random() < 0.05:
            thing["startTime"] = "no moment"
        return thing


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_batches_of_any_size_leave_what_single_items_leave(
    fediverse: Fediverse, evil: ForeignHost, seed: int
) -> None:
    for slug in ("ann", "ben", "cleo", "stranger"):
        evil.actor(slug)
    one, many = listening(fediverse, "one", evil), listening(fediverse, "many", evil)
    stranger = list(evil.documents)[-1]
    greeting = evil.activity("Like", stranger, "https://elsewhere.example/1")
    for node in (one, many):
        assert evil.send(node, greeting).status_code == 202
        work(node, 1)
    activities = Story(evil, seed).activities(80)
    sizes = random.Random(seed)  # noqa: S311
    put(one, *activities)
    work(one, 1)
    rest = list(activities)
    while rest:
        size = sizes.choice([1, 2, 5, 20, 80])
        put(many, *rest[:size])
        rest = rest[size:]
        work(many, 100)
    ours, theirs = held(one), held(many)
    assert ours["objects"], "the story kept nothing"
    for what in ("objects", "tags", "tombstones", "ledger"):
        assert theirs[what] == ours[what], what


def test_a_batch_is_written_at_once_and_in_few_statements(
    fediverse: Fediverse, evil: ForeignHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = evil.actor("ann")
    evil.actor("other")
    lille = listening(fediverse, "lille", evil)
    written: list[int] = []
    keep = object_copies.keep

    def count(copies: list[object_copies.ObjectCopy]) -> None:
        written.append(len(copies))
        keep(copies)

    monkeypatch.setattr(object_copies, "keep", count)
    put(lille, *(evil.activity("Create", ann, evil.note(ann, number)) for number in range(50)))
    work(lille, 100)
    assert written == [50]
    assert len(lille.rows(Note)) == 50
    assert [row.state for row in lille.rows(InboxItem)] == ["handled"] * 50


def test_one_poisoned_item_in_a_batch_fails_alone(
    fediverse: Fediverse, evil: ForeignHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, ben = evil.actor("ann"), evil.actor("ben")
    evil.actor("other")
    lille = listening(fediverse, "lille", evil)
    keep = object_copies.keep

    def explode(copies: list[object_copies.ObjectCopy]) -> None:
        keep(copies)
        if any("Poison" in copy.values["content"] for copy in copies):
            raise RuntimeError("this one breaks the writing")

    monkeypatch.setattr(object_copies, "keep", explode)
    put(lille, *(evil.activity("Create", ann, evil.note(ann, number)) for number in range(5)))
    put(lille, evil.activity("Create", ann, evil.note(ann, 5, content="<p>Poison</p>")))
    put(lille, evil.activity("Create", ann, evil.note(ann, 6)))
    put(lille, *(evil.activity("Create", ben, evil.note(ben, number)) for number in range(7, 12)))
    work(lille, 100)
    kept = {row.content for row in lille.rows(Note)}
    assert kept == {f"<p>Note {number}</p>" for number in (0, 1, 2, 3, 4, 7, 8, 9, 10, 11)}
    fediverse.clock.advance(hours=24)
    for _ in range(6):
        work(lille, 100)
        fediverse.clock.advance(hours=3)
    assert {row.content for row in lille.rows(Note)} == kept | {"<p>Note 6</p>"}
    assert [row.attempts for row in lille.rows(InboxItem, state="failed")] == [5]


def test_an_item_that_needs_another_server_ends_the_run_before_it_and_keeps_its_senders_order(
    fediverse: Fediverse, evil: ForeignHost
) -> None:
    ann, ben = evil.actor("ann"), evil.actor("ben")
    evil.actor("other")
    victim = ForeignHost(fediverse, "victim.example")
    author = victim.actor("author")
    lille = listening(fediverse, "lille", evil)
    lille.follow_actor(author)
    victim.documents[f"{victim.url}/notes/1"] = victim.note(author, content="<p>True</p>")
    notes = [evil.activity("Create", ann, evil.note(ann, number)) for number in range(4)]
    forwarded = evil.activity("Create", ann, victim.note(author, content="<p>Forged</p>"))
    changed = evil.activity("Update", ann, evil.note(ann, 0, content="<p>Last</p>"))
    others = [evil.activity("Create", ben, evil.note(ben, number)) for number in range(10, 14)]
    put(lille, *notes, forwarded, changed, *others)
    work(lille, 100)
    contents = [row.content for row in lille.rows(Note)]
    assert sorted(contents) == sorted(
        ["<p>Last</p>", "<p>Note 1</p>", "<p>Note 2</p>", "<p>Note 3</p>", "<p>True</p>"]
        + [f"<p>Note {number}</p>" for number in range(10, 14)]
    )


def test_plugins_are_asked_and_told_about_each_activity_of_a_batch(
    fediverse: Fediverse, evil: ForeignHost
) -> None:
    class Plugin:
        def __init__(self) -> None:
            self.heard: list[str] = []

        @hookimpl
        def refuse_activity(self, activity: dict[str, Any], actor: ActorRef) -> str | None:
            if "Note 3" in str(activity["object"]):
                raise ValueError("no opinion")
            return "not wanted" if "Note 2" in str(activity["object"]) else None

        @hookimpl
        def activity_received(self, activity: dict[str, Any], actor: ActorRef) -> None:
            self.heard.append(f"{activity['type']} {actor.name}")

    ann = evil.actor("ann")
    evil.actor("other")
    plugin = Plugin()
    lille = listening(fediverse, "lille", evil, plugins=[("plugin", plugin)])
    plugin.heard.clear()
    put(lille, *(evil.activity("Create", ann, evil.note(ann, number)) for number in range(6)))
    assert len(lille.rows(InboxItem)) >= inbox_batch.WORTH_IT
    work(lille, 100)
    assert [row.content for row in lille.rows(Note)] == [f"<p>Note {number}</p>" for number in (0, 1, 4, 5)]
    assert plugin.heard == ["Create Ann"] * 4
    refused = {row.last_error for row in lille.rows(InboxItem, state="refused")}
    assert len(refused) == 2 and "not wanted" in refused
