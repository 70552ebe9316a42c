"""The network of the journeys, once for all test processes, and walks through it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.journeys.region import Region, join_network, leave_network
from tests.browser.journeys.walk import Walk

StartWalk = Callable[..., Walk]


@pytest.fixture(scope="session")
def region(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Region]:
    """Lille, Tournai and Mons, connected and filled."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "journeys"
    folder = Path(os.environ.get("COFFEE_TEST_JOURNEYS") or shared)
    yield join_network(folder)
    leave_network(folder)


@pytest.fixture
def walk(browser: Browser, axe: str, region: Region) -> Iterator[StartWalk]:
    """Starts walks: `walk(width=390, language="nl", javascript=False)`; those that were not ended close."""
    started: list[Walk] = []

    def start(**how: object) -> Walk:
        started.append(Walk(browser, axe, region, **how))  # type: ignore[arg-type]
        return started[-1]

    yield start
    for one in started:
        one.context.close()
