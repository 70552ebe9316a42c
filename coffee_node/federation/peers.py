"""Other servers: asking nodes to become partners, answering them, and what is learnt about each host."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from coffee_node.activitypub import nodeinfo, vocabulary
from coffee_node.base import clock
from coffee_node.base.database import after_commit, db, insert_ignore, write
from coffee_node.base.errors import CoffeeError, NotFound, Unprocessable
from coffee_node.base.i18n import gettext as _
from coffee_node.federation import actors, catch_up, domain_policy, follows
from coffee_node.federation.models import Actor, Delivery, Follow
from coffee_node.federation.peer_models import Peer
from coffee_node.node import current_node, this_node


def peer_for(host: str) -> Peer:
    """The row of a host, made at first contact; inside the caller's write()."""
    db.session.execute(insert_ignore(Peer), [{"host": host}])
    return db.session.scalars(select(Peer).where(Peer.host == host)).one()


def is_known(host: str) -> bool:
    """Whether anything was ever exchanged with this host."""
    return db.session.scalar(select(Peer.id).where(Peer.host == host)) is not None


def note_received(hosts: Iterable[str]) -> None:
    """A signed message came from these hosts: they live, so what waits for them may leave at once."""
    wanted = sorted(set(hosts))
    if not wanted:
        return
    db.session.execute(insert_ignore(Peer), [{"host": host} for host in wanted])
    found = db.session.scalars(select(Peer).where(Peer.host.in_(wanted))).all()
    catch_up.hear_of(found)
    now = clock.utcnow()
    for peer in found:
        peer.last_received_at = now
        resume(peer)


def note_sign_of_life(host: str) -> None:
    """A host that was away or silent asks us something with a valid signature: it is back."""
    silent = clock.utcnow() - catch_up.SILENCE
    query = (
        select(Peer.id)
        .where(Peer.host == host)
        .where(
            Peer.failing_since.is_not(None) | Peer.away_until.is_not(None) | (Peer.last_received_at < silent)
        )
    )
    if db.session.scalar(query) is not None:
        with write():
            peer = peer_for(host)
            catch_up.hear_of([peer])
            resume(peer)


def resume(peer: Peer) -> None:
    """The host answers or was heard of: what waits for it leaves at once; inside the caller's write()."""
    if peer.away_until is None and peer.state != "paused":
        return
    peer.away_until = peer.away_since = peer.paused_at = None
    peer.failures = 0
    peer.state = "ok" if peer.state == "paused" else peer.state
    node = this_node()
    after_commit(lambda: node.wake("deliver"))


def node_actor_uri(address: str) -> str:
    """The id of the node actor behind what a person types: an address, a host or the actor itself.

    Raises FetchError when the server does not answer, NotFound when it names no node actor.
    """
    url = address.strip().rstrip("/")
    if "://" not in url:
        url = f"https://{url}"
    base = "/".join(url.split("/")[:3])
    domain_policy.refuse_to_ask(vocabulary.host_of(base))
    found = nodeinfo.read_nodeinfo(current_node.http, base)
    if not found.actor_uri or not vocabulary.same_host(found.actor_uri, base):
        raise NotFound(
            _("%(address)s answers, but is no site of the network.", address=base),
            _("Only these can become partners; follow its places or people one by one."),
        )
    return found.actor_uri


def follow_node(address: str) -> Follow:
    """Ask another node to become a partner; it is done when both sides have accepted."""
    uri = node_actor_uri(address)
    if uri == actors.node_uri():
        raise Unprocessable(_("That is this site itself."), _("Give the address of another site."))
    actor = actors.refresh_actor(uri)
    learn_software(actor)
    return follows.request_follow(actors.node_actor(), actor)


def learn_software(actor: Actor) -> None:
    """Read the NodeInfo of a node and keep its software and name; a server without one is left as it is."""
    base = "/".join(actor.uri.split("/")[:3])
    try:
        found = nodeinfo.read_nodeinfo(current_node.http, base)
    except CoffeeError:
        return
    with write():
        peer = peer_for(actor.host)
        peer.software, peer.version = found.software[:100], found.version[:50]
        peer.name = (found.name or actor.name)[:300]
        if found.actor_uri == actor.uri:
            peer.node_actor_id = actor.id


def pending_requests() -> Sequence[Follow]:
    """Nodes that ask to become partners and wait for a person here."""
    query = (
        select(Follow)
        .join(Actor, Actor.id == Follow.follower_id)
        .where(Follow.target_id == actors.node_actor().id, Follow.state == "requested", Actor.host != "")
    )
    return db.session.scalars(query.order_by(Follow.id)).all()


def request_from(address: str) -> Follow:
    """The waiting or accepted request of a node, by its host, address or actor id; NotFound without one."""
    wanted = vocabulary.host_of(address if "://" in address else f"https://{address}") or address
    query = (
        select(Follow)
        .join(Actor, Actor.id == Follow.follower_id)
        .where(Follow.target_id == actors.node_actor().id, Actor.type == "Application")
        .where(Actor.host.in_((wanted, address)))
    )
    follow = db.session.scalar(query)
    if follow is None:
        raise NotFound(f"No request from {address} is here.", "See who asked: coffee-node peer list")
    return follow


def try_now(host: str) -> int:
    """Let what waits for a host leave at once; the number of waiting deliveries."""
    with write():
        peer = db.session.scalar(select(Peer).where(Peer.host == host))
        if peer is None:
            raise NotFound(f"{host} is not known here.", "See the peers: coffee-node peer list")
        peer.away_until = None
        waiting = db.session.scalars(
            select(Delivery).where(Delivery.host == host, Delivery.state == "waiting")
        ).all()
        for delivery in waiting:
            delivery.next_try_at = clock.utcnow()
    current_node.wake("deliver")
    return len(waiting)
