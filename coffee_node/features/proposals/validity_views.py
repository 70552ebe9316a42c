"""Keeping a proposal valid, closing, reopening and taking it back: its author's buttons and mail."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from coffee_node.base.i18n import gettext as _
from coffee_node.features.proposals import essentials, service, validity
from coffee_node.features.proposals.intents import JOB_KINDS
from coffee_node.features.proposals.views import own_proposal
from coffee_node.web.auth import require_account
from coffee_node.web.object_views import page_url

blueprint = Blueprint("proposal_validity", __name__)


@blueprint.post("/offers/<uuid>/renew")
@require_account
def renew(uuid: str) -> Response:
    """It is still valid, or again: 60 days more from today."""
    row = own_proposal(uuid)
    validity.renew(row)
    flash(_("Good: it holds for 60 more days."), "ok")
    return redirect(page_url(row), 303)


@blueprint.post("/offers/<uuid>/close")
@require_account
def close(uuid: str) -> Response:
    """It has ended; it can be opened again."""
    row = own_proposal(uuid)
    validity.close(row)
    flash(_("Closed. Nobody can answer it any more; you can reopen it here."), "ok")
    return redirect(page_url(row), 303)


@blueprint.post("/offers/<uuid>/delete")
@require_account
def remove(uuid: str) -> Response:
    """Take the proposal back."""
    row = own_proposal(uuid)
    was_job = row.kind in JOB_KINDS
    service.withdraw(row)
    flash(_("Deleted. It disappears from the partner sites as well."), "ok")
    return redirect("/jobs" if was_job else "/offers", 303)


@blueprint.get("/offers/still-valid/<secret>")
def ask(secret: str) -> Any:
    """The page of the mail with its buttons; opening it changes nothing."""
    found = validity.asked_by(secret)
    if found is None:
        return _spent()
    row = found[1]
    return render_template(
        "proposals/still_valid.html",
        row=row,
        until=essentials.end_day(row),
        is_open=essentials.is_open(row),
        says_no=request.args.get("answer") == "no",
        action=f"{validity.PATH}/{secret}",
    )


@blueprint.post("/offers/still-valid/<secret>")
def answered(secret: str) -> Any:
    """Yes or no, without an account."""
    found = validity.asked_by(secret)
    if found is None:
        return _spent()
    link, row = found
    is_valid = request.form.get("answer") != "no"
    validity.answer(link, row, is_valid=is_valid)
    if is_valid:
        title, text = _("It goes on"), _("It is valid until %(date)s.", date=essentials.end_day(row))
    else:
        title, text = _("It is closed"), _("Nobody can answer it any more. You can reopen it on its page.")
    return render_template("proposals/still_valid_done.html", title=title, text=text, href=page_url(row))


def _spent() -> tuple[str, int]:
    title = _("This link no longer works")
    text = _("It was used before, or it is too old. On the page of your offer or need you can do the same.")
    page = render_template("proposals/still_valid_done.html", title=title, text=text, href="/offers")
    return page, 404
