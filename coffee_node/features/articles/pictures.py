"""The pictures of articles: kept while one is written, served to who may read it, gone with it.

In the Markdown a picture is `![its words](/media/….webp)`; in the HTML and on the wire it has its whole
address. A picture belongs to the article that shows it; until then it is a draft that only its owner sees.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import String, cast, func, or_, select

from coffee_node.base import clock, html
from coffee_node.base.contracts import Task
from coffee_node.base.database import db, write
from coffee_node.base.errors import TooManyRequests
from coffee_node.base.i18n import gettext as _
from coffee_node.base.images import Picture
from coffee_node.features.articles import revisions
from coffee_node.features.articles.models import Article
from coffee_node.features.articles.watch_models import ArticleRevision
from coffee_node.federation import media
from coffee_node.federation.media_models import Media
from coffee_node.federation.models import Actor
from coffee_node.node import current_node

PURPOSE = "article"
DRAFTS_LIMIT = 50
DRAFT_LIFE = timedelta(days=1)
WORKER_PATIENCE = 30.0
AT_ONCE = 200
ATTRIBUTE = re.compile(r'([a-z]+)="([^"]*)"')
NAME = re.compile(r"/media/([0-9a-f]{32})\.webp")


def base_address() -> str:
    """Below which the pictures of this node stand."""
    return f"{current_node.config.base_url}/{media.FOLDER}/"


def as_html(markdown: str) -> str:
    """The HTML of an article's Markdown, with the pictures of this node in it."""
    return html.markdown(markdown, headings=True, own_pictures=base_address())


def keep_draft(picture: Picture, alt: str, owner: Actor) -> str:
    """Keep a picture for an article that is being written; the Markdown that shows it.

    TooManyRequests when too many of the owner's wait for their article already.
    """
    with write():
        drafts = (
            select(func.count()).select_from(Media).where(Media.purpose == PURPOSE, Media.about_uri == "")
        )
        if (db.session.scalar(drafts.where(Media.actor_id == owner.id)) or 0) >= DRAFTS_LIMIT:
            raise TooManyRequests(
                _("Too many pictures wait for their article."), _("Publish it, or come back tomorrow.")
            )
        kept = media.keep(picture, owner, alt=alt, visibility="private", purpose=PURPOSE)
        words = re.sub(r"([\\\[\]])", r"\\\1", " ".join(alt.split()))
        return f"![{words}](/{media.FOLDER}/{kept.name}.webp)"


def with_pictures(values: Mapping[str, Any], row: Article | None = None) -> dict[str, Any]:
    """The values of an article with the pictures of its texts as attachments, before what else it has."""
    wanted = dict(values)
    if not {"content", "content_map", "attachments"} & set(wanted):
        return wanted
    before = wanted.get("attachments", row.attachments if row is not None else None) or []
    others = [one for one in before if not str(one.get("url") or "").startswith(base_address())]
    wanted["attachments"] = [*_attachments(_texts(wanted, row)), *others]
    return wanted


def _texts(values: Mapping[str, Any], row: Article | None) -> list[str]:
    content = values.get("content", row.content if row is not None else "") or ""
    translated = values.get("content_map", row.content_map if row is not None else {}) or {}
    return [content, *translated.values()]


def _attachments(texts: Iterable[str]) -> list[dict[str, Any]]:
    words: dict[str, str] = {}
    for source, alt in (found for text in texts for found in pictures_in(text)):
        words.setdefault(source, alt)
    names = {address: _name_of(address) for address in words}
    held = {one.name: one for one in _named([name for name in names.values() if name])}
    return [
        {**media.attachment_of(held[names[address]]), "name": alt}
        for address, alt in words.items()
        if names[address] in held
    ]


def _name_of(address: str) -> str:
    found = NAME.fullmatch(address.removeprefix(current_node.config.base_url))
    return found[1] if found is not None else ""


def _named(names: Iterable[str]) -> list[Media]:
    query = select(Media).where(Media.name.in_(list(names)), Media.purpose == PURPOSE)
    return list(db.session.scalars(query))


def pictures_in(markup: str) -> list[tuple[str, str]]:
    """Address and words of each picture of a sanitised text."""
    found = (dict(ATTRIBUTE.findall(attributes)) for attributes in html.PICTURE.findall(markup))
    return [(html.unescaped(one.get("src", "")), html.unescaped(one.get("alt", ""))) for one in found]


def settle(row: Article) -> None:
    """Let the pictures of an article be seen by its readers, inside the caller's write().

    What it does not show any more stays for its earlier versions, and for nobody else.
    """
    shown = [
        found
        for text in (row.content or "", *(row.content_map or {}).values())
        for found in pictures_in(text)
    ]
    words = {_name_of(address): alt for address, alt in shown if _name_of(address)}
    for one in _named(words):
        is_draft = one.about_uri == ""
        is_wider = one.actor_id == row.actor_id and media.WIDTH[row.visibility] > media.WIDTH[one.visibility]
        if is_draft or is_wider or one.about_uri == row.uri:
            one.actor_id, one.about_uri, one.visibility = row.actor_id, row.uri, row.visibility
            one.alt = words[one.name][:500]
    for one in _about(row):
        if one.name not in words:
            _hand_on(one, row)
    db.session.flush()


def _about(row: Article) -> list[Media]:
    return list(db.session.scalars(select(Media).where(Media.about_uri == row.uri, Media.purpose == PURPOSE)))


def _hand_on(one: Media, row: Article) -> bool:
    """Give a picture to another article of its owner that shows it; else nobody but writers sees it."""
    shown = or_(
        *(cast(column, String).contains(one.name) for column in (Article.content, Article.content_map))
    )
    others = select(Article).where(Article.actor_id == row.actor_id, Article.id != row.id, shown)
    other = db.session.scalar(others.where(Article.deleted_at.is_(None)).limit(1))
    one.visibility = other.visibility if other is not None else "private"
    one.about_uri = other.uri if other is not None else row.uri
    return other is not None


def forget(row: Article) -> None:
    """Remove the pictures of an article that is deleted, and its earlier versions; inside write()."""
    db.session.flush()
    revisions.forget(row)
    for one in _about(row):
        if not _hand_on(one, row):
            media.forget(one)


def sweep_task() -> Task:
    """The task of the worker that removes pictures without an article."""
    return Task("pictures of articles", timedelta(hours=6), sweep)


def sweep() -> str:
    """Remove drafts of more than a day, and what neither an article nor its earlier versions show."""
    with write(patience=WORKER_PATIENCE):
        old = Media.created_at < clock.utcnow() - DRAFT_LIFE
        unseen = select(Media).where(Media.purpose == PURPOSE, Media.visibility == "private", old)
        found = [one for one in db.session.scalars(unseen.limit(AT_ONCE)) if not _is_remembered(one)]
        for one in found:
            media.forget(one)
    return f"{len(found)} pictures without an article were removed."


def _is_remembered(one: Media) -> bool:
    """Whether an earlier version still shows a picture that its article shows no more."""
    if not one.about_uri:
        return False
    columns = (ArticleRevision.content, ArticleRevision.content_map)
    named = or_(*(cast(column, String).contains(one.name) for column in columns))
    versions = select(ArticleRevision.id).join(Article, Article.id == ArticleRevision.article_id)
    return db.session.scalar(versions.where(Article.uri == one.about_uri, named).limit(1)) is not None
