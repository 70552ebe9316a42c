"""Rate limits: counters per stretch of time, in one process and shared by several."""

from __future__ import annotations

import pytest

from coffee_node.base.rate_limits import RateLimits, too_many
from coffee_node.testing import Clock


def test_uses_are_counted_until_the_stretch_ends(test_clock: Clock) -> None:
    limits = RateLimits()
    assert [limits.hit("a", 60) for _ in range(3)] == [1, 2, 3]
    assert limits.hit("b", 60) == 1
    assert limits.count("a", 60) == 3
    test_clock.advance(seconds=60)
    assert limits.count("a", 60) == 0
    assert limits.hit("a", 60) == 1


def test_one_key_may_have_several_stretches(test_clock: Clock) -> None:
    limits = RateLimits()
    limits.hit("a", 60)
    assert limits.hit("a", 900) == 1


def test_a_key_can_begin_anew(test_clock: Clock) -> None:
    limits = RateLimits()
    limits.hit("a", 60)
    limits.forget("a", 60)
    assert limits.hit("a", 60) == 1


def test_the_least_used_keys_go_first(test_clock: Clock) -> None:
    limits = RateLimits(keys=2)
    for key in ("a", "b", "a", "c"):
        limits.hit(key, 60)
    assert (limits.count("a", 60), limits.count("b", 60), limits.count("c", 60)) == (2, 0, 1)


def test_the_error_names_the_time_that_is_left(test_clock: Clock) -> None:
    test_clock.advance(seconds=20)
    error = too_many("Too fast.", 60)
    assert (error.status, error.retry_after) == (429, 40)


@pytest.mark.redis
def test_processes_share_their_counts_in_redis(redis_url: str, test_clock: Clock) -> None:
    one, other = RateLimits(redis_url), RateLimits(redis_url)
    assert [one.hit("a", 60), other.hit("a", 60), one.hit("a", 60)] == [1, 2, 3]
    test_clock.advance(seconds=60)
    assert other.hit("a", 60) == 1
    one.forget("a", 60)
    assert other.hit("a", 60) == 1


@pytest.mark.enable_socket
def test_without_an_answer_from_redis_each_process_counts_for_itself(
    test_clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    pytest.importorskip("redis")
    limits = RateLimits("redis://127.0.0.1:1/0")
    assert [limits.hit("a", 60) for _ in range(3)] == [1, 2, 3]
    assert "this process counts for itself" in caplog.text
