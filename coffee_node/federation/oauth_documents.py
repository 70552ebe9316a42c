"""The documents of OpenID Connect: what a home space offers, how a site registers, what is told of a person.

Discovery is OpenID Connect Discovery 1.0, registration RFC 7591, `iss` in answers RFC 9207.
"""

from __future__ import annotations

from typing import Any, Final

from coffee_node.federation.models import Actor
from coffee_node.federation.oauth_keys import ALGORITHM
from coffee_node.node import current_node

DISCOVERY_PATH: Final = "/.well-known/openid-configuration"
CALLBACK_PATH: Final = "/sign-in/home/callback"
SCOPE: Final = "openid profile take-part"
ENDPOINTS: Final = (
    "authorization_endpoint",
    "token_endpoint",
    "jwks_uri",
    "registration_endpoint",
    "revocation_endpoint",
)


def provider_document() -> dict[str, Any]:
    """What this node offers as a home space."""
    base = current_node.config.base_url
    return {
        "issuer": base,
        "authorization_endpoint": f"{base}/oauth/authorize",
        "token_endpoint": f"{base}/oauth/token",
        "userinfo_endpoint": f"{base}/oauth/userinfo",
        "jwks_uri": f"{base}/oauth/jwks",
        "registration_endpoint": f"{base}/oauth/register",
        "revocation_endpoint": f"{base}/oauth/revoke",
        "scopes_supported": SCOPE.split(),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": [ALGORITHM],
        "revocation_endpoint_auth_methods_supported": ["private_key_jwt"],
        "revocation_endpoint_auth_signing_alg_values_supported": [ALGORITHM],
        "code_challenge_methods_supported": ["S256"],
        "claims_supported": ["sub", "preferred_username", "name", "locale"],
        "ui_locales_supported": list(current_node.config.web.languages),
        "authorization_response_iss_parameter_supported": True,
    }


def client_document(jwks: dict[str, Any]) -> dict[str, Any]:
    """How this node registers itself at a home space."""
    config = current_node.config
    return {
        "client_name": config.web.site_name or config.node.name,
        "client_uri": config.base_url,
        "redirect_uris": [f"{config.base_url}{CALLBACK_PATH}"],
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "private_key_jwt",
        "scope": SCOPE,
        "jwks": jwks,
    }


def claims_of(actor: Actor, name: str, language: str) -> dict[str, str]:
    """What a site is told of a person: the id and the address, the name, and the language they read."""
    claims = {
        "sub": actor.uri,
        "preferred_username": actor.slug,
        "name": actor.name or name,
        "locale": language,
    }
    return {key: value for key, value in claims.items() if value}
