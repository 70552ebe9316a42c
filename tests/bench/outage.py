"""outage: a node is stopped for two minutes while its partner does thirty things; then both hold the same.

Run: python -m tests.bench.outage [--quick] [--json FILE]. Creates, updates and deletes of the same objects;
the returning node must hold the same documents at most 20 s after it is ready, each activity handled once.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sqlite3
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from coffee_node.testing_factories import article_document, event_document, need_document
from tests.bench.report import tell
from tests.house.real_nodes import RealNode, wait_for

MOST_SECONDS = 20
LISTS = ("/events.json", "/offers.json", "/articles.json")


def main() -> int:
    """Measure and print one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="10 s instead of two minutes")
    parser.add_argument("--json", help="also write the line to this file")
    arguments = parser.parse_args()
    seconds = 10 if arguments.quick else 120
    with tempfile.TemporaryDirectory(prefix="coffee-outage-") as folder:
        lille, tournai = (RealNode(Path(folder) / name, name).init() for name in ("lille", "tournai"))
        try:
            result = run(lille.start(), tournai.start(), seconds)
        finally:
            lille.stop()
            tournai.stop()
    return tell("outage", "0 lost, in order", result, arguments.json)


def run(lille: RealNode, tournai: RealNode, seconds: float) -> dict[str, Any]:
    """Stop one node, let the other act, start it again, compare."""
    lille.befriend(tournai)
    wait_for(lambda: lille.partners() == tournai.partners() == 1, 30, 0.2)
    tournai.stop()
    stopped = time.monotonic()
    _act(lille, seconds)
    time.sleep(max(0.0, seconds - (time.monotonic() - stopped)))
    tournai.start()
    ready = time.monotonic()
    with contextlib.suppress(AssertionError):
        wait_for(lambda: _documents(lille) == _documents(tournai), MOST_SECONDS + 40, 0.2)
    caught_up = time.monotonic() - ready
    same = _documents(lille) == _documents(tournai)
    time.sleep(5)
    twice = _handled_twice(tournai)
    return {
        "ok": same and caught_up <= MOST_SECONDS and not twice,
        "threshold": f"{MOST_SECONDS} s after ready",
        "same_documents": same,
        "objects": len(_documents(lille)),
        "seconds_after_ready": round(caught_up, 1),
        "handled_twice": twice,
        "stopped_seconds": seconds,
        "waiting": sum(peer["waiting"] for peer in json.loads(lille.run("peer", "list", "--json"))),
    }


def _act(lille: RealNode, seconds: float) -> None:
    """Thirty activities, spread over half of the outage: 12 creates, 12 updates, 6 deletes."""
    make = (event_document, need_document, article_document)
    pause = seconds / 60
    made = []
    for number in range(12):
        document = make[number % 3](name=f"Thing {number}")
        made.append((lille.publish(document), document["type"]))
        time.sleep(pause)
    for number, (uri, type_) in enumerate(made):
        answer = lille.post(
            {"type": "Update", "object": {"id": uri, "type": type_, "name": f"Changed {number}"}}
        )
        assert answer.status_code == 201, answer.text
        time.sleep(pause)
    for uri, _ in made[::2]:
        assert lille.post({"type": "Delete", "object": uri}).status_code == 201
        time.sleep(pause)


def _documents(node: RealNode) -> dict[str, Any]:
    return {item["id"]: item for path in LISTS for item in node.all_items(path)}


def _handled_twice(node: RealNode) -> list[str]:
    """Activities that stand in the ledger more than once; its unique ids forbid it, so none."""
    with contextlib.closing(sqlite3.connect(node.home / "node.sqlite3")) as database:
        rows = database.execute(
            "select activity_uri from inbox_item group by activity_uri having count(*) > 1"
        )
        return [uri for (uri,) in rows]


if __name__ == "__main__":
    sys.exit(main())
