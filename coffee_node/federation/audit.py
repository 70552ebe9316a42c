"""What was done to accounts and by whom: a record that stays when the people in it are gone."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ForeignKey, String, Text, select, update
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coffee_node.base.database import Row, db
from coffee_node.federation.account_models import Account
from coffee_node.federation.models import Actor


class AuditEvent(Row):
    """One deed: `kind` names it, `by` did it, `account` it was done to; `note` is the reason that was given.

    No name or address is in a row, so that it can stay when an account goes.
    """

    __tablename__ = "audit_event"

    kind: Mapped[str] = mapped_column(String(50), index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"), index=True)
    space_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id", ondelete="SET NULL"))
    detail: Mapped[str] = mapped_column(String(100), default="")
    note: Mapped[str] = mapped_column(Text, default="")

    by: Mapped[Account | None] = relationship(foreign_keys=[by_id])
    account: Mapped[Account | None] = relationship(foreign_keys=[account_id])
    space: Mapped[Actor | None] = relationship()


def record(
    kind: str,
    *,
    by: Account | None,
    account: Account | None = None,
    space: Actor | None = None,
    detail: str = "",
    note: str = "",
) -> None:
    """Note a deed inside the caller's write()."""
    db.session.add(AuditEvent(kind=kind, by=by, account=account, space=space, detail=detail, note=note))


def events_about(account: Account, limit: int = 20) -> Sequence[AuditEvent]:
    """What was done to an account, newest first."""
    query = select(AuditEvent).where(AuditEvent.account_id == account.id)
    return db.session.scalars(query.order_by(AuditEvent.id.desc()).limit(limit)).all()


def forget(account: Account) -> None:
    """Take the words that were written about an account out of the record, inside write()."""
    statement = update(AuditEvent).where(AuditEvent.account_id == account.id)
    db.session.execute(statement.values(note=""))
