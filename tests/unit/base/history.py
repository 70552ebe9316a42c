"""Histories of migrations that tests write."""

from __future__ import annotations

from coffee_node.base.migration_owners import Owner

MIGRATION = """
import sqlalchemy as sa
from alembic import op

revision = {revision!r}
down_revision = {down!r}
branch_labels = None
depends_on = None


def upgrade():
    {body}
"""


def make_table(name: str) -> str:
    return f"op.create_table({name!r}, sa.Column('id', sa.Integer, primary_key=True))"


class History:
    """A folder of migrations that tests write."""

    def __init__(self, owner: Owner) -> None:
        self.owner = owner
        self.head: str | None = None
        (owner.folder / "versions").mkdir(parents=True)

    def add(self, revision: str, *body: str) -> History:
        text = MIGRATION.format(revision=revision, down=self.head, body="\n    ".join(body))
        (self.owner.folder / "versions" / f"{revision}.py").write_text(text)
        self.head = revision
        return self
