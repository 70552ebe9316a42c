"""Authlib's authorization server, taught what this node allows: partners, codes with PKCE, signed clients.

Everything it keeps is kept by federation/oauth_grants.py; clocks are the node's own.
"""

from __future__ import annotations

import secrets
from typing import Any, Final

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.integrations.flask_oauth2.requests import FlaskOAuth2Payload, FlaskOAuth2Request
from authlib.oauth2.rfc6749 import InvalidClientError, InvalidRequestError, OAuth2Request
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc9207 import IssuerParameter
from authlib.oidc.core import OpenIDCode
from authlib.oidc.core.util import create_half_hash
from flask import Request, request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from coffee_node.base import clock
from coffee_node.federation import oauth_grants, oauth_keys
from coffee_node.federation.account_models import Account
from coffee_node.federation.oauth_documents import claims_of
from coffee_node.federation.oauth_models import OAuthClient, OAuthCode, OAuthGrant
from coffee_node.node import current_node

METHOD: Final = "private_key_jwt"
LEEWAY: Final = 60
ASSERTION_LIFE: Final = 300


class AskedRequest(FlaskOAuth2Request):  # type: ignore[misc]
    """A request as Authlib reads it; whether TLS is needed is decided by the base URL, not by it."""

    def __init__(self, asked: Request) -> None:
        address = f"https://{current_node.config.host}{asked.full_path}"
        OAuth2Request.__init__(self, asked.method, address, headers=asked.headers)
        self._request = asked
        self.payload = FlaskOAuth2Payload(asked)


class HomeServer(AuthorizationServer):  # type: ignore[misc]
    """The server of this node."""

    def query_client(self, client_id: str) -> OAuthClient | None:
        """The partner site with this id."""
        return oauth_grants.find_client(client_id)

    def save_token(self, token: dict[str, Any], asked: Any) -> None:
        """Keep the grant behind a token."""
        oauth_grants.make_grant(token["access_token"], asked.authorization_code, asked.client)

    def create_oauth2_request(self, request_: Any) -> AskedRequest:
        """The request of this moment."""
        return AskedRequest(request)

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""


class SignedByClient(JWTBearerClientAssertion):  # type: ignore[misc]
    """A site proves who it is by a short-lived token that it signed itself (RFC 7523)."""

    CLIENT_AUTH_METHOD = METHOD

    def get_audiences(self) -> list[str]:
        """What such a token may be meant for."""
        base = current_node.config.base_url
        return [base, f"{base}/oauth/token", f"{base}/oauth/revoke"]

    def resolve_client_public_key(self, client: OAuthClient) -> KeySet:
        """The keys it registered."""
        return oauth_keys.read_keys(client.jwks)

    def process_assertion_claims(self, assertion: str, key: KeySet) -> Any:
        """Check the signature, with the one algorithm that is allowed, then what it says."""
        try:
            token = jwt.decode(assertion, key, algorithms=[oauth_keys.ALGORITHM])
        except (JoseError, ValueError) as error:
            raise InvalidClientError(description="The client's signature does not hold.") from error
        self.verify_claims(token.claims)
        return token.claims

    def verify_claims(self, claims: Any) -> None:
        """Issuer, subject, audience and time by our clock; each token once."""
        essential: dict[str, Any] = {name: {"essential": True} for name in ("iss", "sub", "exp", "jti")}
        wanted = jwt.JWTClaimsRegistry(
            now=_now(), leeway=LEEWAY, aud={"essential": True, "values": self.get_audiences()}, **essential
        )
        try:
            wanted.validate(claims)
        except JoseError as error:
            raise InvalidClientError(description=str(error.description)) from error
        key = f"client assertion {claims['sub']} {claims['jti']}"
        is_long = claims["exp"] > _now() + ASSERTION_LIFE
        if claims["sub"] != claims["iss"] or is_long or current_node.rate_limits.hit(key, 3600) > 1:
            raise InvalidClientError(description="This client assertion does not count.")


class CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc]
    """Codes: kept as hashes, for one use, bound to site, address and challenge."""

    TOKEN_ENDPOINT_AUTH_METHODS = (METHOD,)

    def save_authorization_code(self, code: str, asked: Any) -> None:
        """Keep what the person allowed."""
        data = asked.payload.data
        oauth_grants.keep_code(
            code,
            asked.client,
            asked.user,
            redirect_uri=asked.payload.redirect_uri,
            scope=asked.scope,
            nonce=data["nonce"],
            challenge=data["code_challenge"],
        )

    def query_authorization_code(self, code: str, client: OAuthClient) -> OAuthCode | None:
        """Spend the code; whoever fails a later check has spent it all the same."""
        return oauth_grants.take_code(code, client)

    def delete_authorization_code(self, code: OAuthCode) -> None:
        """It stays, spent, so that its second use is noticed."""

    def authenticate_user(self, code: OAuthCode) -> Account | None:
        """The person who allowed it, unless the account was closed meanwhile."""
        account = code.account
        return account if account.disabled_at is None and account.actor is not None else None


class S256Only(CodeChallenge):  # type: ignore[misc]
    """PKCE, required, and only in the form that hides the verifier (RFC 7636)."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        """Refuse a request without it."""
        data = grant.request.payload.data
        if not data.get("code_challenge") or data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("A 'code_challenge' with the method S256 is required.")
        super().validate_code_challenge(grant, redirect_uri)

    def get_authorization_code_challenge(self, code: OAuthCode) -> str:
        """What was sent along."""
        return code.challenge

    def get_authorization_code_challenge_method(self, code: OAuthCode) -> str:
        """There is one."""
        return "S256"


class SignedIdentity(OpenIDCode):  # type: ignore[misc]
    """The id token: who allowed this, signed by this node."""

    def __init__(self) -> None:
        super().__init__(require_nonce=True)

    def exists_nonce(self, nonce: str, asked: Any) -> bool:
        """Whether the site has used it before."""
        client = oauth_grants.find_client(asked.payload.client_id or "")
        return client is not None and oauth_grants.is_nonce_used(client, nonce)

    def process_token(self, grant: Any, response: Any) -> Any:
        """Add the id token to a token that was just made."""
        _status, token, _headers = response
        asked = grant.request
        key, now = oauth_keys.signing_key(), _now()
        hashed = create_half_hash(token["access_token"], oauth_keys.ALGORITHM)
        claims: dict[str, Any] = {
            "iss": current_node.config.base_url,
            "aud": asked.client.public_id,
            "iat": now,
            "exp": now + ASSERTION_LIFE,
            "nonce": asked.authorization_code.nonce,
            "at_hash": hashed.decode() if hashed is not None else "",
            **userinfo(asked.user),
        }
        header = {"alg": oauth_keys.ALGORITHM, "kid": key.kid}
        token["id_token"] = jwt.encode(header, claims, key, [oauth_keys.ALGORITHM])
        return token


class Revocation(RevocationEndpoint):  # type: ignore[misc]
    """A site gives a token back (RFC 7009)."""

    CLIENT_AUTH_METHODS = (METHOD,)

    def query_token(self, token_string: str, token_type_hint: str | None) -> OAuthGrant | None:
        """The grant behind a token."""
        return oauth_grants.find_grant(token_string)

    def revoke_token(self, token: OAuthGrant, asked: Any) -> None:
        """End it."""
        oauth_grants.revoke(token)


class Issuer(IssuerParameter):  # type: ignore[misc]
    """Every answer names this node, so that a site never mixes it up with another home space."""

    def get_issuer(self) -> str:
        """The base URL."""
        return current_node.config.base_url


def _now() -> int:
    return int(clock.utcnow().timestamp())


def userinfo(account: Account) -> dict[str, str]:
    """What a site is told of a person who allowed it."""
    if account.actor is None:
        return {}
    language = account.language or current_node.config.node.language
    return claims_of(account.actor, account.name, language)


def _new_token(
    grant_type: str, client: OAuthClient, user: Account | None = None, scope: str = "", **more: Any
) -> dict[str, Any]:
    life = int(oauth_grants.GRANT_LIFE.total_seconds())
    return {
        "token_type": "Bearer",
        "access_token": secrets.token_urlsafe(32),
        "expires_in": life,
        "scope": scope,
    }


def home_server() -> HomeServer:
    """The server, put together for one request: it holds nothing that outlives one."""
    made = HomeServer()
    made.register_token_generator("default", _new_token)
    made.register_client_auth_method(METHOD, SignedByClient())
    made.register_grant(CodeGrant, [S256Only(required=True), SignedIdentity()])
    made.register_endpoint(Revocation)
    made.register_extension(Issuer())
    return made
