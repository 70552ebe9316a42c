"""What others did with an object, on its page: who shares it, how many like it, and the button to share."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from coffee_node.base.errors import Forbidden
from coffee_node.base.i18n import gettext as _
from coffee_node.federation import accounts, announcements, reactions
from coffee_node.federation.models import Actor
from coffee_node.web.addresses import safe_back
from coffee_node.web.auth import current_account, require_account

reaction_pages = Blueprint("reactions", __name__)


@reaction_pages.post("/share")
@require_account
def share() -> Response:
    """Share the object whose id is in `uri` in the name of a space, or stop sharing it."""
    actor = _sharer(request.form.get("as", ""))
    uri = request.form.get("uri", "")
    if request.form.get("what") == "stop":
        announcements.unshare(actor, uri)
        flash(_("%(name)s no longer shares this.", name=actor.name), "ok")
    else:
        announcements.share(actor, uri)
        flash(_("Shared. Whoever follows %(name)s will see it.", name=actor.name), "ok")
    return redirect(safe_back(request.form.get("back"), "/"), 303)


def _sharer(uri: str) -> Actor:
    for actor in sharers():
        if actor.uri == uri:
            return actor
    raise Forbidden(_("You cannot share in this name."))


def sharers() -> list[Actor]:
    """The spaces and companies in whose name the reader may share."""
    account = current_account()
    found = accounts.actors_of(account) if account is not None else ()
    return [actor for actor in found if actor.type == "Organization"]


def _intent(row: Any) -> str:
    """What a reader would do with this object from another server (FEP-3b86)."""
    if row.type == "Event":
        return "Join"
    return "Offer" if getattr(row, "purpose", "") else "Object"


def reactions_part(row: Any) -> Markup:
    """The lines below an object; nothing for what is no object of a feature, or is not public."""
    if getattr(row, "visibility", "") != "public" or row.uri == row.actor.uri:
        return Markup("")
    account = current_account()
    is_author = account is not None and accounts.may_act_as(account, row.actor)
    shared_by = announcements.shared_by(row.uri)
    shown = {
        "row": row,
        "shared_by": shared_by,
        "likes": reactions.count_likes(row.uri) if is_author else 0,
        "intent": _intent(row),
        "sharers": [(actor, actor in shared_by) for actor in sharers()],
    }
    # The template escapes what it shows.
    return Markup(render_template("reactions.html", **shown))  # noqa: S704
