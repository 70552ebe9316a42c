"""What is new for one reader: near them across the border, and from those they follow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, or_

from coffee_node.base import clock
from coffee_node.base.i18n import gettext as _
from coffee_node.federation import feed
from coffee_node.federation.account_models import Account
from coffee_node.federation.feed import FeedItem
from coffee_node.web.list_filters import on_bank, within
from coffee_node.web.whereabouts import home_place

NEAR_KM = 100.0
HANDFUL = 5


def near_across(account: Account | None) -> Sequence[FeedItem]:
    """The newest on the other bank that is near enough to go there and not over yet."""
    return feed.newest(account, _near_across, HANDFUL)


def from_followed(account: Account) -> Sequence[FeedItem]:
    """The newest from those an account follows."""
    return feed.followed_by(account, limit=HANDFUL).items


def _near_across(model: Any) -> list[ColumnElement[bool]] | None:
    """Types without a place are nowhere near; what is over is no news."""
    if not hasattr(model, "country"):
        return None
    near = home_place().near
    clauses = [on_bank(model, "across"), *(within(model, near, NEAR_KM) if near else [])]
    now = clock.utcnow()
    if hasattr(model, "start_time"):
        clauses.append(model.start_time >= now)
    elif hasattr(model, "end_time"):
        clauses.append(or_(model.end_time.is_(None), model.end_time >= now))
    return clauses


def news_label(item: FeedItem) -> str:
    """What kind of thing an entry is, in one word."""
    if item.object_type.list_path == "/offers":
        return _("need") if getattr(item.row, "purpose", "") == "request" else _("offer")
    words = {"/events": _("event"), "/articles": _("article"), "/polls": _("poll")}
    return words.get(item.object_type.list_path, _("note"))
