"""The mails about accounts, each in its reader's language; none has a name or an address in its subject."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime

from coffee_node.base import clock, mail
from coffee_node.base.i18n import format_datetime, speaking
from coffee_node.base.i18n import gettext as _
from coffee_node.federation.account_models import Account
from coffee_node.federation.joining_models import Invitation, SignUp
from coffee_node.federation.models import Actor
from coffee_node.node import current_node

ZONE = "Europe/Brussels"
Words = Callable[[], tuple[str, list[str]]]


def send(recipient: str, language: str, occasion: str, words: Words, reply_to: str = "") -> None:
    """Queue a mail inside the caller's write(); without an address nothing happens."""
    if not recipient:
        return
    config = current_node.config
    with speaking(current_node.catalogues, language or config.node.language):
        subject, parts = words()
    text = "\n\n".join([part for part in parts if part] + [f"{site_name()}\n{config.base_url}"]) + "\n"
    host = config.host.partition(":")[0]
    message_id = f"{occasion}.{secrets.token_hex(12)}@{host}"
    mail.queue_mail(recipient, subject, text, message_id=message_id, reply_to=reply_to)


def site_name() -> str:
    """The name of the node as its pages and mails show it."""
    config = current_node.config
    return config.web.site_name or config.node.name


def invitation(row: Invitation, link: str) -> None:
    """Ask somebody to join a space."""
    place = row.space.name or row.space.slug
    host = row.invited_by.name or row.invited_by.handle if row.invited_by is not None else place

    def words() -> tuple[str, list[str]]:
        return _("An invitation to %(place)s", place=place), [
            _("%(name)s invites you to the site of %(place)s.", name=host, place=place),
            row.note,
            _("This link makes your account. It works until %(day)s:", day=_moment(row.expires_at)),
            link,
            _("If you do not want to join, there is nothing to do."),
        ]

    send(row.email, row.language, "invitation", words)


def confirm_sign_up(row: SignUp, link: str) -> None:
    """Ask whether an address is really that of who asks for an account."""

    def words() -> tuple[str, list[str]]:
        return _("Please confirm your address"), [
            _("Somebody, most likely you, asked for an account at %(site)s.", site=site_name()),
            _("Open this page within two days and press the button there:"),
            link,
            _("If it was not you, there is nothing to do: no account is made."),
        ]

    send(row.email, row.language, "sign-up", words)


def sign_up_again(account: Account) -> None:
    """Tell somebody who asks for an account that there is one."""

    def words() -> tuple[str, list[str]]:
        base = current_node.config.base_url
        return _("You have an account already"), [
            _("Somebody, most likely you, asked for an account at %(site)s.", site=site_name()),
            _("This address has one. Sign in here:") + f"\n{base}/sign-in",
            _("If you no longer know your password, choose a new one here:") + f"\n{base}/password/reset",
        ]

    send(account.email, account.language, "sign-up", words)


def sign_up_approved(account: Account, space: Actor | None) -> None:
    """Tell somebody that the account is there."""
    place = space.name or space.slug if space is not None else site_name()

    def words() -> tuple[str, list[str]]:
        return _("Your account is ready"), [
            _("Welcome to %(place)s. You can sign in now:", place=place),
            f"{current_node.config.base_url}/sign-in?back=/me/profile",
            _("Your short name here is %(handle)s.", handle=account.handle),
        ]

    send(account.email, account.language, "sign-up", words)


def sign_up_refused(row: SignUp, reason: str) -> None:
    """Tell somebody that there will be no account, and why where a reason was given."""
    place = row.space.name or row.space.slug if row.space is not None else site_name()

    def words() -> tuple[str, list[str]]:
        return _("About your request for an account"), [
            _("%(place)s cannot give you an account at present.", place=place),
            reason,
            _("What you sent has been deleted."),
        ]

    send(row.email, row.language, "sign-up", words)


def reset(account: Account, link: str) -> None:
    """Let somebody choose another password."""

    def words() -> tuple[str, list[str]]:
        return _("Choose a new password"), [
            _("Somebody, most likely you, has forgotten the password at %(site)s.", site=site_name()),
            _("This link works once, within an hour:"),
            link,
            _("If it was not you, there is nothing to do: your password stays as it is."),
        ]

    send(account.email, account.language, "reset", words)


def confirm_address(account: Account, address: str, link: str) -> None:
    """Ask whether a new address is really theirs."""

    def words() -> tuple[str, list[str]]:
        return _("Please confirm your new address"), [
            _("This address is to become that of an account at %(site)s.", site=site_name()),
            _("Open this page within two days and press the button there:"),
            link,
            _("If it was not you, there is nothing to do."),
        ]

    send(address, account.language, "address", words)


def happened(account: Account, what: Callable[[], str], recipient: str = "") -> None:
    """Tell somebody what just changed about the account, and what to do if it was somebody else."""

    def words() -> tuple[str, list[str]]:
        base = current_node.config.base_url
        return _("Your account was changed"), [
            what(),
            _("When: %(moment)s", moment=_moment(clock.utcnow())),
            _("If this was you, there is nothing to do. If not, choose a new password at once:")
            + f"\n{base}/password/reset",
        ]

    send(recipient or account.email, account.language, "security", words)


def _moment(moment: datetime) -> str:
    return format_datetime(moment, ZONE, "long")
