"""The search index; what is there already is read into it by the worker, in steps."""

import sqlalchemy as sa
from alembic import op

revision = "c0023"
down_revision = "c0022"

OBJECT_COLUMNS = {"uri", "visibility", "origin", "document", "name_map", "content_map"}
SQLITE = (
    """CREATE VIRTUAL TABLE search_text USING fts5(
        names, tags, body, tokenize = "unicode61 remove_diacritics 2")""",
    "INSERT INTO search_text (search_text, rank) VALUES ('automerge', 8)",
    """CREATE TRIGGER search_entry_gone AFTER DELETE ON search_entry
        BEGIN DELETE FROM search_text WHERE rowid = old.id; END""",
)
POSTGRES = (
    """CREATE TABLE search_text (
        rowid INTEGER PRIMARY KEY REFERENCES search_entry (id) ON DELETE CASCADE,
        names TEXT NOT NULL, tags TEXT NOT NULL, body TEXT NOT NULL,
        vector TSVECTOR GENERATED ALWAYS AS (
            setweight(to_tsvector('simple', names), 'A') || setweight(to_tsvector('simple', tags), 'B')
            || setweight(to_tsvector('simple', body), 'D')) STORED)""",
    "CREATE INDEX ix_search_text_vector ON search_text USING gin (vector)",
)


def upgrade() -> None:
    """Make the tables, and note how far each table of objects has to be read."""
    op.create_table(
        "search_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=50), nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("visibility", sa.String(length=10), nullable=False),
        sa.Column("origin", sa.String(length=255), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("moment", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_counted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_entry")),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actor.id"], name=op.f("fk_search_entry_actor_id_actor"), ondelete="CASCADE"
        ),
    )
    op.create_index("ix_search_entry_object", "search_entry", ["kind", "object_id"], unique=True)
    op.create_index(op.f("ix_search_entry_actor_id"), "search_entry", ["actor_id"])
    op.create_index(
        "ix_search_entry_uncounted",
        "search_entry",
        ["id"],
        sqlite_where=sa.text("is_counted = 0"),
        postgresql_where=sa.text("NOT is_counted"),
    )
    op.create_table(
        "search_word",
        sa.Column("word", sa.String(length=30), nullable=False),
        sa.Column("first", sa.String(length=1), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("letters", sa.Integer(), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_search_word")),
    )
    op.create_index("ix_search_word_shape", "search_word", ["first", "length", "documents"])
    op.create_table(
        "search_backlog",
        sa.Column("kind", sa.String(length=50), nullable=False),
        sa.Column("done_id", sa.Integer(), nullable=False),
        sa.Column("last_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_search_backlog")),
    )
    _index_lists()
    connection = op.get_bind()
    for statement in POSTGRES if connection.dialect.name == "postgresql" else SQLITE:
        connection.exec_driver_sql(statement)
    _note_what_is_there(connection)


def _index_lists() -> None:
    """One wide index for each long list, in place of those that split it by a single value."""
    single = {
        "event": ("country", "language"),
        "proposal": ("country", "language", "kind", "employment_type", "end_time"),
        "profile": ("country", "language"),
        "company": ("country", "language"),
        "space": ("country", "language"),
        "article": ("language",),
        "note": ("language",),
        "poll": ("language",),
    }
    for table, columns in single.items():
        for column in columns:
            op.drop_index(op.f(f"ix_{table}_{column}"), table_name=table)
    for name, table in (
        ("ix_event_start", "event"), ("ix_event_country_start", "event"), ("ix_proposal_kind_end", "proposal")
    ):  # fmt: skip
        op.drop_index(name, table_name=table)
    op.create_index(
        "ix_event_list",
        "event",
        [
            "start_time", "id", "deleted_at", "end_time", "visibility", "event_status", "country", "language",
            "category", "is_online", "join_mode", "origin", "actor_id", "latitude", "longitude",
        ],
    )  # fmt: skip
    op.create_index(
        "ix_proposal_list",
        "proposal",
        [
            "published", "id", "deleted_at", "visibility", "end_time", "available_quantity", "purpose",
            "kind", "country", "language", "employment_type", "origin", "actor_id", "latitude", "longitude",
        ],
    )  # fmt: skip


def _note_what_is_there(connection: sa.Connection) -> None:
    """Plugins' tables too: whatever has the columns of objects."""
    inspector = sa.inspect(connection)
    for name in inspector.get_table_names():
        if {column["name"] for column in inspector.get_columns(name)} >= OBJECT_COLUMNS:
            last = connection.scalar(sa.select(sa.func.max(sa.column("id"))).select_from(sa.table(name)))
            row = {"kind": name, "done_id": 0, "last_id": last}
            if last:
                connection.execute(
                    sa.text("INSERT INTO search_backlog VALUES (:kind, :done_id, :last_id)"), row
                )
