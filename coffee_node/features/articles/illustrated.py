"""An article as a page may show it: pictures of this node only, words and a link in place of every other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from sqlalchemy import select

from coffee_node.activitypub.pictures import PictureAddress, pictures_of
from coffee_node.activitypub.vocabulary import host_of
from coffee_node.base import html
from coffee_node.base.database import db
from coffee_node.base.i18n import gettext as _
from coffee_node.features.articles.models import Article
from coffee_node.features.articles.pictures import as_html, base_address, pictures_in
from coffee_node.federation import media
from coffee_node.federation.media_models import Media
from coffee_node.federation.remote_pictures import copies_for

IMAGE = Markup('<img src="{0}" alt="{1}"{2} loading="lazy">')
SIZE = Markup(' width="{0}" height="{1}"')
LINK = Markup('<a href="{0}" rel="nofollow noopener noreferrer">{1}</a>')


@dataclass(frozen=True)
class Shelf:
    """The pictures that may be shown, by the address at which a text names them."""

    paths: Mapping[str, str]
    sizes: Mapping[str, tuple[int, int]]

    def shown(self, address: str, words: str) -> Markup:
        """The element of a picture: ours or our copy; else its words with a link to it."""
        path = self.paths.get(address)
        if path is not None:
            size = SIZE.format(*self.sizes[address]) if address in self.sizes else ""
            return IMAGE.format(path, words, size)
        text = (
            _("Picture: %(words)s", words=words) if words else _("Picture on %(host)s", host=host_of(address))
        )
        return LINK.format(address, text) if address else Markup("{0}").format(text)


def shelf_for(row: Article) -> Shelf:
    """What a page of this article may show."""
    if row.is_local:
        texts = (row.content or "", *(row.content_map or {}).values())
        return _own(address for text in texts for address, _words in pictures_in(text))
    return Shelf({one["source"]: one["url"] for one in copies_for(row.uri)}, {})


def _own(addresses: Iterable[str]) -> Shelf:
    base = base_address()
    paths = {one: f"/{media.FOLDER}/{one.removeprefix(base)}" for one in addresses if one.startswith(base)}
    names = {one: path.rsplit("/", 1)[-1].removesuffix(".webp") for one, path in paths.items()}
    query = select(Media.name, Media.width, Media.height).where(Media.name.in_(names.values()))
    sizes = {name: (width, height) for name, width, height in db.session.execute(query)}
    return Shelf(paths, {one: sizes[name] for one, name in names.items() if name in sizes})


def with_shown_pictures(markup: Any, shelf: Shelf) -> Markup:
    """A sanitised text as a page shows it."""

    def put(found: re.Match[str]) -> str:
        [(address, words)] = pictures_in(found[0])
        return str(shelf.shown(address, words))

    # What stands around the pictures went through base/html.sanitise.
    return Markup(html.PICTURE.sub(put, str(markup)))  # noqa: S704


def preview_of(markdown: str) -> Markup:
    """A text as its readers will see it."""
    markup = as_html(markdown)
    return with_shown_pictures(markup, _own(address for address, _words in pictures_in(markup)))


def below(row: Article, shelf: Shelf) -> list[Markup]:
    """The pictures of another node's article that its text does not show itself."""
    if row.is_local:
        return []
    texts = (row.content or "", *(row.content_map or {}).values())
    inside = {address for text in texts for address, _words in pictures_in(text)}
    found: list[PictureAddress] = pictures_of(row.document or {})
    return [shelf.shown(one.url, one.name) for one in found if one.url not in inside]
