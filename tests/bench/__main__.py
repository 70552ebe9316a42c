"""Runs every benchmark in turn, each as its own process: `make bench ARGS=--quick`."""

from __future__ import annotations

import subprocess
import sys

PROGRAMS = (
    *("crypto_limit", "fanout", "delivery", "peers", "inbox", "growth"),
    *("pages", "search", "lighthouse", "idle", "outage", "kill9"),
)


def main() -> int:
    """The worst exit code of all programs."""
    codes = [
        subprocess.run([sys.executable, "-m", f"tests.bench.{name}", *sys.argv[1:]]).returncode
        for name in PROGRAMS
    ]
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
