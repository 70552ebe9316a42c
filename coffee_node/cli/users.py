"""`coffee-node user`: the accounts of this node."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from coffee_node.cli.opening import with_node
from coffee_node.cli.tables import as_json_option, show_rows

if TYPE_CHECKING:
    from coffee_node.federation.account_models import Account
    from coffee_node.federation.models import Actor

ROLES = ("member", "host", "manager", "admin")
LINK_HOURS = 7 * 24
space_option = click.option("--space", "slug", help="Handle of the space; not needed where there is one.")


@click.group()
def user() -> None:
    """Add, list and change accounts."""


@user.command()
@click.argument("handle")
@click.option("--name", default="", help="Name that others see; the handle if not given.")
@click.option("--email", default="", help="E-mail address, also to sign in with.")
@click.option("--role", type=click.Choice(ROLES), default="member", show_default=True)
@space_option
@with_node
def add(handle: str, name: str, email: str, role: str, slug: str | None) -> None:
    """Add an account and print a one-time link with which its owner chooses a password."""
    from coffee_node.base.database import write
    from coffee_node.federation import accounts

    with write():
        account = accounts.create_account(
            handle.lower(), name or handle, email=email.strip().lower(), is_admin=role == "admin"
        )
        accounts.join_space(account, chosen_space(slug), _space_role(role))
        link = _setup_link(account)
    click.echo(f"{account.handle} can choose a password with this link for seven days:", err=True)
    click.echo(link)


@user.command()
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS...")
@click.option("--role", type=click.Choice(ROLES[:3]), default="member", show_default=True)
@click.option("--language", default="", help="Language of the mail; that of the node if not given.")
@space_option
@with_node
def invite(addresses: tuple[str, ...], role: str, language: str, slug: str | None) -> None:
    """Invite addresses to a space: each gets a mail, and its link for two weeks is printed here."""
    from coffee_node.base.config_fields import is_email
    from coffee_node.base.errors import Unprocessable
    from coffee_node.federation import invitations
    from coffee_node.node import current_node

    wrong = [address for address in addresses if not is_email(address.strip())]
    if wrong:
        raise Unprocessable(f"{', '.join(wrong)}: no e-mail address.", "Nobody was invited.")
    if language and language not in current_node.config.web.languages:
        raise Unprocessable(f"The pages have no language {language}.", "Use one of [web] languages.")
    wish = invitations.Wish(chosen_space(slug), role, language)
    for one in invitations.invite(wish, addresses, None):
        if one.link:
            click.echo(one.link)
        else:
            click.echo(f"{one.email} belongs to the space already.", err=True)
    if not current_node.config.mail.url:
        click.echo("No mail leaves this node ([mail] url is empty): pass the links on yourself.", err=True)


@user.command("list")
@as_json_option
@with_node
def list_users(as_json: bool) -> None:
    """List the accounts, with their roles and what became of them."""
    from sqlalchemy import select

    from coffee_node.base.database import db
    from coffee_node.federation.account_models import Account

    rows = [
        {
            "handle": account.handle,
            "name": account.name,
            "email": account.email,
            "is_admin": account.is_admin,
            "spaces": [f"{entry.space.slug} ({entry.role})" for entry in account.memberships],
            "created_at": account.created_at,
            "last_seen_at": account.last_seen_at,
            "disabled_at": account.disabled_at,
        }
        for account in db.session.scalars(select(Account).order_by(Account.handle))
    ]
    show_rows(rows, as_json=as_json, empty="There are no accounts.")


@user.command()
@click.argument("handle")
@click.option("--link", "wants_link", is_flag=True, help="Print a one-time link instead of asking.")
@with_node
def passwd(handle: str, wants_link: bool) -> None:
    """Set a password: asked for on a terminal, else the first line of the standard input."""
    from coffee_node.base.database import write
    from coffee_node.federation import accounts

    account = accounts.account_named(handle)
    if wants_link:
        click.echo(_setup_link(account))
        return
    if sys.stdin.isatty():
        password = click.prompt("New password", hide_input=True, confirmation_prompt=True, err=True)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    with write():
        accounts.set_password(account, password)
    click.echo(f"{account.handle} has a new password.", err=True)


@user.command("role")
@click.argument("handle")
@click.argument("role", type=click.Choice(ROLES))
@space_option
@with_node
def change_role(handle: str, role: str, slug: str | None) -> None:
    """Change a role: `admin` for the whole node, the others in a space (and no longer admin)."""
    from coffee_node.base.database import write
    from coffee_node.federation import accounts, audit, memberships

    account = accounts.account_named(handle)
    space = chosen_space(slug)
    with write():
        if role != "admin":
            _keep_one_administrator(account)
        if _space_role(role) != "manager" and accounts.role_in(account, space) == "manager":
            memberships.keep_one_manager(memberships.membership_in(space, account.handle))
        account.is_admin = role == "admin"
        accounts.join_space(account, space, _space_role(role))
        audit.record("role", by=None, account=account, space=space, detail=role)
    click.echo(f"{account.handle} is now {role}.", err=True)


@user.command()
@click.argument("handle")
@click.option("--undo", is_flag=True, help="Let the account sign in again.")
@with_node
def disable(handle: str, undo: bool) -> None:
    """Close an account: its sessions and tokens end at once, what it published stays."""
    from coffee_node.federation import accounts, memberships

    account = accounts.account_named(handle)
    if undo:
        memberships.enable_account(account, None)
    else:
        _keep_one_administrator(account)
        memberships.disable_account(account, None)
    click.echo(f"{account.handle} {'may sign in again' if undo else 'is closed'}.", err=True)


def chosen_space(slug: str | None) -> Actor:
    """The space of this handle, or the first one; NotFound names those that exist."""
    from coffee_node.base.errors import NotFound
    from coffee_node.federation.actors import local_spaces

    spaces = local_spaces()
    for space in spaces:
        if slug in (None, space.slug):
            return space
    names = ", ".join(space.slug for space in spaces) or "none yet"
    raise NotFound(f"There is no space {slug or ''} here.", f"The spaces are: {names}.")


def _space_role(role: str) -> str:
    return "manager" if role == "admin" else role


def _setup_link(account: Account) -> str:
    from coffee_node.federation import accounts
    from coffee_node.node import current_node

    secret = accounts.sign_in_link(account, purpose="setup", hours=LINK_HOURS)
    return f"{current_node.config.base_url}/setup?token={secret}"


def _keep_one_administrator(account: Account) -> None:
    from sqlalchemy import select

    from coffee_node.base.database import db
    from coffee_node.base.errors import Conflict
    from coffee_node.federation.account_models import Account

    others = select(Account.id).where(
        Account.is_admin.is_(True), Account.disabled_at.is_(None), Account.id != account.id
    )
    if account.is_admin and db.session.scalar(others.limit(1)) is None:
        raise Conflict(
            f"{account.handle} is the only administrator.",
            "Make somebody else one first: coffee-node user role HANDLE admin",
        )
