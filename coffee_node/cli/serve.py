"""`coffee-node serve`: web and worker in one process tree.

The process that starts stays small: it looks at the configuration and the port, then only watches over the
web processes, which import the application (serving.py).
"""

from __future__ import annotations

import errno
import socket
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coffee_node.base.config import load_config
from coffee_node.base.errors import CoffeeError, ConfigError
from coffee_node.cli.opening import home_of_command
from coffee_node.cli.serving import Orders, load

if TYPE_CHECKING:
    from coffee_node.base.config import NodeConfig

HEADER_BYTES = 32 * 1024
HEADER_MILLISECONDS = 10_000
STOP_SECONDS = 10


@click.command()
@click.option("--host", help="Address to listen on instead of [http] host.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on instead of [http] port.")
@click.option("--no-worker", is_flag=True, help="Serve pages only; `coffee-node worker` runs elsewhere.")
def serve(host: str | None, port: int | None, no_worker: bool) -> None:
    """Serve the node: its pages, its interface for other nodes, and the worker that delivers."""
    home = home_of_command().absolute()
    config = load_config(home)
    address = free_address(host or config.http.host, port or config.http.port)
    with tempfile.TemporaryDirectory(prefix="coffee-node-") as folder:
        report = Path(folder, "reason")
        orders = Orders(home, report, not no_worker, _greeting(config, address))
        ended = _serve(config, address, orders)
        reason = report.read_text("utf-8") if report.exists() else ""
    if reason:
        raise CoffeeError(reason)
    if ended:
        raise CoffeeError("The web process ended again and again.", "What it wrote above says why.")


def free_address(host: str, port: int) -> tuple[str, int]:
    """The numeric address to listen on; ConfigError when it is taken or not of this machine."""
    try:
        family, _, _, _, found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(found)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise ConfigError(
                f"Port {port} of {host} is taken by another program, perhaps by this node.",
                "Stop that one, or choose another port with --port or [http] port.",
            ) from error
        raise ConfigError(
            f"This machine cannot listen on {host}, port {port}: {error.strerror}.",
            "Correct [http] host and port, or give --host and --port.",
        ) from error
    return str(found[0]), port


def _greeting(config: NodeConfig, address: tuple[str, int]) -> str:
    host = f"[{address[0]}]" if ":" in address[0] else address[0]
    return f"{config.node.name} is at {config.base_url} (listening on {host}:{address[1]}). Ctrl-C stops it."


def _serve(config: NodeConfig, address: tuple[str, int], orders: Orders) -> int:
    """Watch over the web processes until somebody stops them; the exit code of the server."""
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces, Loops
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    from coffee_node.cli.process_log import log_settings

    server = Granian(
        "coffee_node",
        address=address[0],
        port=address[1],
        interface=Interfaces.RSGI,
        workers=config.http.workers,
        loop=Loops.asyncio,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_MILLISECONDS, max_buffer_size=HEADER_BYTES),
        websockets=False,
        log_level=LogLevels.error,
        log_dictconfig=log_settings(),
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
    )
    try:
        server.serve(target_loader=partial(load, orders), wrap_loader=False)
    except SystemExit as end:
        return int(end.code or 0)
    return 0
