"""How partner sites register themselves (RFC 7591): signed by their node actor, for their own addresses."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Final

from authlib.oauth2.rfc7591 import ClientRegistrationEndpoint
from authlib.oauth2.rfc7591.errors import InvalidRedirectURIError
from flask import request

from coffee_node.activitypub import vocabulary
from coffee_node.activitypub.limits import parse_json
from coffee_node.activitypub.request_signatures import read_signature
from coffee_node.base import clock
from coffee_node.base.errors import Forbidden, InvalidDocument
from coffee_node.federation import domain_policy, oauth_grants, oauth_keys
from coffee_node.federation.models import Actor
from coffee_node.federation.oauth_documents import provider_document
from coffee_node.federation.oauth_models import OAuthClient
from coffee_node.federation.partner_nodes import is_partner
from coffee_node.federation.sender_keys import verified_sender
from coffee_node.node import current_node
from coffee_node.web.oauth_server import home_server
from coffee_node.web.protocol import incoming_request

ADDRESSES: Final = 5
TEXTS: Final = ("client_name", "client_uri", "logo_uri", "tos_uri", "policy_uri", "scope", "jwks_uri")
SHAPES: Final = MappingProxyType(
    {
        **dict.fromkeys((*TEXTS, "token_endpoint_auth_method", "software_id", "software_version"), str),
        **dict.fromkeys(("redirect_uris", "grant_types", "response_types", "contacts"), list),
        "jwks": dict,
    }
)


def signing_partner(body: bytes) -> Actor:
    """The node actor of the partner that signed this request.

    Raises SignatureError (401) when the signature does not hold, Forbidden for everybody who is no partner;
    a stranger's key is not even asked for.
    """
    signature = read_signature(incoming_request(body), now=clock.utcnow(), hosts={current_node.config.host})
    host = vocabulary.host_of(signature.key_id)
    domain_policy.refuse_suspended(host)
    if not is_partner(host):
        raise Forbidden("Only partners register here.", "Let your node become a partner of this one.")
    sender = verified_sender(signature)
    if sender.type != "Application":
        raise Forbidden("Only the actor of a node registers its site.", "Sign with the key of the node.")
    return sender


class Registration(ClientRegistrationEndpoint):  # type: ignore[misc]
    """Registers the site of the partner that signed."""

    def __init__(self, partner: Actor) -> None:
        super().__init__()
        self._partner = partner

    def authenticate_token(self, asked: Any) -> Actor:
        """Whoever signed was checked before."""
        return self._partner

    def get_server_metadata(self) -> dict[str, Any]:
        """What this node offers, against which a registration is read."""
        return provider_document()

    def generate_client_info(self, asked: Any) -> dict[str, Any]:
        """No secret is given: sites prove by their keys who they are."""
        return {"client_id_issued_at": int(clock.utcnow().timestamp())}

    def save_client(self, info: dict[str, Any], metadata: dict[str, Any], asked: Any) -> OAuthClient:
        """Keep it, once its addresses are its own."""
        addresses = metadata.get("redirect_uris")
        if not isinstance(addresses, list) or not 0 < len(addresses) <= ADDRESSES:
            raise InvalidRedirectURIError("Give one to five redirect_uris.")
        if not all(self._is_own(address) for address in addresses):
            raise InvalidRedirectURIError(f"Every redirect_uri has to be on {self._partner.host}.")
        return oauth_grants.register(self._partner.host, metadata)

    def _is_own(self, address: Any) -> bool:
        """On the partner's host, in its scheme, and nothing that a browser could read in another way."""
        if not vocabulary.is_web_url(address) or "#" in address:
            return False
        scheme = self._partner.uri.partition(":")[0]
        is_host = vocabulary.host_of(address) == self._partner.host
        return is_host and address.startswith(f"{scheme}://") and len(address) <= vocabulary.URL_LIMIT

    def generate_client_registration_info(self, client: OAuthClient, asked: Any) -> dict[str, Any]:
        """The id it is known by from now on."""
        return {"client_id": client.public_id, "token_endpoint_auth_method": "private_key_jwt"}


def register(body: bytes) -> Any:
    """Answer a registration; the raw body is what was signed. InvalidDocument for what has no right shape."""
    partner = signing_partner(body)
    _check_shape(parse_json(body))
    server = home_server()
    server.register_endpoint(Registration(partner))
    return server.create_endpoint_response(Registration.ENDPOINT_NAME, request)


def _check_shape(metadata: dict[str, Any]) -> None:
    """What RFC 7591 says of each property, as far as others would stumble over it."""
    for name, value in metadata.items():
        is_wrong = name in SHAPES and not isinstance(value, SHAPES[name])
        if is_wrong or (isinstance(value, list) and not all(isinstance(one, str) for one in value)):
            raise InvalidDocument(f"{name} is not of the kind that RFC 7591 says.")
    try:
        oauth_keys.read_keys(metadata.get("jwks"))
    except ValueError as error:
        raise InvalidDocument(f"jwks: {error}") from error
