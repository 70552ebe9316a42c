"""Pictures of this node: kept as files beside their row, removed with it."""

from __future__ import annotations

import secrets
from pathlib import Path

from sqlalchemy import select

from coffee_node.base.database import after_commit, db
from coffee_node.base.images import MEDIA_TYPE, read_picture
from coffee_node.federation.media_models import Media
from coffee_node.federation.models import Actor
from coffee_node.node import this_node

FOLDER = "media"


def folder() -> Path:
    """Where the files lie."""
    return this_node().config.home / FOLDER


def keep(data: bytes, owner: Actor, *, alt: str = "", visibility: str = "public") -> Media:
    """Keep an uploaded picture of an actor inside the caller's write(); raises as read_picture() does.

    The files are written before the row is committed: a row without its file would be a broken picture,
    a file without its row is removed by the nightly sweep.
    """
    picture = read_picture(data)
    name = secrets.token_hex(16)
    folder().mkdir(parents=True, exist_ok=True)
    file_of(name).write_bytes(picture.content)
    file_of(name, is_small=True).write_bytes(picture.small)
    media = Media(
        name=name, actor_id=owner.id, visibility=visibility, alt=alt[:500],
        width=picture.width, height=picture.height,
    )  # fmt: skip
    db.session.add(media)
    db.session.flush()
    return media


def find_media(name: str) -> Media | None:
    """The picture with this name."""
    return db.session.scalar(select(Media).where(Media.name == name))


def file_of(name: str, *, is_small: bool = False) -> Path:
    """The file of a picture."""
    return folder() / (f"{name}-small.webp" if is_small else f"{name}.webp")


def address_of(media: Media, *, is_small: bool = False) -> str:
    """The web address of a picture."""
    return f"{this_node().config.base_url}/media/{file_of(media.name, is_small=is_small).name}"


def attachment_of(media: Media) -> dict[str, object]:
    """A picture as an attachment of an object (a row's value, as on the wire)."""
    return {
        "type": "Document",
        "mediaType": MEDIA_TYPE,
        "url": address_of(media),
        "name": media.alt,
        "width": media.width,
        "height": media.height,
    }


def forget(media: Media) -> None:
    """Remove a picture and, once that is committed, its files."""
    files = [file_of(media.name), file_of(media.name, is_small=True)]
    db.session.delete(media)

    def remove() -> None:
        for file in files:
            file.unlink(missing_ok=True)

    after_commit(remove)


def forget_all_of(owner: Actor) -> None:
    """Remove every picture of an actor."""
    for media in db.session.scalars(select(Media).where(Media.actor_id == owner.id)).all():
        forget(media)
