"""Actors of other servers that are gone without a Delete: after a week of 410 all that is held of them goes.

A server that is set up anew may answer 410 by mistake for some hours, so it is asked once more before.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from coffee_node.activitypub import vocabulary
from coffee_node.base import clock
from coffee_node.base.database import db, end_reading, write
from coffee_node.base.errors import CoffeeError, FetchError
from coffee_node.federation import receipts
from coffee_node.federation.actors import node_signer, save_remote_actor
from coffee_node.federation.models import Actor
from coffee_node.federation.remote_objects import forget_actor
from coffee_node.node import current_node

GRACE = timedelta(days=7)
AT_ONCE = 10
WORKER_PATIENCE = 30.0
GONE = 410


def forget_gone() -> int:
    """Erase what is held of actors that have answered 410 for a week and still do; how many."""
    done = 0
    for uri in _due():
        verdict = _ask(uri)
        if verdict is None:
            continue
        with write(patience=WORKER_PATIENCE):
            actor = db.session.scalars(select(Actor).where(Actor.uri == uri)).one()
            if verdict:
                save_remote_actor(verdict)
            else:
                forget_actor(actor)
                done += 1
    return done


def _due() -> list[str]:
    query = select(Actor).where(Actor.host != "", Actor.gone_at <= clock.utcnow() - GRACE)
    query = query.where(~Actor.uri.startswith(receipts.HASHED), Actor.type != "Application")
    found = db.session.scalars(query.order_by(Actor.gone_at).limit(AT_ONCE)).all()
    return [actor.uri for actor in found if (actor.document or {}).get("type") != "Tombstone"]


def _ask(uri: str) -> dict[str, object] | None:
    """The document of an actor that lives after all, an empty one of a gone one, None for no answer.

    Who has not answered for a month after it was gone counts as gone.
    """
    signer = node_signer()
    gone_at = db.session.scalar(select(Actor.gone_at).where(Actor.uri == uri))
    is_old = gone_at is not None and clock.utcnow() - gone_at >= receipts.PATIENCE
    end_reading()
    try:
        document: dict[str, object] = current_node.http.fetch_document(uri, signer=signer).document
    except FetchError as error:
        return {} if error.http_status == GONE or is_old else None
    except CoffeeError:
        return {} if is_old else None
    return {} if vocabulary.short_type(document.get("type")) == "Tombstone" else document
