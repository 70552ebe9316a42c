"""The keys of a home space: made when needed, renewed while the old ones are shown, public halves only."""

from __future__ import annotations

from typing import Any

import pytest
from joserfc import jwt

from coffee_node.federation import oauth_keys
from coffee_node.federation.oauth_models import OAuthKey
from coffee_node.testing import Fediverse


def test_a_key_signs_for_ninety_days_and_is_shown_for_two_more(fediverse: Fediverse) -> None:
    node = fediverse.node("lille")
    with node.context():
        first = oauth_keys.signing_key()
        assert oauth_keys.signing_key().kid == first.kid
        signed = jwt.encode({"alg": "ES256", "kid": first.kid}, {"sub": "x"}, first, ["ES256"])
        fediverse.clock.advance(days=91)
        second = oauth_keys.signing_key()
        assert second.kid != first.kid
        shown = oauth_keys.public_keys()
        assert [key["kid"] for key in shown["keys"]] == [second.kid, first.kid]
        assert jwt.decode(signed, oauth_keys.read_keys(shown), ["ES256"]).claims == {"sub": "x"}
        fediverse.clock.advance(days=91)
        oauth_keys.signing_key()
    assert len(node.rows(OAuthKey)) == 2
    assert all("PRIVATE KEY" in row.private_key for row in node.rows(OAuthKey))


@pytest.mark.parametrize(
    "jwks",
    [
        None,
        [],
        {},
        {"keys": []},
        {"keys": [None]},
        {"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB"}]},
        {"keys": [{"kty": "oct", "k": "AAAA"}]},
        {"keys": [{"kty": "EC", "crv": "P-384", "x": "AA", "y": "AA"}]},
        {"keys": [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}]},
        {"keys": [{"kty": "EC", "crv": "P-256"}]},
        {"keys": [{"kty": "EC", "crv": "P-256", "x": 1, "y": None}]},
    ],
)
def test_what_is_no_set_of_public_keys_is_refused(jwks: Any) -> None:
    with pytest.raises(ValueError):
        oauth_keys.read_keys(jwks)


def test_a_private_key_is_no_public_one(fediverse: Fediverse) -> None:
    with fediverse.node("lille").context():
        private = oauth_keys.signing_key().as_dict(private=True)
    with pytest.raises(ValueError):
        oauth_keys.read_keys({"keys": [private]})
