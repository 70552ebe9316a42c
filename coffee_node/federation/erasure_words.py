"""Names and titles of somebody who left, taken out of the notices and mails that others got about them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson
from sqlalchemy import delete, or_, select, update

from coffee_node.activitypub import vocabulary
from coffee_node.base.database import db
from coffee_node.base.mail import Mail
from coffee_node.federation import erasure_mails
from coffee_node.federation.erasure_rows import LEFT_OUT, NEEDLES, contains, replace_in
from coffee_node.federation.models import Actor, InboxItem
from coffee_node.federation.notice_models import Notification
from coffee_node.node import current_node

SHORTEST = 3
# A handle this long is hardly a word of another text.
NAME_LIKE = 9
AT_MOST = 5_000
Made = tuple[list[str], list[str]]


def made_by(actor: Actor) -> Made:
    """The ids and the titles of what an actor made, before it is erased."""
    uris, titles = [], []
    for object_type in current_node.registry.types():
        model = object_type.model
        query = select(model.uri, model.name, model.name_map).where(model.actor_id == actor.id)
        for uri, name, names in db.session.execute(query):
            uris.append(uri)
            titles += [name, *(names or {}).values()]
    return uris, titles


def heard_from(actor: Actor) -> Made:
    """The same from the raw bodies that arrived: its objects were deleted one by one just before."""
    uris, titles = [], []
    query = select(InboxItem.body).where(InboxItem.actor_uri == actor.uri)
    query = query.where(InboxItem.type.in_(("Create", "Update", "Delete"))).order_by(InboxItem.id.desc())
    for body in db.session.scalars(query.limit(AT_MOST)):
        for said in _objects_in(body):
            uris.append(vocabulary.id_of(said))
            names = said.get("nameMap")
            found = [said.get("name"), *(names.values() if isinstance(names, dict) else ())]
            titles += [one for one in found if isinstance(one, str)]
    return list(dict.fromkeys(uri for uri in uris if uri)), list(dict.fromkeys(titles))


def _objects_in(body: bytes) -> Iterator[dict[str, Any]]:
    try:
        activity = orjson.loads(body)
    except orjson.JSONDecodeError:
        return
    if isinstance(activity, dict) and isinstance(activity.get("object"), dict):
        yield activity["object"]


def forget_all_of(actor: Actor) -> None:
    """Drop what tells of an actor, and take the titles of what it made out of the rest; inside write()."""
    made, heard = made_by(actor), heard_from(actor)
    forget_notices_of([actor.uri, *made[0], *heard[0]])
    forget_names([actor.name, actor.slug if len(actor.slug) >= NAME_LIKE else ""])
    _leave_out([*made[1], *heard[1]])


def forget_notices_of(uris: Iterable[str]) -> None:
    """Drop the notices that lead to these ids."""
    wanted, table = sorted(set(uris)), Notification.__table__.c
    for start in range(0, len(wanted), NEEDLES):
        some = wanted[start : start + NEEDLES]
        told = or_(*(contains(column, uri) for column in (table.key, table.url) for uri in some))
        db.session.execute(delete(Notification).where(told))


def forget_names(names: Iterable[str]) -> None:
    """Drop the notices that name somebody, and empty the mails: both quote what the person said."""
    for name in {one for one in names if len(one) >= SHORTEST}:
        pattern = _pattern([name])
        told = _naming(Notification, ("title", "text"), name, pattern)
        db.session.execute(delete(Notification).where(Notification.id.in_(told)))
        mails = _naming(Mail, ("subject", "text", "calendar"), name, pattern)
        if not mails:
            continue
        erasure_mails.remove_files(
            db.session.scalars(select(Mail.message_id).where(Mail.id.in_(mails))).all()
        )
        emptied = update(Mail).where(Mail.id.in_(mails))
        db.session.execute(emptied.values(subject=LEFT_OUT, text=LEFT_OUT, calendar=""))
        db.session.execute(emptied.where(Mail.state.in_(("waiting", "failed"))).values(state="dropped"))


def _naming(model: Any, columns: Sequence[str], name: str, pattern: re.Pattern[str]) -> list[int]:
    """The rows in which a name stands as a whole, not as a part of a longer word."""
    found = [getattr(model, column) for column in columns]
    near = or_(*(contains(column, name) for column in found))
    rows = db.session.execute(select(model.id, *found).where(near)).all()
    return [row[0] for row in rows if any(pattern.search(text or "") for text in row[1:])]


def _leave_out(titles: Iterable[str]) -> None:
    """Take titles out of notices and mails that stay."""
    needles = {one for one in titles if len(one) >= SHORTEST}
    if not needles:
        return
    pattern = _pattern(needles)
    for model, names in ((Notification, ("title", "text")), (Mail, ("subject", "text", "calendar"))):
        table: Any = model.__table__
        columns = [table.c[name] for name in names]
        if model is Mail:
            _remove_files_with(columns, sorted(needles))
        replace_in(table, columns, needles, lambda text: pattern.sub(LEFT_OUT, text))


def _remove_files_with(columns: Sequence[Any], needles: Sequence[str]) -> None:
    for start in range(0, len(needles), NEEDLES):
        some = needles[start : start + NEEDLES]
        near = or_(*(contains(column, needle) for column in columns for needle in some))
        erasure_mails.remove_files(db.session.scalars(select(Mail.message_id).where(near)).all())


def _pattern(words: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile(
        "|".join(rf"(?<![\w-]){re.escape(word)}(?![\w-])" for word in longest_first), re.IGNORECASE
    )
