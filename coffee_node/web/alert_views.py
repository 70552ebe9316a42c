"""Saved searches: the page on which a list is saved, and the page of one's own with the way out of each."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from coffee_node.base.database import write
from coffee_node.base.errors import NotFound, Unprocessable
from coffee_node.base.i18n import current_language
from coffee_node.base.i18n import gettext as _
from coffee_node.base.rate_limits import too_many
from coffee_node.federation import saved_searches
from coffee_node.node import current_node
from coffee_node.web import alert_lists, alert_mails
from coffee_node.web.alert_changes import change_one, shown_searches, start, told
from coffee_node.web.alert_forms import RHYTHM_CHOICES, AddressForm, AlertForm
from coffee_node.web.alert_lists import WatchedList
from coffee_node.web.auth import current_account
from coffee_node.web.forms import keeps_form
from coffee_node.web.list_query import ListQuery

alert_pages = Blueprint("alerts", __name__)

HOUR = 3600
MAILS_PER_ADDRESS = 5
MAILS_PER_READER = 20


@alert_pages.app_template_global()
def alert_href(query: ListQuery) -> str:
    """The page on which this list can be saved; empty for a list that cannot be watched."""
    if alert_lists.list_at(query.path) is None:
        return ""
    return f"/alerts/new?{urlencode({'list': query.href()})}"


@alert_pages.get("/alerts")
def mine() -> str:
    """The saved searches of the reader; somebody without an account is told how to reach theirs."""
    account = current_account()
    if account is None:
        return render_template("alerts.html", form=AddressForm(), shown=None, is_visitor=True)
    shown = shown_searches(saved_searches.of_account(account))
    return render_template("alerts.html", shown=shown, action="/alerts", rhythms=RHYTHM_CHOICES)


@alert_pages.post("/alerts/link")
@keeps_form
def send_link() -> Any:
    """Mail the way to their searches to a visitor; the answer is the same for an address without any."""
    form = AddressForm()
    address = form.address() if form.validate() else ""
    if not address:
        return render_template("alerts.html", form=form, shown=None, is_visitor=True), 422
    _count_mail(address)
    with write():
        found = saved_searches.of_address(address)
        if found:
            alert_mails.send_link(found[0])
    text = _("If this address has saved searches, a mail with the way to them is on its way.")
    return told(_("Look into your mailbox"), text)


@alert_pages.route("/alerts/new", methods=["GET", "POST"])
@keeps_form
def new() -> Any:
    """Save one list with its filters; a visitor has to confirm the address first."""
    form = AlertForm(data={"list": request.args.get("list", "")})
    watched, query = _wanted(form.list.data or "")
    account = current_account()
    if request.method == "GET":
        return _show_form(form, watched, query)
    is_fresh = form.validate()
    address = "" if account is not None else form.address()
    if not is_fresh or form.problems():
        return _show_form(form, watched, query), 422
    if account is None:
        _count_mail(address)
    rhythm = form.chosen_rhythm()
    with write():
        search = saved_searches.save(
            account, address, current_language.get(), query.path, query.given, rhythm
        )
        if search is None:
            raise Unprocessable(
                _("There are %(num)d saved searches already.", num=saved_searches.MOST),
                _("Delete one that you no longer need."),
            )
        if account is None:
            alert_mails.ask_to_confirm(search, alert_lists.in_words(watched, query), rhythm)
        elif not search.marks:
            start(search)
    if account is None:
        return told(
            _("Look into your mailbox"),
            _("A mail is on its way to %(address)s. Please confirm it within 48 hours.", address=address),
        )
    flash(_("Saved. You will hear of what is new; what is there already is not told again."), "ok")
    return redirect("/alerts", 303)


def _wanted(address: str) -> tuple[WatchedList, ListQuery]:
    found = alert_lists.read_address(address)
    if found is None:
        raise NotFound(_("There is no list at this address that can be watched."), _("Open a list first."))
    return found


def _show_form(form: AlertForm, watched: WatchedList, query: ListQuery) -> str:
    return render_template(
        "alert_new.html",
        form=form,
        label=alert_lists.in_words(watched, query),
        back=query.href(),
        needs_address=current_account() is None,
        has_errors=bool(form.problems()),
    )


@alert_pages.post("/alerts/<int:search_id>")
def change(search_id: int) -> Response:
    """Pause, resume, delete a search of one's own, or change how often it is told."""
    account = current_account()
    mine = saved_searches.of_account(account) if account is not None else []
    change_one(mine, search_id)
    return redirect("/alerts", 303)


def _count_mail(address: str) -> None:
    """TooManyRequests when an address or a reader asks for too many mails."""
    counted = (
        (f"alert mail {address}", MAILS_PER_ADDRESS),
        (f"alert reader {request.remote_addr or ''}", MAILS_PER_READER),
    )
    for key, most in counted:
        if current_node.rate_limits.hit(key, HOUR) > most:
            raise too_many(_("Too many mails were asked for."), HOUR)
