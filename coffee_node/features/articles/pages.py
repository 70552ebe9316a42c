"""What is shown of articles and notes outside their list: the page of one, and the blocks of other pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from flask import render_template
from markupsafe import Markup
from sqlalchemy import select

from coffee_node.base import html
from coffee_node.base.database import db
from coffee_node.base.i18n import current_language, language_name
from coffee_node.features.articles import illustrated
from coffee_node.features.articles.models import Article, Note
from coffee_node.federation import accounts, objects
from coffee_node.federation.audience import visible
from coffee_node.federation.models import Actor
from coffee_node.federation.search import tag_names
from coffee_node.web.attached import files_with
from coffee_node.web.auth import current_account
from coffee_node.web.language import localized
from coffee_node.web.list_facets import badges_for
from coffee_node.web.object_views import page_url
from coffee_node.web.receipts import receipts_of

HOME_ROWS = 4
ACTOR_ROWS = 6
NOTE_ROWS = 10


def article_page(row: Article) -> str:
    """The page of one article, ours or a copy."""
    languages = [code for code in row.content_map or {} if code != row.language]
    summary = (row.summary_map or {}).get(current_language.get()) or row.summary or ""
    shelf = illustrated.shelf_for(row)
    return render_template(
        "articles/detail.html",
        row=row,
        content=illustrated.with_shown_pictures(localized(row, "content"), shelf),
        below=illustrated.below(row, shelf),
        files=files_with(row.attachments) if not row.is_local else [],
        summary=html.to_text(summary),
        tags=tag_names(row.tags or []),
        translations=", ".join(map(language_name, languages)),
        **_author_part("articles", row),
    )


def note_page(row: Note) -> str:
    """The page of one note, with what it answers."""
    answered = objects.find_object(row.in_reply_to) if row.in_reply_to else None
    shown = answered[1] if answered is not None and _is_visible(answered[1]) else None
    return render_template(
        "articles/note.html",
        row=row,
        answered_title=shown.name if shown is not None else "",
        answered_href=page_url(shown) if shown is not None else row.in_reply_to,
        **_author_part("notes", row),
    )


def _is_visible(row: Any) -> bool:
    model = type(row)
    return (
        db.session.scalar(select(model.id).where(model.id == row.id, *visible(model, current_account())))
        is not None
    )


def _author_part(path: str, row: Article | Note) -> dict[str, Any]:
    """What only the author gets to see."""
    account = current_account()
    may_edit = account is not None and accounts.may_act_as(account, row.actor)
    uuid = objects.uuid_of(row)
    return {
        "may_edit": may_edit,
        "receipts": receipts_of(row.uri) if may_edit else None,
        "edit_href": f"/{path}/{uuid}/edit",
        "delete_href": f"/{path}/{uuid}/delete",
        "translate_href": f"/{path}/{uuid}/translate",
        "revisions_href": f"/{path}/{uuid}/revisions",
    }


def blocks(page: str, document: Mapping[str, Any]) -> list[Markup]:
    """What is worth knowing for the home page, and what an actor has written for its page."""
    if page == "home":
        rows = _newest(Article, HOME_ROWS)
        return [_block("articles/home_block.html", rows=rows)]
    if page == "actor":
        return _actor_block(str(document.get("id") or ""))
    return []


def _actor_block(uri: str) -> list[Markup]:
    by_actor = select(Actor.id).where(Actor.uri == uri)
    rows = _newest(Article, ACTOR_ROWS, Article.actor_id.in_(by_actor))
    notes = _newest(Note, NOTE_ROWS, Note.actor_id.in_(by_actor))
    if not rows and not notes:
        return []
    more = f"/articles?space={quote(uri, safe='')}" if len(rows) == ACTOR_ROWS else ""
    badges = badges_for("article", rows)
    return [_block("articles/actor_block.html", rows=rows, notes=notes, badges=badges, more_href=more)]


def _newest(model: Any, limit: int, *where: Any) -> list[Any]:
    query = select(model).where(*visible(model, current_account()), *where)
    return list(db.session.scalars(query.order_by(model.published.desc(), model.id.desc()).limit(limit)))


def _block(template: str, **values: Any) -> Markup:
    # The template escapes what it shows.
    return Markup(render_template(template, **values))  # noqa: S704
