"""What a manager changes in the browser: values by name, kept in the database and remembered for a moment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select

from coffee_node.base.database import after_commit, db
from coffee_node.federation.account_models import Setting
from coffee_node.node import current_node, this_node


def all_settings() -> Mapping[str, Any]:
    """Every value by name; at most some seconds old where another process changed it."""
    found: Mapping[str, Any] = current_node.site_settings.get(_read)
    return found


def keep(values: Mapping[str, Any]) -> None:
    """Set values inside the caller's write(); an empty one takes its name back."""
    node = this_node()
    rows = {row.name: row for row in db.session.scalars(select(Setting).where(Setting.name.in_(values)))}
    for name, value in values.items():
        if not value:
            db.session.execute(delete(Setting).where(Setting.name == name))
        elif name in rows:
            rows[name].value = value
        else:
            db.session.add(Setting(name=name, value=value))
    after_commit(node.site_settings.forget)


def _read() -> dict[str, Any]:
    return {name: value for name, value in db.session.execute(select(Setting.name, Setting.value))}
