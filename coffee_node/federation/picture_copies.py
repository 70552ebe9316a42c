"""The worker's part of pictures of other nodes: fetch one, make it anew and small, keep it or try later.

No page waits for it and no transaction is open meanwhile. What cannot be a picture is not asked for again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import aliased

from coffee_node.activitypub.pictures import PICTURE_TYPES
from coffee_node.activitypub.vocabulary import host_of
from coffee_node.base import clock
from coffee_node.base.database import db, end_reading, write
from coffee_node.base.errors import CoffeeError, FetchError, Unprocessable
from coffee_node.base.images import BYTES_LIMIT, Picture, read_picture
from coffee_node.federation import domain_policy, media
from coffee_node.federation.actors import node_signer
from coffee_node.federation.media_models import RemotePicture
from coffee_node.federation.models import Actor, Follow
from coffee_node.node import current_node

WORKER_PATIENCE = 30.0
LEASE = timedelta(minutes=2)
PAUSES = (timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6), timedelta(days=1))
PIXELS = 20_000_000
# Side of the whole and of the small copy: of a portrait, and of what belongs to an object.
PORTRAIT, ILLUSTRATION = (320, 200), (960, 320)
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class _Wish:
    id: int
    url: str
    host: str
    is_portrait: bool


def fetch_next() -> bool:
    """Fetch one picture that is due; False when none is."""
    wish = _claim()
    if wish is None:
        return _is_due()
    end_reading()
    try:
        picture = _fetch(wish)
        with write(patience=WORKER_PATIENCE):
            _keep(wish, picture)
    except CoffeeError as error:
        _note_failure(wish, error)
    return True


def _is_due() -> bool:
    due = select(RemotePicture.id).where(RemotePicture.due_at <= clock.utcnow()).limit(1)
    return db.session.scalar(due) is not None


def _claim() -> _Wish | None:
    """The picture that is due first, leased; None for none, or where the first one is not wanted any more."""
    now = clock.utcnow()
    due = select(RemotePicture.id).where(RemotePicture.due_at <= now).order_by(RemotePicture.due_at).limit(1)
    if db.session.scalar(due) is None:
        return None
    with write(patience=WORKER_PATIENCE):
        row = db.session.scalar(select(RemotePicture).where(RemotePicture.id.in_(due)))
        if row is None:
            return None
        if not _is_wanted(row):
            row.due_at = None
            return None
        row.due_at = now + LEASE
        return _Wish(row.id, row.url, row.host, row.about_uri == row.actor.uri)


def _is_wanted(row: RemotePicture) -> bool:
    """Whether somebody here follows anybody of the host, which partners do, and its owner is shown at all."""
    if row.actor.gone_at is not None or domain_policy.is_hidden(row.actor):
        return False
    follower, target = aliased(Actor), aliased(Actor)
    followed = (
        exists()
        .where(Follow.follower_id == follower.id, follower.host == "", Follow.state == "accepted")
        .where(Follow.target_id == target.id, target.host == row.host)
    )
    return bool(db.session.scalar(select(followed)))


def _fetch(wish: _Wish) -> Picture:
    # Only the owner's own server has to know who asks: there a picture may be for partners.
    signer = node_signer() if host_of(wish.url) == wish.host else None
    end_reading()
    data = current_node.http.fetch_file(wish.url, PICTURE_TYPES, BYTES_LIMIT, signer)
    return read_picture(data, *(PORTRAIT if wish.is_portrait else ILLUSTRATION), pixels=PIXELS)


def _keep(wish: _Wish, picture: Picture) -> None:
    row = db.session.get(RemotePicture, wish.id)
    if row is None or not _is_wanted(row):
        return
    size = len(picture.content) + len(picture.small)
    held = select(func.sum(RemotePicture.size)).where(RemotePicture.host == row.host)
    limit = current_node.config.federation.picture_megabytes_per_host * MEGABYTE
    if (db.session.scalar(held) or 0) + size > limit:
        raise Unprocessable(f"{row.host} has left {limit} bytes of pictures here, which is its limit.")
    kept = media.keep(picture, row.actor, alt=row.alt, visibility=row.visibility, purpose="copy")
    row.media, row.size, row.due_at, row.last_error = kept, size, None, ""
    kept.about_uri = row.about_uri
    if wish.is_portrait:
        row.actor.portrait = {"url": row.url, "name": kept.name}


def _note_failure(wish: _Wish, error: CoffeeError) -> None:
    """Try again with growing pauses where that may help; a server that is silent is left alone meanwhile."""
    may_change = isinstance(error, FetchError) and (error.temporary or error.http_status is not None)
    now = clock.utcnow()
    with write(patience=WORKER_PATIENCE):
        row = db.session.get(RemotePicture, wish.id)
        if row is None:
            return
        row.last_error = str(error)[:500]
        is_last = not may_change or row.attempts >= len(PAUSES)
        row.due_at = None if is_last else now + PAUSES[row.attempts]
        row.attempts += 1
        if isinstance(error, FetchError) and error.temporary:
            others = update(RemotePicture).where(RemotePicture.host == wish.host)
            waiting = others.where(RemotePicture.due_at <= now)
            db.session.execute(waiting.values(due_at=now + PAUSES[0]))
