"""The second step of signing in: six digits of a telephone (TOTP), or a recovery code that works once."""

from __future__ import annotations

import hmac
import secrets

import pyotp
from sqlalchemy import delete, func, select

from coffee_node.base import clock
from coffee_node.base.database import db, write
from coffee_node.base.i18n import gettext as _
from coffee_node.federation import account_letters, audit
from coffee_node.federation.account_models import Account
from coffee_node.federation.accounts import hash_secret
from coffee_node.federation.sign_in_models import RecoveryCode
from coffee_node.node import current_node

STEP_SECONDS = 30
CODES = 10
# Without letters and digits that look alike.
CODE_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"


def is_asked(account: Account) -> bool:
    """Whether signing in with a password needs a second step."""
    return account.totp_since is not None and bool(account.totp_secret)


def prepare(account: Account) -> str:
    """The key that a telephone is to be given: a new one unless one waits to be confirmed already."""
    if account.totp_secret and account.totp_since is None:
        return account.totp_secret
    with write():
        account.totp_secret = pyotp.random_base32()
        account.totp_since, account.totp_step = None, 0
    return account.totp_secret


def address_of_key(account: Account) -> str:
    """The key as telephones read it from a QR code."""
    config = current_node.config
    issuer = config.web.site_name or config.node.name
    return pyotp.TOTP(account.totp_secret or "").provisioning_uri(name=account.handle, issuer_name=issuer)


def begin(account: Account, code: str) -> list[str]:
    """Ask for codes from now on, if this one is right: the recovery codes, shown this once; else nothing."""
    with write():
        step = _step_of(account, code)
        if step is None:
            return []
        account.totp_since, account.totp_step = clock.utcnow(), step
        audit.record("totp-on", by=account, account=account)
        account_letters.happened(account, lambda: _("Signing in now asks for a code of your telephone."))
        return _new_codes(account)


def new_recovery_codes(account: Account) -> list[str]:
    """Ten fresh codes; the old ones work no more."""
    with write():
        audit.record("recovery-codes", by=account, account=account)
        return _new_codes(account)


def codes_left(account: Account) -> int:
    """How many recovery codes were not used yet."""
    query = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.account_id == account.id)
    return db.session.scalar(query.where(RecoveryCode.used_at.is_(None))) or 0


def end(account: Account) -> None:
    """Ask for no codes any more, as the person wishes."""
    with write():
        _clear(account)
        audit.record("totp-off", by=account, account=account)
        account_letters.happened(
            account, lambda: _("Signing in no longer asks for a code of your telephone.")
        )


def reset(account: Account, by: Account, reason: str) -> None:
    """Let somebody sign in without codes who lost the telephone: recorded, and told to the person."""
    with write():
        _clear(account)
        audit.record("totp-reset", by=by, account=account, note=reason)
        name = by.name or by.handle
        account_letters.happened(
            account,
            lambda: _(
                "%(name)s has switched off the code of your telephone, so that you can sign in again.",
                name=name,
            ),
        )


def check(account: Account, code: str) -> bool:
    """Whether a code is right now: one of the telephone that was not used before, or a recovery code."""
    with write():
        step = _step_of(account, code)
        if step is not None and step > account.totp_step:
            account.totp_step = step
            return True
        return step is None and _use_recovery_code(account, code)


def _step_of(account: Account, code: str) -> int | None:
    """The stretch of thirty seconds that a code belongs to: this one, the one before or the next."""
    digits = "".join(code.split())
    if not account.totp_secret or len(digits) != 6 or not (digits.isascii() and digits.isdigit()):
        return None
    totp = pyotp.TOTP(account.totp_secret)
    now = int(clock.utcnow().timestamp()) // STEP_SECONDS
    for step in (now, now - 1, now + 1):
        if hmac.compare_digest(totp.generate_otp(step), digits):
            return step
    return None


def _use_recovery_code(account: Account, code: str) -> bool:
    plain = "".join(char for char in code.lower() if char in CODE_SIGNS)
    query = select(RecoveryCode).where(
        RecoveryCode.account_id == account.id,
        RecoveryCode.code_hash == hash_secret(plain),
        RecoveryCode.used_at.is_(None),
    )
    found = db.session.scalar(query)
    if found is None:
        return False
    found.used_at = clock.utcnow()
    return True


def _new_codes(account: Account) -> list[str]:
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    codes = ["".join(secrets.choice(CODE_SIGNS) for _sign in range(12)) for _code in range(CODES)]
    db.session.add_all(RecoveryCode(account_id=account.id, code_hash=hash_secret(code)) for code in codes)
    return [f"{code[:4]}-{code[4:8]}-{code[8:]}" for code in codes]


def _clear(account: Account) -> None:
    account.totp_secret, account.totp_since, account.totp_step = None, None, 0
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
