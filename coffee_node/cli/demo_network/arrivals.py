"""What has arrived where: read from each node's own `.json` lists, compared with what was published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import requests

from coffee_node.cli.demo_network.content import LISTS

READ_SECONDS = 10
SINGULAR = MappingProxyType(
    {"events": "event", "offers": "offer", "people": "person", "spaces": "space", "articles": "article"}
)


@dataclass
class Expected:
    """Everything that was published for everybody: list name, id, title."""

    by_list: dict[str, dict[str, str]] = field(default_factory=lambda: {name: {} for name in LISTS})

    def add(self, made: list[dict[str, str]]) -> None:
        """Add what a node says it published."""
        for one in made:
            self.by_list[one["list_name"]][one["uri"]] = one["name"]

    @property
    def total(self) -> int:
        """How many objects there are."""
        return sum(len(found) for found in self.by_list.values())


class Holdings:
    """What one node was last seen to hold, by list."""

    def __init__(self, url: str, session: requests.Session) -> None:
        self._url = url
        self._session = session
        self.known: dict[str, set[str]] = {name: set() for name in LISTS}

    def look(self, expected: Expected) -> None:
        """Read the lists that are not complete yet; a node that does not answer keeps what it had."""
        for name in LISTS:
            wanted = expected.by_list[name]
            if wanted.keys() <= self.known[name]:
                continue
            try:
                self.known[name] = self._read(name)
            except (requests.RequestException, ValueError):
                return

    def look_at_everything(self) -> None:
        """Read every list anew, however complete it was, for the figures that are shown."""
        for name in LISTS:
            try:
                self.known[name] = self._read(name)
            except (requests.RequestException, ValueError):
                return

    def _read(self, name: str) -> set[str]:
        """The ids of a list, page by page."""
        found: set[str] = set()
        address: str | None = f"{self._url}/{name}.json?scope=network"
        while address:
            response = self._session.get(address, timeout=READ_SECONDS)
            response.raise_for_status()
            page: Mapping[str, Any] = response.json()
            found |= {item["id"] for item in page["items"]}
            following = page["next"]
            if following and urlsplit(following).netloc != urlsplit(self._url).netloc:
                raise ValueError(f"{address} continues at another node")
            address = following
        return found

    def lacks(self, expected: Expected) -> dict[str, list[str]]:
        """The titles of what is missing, by list; empty when everything is there."""
        missing = {
            name: sorted(title for uri, title in wanted.items() if uri not in self.known[name])
            for name, wanted in expected.by_list.items()
        }
        return {name: titles for name, titles in missing.items() if titles}

    def counts(self) -> dict[str, int]:
        """How many of each it holds."""
        return {name: len(found) for name, found in self.known.items()}


def in_words(lacks: Mapping[str, list[str]], limit: int = 3) -> str:
    """What is missing as a person reads it: `2 events (A, B), 14 offers (C, D, E ...)`."""
    parts = []
    for name, titles in lacks.items():
        shown = ", ".join(titles[:limit]) + (" ..." if len(titles) > limit else "")
        noun = SINGULAR[name] if len(titles) == 1 else name
        parts.append(f"{len(titles)} {noun} ({shown})")
    return ", ".join(parts)
