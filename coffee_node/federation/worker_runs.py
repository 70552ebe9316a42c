"""When the worker last looked for work: the only sign other processes have that one is alive."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import String, select, update
from sqlalchemy.orm import Mapped, mapped_column

from coffee_node.base import clock
from coffee_node.base.database import Row, UtcDateTime, db, insert_ignore, write

NAME = "worker"
EVERY = timedelta(minutes=1)
WORKER_PATIENCE = 30.0


class WorkerRun(Row):
    """The last time something of the worker ran."""

    __tablename__ = "worker_run"

    name: Mapped[str] = mapped_column(String(60), unique=True)
    ran_at: Mapped[datetime] = mapped_column(UtcDateTime)


def note_run() -> None:
    """Write down that a worker runs here, at most once a minute for all of them together."""
    now = clock.utcnow()
    last = last_run()
    if last is not None and now - last < EVERY:
        return
    with write(patience=WORKER_PATIENCE):
        if last is None:
            db.session.execute(insert_ignore(WorkerRun), [{"name": NAME, "ran_at": now}])
        older = update(WorkerRun).where(WorkerRun.name == NAME, WorkerRun.ran_at < now)
        db.session.execute(older.values(ran_at=now))


def last_run() -> datetime | None:
    """When a worker last looked for work, to the minute; None before the first one."""
    return db.session.scalar(select(WorkerRun.ran_at).where(WorkerRun.name == NAME))
