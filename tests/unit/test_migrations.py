"""The migrations make exactly the tables of the models, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from coffee_node import app as assembled
from coffee_node.base.config import load_config, write_config
from coffee_node.base.database import Base
from coffee_node.base.migration_owners import VERSION_TABLE, core_owner
from coffee_node.base.migrator import pending, upgrade


def differences(home: Path, database: Mapping[str, str]) -> list[Any]:
    """What would still have to change in a database that was migrated from nothing."""
    assert assembled.CORE_FEATURES  # importing the application has declared every table
    home.mkdir()
    node = {"name": "Lille", "base_url": "https://lille.example", "language": "fr"}
    write_config(home, {"node": node, "database": dict(database)})
    config = load_config(home, {})
    upgrade(config, [core_owner()])
    assert pending(config, [core_owner()]) == []
    engine = create_engine(config.database_url)
    with engine.connect() as connection:
        options = {
            "include_name": is_of_the_core,
            "include_object": is_made_there(engine.dialect.name),
            "compare_type": True,
        }
        found = compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata)
    engine.dispose()
    return [change for change in found if is_of_the_core(table_of(change), "table", {})]


def is_made_there(dialect: str) -> Callable[..., bool]:
    """Leave out the indexes of the other database alone: Alembic does not ask for whom they are made."""

    def is_made(thing: Any, name: str | None, kind: str, *more: Any) -> bool:
        condition = getattr(thing, "_ddl_if", None)
        return condition is None or condition.dialect == dialect

    return is_made


def is_of_the_core(name: str | None, kind: str, parents: Mapping[str, Any]) -> bool:
    """Plugins of other tests may have declared tables of their own; the version table has no model."""
    if kind != "table":
        return True
    if (name or "").startswith("search_text"):
        # Made by each database in its own way (federation/search_engine.py); no model describes it.
        return False
    table = Base.metadata.tables.get(name or "")
    owners = [mapper.class_.__module__ for mapper in Base.registry.mappers if mapper.local_table is table]
    return name != VERSION_TABLE and (table is None or owners[0].startswith("coffee_node."))


def table_of(change: Any) -> str:
    """The table that a difference is about."""
    first = change[0] if isinstance(change, list) else change
    subject = first[1]
    if isinstance(subject, str) or subject is None:
        return str(first[2])
    return str(getattr(getattr(subject, "table", subject), "name", ""))


def test_the_migrated_schema_is_that_of_the_models_on_sqlite(tmp_path: Path) -> None:
    assert differences(tmp_path / "home", {}) == []


@pytest.mark.postgres
def test_the_migrated_schema_is_that_of_the_models_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    assert differences(tmp_path / "home", {"url": postgres_url}) == []
