"""`coffee-node queue`: deliveries, received activities and mails that wait or failed."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from coffee_node.cli.opening import with_node
from coffee_node.cli.tables import as_json_option, show_rows

if TYPE_CHECKING:
    from coffee_node.federation.ledger import Entry

host_option = click.option("--host", default="", help="Only those of this server.")


@click.group()
def queue() -> None:
    """See what waits or failed, try it again, or give it up."""


@queue.command("list")
@host_option
@as_json_option
@with_node
def list_queue(host: str, as_json: bool) -> None:
    """List what waits or failed, with the last error."""
    from coffee_node.federation import ledger

    found = ledger.entries(host)
    rows = [asdict(entry) if as_json else _line(entry) for entry in found]
    show_rows(rows, as_json=as_json, empty="Nothing waits and nothing failed.")


def _line(entry: Entry) -> dict[str, Any]:
    from coffee_node.federation.ledger import WORDS

    return {
        "id": entry.id,
        "host": entry.host,
        "what": f"{entry.type} {entry.object}",
        "state": WORDS.get(entry.state, entry.state),
        "tries": entry.attempts,
        "next_try_at": entry.next_try_at,
        "last_error": entry.last_error,
    }


@queue.command()
@click.argument("ids", metavar="[ID]...", nargs=-1)
@host_option
@with_node
def retry(ids: tuple[str, ...], host: str) -> None:
    """Try entries again from now on: those with these IDs, or all of a server."""
    from coffee_node.federation import ledger

    number = ledger.retry(_chosen(ids, host))
    click.echo(f"{number} {'is' if number == 1 else 'are'} tried again.", err=True)


@queue.command()
@click.argument("ids", metavar="[ID]...", nargs=-1)
@host_option
@with_node
def drop(ids: tuple[str, ...], host: str) -> None:
    """Give entries up: those with these IDs, or all of a server."""
    from coffee_node.federation import ledger

    number = ledger.drop(_chosen(ids, host))
    click.echo(f"{number} {'is' if number == 1 else 'are'} given up.", err=True)


def _chosen(ids: tuple[str, ...], host: str) -> list[str]:
    from coffee_node.federation import ledger

    if bool(ids) == bool(host):
        raise click.UsageError("Name entries by their ID, or all of a server with --host.")
    return list(ids) or [entry.id for entry in ledger.entries(host, limit=100_000)]
