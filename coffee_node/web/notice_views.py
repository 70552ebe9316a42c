"""What the reader is told: the notices on their page, and the choice of what, where and how often."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response
from wtforms import BooleanField

from coffee_node.base.contracts import NoticeKind
from coffee_node.base.database import write
from coffee_node.base.errors import NotFound
from coffee_node.base.i18n import gettext as _
from coffee_node.federation import notice_choices, notice_list
from coffee_node.federation.account_models import Account
from coffee_node.federation.notice_models import Notification
from coffee_node.node import current_node
from coffee_node.web.addresses import safe_back
from coffee_node.web.auth import current_account, require_account
from coffee_node.web.forms import FederatedForm, SelectField, bound, keeps_form

notice_pages = Blueprint("notices", __name__)


@notice_pages.get("/me/notices")
@require_account
def show_notices() -> str:
    """What the reader was told, unread first."""
    rows, following = notice_list.page_of(_reader(), request.args.get("page", ""))
    return render_template(
        "notices.html",
        notices=[{"row": row, "kind": _title_of(row), "href": _href(row)} for row in rows],
        has_unread=any(row.read_at is None for row in rows),
        next_href=f"/me/notices?page={following}" if following else "",
        first_href="/me/notices" if request.args.get("page") else "",
    )


@notice_pages.get("/me/notices/<int:notice_id>")
@require_account
def open_notice(notice_id: int) -> Response:
    """Go to what a notice is about; whoever opens it has read it."""
    row = notice_list.find(_reader(), notice_id)
    if row is None:
        raise NotFound(_("This notice is not here any more."), _("Notices are kept for three months."))
    notice_list.mark_read(_reader(), notice_id)
    return redirect(_path_of(row) or "/me/notices", 303)


@notice_pages.post("/me/notices/<int:notice_id>/read")
@require_account
def read_one(notice_id: int) -> Response:
    """Put one notice away."""
    notice_list.mark_read(_reader(), notice_id)
    return redirect("/me/notices", 303)


@notice_pages.post("/me/notices/read")
@require_account
def read_all() -> Response:
    """Put every notice away."""
    notice_list.mark_read(_reader())
    flash(_("Everything is marked as read."), "ok")
    return redirect("/me/notices", 303)


@notice_pages.route("/me/notices/choices", methods=["GET", "POST"])
@keeps_form
@require_account
def choose() -> Any:
    """The matrix of what the reader is told: for each kind on the page or not, and how often by mail."""
    reader, kinds = _reader(), _kinds()
    form = _form_of(reader, kinds)
    if request.method == "POST" and form.validate():
        choices = {
            kind.name: (bool(bound(form, f"page-{kind.name}").data), str(bound(form, kind.name).data))
            for kind in kinds
        }
        with write():
            notice_choices.choose(reader, choices)
        flash(_("Saved."), "ok")
        return redirect("/me/notices/choices", 303)
    rows = [(kind, bound(form, f"page-{kind.name}"), bound(form, kind.name)) for kind in kinds]
    page = render_template("notice_choices.html", form=form, rows=rows, email=reader.email)
    return page, (422 if form.problems() else 200)


def _form_of(reader: Account, kinds: list[NoticeKind]) -> FederatedForm:
    """A form with two fields for each kind this node knows."""
    chosen = notice_choices.choices_of([reader.id])[reader.id]
    words = _rhythm_words()
    fields: dict[str, Any] = {}
    values: dict[str, Any] = {}
    for kind in kinds:
        on_page, rhythm = notice_choices.choice_for(kind, chosen)
        fields[f"page-{kind.name}"] = BooleanField(_("%(what)s: on the page", what=kind.title))
        fields[kind.name] = SelectField(_("%(what)s: by mail", what=kind.title), choices=list(words.items()))
        values |= {f"page-{kind.name}": on_page, kind.name: rhythm}
    form: FederatedForm = type("ChoicesForm", (FederatedForm,), fields)(data=values)
    return form


def _rhythm_words() -> dict[str, str]:
    return {"now": _("at once"), "daily": _("every morning"), "weekly": _("on Mondays"), "never": _("never")}


def _kinds() -> list[NoticeKind]:
    return sorted(current_node.notice_kinds.values(), key=lambda kind: (kind.order, kind.name))


def _reader() -> Account:
    account = current_account()
    if account is None:
        raise NotFound(_("There is nothing at this address."))
    return account


def _title_of(row: Notification) -> str:
    kind = current_node.notice_kinds.get(row.kind)
    return str(kind.title) if kind is not None else ""


def _path_of(row: Notification) -> str:
    """The page of ours that a notice is about; empty when it is about none, or one elsewhere."""
    return safe_back(row.url.removeprefix(current_node.config.base_url), "")


def _href(row: Notification) -> str:
    """Where the title of a notice leads: through the page that marks it as read, or to another site."""
    return f"/me/notices/{row.id}" if _path_of(row) else row.url
