"""The ledger for administrators: what waits for whom, what failed and why, and two things to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request
from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response as AnyResponse

from coffee_node.base import clock
from coffee_node.base.database import db, write
from coffee_node.base.i18n import LazyText, ngettext
from coffee_node.federation import peers
from coffee_node.federation.failure_words import in_words
from coffee_node.federation.models import Delivery
from coffee_node.federation.peer_models import Peer
from coffee_node.web.addresses import here, safe_back
from coffee_node.web.auth import require_admin
from coffee_node.web.negotiation import json_response
from coffee_node.web.peer_words import next_try

delivery_pages = Blueprint("deliveries", __name__)

PER_PAGE = 50
STATES = {
    "waiting": ("wait", LazyText("on its way")),
    "sent": ("ok", LazyText("received")),
    "superseded": ("off", LazyText("replaced by a newer one")),
    "refused": ("bad", LazyText("refused")),
    "gone": ("off", LazyText("no longer exists")),
    "gave_up": ("bad", LazyText("given up after many tries")),
}
UNFINISHED = ("waiting", "refused", "gave_up", "gone")
VERBS = {
    "Create": LazyText("new"),
    "Update": LazyText("changed"),
    "Delete": LazyText("deleted"),
    "Follow": LazyText("follow"),
    "Accept": LazyText("agreed"),
    "Reject": LazyText("declined"),
    "Undo": LazyText("taken back"),
    "TentativeAccept": LazyText("waiting list"),
    "Ignore": LazyText("not handled"),
    "Announce": LazyText("passed on"),
    "Join": LazyText("joins"),
    "Leave": LazyText("leaves"),
    "Offer": LazyText("answer"),
    "Like": LazyText("liked"),
    "Move": LazyText("moved"),
    "Block": LazyText("blocked"),
    "Flag": LazyText("report"),
}


@delivery_pages.get("/admin/deliveries")
@require_admin
def deliveries() -> str:
    """Deliveries that wait or failed, newest first; `?state=` and `?host=` narrow them."""
    state, host = request.args.get("state", ""), request.args.get("host", "")
    rows = list_rows(state, host, request.args.get("before", type=int))
    return render_template(
        "deliveries.html",
        lines=[line_of(row) for row in rows[:PER_PAGE]],
        before=rows[PER_PAGE - 1].id if len(rows) > PER_PAGE else None,
        counts=count_by_state(host),
        state=state,
        host=host,
        states=STATES,
        back=here(),
    )


@delivery_pages.get("/admin/deliveries.json")
@require_admin
def deliveries_json() -> Response:
    """The same as JSON."""
    state, host = request.args.get("state", ""), request.args.get("host", "")
    rows = list_rows(state, host, None)
    items = [
        {
            "activity": row.activity.uri,
            "type": row.activity.type,
            "object": row.activity.object_uri,
            "host": row.host,
            "state": row.state,
            "attempts": row.attempts,
            "next_try_at": row.next_try_at if row.state == "waiting" else None,
            "last_error": row.last_error,
            "reason": in_words(row.last_error),
        }
        for row in rows[:PER_PAGE]
    ]
    return json_response({"items": items, "total": sum(count_by_state(host).values()), "next": None})


@delivery_pages.post("/admin/deliveries/retry")
@require_admin
def retry() -> AnyResponse:
    """Try one delivery, or everything unfinished for a host, again from now on."""
    now = clock.utcnow()
    again = {"state": "waiting", "attempts": 0, "next_try_at": now, "lease_until": None}
    changed = _change(Delivery.state.in_(UNFINISHED), again)
    for host in _chosen_hosts():
        peers.try_now(host)
    flash(ngettext("%(num)d message leaves now.", "%(num)d messages leave now.", changed), "ok")
    return _back()


@delivery_pages.post("/admin/deliveries/drop")
@require_admin
def drop() -> AnyResponse:
    """Give up one delivery, or everything that waits for a host."""
    changed = _change(Delivery.state == "waiting", {"state": "gave_up", "lease_until": None})
    flash(ngettext("%(num)d message was given up.", "%(num)d messages were given up.", changed), "ok")
    return _back()


def _change(which: ColumnElement[bool], values: dict[str, Any]) -> int:
    one, host = request.form.get("id", type=int), request.form.get("host", "")
    chosen = Delivery.id == one if one is not None else Delivery.host == host
    with write() as session:
        done = session.execute(update(Delivery).where(which, chosen).values(values))
        return int(getattr(done, "rowcount", 0))


def _chosen_hosts() -> list[str]:
    """The known hosts of what was chosen: they are knocked at again at once."""
    one = request.form.get("id", type=int)
    chosen = select(Delivery.host).where(Delivery.id == one) if one is not None else None
    wanted = chosen if chosen is not None else [request.form.get("host", "")]
    return list(db.session.scalars(select(Peer.host).where(Peer.host.in_(wanted))))


def _back() -> AnyResponse:
    return redirect(safe_back(request.form.get("back"), "/admin/deliveries"), 303)


def list_rows(state: str, host: str, before: int | None) -> list[Delivery]:
    """Deliveries in one state, by default all that are not done, newest first; one more than a page holds."""
    query = select(Delivery).options(joinedload(Delivery.activity), joinedload(Delivery.actor))
    query = query.where(Delivery.state == state if state in STATES else Delivery.state.in_(UNFINISHED))
    if host:
        query = query.where(Delivery.host == host)
    if before is not None:
        query = query.where(Delivery.id < before)
    return list(db.session.scalars(query.order_by(Delivery.id.desc()).limit(PER_PAGE + 1)))


def count_by_state(host: str) -> dict[str, int]:
    """How many deliveries there are in each state, to one host or to all."""
    query = select(Delivery.state, func.count()).group_by(Delivery.state)
    if host:
        query = query.where(Delivery.host == host)
    return {state: count for state, count in db.session.execute(query)}


@dataclass(frozen=True)
class DeliveryLine:
    """One delivery as the table shows it: what it says, how it stands and why."""

    row: Delivery
    verb: Any
    about: str
    pill: str
    state: Any
    next_try: str
    reason: str

    @property
    def is_over(self) -> bool:
        """Whether nothing can be done about it any more."""
        return self.row.state in ("sent", "superseded")


def line_of(row: Delivery) -> DeliveryLine:
    """One delivery in words."""
    pill, state = STATES[row.state]
    verb = VERBS.get(row.activity.type, row.activity.type)
    again = next_try(row.next_try_at) if row.state == "waiting" else ""
    return DeliveryLine(row, verb, _about(row), pill, state, again, in_words(row.last_error))


def _about(delivery: Delivery) -> str:
    """The name of what an activity is about, else its address."""
    subject = delivery.activity.document.get("object")
    if isinstance(subject, dict):
        return str(subject.get("name") or subject.get("id") or "")
    return str(subject or delivery.activity.object_uri)
