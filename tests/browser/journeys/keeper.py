"""The process that keeps the network of the journeys for all test processes: started by the first of them.

It goes its own way and ends with its nodes when no process that noted itself in `users/` lives any more.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil

from coffee_node.base.config import write_config
from coffee_node.cli.demo_network.network import Network
from tests.house.peer import free_port

SLUGS = ("mutualab", "esco", "technocite")
STAGE = "tests.browser.journeys.stage"
PAUSE = 0.5


class JourneyNetwork(Network):
    """Three places of the demo with people to come; ESCO looks at who asks for an account, Technocité not."""

    def __init__(self, folder: Path, first_port: int, slugs: Sequence[str] = SLUGS) -> None:
        super().__init__(folder, first_port, slugs)
        self.people: dict[str, dict[str, str]] = {}
        self.newcomers: dict[str, dict[str, str]] = {}
        self.routes: list[list[str]] = []
        for node in self.nodes:
            node.stage = STAGE

    def _serve(self) -> None:
        write_config(self.nodes[-1].home, {"web": {"registration": "open"}})
        write_config(self.nodes[1].home, {"web": {"registration": "approved"}})
        self.people = self._answers("everybody")
        self.newcomers = self._answers("newcomers")
        self.routes = self.nodes[0].ask("routes")["routes"]
        super()._serve()

    def _answers(self, do: str) -> dict[str, dict[str, str]]:
        for node in self.nodes:
            node.tell(do)
        return {node.place.slug: node.hear() for node in self.nodes}

    def told(self) -> dict[str, Any]:
        """What the tests need to know of it."""
        return {
            node.place.slug: {
                "url": node.url,
                "home": str(node.home),
                "people": self.people[node.place.slug],
                "newcomers": self.newcomers[node.place.slug],
            }
            for node in self.nodes
        } | {"routes": self.routes}


def keep(folder: Path) -> None:
    """Run the network until nobody uses it; `network.json` says where it is, or why it is not."""
    network = JourneyNetwork(folder, free_ports(len(SLUGS)))
    with network:
        missing = network.run()
        note(folder, {"error": missing} if missing else network.told())
        for node in network.nodes:
            node.close_stage()
        while not missing and is_used(folder):
            time.sleep(PAUSE)


def free_ports(number: int) -> int:
    """The first of some ports in a row that nobody listens on."""
    while True:
        first = free_port()
        with contextlib.ExitStack() as held, contextlib.suppress(OSError):
            for port in range(first, first + number):
                held.enter_context(socket.create_server(("127.0.0.1", port)))
            return first


def note(folder: Path, what: Any) -> None:
    """Write `network.json` at once, never half of it."""
    draft = folder / "network.draft"
    draft.write_text(json.dumps(what), "utf-8")
    draft.replace(folder / "network.json")


def is_used(folder: Path) -> bool:
    """Whether a process that noted itself lives."""
    return any(psutil.pid_exists(int(user.name)) for user in (folder / "users").iterdir())


def main(folder: Path) -> None:
    """Go into the background, so that no test process has this one for a child; then keep."""
    if os.fork():
        return
    os.setsid()
    try:
        keep(folder)
    except BaseException as error:
        note(folder, {"error": repr(error)})
        raise


if __name__ == "__main__":
    main(Path(sys.argv[1]))
