"""`coffee-node peer`: other nodes - asking them, answering them, and how they are doing."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from coffee_node.cli.lazy_group import LazyGroup
from coffee_node.cli.opening import with_node
from coffee_node.cli.tables import as_json_option, show_facts, show_rows

if TYPE_CHECKING:
    from coffee_node.federation.peer_status import PeerStatus

WORDS = {
    "ok": "answers",
    "asked": "asked, no answer yet",
    "asks": "wants to be a partner",
    "away": "does not answer",
    "refuses": "refuses our messages",
    "paused": "paused, away for 30 days",
}


@click.group(
    cls=LazyGroup,
    lazy={name: f"coffee_node.cli.peer_lists:{name}" for name in ("allow", "block", "blocks", "unblock")},
)
def peer() -> None:
    """Ask, answer, list and shut out other nodes."""


@peer.command()
@click.argument("url")
@with_node
def follow(url: str) -> None:
    """Ask the node at URL to become a partner; its manager answers with `peer accept`."""
    from coffee_node.federation import peers

    asked = peers.follow_node(url)
    name = asked.target.name or asked.target.host
    if asked.state == "accepted":
        click.echo(f"{name} and this node follow each other already.", err=True)
    else:
        click.echo(f"{name} is asked. You are partners as soon as its manager accepts.", err=True)


@peer.command()
@click.argument("url")
@with_node
def accept(url: str) -> None:
    """Accept the request of a node; it is followed back at once. URL may be its host alone."""
    _answer(url, is_accepted=True)


@peer.command()
@click.argument("url")
@with_node
def reject(url: str) -> None:
    """Refuse the request of a node, or end what was accepted. URL may be its host alone."""
    _answer(url, is_accepted=False)


def _answer(url: str, *, is_accepted: bool) -> None:
    from coffee_node.federation import follows, peers

    asked = peers.request_from(url)
    if (asked.state == "accepted") == is_accepted and asked.state != "requested":
        click.echo(f"{asked.follower.host} was answered like this already.", err=True)
        return
    follows.answer_follow(asked, accept=is_accepted)
    told = "is accepted and followed back" if is_accepted else "is refused"
    click.echo(f"{asked.follower.host} {told}.", err=True)


@peer.command("list")
@as_json_option
@with_node
def list_peers(as_json: bool) -> None:
    """List every server this node knows, partners first."""
    from coffee_node.federation import peer_status

    statuses = peer_status.statuses()
    rows = [asdict(status) for status in statuses] if as_json else [_line(status) for status in statuses]
    show_rows(rows, as_json=as_json, empty="No other node is known. Ask one: coffee-node peer follow URL")


def _line(status: PeerStatus) -> dict[str, Any]:
    return {
        "host": status.host,
        "name": status.name,
        "partner": status.is_partner,
        "state": WORDS.get(status.state, status.state),
        "heard_at": status.last_received_at,
        "reached_at": status.last_delivered_at,
        "done": status.done,
        "waiting": status.waiting,
        "failed": status.failed,
        "failing_since": status.failing_since,
        "why": status.reason,
    }


@peer.command()
@click.argument("host")
@as_json_option
@with_node
def show(host: str, as_json: bool) -> None:
    """Show all that is known about one server."""
    from coffee_node.base.errors import NotFound
    from coffee_node.federation.peer_facts import known_about

    facts = known_about(host)
    if facts is None:
        raise NotFound(f"{host} is not known here.", "See the peers: coffee-node peer list")
    show_facts(facts, as_json=as_json)


@peer.command("try-now")
@click.argument("host")
@with_node
def try_now(host: str) -> None:
    """Send what waits for a server now, although it did not answer last time."""
    from coffee_node.federation import peers

    number = peers.try_now(host)
    click.echo(f"{number} {'delivery is' if number == 1 else 'deliveries are'} tried now.", err=True)
