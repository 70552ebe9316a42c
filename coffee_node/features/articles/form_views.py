"""The pages on which articles and notes are written, changed and deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request

from coffee_node.base.errors import Forbidden, InvalidDocument, Unprocessable
from coffee_node.base.i18n import current_language
from coffee_node.base.i18n import gettext as _
from coffee_node.features.articles import service, watch
from coffee_node.features.articles.forms import ArticleForm, NoteForm, fields_of, note_fields_of
from coffee_node.features.articles.illustrated import preview_of
from coffee_node.features.articles.models import Article, Note
from coffee_node.features.articles.watch_views import entry_of
from coffee_node.features.articles.writing import picture_keeper
from coffee_node.federation import accounts
from coffee_node.federation.models import Actor
from coffee_node.web.auth import current_account, require_account
from coffee_node.web.forms import keeps_form, tidy
from coffee_node.web.object_views import page_url
from coffee_node.web.own_rows import own_row

blueprint = Blueprint("article_forms", __name__)


@blueprint.route("/articles/new", methods=["GET", "POST"])
@keeps_form
@require_account
def write_article() -> Any:
    """The form of a new article."""
    choices = _may_publish_as()
    entry = entry_of(int(request.values["entry"])) if request.values.get("entry", "").isdigit() else None
    drafted = watch.draft_of(entry) if entry is not None else {}
    form = ArticleForm(data={"actor": choices[0].uri, "language": current_language.get(), **drafted})
    form.offer(choices)
    if request.method == "POST" and form.takes_picture(picture_keeper(_chosen(form, choices))):
        return _show("articles/form.html", form, _("New article"), _("Publish"), "/articles")
    if _wants_preview():
        return _previewed(form, _("New article"), _("Publish"), "/articles")
    if request.method == "POST" and form.validate():
        values = form.read()
        if values is not None:
            try:
                row = service.publish_article(_chosen(form, choices), values, form.visibility.data)
            except (Unprocessable, InvalidDocument) as error:
                form.take_errors(error)
            else:
                if entry is not None:
                    watch.settle(entry, "used")
                return _saved(row, _("Published. Your partners will have it in a few seconds."))
    return _show("articles/form.html", form, _("New article"), _("Publish"), "/articles")


@blueprint.route("/articles/<uuid>/edit", methods=["GET", "POST"])
@keeps_form
@require_account
def edit_article(uuid: str) -> Any:
    """The form of an article of ours, filled with what it says now."""
    row: Article = own_row(Article, uuid)
    before = fields_of(row)
    form = ArticleForm(data={"actor": row.actor.uri, **before})
    form.offer([row.actor])
    shown = (_("Change the article"), _("Save"), page_url(row), True)
    if request.method == "POST" and form.takes_picture(picture_keeper(row.actor)):
        return _show("articles/form.html", form, *shown)
    if _wants_preview():
        return _previewed(form, *shown)
    if request.method == "POST" and form.validate():
        values = form.read()
        if values is not None:
            try:
                changed = form.changed(values, before, row)
                service.change_article(row, changed, form.visibility.data, author_id=_author())
            except (Unprocessable, InvalidDocument) as error:
                form.take_errors(error)
            else:
                return _saved(row, _("Saved. Your partners will have it in a few seconds."))
    return _show("articles/form.html", form, *shown)


@blueprint.route("/articles/<uuid>/delete", methods=["GET", "POST"])
@require_account
def delete_article(uuid: str) -> Any:
    """Ask, then take the article away everywhere."""
    row: Article = own_row(Article, uuid)
    if request.method == "POST":
        service.withdraw_article(row)
        flash(_("The article is deleted here, and everybody who has it is asked to delete it."), "ok")
        return redirect("/articles", 303)
    return _confirm(row, _("Delete this article?"), row.name)


@blueprint.route("/notes/new", methods=["GET", "POST"])
@keeps_form
@require_account
def write_note() -> Any:
    """The form of a short note."""
    choices = _may_publish_as()
    form = NoteForm(data={"actor": choices[0].uri, "language": current_language.get()})
    form.offer(choices)
    if request.method == "POST" and form.validate():
        try:
            row = service.post_note(_chosen(form, choices), form.read())
        except (Unprocessable, InvalidDocument) as error:
            form.take_errors(error)
        else:
            return _saved(row, _("Published. Your partners will have it in a few seconds."))
    return _show("articles/note_form.html", form, _("New note"), _("Publish"), page_of(choices[0]))


@blueprint.route("/notes/<uuid>/edit", methods=["GET", "POST"])
@keeps_form
@require_account
def edit_note(uuid: str) -> Any:
    """The form of a note of ours, filled with what it says now."""
    row: Note = own_row(Note, uuid)
    form = NoteForm(data={"actor": row.actor.uri, **note_fields_of(row)})
    form.offer([row.actor])
    if request.method == "POST" and form.validate():
        try:
            service.change_note(row, form.read())
        except (Unprocessable, InvalidDocument) as error:
            form.take_errors(error)
        else:
            return _saved(row, _("Saved. Your partners will have it in a few seconds."))
    return _show(
        "articles/note_form.html", form, _("Change the note"), _("Save"), page_url(row), is_edit=True
    )


@blueprint.route("/notes/<uuid>/delete", methods=["GET", "POST"])
@require_account
def delete_note(uuid: str) -> Any:
    """Ask, then take the note away everywhere."""
    row: Note = own_row(Note, uuid)
    if request.method == "POST":
        service.withdraw_note(row)
        flash(_("The note is deleted here, and everybody who has it is asked to delete it."), "ok")
        return redirect(page_of(row.actor), 303)
    return _confirm(row, _("Delete this note?"), "")


def page_of(actor: Actor) -> str:
    """The page of an actor of ours."""
    return f"/@{actor.slug}"


def _saved(row: Article | Note, text: str) -> Any:
    flash(text, "ok")
    return redirect(page_url(row), 303)


def _show(template: str, form: Any, heading: str, submit: str, back: str, is_edit: bool = False) -> Response:
    lead = _("It goes to your partners and to everybody who follows you.")
    body = render_template(
        template, form=form, heading=heading, lead=lead, submit=submit, cancel_href=back, is_edit=is_edit
    )
    return Response(body, 422 if form.problems() else 200)


def _confirm(row: Article | Note, heading: str, title: str) -> str:
    return render_template(
        "articles/confirm.html",
        heading=heading,
        title=title,
        text=_("It disappears here and from every site that received it. This cannot be undone."),
        button=_("Delete"),
        action=request.path,
        back_href=page_url(row),
    )


def _may_publish_as() -> Sequence[Actor]:
    account = current_account()
    choices = accounts.actors_of(account) if account is not None else []
    if not choices:
        raise Forbidden(_("Your account cannot publish anything."), _("Ask an administrator of this site."))
    return choices


def _chosen(form: ArticleForm | NoteForm, choices: Sequence[Actor]) -> Actor:
    return next((actor for actor in choices if actor.uri == form.actor.data), choices[0])


def _author() -> int | None:
    account = current_account()
    return account.id if account is not None else None


def _wants_preview() -> bool:
    return request.method == "POST" and "preview" in request.form


def _previewed(form: ArticleForm, heading: str, submit: str, back: str, is_edit: bool = False) -> Response:
    """The form as it was filled, with its text above as readers will see it; nothing is kept."""
    shown = {
        "form": form, "heading": heading, "lead": "", "submit": submit, "cancel_href": back,
        "is_edit": is_edit, "preview": preview_of(tidy(form.content.data)),
    }  # fmt: skip
    return Response(render_template("articles/form.html", **shown))
