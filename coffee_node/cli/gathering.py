"""Requests that are answered many at a time: one thread takes all that came while it was at the last ones.

Where one comes after the other it waits some milliseconds for more: what many cost together they cost once.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

logger = logging.getLogger(__name__)
Environ = dict[str, Any]
MOST = 100
STREAM_SECONDS = 0.05
GATHER_SECONDS = 0.003


class Gathering:
    """Callers of one event loop whose requests are taken together."""

    def __init__(self, take: Callable[[Sequence[Environ]], list[bool]]) -> None:
        self._take = take
        self._waiting: list[tuple[Environ, asyncio.Future[bool]]] = []
        self._lock = threading.Lock()
        self._last = -STREAM_SECONDS
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="inbox")

    async def accept(self, environ: Environ) -> bool:
        """Whether the request was accepted; what fails, and what is only unusual, was not."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[bool] = loop.create_future()
        with self._lock:
            self._waiting.append((environ, answer))
            is_first = len(self._waiting) == 1
        if is_first:
            self._thread.submit(self._take_waiting, loop)
        return await answer

    def _take_waiting(self, loop: asyncio.AbstractEventLoop) -> None:
        if time.monotonic() - self._last < STREAM_SECONDS:
            time.sleep(GATHER_SECONDS)
        with self._lock:
            together, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            if self._waiting:
                self._thread.submit(self._take_waiting, loop)
        try:
            accepted = self._take([environ for environ, _ in together])
        except Exception:
            logger.exception("%d requests are answered one by one", len(together))
            accepted = [False] * len(together)
        self._last = time.monotonic()
        loop.call_soon_threadsafe(_answer, [answer for _, answer in together], accepted)


def _answer(waiting: Sequence[asyncio.Future[bool]], accepted: Sequence[bool]) -> None:
    for answer, is_accepted in zip(waiting, accepted, strict=True):
        if not answer.done():
            answer.set_result(is_accepted)
