"""Follower synchronisation (FEP-8fcf): both sides of a follow notice when their lists drifted apart.

The header on a delivery carries a digest of who follows its sender from the receiving host; a receiver that
counts otherwise fetches the list, drops what is not on it and takes back what it does not know.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from coffee_node.activitypub import vocabulary
from coffee_node.base import clock
from coffee_node.base.database import after_commit, db, end_reading, insert_ignore, write
from coffee_node.base.errors import CoffeeError, FetchError
from coffee_node.federation import actors, follows
from coffee_node.federation.follower_digests import digest_of, digests_for
from coffee_node.federation.models import Actor, Follow
from coffee_node.federation.social_models import FollowerCheck
from coffee_node.node import current_node, this_node

HEADER = "Collection-Synchronization"
PATH = "followers_synchronization"
WORKER_PATIENCE = 30.0
LEASE = timedelta(minutes=1)
PAUSES = (timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6))
REST = timedelta(minutes=5)
_PARAMETER = re.compile(r'\s*([A-Za-z]+)="([^"\\]{0,2048})"\s*(?:,|$)')


def headers_for(lanes: Sequence[tuple[int, str]]) -> dict[tuple[int, str], str]:
    """The header by lane: the id of a sending actor and the host it sends to; two queries for all."""
    actor_ids = {actor_id for actor_id, _ in lanes}
    senders = select(Actor.id, Actor.uri, Actor.followers).where(Actor.id.in_(actor_ids))
    names = {row.id: (row.uri, row.followers) for row in db.session.execute(senders)}
    digests = digests_for([lane for lane in lanes if lane[0] in names])
    return {lane: _header(*names[lane[0]], digest) for lane, digest in digests.items()}


def _header(uri: str, collection: str, digest: str) -> str:
    return f'collectionId="{collection}", url="{uri}/{PATH}", digest="{digest}"'


def followers_at(actor: Actor, host: str) -> Sequence[str]:
    """Who follows an actor of ours from this host, by id."""
    query = (
        select(Actor.uri)
        .join(Follow, Follow.follower_id == Actor.id)
        .where(Follow.target_id == actor.id, Follow.state == "accepted", Actor.host == host)
    )
    return db.session.scalars(query.order_by(Actor.uri)).all()


def note_header(sender: Actor, value: str, covered: Sequence[str]) -> None:
    """Look at the header of a verified delivery; a digest that differs from ours has the list fetched soon.

    What is not signed, not about the sender's own followers or elsewhere than on its host is passed over.
    """
    if not value or HEADER.lower() not in covered:
        return
    given = _parse(value)
    url, digest = given.get("url", ""), given.get("digest", "").lower()
    if not sender.followers or given.get("collectionid") != sender.followers:
        return
    if not vocabulary.is_web_url(url) or not vocabulary.same_host(url, sender.uri):
        return
    if not re.fullmatch(r"[0-9a-f]{64}", digest) or digest == digest_of(_followers_here(sender)):
        return
    _want_check(sender, url, digest)


def _parse(value: str) -> dict[str, str]:
    found: dict[str, str] = {}
    position = 0
    while position < len(value):
        match = _PARAMETER.match(value, position)
        if match is None:
            return {}
        found[match[1].lower()] = match[2]
        position = match.end()
    return found


def _followers_here(sender: Actor) -> Sequence[str]:
    query = (
        select(Actor.uri)
        .join(Follow, Follow.follower_id == Actor.id)
        .where(Follow.target_id == sender.id, Follow.state == "accepted", Actor.host == "")
    )
    return db.session.scalars(query).all()


def _want_check(sender: Actor, url: str, digest: str) -> None:
    """Have the worker compare the lists; the same digest is not looked into again within a few minutes."""
    now = clock.utcnow()
    node = this_node()
    with write():
        db.session.execute(
            insert_ignore(FollowerCheck), [{"actor_id": sender.id, "url": url, "digest": "", "attempts": 0}]
        )
        check = db.session.scalars(select(FollowerCheck).where(FollowerCheck.actor_id == sender.id)).one()
        if check.due_at is not None or (check.digest == digest and now - check.updated_at < REST):
            return
        check.url, check.digest, check.attempts, check.due_at = url, digest, 0, now
        after_commit(lambda: node.wake("followers"))


def check_next() -> bool:
    """Compare one sender's list with ours; False when none is due."""
    now = clock.utcnow()
    due = select(FollowerCheck.id).where(FollowerCheck.due_at <= now).order_by(FollowerCheck.due_at).limit(1)
    if db.session.scalar(due) is None:
        return False
    with write(patience=WORKER_PATIENCE):
        check = db.session.scalar(select(FollowerCheck).where(FollowerCheck.id.in_(due)))
        if check is None:
            return False
        check.due_at = now + LEASE
        check_id, url = check.id, check.url
    end_reading()
    listed, is_temporary = _fetch(url)
    with write(patience=WORKER_PATIENCE):
        check = db.session.get_one(FollowerCheck, check_id)
        check.due_at = _later(check) if is_temporary else None
        if listed is not None:
            _compare(check.actor, listed)
    return True


def _later(check: FollowerCheck) -> Any:
    check.attempts += 1
    if check.attempts > len(PAUSES):
        return None
    return clock.utcnow() + PAUSES[check.attempts - 1]


def _fetch(url: str) -> tuple[set[str] | None, bool]:
    """The ids on the list, None when it cannot be read as a whole; and whether to ask again later."""
    try:
        fetched = current_node.http.fetch_document(url, signer=actors.node_signer())
    except FetchError as error:
        return None, error.temporary
    except CoffeeError:
        return None, False
    return _listed(fetched.document), False


def _listed(document: Mapping[str, Any]) -> set[str] | None:
    items = document.get("orderedItems", document.get("items"))
    if not isinstance(items, list) or document.get("next"):
        return None
    return {vocabulary.id_of(item) for item in items}


def _compare(sender: Actor, listed: set[str]) -> None:
    """Drop our follows that the sender does not list, and take back the listed ones that we do not know."""
    known = db.session.scalars(select(Follow).where(Follow.target_id == sender.id)).all()
    ours = {follow.follower.uri: follow for follow in known if follow.follower.is_local}
    for uri, follow in ours.items():
        if follow.state == "accepted" and uri not in listed:
            follows.end_follow(follow)
    unknown = [uri for uri in listed if uri not in ours or ours[uri].state in ("undone", "rejected")]
    local = select(Actor).where(Actor.host == "", Actor.gone_at.is_(None), Actor.uri.in_(unknown))
    for follower in db.session.scalars(local):
        follows.take_back_unknown(follower, sender)
