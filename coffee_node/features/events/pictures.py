"""The picture of an event: its first attachment that is one, kept by the node that announces it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, cast, select

from coffee_node.base.database import db
from coffee_node.base.images import Picture
from coffee_node.features.events.models import Event
from coffee_node.federation import media, remote_pictures
from coffee_node.federation.models import Actor

Attachments = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class PictureChange:
    """What becomes of a picture: a new one takes its place, it goes, or only its words change."""

    alt: str = ""
    picture: Picture | None = None
    is_removed: bool = False


def picture_of(event: Event) -> dict[str, str] | None:
    """The picture of an event that a page of ours may show: nothing is loaded from other servers.

    Of an event of another node it is our copy, once there is one.
    """
    if not event.is_local:
        return next(iter(remote_pictures.copies_for(event.uri)), None)
    for attachment in event.attachments or ():
        if _is_picture(attachment) and media.media_at(str(attachment.get("url"))) is not None:
            return {"url": str(attachment["url"]), "alt": str(attachment.get("name") or "")}
    return None


def attach(
    change: PictureChange, owner: Actor, visibility: str, before: Attachments = ()
) -> list[dict[str, Any]]:
    """The attachments with the picture as the change wants it, inside the caller's write().

    A picture that is replaced stays as long as another date of a series shows it (`forget_unused`).
    """
    others = [dict(one) for one in before if not _is_picture(one)]
    pictures = [dict(one) for one in before if _is_picture(one)]
    if change.picture is not None:
        return [
            dict(
                media.attachment_of(media.keep(change.picture, owner, alt=change.alt, visibility=visibility))
            ),
            *others,
        ]
    if change.is_removed:
        return others
    for one in pictures[:1]:
        held = media.media_at(str(one.get("url")))
        if held is not None:
            held.alt = change.alt or held.alt
            media.show_to(held, visibility)
            one |= media.attachment_of(held)
    return [*pictures, *others]


def forget_unused(attachments: Attachments, owner: Actor) -> None:
    """Remove pictures that no event of their owner shows any more, inside the caller's write()."""
    db.session.flush()
    for one in attachments:
        kept = media.media_at(str(one.get("url"))) if _is_picture(one) else None
        if kept is None:
            continue
        shown = cast(Event.attachments, String).contains(kept.name, autoescape=True)
        if db.session.scalar(select(Event.id).where(Event.actor_id == owner.id, shown).limit(1)) is None:
            media.forget(kept)


def _is_picture(attachment: Mapping[str, Any]) -> bool:
    return str(attachment.get("mediaType") or "").startswith("image/")
