"""Which handles were ever used here, as hashes: an address is never given to somebody else."""

from __future__ import annotations

import hashlib

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

from coffee_node.base.database import Row, db, insert_ignore
from coffee_node.base.errors import Conflict
from coffee_node.base.i18n import gettext as _


class UsedHandle(Row):
    """The SHA-256 of a handle that somebody has or had; it outlives whoever had it."""

    __tablename__ = "used_handle"

    handle_hash: Mapped[str] = mapped_column(String(64), unique=True)


def hash_handle(handle: str) -> str:
    """What is kept of a handle."""
    return hashlib.sha256(handle.lower().encode()).hexdigest()


def was_used(handle: str) -> bool:
    """Whether somebody has or had this handle."""
    query = select(UsedHandle.id).where(UsedHandle.handle_hash == hash_handle(handle))
    return db.session.scalar(query) is not None


def claim(handle: str) -> None:
    """Take a handle for good, inside write(); Conflict when somebody has it or had it."""
    claimed = insert_ignore(UsedHandle).values(handle_hash=hash_handle(handle)).returning(UsedHandle.id)
    if db.session.scalar(claimed) is None:
        raise taken(handle)


def taken(handle: str) -> Conflict:
    """The error of a handle that cannot be had, whether it is in use or was."""
    return Conflict(_("The handle %(handle)s is taken.", handle=handle), _("Choose another one."))
