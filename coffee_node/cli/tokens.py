"""`coffee-node token`: bearer tokens for the write interface."""

from __future__ import annotations

import click

from coffee_node.cli.opening import with_node
from coffee_node.cli.tables import as_json_option, show_rows

SCOPES = ("read", "write")


def read_scope(ctx: click.Context, parameter: click.Parameter, value: str) -> str:
    """The scope in its one spelling; BadParameter when a word in it is unknown."""
    words = [word.strip() for word in value.split(",") if word.strip()]
    if not words or not set(words) <= set(SCOPES):
        raise click.BadParameter(f'"{value}" is no scope: it takes {", ".join(SCOPES)} or both.')
    return ",".join(scope for scope in SCOPES if scope in words)


@click.group()
def token() -> None:
    """Make, list and revoke API tokens."""


@token.command()
@click.argument("handle")
@click.option("--scope", default="read,write", show_default=True, callback=read_scope, help="What it may do.")
@click.option("--name", default="", help="What it is for, as the person's own page shows it.")
@with_node
def create(handle: str, scope: str, name: str) -> None:
    """Print a new token of an account, alone on stdout; it is shown only this once.

    It may write to the outbox of every actor the account manages.
    """
    from coffee_node.federation import accounts

    click.echo(accounts.create_token(accounts.account_named(handle), scope, name[:100]))


@token.command("list")
@click.argument("handle", required=False)
@as_json_option
@with_node
def list_tokens(handle: str | None, as_json: bool) -> None:
    """List the tokens of an account, or of all of them; the secrets themselves are not kept."""
    from sqlalchemy import select

    from coffee_node.base.database import db
    from coffee_node.federation import accounts
    from coffee_node.federation.account_models import Token

    query = select(Token).order_by(Token.id)
    if handle:
        query = query.where(Token.account_id == accounts.account_named(handle).id)
    rows = [
        {
            "id": found.id,
            "handle": found.account.handle,
            "scope": found.scope,
            "name": found.name,
            "created_at": found.created_at,
            "last_used_at": found.last_used_at,
            "revoked_at": found.revoked_at,
        }
        for found in db.session.scalars(query)
    ]
    show_rows(rows, as_json=as_json, empty="There are no tokens. Make one: coffee-node token create HANDLE")


@token.command()
@click.argument("number", metavar="ID", type=int)
@with_node
def revoke(number: int) -> None:
    """End a token; ID is its number in `token list`."""
    from coffee_node.base import clock
    from coffee_node.base.database import db, write
    from coffee_node.base.errors import NotFound
    from coffee_node.federation.account_models import Token

    with write():
        found = db.session.get(Token, number)
        if found is None:
            raise NotFound(f"There is no token {number}.", "See the tokens: coffee-node token list")
        found.revoked_at = found.revoked_at or clock.utcnow()
    click.echo(f"Token {number} is worth nothing from now on.", err=True)
