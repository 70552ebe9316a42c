"""The end of an erasure: once nobody is waited for, the actor's row goes too, and hashes remain.

At the node that somebody left, that is when every partner has confirmed, or after 30 days; at the others,
when their confirmation is on its way.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update

from coffee_node.activitypub.vocabulary import host_of
from coffee_node.base import clock
from coffee_node.base.contracts import Task
from coffee_node.base.database import Base, after_commit, db, end_reading, insert_ignore, write
from coffee_node.base.errors import CoffeeError
from coffee_node.federation import (
    erasure,
    erasure_files,
    erasure_gone,
    erasure_ledgers,
    erasure_scan,
    erasure_words,
    objects,
    receipts,
)
from coffee_node.federation.account_models import Account
from coffee_node.federation.erasure_models import Departure
from coffee_node.federation.erasure_rows import Identifiers, contains, hashed
from coffee_node.federation.models import Activity, Actor, Delivery, InboxItem
from coffee_node.federation.object_copies import tombstone_hash
from coffee_node.federation.peer_models import Tombstone
from coffee_node.federation.receipts import PATIENCE
from coffee_node.node import this_node

WORKER_PATIENCE = 30.0
AT_ONCE = 50


def end_task() -> Task:
    """The hourly task of the worker."""
    return Task("end of erasures", timedelta(hours=1), end_erasures)


def end_erasures() -> str:
    """End what can be ended, and repeat what a restored backup has undone; the sentence that is shown."""
    again = _erase_again()
    erasure_gone.forget_gone()
    ended = sum(_end(actor_id) for actor_id in _departed())
    strays = _forget_strays()
    if ended or again or strays:
        erasure_files.tidy()
        erasure_scan.go_on()
    more = f" {again} people were erased again after a backup was put back." if again else ""
    return f"{ended} erasures came to their end.{more}"


def _forget_strays() -> int:
    """What arrived of actors after their own end here: the rows go."""
    known = select(Actor.id).where(Actor.uri == InboxItem.actor_uri)
    done = InboxItem.state.in_(("handled", "ignored", "refused"))
    named = ~InboxItem.actor_uri.startswith(receipts.HASHED)
    senders = select(InboxItem.actor_uri).where(done, named, ~known.exists()).distinct()
    found = list(db.session.scalars(senders.limit(AT_ONCE)))
    hashes = {tombstone_hash(uri): uri for uri in found}
    buried = db.session.scalars(select(Tombstone.uri_hash).where(Tombstone.uri_hash.in_(hashes))).all()
    for one in buried:
        uri = hashes[one]
        with write(patience=WORKER_PATIENCE):
            db.session.execute(delete(InboxItem).where(InboxItem.actor_uri == uri, done))
            erasure_scan.begin(Identifiers(uri, uri.rsplit("/", 1)[-1], host_of(uri)))
    return len(buried)


def _departed() -> list[int]:
    query = select(Actor.id).where(Actor.gone_at.is_not(None), ~Actor.uri.startswith(receipts.HASHED))
    return list(db.session.scalars(query.order_by(Actor.gone_at).limit(AT_ONCE)))


def _end(actor_id: int) -> bool:
    found = db.session.get(Actor, actor_id)
    if found is None or found.type == "Application" or not _may_end(found):
        return False
    named = erasure_ledgers.look_for(found.uri)
    end_reading()
    with write(patience=WORKER_PATIENCE):
        actor = db.session.get(Actor, actor_id)
        if actor is None or not _may_end(actor):
            return False
        who = Identifiers.of(actor)
        if actor.is_local:
            _end_ours(actor, named)
        else:
            _end_theirs(actor, named)
        db.session.expire_all()
        erasure_words.forget_names([who.slug] if len(who.slug) >= erasure_words.NAME_LIKE else [])
        erasure_scan.begin(who)
        after_commit(this_node().senders.clear)
    return True


def _may_end(actor: Actor) -> bool:
    if actor.gone_at is None or actor.document.get("type") != "Tombstone":
        return False
    if clock.utcnow() - actor.gone_at >= PATIENCE:
        return True
    if _waits(actor):
        return False
    if not actor.is_local:
        return True
    found = receipts.erasure_of(actor.uri)
    return found is None or not found.missing


def _waits(actor: Actor) -> bool:
    """Whether something of or about an actor is still on its way, out or in."""
    about = Delivery.activity_id.in_(
        select(Activity.id).where(
            or_(Activity.actor_id == actor.id, Activity.object_uri.startswith(actor.uri))
        )
    )
    out = db.session.scalar(select(Delivery.id).where(Delivery.state == "waiting", about).limit(1))
    named = or_(InboxItem.actor_uri == actor.uri, contains(InboxItem.__table__.c.body, actor.uri))
    into = db.session.scalar(select(InboxItem.id).where(InboxItem.state == "received", named).limit(1))
    return out is not None or into is not None


def _end_theirs(actor: Actor, named: erasure_ledgers.Named) -> None:
    erasure_ledgers.empty_answers(actor.uri, named)
    erasure_ledgers.empty_items(actor.uri, named)
    _remove(actor)


def _end_ours(actor: Actor, named: erasure_ledgers.Named) -> None:
    """Remember the id as a hash for good, and the numbers; who still owes a receipt stays to be seen."""
    found = receipts.erasure_of(actor.uri)
    _entomb(actor.uri)
    departure = db.session.scalar(select(Departure).where(Departure.actor_id == actor.id))
    if departure is not None:
        departure.confirmed, departure.total = erasure.numbers(departure)
        departure.ended_at = clock.utcnow()
    erasure_ledgers.empty_answers(actor.uri, named)
    erasure_ledgers.empty_items(actor.uri, named)
    if found is None or not found.missing:
        _remove(actor)
        return
    said = select(Activity.id).where(Activity.actor_id == actor.id)
    told = (Activity.type == "Delete") & (Activity.object_uri == actor.uri)
    db.session.execute(delete(Activity).where(Activity.id.in_(said), ~told))
    _forget_rows_of(actor, besides=("activity", "delivery"))
    _make_hollow(actor)


def _remove(actor: Actor) -> None:
    """Take the row out; what names it goes or loses it in the database (ON DELETE)."""
    db.session.flush()
    statement: Any = delete(Actor).where(Actor.id == actor.id)
    db.session.execute(statement.execution_options(synchronize_session=False))
    db.session.expunge(actor)


def _forget_rows_of(actor: Actor, besides: tuple[str, ...]) -> None:
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_keys:
            is_of_actor = key.column.table is Actor.__table__ and table.name not in besides
            if is_of_actor and key.ondelete == "CASCADE":
                db.session.execute(delete(table).where(key.parent == actor.id))


def _make_hollow(actor: Actor) -> None:
    """A row without a name that carries the receipts still owed; what waited 30 days is not sent any more."""
    waiting = update(Delivery).where(Delivery.actor_id == actor.id, Delivery.state == "waiting")
    db.session.execute(waiting.values(state="gave_up", lease_until=None))
    actor.document = {"id": hashed(actor.uri), "type": "Tombstone", "formerType": actor.type}
    actor.uri = hashed(actor.uri)
    actor.slug = actor.name = actor.summary = actor.url = ""
    actor.inbox = actor.outbox = actor.followers = actor.following = ""
    actor.shared_inbox = None
    db.session.flush()


def _entomb(uri: str) -> None:
    key = tombstone_hash(uri)
    db.session.execute(insert_ignore(Tombstone), [{"uri_hash": key, "expires_at": None}])
    db.session.execute(update(Tombstone).where(Tombstone.uri_hash == key).values(expires_at=None))


def is_departed(uri: str) -> bool:
    """Whether an actor of ours with this id was here and is gone for good."""
    query = select(Tombstone.id).where(
        Tombstone.uri_hash == tombstone_hash(uri), Tombstone.expires_at.is_(None)
    )
    return db.session.scalar(query) is not None


def _erase_again() -> int:
    """Erase who is back because an older state of the database was put back; how many."""
    done = 0
    for actor in erasure.come_back():
        account = db.session.scalar(select(Account).where(Account.actor_id == actor.id))
        done += _is_erased_again(account, actor)
    return done + sum(_is_erased_again(account, None) for account in erasure.accounts_come_back())


def _is_erased_again(account: Account | None, actor: Actor | None) -> bool:
    try:
        if account is not None:
            erasure.leave(account, is_forced=True)
        elif actor is not None:
            with write(patience=WORKER_PATIENCE):
                objects.delete_actor(actor)
    except CoffeeError:
        return False
    return True
