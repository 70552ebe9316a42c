"""Saved searches reached by a secret in a mail: confirming, changing, and leaving with one click."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template

from coffee_node.base.database import write
from coffee_node.base.i18n import gettext as _
from coffee_node.federation import mail_links, saved_searches
from coffee_node.federation.saved_searches import CONFIRM, MANAGE, SavedSearch
from coffee_node.web.alert_changes import change_one, current_marks, shown_searches, told
from coffee_node.web.alert_forms import RHYTHM_CHOICES
from coffee_node.web.protocol import is_protocol

alert_link_pages = Blueprint("alert_links", __name__)


@alert_link_pages.get("/alerts/confirm/<secret>")
def ask_to_confirm(secret: str) -> Any:
    """The page with the button that confirms; opening it changes nothing."""
    search = saved_searches.search_of(mail_links.find_link(CONFIRM, secret))
    if search is None:
        return _spent()
    [shown] = shown_searches([search])
    return render_template("alert_confirm.html", shown=shown, action=f"/alerts/confirm/{secret}")


@alert_link_pages.post("/alerts/confirm/<secret>")
def confirm(secret: str) -> Any:
    """The address belongs to who asked: from now on they are told."""
    link = mail_links.find_link(CONFIRM, secret)
    search = saved_searches.search_of(link)
    if link is None or search is None:
        return _spent()
    with write():
        saved_searches.confirm(search, str(link.data.get("rhythm") or "daily"), current_marks(search))
        mail_links.spend(link)
        manage = saved_searches.manage_link(search)
    return redirect(f"/alerts/{manage}", 303)


@alert_link_pages.get("/alerts/<secret>")
def by_link(secret: str) -> Any:
    """All saved searches of the address that a mail went to."""
    rows = _searches(secret)
    if rows is None:
        return _spent()
    return render_template(
        "alerts.html",
        shown=shown_searches(rows),
        action=f"/alerts/{secret}/of",
        address=rows[0].address if rows else "",
        rhythms=RHYTHM_CHOICES,
    )


@alert_link_pages.post("/alerts/<secret>/of/<int:search_id>")
def change_by_link(secret: str, search_id: int) -> Any:
    """Pause, resume or delete one of them, or change how often it is told."""
    rows = _searches(secret)
    if rows is None:
        return _spent()
    change_one(rows, search_id)
    left = _searches(secret)
    if not left:
        return told(_("Deleted"), _("This address has no saved search any more and was forgotten."))
    return redirect(f"/alerts/{secret}", 303)


@alert_link_pages.get("/alerts/<secret>/stop")
def ask_to_stop(secret: str) -> Any:
    """The page with the button that stops the search a mail came from; opening it changes nothing."""
    search = saved_searches.search_of(mail_links.find_link(MANAGE, secret))
    if search is None:
        return told(_("No more mails"), _("This saved search was deleted. Nothing more is sent for it."))
    [shown] = shown_searches([search])
    return render_template(
        "alert_stop.html", shown=shown, action=f"/alerts/{secret}/stop", more=f"/alerts/{secret}"
    )


@alert_link_pages.post("/alerts/<secret>/stop")
@is_protocol
def stop(secret: str) -> str:
    """One click of a mail program or of the page (RFC 8058): exactly this search is forgotten."""
    search = saved_searches.search_of(mail_links.find_link(MANAGE, secret))
    if search is not None:
        with write():
            saved_searches.forget(search)
    return told(_("No more mails"), _("This saved search was deleted. Nothing more is sent for it."))


def _searches(secret: str) -> list[SavedSearch] | None:
    link = mail_links.find_link(MANAGE, secret)
    return None if link is None else saved_searches.of_address(link.address)


def _spent() -> tuple[str, int]:
    title = _("This link no longer works")
    text = _("It was used before, or it is too old. You can save the search again on the page of its list.")
    return told(title, text), 404
