"""Beside the form of an article: its text before it is published, its versions, and its translation."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired

from coffee_node.base import html, i18n
from coffee_node.base.errors import InvalidDocument, NotFound, Unprocessable
from coffee_node.base.i18n import _, gettext
from coffee_node.base.images import Picture
from coffee_node.features.articles import pictures, revisions, service
from coffee_node.features.articles.forms import MARKDOWN_HELP
from coffee_node.features.articles.illustrated import shelf_for, with_shown_pictures
from coffee_node.features.articles.models import Article
from coffee_node.federation.models import Actor
from coffee_node.web.auth import current_account, require_account
from coffee_node.web.forms import keeps_form, tidy
from coffee_node.web.object_views import page_url
from coffee_node.web.own_rows import own_row
from coffee_node.web.picture_upload import IllustratedForm

blueprint = Blueprint("article_writing", __name__)
# A picture in Markdown, to be copied into a translation.
LINE = re.compile(r"!\[[^\n]*?\]\(/media/[0-9a-f]{32}\.webp\)")


class TranslationForm(IllustratedForm):
    """An article in one more language, beside the original."""

    to = HiddenField()
    name = StringField(_("Title"), [InputRequired(_("Give the article a title."))])
    summary = TextAreaField(_("In one or two sentences"), render_kw={"rows": 3})
    content = TextAreaField(
        _("Text"), [InputRequired(_("Write the text."))], description=MARKDOWN_HELP, render_kw={"rows": 20}
    )


def picture_keeper(owner: Actor) -> Callable[[Picture, str], str]:
    """What keeps an uploaded picture for an article of this actor and gives its Markdown."""
    return lambda picture, words: pictures.keep_draft(picture, words, owner)


@blueprint.get("/articles/<uuid>/revisions")
@require_account
def show_revisions(uuid: str) -> str:
    """The earlier versions of an article, for those who may write it; `?show=` compares one with today's."""
    row: Article = own_row(Article, uuid)
    chosen = revisions.find_revision(row, request.args.get("show", 0, type=int))
    return render_template(
        "articles/revisions.html",
        row=row,
        uuid=uuid,
        back_href=page_url(row),
        versions=revisions.revisions_of(row),
        chosen=chosen,
        lines=revisions.differences(chosen.content, row.content) if chosen is not None else [],
    )


@blueprint.post("/articles/<uuid>/revisions/<int:number>/restore")
@require_account
def restore(uuid: str, number: int) -> Any:
    """Publish an earlier version again; what it replaces becomes a version itself."""
    row: Article = own_row(Article, uuid)
    version = revisions.find_revision(row, number)
    if version is None:
        raise NotFound(gettext("There is nothing at this address."))
    service.change_article(row, dict(revisions.values_of(version)), author_id=_author())
    flash(gettext("The earlier version is published again."), "ok")
    return redirect(page_url(row), 303)


@blueprint.route("/articles/<uuid>/translate", methods=["GET", "POST"])
@keeps_form
@require_account
def translate(uuid: str) -> Any:
    """The original on one side, the words in another language on the other."""
    row: Article = own_row(Article, uuid)
    language = request.values.get("to", "")
    if language not in i18n.LANGUAGES or language == row.language:
        others = [code for code in i18n.LANGUAGES if code != row.language]
        return render_template(
            "articles/translate_choice.html", row=row, others=others, back_href=page_url(row)
        )
    form = TranslationForm(data=_held(row, language))
    is_kept = request.method == "POST" and form.takes_picture(picture_keeper(row.actor))
    if request.method == "POST" and not is_kept and form.validate():
        try:
            service.change_article(row, _translated(row, form, language), author_id=_author())
        except (Unprocessable, InvalidDocument) as error:
            form.take_errors(error)
        else:
            flash(gettext("Saved. Your partners will have it in a few seconds."), "ok")
            return redirect(page_url(row), 303)
    page = render_template(
        "articles/translate.html",
        form=form,
        row=row,
        original=with_shown_pictures(row.content or "", shelf_for(row)),
        lines=LINE.findall(row.source or ""),
        language=language,
        back_href=page_url(row),
    )
    return page, 422 if form.problems() else 200


def _held(row: Article, language: str) -> dict[str, str]:
    texts = row.source_map or {}
    content = texts.get(language) or html.to_text((row.content_map or {}).get(language, ""))
    return {
        "to": language,
        "name": (row.name_map or {}).get(language, ""),
        "summary": html.to_text((row.summary_map or {}).get(language, "")),
        "content": content,
    }


def _translated(row: Article, form: TranslationForm, language: str) -> dict[str, Any]:
    """The maps of the article with one language set; the original stands in them, too, as on the wire."""
    own = row.language or i18n.SOURCE_LANGUAGE
    summary, content = tidy(form.summary.data), tidy(form.content.data)
    return {
        "name_map": {own: row.name, **(row.name_map or {}), language: tidy(form.name.data)[:300]},
        "summary_map": {
            key: text
            for key, text in {
                own: row.summary, **(row.summary_map or {}), language: html.markdown(summary)
            }.items()
            if text
        },
        "content_map": {
            own: row.content, **(row.content_map or {}), language: pictures.as_html(content)
        },
        "source_map": {**(row.source_map or {}), language: content},
    }  # fmt: skip


def _author() -> int | None:
    account = current_account()
    return account.id if account is not None else None
