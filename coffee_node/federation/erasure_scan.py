"""Identifiers of who left, replaced by their hash in every table, a piece at a time.

On a large node the texts of all tables are gigabytes: each run reads for at most half a second, remembers how
far it came, and holds the write lock only for the few rows in which something stands.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Table, delete, func, or_, select, update

from coffee_node.base.contracts import Task
from coffee_node.base.database import Base, db, end_reading, insert_ignore, write
from coffee_node.federation import erasure_files, erasure_rows
from coffee_node.federation.erasure_models import NameScan
from coffee_node.federation.erasure_rows import Identifiers, contains
from coffee_node.node import current_node

EVERY = timedelta(seconds=20)
SECONDS = 0.5
STEP = 500
TOGETHER = 20
WORKER_PATIENCE = 30.0
# A shorter handle is part of too many words to look for it alone.
TELLING = 4


def scan_task() -> Task:
    """The task of the worker, three times a minute."""
    return Task("names of who left", EVERY, go_on)


def begin(who: Identifiers) -> None:
    """Have the identifiers of somebody looked for in every table, inside write()."""
    values = {"uri": who.plain[0], "slug": who.slug, "host": who.host, "table_name": "", "last_id": 0}
    db.session.execute(insert_ignore(NameScan), [values])


def go_on() -> str:
    """Look on for half a second; the sentence that is shown."""
    until, changed, ended = time.monotonic() + SECONDS, 0, 0
    while not current_node.is_stopping:
        scans = _together()
        end_reading()
        if not scans:
            break
        run = _Run(scans)
        run.go_on(until)
        run.remember()
        changed += run.changed
        ended += len(scans) if run.is_over else 0
        if time.monotonic() >= until:
            break
    if ended:
        erasure_files.tidy()
    left = db.session.scalar(select(func.count()).select_from(NameScan)) or 0
    return f"{changed} rows named somebody who left; {left} names are still looked for."


def _together() -> Sequence[NameScan]:
    """The oldest search, and those that came exactly as far."""
    first = db.session.scalar(select(NameScan).order_by(NameScan.id).limit(1))
    if first is None:
        return []
    query = select(NameScan).where(NameScan.table_name == first.table_name, NameScan.last_id == first.last_id)
    return db.session.scalars(query.order_by(NameScan.id).limit(TOGETHER)).all()


class _Run:
    """One stretch of a search for some people at once; where it stands is written at its end."""

    def __init__(self, scans: Sequence[NameScan]) -> None:
        self._ids = [scan.id for scan in scans]
        self._people = [Identifiers(scan.uri, scan.slug, scan.host) for scan in scans]
        self._needles = sorted({needle for who in self._people for needle in _needles(who)})
        self._tables = [table for table in Base.metadata.sorted_tables if _is_searched(table)]
        names = [table.name for table in self._tables]
        self._place = names.index(scans[0].table_name) if scans[0].table_name in names else 0
        self._last = scans[0].last_id
        self.changed = 0

    @property
    def is_over(self) -> bool:
        """Whether every table has been looked at."""
        return self._place >= len(self._tables)

    def go_on(self, until: float) -> None:
        """Look at one piece, and at more while there is time."""
        self._step()
        while not self.is_over and time.monotonic() < until:
            self._step()

    def _step(self) -> None:
        """Look at the next rows of a table, or go on to the next table."""
        table = self._tables[self._place]
        upper = self._upper(table)
        if upper is None:
            self._place, self._last = self._place + 1, 0
            return
        columns = erasure_rows.texts_in(table)
        told = or_(*(contains(column, needle) for column in columns for needle in self._needles))
        piece = table.c.id > self._last, table.c.id <= upper
        found = db.session.scalars(select(table.c.id).where(*piece, told)).all()
        end_reading()
        if found:
            with write(patience=WORKER_PATIENCE):
                rows = erasure_rows.replace_in_rows(table, columns, table.c.id.in_(found), self._replaced)
                self.changed += rows
        self._last = upper

    def _upper(self, table: Table) -> int | None:
        """The last number of the next piece; None at the end of a table."""
        after = select(table.c.id).where(table.c.id > self._last).order_by(table.c.id).limit(STEP)
        upper: int | None = db.session.scalar(select(func.max(after.subquery().c.id)))
        return upper

    def _replaced(self, text: str) -> str:
        for who in self._people:
            text = who.replaced(text)
        return text

    def remember(self) -> None:
        """Write down how far the search came; who was looked for everywhere is forgotten."""
        mine = NameScan.id.in_(self._ids)
        with write(patience=WORKER_PATIENCE):
            if self.is_over:
                db.session.execute(delete(NameScan).where(mine))
                return
            place = {"table_name": self._tables[self._place].name, "last_id": self._last}
            db.session.execute(update(NameScan).where(mine).values(place))


def _is_searched(table: Table) -> bool:
    is_own = table.name == NameScan.__tablename__
    return not is_own and "id" in table.c and bool(erasure_rows.texts_in(table))


def _needles(who: Identifiers) -> list[str]:
    """What to look for first: the handle is in every identifier, and one word is found quickest."""
    if len(who.slug) >= TELLING and all(who.slug.lower() in one.lower() for one in who.plain):
        return [who.slug]
    return who.plain
