"""What counts as arrived: what a node's own lists show, page by page, compared with what was published."""

from __future__ import annotations

from typing import Any, cast

import pytest
import requests

from coffee_node.cli.demo_network.arrivals import Expected, Holdings, in_words

URL = "http://127.0.0.1:9001"


class Answer:
    """A response with a page of a list."""

    def __init__(self, page: dict[str, Any]) -> None:
        self._page = page

    def raise_for_status(self) -> None:
        """All is well."""

    def json(self) -> dict[str, Any]:
        """The page."""
        return self._page


class Lists:
    """A session that answers from pages by address; other addresses do not answer."""

    def __init__(self, **pages: list[str]) -> None:
        self.pages: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []
        for name, ids in pages.items():
            self.give(f"{URL}/{name}.json?scope=network", ids)

    def give(self, address: str, ids: list[str], following: str | None = None) -> None:
        """Let an address answer with these objects."""
        self.pages[address] = {"items": [{"id": one} for one in ids], "total": 0, "next": following}

    def get(self, address: str, timeout: float) -> Answer:
        """A GET."""
        self.asked.append(address)
        if address not in self.pages:
            raise requests.ConnectionError(address)
        return Answer(self.pages[address])


def expected(**titles: dict[str, str]) -> Expected:
    found = Expected()
    for name, by_uri in titles.items():
        found.add([{"list_name": name, "uri": uri, "name": title} for uri, title in by_uri.items()])
    return found


def holdings(lists: Lists) -> Holdings:
    return Holdings(URL, cast(requests.Session, lists))


def test_everything_is_there_when_every_page_was_read() -> None:
    lists = Lists()
    lists.give(f"{URL}/events.json?scope=network", ["a"], f"{URL}/events.json?scope=network&page=2")
    lists.give(f"{URL}/events.json?scope=network&page=2", ["b"])
    wanted = expected(events={"a": "Apéro", "b": "Breakfast"})
    node = holdings(lists)
    node.look(wanted)
    assert node.lacks(wanted) == {}
    assert node.counts()["events"] == 2


def test_what_is_not_on_a_list_is_missing_by_its_title() -> None:
    wanted = expected(events={"a": "Apéro", "b": "Breakfast"}, offers={"c": "Desk"})
    node = holdings(Lists(events=["a"], offers=[]))
    node.look(wanted)
    assert node.lacks(wanted) == {"events": ["Breakfast"], "offers": ["Desk"]}


def test_a_list_that_is_complete_is_not_asked_again() -> None:
    lists = Lists(events=["a"], offers=[])
    node = holdings(lists)
    wanted = expected(events={"a": "Apéro"}, offers={"c": "Desk"})
    node.look(wanted)
    lists.asked.clear()
    node.look(wanted)
    assert lists.asked == [f"{URL}/offers.json?scope=network"]


def test_a_node_that_does_not_answer_keeps_what_was_seen_before() -> None:
    lists = Lists(events=["a"])
    node = holdings(lists)
    wanted = expected(events={"a": "Apéro", "b": "Breakfast"})
    node.look(wanted)
    lists.pages.clear()
    node.look(wanted)
    assert node.lacks(wanted) == {"events": ["Breakfast"]}


def test_a_list_that_goes_on_at_another_node_is_not_believed() -> None:
    lists = Lists()
    elsewhere = "http://127.0.0.1:9002/events.json?page=2"
    lists.give(f"{URL}/events.json?scope=network", ["a"], elsewhere)
    lists.give(elsewhere, ["b"])
    node = holdings(lists)
    node.look(expected(events={"a": "Apéro", "b": "Breakfast"}))
    assert elsewhere not in lists.asked and node.counts()["events"] == 0


@pytest.mark.parametrize(
    ("lacks", "words"),
    [
        ({"spaces": ["Switch"]}, "1 space (Switch)"),
        ({"people": ["Ada", "Bo"], "events": ["C"]}, "2 people (Ada, Bo), 1 event (C)"),
        ({"offers": ["a", "b", "c", "d"]}, "4 offers (a, b, c ...)"),
    ],
)
def test_what_is_missing_reads_as_a_sentence(lacks: dict[str, list[str]], words: str) -> None:
    assert in_words(lacks) == words
