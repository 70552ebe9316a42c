"""The age of a lease: renewed after a third, and long enough for every request that is begun."""

from __future__ import annotations

import threading
import time

import pytest

from coffee_node.federation.delivery_lease import Lease


def test_a_lease_is_renewed_after_a_third_and_covers_what_is_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    lease = Lease(30, 10)
    seen = [lease.is_ageing]
    now[0] += 11
    seen += [lease.is_ageing, lease.lasts()]
    lease.renewed()
    seen.append(lease.is_ageing)
    now[0] += 31
    seen.append(lease.is_ours)
    assert seen == [False, True, True, False, False]


def test_a_second_knock_waits_for_the_renewal() -> None:
    lease = Lease(0.2, 10)
    threading.Event().wait(0.15)
    threading.Timer(0.01, lease.renewed).start()
    assert lease.lasts()


def test_nothing_is_begun_under_a_lease_that_nobody_renews() -> None:
    lease = Lease(0.02, 10)
    threading.Event().wait(0.015)
    assert not lease.lasts()
