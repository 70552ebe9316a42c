"""Actors: making ours with their keys, keeping copies of theirs, and the documents that describe them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from coffee_node.activitypub import keys, vocabulary
from coffee_node.activitypub.schemas import ActorSchema
from coffee_node.activitypub.signatures import Signer
from coffee_node.base import clock
from coffee_node.base.contracts import ActorRef, ObjectType
from coffee_node.base.database import after_commit, db, write
from coffee_node.base.errors import InvalidDocument, NotFound
from coffee_node.federation import actor_properties, domain_policy, used_handles
from coffee_node.federation.account_models import Account
from coffee_node.federation.models import Activity, Actor, ActorKey, Follow
from coffee_node.federation.oauth_models import OAuthGrant
from coffee_node.node import current_node, this_node

_actor_schema = ActorSchema()


def node_uri() -> str:
    """The id of this node's own actor."""
    return f"{current_node.config.base_url}/actor"


def find_actor(uri: str) -> Actor | None:
    """The actor with this id as we know it; never asks the network."""
    return db.session.scalar(select(Actor).where(Actor.uri == uri))


def find_local_actor(slug: str) -> Actor | None:
    """Our actor with this slug (the node actor has its host as slug)."""
    return db.session.scalar(select(Actor).where(Actor.slug == slug, Actor.host == ""))


def find_remote_actor(slug: str, host: str) -> Actor | None:
    """The copy we hold of `@slug@host`."""
    return db.session.scalar(select(Actor).where(Actor.slug == slug, Actor.host == host))


def node_actor() -> Actor:
    """This node's Application actor; NotFound before `init` has made it."""
    actor = find_actor(node_uri())
    if actor is None:
        raise NotFound("This node has no actor yet.", "Run: coffee-node init")
    return actor


def local_spaces() -> Sequence[Actor]:
    """The spaces this node hosts, oldest first."""
    query = select(Actor).where(Actor.host == "", Actor.type == "Organization", Actor.kind == "space")
    return db.session.scalars(query.where(Actor.gone_at.is_(None)).order_by(Actor.id)).all()


def count_follows(actor: Actor, which: str) -> int:
    """How many `followers` an actor has, or how many it is `following`."""
    ours = Follow.target_id if which == "followers" else Follow.follower_id
    query = select(func.count()).select_from(Follow).where(ours == actor.id, Follow.state == "accepted")
    return db.session.scalar(query) or 0


def is_known_outside(actor: Actor) -> bool:
    """Whether others may learn of our actor: published, has signed something or signed in elsewhere."""
    if actor.is_published:
        return True
    signed = select(Activity.id).where(Activity.actor_id == actor.id).limit(1)
    allowed = select(OAuthGrant.id).join(Account).where(Account.actor_id == actor.id).limit(1)
    return db.session.scalar(signed) is not None or db.session.scalar(allowed) is not None


def ref(actor: Actor) -> ActorRef:
    """The actor as the frozen value that plugins see."""
    document = actor.document or {}
    languages = tuple(str(code) for code in vocabulary.as_list(document.get("knowsLanguage")))
    host = actor.host or current_node.config.host
    return ActorRef(actor.uri, actor.type, actor.name, host, actor.is_local, languages)


