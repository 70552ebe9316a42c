"""Passkeys: a device signs a challenge instead of its owner typing a password (WebAuthn, resident keys).

The library is an extra; without it, or where the base address is a number and no name, nothing is offered.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
import secrets
from collections.abc import Sequence
from datetime import timedelta
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select

from coffee_node.base import clock
from coffee_node.base.database import db, write
from coffee_node.base.errors import Unprocessable
from coffee_node.base.i18n import gettext as _
from coffee_node.federation import account_letters, audit
from coffee_node.federation.account_models import Account
from coffee_node.federation.accounts import hash_secret
from coffee_node.federation.sign_in_models import Passkey, PasskeyChallenge
from coffee_node.node import current_node

CHALLENGE_LIFE = timedelta(minutes=5)
LONGEST_ANSWER = 20_000
MOST_KEYS = 20


def has_library() -> bool:
    """Whether the extra `passkeys` is installed."""
    return find_spec("webauthn") is not None


def host_name() -> str:
    """The name that passkeys are bound to; empty where the base address has none."""
    host = urlsplit(current_node.config.base_url).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host
    return ""


def are_offered() -> bool:
    """Whether people can use passkeys here."""
    return bool(host_name()) and has_library()


def passkeys_of(account: Account) -> Sequence[Passkey]:
    """The keys of an account, oldest first."""
    query = select(Passkey).where(Passkey.account_id == account.id)
    return db.session.scalars(query.order_by(Passkey.id)).all()


def registration_options(account: Account) -> dict[str, Any]:
    """What a browser needs to make a key for this account."""
    from webauthn import generate_registration_options
    from webauthn.helpers import base64url_to_bytes, options_to_json_dict
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    known = [base64url_to_bytes(key.credential_id) for key in passkeys_of(account)]
    options = generate_registration_options(
        rp_id=host_name(),
        rp_name=account_letters.site_name(),
        user_id=_user_id(account),
        user_name=account.handle,
        user_display_name=account.name or account.handle,
        challenge=_new_challenge(account),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=credential) for credential in known],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    made: dict[str, Any] = options_to_json_dict(options)
    return made


def sign_in_options() -> dict[str, Any]:
    """What a browser needs to ask its keys for a signature, whoever they belong to."""
    from webauthn import generate_authentication_options
    from webauthn.helpers import options_to_json_dict
    from webauthn.helpers.structs import UserVerificationRequirement

    options = generate_authentication_options(
        rp_id=host_name(),
        challenge=_new_challenge(None),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    made: dict[str, Any] = options_to_json_dict(options)
    return made


def add(account: Account, answer: str, name: str) -> Passkey:
    """Keep the key that a browser just made; Unprocessable when its answer does not hold."""
    from webauthn import verify_registration_response
    from webauthn.helpers import bytes_to_base64url
    from webauthn.helpers.exceptions import WebAuthnException

    with write():
        if len(passkeys_of(account)) >= MOST_KEYS:
            raise Unprocessable(_("These are many passkeys. Please remove one first."))
        credential = _read(answer)
        challenge = _spend_challenge(credential, account)
        try:
            verified = verify_registration_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=host_name(),
                expected_origin=current_node.config.base_url,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError) as error:
            raise _not_understood() from error
        credential_id = bytes_to_base64url(verified.credential_id)
        if db.session.scalar(select(Passkey.id).where(Passkey.credential_id == credential_id)) is not None:
            raise _not_understood()
        key = Passkey(
            account=account,
            credential_id=credential_id,
            public_key=bytes_to_base64url(verified.credential_public_key),
            sign_count=verified.sign_count,
            name=name[:100],
        )
        db.session.add(key)
        audit.record("passkey-added", by=account, account=account)
        account_letters.happened(account, lambda: _("A passkey was added; it signs in without password."))
    return key


def remove(account: Account, number: int) -> bool:
    """Let a key sign in no more; whether there was one."""
    with write():
        query = select(Passkey).where(Passkey.account_id == account.id, Passkey.id == number)
        key = db.session.scalar(query)
        if key is not None:
            db.session.delete(key)
            audit.record("passkey-removed", by=account, account=account)
    return key is not None


def account_behind(answer: str) -> Account:
    """The account whose key signed; Unprocessable when nobody's did."""
    from webauthn import verify_authentication_response
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.exceptions import WebAuthnException

    with write():
        credential = _read(answer)
        challenge = _spend_challenge(credential, None)
        key = db.session.scalar(select(Passkey).where(Passkey.credential_id == str(credential.get("id"))))
        if key is None or key.account.disabled_at is not None:
            raise _not_understood()
        try:
            verified = verify_authentication_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=host_name(),
                expected_origin=current_node.config.base_url,
                credential_public_key=base64url_to_bytes(key.public_key),
                credential_current_sign_count=key.sign_count,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError) as error:
            raise _not_understood() from error
        key.sign_count = verified.new_sign_count
        key.last_used_at = clock.utcnow()
    return key.account


def _user_id(account: Account) -> bytes:
    """What a device keeps instead of a name: it says nothing about the person."""
    return hashlib.sha256(f"{current_node.config.base_url} account {account.id}".encode()).digest()


def _new_challenge(account: Account | None) -> bytes:
    challenge = secrets.token_bytes(32)
    with write():
        db.session.add(
            PasskeyChallenge(
                challenge_hash=hash_secret(challenge.hex()),
                account_id=account.id if account is not None else None,
                expires_at=clock.utcnow() + CHALLENGE_LIFE,
            )
        )
    return challenge


def _read(answer: str) -> dict[str, Any]:
    try:
        credential = json.loads(answer) if len(answer) <= LONGEST_ANSWER else None
    except (ValueError, RecursionError) as error:
        raise _not_understood() from error
    if not isinstance(credential, dict):
        raise _not_understood()
    return credential


def _spend_challenge(credential: dict[str, Any], account: Account | None) -> bytes:
    """The challenge that the answer says it signed: one of ours, fresh, and made for this purpose."""
    from webauthn.helpers import base64url_to_bytes, parse_client_data_json

    try:
        signed = parse_client_data_json(base64url_to_bytes(credential["response"]["clientDataJSON"]))
    except Exception as error:
        raise _not_understood() from error
    query = select(PasskeyChallenge).where(
        PasskeyChallenge.challenge_hash == hash_secret(signed.challenge.hex()),
        PasskeyChallenge.account_id == (account.id if account is not None else None),
        PasskeyChallenge.expires_at > clock.utcnow(),
    )
    row = db.session.scalar(query)
    if row is None:
        raise _not_understood()
    db.session.delete(row)
    return signed.challenge


def _not_understood() -> Unprocessable:
    return Unprocessable(
        _("The passkey was not accepted."), _("Try once more, or sign in with your password.")
    )
