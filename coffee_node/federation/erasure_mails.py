"""What stands under somebody's mail address: mails, links in mails, invitations, requests."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy import String, delete, func, or_, select

from coffee_node.base.database import Base, after_commit, db
from coffee_node.base.mail import Mail
from coffee_node.federation.account_models import Account
from coffee_node.node import this_node

ADDRESS_COLUMNS = ("address", "email", "recipient", "reply_to")


def forget(address: str) -> None:
    """Remove every row under a mail address, whatever its table, inside write(); accounts stay."""
    if not address:
        return
    mails = select(Mail.message_id).where(
        or_(func.lower(Mail.recipient) == address.lower(), func.lower(Mail.reply_to) == address.lower())
    )
    remove_files(db.session.scalars(mails).all())
    for table in reversed(Base.metadata.sorted_tables):
        columns = address_columns(table)
        if columns and table is not Account.__table__:
            db.session.execute(
                delete(table).where(or_(*(func.lower(one) == address.lower() for one in columns)))
            )


def address_columns(table: Any) -> list[Any]:
    """The columns of a table that hold a mail address."""
    return [
        column for column in table.c if column.name in ADDRESS_COLUMNS and isinstance(column.type, String)
    ]


def remove_files(message_ids: Iterable[str]) -> None:
    """Remove the files of mails that were written into a folder, once the erasure is committed."""
    config = this_node().config
    parts = urlsplit(config.mail.url)
    if parts.scheme != "file":
        return
    folder = Path(config.home / unquote(parts.path))
    files = [folder / f"{one.replace('/', '_')}.eml" for one in message_ids]
    after_commit(lambda: _remove(files))


def _remove(files: list[Path]) -> None:
    for file in files:
        file.unlink(missing_ok=True)
