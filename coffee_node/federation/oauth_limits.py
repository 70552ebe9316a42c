"""What a partner site may send in a guest's name: Join, Leave and Offer for its own things, nothing else."""

from __future__ import annotations

from typing import Any

import orjson

from coffee_node.activitypub import vocabulary
from coffee_node.activitypub.limits import parse_json
from coffee_node.base import clock
from coffee_node.base.errors import Forbidden, InvalidDocument, Unavailable
from coffee_node.federation import inbox, objects
from coffee_node.federation.oauth_models import OAuthGrant
from coffee_node.federation.partner_nodes import partner_node

ALLOWED = ("Join", "Leave", "Offer")
SOON = 5


def check(grant: OAuthGrant, body: bytes) -> None:
    """Raise Forbidden for anything the site of a grant may not send, Unavailable for what is not here yet.

    A thing of that site that never reached us is asked for, so that the same POST works in a moment.
    """
    activity = parse_json(body)
    type_ = vocabulary.short_type(activity.get("type"))
    host = grant.client.host
    if type_ not in ALLOWED:
        raise Forbidden(
            f"{host} may not send {type_ or 'this'} in somebody's name.",
            f"It may send {', '.join(ALLOWED)} for its own events and offers.",
        )
    about = _subjects(type_, activity)
    if not about:
        raise InvalidDocument(f"The {type_} does not say what it is about.", "Give the id of the object.")
    if any(vocabulary.host_of(uri) != host for uri in about):
        raise Forbidden(
            f"{host} may only send what is about its own events and offers.",
            "Do this on the pages of your home space.",
        )
    if type_ != "Leave" and objects.find_object(about[0]) is None:
        _ask_for(about[0], host)
        raise Unavailable(
            "This is not known at the home space yet; it is being asked for.",
            "Send it again in a moment.",
            retry_after=SOON,
        )


def _subjects(type_: str, activity: dict[str, Any]) -> list[str]:
    """The ids of every object that an activity is about, without the parts of an offer."""
    if type_ != "Offer":
        return [uri for uri in [vocabulary.id_of(activity.get("object"))] if uri]
    agreement = activity.get("object")
    if not isinstance(agreement, dict):
        return []
    found = []
    for side in ("stipulates", "stipulatesReciprocal"):
        commitment = agreement.get(side)
        if commitment is None and side == "stipulatesReciprocal":
            continue
        satisfies = vocabulary.id_of(commitment.get("satisfies")) if isinstance(commitment, dict) else ""
        if not satisfies:
            return []
        found.append(satisfies.split("#", 1)[0])
    return found


def _ask_for(uri: str, host: str) -> None:
    """Put an object of a partner into the inbox ledger by its id: the worker fetches it from its own host."""
    node = partner_node(host)
    if node is None:
        return
    hour = clock.utcnow().strftime("%Y%m%d%H")
    asked = {"id": f"{uri}#asked-{hour}", "type": "Create", "actor": node.uri, "object": uri}
    body = orjson.dumps(asked)
    inbox.remember(inbox.read_activity(body), body, source="outbox")
