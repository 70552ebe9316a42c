"""idle: how fast a node is ready, and how much memory it takes when nobody asks anything of it (G7).

Run: python -m tests.bench.idle [--quick] [--json FILE]. Sum of RSS over the process tree after 60 s of quiet,
seconds to /readyz as the median of five starts.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.bench.report import tell
from tests.house.real_nodes import RealNode

MEGABYTE = 1024 * 1024
MOST_MEGABYTES = 150
MOST_SECONDS = 2.0


def main() -> int:
    """Measure and print one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two starts, 5 s of quiet")
    parser.add_argument("--json", help="also write the line to this file")
    arguments = parser.parse_args()
    starts, quiet = (2, 5.0) if arguments.quick else (5, 60.0)
    with tempfile.TemporaryDirectory(prefix="coffee-idle-") as folder:
        node = RealNode(Path(folder) / "lille", "lille").init()
        rounds = [measure(node, quiet) for _ in range(starts)]
    return tell("idle", "G7", _judge(rounds, quiet), arguments.json)


def measure(node: RealNode, quiet: float) -> tuple[float, float, float]:
    """Start the node and leave it alone: seconds until ready, MB of all processes, CPU share while idle."""
    started = time.monotonic()
    node.start()
    ready = time.monotonic() - started
    before = _cpu_seconds(node)
    time.sleep(quiet)
    cpu = (_cpu_seconds(node) - before) / quiet
    memory = sum(member.memory_info().rss for member in node.tree()) / MEGABYTE
    node.stop()
    return ready, memory, cpu


def _cpu_seconds(node: RealNode) -> float:
    times = [member.cpu_times() for member in node.tree()]
    return float(sum(each.user + each.system for each in times))


def _judge(rounds: list[tuple[float, float, float]], quiet: float) -> dict[str, Any]:
    ready, memory, cpu = (statistics.median(column) for column in zip(*rounds, strict=True))
    return {
        "ok": ready <= MOST_SECONDS and memory <= MOST_MEGABYTES,
        "threshold": f"{MOST_SECONDS} s, {MOST_MEGABYTES} MB",
        "ready_seconds": round(ready, 2),
        "ready_each": [round(each, 2) for each, _, _ in rounds],
        "rss_megabytes": round(memory, 1),
        "idle_cpu_percent": round(100 * cpu, 2),
        "rounds": len(rounds),
        "quiet_seconds": quiet,
    }


if __name__ == "__main__":
    sys.exit(main())
