"""What partners show to this node of their people, kept apart for its signed-in members.

A partner's Update(Person) carries the public fields; the fields for the network come by a GET that our
node actor signs (federation.md, section 5).
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from coffee_node.base import clock
from coffee_node.base.database import after_commit, db, write
from coffee_node.base.errors import CoffeeError, FetchError
from coffee_node.federation import audience, remote_pictures
from coffee_node.federation.actors import described_row, fetch_actor_document
from coffee_node.federation.models import Actor
from coffee_node.node import this_node

WORKER_PATIENCE = 30.0
RETRY = timedelta(minutes=30)
LEASE = timedelta(minutes=1)


def ask_again(actor: Actor) -> None:
    """Have the fields for the network fetched soon, when the actor is a partner's; inside write()."""
    if actor.type != "Person" or actor.host not in audience.partner_hosts():
        return
    actor.members_fetch_at = clock.utcnow()
    node = this_node()
    after_commit(lambda: node.wake("members"))


def fetch_next() -> bool:
    """Fetch the document of one actor that is due; False when none is."""
    now = clock.utcnow()
    query = select(Actor.id).where(Actor.members_fetch_at <= now).order_by(Actor.members_fetch_at).limit(1)
    if db.session.scalar(query) is None:
        return False
    with write(patience=WORKER_PATIENCE):
        actor = db.session.scalar(select(Actor).where(Actor.id.in_(query)))
        if actor is None:
            return False
        actor_id, uri = actor.id, actor.uri
        actor.members_fetch_at = now + LEASE
    retry_at = None
    document = None
    try:
        document = fetch_actor_document(uri)
    except FetchError as error:
        retry_at = now + RETRY if error.temporary else None
    except CoffeeError:
        retry_at = None
    with write(patience=WORKER_PATIENCE):
        kept = db.session.get_one(Actor, actor_id)
        kept.members_fetch_at = retry_at
        if document is not None:
            kept.members_document = {name: value for name, value in document.items() if name != "@context"}
            _derive(kept)
            remote_pictures.note_actor(kept)
    return True


def _derive(actor: Actor) -> None:
    """Let the feature bring up to date what it derives from both documents."""
    described = described_row(actor)
    if described is not None and described[0].derive is not None:
        described[0].derive(described[1])
