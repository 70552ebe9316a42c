"""Sharing: Announce and its Undo, in and out; the shared object is kept as its own host describes it.

Groups announce whole activities (FEP-1b12): these are read down to the id of the object they are about.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select

from coffee_node.activitypub import vocabulary
from coffee_node.base import clock
from coffee_node.base.database import db, insert_ignore, write
from coffee_node.base.errors import NotFound, Unprocessable
from coffee_node.base.i18n import gettext as _
from coffee_node.federation import audience, domain_policy, object_proofs, objects, origin, outbox
from coffee_node.federation.actors import ref
from coffee_node.federation.incoming import Ignored, Incoming
from coffee_node.federation.models import Activity, Actor
from coffee_node.federation.remote_objects import save_object
from coffee_node.federation.social_models import Announcement
from coffee_node.node import current_node

OPENED = ("Create", "Update")
SHOWN = 20


def receive_announce(incoming: Incoming) -> None:
    """Somebody shares an object: keep it when we care for who shares, or when it is ours."""
    uri = _object_of(incoming.object)
    if vocabulary.host_of(uri) == current_node.config.host:
        _check_ours(uri)
    elif not origin.is_relevant(incoming.sender):
        raise Ignored("nobody here follows who shares it")
    else:
        uri = _keep_shared(incoming, uri)
    _note(incoming.sender, uri, incoming.activity["id"])


def receive_undo_announce(incoming: Incoming) -> None:
    """The sender does not share it any more; the object itself stays, it has its own author."""
    uri = vocabulary.id_of(incoming.object)
    subject = origin.undone_activity(incoming) or {}
    about = vocabulary.id_of(subject.get("object"))
    mine = delete(Announcement).where(Announcement.actor_id == incoming.sender.id)
    removed = db.session.execute(mine.where(Announcement.activity_uri == uri).returning(Announcement.id))
    if removed.first() is None and about:
        db.session.execute(mine.where(Announcement.object_uri == about))


def _object_of(announced: Any) -> str:
    """The id of what is shared; an activity inside is opened, and its own copy of the object left aside."""
    if isinstance(announced, dict):
        type_ = vocabulary.short_type(announced.get("type"))
        if type_ in OPENED:
            announced = announced.get("object")
        elif type_ in vocabulary.ACTIVITY_TYPES and type_ != "Question":
            raise Ignored(f"a shared {type_} is not read")
    uri = vocabulary.id_of(announced)
    if not vocabulary.is_web_url(uri):
        raise Ignored("what is shared has no id")
    return uri


def _check_ours(uri: str) -> None:
    found = objects.find_object(uri)
    if found is None or not found[1].is_local or found[1].deleted_at or found[1].visibility != "public":
        raise Ignored("nothing of ours that is public has this id")


def _keep_shared(incoming: Incoming, uri: str) -> str:
    """Hold a copy as its own host gives it; its id. Raises NeedsDocument until it was fetched."""
    is_changed = _is_update(incoming.object)
    if objects.find_object(uri) is not None and not is_changed:
        return uri
    document = _told(incoming, uri)
    if vocabulary.short_type(document.get("type")) in OPENED:
        uri = _object_of(document)
        document = _told(incoming, uri)
    _save(incoming, document, is_new=not is_changed)
    return vocabulary.id_of(document)


def _told(incoming: Incoming, uri: str) -> dict[str, Any]:
    """What counts as said by the object's author: a copy with a valid proof, else its own host's answer."""
    origin.refuse_host(uri)
    embedded = incoming.object
    is_copy = isinstance(embedded, dict) and embedded.get("id") == uri
    if is_copy and object_proofs.verdict(embedded, incoming.document) == "valid":
        return dict(embedded)
    return incoming.document(uri)


def _is_update(announced: Any) -> bool:
    return isinstance(announced, dict) and vocabulary.short_type(announced.get("type")) == "Update"


def _save(incoming: Incoming, document: dict[str, Any], *, is_new: bool) -> None:
    object_type = current_node.registry.type_for(document)
    if object_type is None or object_type.is_actor or object_type.receive is not None:
        raise Ignored(f"no feature here keeps a shared {document.get('type')}")
    author = origin.author_at_home(incoming, vocabulary.id_of(document.get("attributedTo")), document)
    if audience.visibility_of(document, author) != "public":
        raise Ignored("what is shared is not public")
    refused = current_node.plugins.first(
        "refuse_activity", activity={"type": "Create", "object": document}, actor=ref(author)
    )
    if refused:
        raise Ignored(str(refused))
    save_object(object_type, document, author, is_new=is_new, is_post=False)


def _note(actor: Actor, object_uri: str, activity_uri: str) -> None:
    values = {
        "actor_id": actor.id,
        "object_uri": object_uri,
        "activity_uri": activity_uri,
        "announced_at": clock.utcnow(),
    }
    db.session.execute(insert_ignore(Announcement), [values])


def shared_by(object_uri: str) -> Sequence[Actor]:
    """Who shares an object, the newest first, at most twenty."""
    query = (
        select(Actor)
        .join(Announcement, Announcement.actor_id == Actor.id)
        .where(Announcement.object_uri == object_uri, Actor.gone_at.is_(None))
        .order_by(Announcement.id.desc())
    )
    found = db.session.scalars(query.limit(SHOWN)).all()
    return [actor for actor in found if not domain_policy.is_hidden(actor)]


def find_announcement(actor: Actor, object_uri: str) -> Announcement | None:
    """That an actor shares an object, if it does."""
    query = select(Announcement).where(
        Announcement.actor_id == actor.id, Announcement.object_uri == object_uri
    )
    return db.session.scalar(query)


def share(actor: Actor, object_uri: str) -> str:
    """Announce a public object in the name of an actor of ours; the id of the activity."""
    with write():
        found = objects.find_object(object_uri)
        if found is None or found[1].deleted_at is not None:
            raise NotFound(_("There is nothing at this address."))
        row = found[1]
        if row.visibility != "public":
            raise Unprocessable(_("Only what is public can be shared."))
        known = find_announcement(actor, object_uri)
        if known is not None:
            return known.activity_uri
        to, cc = _audience_of(actor, row.actor)
        activity = outbox.publish(actor, "Announce", object_uri, to=to, cc=cc)
        _note(actor, object_uri, activity.uri)
        return activity.uri


def unshare(actor: Actor, object_uri: str) -> str:
    """Take back an Announce of ours everywhere it went; the id of the Undo."""
    with write():
        known = find_announcement(actor, object_uri)
        if known is None:
            raise NotFound(_("This is not shared."))
        uri = known.activity_uri
        db.session.delete(known)
        announced = {"id": uri, "type": "Announce", "actor": actor.uri, "object": object_uri}
        first = outbox.find_activity(uri)
        addressed = first.document if first is not None else {}
        to, cc = addressed.get("to") or [vocabulary.PUBLIC], addressed.get("cc") or ()
        received = audience.inboxes_that_got(first) if first is not None else ()
        if first is not None:
            first.visibility = "private"
        return outbox.publish(actor, "Undo", announced, to=to, cc=cc, also_to=received).uri


def _audience_of(actor: Actor, author: Actor) -> tuple[list[str], list[str]]:
    """Everybody, the followers, and the author, who hears of it."""
    to, cc = audience.address(actor, "public")
    return to, cc if author.id == actor.id else [*cc, author.uri]


def client_share(actor: Actor, activity: dict[str, Any]) -> str:
    """An Announce posted by a client of ours."""
    return share(actor, vocabulary.id_of(activity.get("object")))


def client_unshare(actor: Actor, activity: dict[str, Any]) -> str:
    """An Undo of an Announce posted by a client of ours."""
    return unshare(actor, own_activity(actor, activity).object_uri)


def own_activity(actor: Actor, undo: dict[str, Any]) -> Activity:
    """The activity that a client's Undo names; NotFound when it is not this actor's."""
    found = outbox.find_activity(vocabulary.id_of(undo.get("object")))
    if found is None or found.actor_id != actor.id:
        raise NotFound("No activity of this actor has that id.", "Give the id that Location told.")
    return found
