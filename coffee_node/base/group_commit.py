"""Threads that write at the same moment share one transaction: the first one writes for all that wait."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from coffee_node.base.errors import Unavailable

Row = dict[str, Any]


@dataclass
class _Ticket:
    row: Row
    is_done: bool = False
    error: Exception | None = None


class GroupCommit:
    """Rows on their way into one table; `add` returns when its row is committed, or raises why not."""

    def __init__(self) -> None:
        self._waiting: list[_Ticket] = []
        self._list = threading.Lock()
        self._turn = threading.Lock()

    def add(self, row: Row, write_all: Callable[[list[Row]], None]) -> None:
        """Write a row by `write_all`, together with those of the threads that wait for their turn by then."""
        ticket = _Ticket(row)
        with self._list:
            self._waiting.append(ticket)
        with self._turn:
            if not ticket.is_done:
                with self._list:
                    together, self._waiting = self._waiting, []
                _write(together, write_all)
        if ticket.error is not None:
            raise ticket.error


def _write(together: list[_Ticket], write_all: Callable[[list[Row]], None]) -> None:
    """Write all rows at once; when one of them cannot be written, each alone."""
    try:
        write_all([ticket.row for ticket in together])
    except Unavailable as error:
        for ticket in together:
            ticket.error = Unavailable(error.message, error.next_step, retry_after=error.retry_after)
    except Exception as error:
        if len(together) == 1:
            together[0].error = error
        else:
            for ticket in together:
                _write([ticket], write_all)
    finally:
        for ticket in together:
            ticket.is_done = True
