"""Lists: one page of rows by keyset, in few queries."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from coffee_node.base.database import db
from coffee_node.base.i18n import gettext as _
from coffee_node.federation.audience import visible
from coffee_node.federation.models import FederatedObject
from coffee_node.web.auth import current_account
from coffee_node.web.list_filters import filters
from coffee_node.web.list_query import ListQuery
from coffee_node.web.remembered_counts import of_list

__all__ = ["PER_PAGE", "ListPage", "ListQuery", "run_list", "write_cursor"]

PER_PAGE = 20
ASCENDING = frozenset({"start_time"})


@dataclass(frozen=True)
class ListPage:
    """One page of a list; `next_cursor` is empty on the last one."""

    rows: Sequence[Any]
    total: int
    next_cursor: str
    query: ListQuery
    notes: tuple[str, ...] = ()

    @property
    def next_href(self) -> str:
        """The address of the next page, empty on the last one."""
        return self.query.href(page=self.next_cursor) if self.next_cursor else ""

    @property
    def first_href(self) -> str:
        """The address of the first page, empty when this is it."""
        return self.query.href() if self.query.page else ""


def run_list(
    model: type[FederatedObject],
    query: ListQuery,
    order: str = "published",
    where: Sequence[ColumnElement[bool]] = (),
    limit: int = PER_PAGE,
    total: Callable[[], int] | None = None,
) -> ListPage:
    """One page of what this reader may see, in two queries.

    `start_time` runs forward, every other order backward; rows after the cursor, never by offset. `total` is
    given by lists that know their number in another way.
    """
    clauses = [*visible(model, current_account()), *filters(model, query), *where]
    column: Any = getattr(model, order)
    notes = query.notes
    after: list[ColumnElement[bool]] = []
    if query.page:
        cursor = _read_cursor(query.page)
        if cursor is None:
            notes = (*notes, _("This page of the list is not known; here is the first one."))
        else:
            after.append(_after(column, model.id, cursor, order in ASCENDING))
    sort = (column, model.id) if order in ASCENDING else (column.desc(), model.id.desc())
    rows = db.session.scalars(select(model).where(*clauses, *after).order_by(*sort).limit(limit + 1)).all()
    more = len(rows) > limit
    rows = rows[:limit]
    count = select(func.count()).select_from(model).where(*clauses)
    number = (
        total() if total else of_list("total", model, query, where, lambda: db.session.scalar(count) or 0)
    )
    next_cursor = write_cursor(getattr(rows[-1], order), rows[-1].id) if more else ""
    return ListPage(rows, number, next_cursor, query, notes)


def _after(column: Any, key: Any, cursor: tuple[datetime, int], is_ascending: bool) -> ColumnElement[bool]:
    value, row_id = cursor
    if is_ascending:
        return or_(column > value, and_(column == value, key > row_id))
    return or_(column < value, and_(column == value, key < row_id))


def write_cursor(value: datetime, row_id: int) -> str:
    """The cursor of the rows that follow this one."""
    text = f"{value.astimezone(UTC).isoformat()}|{row_id}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_cursor(page: str) -> tuple[datetime, int] | None:
    try:
        text = base64.urlsafe_b64decode(page + "=" * (-len(page) % 4)).decode()
        value, _bar, row_id = text.partition("|")
        moment, number = datetime.fromisoformat(value), int(row_id)
        in_utc = moment.astimezone(UTC)
    except (ValueError, OverflowError, binascii.Error):
        return None
    return (in_utc, number) if moment.tzinfo is not None and abs(number) < 2**31 else None
