"""Who answers for a type and an activity, and two that want the same."""

from __future__ import annotations

from typing import Any

import pytest

from coffee_node.activitypub.registry import Registry
from coffee_node.base.contracts import ActorRef, ObjectType
from coffee_node.base.errors import PluginError


def object_type(name: str, aliases: tuple[str, ...] = (), accepts: Any = None) -> ObjectType:
    return ObjectType(name=name, schema=None, model=object, accepts=accepts, aliases=aliases)


def is_offer(document: dict[str, Any]) -> bool:
    return "purpose" in document


def handle(activity: dict[str, Any], actor: ActorRef) -> None:
    """Do nothing."""


def handle_other(activity: dict[str, Any], actor: ActorRef) -> None:
    """Do nothing else."""


def test_a_type_is_found_by_name_alias_and_any_spelling() -> None:
    registry = Registry()
    article = object_type("Article", ("Page",))
    registry.add_type("articles", article)
    for declared in ("Article", "Page", "as:Page", ["Thing", "Article"]):
        assert registry.type_for({"type": declared}) is article
    unknown: list[Any] = ["article", "Note", None, [], 5]
    assert [registry.type_for({"type": declared}) for declared in unknown] == [None] * 5
    assert registry.types() == (article,)


def test_a_type_that_asks_for_its_content_goes_first() -> None:
    registry = Registry()
    note, offer = object_type("Note"), object_type("Note", ("Proposal",), is_offer)
    registry.add_type("notes", note)
    registry.add_type("proposals", offer)
    assert registry.type_for({"type": "Note"}) is note
    assert registry.type_for({"type": "Note", "purpose": "offer"}) is offer
    assert registry.type_for({"type": "Proposal"}) is None
    assert registry.type_for({"type": ["Proposal", "Note"]}) is note
    assert registry.type_for({"type": ["Proposal", "Note"], "purpose": "offer"}) is offer


def test_two_that_take_everything_of_a_type_are_refused_by_name() -> None:
    registry = Registry()
    registry.add_type("events", object_type("Event"))
    with pytest.raises(PluginError, match=r"events.*agenda.*Event"):
        registry.add_type("agenda", object_type("Meeting", ("Event",)))


def test_a_handler_of_an_actor_goes_before_the_general_one() -> None:
    registry = Registry()
    registry.add_handler("core", "Offer", handle)
    registry.add_handler("pass", "Offer", handle_other, target="https://lille.example/actors/pass")
    assert registry.handler_for("Offer") is handle
    assert registry.handler_for("Offer", ["https://lille.example/actors/a"]) is handle
    targets = ["https://lille.example/actors/a", "https://lille.example/actors/pass"]
    assert registry.handler_for("Offer", targets) is handle_other
    assert registry.handler_for("Join", targets) is None
    assert registry.handled_types() == ["Offer"]


def test_two_handlers_of_one_activity_are_refused_by_name() -> None:
    registry = Registry()
    registry.add_handler("core", "Join", handle)
    registry.add_handler("a", "Offer", handle, target="https://lille.example/actors/a")
    with pytest.raises(PluginError, match=r"core.*other.*Join"):
        registry.add_handler("other", "Join", handle_other)
    with pytest.raises(PluginError, match=r"a and b .*for https://lille.example/actors/a"):
        registry.add_handler("b", "Offer", handle_other, target="https://lille.example/actors/a")
