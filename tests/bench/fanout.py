"""fanout: one event published to 10,000 followers on 2,000 hosts (G3).

Run: python -m tests.bench.fanout [--quick] [--reps N] [--mode a|b] [--json FILE]. Posted by the write
interface to the running node: how long the answer takes, until when all is delivered, and what it costs.
"""

from __future__ import annotations

import contextlib
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from coffee_node.testing_factories import event_document
from tests.bench.crowd import TEXT, Crowd, rsa_signs_per_second
from tests.bench.report import bench_arguments, is_quiet, mode_settings, tell
from tests.bench.sink import running_sink

MOST_ANSWER, MOST_WALL, MOST_CPU = 0.05, 3.0, 2.5


def main() -> int:
    """Measure and print one line."""
    arguments = bench_arguments(__doc__)
    followers, hosts = (2_000, 400) if arguments.quick else (10_000, 2_000)
    quiet = is_quiet()
    with contextlib.ExitStack() as stack:
        settings = mode_settings(arguments.mode, stack)
        if settings is None:
            return tell("fanout", "G3", {"ok": None, "reason": "no PostgreSQL or Redis is named"})
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="coffee-fanout-")))
        crowd = Crowd(home, stack.enter_context(running_sink()), settings)
        crowd.add_followers(followers, hosts)
        crowd.node.start()
        stack.callback(crowd.node.stop)
        limit = rsa_signs_per_second()
        rounds = [measure(crowd, hosts) for _ in range(arguments.reps + 1)][1:]
    result = judge(rounds, is_quiet_throughout=quiet and is_quiet())
    params = {"followers": followers, "hosts": hosts}
    return tell(
        "fanout",
        "G3",
        result | {"params": params, "mode": arguments.mode, "rsa_limit": round(limit)},
        arguments.json,
    )


def measure(crowd: Crowd, hosts: int) -> dict[str, float]:
    """Publish one event and wait until every host has it and the ledger says so."""
    _ = crowd.node.token
    with crowd.measuring(hosts) as spent:
        started = time.monotonic()
        answer = crowd.node.post(event_document(content=TEXT))
        answered = time.monotonic() - started
    assert answer.status_code == 201, answer.text
    return {"answer": answered, "wall": spent[0].wall, "cpu": spent[0].cpu}


def judge(rounds: list[dict[str, float]], *, is_quiet_throughout: bool) -> dict[str, Any]:
    """Medians with their spread; seconds on the wall count on a quiet machine only."""
    median = {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}
    is_cheap = median["cpu"] <= MOST_CPU
    is_fast = median["answer"] <= MOST_ANSWER and median["wall"] <= MOST_WALL
    told: dict[str, Any] = {"ok": is_cheap and is_fast}
    if is_cheap and not is_fast and not is_quiet_throughout:
        told = {"ok": None, "reason": "the machine is not quiet, so seconds on the wall say nothing"}
    spread = {
        name: [round(min(one[name] for one in rounds), 3), round(max(one[name] for one in rounds), 3)]
        for name in median
    }
    return told | {
        "unit": "s",
        "threshold": f"answer {MOST_ANSWER} s, all delivered {MOST_WALL} s, {MOST_CPU} CPU-s",
        "median": {name: round(value, 3) for name, value in median.items()},
        "min_max": spread,
        "rounds": len(rounds),
    }


if __name__ == "__main__":
    sys.exit(main())
