"""Following from this node: follow, stop following, decide who follows, hear what changed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from coffee_node.base.errors import NotFound
from coffee_node.base.i18n import gettext as _
from coffee_node.federation import domain_policy, follows, known_since, lookup
from coffee_node.federation.actors import find_actor
from coffee_node.federation.models import Actor
from coffee_node.web.addresses import safe_back
from coffee_node.web.auth import current_account, require_account
from coffee_node.web.object_views import actor_url

follow_pages = Blueprint("follow", __name__)


@follow_pages.get("/me/follows")
@require_account
def mine() -> str:
    """Who asks to follow the reader, and whom the reader follows."""
    me = _myself()
    followed = follows.followed_by(me)
    return render_template(
        "follows.html",
        requests=follows.requests_to(me),
        followed=followed,
        known=known_since.known_since([follow.target for follow in followed]),
        notices=follows.notices_for(me),
        problems=follows.problems_of(me),
        me=me,
    )


@follow_pages.post("/me/follows/notices/<int:notice_id>")
@require_account
def dismiss(notice_id: int) -> Response:
    """Put a notice away that was read."""
    follows.dismiss_notice(_myself(), notice_id)
    return redirect("/me/follows", 303)


@follow_pages.post("/me/follows/<int:follow_id>")
@require_account
def answer(follow_id: int) -> Response:
    """Accept or refuse somebody who asks to follow the reader."""
    for asked in follows.requests_to(_myself()):
        if asked.id == follow_id:
            accept = request.form.get("answer") == "accept"
            follows.answer_follow(asked, accept=accept)
            name = asked.follower.name or asked.follower.slug
            told = (
                _("%(name)s follows you now.", name=name) if accept else _("%(name)s was refused.", name=name)
            )
            flash(told, "ok")
            return redirect("/me/follows", 303)
    raise NotFound(_("This request is not here any more."))


@follow_pages.get("/follow")
def ask_to_follow() -> Any:
    """How to follow the actor whose id is in `uri`: by a button, or from the reader's own server."""
    actor = lookup.known_actor(request.args.get("uri", ""))
    if actor is None or domain_policy.is_hidden(actor) or not (actor.host or actor.is_published):
        raise NotFound(_("Nobody with this address is known here."))
    return render_template("follow.html", actor=actor, name=actor.name or actor.slug)


@follow_pages.post("/follow")
@require_account
def follow() -> Response:
    """Follow the actor whose id is in `uri`, as the reader's own person."""
    target = _target()
    name = target.name or target.slug or target.uri
    follows.request_follow(_myself(), target)
    flash(_("You asked to follow %(name)s. You see here what comes of it.", name=name), "ok")
    otherwise = actor_url(target) if target.is_met else "/me/follows"
    return redirect(safe_back(request.form.get("back"), otherwise), 303)


@follow_pages.post("/unfollow")
@require_account
def unfollow() -> Response:
    """Stop following the actor whose id is in `uri`."""
    target = _target()
    found = follows.find_follow(_myself(), target)
    if found is not None and found.state in ("requested", "accepted"):
        follows.undo_follow(found)
    flash(_("You no longer follow %(name)s.", name=target.name or target.slug or target.uri), "ok")
    return redirect(actor_url(target) if target.is_met else "/me/follows", 303)


def _myself() -> Actor:
    account: Any = current_account()
    if account.actor is None:
        raise NotFound(_("This account has no person who could follow."), _("Use the account of a coworker."))
    actor: Actor = account.actor
    return actor


def _target() -> Actor:
    actor = find_actor(request.form.get("uri", ""))
    if actor is None:
        raise NotFound(_("Nobody with this address is known here."))
    return actor
