"""Time that passes on a node while nobody waits: rows are made older, then a task of the worker is done."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.browser.journeys.region import REPOSITORY, Site

SECONDS = 60


def hurry(site: Site, task: str, statement: str) -> None:
    """Run a statement on the tables of a node, then a task of its worker, in a process of its own."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("COFFEE_")}
    done = subprocess.run(
        [sys.executable, "-m", "tests.browser.journeys.hurry", str(site.home), task, statement],
        cwd=REPOSITORY,
        env=environ,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stderr[-3000:]


def main(home: Path, task: str, statement: str) -> None:
    """Do it with the node's own program."""
    from sqlalchemy import text

    from coffee_node.base.database import db, write
    from coffee_node.cli.opening import build_app
    from coffee_node.node import current_node

    with build_app(home).app_context():
        with write():
            db.session.execute(text(statement))
        [chosen] = [one for one in current_node.tasks if one.name == task]
        chosen.run()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:4])
