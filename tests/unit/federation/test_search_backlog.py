"""What the migration of the search notes about objects that were there before it."""

from __future__ import annotations

import runpy
from pathlib import Path

from sqlalchemy import create_engine, text

MIGRATION = Path(__file__).parents[3] / "migrations" / "versions" / "c0023_search.py"
OBJECT = "uri TEXT, visibility TEXT, origin TEXT, document JSON, name_map JSON, content_map JSON"


def test_every_table_of_objects_with_rows_waits_to_be_read_that_of_a_plugin_too() -> None:
    note = runpy.run_path(str(MIGRATION))["_note_what_is_there"]
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        for table in ("event", "poll", "tools_item"):
            connection.execute(text(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, {OBJECT})"))
        connection.execute(text("CREATE TABLE actor (id INTEGER PRIMARY KEY, uri TEXT)"))
        connection.execute(text("CREATE TABLE search_backlog (kind TEXT, done_id INTEGER, last_id INTEGER)"))
        connection.execute(text("INSERT INTO event (id) VALUES (1), (7)"))
        connection.execute(text("INSERT INTO tools_item (id) VALUES (3)"))
        connection.execute(text("INSERT INTO actor (id) VALUES (9)"))
        note(connection)
        rows = connection.execute(text("SELECT kind, done_id, last_id FROM search_backlog")).all()
    engine.dispose()
    assert sorted(rows) == [("event", 0, 7), ("tools_item", 0, 3)]
