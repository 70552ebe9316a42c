"""For managers: whom this site talks to, as a list that others can read too, and the reports that wait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired

from coffee_node.activitypub import vocabulary
from coffee_node.base.errors import CoffeeError, InvalidDocument, NotFound, Unprocessable
from coffee_node.base.i18n import _, gettext, ngettext
from coffee_node.federation import actors, moderation, objects, policy_lists, reports
from coffee_node.federation.moderation import Decision
from coffee_node.federation.moderation_models import Report
from coffee_node.web.auth import current_account, require_admin
from coffee_node.web.forms import FederatedForm, RadioField, keeps_form
from coffee_node.web.object_views import actor_url, page_url

moderation_pages = Blueprint("moderation", __name__)

POLICIES = "/network/policies"
LEVELS = {
    "suspend": ("bad", _("suspended")),
    "silence": ("wait", _("silenced")),
    "allow": ("ok", _("allowed")),
}
STATES = {
    "open": _("open"),
    "done": _("dealt with"),
    "rejected": _("without ground"),
}


class PolicyForm(FederatedForm):
    """What is decided about one domain."""

    host = StringField(
        _("Server"),
        [DataRequired(_("Write it like example.org."))],
        description=_("Its name, for example example.org. Every name below it is meant too."),
        render_kw={"autocapitalize": "none", "spellcheck": "false", "inputmode": "url"},
    )
    level = RadioField(
        _("What happens with it"),
        choices=[
            ("suspend", _("Suspend: nothing is exchanged, and what came from there is hidden.")),
            ("silence", _("Silence: only those who follow somebody there see it; it is in no list.")),
            ("allow", _("Allow: it becomes a partner as soon as it asks.")),
        ],
    )
    reason = StringField(_("Reason"), description=_("Others read it when you hand the list on."))
    note = TextAreaField(
        _("Remark"), description=_("For the managers of this site only."), render_kw={"rows": 2}
    )


@moderation_pages.get(POLICIES)
@require_admin
def policies() -> str:
    """Every decision, a form for a new one or for the one named in `host`, and the list as a file."""
    wanted = request.args.get("host", "").strip()[:255]
    known = moderation.find_policy(wanted) if wanted else None
    form = PolicyForm(obj=known) if known is not None else PolicyForm(host=wanted, level="suspend")
    return _policies_page(form)


def _policies_page(form: PolicyForm) -> str:
    return render_template("policies.html", policies=moderation.policies(), form=form, levels=LEVELS)


@moderation_pages.post(POLICIES)
@keeps_form
@require_admin
def decide() -> Any:
    """Decide about a domain, or change what was decided; a form that cannot be read is shown again."""
    form = PolicyForm()
    if not form.validate_on_submit():
        return _policies_page(form), 422
    values = {name: str(value or "") for name, value in form.values().items()}
    try:
        policy = moderation.decide(Decision(**values), current_account())
    except (InvalidDocument, Unprocessable) as error:
        form.take_errors(error)
        return _policies_page(form), error.status
    flash(gettext("%(host)s: decided and in force.", host=policy.host), "ok")
    return redirect(POLICIES, 303)


@moderation_pages.post(f"{POLICIES}/remove")
@require_admin
def remove() -> AnyResponse:
    """Take a decision back."""
    try:
        policy = moderation.take_back(request.form.get("host", ""))
    except (NotFound, Unprocessable) as error:
        flash(str(error), "bad")
    else:
        flash(gettext("Nothing is decided about %(host)s any more.", host=policy.host), "ok")
    return redirect(POLICIES, 303)


@moderation_pages.get(f"{POLICIES}.csv")
@require_admin
def export_list() -> Response:
    """The silenced and suspended servers as other servers read them."""
    answer = Response(policy_lists.write_list(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="domain-blocks.csv"'
    return answer


@moderation_pages.post(f"{POLICIES}/import")
@require_admin
def import_list() -> AnyResponse:
    """Take over a list, or only say what would change; what was decided here stays."""
    upload = request.files.get("file")
    data = upload.read(policy_lists.MAX_BYTES + 1) if upload is not None else b""
    is_trial = "trial" in request.form
    try:
        if not data:
            raise InvalidDocument(gettext("Choose a CSV file."))
        account = current_account()
        found = policy_lists.read_list(data) if is_trial else policy_lists.import_list(data, account)
    except CoffeeError as error:
        flash(str(error), "bad")
        return redirect(POLICIES, 303)
    _tell(found, is_trial=is_trial)
    return redirect(POLICIES, 303)


def _tell(found: policy_lists.Imported, *, is_trial: bool) -> None:
    number = len(found.added)
    if is_trial:
        told = ngettext("One server would be added.", "%(num)d servers would be added.", number)
    else:
        told = ngettext("One server was added.", "%(num)d servers were added.", number)
    if found.kept:
        told += " " + ngettext(
            "One was decided here before and stays as it is.",
            "%(num)d were decided here before and stay as they are.",
            len(found.kept),
        )
    flash(told, "info" if is_trial else "ok")
    if found.skipped:
        shown = "; ".join(found.skipped[:5])
        flash(gettext("Left out (%(num)d): %(lines)s", num=len(found.skipped), lines=shown), "wait")


@dataclass(frozen=True)
class ReportedThing:
    """Something that was reported: what it is called, where it is shown, and the server it comes from."""

    name: str
    href: str
    host: str


@dataclass(frozen=True)
class ReportRow:
    """One report with what it is about."""

    report: Report
    things: list[ReportedThing]

    @property
    def hosts(self) -> list[str]:
        """The other servers whose people or content is reported."""
        return sorted({thing.host for thing in self.things if thing.host})


@moderation_pages.get("/moderation")
@require_admin
def show_reports() -> str:
    """The reports in a state, those that wait by default."""
    state = request.args.get("state", "open")
    state = state if state in STATES else "open"
    rows = [
        ReportRow(found, [_thing(item.uri) for item in found.items]) for found in reports.list_reports(state)
    ]
    return render_template("reports.html", rows=rows, state=state, states=STATES)


def _thing(uri: str) -> ReportedThing:
    actor = actors.find_actor(uri)
    if actor is not None:
        return ReportedThing(actor.name or actor.slug or uri, actor_url(actor), actor.host)
    found = objects.find_object(uri)
    if found is None:
        return ReportedThing(uri, uri, vocabulary.host_of(uri))
    row = found[1]
    return ReportedThing(
        row.name or gettext("Note by %(name)s", name=row.actor.name), page_url(row), row.origin
    )


@moderation_pages.post("/moderation/<int:report_id>")
@require_admin
def settle(report_id: int) -> AnyResponse:
    """Say what came of a report, or open it again."""
    state = request.form.get("state", "")
    reports.settle(report_id, state, current_account(), request.form.get("note", ""))
    flash(gettext("Saved."), "ok")
    return redirect("/moderation", 303)
