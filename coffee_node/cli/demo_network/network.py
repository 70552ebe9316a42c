"""The demo from start to verdict: seven nodes made, served, connected, filled, and looked at from outside."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from itertools import combinations
from pathlib import Path
from types import TracebackType
from typing import Any

import click
import requests

from coffee_node.base.errors import CoffeeError
from coffee_node.cli.demo_network.arrivals import Expected, Holdings, in_words
from coffee_node.cli.demo_network.content import SLUGS, read_place
from coffee_node.cli.demo_network.processes import DemoNode, NodeEnded, stop

START_SECONDS = 90
STANDSTILL_SECONDS = 75  # what could not be fetched is tried again after a minute
STANDSTILL_AFTER_END = 8
SETTLE_SECONDS = 10
PAUSE = 0.3
RUNNING = "running"


class Network:
    """The nodes of the network (`slugs`: of some places); leaving it stops every process it started."""

    def __init__(self, folder: Path, base_port: int, slugs: Sequence[str] = SLUGS) -> None:
        self.nodes = [
            DemoNode(read_place(slug), folder / slug, base_port + number) for number, slug in enumerate(slugs)
        ]
        self.expected = Expected()
        self._started = time.monotonic()
        self._session = requests.Session()
        self._session.trust_env = False
        self._holdings = {node.name: Holdings(node.url, self._session) for node in self.nodes}
        self._figures: dict[str, dict[str, int]] = {}
        self._lost: set[str] = set()

    def __enter__(self) -> Network:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        stop([process for node in self.nodes for process in node.running])
        self._session.close()

    def say(self, text: str) -> None:
        """One line of progress, with the seconds since the start."""
        click.echo(f"[{time.monotonic() - self._started:5.1f} s] {text}", err=True)

    def run(self) -> list[dict[str, Any]]:
        """Do all of it; what is missing at the end, node by node, empty when everything is everywhere."""
        try:
            self._make()
            self._serve()
            self._connect()
            self._publish()
        except NodeEnded as ended:
            self._lost.add(ended.node.name)
            self.say(str(ended))
        except CoffeeError as error:
            if not self._ended():
                raise
            self.say(str(error))
        self._wait_for_arrivals()
        self._wait_for_deliveries()
        return self.missing()

    def _make(self) -> None:
        self.say(f"Making {len(self.nodes)} nodes with their people, offers and events")
        for node in self.nodes:
            node.open_stage()
        for node in self.nodes:
            node.tell("make")
        for node in self.nodes:
            self.expected.add(node.hear()["made"])
            self.say(f"{node.name} ({node.place.town}) has a home in {node.home}")

    def _serve(self) -> None:
        for node in self.nodes:
            node.serve()
        self._until(lambda: all([node.is_ready(self._session) for node in self.nodes]), "answer")
        self.say(f"All of them answer, {self.nodes[0].url} to {self.nodes[-1].url}")

    def _connect(self) -> None:
        """Of each two nodes one asks, half of them the former; whoever accepts follows back."""
        orders: dict[str, list[str]] = {node.name: [] for node in self.nodes}
        for one, other in combinations(self.nodes, 2):
            asking, asked = (one, other) if (one.port + other.port) % 2 else (other, one)
            orders[asking.name].append(asked.url)
        for node in self.nodes:
            node.tell("follow", addresses=orders[node.name])
        for node in self.nodes:
            node.hear()
        self._until(self._are_partners, "become partners")
        number = len(self.nodes) * (len(self.nodes) - 1) // 2
        self.say(f"{number} partnerships agreed; each node reads what the others published before")

    def _are_partners(self) -> bool:
        self._refuse_ended()
        return all(answer["partners"] == len(self.nodes) - 1 for _, answer in self._ask_all("figures"))

    def _publish(self) -> None:
        for _, answer in self._ask_all("publish"):
            self.expected.add(answer["made"])
        self.say(f"{self.expected.total} public objects in all, half of them published just now")

    def _ask_all(self, do: str) -> list[tuple[DemoNode, dict[str, Any]]]:
        """Give all nodes an order at once, then take every answer."""
        for node in self.nodes:
            node.tell(do)
        return [(node, node.hear()) for node in self.nodes]

    def _until(self, is_done: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not is_done():
            if time.monotonic() > deadline:
                raise CoffeeError(
                    f"The nodes did not {what} within {START_SECONDS} s.", "Look at their logs."
                )
            time.sleep(PAUSE)

    def _ended(self) -> list[DemoNode]:
        return [node for node in self.nodes if node.end]

    def _refuse_ended(self) -> None:
        for node in self._ended():
            raise NodeEnded(node, f"{node.name} has ended ({node.end}).")

    def _wait_for_arrivals(self) -> None:
        """Look again and again until everything is everywhere, or nothing moves any more."""
        told = arrived = -1
        moved = time.monotonic()
        while True:
            for node in self.nodes:
                if not node.end:
                    self._holdings[node.name].look(self.expected)
            found = self._arrived()
            if found != arrived:
                arrived, moved = found, time.monotonic()
            if found > told and found - told >= self._wanted() // 10:
                told = found
                self.say(f"{found} of {self._wanted()} have arrived")
            patience = STANDSTILL_AFTER_END if self._ended() or self._lost else STANDSTILL_SECONDS
            if found == self._wanted() or time.monotonic() - moved > patience:
                return
            time.sleep(PAUSE)

    def _wanted(self) -> int:
        return self.expected.total * len(self.nodes)

    def _arrived(self) -> int:
        lists = self.expected.by_list.items()
        return sum(
            len(wanted.keys() & holding.known[name])
            for holding in self._holdings.values()
            for name, wanted in lists
        )

    def _wait_for_deliveries(self) -> None:
        """Let the last answers be noted, so that the figures are those of a network at rest."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while not self._ended():
            if not self._read_figures() or time.monotonic() > deadline:
                break
            time.sleep(PAUSE)
        self._read_figures()
        for node in self.nodes:
            if not node.end:
                self._holdings[node.name].look_at_everything()

    def _read_figures(self) -> int:
        """Ask every node for its deliveries; how many wait in all."""
        for node in self.nodes:
            self._figures.setdefault(node.name, {"done": 0, "waiting": 0, "failed": 0})
            try:
                self._figures[node.name] = node.ask("figures")["deliveries"]
            except CoffeeError:
                continue
        return sum(figures["waiting"] for figures in self._figures.values())

    def rows(self) -> list[dict[str, Any]]:
        """Every node with what it holds and how its deliveries went."""
        return [
            {
                "name": node.name,
                "url": node.url,
                "known": self._holdings[node.name].counts(),
                "deliveries": self._figures[node.name],
            }
            for node in self.nodes
        ]

    def missing(self) -> list[dict[str, Any]]:
        """The nodes that have ended, then those that lack something, each with what it lacks by list."""
        found = []
        for node in self.nodes:
            lacks = self._holdings[node.name].lacks(self.expected)
            state = self._state_of(node)
            if lacks or state != RUNNING:
                found.append({"node": node.name, "url": node.url, "state": state, "lacks": lacks})
        return sorted(found, key=lambda entry: entry["state"] == RUNNING)

    def _state_of(self, node: DemoNode) -> str:
        if node.end:
            return f"ended: {node.end}"
        return "ended while it was being made" if node.name in self._lost else RUNNING

    def links(self) -> dict[str, dict[str, str]]:
        """A sign-in link for each role of each node."""
        return {node.name: answer for node, answer in self._ask_all("links")}

    def stay(self) -> None:
        """Keep the nodes up until somebody stops the demo; say when one ends by itself."""
        told: set[str] = set()
        for node in self.nodes:
            node.close_stage()
        while len(told) < len(self.nodes):
            for node in self._ended():
                if node.name not in told:
                    told.add(node.name)
                    self.say(f"{node.name} has ended ({node.end}); its log is {node.log}")
            time.sleep(1)


def told(entry: dict[str, Any]) -> str:
    """One node of `missing` as a sentence."""
    has_ended = entry["state"] != RUNNING
    start = f"{entry['node']} ({entry['url']}) " + (f"has {entry['state']}" if has_ended else "runs")
    if not entry["lacks"]:
        return f"{start}; nothing that was published is missing there."
    return f"{start}; it lacks {in_words(entry['lacks'])}."
