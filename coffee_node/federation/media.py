"""Pictures of this node: kept as files beside their row, removed with it."""

from __future__ import annotations

import secrets
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from coffee_node.base import clock
from coffee_node.base.contracts import Task
from coffee_node.base.database import after_commit, db
from coffee_node.base.images import MEDIA_TYPE, Picture, read_picture
from coffee_node.federation.media_models import Media
from coffee_node.federation.models import Actor
from coffee_node.node import this_node

FOLDER = "media"
WIDTH = {"private": 0, "space": 1, "network": 2, "public": 3}
# A file this old without a row is left over: its row was never committed, or its removal was interrupted.
LEFT_OVER = timedelta(days=1)


def folder() -> Path:
    """Where the files lie."""
    return this_node().config.home / FOLDER


def keep(
    data: bytes | Picture, owner: Actor, *, alt: str = "", visibility: str = "public", purpose: str = ""
) -> Media:
    """Keep an uploaded picture of an actor inside the caller's write(); bytes are read by read_picture().

    The files are written before the row is committed: a row without its file would be a broken picture,
    a file without its row is removed by the nightly sweep.
    """
    picture = data if isinstance(data, Picture) else read_picture(data)
    name = secrets.token_hex(16)
    folder().mkdir(parents=True, exist_ok=True)
    file_of(name).write_bytes(picture.content)
    file_of(name, is_small=True).write_bytes(picture.small)
    media = Media(
        name=name, actor_id=owner.id, visibility=visibility, alt=alt[:500],
        width=picture.width, height=picture.height, purpose=purpose,
    )  # fmt: skip
    db.session.add(media)
    db.session.flush()
    return media


def find_media(name: str) -> Media | None:
    """The picture with this name."""
    return db.session.scalar(select(Media).where(Media.name == name))


def media_at(address: str) -> Media | None:
    """The picture of ours at this web address; None for every other address."""
    base = f"{this_node().config.base_url}/{FOLDER}/"
    if not address.startswith(base):
        return None
    return find_media(address.removeprefix(base).removesuffix(".webp").removesuffix("-small"))


def show_to(media: Media, visibility: str) -> None:
    """Let other people see a picture, inside the caller's write().

    One that fewer may see from now on gets a new name: who kept its address, or a cache in between, is left
    with one that is worth nothing.
    """
    is_narrower = WIDTH[visibility] < WIDTH[media.visibility]
    media.visibility = visibility
    if is_narrower:
        _rename(media)
    db.session.flush()


def _rename(media: Media) -> None:
    before = _files(media.name)
    media.name = secrets.token_hex(16)
    for old, new in zip(before, _files(media.name), strict=True):
        if old.exists():
            shutil.copyfile(old, new)
    after_commit(lambda: _remove(before))


def file_of(name: str, *, is_small: bool = False) -> Path:
    """The file of a picture."""
    return folder() / (f"{name}-small.webp" if is_small else f"{name}.webp")


def address_of(media: Media, *, is_small: bool = False) -> str:
    """The web address of a picture."""
    return address_named(media.name, is_small=is_small)


def address_named(name: str, *, is_small: bool = False) -> str:
    """The web address of the picture with this name."""
    return f"{this_node().config.base_url}/{FOLDER}/{file_of(name, is_small=is_small).name}"


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
    files = _files(media.name)
    db.session.delete(media)
    after_commit(lambda: _remove(files))


def _files(name: str) -> list[Path]:
    return [file_of(name), file_of(name, is_small=True)]


def _remove(files: list[Path]) -> None:
    for file in files:
        file.unlink(missing_ok=True)


def forget_all_of(owner: Actor) -> None:
    """Remove every picture of an actor."""
    for media in db.session.scalars(select(Media).where(Media.actor_id == owner.id)).all():
        forget(media)


def sweep_task() -> Task:
    """The nightly task that removes files without a row."""
    return Task("pictures", timedelta(days=1), sweep)


def sweep() -> str:
    """Remove the files that belong to no picture any more; the sentence that is shown."""
    removed = 0
    for file in sorted(folder().glob("*")) if folder().is_dir() else ():
        name = file.name.removesuffix(".webp").removesuffix("-small")
        changed = datetime.fromtimestamp(file.stat().st_mtime, UTC)
        if file.is_file() and clock.utcnow() - changed > LEFT_OVER and find_media(name) is None:
            file.unlink(missing_ok=True)
            removed += 1
    return f"{removed} files of pictures that are gone were removed."
