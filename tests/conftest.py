"""What the tests need from the machine (services, a browser, an independent server) and how they skip."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path

import hypothesis
import pytest

from coffee_node.base import i18n
from tests.house import modes
from tests.house.peer import FedifyPeer, start_peer
from tests.house.postgres import temporary_database

hypothesis.settings.register_profile("default", deadline=None, max_examples=60, print_blob=True)
hypothesis.settings.register_profile("ci", deadline=None, max_examples=200, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "default")


def _lacks_postgres() -> str:
    return "" if os.environ.get("COFFEE_TEST_POSTGRES_URL") else "COFFEE_TEST_POSTGRES_URL names no server"


def _lacks_redis() -> str:
    return "" if os.environ.get("COFFEE_TEST_REDIS_URL") else "COFFEE_TEST_REDIS_URL names no server"


def _lacks_browser() -> str:
    return "" if _chromium() else "no Chromium: install it or name it in COFFEE_TEST_CHROMIUM"


def _lacks_peer() -> str:
    folder = os.environ.get("COFFEE_TEST_PEER_DIR")
    if not folder or not Path(folder, "node_modules").is_dir():
        return "COFFEE_TEST_PEER_DIR names no installed peer"
    return "" if os.environ.get("COFFEE_TEST_NODE") else "COFFEE_TEST_NODE names no Node 22"


LACKS: dict[str, Callable[[], str]] = {
    "postgres": _lacks_postgres,
    "redis": _lacks_redis,
    "browser": _lacks_browser,
    "peer": _lacks_peer,
}


def _chromium() -> str | None:
    return os.environ.get("COFFEE_TEST_CHROMIUM") or shutil.which("chromium")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that asks for a service may open sockets; in mode b every node does."""
    for item in items:
        if modes.is_mode_b() or any(item.get_closest_marker(name) for name in LACKS):
            item.add_marker(pytest.mark.enable_socket)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a marked test, with the reason, on a machine that lacks what it needs."""
    for name, lacks in LACKS.items():
        if item.get_closest_marker(name) and (reason := lacks()):
            pytest.skip(reason)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where everything is promised to be present (CI), a marked test that skips has failed."""
    report = yield
    promised = os.environ.get("COFFEE_TEST_REQUIRE_MARKED") == "1"
    marked = any(item.get_closest_marker(name) for name in LACKS)
    if report.skipped and promised and marked and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped although COFFEE_TEST_REQUIRE_MARKED=1: {report.longrepr}"
    return report


@pytest.fixture(autouse=True)
def english() -> None:
    """Every test begins in the language of the sources, whatever the one before it spoke."""
    i18n.activate(i18n.Catalogues([], Path()), i18n.SOURCE_LANGUAGE)


@pytest.fixture(scope="session")
def template_database() -> Iterator[str]:
    """In mode b the database that the nodes' databases are copied from."""
    if not modes.is_mode_b():
        yield ""
        return
    if reason := modes.lacks():
        pytest.exit(reason, returncode=2)
    with modes.template_database() as name:
        yield name


@pytest.fixture
def node_database_url(template_database: str) -> Iterator[Callable[[str], str]]:
    """Where the nodes of the fediverse keep their tables: SQLite in their homes, PostgreSQL in mode b."""
    if not template_database:
        yield lambda name: ""
        return
    server = os.environ["COFFEE_TEST_POSTGRES_URL"]
    with ExitStack() as stack:
        yield lambda name: stack.enter_context(temporary_database(server, template_database))


@pytest.fixture
def node_queue_url(request: pytest.FixtureRequest) -> str:
    """Where the nodes of the fediverse keep queues and counts: their homes, an empty Redis in mode b."""
    return str(request.getfixturevalue("redis_url")) if modes.is_mode_b() else ""


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """The SQLAlchemy URL of an empty database of this test's own, dropped at its end."""
    with temporary_database(os.environ["COFFEE_TEST_POSTGRES_URL"]) as url:
        yield url


@pytest.fixture
def redis_url() -> str:
    """The URL of a Redis database that was emptied for this test; tests that run beside it have others."""
    import redis

    url = modes.redis_url()
    with redis.Redis.from_url(url) as client:
        client.flushdb()
    return url


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the browser, for Playwright's `executable_path`."""
    return _chromium() or ""


@pytest.fixture
def peer() -> Iterator[Callable[..., FedifyPeer]]:
    """Starts independent ActivityPub servers: `peer(FIRST_KNOCK="rfc9421")`; they stop with the test."""
    started: list[FedifyPeer] = []

    def start(**settings: str) -> FedifyPeer:
        one = start_peer(os.environ["COFFEE_TEST_NODE"], Path(os.environ["COFFEE_TEST_PEER_DIR"]), settings)
        started.append(one)
        return one

    yield start
    for one in started:
        one.stop()
