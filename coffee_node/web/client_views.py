"""The write interface for programs: POST to an outbox with a bearer token."""

from __future__ import annotations

from flask import Blueprint, Response, request

from coffee_node.base import clock
from coffee_node.base.database import write
from coffee_node.base.errors import Forbidden, Unauthorized
from coffee_node.federation import accounts, client_outbox, oauth_grants, oauth_limits
from coffee_node.federation.account_models import Token
from coffee_node.federation.oauth_models import OAuthGrant
from coffee_node.web.protocol import is_protocol, local_actor, read_body

client_pages = Blueprint("client", __name__)


@client_pages.post("/actors/<slug>/outbox")
@is_protocol
def post_to_outbox(slug: str) -> Response:
    """Publish in the name of an actor; 201 with the activity's id in Location."""
    grant = oauth_grants.find_grant(_bearer_secret())
    if grant is not None:
        return _post_for_site(grant, slug)
    token = bearer_token()
    actor = local_actor(slug)
    if "write" not in token.scope.split(","):
        raise Forbidden("This token may only read.", "Make one with: coffee-node token create HANDLE")
    if not accounts.may_act_as(token.account, actor):
        raise Forbidden(
            f"The account {token.account.handle} may not write for {slug}.",
            "Use the token of an account that manages it.",
        )
    body = read_body()
    uri = client_outbox.post(token.account, actor, body, request.headers.get("Idempotency-Key", ""))
    return Response(status=201, headers={"Location": uri})


def _post_for_site(grant: OAuthGrant, slug: str) -> Response:
    """The same for a partner site at which the person is signed in: only what is about its own things."""
    if oauth_grants.running_grant(_bearer_secret()) is None:
        raise Unauthorized("This token does not count any more.", "Let the person sign in again.")
    actor = local_actor(slug)
    if actor.id != grant.account.actor_id:
        raise Forbidden("This token is for another actor.", "Use the outbox of who signed in.")
    body = read_body()
    oauth_limits.check(grant, body)
    key = request.headers.get("Idempotency-Key", "")
    uri = client_outbox.post(grant.account, actor, body, f"{grant.client.public_id} {key}" if key else "")
    oauth_grants.note_use(grant)
    return Response(status=201, headers={"Location": uri})


def _bearer_secret() -> str:
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def bearer_token() -> Token:
    """The token of this request; Unauthorized when there is none or it is not valid."""
    secret = _bearer_secret()
    token = accounts.token_for(secret) if secret else None
    if token is None:
        raise Unauthorized(
            "A valid bearer token is needed.", "Make one with: coffee-node token create HANDLE"
        )
    if token.last_used_at is None or (clock.utcnow() - token.last_used_at).total_seconds() > 3600:
        with write():
            token.last_used_at = clock.utcnow()
    return token