def create_local_actor(
    type_: str, slug: str, name: str, *, kind: str = "", is_published: bool = True
) -> Actor:
    """Add an actor of ours with a fresh RSA and Ed25519 key pair; the caller commits.

    Conflict when its slug was ever used here.
    """
    used_handles.claim(slug)
    base = current_node.config.base_url
    is_node = type_ == "Application"
    uri = node_uri() if is_node else f"{base}/actors/{slug}"
    now = clock.utcnow()
    actor = Actor(
        uri=uri,
        type=type_,
        kind=kind,
        slug=slug,
        host="",
        name=name,
        url=f"{base}/about" if is_node else f"{base}/@{slug}",
        inbox=f"{uri}/inbox",
        shared_inbox=f"{base}/inbox",
        outbox=f"{uri}/outbox",
        followers=f"{uri}/followers",
        following=f"{uri}/following",
        manually_approves=type_ in ("Application", "Person"),
        is_published=is_published,
        published=now,
        updated=now,
    )
    rsa_private, rsa_public = keys.generate_rsa()
    ed_private, ed_public = keys.generate_ed25519()
    actor.keys = [
        ActorKey(uri=f"{uri}#main-key", algorithm="rsa", public_key=rsa_public, private_key=rsa_private),
        ActorKey(uri=f"{uri}#ed25519-key", algorithm="ed25519", public_key=ed_public, private_key=ed_private),
    ]
    db.session.add(actor)
    db.session.flush()
    return actor


def signer_for(actor: Actor) -> Signer:
    """The RSA key of one of our actors, parsed once per process."""
    for key in actor.keys:
        if key.algorithm == "rsa" and key.private_key:
            return Signer(key.uri, current_node.keys.private(key.private_key))
    raise NotFound(f"{actor.uri} has no private key here.", "Only actors of this node can sign.")


def node_signer() -> Signer:
    """The node actor's key: it signs every GET."""
    return signer_for(node_actor())


def actor_type(actor: Actor) -> ObjectType | None:
    """The feature's type that describes this actor, if one does."""
    return current_node.registry.type_for({"type": actor.type, "kind": actor.kind})


def described_row(actor: Actor) -> tuple[ObjectType, Any] | None:
    """The feature's row (profile, company, space) of this actor, with its type."""
    object_type = actor_type(actor)
    if object_type is None or not object_type.is_actor:
        return None
    row = db.session.scalar(select(object_type.model).where(object_type.model.uri == actor.uri))
    return None if row is None else (object_type, row)


def actor_document(actor: Actor, audience: str = "public") -> dict[str, Any]:
    """The actor as on the wire for this audience (`public` or `network`), without `@context`.

    A person who has not published a profile is a stub: names, boxes and keys only.
    """
    document = _core_document(actor)
    if not actor.is_published:
        return document
    document |= {"discoverable": True, "indexable": actor.type == "Organization"}
    if actor.type == "Application":
        document["implements"] = actor_properties.implements()
    else:
        document["generator"] = {"type": "Application", "id": node_uri()}
    document |= actor_properties.links_of(actor)
    described = described_row(actor)
    if described is None:
        document["summary"] = actor.summary
    else:
        object_type, row = described
        core = set(document)
        extra = object_type.schema.render(row, audience)
        document |= {
            name: value
            for name, value in extra.items()
            if name not in core or name in ("kind", "discoverable")
        }
    complete: dict[str, Any] = vocabulary.strip_nulls(actor_properties.with_icon(actor, document))
    return complete


def _core_document(actor: Actor) -> dict[str, Any]:
    document: dict[str, Any] = {
        "id": actor.uri,
        "type": actor.type,
        "kind": actor.kind,
        "preferredUsername": actor.slug,
        "inbox": actor.inbox,
        "outbox": actor.outbox,
        "followers": actor.followers,
        "following": actor.following,
        "endpoints": {"sharedInbox": actor.shared_inbox},
        "manuallyApprovesFollowers": actor.manually_approves,
        **actor_properties.key_documents(actor),
        "published": actor.published and clock.rfc3339(actor.published),
        "updated": actor.updated and clock.rfc3339(actor.updated),
    }
    if actor.is_published:
        document |= {"name": actor.name, "url": actor.url}
    core: dict[str, Any] = vocabulary.strip_nulls(document)
    return core


