"""The page of one peer for administrators: how it answers, what waits or failed and why, and what to do."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, render_template

from coffee_node.base import clock
from coffee_node.base.i18n import gettext as _
from coffee_node.base.i18n import ngettext
from coffee_node.federation import peer_status
from coffee_node.federation.peer_status import PeerStatus
from coffee_node.web.addresses import here
from coffee_node.web.auth import require_admin
from coffee_node.web.delivery_views import PER_PAGE, line_of, list_rows
from coffee_node.web.language import ago, as_datetime
from coffee_node.web.peer_words import peer_row

peer_pages = Blueprint("peers", __name__)


@peer_pages.get("/network/<host>")
@require_admin
def peer(host: str) -> str:
    """Everything that is known about one server; 404 for one that nothing was ever exchanged with."""
    status = peer_status.status_of(host)
    rows = list_rows("", status.host, None)
    return render_template(
        "peer.html",
        row=peer_row(status),
        facts=_facts(status),
        advice=_advice(status),
        lines=[line_of(row) for row in rows[:PER_PAGE]],
        has_more=len(rows) > PER_PAGE,
        back=here(),
    )


def _facts(status: PeerStatus) -> list[tuple[str, str]]:
    """Label and value of every line; those without a value are not shown."""
    return [
        (_("Software"), f"{status.software} {status.version}".strip()),
        (_("Partnership"), _partnership(status)),
        (_("Last received from there"), _moment(status.last_received_at) or _("nothing yet")),
        (_("Last delivered there"), _moment(status.last_delivered_at) or _("nothing yet")),
        (_("Delivered in all"), str(status.done or "")),
        (_("Waiting"), _waiting(status)),
        (_("Not taken"), str(status.failed or "")),
        (_("Failing since"), _moment(status.failing_since)),
        (_("Paused since"), _moment(status.paused_at)),
        (_("Next try"), _next_try(status)),
        (_("Its history is known since"), _moment(status.known_since)),
    ]


def _moment(moment: datetime | None) -> str:
    return f"{as_datetime(moment)} ({ago(moment)})" if moment else ""


def _next_try(status: PeerStatus) -> str:
    at = status.next_try_at
    if at is None or not (status.waiting or status.failing_since):
        return ""
    return _moment(at) if at > clock.utcnow() else _("in a moment")


def _waiting(status: PeerStatus) -> str:
    if not status.waiting:
        return _("nothing")
    told = ngettext("one message", "%(num)d messages", status.waiting)
    oldest = status.oldest_waiting_at
    return _("%(messages)s, the oldest %(ago)s", messages=told, ago=ago(oldest)) if oldest else told


def _partnership(status: PeerStatus) -> str:
    if status.is_partner:
        return _("partners: each receives what the other publishes")
    if status.they_follow == "requested":
        return _("it wants to be a partner")
    if status.we_follow == "requested":
        return _("asked, no answer yet")
    if status.we_follow == "accepted":
        return _("we receive what it publishes, it does not receive ours")
    if status.they_follow == "accepted":
        return _("it receives what we publish, we do not receive its own")
    return _("known, no partner")


def _advice(status: PeerStatus) -> str:
    """What a person can do about it."""
    if status.state == "refuses":
        return _("Show this page to its administrator. A message that was refused can be sent again below.")
    if status.state == "paused":
        return _("Nobody has to do anything. If it will not come back, end the partnership.")
    if status.state == "away":
        return _(
            "Nothing is lost and nobody has to do anything for now. If its site does not open in a browser "
            "either, write to its administrator, who may not know."
        )
    return ""
