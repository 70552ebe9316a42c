"""A node whose whole process tree is killed loses nothing: the short form of tests/bench/kill9.py."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.bench.kill9 import Network
from tests.house.postgres import temporary_database

pytestmark = pytest.mark.enable_socket
SHORT_LEASE = {"COFFEE_QUEUE_LEASE_SECONDS": "15"}


def killed(home: Path, settings: Mapping[str, str], workers: int = 0, *, is_sender: bool = True) -> None:
    network = Network(home, 1, {**SHORT_LEASE, **settings}, workers)
    try:
        run = network.run if is_sender else network.run_receiving
        result = run(events=20, kills=2)
    finally:
        network.stop()
    assert result["lost"] == {} and result["doubled"] == {} and result["still_waiting"] == 0
    assert result["ok"], result


def test_a_killed_node_loses_nothing(tmp_path: Path) -> None:
    killed(tmp_path, {})


def test_a_node_killed_while_it_receives_loses_nothing(tmp_path: Path) -> None:
    killed(tmp_path, {}, is_sender=False)


@pytest.mark.postgres
@pytest.mark.redis
def test_a_killed_node_on_postgresql_and_redis_loses_nothing(tmp_path: Path, redis_url: str) -> None:
    with ExitStack() as stack:
        database = stack.enter_context(temporary_database(os.environ["COFFEE_TEST_POSTGRES_URL"]))
        engine = {"COFFEE_QUEUE_ENGINE": "redis", "COFFEE_QUEUE_URL": redis_url}
        killed(tmp_path, {"COFFEE_DATABASE_URL": database, "COFFEE_HTTP_WORKERS": "2", **engine}, workers=2)
