"""Which workers are alive: one that starts and finds no other may take over what dead ones had claimed.

Each worker holds a shared lock that ends with its process, however it ends: on a file of the home beside
SQLite, in the database itself with PostgreSQL, where workers run on several hosts.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, func, select

FILE = "worker.lock"
KEY = zlib.crc32(b"coffee-node workers")
_AUTOCOMMIT: dict[str, Any] = {"isolation_level": "AUTOCOMMIT"}


class Presence:
    """The lock of one worker process; `enter` when it begins to work, `leave` when it has ended."""

    def __init__(self, home: Path, engine: Engine) -> None:
        self._home = home
        self._engine = engine
        self._file: int | None = None
        self._connection: Connection | None = None

    def enter(self, take_over: Callable[[], None]) -> None:
        """Be counted from here on; `take_over` runs first when no other worker is alive."""
        if self._engine.dialect.name == "postgresql":
            self._enter_database(take_over)
        else:
            self._enter_file(take_over)

    def leave(self) -> None:
        """Be counted no more."""
        if self._file is not None:
            os.close(self._file)
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
        self._file = self._connection = None

    def _enter_file(self, take_over: Callable[[], None]) -> None:
        try:
            import fcntl
        except ImportError:  # Windows: leases run out by themselves
            return
        self._file = os.open(self._home / FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            fcntl.flock(self._file, fcntl.LOCK_SH)
            return
        try:
            take_over()
        finally:
            fcntl.flock(self._file, fcntl.LOCK_SH)

    def _enter_database(self, take_over: Callable[[], None]) -> None:
        connection = self._engine.connect().execution_options(**_AUTOCOMMIT)
        self._connection = connection
        is_alone = connection.scalar(select(func.pg_try_advisory_lock(KEY)))
        try:
            if is_alone:
                take_over()
        finally:
            if not is_alone:
                connection.execute(select(func.pg_advisory_lock_shared(KEY)))
            else:
                connection.execute(select(func.pg_try_advisory_lock_shared(KEY)))
                connection.execute(select(func.pg_advisory_unlock(KEY)))
