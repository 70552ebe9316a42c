"""Passwords: which are taken, how they are kept (argon2id), and the check that takes as long for nobody."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from coffee_node.base.database import write
from coffee_node.base.errors import Unprocessable
from coffee_node.base.i18n import gettext as _
from coffee_node.federation.account_models import Account
from coffee_node.federation.guessed_passwords import is_guessed

MIN_PASSWORD = 10
MAX_PASSWORD = 1000


def check_new_password(password: str, *known: str) -> None:
    """Unprocessable when a password is too short, too long, or one that is guessed first.

    `known` is what everybody knows of its owner: name, handle, address.
    """
    if len(password) < MIN_PASSWORD:
        raise Unprocessable(
            _("A password has at least %(least)d characters.", least=MIN_PASSWORD),
            _("A few words in a row are easy to keep in mind."),
            fields={"password": [_("At least %(least)d characters, please.", least=MIN_PASSWORD)]},
        )
    if len(password) > MAX_PASSWORD:
        raise Unprocessable(
            _("A password has at most %(most)d characters.", most=MAX_PASSWORD),
            fields={"password": [_("At most %(most)d characters, please.", most=MAX_PASSWORD)]},
        )
    if is_guessed(password, known):
        raise Unprocessable(
            _("This password is among those that are guessed first."),
            _("A few words in a row are easy to keep in mind."),
            fields={
                "password": [_("This one is guessed first. A few words in a row are easy to keep in mind.")]
            },
        )


def set_password(account: Account, password: str) -> None:
    """Keep the argon2id hash of a password; Unprocessable when it is too short or easy to guess."""
    check_new_password(password, account.handle, account.name, account.email)
    account.password_hash = hash_password(password)


def hash_password(password: str) -> str:
    """The argon2id hash of a password, with today's parameters."""
    return PasswordHasher().hash(password)


def check_password(account: Account | None, password: str) -> bool:
    """Whether the password fits; takes as long for an account that does not exist.

    A hash that was made with other parameters is made anew.
    """
    hasher = PasswordHasher()
    if account is None or not account.password_hash:
        hasher.hash(password)
        return False
    try:
        hasher.verify(account.password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
    if hasher.check_needs_rehash(account.password_hash):
        with write():
            account.password_hash = hasher.hash(password)
    return True
