"""The engine that wakes the workers; it carries no work, so losing all its messages loses nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from huey import Huey, RedisHuey, SqliteHuey
from huey.consumer import Consumer

if TYPE_CHECKING:
    from coffee_node.base.config import NodeConfig

QUEUE_NAME = "coffee"
FIRST_DELAY = 0.1
LONGEST_DELAY = 0.5
SHUTDOWN_SECONDS = 10


def build_queue(config: NodeConfig) -> Huey:
    """The queue of a node: a file of its own in the home folder, or Redis."""
    if config.queue.engine == "redis":
        # One Redis may serve several nodes: the host keeps their wake-ups apart.
        return RedisHuey(f"{QUEUE_NAME}-{config.host}", url=config.queue.url, results=False)
    file = config.home / "queue.sqlite3"
    # The database is the truth: a wake-up lost in a power cut costs one sweep, so no fsync.
    return SqliteHuey(QUEUE_NAME, filename=str(file), results=False, fsync=False, cache_mb=1)


class EmbeddedConsumer(Consumer):  # type: ignore[misc]
    """The workers as threads of this process; `stop(graceful=True)` waits for the running tasks."""

    def __init__(self, queue: Huey, threads: int) -> None:
        super().__init__(
            queue,
            workers=threads,
            periodic=False,
            initial_delay=FIRST_DELAY,
            max_delay=LONGEST_DELAY,
            shutdown_timeout=SHUTDOWN_SECONDS,
        )

    # The one private name of another library that we override (house rule 10): signals belong to the
    # server process, and huey would install handlers from a thread, which Python refuses.
    def _set_signal_handlers(self) -> None:
        return None


def start_consumer(queue: Huey, threads: int) -> EmbeddedConsumer:
    """Start the workers of a queue in this process."""
    consumer = EmbeddedConsumer(queue, threads)
    consumer.start()
    return consumer
