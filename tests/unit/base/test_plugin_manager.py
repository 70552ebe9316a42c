"""Plugins are loaded in order, called by name, and named when they fail."""

from __future__ import annotations

import importlib.metadata
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from coffee_node import hookimpl
from coffee_node.base import plugin_manager
from coffee_node.base.contracts import ActorRef, Link
from coffee_node.base.errors import PluginError
from coffee_node.base.plugin_manager import build_plugin_manager

ANNE = ActorRef("https://lille.example/actors/anne", "Person", "Anne", "lille.example", True)


class Friendly:
    """A plugin that answers with its name."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.heard: list[str] = []

    @hookimpl
    def navigation_links(self, viewer: ActorRef | None) -> list[Link]:
        return [Link(self.name, f"/{self.name}")]

    @hookimpl
    def activity_received(self, activity: dict[str, Any]) -> None:
        self.heard.append(activity["id"])

    @hookimpl
    def refuse_activity(self, activity: dict[str, Any]) -> str | None:
        return self.name if activity.get("refused_by") == self.name else None

    @hookimpl
    def register_tasks(self, register: Any) -> None:
        register(self.name)


class Failing:
    """A plugin whose every hook fails."""

    @hookimpl
    def navigation_links(self, viewer: ActorRef | None) -> list[Link]:
        raise LookupError("no link")

    @hookimpl
    def activity_received(self, activity: dict[str, Any]) -> None:
        raise LookupError("no ear")

    @hookimpl
    def refuse_activity(self, activity: dict[str, Any]) -> str | None:
        raise LookupError("no judgement")

    @hookimpl
    def register_tasks(self, register: Any) -> None:
        raise LookupError("no task")


class Silent:
    """A plugin without hooks."""


class Misspelt:
    """A plugin with a hook that does not exist."""

    @hookimpl
    def navigation_link(self, viewer: ActorRef | None) -> list[Link]:
        return []


class WrongArgument:
    """A plugin that asks for what a hook does not give."""

    @hookimpl
    def navigation_links(self, visitor: ActorRef | None) -> list[Link]:
        return []


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder in which `install` puts distributions that Python finds."""
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    yield tmp_path
    for file in tmp_path.glob("*.py"):
        sys.modules.pop(file.stem, None)


def install(folder: Path, name: str, code: str) -> None:
    module = f"coffee_{name}_of_a_test"
    (folder / f"{module}.py").write_text(code)
    information = folder / f"coffee_{name}-2.1.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: coffee-{name}\nVersion: 2.1\n")
    (information / "entry_points.txt").write_text(f"[coffee_node.plugins]\n{name} = {module}\n")


def names_collected(plugins: plugin_manager.NodePlugins) -> list[tuple[str, str]]:
    collected: list[tuple[str, str]] = []
    plugins.collect("register_tasks", lambda owner: lambda task: collected.append((owner, task)))
    return collected


def test_core_features_come_first_then_installed_plugins_by_name(installed: Path) -> None:
    install(installed, "zebra", "")
    install(installed, "ant", "")
    plugins = build_plugin_manager(
        [("events", Silent()), ("articles", Silent())], (), extra=[("x", Silent())]
    )
    ours = [name for name in plugins.names() if name in ("events", "articles", "ant", "zebra", "x")]
    assert ours == ["events", "articles", "ant", "zebra", "x"]


def test_an_installed_plugin_is_a_module_with_hooks_and_a_distribution(installed: Path) -> None:
    code = "from coffee_node import hookimpl\n@hookimpl\ndef register_tasks(register): register('sweep')\n"
    install(installed, "rota", code)
    plugins = build_plugin_manager([], ())
    assert ("rota", "sweep") in names_collected(plugins)
    assert plugin_manager.PluginDistribution("rota", "coffee-rota", "2.1") in plugins.distributions()


def test_an_installed_plugin_that_cannot_be_imported_is_named_with_the_way_out(installed: Path) -> None:
    install(installed, "broken", "import a_module_that_does_not_exist")
    with pytest.raises(PluginError, match=r'"broken".*a_module_that_does_not_exist.*plugin disable broken'):
        build_plugin_manager([], ())


def test_a_plugin_that_is_switched_off_is_not_even_imported(installed: Path) -> None:
    install(installed, "broken", "import a_module_that_does_not_exist")
    assert "broken" not in build_plugin_manager([], ("broken",)).names()


def test_installed_plugins_can_be_left_out(installed: Path) -> None:
    install(installed, "rota", "")
    assert build_plugin_manager([], (), entry_points=False).names() == []


def test_two_owners_of_one_name_are_refused() -> None:
    with pytest.raises(PluginError, match='two plugins called "events"'):
        build_plugin_manager([("events", Silent())], (), False, [("events", Silent())])


def test_a_misspelt_hook_names_the_plugin_and_the_nearest_hook() -> None:
    with pytest.raises(PluginError) as caught:
        build_plugin_manager([("events", Misspelt())], (), False)
    assert '"events"' in str(caught.value)
    assert 'Did you mean "navigation_links"?' in str(caught.value)


