"""`coffee-node worker`: a worker alone, for nodes on several hosts."""

from __future__ import annotations

import signal
import threading

import click

from coffee_node.cli.opening import build_app, home_of_command, opened


@click.command()
def worker() -> None:
    """Deliver and handle messages without serving pages; `serve --no-worker` serves them elsewhere."""
    from coffee_node.cli.process_log import log_to_stderr
    from coffee_node.federation.worker import Worker
    from coffee_node.node import this_node

    log_to_stderr()
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    with opened(build_app(home_of_command())) as app:
        node = this_node()
        running = Worker(app, node)
        running.start()
        about = f"{node.config.node.name}: a worker for {node.config.base_url}"
        click.echo(f"{about} is at work. Ctrl-C stops it.", err=True)
        stopping.wait()
        running.stop()
