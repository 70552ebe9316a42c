"""delivery: signed deliveries per CPU-second of the whole node, as a share of what RSA alone allows (G1).

Run: python -m tests.bench.delivery [--quick] [--reps N] [--mode a|b] [--json FILE]. 5,000 waiting deliveries
to 2,000 hosts, from the ledger and back into it; every variant in turn, the first round is thrown away.
"""

from __future__ import annotations

import contextlib
import importlib.util
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.bench.crowd import Crowd, rsa_signs_per_second
from tests.bench.report import bench_arguments, mode_settings, tell
from tests.bench.sink import running_sink

MUST, AIM = 0.20, {"requests": 0.28, "curl": 0.60}


def main() -> int:
    """Measure and print one line."""
    arguments = bench_arguments(__doc__)
    number, hosts = (1_000, 400) if arguments.quick else (5_000, 2_000)
    variants = ["requests", *(["curl"] if importlib.util.find_spec("pycurl") else [])]
    with contextlib.ExitStack() as stack:
        settings = mode_settings(arguments.mode, stack)
        if settings is None:
            return tell("delivery", "G1", {"ok": None, "reason": "no PostgreSQL or Redis is named"})
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="coffee-delivery-")))
        sink = stack.enter_context(running_sink())
        crowd = Crowd(home, sink, settings)
        crowd.add_followers(hosts, hosts)
        rounds = [measure(crowd, variants, number, hosts) for _ in range(arguments.reps + 1)][1:]
    result = judge(rounds, variants) | {"params": {"deliveries": number, "hosts": hosts}}
    return tell("delivery", "G1", result | {"mode": arguments.mode}, arguments.json)


def measure(crowd: Crowd, variants: list[str], number: int, hosts: int) -> dict[str, dict[str, float]]:
    """One round: each transport delivers the same number, R is measured before and after."""
    found = {}
    for variant in variants:
        before = rsa_signs_per_second()
        crowd.node.environment["COFFEE_HTTP_TRANSPORT"] = variant
        crowd.node.start()
        try:
            with crowd.measuring(number) as spent:
                crowd.publish_behind_its_back(number, hosts)
        finally:
            crowd.node.stop()
        limit = (before + rsa_signs_per_second()) / 2
        per_second = number / spent[0].cpu
        found[variant] = {
            "per_cpu_second": per_second,
            "wall": spent[0].wall,
            "rsa_limit": limit,
            "share": per_second / limit,
        }
    return found


def judge(rounds: list[dict[str, dict[str, float]]], variants: list[str]) -> dict[str, Any]:
    """Medians with their spread, by transport; the default one decides."""
    result: dict[str, Any] = {"unit": "deliveries per CPU-second", "threshold": MUST, "rounds": len(rounds)}
    for variant in variants:
        speed = [one[variant]["per_cpu_second"] for one in rounds]
        shares = [one[variant]["share"] for one in rounds]
        result[variant] = {
            "median": round(statistics.median(speed)),
            "min": round(min(speed)),
            "max": round(max(speed)),
            "rsa_limit": round(statistics.median(one[variant]["rsa_limit"] for one in rounds)),
            "share": round(statistics.median(shares), 3),
            "wall_seconds": round(statistics.median(one[variant]["wall"] for one in rounds), 2),
            "aim": AIM[variant],
        }
    return result | {"share": result["requests"]["share"], "ok": result["requests"]["share"] >= MUST}


if __name__ == "__main__":
    sys.exit(main())
