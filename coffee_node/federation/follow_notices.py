"""What people are told of follows and of their reports, in the transaction that changes them."""

from __future__ import annotations

from coffee_node.base import clock
from coffee_node.base.i18n import gettext as _
from coffee_node.federation import notices
from coffee_node.federation.models import Actor, Follow
from coffee_node.federation.notices import Told
from coffee_node.federation.page_addresses import actor_url


def tell_followed(follow: Follow) -> None:
    """Tell a person here that somebody follows them, or asks to; once a day for the same two at most."""
    day = clock.utcnow().date().isoformat()
    kind = "follow" if follow.state == "accepted" else "follow_request"
    words = _follows_you if follow.state == "accepted" else _asks_you
    follower = follow.follower
    key = f"{kind}:{follow.follower_id}:{day}"
    notices.tell(notices.account_of(follow.target), kind, key, lambda: words(follower))


def _follows_you(follower: Actor) -> Told:
    name = follower.name or follower.slug or follower.uri
    return Told(_("%(name)s follows you", name=name), url=actor_url(follower))


def _asks_you(follower: Actor) -> Told:
    name = follower.name or follower.slug or follower.uri
    return Told(
        _("%(name)s asks to follow you", name=name),
        _("Accept or refuse: whoever follows you receives what you publish."),
        "/me/follows",
    )
