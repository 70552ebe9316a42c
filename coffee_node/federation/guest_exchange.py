"""Taking a code to the home space, and reading who the person is: nothing in the answer is taken on trust."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

from authlib.oauth2.rfc6749.parameters import prepare_token_request
from authlib.oauth2.rfc7523 import private_key_jwt_sign
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError

from coffee_node.activitypub import vocabulary
from coffee_node.base import clock
from coffee_node.base.errors import CoffeeError
from coffee_node.federation import actors, domain_policy, guest_asking, guest_sign_ins, oauth_keys
from coffee_node.federation.guest_discovery import NoHome
from coffee_node.federation.guest_models import GuestSession, HomeSignIn
from coffee_node.federation.models import Actor
from coffee_node.federation.oauth_documents import CALLBACK_PATH
from coffee_node.node import current_node

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LEEWAY: Final = 60
ASSERTION_SECONDS: Final = 120
LONGEST: Final = timedelta(hours=1)


@dataclass(frozen=True)
class Person:
    """Who came back, with the token that lets this site send things for them."""

    actor: Actor
    name: str
    token: str
    life: timedelta


def exchange(row: HomeSignIn) -> Person:
    """The person behind a code; FetchError where the home space does not answer, NoHome with the step."""
    kept = guest_sign_ins.secrets_of(row)
    if not kept.get("code"):
        raise NoHome("asked")
    answer = _token_for(row, kept)
    token, life = answer.get("access_token"), answer.get("expires_in")
    is_bearer = str(answer.get("token_type", "")).lower() == "bearer"
    if not isinstance(token, str) or not 0 < len(token) <= 2000 or not is_bearer:
        raise NoHome("token")
    claims = _claims(row, answer.get("id_token"), kept["nonce"], token)
    seconds = life if isinstance(life, int) and life > 0 else 0
    name = str(claims.get("name") or claims.get("preferred_username") or "")[:300]
    return Person(_actor(claims), name, token, min(LONGEST, timedelta(seconds=seconds)))


def _token_for(row: HomeSignIn, kept: dict[str, str]) -> dict[str, Any]:
    url = row.endpoints["token_endpoint"]
    body = prepare_token_request(
        "authorization_code",
        redirect_uri=f"{current_node.config.base_url}{CALLBACK_PATH}",
        code=kept["code"],
        code_verifier=kept["verifier"],
        **client_proof(row.client, url),
    )
    answer = guest_asking.post(url, str(body).encode(), guest_asking.FORM)
    return guest_asking.taken(answer, 200)


def client_proof(client: str, url: str) -> dict[str, str]:
    """What proves to a home space that this node asks: a token for this address, signed, for two minutes."""
    now = int(clock.utcnow().timestamp())
    key = oauth_keys.signing_key()
    signed = private_key_jwt_sign(
        key,
        client,
        url,
        alg=oauth_keys.ALGORITHM,
        header={"kid": key.kid},
        issued_at=now,
        expires_at=now + ASSERTION_SECONDS,
    )
    return {"client_id": client, "client_assertion_type": ASSERTION_TYPE, "client_assertion": str(signed)}


def _claims(row: HomeSignIn, id_token: Any, nonce: str, token: str) -> dict[str, Any]:
    """What the home space says of the person: signed by its key, for us, for this way, and now."""
    keys = guest_asking.get(row.endpoints["jwks_uri"])
    now = int(clock.utcnow().timestamp())
    try:
        read = jwt.decode(str(id_token), oauth_keys.read_keys(keys), algorithms=[oauth_keys.ALGORITHM])
        claims = CodeIDToken(
            read.claims,
            read.header,
            {"iss": {"value": row.issuer}, "aud": {"value": row.client}},
            {"nonce": nonce, "client_id": row.client, "access_token": token},
        )
        claims.validate(now=now, leeway=LEEWAY)
    except (JoseError, ValueError, TypeError) as error:
        raise NoHome("identity") from error
    if not vocabulary.same_host(claims.get("sub"), row.issuer):
        raise NoHome("identity")
    return dict(claims)


def _actor(claims: dict[str, Any]) -> Actor:
    try:
        actor = actors.resolve_actor(str(claims["sub"]))
    except CoffeeError as error:
        raise NoHome("person") from error
    if actor.is_local or actor.gone_at is not None or actor.type == "Application":
        raise NoHome("person")
    domain_policy.refuse_blocked(actor.id)
    return actor


def give_back(guest: GuestSession, token: str) -> None:
    """Give a token back to its home space (RFC 7009); FetchError where it does not answer."""
    body = urlencode({"token": token, **client_proof(guest.client, guest.revocation)}).encode()
    guest_asking.taken(guest_asking.post(guest.revocation, body, guest_asking.FORM), 200)
