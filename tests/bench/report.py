"""What all benchmarks share: arguments, and the one JSON line with the machine it is from."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.house.postgres import temporary_database


def bench_arguments(about: str | None) -> argparse.Namespace:
    """Read the arguments that every benchmark takes."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--quick", action="store_true", help="small and with two rounds")
    parser.add_argument("--reps", type=int, help="rounds that count (5)")
    parser.add_argument("--mode", choices=("a", "b"), default="a", help="a: SQLite, b: PostgreSQL and Redis")
    parser.add_argument("--json", help="also write the line to this file")
    arguments = parser.parse_args()
    arguments.reps = arguments.reps or (2 if arguments.quick else 5)
    return arguments


def mode_settings(mode: str, stack: contextlib.ExitStack) -> dict[str, str] | None:
    """The environment of a node in this mode; None where PostgreSQL or Redis is not named."""
    if mode == "a":
        return {}
    postgres, redis = os.environ.get("COFFEE_TEST_POSTGRES_URL"), os.environ.get("COFFEE_TEST_REDIS_URL")
    if not postgres or not redis:
        return None
    return {
        "COFFEE_DATABASE_URL": stack.enter_context(temporary_database(postgres)),
        "COFFEE_QUEUE_ENGINE": "redis",
        "COFFEE_QUEUE_URL": redis,
    }


def is_quiet() -> bool:
    """Whether seconds on the wall say anything: others leave at least half of the machine."""
    return os.getloadavg()[0] < (os.cpu_count() or 1) / 2


def tell(bench: str, goal: str, result: Mapping[str, Any], file: str | None = None) -> int:
    """Print the line (and write it to a file); the exit code: 0 fine, 1 a threshold missed, 3 not run."""
    machine = {"python": platform.python_version(), "platform": platform.platform(), "cores": os.cpu_count()}
    line = json.dumps(
        {"bench": bench, "goal": goal, **result, **machine, "load": round(os.getloadavg()[0], 2)}
    )
    print(line)
    if file:
        Path(file).write_text(line + "\n")
    return {True: 0, False: 1, None: 3}[result["ok"]]
