"""The write interface for programs: POST to an outbox with a bearer token."""

from __future__ import annotations

from flask import Blueprint, Response, request

from coffee_node.base import clock
from coffee_node.base.database import write
from coffee_node.base.errors import Forbidden, Unauthorized
from coffee_node.federation import accounts, client_outbox
from coffee_node.federation.account_models import Token
from coffee_node.web.protocol import is_protocol, local_actor, read_body

client_pages = Blueprint("client", __name__)


@client_pages.post("/actors/<slug>/outbox")
@is_protocol
def post_to_outbox(slug: str) -> Response:
    """Publish in the name of an actor; 201 with the activity's id in Location."""
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


def bearer_token() -> Token:
    """The token of this request; Unauthorized when there is none or it is not valid."""
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    token = accounts.token_for(secret.strip()) if scheme.lower() == "bearer" else None
    if token is None:
        raise Unauthorized(
            "A valid bearer token is needed.", "Make one with: coffee-node token create HANDLE"
        )
    if token.last_used_at is None or (clock.utcnow() - token.last_used_at).total_seconds() > 3600:
        with write():
            token.last_used_at = clock.utcnow()
    return token
