"""The worker: huey tasks that empty the ledgers, and the sweep that finds what no wake-up announced."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from flask import Flask

from coffee_node.base import clock, mail
from coffee_node.base.contracts import Task
from coffee_node.base.database import db
from coffee_node.base.presence import Presence
from coffee_node.base.queue import start_consumer
from coffee_node.federation import (
    backfill,
    catch_up,
    delivery,
    follower_sync,
    guest_work,
    inbox_work,
    lookup,
    members_view,
    picture_copies,
    worker_runs,
)
from coffee_node.federation.taking_over import release_claims
from coffee_node.node import Node

logger = logging.getLogger(__name__)
ROUNDS = 200
CALL_LIFE = 1.0


def register_jobs(app: Flask, node: Node) -> None:
    """Give the queue its tasks and the node its wakers; the same for every engine."""
    inbox_job = inbox_work.InboxJob()
    jobs: dict[str, Callable[[], Any]] = {
        "deliver": _one_at_a_time(delivery.deliver_due),
        "inbox": inbox_job,
        "backfill": lambda: _until_empty(node, backfill.read_next_page),
        "members": lambda: _until_empty(node, members_view.fetch_next),
        "guests": lambda: _until_empty(node, guest_work.work_next),
        "lookups": lambda: _until_empty(node, lookup.look_next),
        "followers": lambda: _until_empty(node, follower_sync.check_next),
        "pictures": _one_at_a_time(lambda: _until_empty(node, picture_copies.fetch_next)),
        "mail": lambda: _until_empty(node, lambda: mail.send_next(node.config)),
        "tasks": lambda: run_due_tasks(node),
        "alive": worker_runs.note_run,
    }
    for name, job in jobs.items():
        node.wakers[name] = _as_task(app, node, name, job)
    call = node.wakers["inbox"]
    node.wakers["inbox"] = lambda: inbox_job.tell() or call()


def _as_task(app: Flask, node: Node, name: str, job: Callable[[], Any]) -> Callable[[], object]:
    """A huey task without arguments: a wake-up carries nothing, the ledgers hold the truth.

    Where the worker runs in this process, one wake-up that has not begun stands for all that follow - but
    not for long: another process may have taken it from the queue, and then nobody here hears of it.
    """
    called_at: float | None = None

    def run() -> None:
        nonlocal called_at
        called_at = None
        with app.app_context():
            try:
                job()
            except Exception:
                logger.exception("The job %s failed; the next sweep tries again", name)
            finally:
                db.session.remove()

    task: Callable[[], object] = node.queue.task(name=f"coffee_{name}")(run)

    def wake() -> None:
        nonlocal called_at
        now = time.monotonic()
        if node.has_worker and called_at is not None and now - called_at < CALL_LIFE:
            return
        called_at = now
        task()

    return wake


def _one_at_a_time(job: Callable[[], Any]) -> Callable[[], None]:
    """A job that looks for its own work: who is called while another thread does it has it look once more."""
    running, called = threading.Lock(), threading.Event()

    def run() -> None:
        called.set()
        while called.is_set() and running.acquire(blocking=False):
            try:
                called.clear()
                job()
            finally:
                running.release()

    return run


def _until_empty(node: Node, step: Callable[[], int]) -> None:
    """Repeat a step until it finds nothing; bounded, so that one kind of work never keeps a thread."""
    for _ in range(ROUNDS):
        if node.is_stopping or not step():
            return


def run_due_tasks(node: Node) -> None:
    """Run the plugins' repeated tasks that are due, one at a time; a failing one is noted."""
    for task in node.tasks:
        last = node.last_runs.get(task.name)
        now = clock.utcnow()
        if node.is_stopping or (last is not None and now - last[0] < task.every):
            continue
        node.last_runs[task.name] = (now, _answer_of(task))


def _answer_of(task: Task) -> str:
    try:
        return task.run()
    except Exception as error:
        logger.exception("The task %s failed", task.name)
        return f"{type(error).__name__}: {error}"


class Worker:
    """The worker's threads in this process: huey's consumers and the sweep."""

    def __init__(self, app: Flask, node: Node) -> None:
        self._app = app
        self._node = node
        self._consumer: Any = None
        self._presence: Presence | None = None
        self._sweeper = threading.Thread(target=self._sweep, name="coffee-sweep", daemon=True)

    def start(self) -> None:
        """Start the threads, after what dead workers had claimed is free again."""
        with self._app.app_context():
            self._presence = Presence(self._node.config.home, db.engine)
            self._presence.enter(self._take_over)
            db.session.remove()
        self._node.has_worker = True
        self._consumer = start_consumer(self._node.queue, self._node.config.queue.threads)
        self._sweeper.start()

    def _take_over(self) -> None:
        try:
            release_claims()
        except Exception:
            logger.exception("What dead workers had claimed stays claimed until their leases run out")

    def stop(self) -> None:
        """Claim nothing new, finish the current sends (at most 10 s each) and end the threads."""
        self._node.stopping.set()
        if self._consumer is not None:
            self._consumer.stop(graceful=True)
        self._sweeper.join(timeout=5)
        if self._presence is not None:
            self._presence.leave()

    def _sweep(self) -> None:
        """Wake every job now and then: leases that ran out and retries that are due need no message."""
        self._catch_up()
        while True:
            for job in self._node.wakers:
                self._node.wake(job)
            if self._node.stopping.wait(self._node.config.queue.sweep_seconds):
                return

    def _catch_up(self) -> None:
        with self._app.app_context():
            try:
                catch_up.catch_up()
            except Exception:
                logger.exception("What was missed could not be asked for; the next start tries again")
            finally:
                db.session.remove()
