"""Wake-ups reach the workers, which are threads of this process."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from huey import Huey, RedisHuey, SqliteHuey

from coffee_node.base.config import NodeConfig
from coffee_node.base.config_sections import QueueSection
from coffee_node.base.queue import EmbeddedConsumer, build_queue, start_consumer

PATIENCE = 10


@pytest.fixture
def queue(config: NodeConfig) -> Iterator[Huey]:
    """The queue of a node."""
    queue = build_queue(config)
    yield queue
    queue.storage.close()


@pytest.fixture
def consumer(queue: Huey) -> Iterator[EmbeddedConsumer]:
    """Two workers of that queue."""
    consumer = start_consumer(queue, 2)
    yield consumer
    consumer.stop(graceful=True)


def test_the_default_queue_is_a_file_of_its_own(queue: Huey, config: NodeConfig) -> None:
    assert isinstance(queue, SqliteHuey)
    assert (config.home / "queue.sqlite3").exists()


def test_redis_is_chosen_by_configuration_alone(config: NodeConfig) -> None:
    section = QueueSection(engine="redis", url="redis://127.0.0.1:1/3")
    queue = build_queue(replace(config, queue=section))
    assert isinstance(queue, RedisHuey)
    assert queue.name == "coffee-127.0.0.1:8801"


def test_a_wake_up_reaches_a_worker(queue: Huey, consumer: EmbeddedConsumer) -> None:
    woken = threading.Event()
    queue.task()(lambda: woken.set())()
    assert woken.wait(PATIENCE)


def test_a_failing_task_does_not_stop_its_worker(queue: Huey, consumer: EmbeddedConsumer) -> None:
    woken = threading.Event()

    def fail() -> None:
        raise LookupError

    failing, waking = queue.task()(fail), queue.task()(lambda: woken.set())
    for _ in range(3):
        failing()
    waking()
    assert woken.wait(PATIENCE)


def test_workers_start_in_a_thread_and_leave_the_signals_alone(queue: Huey) -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    started: list[EmbeddedConsumer] = []
    thread = threading.Thread(target=lambda: started.append(start_consumer(queue, 1)))
    thread.start()
    thread.join()
    [consumer] = started
    consumer.stop(graceful=True)
    after = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    assert after == before


def test_stopping_waits_for_the_running_task(queue: Huey) -> None:
    running, may_end, done = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        running.set()
        may_end.wait(PATIENCE)
        done.set()

    task = queue.task()(work)
    consumer = start_consumer(queue, 1)
    task()
    assert running.wait(PATIENCE)
    threading.Timer(0.05, may_end.set).start()
    consumer.stop(graceful=True)
    assert done.is_set()
    assert not any(thread.is_alive() for _, thread in consumer.worker_threads)


def test_the_queue_remembers_no_results(queue: Huey) -> None:
    assert queue.results is False
