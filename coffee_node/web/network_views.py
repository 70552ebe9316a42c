"""The network page: partners and how they answer, in words; administrators act from here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from coffee_node.base import clock
from coffee_node.base.errors import CoffeeError, FetchError
from coffee_node.base.i18n import gettext as _
from coffee_node.base.i18n import ngettext
from coffee_node.federation import follows, peer_status, peers
from coffee_node.federation.peer_status import PeerStatus
from coffee_node.node import current_node
from coffee_node.web.auth import current_account, require_admin
from coffee_node.web.language import ago, as_date, as_time

network_pages = Blueprint("network", __name__)


@dataclass(frozen=True)
class PeerRow:
    """One line of the table: what happened, what happens by itself, what a person can do."""

    status: PeerStatus
    pill: str
    state: str
    note: str
    received: str
    sent: str

    @property
    def href(self) -> str:
        """The home page of the peer."""
        scheme = "https" if current_node.config.is_https else "http"
        return f"{scheme}://{self.status.host}/"

    @property
    def has_tasks(self) -> bool:
        """Whether there is something an administrator can do or look into."""
        return bool(self.status.waiting or self.status.failed or self.status.state in ("away", "refuses"))


@network_pages.get("/network")
def network() -> str:
    """Who belongs to the network, when we last heard of each other, what waits."""
    account = current_account()
    statuses = peer_status.statuses()
    is_admin = account is not None and account.is_admin
    shown = [status for status in statuses if is_admin or status.is_partner]
    return render_template(
        "network.html",
        rows=[peer_row(status) for status in shown],
        summary=summary([status for status in statuses if status.is_partner]),
        requests=peers.pending_requests() if is_admin else [],
        is_admin=is_admin,
        typed=request.args.get("address", ""),
    )


@network_pages.post("/network/follow")
@require_admin
def follow_node() -> Response:
    """Ask another node to become a partner."""
    address = request.form.get("address", "").strip()
    if not address:
        flash(_("Write the address of the other site first, for example https://esco.example."), "bad")
        return redirect("/network", 303)
    try:
        follow = peers.follow_node(address)
    except (CoffeeError, ValueError) as error:
        flash(_why_not(error, address), "bad")
        return redirect(f"/network?{_address_query(address)}", 303)
    name = _name(follow)
    if follow.state == "accepted":
        flash(_("%(name)s has already agreed; there is nothing to ask.", name=name), "info")
    else:
        told = _("%(name)s has been asked. You are partners as soon as its administrator agrees.", name=name)
        flash(told, "ok")
    return redirect("/network", 303)


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
    flash(ngettext("%(num)d message leaves now.", "%(num)d messages leave now.", count), "ok")
    return redirect("/network", 303)


def _name(follow: Any, *, follower: bool = False) -> str:
    actor = follow.follower if follower else follow.target
    return str(actor.name or actor.host)


def _why_not(error: Exception, address: str) -> str:
    if isinstance(error, FetchError):
        return _(
            "%(address)s does not answer as a site of the network. Please check the address.", address=address
        )
    if isinstance(error, CoffeeError):
        return str(error)
    return _("%(address)s is not an address.", address=address)


def _address_query(address: str) -> str:
    return urlencode({"address": address})


def summary(partners: list[PeerStatus]) -> str:
    """All partners in a few sentences: how many, who does not answer, what waits."""
    if not partners:
        return _("This site has no partner yet. What it publishes is seen here only.")
    away = [status for status in partners if status.state != "ok"]
    waiting = sum(status.waiting for status in partners)
    told = [ngettext("One partner.", "%(num)d partners.", len(partners))]
    if not away:
        told.append(_("Everything has arrived everywhere.") if not waiting else _("All of them answer."))
    else:
        told.append(
            ngettext("One does not answer as it should.", "%(num)d do not answer as they should.", len(away))
        )
    if waiting:
        told.append(
            ngettext(
                "One message waits and will leave by itself.",
                "%(num)d messages wait and will leave by themselves.",
                waiting,
            )
        )
    return " ".join(told)


def peer_row(status: PeerStatus) -> PeerRow:
    """One peer in words."""
    pill, state, note = _state_in_words(status)
    return PeerRow(
        status=status,
        pill=pill,
        state=state,
        note=note,
        received=ago(status.last_received_at) if status.last_received_at else _("nothing yet"),
        sent=_sent(status),
    )


def next_try(at: datetime) -> str:
    """When something leaves by itself, in words."""
    if at <= clock.utcnow():
        return _("next try in a moment")
    return _("next try %(ago)s", ago=ago(at))


def _sent(status: PeerStatus) -> str:
    if status.waiting:
        return ngettext("one message waits", "%(num)d messages wait", status.waiting)
    if status.last_delivered_at is None:
        return _("nothing yet")
    return ago(status.last_delivered_at)


def _since(moment: datetime) -> str:
    day, time = as_date(moment), as_time(moment)
    if day == as_date(clock.utcnow()):
        return _("since %(time)s", time=time)
    return _("since %(day)s, %(time)s", day=day, time=time)


def _state_in_words(status: PeerStatus) -> tuple[str, str, str]:
    if status.state == "asks":
        return "wait", _("wants to be a partner"), ""
    if status.state == "asked":
        return "wait", _("asked, no answer yet"), ""
    if status.state == "away":
        again = next_try(status.next_try_at) if status.next_try_at else ""
        since = _since(status.failing_since) if status.failing_since else ""
        return "wait", _("does not answer"), ", ".join(part for part in (since, again) if part)
    if status.state == "refuses":
        return "bad", _("refuses us"), status.last_error
    if status.failed:
        note = ngettext("one message was not taken", "%(num)d messages were not taken", status.failed)
        return "ok", _("answers"), note
    if status.waiting:
        return "wait", _("on its way"), ""
    if not status.is_partner:
        return "off", _("known, no partner"), ""
    if status.backfill == "waiting":
        return "wait", _("its history is being read"), ""
    return "ok", _("everything has arrived"), ""
