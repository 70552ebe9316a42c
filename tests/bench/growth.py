"""growth: what one publication costs when the nodes grow tenfold, and when the followers do (G5).

Run: python -m tests.bench.growth [--quick] [--reps N] [--mode a|b] [--json FILE]. CPU-seconds of the node
from the POST to the last delivery; the exponent is the slope between two sizes on logarithmic scales.
"""

from __future__ import annotations

import contextlib
import itertools
import math
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from coffee_node.testing_factories import event_document
from tests.bench.crowd import Crowd
from tests.bench.report import bench_arguments, mode_settings, tell
from tests.bench.sink import Sink, running_sink

MOST = {"nodes": 1.05, "followers": 0.3}
QUICK = {"nodes": ((500, 50), (5_000, 500)), "followers": ((500, 50), (5_000, 50))}
WHOLE = {
    "nodes": ((1_000, 200), (10_000, 2_000), (100_000, 20_000)),
    "followers": ((1_000, 200), (10_000, 200), (100_000, 200)),
}


def main() -> int:
    """Measure every size, print the exponents."""
    arguments = bench_arguments(__doc__)
    ladders = QUICK if arguments.quick else WHOLE
    with running_sink() as sink:
        found: dict[str, dict[str, float]] = {}
        for name, ladder in ladders.items():
            found[name] = {}
            for followers, hosts in ladder:
                cost = publication_cost(sink, followers, hosts, arguments)
                if cost is None:
                    return tell("growth", "G5", {"ok": None, "reason": "no PostgreSQL or Redis is named"})
                found[name][f"{followers}/{hosts}"] = cost
    exponents = {name: exponent(list(costs.values())) for name, costs in found.items()}
    result: dict[str, Any] = {
        "ok": all(exponents[name] <= most for name, most in MOST.items()),
        "mode": arguments.mode,
        "unit": "CPU exponent per tenfold",
        "cpu_seconds": {
            name: {size: round(cost, 3) for size, cost in costs.items()} for name, costs in found.items()
        },
        "exponents": {name: round(value, 2) for name, value in exponents.items()},
        "threshold": MOST,
        "rounds": arguments.reps,
    }
    return tell("growth", "G5", result, arguments.json)


def publication_cost(sink: Sink, followers: int, hosts: int, arguments: Any) -> float | None:
    """The median CPU-seconds of one event published to so many followers on so many hosts."""
    with contextlib.ExitStack() as stack:
        settings = mode_settings(arguments.mode, stack)
        if settings is None:
            return None
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="coffee-growth-")))
        crowd = Crowd(home, sink, settings)
        crowd.add_followers(followers, hosts)
        crowd.node.start()
        stack.callback(crowd.node.stop)
        costs = []
        for _ in range(arguments.reps + 1):
            with crowd.measuring(hosts) as spent:
                crowd.node.publish(event_document())
            costs.append(spent[0].cpu)
        return statistics.median(costs[1:])


def exponent(costs: list[float]) -> float:
    """The steepest slope between two neighbours that are ten times apart."""
    return max(math.log10(larger / smaller) for smaller, larger in itertools.pairwise(costs))


if __name__ == "__main__":
    sys.exit(main())