def test_a_wrong_argument_names_the_plugin_and_the_argument() -> None:
    with pytest.raises(PluginError, match=r'"events".*visitor'):
        build_plugin_manager([("events", WrongArgument())], (), False)


def test_a_registration_knows_its_owner() -> None:
    plugins = build_plugin_manager([("a", Friendly("first")), ("b", Friendly("second"))], (), False)
    assert names_collected(plugins) == [("a", "first"), ("b", "second")]


def test_a_registration_that_fails_names_the_plugin_and_the_hook() -> None:
    plugins = build_plugin_manager([("rota", Failing())], (), False)
    with pytest.raises(PluginError, match='Plugin "rota" failed in register_tasks: no task'):
        names_collected(plugins)


def test_a_registration_that_the_host_refuses_names_the_plugin() -> None:
    def refuse(owner: str) -> Any:
        raise PluginError("Event belongs to events.")

    plugins = build_plugin_manager([("rota", Friendly("rota"))], (), False)
    with pytest.raises(PluginError, match=r'"rota".*Event belongs to events'):
        plugins.collect("register_tasks", refuse)


def test_answers_carry_their_owners_and_a_failing_plugin_is_left_out() -> None:
    owners = [("a", Friendly("first")), ("rota", Failing()), ("b", Friendly("second"))]
    plugins = build_plugin_manager(owners, (), False)
    assert plugins.ask_all("navigation_links", viewer=None) == [
        ("a", [Link("first", "/first")]),
        ("b", [Link("second", "/second")]),
    ]


def test_news_reach_everybody_past_a_plugin_that_fails(caplog: pytest.LogCaptureFixture) -> None:
    first, last = Friendly("first"), Friendly("last")
    plugins = build_plugin_manager([("a", first), ("rota", Failing()), ("b", last)], (), False)
    with caplog.at_level(logging.ERROR):
        plugins.notify("activity_received", activity={"id": "urn:1"}, actor=ANNE)
    assert first.heard == last.heard == ["urn:1"]
    assert "rota failed in activity_received" in caplog.text


def test_the_same_failure_is_counted_once() -> None:
    plugins = build_plugin_manager([("rota", Failing())], (), False)
    for _ in range(3):
        plugins.notify("activity_received", activity={"id": "urn:1"}, actor=ANNE)
    [problem] = plugins.problems
    assert (problem.plugin, problem.hook, problem.error, problem.count) == (
        "rota",
        "activity_received",
        "no ear",
        3,
    )


def test_the_list_of_problems_does_not_grow_without_end() -> None:
    plugins = build_plugin_manager([], (), False)
    for number in range(plugin_manager.KEPT_PROBLEMS + 5):
        plugins.report("rota", "activity_received", LookupError(str(number)))
    assert len(plugins.problems) == plugin_manager.KEPT_PROBLEMS
    assert plugins.problems[-1].error == str(plugin_manager.KEPT_PROBLEMS + 4)


@pytest.mark.parametrize(
    ("refused_by", "answer"), [("first", "first"), ("second", "second"), ("nobody", None)]
)
def test_the_first_answer_wins_and_no_answer_is_none(refused_by: str, answer: str | None) -> None:
    plugins = build_plugin_manager([("a", Friendly("first")), ("b", Friendly("second"))], (), False)
    found = plugins.first("refuse_activity", activity={"refused_by": refused_by}, actor=ANNE)
    assert found == answer


def test_the_latest_registered_is_asked_first() -> None:
    class Strict:
        @hookimpl
        def refuse_activity(self, activity: dict[str, Any]) -> str:
            return "strict"

    plugins = build_plugin_manager([("a", Friendly("first")), ("strict", Strict())], (), False)
    assert plugins.first("refuse_activity", activity={"refused_by": "first"}, actor=ANNE) == "strict"


def test_a_question_that_decides_fails_closed_and_is_reported() -> None:
    plugins = build_plugin_manager([("rota", Failing())], (), False)
    with pytest.raises(PluginError, match='"rota" failed in refuse_activity'):
        plugins.first("refuse_activity", activity={}, actor=ANNE)
    assert plugins.problems[0].error == "no judgement"


def test_a_plugin_that_is_unloaded_is_asked_no_more_and_says_why() -> None:
    plugins = build_plugin_manager([("rota", Failing()), ("a", Friendly("first"))], (), False)
    plugins.unload("rota", "register_settings", ValueError("no port"))
    assert plugins.names() == ["a"]
    assert plugins.problems[0].error == "no port"
    assert names_collected(plugins) == [("a", "first")]


def test_two_nodes_share_no_plugins() -> None:
    one = build_plugin_manager([("a", Friendly("first"))], (), False)
    two = build_plugin_manager([("b", Friendly("second"))], (), False)
    assert (names_collected(one), names_collected(two)) == ([("a", "first")], [("b", "second")])


def test_a_plugin_object_may_be_an_instance_behind_an_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = importlib.metadata.EntryPoint("rota", "rota:plugin", plugin_manager.ENTRY_POINT_GROUP)
    monkeypatch.setattr(importlib.metadata.EntryPoint, "load", lambda self: Friendly(self.name))
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: [entry])
    assert names_collected(build_plugin_manager([], ())) == [("rota", "rota")]
