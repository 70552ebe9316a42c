"""Which pictures of other nodes this node keeps small copies of, so that a page asks nobody but this node.

Here the wishes are noted and taken back, inside the transaction that keeps or erases what they belong to;
picture_copies.py has the worker fetch them. A wish of a host that nobody here follows stays unfulfilled.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from coffee_node.activitypub.pictures import PictureAddress, icon_of, pictures_of
from coffee_node.base import clock
from coffee_node.base.database import after_commit, db
from coffee_node.federation import media
from coffee_node.federation.media_models import Media, RemotePicture
from coffee_node.federation.models import Actor
from coffee_node.node import current_node, this_node

JOB = "pictures"
STEP = 500
SEEN_BY_MANY = ("public", "network")


@dataclass(frozen=True)
class Shown:
    """The pictures that one actor or object of another node shows now, and to whom."""

    about_uri: str
    actor_id: int
    host: str
    visibility: str
    pictures: Sequence[PictureAddress]


def note_actor(actor: Actor) -> None:
    """Wish for the icon of a person or an organisation: the public one, else what a partner shows members."""
    if actor.is_local or actor.type == "Application":
        return
    public, members = icon_of(actor.document), icon_of(actor.members_document)
    icon = public or members
    visibility = "public" if public is not None else "network"
    shown = Shown(actor.uri, actor.id, actor.host, visibility, [icon] if icon is not None else [])
    if actor.portrait and (icon is None or icon.url != actor.portrait["url"]):
        actor.portrait = None
    _note([shown], replaced=[actor.uri])


def note_objects(rows: Iterable[Mapping[str, Any]], replaced: Collection[str]) -> None:
    """Wish for the pictures of copies that are kept now; `replaced` are the ids that were held before."""
    shown = [
        Shown(row["uri"], row["actor_id"], row["origin"], row["visibility"], pictures_of(row["document"]))
        for row in rows
        if row["visibility"] in SEEN_BY_MANY
    ]
    if replaced or any(one.pictures for one in shown):
        _note(shown, replaced)


def _note(shown: Sequence[Shown], replaced: Collection[str]) -> None:
    wanted = {(one.about_uri, picture.url): (one, picture) for one in shown for picture in one.pictures}
    held = select(RemotePicture).where(RemotePicture.about_uri.in_(replaced))
    for row in db.session.scalars(held).all() if replaced else ():
        known = wanted.pop((row.about_uri, row.url), None)
        if known is None:
            _remove(row)
        else:
            _bring_up_to_date(row, *known)
    room = {host: _room(host) for host in {one.host for one, _picture in wanted.values()}}
    rows = []
    for one, picture in wanted.values():
        room[one.host] -= 1
        if room[one.host] >= 0:
            rows.append(_row(one, picture))
    if rows:
        db.session.execute(insert(RemotePicture), rows)
        _wake()


def _room(host: str) -> int:
    """How many more pictures of a host may be wished for."""
    count = select(func.count()).select_from(RemotePicture).where(RemotePicture.host == host)
    return int(current_node.config.federation.pictures_per_host) - (db.session.scalar(count) or 0)


def _row(one: Shown, picture: PictureAddress) -> dict[str, Any]:
    return {
        "about_uri": one.about_uri,
        "url": picture.url,
        "host": one.host,
        "actor_id": one.actor_id,
        "visibility": one.visibility,
        "alt": picture.name[:500],
        "due_at": clock.utcnow(),
    }


def _bring_up_to_date(row: RemotePicture, one: Shown, picture: PictureAddress) -> None:
    row.alt = picture.name[:500]
    if row.media is not None:
        row.media.alt = row.alt
    if row.visibility == one.visibility:
        return
    row.visibility = one.visibility
    if row.media is not None:
        media.show_to(row.media, one.visibility)
        if row.about_uri == row.actor.uri:
            row.actor.portrait = {"url": row.url, "name": row.media.name}


def _wake() -> None:
    node = this_node()
    after_commit(lambda: node.wake(JOB))


def welcome(actor: Actor) -> None:
    """Somebody here follows this actor now: what its host shows is wanted, inside the caller's write()."""
    note_actor(actor)
    want_again(RemotePicture.host == actor.host)


def want_again(*where: Any) -> None:
    """Fetch what was left alone once more, inside the caller's write()."""
    idle = update(RemotePicture).where(RemotePicture.media_id.is_(None), RemotePicture.due_at.is_(None))
    db.session.execute(idle.where(*where).values(due_at=clock.utcnow(), attempts=0))
    _wake()


def forget_about(uris: Collection[str]) -> None:
    """Remove what is kept for objects that go, inside the caller's write()."""
    for start in range(0, len(uris), STEP):
        part = list(uris)[start : start + STEP]
        for row in db.session.scalars(select(RemotePicture).where(RemotePicture.about_uri.in_(part))).all():
            _remove(row)


def forget_of(actor: Actor) -> None:
    """Remove every copy of what an actor of another node shows, inside the caller's write()."""
    for row in db.session.scalars(select(RemotePicture).where(RemotePicture.actor_id == actor.id)).all():
        _remove(row)
    actor.portrait = None


def drop_copies(*where: Any) -> None:
    """Remove the copies and keep the wishes, for what is hidden from now on; inside the caller's write()."""
    held = select(RemotePicture).where(*where)
    for row in db.session.scalars(held).all():
        kept, row.media, row.size, row.due_at = row.media, None, 0, None
        row.actor.portrait = None
        if kept is not None:
            db.session.flush()
            media.forget(kept)


def forget_hosts(hosts: Collection[str]) -> None:
    """Take back every wish of these hosts, inside the caller's write()."""
    drop_copies(RemotePicture.host.in_(hosts), RemotePicture.media_id.is_not(None))
    db.session.execute(delete(RemotePicture).where(RemotePicture.host.in_(hosts)))


def _remove(row: RemotePicture) -> None:
    kept = row.media
    if row.about_uri == row.actor.uri:
        row.actor.portrait = None
    db.session.delete(row)
    db.session.flush()
    if kept is not None:
        media.forget(kept)


def portrait_of(actor: Actor, icon: Mapping[str, str] | None) -> dict[str, str] | None:
    """Our copy of the icon that a reader may see of this actor; None until there is one."""
    held = actor.portrait
    if not icon or not held or held.get("url") != icon.get("url"):
        return None
    return {**_paths(held["name"]), "alt": icon.get("name", "")}


def portrait_for_everybody(actor: Actor) -> dict[str, str] | None:
    """Our copy of the icon that another's actor shows to all; None until there is one."""
    icon = icon_of(actor.document)
    return portrait_of(actor, {"url": icon.url, "name": icon.name}) if icon is not None else None


def copies_for(about_uri: str) -> list[dict[str, str]]:
    """Our copies of an object's pictures, each with its words and the address it stands at (`source`)."""
    query = select(RemotePicture, Media).join(Media, Media.id == RemotePicture.media_id)
    rows = db.session.execute(query.where(RemotePicture.about_uri == about_uri).order_by(RemotePicture.id))
    return [{**_paths(kept.name), "alt": row.alt, "source": row.url} for row, kept in rows]


def _paths(name: str) -> dict[str, str]:
    return {"url": f"/media/{name}.webp", "small": f"/media/{name}-small.webp"}
