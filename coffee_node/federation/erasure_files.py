"""What a database file still holds of deleted rows: old segments of the search, and the WAL file."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from coffee_node.base.database import db, end_reading, is_postgres, write

PAGES = 200
STEPS = 10_000
WORKER_PATIENCE = 30.0


def tidy() -> None:
    """Rewrite the search index in small steps and empty the WAL file; PostgreSQL does both by itself."""
    if is_postgres():
        return
    for step in range(STEPS):
        if not _merge(-PAGES if step == 0 else PAGES):
            break
    end_reading()
    try:
        with db.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
    except OperationalError:
        # Somebody reads or writes right now: the next erasure, or the next restart, empties it.
        return


def _merge(pages: int) -> bool:
    """One step of a merge of all segments, which drops the words of deleted texts; whether there is more."""
    with write(patience=WORKER_PATIENCE) as session:
        connection = session.connection()
        before = connection.scalar(text("SELECT total_changes()"))
        connection.execute(
            text("INSERT INTO search_text (search_text, rank) VALUES ('merge', :n)"), {"n": pages}
        )
        after = connection.scalar(text("SELECT total_changes()"))
    return int(after or 0) - int(before or 0) >= 2
