"""Every row of a person, table by table, as CSV: what hangs on the account, the actor or the address.

The mapped tables are walked by their foreign keys, so that tables of plugins and of later versions are in it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Column, ColumnElement, Table, func, or_, select

from coffee_node.base.database import Base, db
from coffee_node.federation.account_models import Account
from coffee_node.federation.erasure_mails import address_columns
from coffee_node.federation.models import Actor

# Columns that prove who somebody is, or would let somebody in; none of them is given out.
SECRET_COLUMNS = frozenset(
    {
        "account.password_hash", "account.totp_secret", "account.totp_step", "actor_key.private_key",
        "session.secret_hash", "token.secret_hash", "sign_in_link.secret_hash", "mail_link.secret_hash",
        "feed_address.secret_hash", "event_reader.secret_hash", "invitation.secret_hash",
        "recovery_code.code_hash", "passkey.credential_id", "passkey_challenge.challenge_hash",
        "sign_up.password_hash", "idempotency_key.body_hash", "lookup.token", "departure.secret_hash",
        "tombstone.uri_hash", "used_handle.handle_hash",
        "guest_session.sealed_token", "guest_session.secret_hash", "home_sign_in.sealed",
        "home_sign_in.token",
        "home_sign_in.browser_hash", "home_sign_in.state_hash", "oauth_code.code_hash",
        "oauth_grant.secret_hash", "oauth_key.private_key",
    }
)  # fmt: skip
SECRET_NAME = re.compile(r"secret|hash|password|private")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
# What a mail program got as a link that lets somebody in.
LINK_SECRET = re.compile(r"(?<=/)[A-Za-z0-9_-]{40,}")
MOST = 50_000


def is_secret(column: Column[Any]) -> bool:
    """Whether a column is not given out: a named one, or one that is called like a secret."""
    return f"{column.table.name}.{column.name}" in SECRET_COLUMNS or bool(SECRET_NAME.search(column.name))


def tables_of(account: Account, actors: Sequence[Actor]) -> Iterator[tuple[str, str]]:
    """The name and the CSV of each table that has a row of a person, its account and its actors."""
    wanted = _conditions(account, actors)
    for table, condition in wanted.items():
        columns = [column for column in table.c if not is_secret(column)]
        rows = db.session.execute(select(*columns).where(condition).limit(MOST)).all()
        if rows:
            yield table.name, as_csv(table.name, [column.name for column in columns], rows)


def _conditions(account: Account, actors: Sequence[Actor]) -> dict[Table, ColumnElement[bool]]:
    """Which rows of which table are a person's; a row that hangs on such a row is, too."""
    ids, uris = [actor.id for actor in actors], [actor.uri for actor in actors]
    found: dict[Table, ColumnElement[bool]] = {
        Account.__table__: Account.__table__.c.id == account.id,  # type: ignore[dict-item]
        Actor.__table__: Actor.__table__.c.id.in_(ids),  # type: ignore[dict-item]
    }
    for table in Base.metadata.sorted_tables:
        if table in found:
            continue
        clauses: list[ColumnElement[bool]] = [
            key.parent.in_(select(key.column).where(found[key.column.table]))
            for key in table.foreign_keys
            if key.column.table in found
        ]
        clauses += [column.in_(uris) for column in _uri_columns(table)]
        if account.email:
            clauses += [func.lower(column) == account.email.lower() for column in address_columns(table)]
        if clauses:
            found[table] = or_(*clauses)
    return found


def _uri_columns(table: Table) -> list[Column[Any]]:
    return [column for column in table.c if column.name in ("actor_uri", "owner_uri")]


def as_csv(name: str, columns: Iterable[str], rows: Iterable[Sequence[Any]]) -> str:
    """Rows as CSV for a spreadsheet: nothing in it is taken for a formula."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(list(columns))
    for row in rows:
        writer.writerow([_cell(name, value) for value in row])
    return written.getvalue()


def _cell(table: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        text = bytes(value).decode("utf-8", "replace")
    else:
        text = value if isinstance(value, str) else orjson.dumps(value).decode()
    if table == "mail":
        text = LINK_SECRET.sub("…", text)
    return f"'{text}" if text.startswith(FORMULA) else text
