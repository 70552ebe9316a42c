"""What is worth knowing: watch, good practice, case studies and legal cards, and short notes beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint
from markupsafe import Markup

from coffee_node import hookimpl
from coffee_node.base.contracts import ActorRef, Link, ObjectType, Task
from coffee_node.base.i18n import gettext as _
from coffee_node.features.articles import (
    form_views,
    linked_data,
    pages,
    pictures,
    service,
    views,
    watch,
    watch_views,
    writing,
)
from coffee_node.features.articles.models import Article, Note
from coffee_node.features.articles.schemas import ArticleSchema, NoteSchema, is_plain_note


@hookimpl
def register_object_types(register: Callable[[ObjectType], None]) -> None:
    """Articles, which some servers call pages, and the notes that are not offers."""
    register(
        ObjectType(
            name="Article",
            schema=ArticleSchema(),
            model=Article,
            aliases=("Page",),
            create=service.publish_article,
            update=service.change_article,
            delete=service.withdraw_article,
            page=pages.article_page,
            list_path="/articles",
            describe=linked_data.describe,
        )
    )
    register(
        ObjectType(
            name="Note",
            schema=NoteSchema(),
            model=Note,
            accepts=is_plain_note,
            create=service.post_note,
            update=service.change_note,
            delete=service.withdraw_note,
            page=pages.note_page,
        )
    )


@hookimpl
def register_blueprints(register: Callable[[Blueprint], None]) -> None:
    """The list of articles in its forms, and the pages on which they are written."""
    register(views.blueprint)
    register(form_views.blueprint)
    register(writing.blueprint)
    register(watch_views.blueprint)


@hookimpl
def register_tasks(register: Callable[[Task], None]) -> None:
    """The feeds that are watched here, and pictures that no article shows."""
    register(Task("watched feeds", timedelta(minutes=5), watch.read_due))
    register(pictures.sweep_task())


@hookimpl
def navigation_links(viewer: ActorRef | None) -> Sequence[Link]:
    """The list of articles, and the watch for those who keep one."""
    keeps_watch = viewer is not None and viewer.is_local and bool(watch_views.places_of_reader())
    own = [Link(label=_("Watch"), url=watch_views.PAGE, order=80)] if keeps_watch else []
    return [Link(label=_("Knowledge"), url="/articles", order=50), *own]


@hookimpl
def page_blocks(page: str, document: Mapping[str, Any], viewer: ActorRef | None) -> Sequence[Markup]:
    """A card of the home page, and what an actor has written on its page."""
    return pages.blocks(page, document)
