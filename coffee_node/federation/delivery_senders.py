"""The threads that send lanes: as many at once as wanted, and one more for each that hangs at a slow host.

A host that drips its answer holds one thread for the ten seconds it may take, and nobody else: after a second
its lane no longer counts, and another thread takes its place.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence

logger = logging.getLogger(__name__)
PATIENCE = 1.0
MOST_THREADS = 64
GATHER_SECONDS = 0.05
LOOK_SECONDS = 0.25

Job = Callable[[], None]


class Senders:
    """Runs jobs, each for one host, in a bounded number of threads; everything is told to who collects."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._waiting: deque[tuple[Sequence[str], Job]] = deque()
        self._running: dict[int, float] = {}
        self._threads: list[threading.Thread] = []
        self._idle = 0
        self._hosts: Counter[str] = Counter()
        self._told = 0
        self._is_closed = False
        self.may_get_more = True
        self._change = threading.Condition()

    def give(self, jobs: Sequence[tuple[Sequence[str], Job]]) -> None:
        """Have these jobs done, each for one host or more."""
        if not jobs:
            return
        with self._change:
            self._hosts.update(host for hosts, _ in jobs for host in hosts)
            self._waiting.extend(jobs)
            self._start_threads()
            self._change.notify_all()

    def tell(self) -> None:
        """Called by a job that has something to be collected; also says that its thread is not stuck."""
        with self._change:
            self._running[threading.get_ident()] = time.monotonic()
            self._told += 1
            if self._told == 1:
                self._change.notify_all()

    @property
    def hosts(self) -> Mapping[str, int]:
        """How many jobs wait or run, by host."""
        with self._change:
            return dict(self._hosts)

    @property
    def is_hungry(self) -> bool:
        """Whether more jobs should be given, so that no thread waits for work."""
        with self._change:
            return self._wants_more()

    def collect(self) -> None:
        """Wait until there is something to do: reports, room for more jobs, or nothing left at all.

        Reports are gathered for a moment, so that many are written in one commit.
        """
        with self._change:
            self._change.wait_for(lambda: self._told or not self._hosts, LOOK_SECONDS)
            if self._told:
                self._change.wait_for(self._wants_attention, GATHER_SECONDS)
            self._told = 0
            self._start_threads()

    def close(self) -> None:
        """Take nothing new and wait for what runs: at most one exchange with a host each."""
        with self._change:
            self._is_closed = True
            self._waiting.clear()
            self._change.notify_all()
        for thread in self._threads:
            thread.join()

    def _wants_more(self) -> bool:
        return len(self._waiting) < self._at_once

    def _wants_attention(self) -> bool:
        return not self._hosts or (self.may_get_more and not self._waiting)

    def _start_threads(self) -> None:
        """Start a thread for each waiting job that no idle thread takes, while too few make progress."""
        now = time.monotonic()
        stuck = sum(1 for since in self._running.values() if now - since > PATIENCE)
        allowed = min(self._at_once + stuck, MOST_THREADS)
        while len(self._threads) < allowed and self._idle < len(self._waiting):
            thread = threading.Thread(target=self._work, name="coffee-send", daemon=True)
            self._threads.append(thread)
            self._idle += 1
            thread.start()

    def _work(self) -> None:
        """Do jobs until the round is over."""
        while (taken := self._next()) is not None:
            hosts, job = taken
            try:
                job()
            except Exception:
                logger.exception("Sending to %s failed; it is tried again when its lease ends", hosts)
            self._done(hosts)

    def _next(self) -> tuple[Sequence[str], Job] | None:
        with self._change:
            self._change.wait_for(lambda: self._waiting or self._is_closed)
            self._idle -= 1
            if self._is_closed:
                return None
            self._running[threading.get_ident()] = time.monotonic()
            return self._waiting.popleft()

    def _done(self, hosts: Sequence[str]) -> None:
        with self._change:
            del self._running[threading.get_ident()]
            self._idle += 1
            self._hosts.subtract(hosts)
            for host in hosts:
                if not self._hosts[host]:
                    del self._hosts[host]
            if not self._hosts or not self._waiting:
                self._change.notify_all()
