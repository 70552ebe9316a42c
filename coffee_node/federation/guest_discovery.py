"""Finding the home space of a person and registering there; every answer is held against its own host."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import orjson
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from coffee_node.activitypub import vocabulary, webfinger
from coffee_node.base.errors import CoffeeError, FetchError
from coffee_node.federation import guest_asking, oauth_keys, partner_nodes
from coffee_node.federation.oauth_documents import (
    CALLBACK_PATH,
    DISCOVERY_PATH,
    ENDPOINTS,
    SCOPE,
    client_document,
)
from coffee_node.node import current_node


class NoHome(CoffeeError):
    """A home space that does not keep to the rules; the message names the step."""


@dataclass(frozen=True)
class Home:
    """A home space that was found, and the way there."""

    issuer: str
    client: str
    endpoints: dict[str, str]
    go_to: str
    state: str
    verifier: str
    nonce: str


def find_home(wanted: str, host: str) -> Home:
    """Ask WebFinger, read what the home space offers, register there; the address to send the person to.

    Raises FetchError where nobody answers, NoHome with the step at which it is not what it has to be.
    """
    node = partner_nodes.partner_node(host)
    if node is None:
        raise NoHome("partner")
    issuer = partner_nodes.base_of(node)
    if _issuer_by_webfinger(wanted, host, issuer) != issuer:
        raise NoHome("elsewhere")
    endpoints = _endpoints(issuer)
    client = _register(endpoints["registration_endpoint"])
    state, verifier, nonce = (secrets.token_urlsafe(48) for _ in range(3))
    go_to = prepare_grant_uri(
        endpoints["authorization_endpoint"],
        client_id=client,
        response_type="code",
        redirect_uri=f"{current_node.config.base_url}{CALLBACK_PATH}",
        scope=SCOPE,
        state=state,
        nonce=nonce,
        code_challenge=create_s256_code_challenge(verifier),
        code_challenge_method="S256",
    )
    return Home(issuer, client, endpoints, str(go_to), state, verifier, nonce)


def _issuer_by_webfinger(wanted: str, host: str, issuer: str) -> str:
    """Where WebFinger says that this person signs in; the host's own answer where it tells of nobody."""
    resources = [issuer]
    if wanted.startswith("@"):
        resources.insert(0, webfinger.parse_handle(wanted).acct)
    for resource in resources:
        try:
            jrd = guest_asking.get(f"{issuer}/.well-known/webfinger?resource={quote(resource, safe='')}")
        except FetchError as error:
            if error.http_status == 404 and resource != issuer:
                continue
            raise
        return next(
            (
                str(link.get("href"))
                for link in vocabulary.as_list(jrd.get("links"))
                if isinstance(link, dict) and link.get("rel") == webfinger.ISSUER
            ),
            "",
        )
    return ""


def _endpoints(issuer: str) -> dict[str, str]:
    """The addresses of a home space, all on its own host and in its own scheme."""
    offered = guest_asking.get(f"{issuer}{DISCOVERY_PATH}")
    if offered.get("issuer") != issuer:
        raise NoHome("elsewhere")
    found = {name: str(offered.get(name) or "") for name in ENDPOINTS}
    scheme = f"{issuer.partition(':')[0]}://"
    if not all(vocabulary.same_host(url, issuer) and url.startswith(scheme) for url in found.values()):
        raise NoHome("elsewhere")
    if not _is_able(offered):
        raise NoHome("unable")
    return found


def _is_able(offered: dict[str, Any]) -> bool:
    """Whether it does what we insist on."""
    return (
        "S256" in vocabulary.as_list(offered.get("code_challenge_methods_supported"))
        and oauth_keys.ALGORITHM in vocabulary.as_list(offered.get("id_token_signing_alg_values_supported"))
        and "private_key_jwt" in vocabulary.as_list(offered.get("token_endpoint_auth_methods_supported"))
        and offered.get("authorization_response_iss_parameter_supported") is True
    )


def _register(url: str) -> str:
    """The id by which the home space knows this node; registering again keeps it."""
    body = orjson.dumps(client_document(oauth_keys.public_keys()))
    answer = guest_asking.taken(guest_asking.post(url, body, "application/json"), 201)
    client = answer.get("client_id")
    if not isinstance(client, str) or not 0 < len(client) <= 255:
        raise NoHome("unable")
    return client
