"""What the worker does for the search: reads what was there before the index, and counts new words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from coffee_node.base.contracts import ObjectType, Task
from coffee_node.base.database import db, write
from coffee_node.federation.search_engine import merge_some
from coffee_node.federation.search_index import put_rows
from coffee_node.federation.search_models import SearchBacklog
from coffee_node.federation.search_vocabulary import count_new
from coffee_node.node import current_node

STEP = 200
STEPS = 100
MOST_MERGES = 1_000
WORKER_PATIENCE = 30.0


def search_tasks() -> list[Task]:
    """What is done every minute for what is older than the index, at leisure for words, and once a day."""
    return [
        Task("search index", timedelta(minutes=1), read_older),
        Task("search words", timedelta(minutes=10), count_words),
        Task("search forgetting", timedelta(days=1), forget_deleted),
    ]


def forget_deleted() -> str:
    """Merge the index step by step until nothing of what was deleted is in it; the sentence that is shown.

    Who erases a person calls it too: until then the file of the database may still hold single words.
    """
    steps = 0
    is_unfinished = True
    while is_unfinished and steps < MOST_MERGES:
        with write(patience=WORKER_PATIENCE) as session:
            is_unfinished = merge_some(session.connection())
        steps += 1
    return f"The index forgot deleted words in {steps} steps."


def count_words() -> str:
    """Count the words of objects that came from elsewhere; the sentence that is shown."""
    return f"The words of {count_new()} new objects were counted."


def read_older() -> str:
    """Read objects that are older than the index into it; the sentence that is shown."""
    return f"{_read_backlog()} older objects were read."


def _read_backlog() -> int:
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