def save_remote_actor(document: dict[str, Any]) -> Actor:
    """Add or refresh the copy of another node's actor from its own document; the caller commits.

    Raises InvalidDocument when it has no inbox or when a key names another owner (FEP-fe34).
    """
    values = _actor_schema.parse(document)
    uri = values["uri"]
    host = vocabulary.host_of(uri)
    if host == current_node.config.host:
        raise InvalidDocument("This actor is ours; nobody else describes it.")
    if domain_policy.is_suspended(host):
        raise InvalidDocument(f"Nothing of {host} is kept: {domain_policy.REFUSED}.")
    if not values.get("inbox"):
        raise InvalidDocument("An actor needs an inbox.")
    for address in (values["inbox"], values.get("shared_inbox")):
        if address and vocabulary.host_of(address) != host:
            raise InvalidDocument("An actor's inbox is on the actor's host.")
    actor = find_actor(uri)
    if actor is None:
        actor = Actor(uri=uri, host=host)
        db.session.add(actor)
        domain_policy.note_host(host)
    actor.type = values["type"]
    for name in ("kind", "slug", "name", "summary", "url", "inbox", "outbox", "followers", "following"):
        setattr(actor, name, values.get(name) or "")
    actor.shared_inbox = values.get("shared_inbox")
    actor.manually_approves = bool(values.get("manually_approves"))
    actor.published = values.get("published")
    actor.updated = values.get("updated")
    actor.document = {name: value for name, value in document.items() if name != "@context"}
    actor.fetched_at = clock.utcnow()
    actor.gone_at = None
    _save_keys(actor, values.get("public_keys") or [], actor.fetched_at)
    db.session.flush()
    return actor


def _save_keys(actor: Actor, found: Sequence[dict[str, str]], now: datetime) -> None:
    """Replace the RSA keys of a remote actor; a key that names another owner is left out."""
    after_commit(this_node().senders.clear)
    wanted = {key["id"]: key["pem"] for key in found if key.get("owner", actor.uri) == actor.uri}
    for key in list(actor.keys):
        if key.uri in wanted:
            key.public_key = wanted.pop(key.uri)
            key.fetched_at = now
        elif key.algorithm == "rsa":
            actor.keys.remove(key)
    for uri, pem in wanted.items():
        taken = db.session.scalar(select(ActorKey).where(ActorKey.uri == uri))
        if taken is None and vocabulary.same_host(uri, actor.uri):
            actor.keys.append(ActorKey(uri=uri, algorithm="rsa", public_key=pem, fetched_at=now))


def fetch_actor_document(uri: str) -> dict[str, Any]:
    """Ask an actor's own server for its document (GET signed by the node actor); FetchError on failure."""
    fetched = current_node.http.fetch_document(uri, signer=node_signer())
    document = fetched.document
    if vocabulary.short_type(document.get("type")) not in vocabulary.ACTOR_TYPES:
        raise InvalidDocument(f"{uri} is not an actor.", "Give the address of a person, a space or a node.")
    return document


def actor_or_stub(uri: str) -> Actor:
    """The actor with this id, or a row that only names it until the worker has met it; inside write()."""
    known = find_actor(uri)
    if known is not None:
        return known
    host = vocabulary.host_of(uri)
    if not host or host == current_node.config.host:
        raise NotFound(f"No actor of this node has the id {uri}.", "Check the id.")
    domain_policy.refuse_to_ask(host)
    stub = Actor(uri=uri, host=host, type="Person", url=uri)
    db.session.add(stub)
    db.session.flush()
    return stub


def resolve_actor(uri: str) -> Actor:
    """The actor with this id, fetched from its server if we do not hold it; opens its own write()."""
    from_store = find_actor(uri)
    if from_store is not None and from_store.is_met:
        return from_store
    return refresh_actor(uri)


def refresh_actor(uri: str) -> Actor:
    """Fetch the actor again and keep the new copy; the network is asked before the transaction starts."""
    document = fetch_actor_document(uri)
    with write():
        return save_remote_actor(document)


def document_of(actor: Actor) -> dict[str, Any]:
    """The public document of any actor we know: ours as we publish it, theirs as they sent it."""
    return actor_document(actor) if actor.is_local else {**(actor.document or {}), "id": actor.uri}
