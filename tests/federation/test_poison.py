"""One activity that makes a handler fail never stops the others, and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from coffee_node import hookimpl
from coffee_node.base.contracts import ActorRef
from coffee_node.federation import object_copies
from coffee_node.federation.models import InboxItem
from coffee_node.federation.object_copies import ObjectCopy
from coffee_node.testing import Fediverse, event_document


class Listener:
    """A plugin that notes what it is told."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    @hookimpl
    def activity_received(self, activity: dict[str, Any], actor: ActorRef) -> None:
        self.heard.append(activity["type"])


def test_a_poisoned_activity_fails_after_five_tries_and_the_next_ones_pass(
    fediverse: Fediverse, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener = Listener()
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai", plugins=[("listener", listener)])
    fediverse.connect(lille, tournai)
    listener.heard.clear()
    keep = object_copies.keep

    def explode(copies: Sequence[ObjectCopy]) -> None:
        keep(copies)
        if any(copy.values["name"] == "Poison" for copy in copies):
            raise RuntimeError("a handler has a bug")

    monkeypatch.setattr(object_copies, "keep", explode)
    lille.post(event_document(name="Poison"))
    lille.add_person("claire")
    lille.post(event_document(name="Good"))
    for _ in range(6):
        fediverse.settle()
        fediverse.clock.advance(hours=3)
    assert [item["name"] for item in tournai.get_json("/events.json")["items"]] == ["Good"]
    failed = tournai.rows(InboxItem, state="failed")
    assert [(item.type, item.attempts) for item in failed] == [("Create", 5)]
    assert "a handler has a bug" in failed[0].last_error
    assert listener.heard.count("Create") == 1


def test_a_plugin_that_refuses_is_obeyed_and_one_that_fails_closes_the_door(fediverse: Fediverse) -> None:
    class Doorkeeper:
        @hookimpl
        def refuse_activity(self, activity: dict[str, Any], actor: ActorRef) -> str | None:
            if activity["type"] != "Create":
                return None
            if "Broken" in str(activity["object"]):
                raise ValueError("no opinion")
            return "we do not take these" if "Unwanted" in str(activity["object"]) else None

    lille, tournai = fediverse.node("lille"), fediverse.node("tournai", plugins=[("door", Doorkeeper())])
    fediverse.connect(lille, tournai)
    for name in ("Unwanted", "Broken", "Welcome"):
        lille.post(event_document(name=name))
    fediverse.settle()
    assert [item["name"] for item in tournai.get_json("/events.json")["items"]] == ["Welcome"]
    refused = tournai.rows(InboxItem, state="refused")
    assert refused[0].last_error == "we do not take these"
    assert "failed" in refused[1].last_error
