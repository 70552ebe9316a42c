"""Earlier versions of an article: kept at each change, shown to those who may write it, brought back."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Final

from sqlalchemy import delete, select

from coffee_node.base import html
from coffee_node.base.database import db
from coffee_node.features.articles.models import Article
from coffee_node.features.articles.watch_models import ArticleRevision

KEPT: Final = 50
TEXTS: Final = (
    "name", "name_map", "summary", "summary_map", "content", "content_map", "source", "source_map",
)  # fmt: skip


def keep(article: Article, author_id: int | None) -> None:
    """Keep what an article says now, inside the caller's write(); the oldest beyond fifty go."""
    said = {name: getattr(article, name) for name in TEXTS}
    db.session.add(ArticleRevision(article_id=article.id, author_id=author_id, **said))
    db.session.flush()
    kept = select(ArticleRevision.id).where(ArticleRevision.article_id == article.id)
    newest = list(db.session.scalars(kept.order_by(ArticleRevision.id.desc()).limit(KEPT)))
    too_old = ArticleRevision.article_id == article.id, ArticleRevision.id.not_in(newest)
    db.session.execute(delete(ArticleRevision).where(*too_old))


def forget(article: Article) -> None:
    """Remove the earlier versions of an article that is deleted, inside the caller's write()."""
    db.session.execute(delete(ArticleRevision).where(ArticleRevision.article_id == article.id))


def revisions_of(article: Article) -> Sequence[ArticleRevision]:
    """The earlier versions, newest first."""
    query = select(ArticleRevision).where(ArticleRevision.article_id == article.id)
    return db.session.scalars(query.order_by(ArticleRevision.id.desc())).all()


def find_revision(article: Article, number: int) -> ArticleRevision | None:
    """One earlier version of this article."""
    found = db.session.get(ArticleRevision, number)
    return found if found is not None and found.article_id == article.id else None


def differences(before: str, after: str) -> list[tuple[str, str]]:
    """The lines of two HTML texts, each with what became of it: kept, gone or new."""
    old, new = (html.to_text(text).splitlines() for text in (before, after))
    found: list[tuple[str, str]] = []
    for what, start, end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            found += [("kept", line) for line in old[start:end]]
        else:
            found += [("gone", line) for line in old[start:end]]
            found += [("new", line) for line in new[new_start:new_end]]
    return found


def values_of(revision: ArticleRevision) -> dict[str, object]:
    """The texts of a version, to publish them again."""
    return {name: getattr(revision, name) for name in TEXTS}
