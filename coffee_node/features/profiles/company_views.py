"""For who runs a company: its page as a form, and who works there."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request

from coffee_node.base.errors import Conflict, Forbidden, InvalidDocument, NotFound, Unprocessable
from coffee_node.base.i18n import gettext as _
from coffee_node.base.rate_limits import too_many
from coffee_node.features.profiles import companies
from coffee_node.features.profiles.company_forms import CompanyForm, fields_of
from coffee_node.features.profiles.models import Company
from coffee_node.federation import accounts
from coffee_node.federation.account_models import Account
from coffee_node.node import current_node
from coffee_node.web.auth import current_account, require_account
from coffee_node.web.forms import keeps_form
from coffee_node.web.object_views import actor_url
from coffee_node.web.skill_field import SkillsField
from coffee_node.web.skill_views import suggestions

company_pages = Blueprint("companies", __name__)
DAY = 24 * 60 * 60
NEW_PER_DAY = 3


@company_pages.route("/companies/new", methods=["GET", "POST"])
@keeps_form
@require_account
def add() -> Any:
    """A member of a place adds the company they run."""
    account = current_account()
    if account is None or not account.memberships:
        raise Forbidden(_("Companies are added by members of a place."))
    form = CompanyForm()
    form.prepare()
    if request.method == "GET" or _wants_suggestions(form):
        return _show(form)
    if not form.validate():
        return _show(form), 422
    try:
        row = _open(account, form)
    except (Unprocessable, InvalidDocument) as error:
        form.take_errors(error)
        return _show(form), 422
    except Conflict as error:
        form.add_error("handle", str(error))
        return _show(form), 422
    flash(_("Saved. Your partners will have it in a few seconds."), "ok")
    return redirect(actor_url(row.actor), 303)


def _open(account: Account, form: CompanyForm) -> Company:
    handle = str(form.handle.data or "").strip().lower()
    accounts.check_handle(handle)
    if current_node.rate_limits.hit(f"new company {account.id}", DAY) > NEW_PER_DAY:
        raise too_many(_("A few companies a day are enough."), DAY)
    return companies.open_company(handle, form.read(), account, form.logo_change)


@company_pages.route("/companies/<slug>/edit", methods=["GET", "POST"])
@keeps_form
@require_account
def edit(slug: str) -> Any:
    """The form of a company that the reader runs."""
    row = _own_company(slug)
    form = CompanyForm(data=fields_of(row))
    del form.handle
    form.prepare()
    if request.method == "GET" or _wants_suggestions(form):
        return _show(form, row)
    if not form.validate():
        return _show(form, row), 422
    try:
        companies.change_company(row, form.read(), form.logo_change)
    except (Unprocessable, InvalidDocument) as error:
        form.take_errors(error)
        return _show(form, row), 422
    flash(_("Saved. Your partners will have it in a few seconds."), "ok")
    return redirect(actor_url(row.actor), 303)


@company_pages.route("/companies/<slug>/people", methods=["GET", "POST"])
@require_account
def people(slug: str) -> Any:
    """Who says to work here: a manager confirms it or says that it is not so."""
    row = _own_company(slug)
    if request.method == "POST":
        job, what = request.form.get("job", 0, type=int), request.form.get("what", "")
        companies.answer(row.actor, job, is_so=what == "yes")
        flash(_("Saved."), "ok")
        return redirect(f"/companies/{slug}/people", 303)
    lists = {state: companies.staff_of(row.actor, state) for state in ("asked", "confirmed", "refused")}
    return render_template("profiles/company_people.html", row=row, lists=lists)


def _wants_suggestions(form: CompanyForm) -> bool:
    for field in form:
        if isinstance(field, SkillsField) and field.is_asked_in(request.form):
            field.suggestions = suggestions(field.typed)
            return True
    return False


def _show(form: CompanyForm, row: Company | None = None) -> str:
    return render_template("profiles/company_form.html", form=form, row=row)


def _own_company(slug: str) -> Company:
    account, actor = current_account(), companies.find_company(slug)
    if account is None or actor is None:
        raise NotFound(_("There is nothing at this address."))
    if not accounts.may_act_as(account, actor):
        raise Forbidden(_("Only who runs it may change it."))
    return companies.company_of(actor)
