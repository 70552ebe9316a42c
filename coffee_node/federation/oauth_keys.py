"""The keys with which this node says who its people are, and who it is itself at a partner (ES256)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet
from sqlalchemy import delete, select

from coffee_node.base import clock
from coffee_node.base.database import db, write
from coffee_node.base.ids import new_uuid
from coffee_node.federation.oauth_models import OAuthKey

ALGORITHM = "ES256"
KEY_LIFE = timedelta(days=90)
SHOWN_AFTER = timedelta(days=2)


def signing_key() -> ECKey:
    """The newest key; a fresh one every ninety days, while the older ones are still shown for two."""
    newest = db.session.scalar(select(OAuthKey).order_by(OAuthKey.id.desc()).limit(1))
    if newest is None or clock.utcnow() - newest.created_at > KEY_LIFE:
        newest = _make()
    return ECKey.import_key(newest.private_key, {"kid": newest.kid})


def _make() -> OAuthKey:
    made = ECKey.generate_key("P-256", private=True)
    row = OAuthKey(kid=new_uuid(), private_key=made.as_pem(private=True).decode())
    with write():
        old = clock.utcnow() - KEY_LIFE - SHOWN_AFTER
        db.session.execute(delete(OAuthKey).where(OAuthKey.created_at < old))
        db.session.add(row)
        db.session.flush()
    return row


def public_keys() -> dict[str, Any]:
    """The public halves of the keys as a JWK set."""
    signing_key()
    rows = db.session.scalars(select(OAuthKey).order_by(OAuthKey.id.desc())).all()
    return {
        "keys": [
            {
                **ECKey.import_key(row.private_key).as_dict(private=False),
                "kid": row.kid,
                "use": "sig",
                "alg": ALGORITHM,
            }
            for row in rows
        ]
    }


def read_keys(jwks: Any) -> KeySet:
    """The keys of somebody else's JWK set; ValueError for anything that is no set of public P-256 keys."""
    found = jwks.get("keys") if isinstance(jwks, dict) else None
    if not isinstance(found, list) or not 0 < len(found) <= 10:
        raise ValueError("a JWK set holds one to ten keys")
    for key in found:
        is_public = isinstance(key, dict) and "d" not in key
        if not is_public or key.get("kty") != "EC" or key.get("crv") != "P-256":
            raise ValueError("the keys have to be public ones of the curve P-256")
    try:
        return KeySet([ECKey.import_key(key) for key in found])
    except JoseError as error:
        raise ValueError("a key of the set cannot be read") from error
