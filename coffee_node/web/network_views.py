"""The network page: partners and how they answer, in words; administrators act from here."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from coffee_node.base.i18n import gettext as _
from coffee_node.base.i18n import ngettext
from coffee_node.federation import follows, peer_status, peers
from coffee_node.web.addresses import safe_back
from coffee_node.web.auth import current_account, require_admin
from coffee_node.web.lookup_views import ask
from coffee_node.web.peer_words import by_urgency, peer_row, summary
from coffee_node.web.receipts import erasure_lines

network_pages = Blueprint("network", __name__)


@network_pages.get("/network")
def network() -> str:
    """Who belongs to the network, when we last heard of each other, what waits."""
    account = current_account()
    statuses = peer_status.statuses()
    is_admin = account is not None and account.is_admin
    shown = [status for status in statuses if is_admin or status.is_partner]
    return render_template(
        "network.html",
        rows=[peer_row(status) for status in by_urgency(shown)],
        summary=summary([status for status in statuses if status.is_partner]),
        requests=peers.pending_requests() if is_admin else [],
        erasures=erasure_lines() if is_admin else [],
        is_admin=is_admin,
        typed=request.args.get("address", ""),
    )


@network_pages.post("/network/follow")
@require_admin
def follow_node() -> Response:
    """Ask another node to become a partner: the worker asks it, a page waits for what comes of it."""
    address = request.form.get("address", "").strip()
    if not address:
        flash(_("Write the address of the other site first, for example https://esco.example."), "bad")
        return redirect("/network", 303)
    return ask("partner", address, "/network")


@network_pages.post("/network/requests/<int:follow_id>")
@require_admin
def answer_request(follow_id: int) -> Response:
    """Say yes or no to a node that asks to become a partner."""
    accept = request.form.get("answer") == "accept"
    for follow in peers.pending_requests():
        if follow.id == follow_id:
            name = _name(follow, follower=True)
            follows.answer_follow(follow, accept=accept)
            told = _("%(name)s is now a partner; its history arrives by itself.", name=name)
            flash(told if accept else _("%(name)s has been told no.", name=name), "ok")
            break
    else:
        flash(_("This request was already answered."), "wait")
    return redirect("/network", 303)


@network_pages.post("/network/peers/<host>/try")
@require_admin
def try_now(host: str) -> Response:
    """Send what waits for a partner at once."""
    count = peers.try_now(host)
    if count:
        told = ngettext("%(num)d message leaves now.", "%(num)d messages leave now.", count)
    else:
        told = _("Nothing waits. The next message leaves without a pause.")
    flash(told, "ok")
    return redirect(safe_back(request.form.get("back"), "/network"), 303)


def _name(follow: Any, *, follower: bool = False) -> str:
    actor = follow.follower if follower else follow.target
    return str(actor.name or actor.host)
