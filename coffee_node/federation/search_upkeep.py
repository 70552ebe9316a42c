"""What the worker does for the search: reads what was there before the index, and counts new words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from coffee_node.base.contracts import ObjectType, Task
from coffee_node.base.database import db, write
from coffee_node.federation.search_index import put_rows
from coffee_node.federation.search_models import SearchBacklog
from coffee_node.federation.search_vocabulary import count_new
from coffee_node.node import current_node

STEP = 200
STEPS = 100
WORKER_PATIENCE = 30.0


def search_task() -> Task:
    """The task of every minute; it has mostly nothing to do."""
    return Task("search index", timedelta(minutes=1), keep_up)


def keep_up() -> str:
    """Bring the index up to date; the sentence that is shown."""
    read = read_backlog()
    counted = count_new()
    return f"{read} older objects were read, the words of {counted} new ones were counted."


def read_backlog() -> int:
    """Read rows that are older than the index into it, some hundred per transaction; how many."""
    types = {str(one.model.__tablename__): one for one in current_node.registry.types()}
    total = 0
    for _ in range(STEPS):
        query = select(SearchBacklog).where(SearchBacklog.kind.in_(types)).order_by(SearchBacklog.kind)
        with write(patience=WORKER_PATIENCE):
            waiting = db.session.scalar(query.limit(1))
            if waiting is None:
                break
            total += _read_some(types[waiting.kind], waiting)
    return total


def _read_some(object_type: ObjectType, waiting: SearchBacklog) -> int:
    model: Any = object_type.model
    query = select(model).where(model.id > waiting.done_id, model.id <= waiting.last_id)
    rows = db.session.scalars(query.order_by(model.id).limit(STEP)).all()
    put_rows(object_type, rows, count=False)
    if len(rows) < STEP:
        db.session.delete(waiting)
    else:
        waiting.done_id = rows[-1].id
    return len(rows)
