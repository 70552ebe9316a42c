"""Texts that are worth nothing without the node's own secret: tokens of other sites, kept for a while."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from flask import current_app

PURPOSE = b"coffee-node sealed text"


def seal(text: str) -> str:
    """The text, encrypted with a key made of this home's secret; a copy of the database does not open it."""
    return _box().encrypt(text.encode()).decode("ascii")


def unseal(sealed: str) -> str:
    """The text again; empty where it was sealed with another secret, or never."""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken:
        return ""


def _box() -> Fernet:
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(PURPOSE + b"\0" + secret).digest()))
