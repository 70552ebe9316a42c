"""peers: the same fan-out by this node and by Fedify, in turn, on one machine and into one sink (G2).

Run: python -m tests.bench.peers [--quick] [--reps N] [--json FILE]. Needs COFFEE_TEST_NODE and
COFFEE_TEST_PEER_DIR. This node writes its ledgers, Fedify keeps its queue in memory; its best setting counts.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests

from tests.bench.crowd import Crowd
from tests.bench.report import bench_arguments, tell
from tests.bench.sink import Sink, running_sink
from tests.house.peer import free_port
from tests.house.real_nodes import wait_for

MUST = 3.0
PARALLEL = (1, 8, 32)
SCRIPT = Path(__file__).with_name("fedify_fanout.mjs")


def main() -> int:
    """Measure both in turn and print one line."""
    arguments = bench_arguments(__doc__)
    node, folder = os.environ.get("COFFEE_TEST_NODE"), os.environ.get("COFFEE_TEST_PEER_DIR")
    if not node or not folder:
        return tell(
            "peers", "G2", {"ok": None, "reason": "COFFEE_TEST_NODE or COFFEE_TEST_PEER_DIR is not set"}
        )
    hosts = 400 if arguments.quick else 2_000
    with contextlib.ExitStack() as stack:
        sink = stack.enter_context(running_sink())
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="coffee-peers-")))
        crowd = Crowd(home, sink, {})
        crowd.add_followers(hosts, hosts)
        ours: list[float] = []
        theirs: dict[int, list[float]] = {number: [] for number in PARALLEL}
        for _ in range(arguments.reps + 1):
            ours.append(our_rate(crowd, hosts))
            for number in PARALLEL:
                theirs[number].append(fedify_rate(node, Path(folder), number, sink, hosts))
    best = max(statistics.median(rates[1:]) for rates in theirs.values())
    ratio = statistics.median(ours[1:]) / best
    result: dict[str, Any] = {
        "ok": ratio >= MUST,
        "unit": "deliveries per CPU-second",
        "ours": round(statistics.median(ours[1:])),
        "fedify": {str(number): round(statistics.median(rates[1:])) for number, rates in theirs.items()},
        "ratio": round(ratio, 1),
        "threshold": MUST,
        "rounds": arguments.reps,
        "params": {"hosts": hosts},
    }
    return tell("peers", "G2", result, arguments.json)


def our_rate(crowd: Crowd, hosts: int) -> float:
    """Deliveries per CPU-second of the whole node, from the ledger and back into it."""
    crowd.node.start()
    try:
        with crowd.measuring(hosts) as spent:
            crowd.publish_behind_its_back(hosts, hosts)
    finally:
        crowd.node.stop()
    return hosts / spent[0].cpu


def fedify_rate(node: str, folder: Path, parallel: int, sink: Sink, hosts: int) -> float:
    """Deliveries per CPU-second of a fresh Fedify process, after a warm-up of 50."""
    with running_fedify(node, folder, parallel) as origin:
        send(origin, 50, sink)
        before = usage(origin)
        send(origin, hosts, sink)
        return hosts / (usage(origin) - before)


def send(origin: str, number: int, sink: Sink) -> None:
    """Let Fedify send one note to so many hosts and wait until all have come."""
    expected = sink.posts() + number
    requests.get(f"{origin}/send", params={"n": str(number), "sink": str(sink.port)}, timeout=60)
    wait_for(lambda: sink.posts() >= expected, 120, 0.05)


def usage(origin: str) -> float:
    """CPU-seconds of the process so far."""
    return float(requests.get(f"{origin}/usage", timeout=10).json()["cpu"])


@contextlib.contextmanager
def running_fedify(node: str, folder: Path, parallel: int) -> Iterator[str]:
    """Start the script beside the peer's packages, give its address, end it with the block."""
    script = folder / SCRIPT.name
    shutil.copyfile(SCRIPT, script)
    port = free_port()
    environment = {**os.environ, "PORT": str(port), "PARALLEL": str(parallel)}
    process = subprocess.Popen(
        [node, str(script)], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("ready "), line
        yield line.split()[1]
    finally:
        process.terminate()
        process.wait(timeout=10)


if __name__ == "__main__":
    sys.exit(main())
