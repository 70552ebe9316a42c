"""inbox: the whole way of an incoming activity, from the request to the searchable copy, per CPU-second (G4).

Run: python -m tests.bench.inbox [--quick] [--reps N] [--mode a|b] [--json FILE]. 3,000 Create(Event) of
50 actors at 5 partners over 16 connections, web and worker together; Fedify takes the same in turn. Needs
COFFEE_TEST_NODE and COFFEE_TEST_PEER_DIR for the comparison; without them it exits 3.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.bench.crowd import rsa_signs_per_second
from tests.bench.inbox_load import Load
from tests.bench.inbox_targets import FedifyTarget, OurTarget
from tests.bench.report import bench_arguments, mode_settings, tell

MUST = {"a": 800, "b": 400}
MUST_RATIO = {"a": 2.4, "b": 1.0}
AIM, AIM_RATIO = 1_200, 3.5
THEIRS = 700


def main() -> int:
    """Measure both in turn and print one line."""
    arguments = bench_arguments(__doc__)
    node, folder = os.environ.get("COFFEE_TEST_NODE"), os.environ.get("COFFEE_TEST_PEER_DIR")
    number = 600 if arguments.quick else 3_000
    with contextlib.ExitStack() as stack:
        settings = mode_settings(arguments.mode, stack)
        if settings is None:
            return tell("inbox", "G4", {"ok": None, "reason": "no PostgreSQL or Redis is named"})
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="coffee-inbox-")))
        load = stack.enter_context(Load())
        ours = stack.enter_context(OurTarget(home, load, settings))
        theirs = stack.enter_context(FedifyTarget(node, Path(folder), load)) if node and folder else None
        rates = measure(ours, theirs, number, arguments.reps)
        result = judge(rates, arguments.mode) | ours.repeat(number)
    result |= {"mode": arguments.mode, "params": {"activities": number, "actors": 50, "connections": 16}}
    if theirs is None:
        result |= {"ok": None, "reason": "COFFEE_TEST_NODE or COFFEE_TEST_PEER_DIR is not set"}
    elif result["rows_added_by_repeats"]:
        result |= {"ok": False, "reason": "the same ids were stored again"}
    return tell("inbox", "G4", result, arguments.json)


def measure(ours: OurTarget, theirs: FedifyTarget | None, number: int, reps: int) -> dict[str, list[float]]:
    """Take turns; the first round of each is a warm-up and not among the rates."""
    rates: dict[str, list[float]] = {"ours": [], "fedify": [], "rsa": []}
    for _ in range(reps + 1):
        rates["rsa"].append(rsa_signs_per_second(0.5))
        rates["ours"].append(ours.rate(number))
        if theirs is not None:
            rates["fedify"].append(theirs.rate(min(number, THEIRS)))
    return {name: found[1:] for name, found in rates.items()}


def judge(rates: dict[str, list[float]], mode: str) -> dict[str, Any]:
    """The figures of one run and whether they are enough."""
    rate = statistics.median(rates["ours"])
    peer = statistics.median(rates["fedify"]) if rates["fedify"] else None
    ratio = rate / peer if peer else None
    return {
        "ok": rate >= MUST[mode] and ratio is not None and ratio >= MUST_RATIO[mode],
        "unit": "activities per CPU-second",
        "median": round(rate),
        "min": round(min(rates["ours"])),
        "max": round(max(rates["ours"])),
        "fedify": peer and round(peer),
        "ratio": ratio and round(ratio, 2),
        "threshold": f"{MUST[mode]} and {MUST_RATIO[mode]} times Fedify; aim {AIM} and {AIM_RATIO}",
        "rsa_limit": round(statistics.median(rates["rsa"])),
        "rounds": len(rates["ours"]),
    }


if __name__ == "__main__":
    sys.exit(main())
