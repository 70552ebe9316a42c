"""lighthouse: what Lighthouse says of the pages people meet first, on the network of the journeys.

Run: python -m tests.bench.lighthouse [--quick] [--reps N] [--json FILE]. Needs Chromium
(COFFEE_TEST_CHROMIUM), Node (COFFEE_TEST_NODE) and the folder where `npm install lighthouse` was run
(COFFEE_TEST_LIGHTHOUSE). The usual settings: a slow phone on a slow network, simulated; nothing is asked of
anybody but the node.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.bench.report import tell
from tests.browser.journeys.region import Site, join_network, leave_network

CATEGORIES = ("performance", "accessibility", "best-practices")
LEAST = 95
FLAGS = "--headless=new --no-sandbox --disable-gpu --no-first-run"
NEEDED = ("COFFEE_TEST_CHROMIUM", "COFFEE_TEST_NODE", "COFFEE_TEST_LIGHTHOUSE")


def main() -> int:
    """Measure every page and print one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round")
    parser.add_argument("--reps", type=int, help="rounds (5)")
    parser.add_argument("--json", help="also write the line to this file")
    arguments = parser.parse_args()
    if missing := [name for name in NEEDED if not os.environ.get(name)]:
        return tell("lighthouse", "issue 4", {"ok": None, "reason": f"not set: {', '.join(missing)}"})
    rounds = arguments.reps or (1 if arguments.quick else 5)
    with tempfile.TemporaryDirectory(prefix="coffee-lighthouse-") as folder:
        region = join_network(Path(folder) / "network")
        try:
            found = {
                name: [audit(region.lille.url + path, Path(folder)) for _ in range(rounds)]
                for name, path in pages(region.lille).items()
            }
        finally:
            leave_network(Path(folder) / "network")
    return tell("lighthouse", "issue 4", _judge(found, rounds), arguments.json)


def pages(site: Site) -> dict[str, str]:
    """The pages by name: home and lists, and one event and one person of this node."""
    event, person = (
        next(
            item["id"]
            for item in site.get_json(f"/{kind}.json")["items"]
            if item["id"].startswith(f"{site.url}/")
        )
        for kind in ("events", "people")
    )
    return {
        "home": "/",
        "events": "/events",
        "event": event.removeprefix(site.url),
        "people": "/people",
        "profile": person.removeprefix(site.url),
    }


def audit(url: str, folder: Path) -> Mapping[str, int]:
    """Scores of 0 to 100 by category, and the audits that cost something, of one run."""
    report = folder / "report.json"
    command = [
        *(os.environ["COFFEE_TEST_NODE"], _program(), url, "--quiet", "--output=json"),
        *(f"--output-path={report}", f"--chrome-flags={FLAGS}", "--no-enable-error-reporting"),
        f"--only-categories={','.join(CATEGORIES)}",
    ]
    environment = os.environ | {"CHROME_PATH": os.environ["COFFEE_TEST_CHROMIUM"]}
    subprocess.run(command, env=environment, check=True, timeout=180, stdin=subprocess.DEVNULL)
    read = json.loads(report.read_text("utf-8"))
    scores = {name: round(100 * read["categories"][name]["score"]) for name in CATEGORIES}
    for line in _losses(read):
        print(f"{url}: {line}", file=sys.stderr)
    return scores


def _program() -> str:
    return str(
        Path(os.environ["COFFEE_TEST_LIGHTHOUSE"]) / "node_modules" / "lighthouse" / "cli" / "index.js"
    )


def _losses(report: Mapping[str, Any]) -> list[str]:
    weighted = {
        each["id"]
        for name in CATEGORIES
        for each in report["categories"][name]["auditRefs"]
        if each["weight"] > 0
    }
    audits = (report["audits"][name] for name in sorted(weighted))
    return [
        f"{audit['title']}: {audit['score']} {audit.get('displayValue', '')}"
        for audit in audits
        if audit["score"] is not None and audit["score"] < 0.9
    ]


def _judge(found: Mapping[str, list[Mapping[str, int]]], rounds: int) -> dict[str, Any]:
    medians = {
        page: {name: statistics.median(scores[name] for scores in runs) for name in CATEGORIES}
        for page, runs in found.items()
    }
    lowest = min(score for scores in medians.values() for score in scores.values())
    return {"ok": lowest >= LEAST, "threshold": LEAST, "lowest": lowest, "median": medians, "rounds": rounds}


if __name__ == "__main__":
    sys.exit(main())
