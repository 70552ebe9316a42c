"""The two modes every test can run in: a (SQLite, one process) and b (PostgreSQL and Redis).

`COFFEE_TEST_MODE=b python -m pytest` runs the whole suite in mode b; nothing but the configuration differs.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.house.postgres import temporary_database


def is_mode_b() -> bool:
    """Whether this run keeps its nodes in PostgreSQL and their queues in Redis."""
    return os.environ.get("COFFEE_TEST_MODE", "a") == "b"


def lacks() -> str:
    """What mode b misses on this machine; empty in mode a and when everything is there."""
    needed = ("COFFEE_TEST_POSTGRES_URL", "COFFEE_TEST_REDIS_URL")
    missing = [name for name in needed if is_mode_b() and not os.environ.get(name)]
    return f"COFFEE_TEST_MODE=b needs {' and '.join(missing)}" if missing else ""


@contextmanager
def template_database() -> Iterator[str]:
    """A PostgreSQL database with every table and no row, from which the nodes' are copied; its name."""
    import sqlalchemy as sa

    from coffee_node.app import create_app
    from coffee_node.base.config import load_config, write_config
    from coffee_node.base.database import db

    with (
        temporary_database(os.environ["COFFEE_TEST_POSTGRES_URL"]) as url,
        tempfile.TemporaryDirectory() as home,
    ):
        node = {"name": "Template", "base_url": "https://template.example"}
        write_config(Path(home), {"node": node, "database": {"url": url}})
        app = create_app(load_config(Path(home), {}), entry_points=False)
        with app.app_context():
            db.create_all()
            db.session.remove()
            db.engine.dispose()
        yield str(sa.make_url(url).database)


@contextmanager
def real_node_settings() -> Iterator[dict[str, str]]:
    """The environment that puts one node of real processes into this run's mode."""
    if not is_mode_b():
        yield {}
        return
    with temporary_database(os.environ["COFFEE_TEST_POSTGRES_URL"]) as url:
        yield {"COFFEE_DATABASE_URL": url, **queue_settings()}


def queue_settings() -> dict[str, str]:
    """The Redis database of this test process, for nodes of real processes."""
    return {"COFFEE_QUEUE_ENGINE": "redis", "COFFEE_QUEUE_URL": redis_url()}


def redis_url() -> str:
    """One Redis database for each test process, so that they do not meet."""
    number = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    return f"{os.environ['COFFEE_TEST_REDIS_URL'].rpartition('/')[0]}/{number}"
