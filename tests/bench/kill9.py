"""kill9: a node whose whole process tree is killed eight times loses nothing of what it sends or receives.

Sender: 200 events that six full nodes must hold (1,200 deliveries). Receiver: 1,000 events that four full
nodes send to it. Run: python -m tests.bench.kill9 [--quick] [--victim sender|receiver] [--mode a|b]
[--json FILE]. Mode b (PostgreSQL, Redis, two web and two worker processes) needs COFFEE_TEST_POSTGRES_URL and
COFFEE_TEST_REDIS_URL. Prints one JSON line; exit 0 when nothing is lost or doubled in time, 1 if not.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import requests

from coffee_node.testing_factories import event_document
from tests.bench.report import mode_settings, tell
from tests.house.real_nodes import RealNode, wait_for

LEASE = 30
SEED = 20261124


def main() -> int:
    """Run the protocol and print what came of it."""
    arguments = _arguments()
    is_sender = arguments.victim == "sender"
    events, kills, partners = (40, 2, 2) if arguments.quick else (200, 8, 6) if is_sender else (1000, 8, 4)
    with contextlib.ExitStack() as stack:
        settings = mode_settings(arguments.mode, stack)
        if settings is None:
            return tell("kill9", "G6", {"ok": None, "reason": "no PostgreSQL or Redis is named"})
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="coffee-kill9-")))
        if arguments.mode == "b":
            settings |= {"COFFEE_HTTP_WORKERS": "2"}
        network = Network(home, partners, settings, workers=2 if arguments.mode == "b" else 0)
        stack.callback(network.stop)
        result = network.run(events, kills) if is_sender else network.run_receiving(events, kills)
    result |= {
        "mode": arguments.mode,
        "victim": arguments.victim,
        "threshold": f"0 lost, 0 doubled, {LEASE + 10} s",
    }
    return tell("kill9", "G6", result, arguments.json)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="40 events, 2 kills, 2 partners")
    parser.add_argument("--mode", choices=("a", "b"), default="a", help="a: SQLite, b: PostgreSQL and Redis")
    parser.add_argument("--victim", choices=("sender", "receiver"), default="sender", help="who is killed")
    parser.add_argument("--json", help="also write the line to this file")
    return parser.parse_args()


class Network:
    """The node that is killed and its partners, all as real processes."""

    def __init__(self, home: Path, partners: int, settings: dict[str, str], workers: int = 0) -> None:
        self.victim = RealNode(home / "lille", "lille", settings=settings, workers=workers)
        self.partners = [
            RealNode(home / f"partner{number}", f"partner{number}") for number in range(partners)
        ]
        self.random = random.Random(SEED)  # noqa: S311

    def stop(self) -> None:
        """End every process."""
        for node in (self.victim, *self.partners):
            node.stop()

    def run(self, events: int, kills: int) -> dict[str, Any]:
        """Publish on the victim, kill, restart, wait, compare."""
        self._connect()
        self._publish(events, kills)
        return self._settle(events, kills, self.partners)

    def run_receiving(self, events: int, kills: int) -> dict[str, Any]:
        """Publish on every partner at once, kill who receives, restart, wait, compare."""
        self._connect()
        published: list[int] = []
        with ThreadPoolExecutor(len(self.partners)) as pool:
            shares = [range(number, events, len(self.partners)) for number in range(len(self.partners))]
            done = [
                pool.submit(self._publish_share, partner, share, published)
                for partner, share in zip(self.partners, shares, strict=True)
            ]
            for kill in range(kills):
                goal = (kill + 1) * events // (kills + 1)
                wait_for(partial(_has, published, goal), 120, 0.01)
                time.sleep(self.random.uniform(0, 0.3))
                self._restart()
            for one in done:
                one.result()
        return self._settle(events, kills, [])

    def _publish_share(self, partner: RealNode, numbers: range, published: list[int]) -> None:
        for number in numbers:
            partner.publish(event_document(name=f"Event {number}"))
            published.append(number)

    def _connect(self) -> None:
        nodes = [self.victim, *self.partners]
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda node: node.init().start(), nodes))
        for partner in self.partners:
            self.victim.befriend(partner)
        wait_for(lambda: self.victim.partners() == len(self.partners), 60, 0.5)
        _ = self.victim.token
        for partner in self.partners:
            _ = partner.token

    def _settle(self, events: int, kills: int, receivers: list[RealNode]) -> dict[str, Any]:
        restarted = time.monotonic()
        wanted = sorted(f"Event {number}" for number in range(events))
        holders = [self.victim, *receivers]
        with contextlib.suppress(AssertionError):
            wait_for(lambda: all(self._names(one) == wanted for one in holders), LEASE + 30, 0.5)
        seconds = time.monotonic() - restarted
        return self._compare(events, kills, seconds, holders)

    def _publish(self, events: int, kills: int) -> None:
        """Publish event by event; half of the kills while publishing, half while delivering what is left."""
        while_publishing = sorted(self.random.sample(range(5, events - 5), kills - kills // 2))
        for number in range(events):
            if number in while_publishing:
                self._kill_while_posting(number)
            for _ in self._tries():
                if self._post(number):
                    break
        for _ in range(kills // 2):
            time.sleep(self.random.uniform(0.2, 1.0))
            self._restart()

    def _tries(self) -> Iterator[int]:
        """A POST without an answer is sent again with its key, as a careful client does."""
        for attempt in range(10):
            yield attempt
            self._restart_if_dead()
        raise AssertionError("a POST was not answered in ten tries")

    def _post(self, number: int) -> bool:
        name = f"Event {number}"
        try:
            answer = self.victim.post(event_document(name=name), headers={"Idempotency-Key": f"key-{number}"})
        except requests.RequestException:
            return False
        return answer.status_code == 201

    def _kill_while_posting(self, number: int) -> None:
        with ThreadPoolExecutor(1) as pool:
            posting = pool.submit(self._post, number)
            time.sleep(self.random.uniform(0, 0.02))
            self.victim.kill()
            posting.result()
        self.victim.start()

    def _restart(self) -> None:
        self.victim.kill()
        self.victim.start()

    def _restart_if_dead(self) -> None:
        if self.victim.process is None or self.victim.process.poll() is not None:
            self.victim.start()

    def _names(self, node: RealNode) -> list[str]:
        return sorted(item["name"] for item in node.all_items("/events.json"))

    def _compare(self, events: int, kills: int, seconds: float, holders: list[RealNode]) -> dict[str, Any]:
        wanted = sorted(f"Event {number}" for number in range(events))
        held = {node.slug: self._names(node) for node in holders}
        lost = {slug: sorted(set(wanted) - set(names)) for slug, names in held.items()}
        extra = {slug: len(names) - len(set(names) & set(wanted)) for slug, names in held.items()}
        waiting = [peer["waiting"] for peer in json.loads(self.victim.run("peer", "list", "--json"))]
        is_ok = not any(lost.values()) and not any(extra.values()) and not any(waiting)
        return {
            "ok": is_ok and seconds <= LEASE + 10,
            "lost": {slug: names for slug, names in lost.items() if names},
            "doubled": {slug: number for slug, number in extra.items() if number},
            "still_waiting": sum(waiting),
            "events": events,
            "deliveries": events * max(1, len(holders) - 1),
            "kills": kills,
            "seconds_after_last_restart": round(seconds, 1),
        }


def _has(published: list[int], goal: int) -> bool:
    return len(published) >= goal


if __name__ == "__main__":
    sys.exit(main())
