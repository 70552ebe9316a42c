"""For people with an account: reporting something to the managers, and blocking somebody of another site."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response
from wtforms import BooleanField, TextAreaField
from wtforms.validators import DataRequired

from coffee_node.base.errors import Forbidden, NotFound
from coffee_node.base.i18n import _, gettext
from coffee_node.federation import accounts, actors, blocks, objects, reports
from coffee_node.federation.models import Actor
from coffee_node.web.addresses import safe_back
from coffee_node.web.auth import current_account, require_account
from coffee_node.web.forms import FederatedForm, keeps_form
from coffee_node.web.object_views import actor_url, page_url

report_pages = Blueprint("reports", __name__)


class ReportForm(FederatedForm):
    """What is wrong with something, in the reader's own words."""

    content = TextAreaField(
        _("What is wrong with it?"),
        [DataRequired(_("Write in a few words what is wrong."))],
        render_kw={"rows": 4},
    )
    forward = BooleanField(
        _("Send the report to the site it comes from, too"),
        description=_("Your name stays here: the report is sent in the name of this site."),
        default=True,
    )


@report_pages.get("/report")
@require_account
def ask() -> str:
    """The form about the thing whose id is in `uri`."""
    return _form_page(ReportForm(), request.args.get("uri", ""))


@report_pages.post("/report")
@keeps_form
@require_account
def send() -> Any:
    """Tell the managers; an empty report is shown again."""
    form, uri = ReportForm(), request.form.get("uri", "")
    if not form.validate_on_submit():
        return _form_page(form, uri), 422
    text = str(form.values().get("content") or "")
    reports.report(current_account(), [uri], text, forward=bool(form.values().get("forward")))
    flash(gettext("Thank you. The managers of this site will look at it."), "ok")
    return redirect(_page_of(uri), 303)


def _form_page(form: ReportForm, uri: str) -> str:
    author = reports.author_of(uri)
    if author is None:
        raise NotFound(gettext("There is nothing at this address."))
    if author.is_local:
        del form.forward
    return render_template("report_form.html", form=form, uri=uri, author=author, back=_page_of(uri))


def _page_of(uri: str) -> str:
    actor = actors.find_actor(uri)
    if actor is not None:
        return actor_url(actor)
    found = objects.find_object(uri)
    return page_url(found[1]) if found is not None else "/"


@report_pages.post("/block")
@require_account
def block() -> Response:
    """Block the actor in `uri` or take it back, for oneself or (`as` = node) for the whole site."""
    blocker, blocked = _blocker(request.form.get("as", "")), actors.find_actor(request.form.get("uri", ""))
    if blocked is None:
        raise NotFound(gettext("Nobody with this name is known here."))
    name = blocked.name or blocked.slug
    if request.form.get("what") == "stop":
        blocks.unblock(blocker, blocked)
        flash(gettext("%(name)s is no longer blocked.", name=name), "ok")
    else:
        blocks.block(blocker, blocked)
        flash(gettext("%(name)s is blocked and is not told.", name=name), "ok")
    return redirect(safe_back(request.form.get("back"), "/"), 303)


def _blocker(name: str) -> Actor:
    account = current_account()
    if account is not None and name == "node" and account.is_admin:
        return actors.node_actor()
    if account is None or name or account.actor is None:
        raise Forbidden(gettext("You cannot block in this name."))
    return account.actor


def report_part(row: Any) -> Markup:
    """The quiet line below a thing of somebody else: report it, block its author; nothing for visitors."""
    account = current_account()
    if account is None:
        return Markup("")
    uri = str(row["uri"] if isinstance(row, dict) else row.uri)
    author = actors.find_actor(uri) if isinstance(row, dict) else row.actor
    if author is None or accounts.may_act_as(account, author):
        return Markup("")
    shown = {
        "uri": uri,
        "author": author,
        "choices": _choices(author) if author.uri == uri and not author.is_local else [],
        "is_admin": account.is_admin,
    }
    # The template escapes what it shows.
    return Markup(render_template("report_part.html", **shown))  # noqa: S704


def _choices(author: Actor) -> list[tuple[str, bool]]:
    """In whose name the reader can block the author, and whether that is so already."""
    account = current_account()
    found: list[tuple[str, bool]] = []
    if account is not None and account.actor is not None:
        found.append(("", blocks.find_block(account.actor, author) is not None))
    if account is not None and account.is_admin:
        found.append(("node", blocks.find_block(actors.node_actor(), author) is not None))
    return found
