"""`coffee-node demo`: the first network as real processes on this machine."""

from __future__ import annotations

import json
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from coffee_node.base.errors import CoffeeError, ConfigError, HomeInUse

if TYPE_CHECKING:
    from coffee_node.cli.demo_network.network import Network

BASE_PORT = 8801


@click.command()
@click.option(
    "--home",
    "folder",
    type=click.Path(path_type=Path),
    help="Folder for the homes of the nodes, which stays; without it a temporary one that is removed.",
)
@click.option(
    "--base-port",
    type=click.IntRange(1, 65535),
    default=BASE_PORT,
    show_default=True,
    help="Port of the first node; the others take the following ones.",
)
@click.option("--once", is_flag=True, help="Check that everything has arrived everywhere, then end.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def demo(folder: Path | None, base_port: int, once: bool, as_json: bool) -> None:
    """Show a living network: seven nodes on this machine that follow each other over HTTP.

    Prints what each of them holds, then addresses and sign-in links, and stays up until Ctrl-C. With
    --once it ends with 0 when everything has arrived everywhere, else with 1 and what is missing.
    """
    from coffee_node.cli.demo_network.content import SLUGS
    from coffee_node.cli.demo_network.network import Network
    from coffee_node.cli.demo_network.processes import refuse_taken_ports

    refuse_taken_ports(base_port, len(SLUGS))
    with _homes(folder) as homes, _ending_by_signal():
        try:
            with Network(homes.path, base_port) as network:
                missing = network.run()
                show(network, missing, as_json=as_json)
                homes.is_kept = homes.is_kept or bool(missing)
                if not once:
                    _stay(network, as_json)
        except KeyboardInterrupt:
            click.echo("The demo has stopped its nodes.", err=True)
            if once:
                sys.exit(1)
            return
    if missing:
        sys.exit(1)


class _Homes:
    """Where the homes of the nodes are; kept or removed at the end."""

    def __init__(self, path: Path, is_kept: bool) -> None:
        self.path = path
        self.is_kept = is_kept


@contextmanager
def _homes(folder: Path | None) -> Iterator[_Homes]:
    if folder is None:
        homes = _Homes(Path(tempfile.mkdtemp(prefix="coffee-demo-")), is_kept=False)
    else:
        homes = _Homes(_empty_folder(folder.absolute()), is_kept=True)
    try:
        yield homes
    except CoffeeError:
        homes.is_kept = True
        raise
    finally:
        if not homes.is_kept:
            shutil.rmtree(homes.path, ignore_errors=True)
        elif folder is None:
            click.echo(f"The homes and logs of the nodes are kept in {homes.path}.", err=True)


def _empty_folder(folder: Path) -> Path:
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise HomeInUse(f"{folder} is in use.", "Give --home an empty folder, or one that is not there yet.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"{folder} cannot be made: {error.strerror}.", "Give another --home.") from error
    return folder


@contextmanager
def _ending_by_signal() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the demo as Ctrl-C does, so that its nodes never outlive it.

    SIGINT is named too: a shell starts what runs in the background without it. While the nodes are being
    stopped, a second signal changes nothing.
    """
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def interrupt(number: int, frame: FrameType | None) -> None:
        for each in numbers:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = [signal.signal(number, interrupt) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def show(network: Network, missing: list[dict[str, Any]], *, as_json: bool) -> None:
    """Print the table of the nodes, or the same as JSON; what is missing goes to stderr as sentences."""
    from coffee_node.cli.demo_network.network import told
    from coffee_node.cli.tables import show_rows

    rows = network.rows()
    if as_json:
        click.echo(json.dumps({"nodes": rows, "missing": missing}, ensure_ascii=False))
    else:
        flat = [{"node": row["name"], **row["known"], **row["deliveries"]} for row in rows]
        show_rows(flat, as_json=False, empty="")
    for entry in missing:
        click.echo(told(entry), err=True)
    if not missing:
        network.say(f"All {network.expected.total} public objects are on all {len(rows)} nodes.")


def _stay(network: Network, as_json: bool) -> None:
    """Print addresses and sign-in links, then wait for Ctrl-C."""
    links = network.links()
    for node in network.nodes:
        click.echo(f"\n{node.name}, {node.place.town} ({node.place.country}): {node.url}", err=as_json)
        for role, link in links[node.name].items():
            click.echo(f"  {role:<14} {link}", err=as_json)
    click.echo("\nThe network is up. Ctrl-C ends it.", err=True)
    network.stay()
