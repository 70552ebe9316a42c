"""What runs in a web process: the application, its worker threads, and their end.

Nothing heavy is imported at the top: the process that watches over the web processes imports this too.
"""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coffee_node.base.errors import CoffeeError

if TYPE_CHECKING:
    from flask import Flask

    from coffee_node.base.config import NodeConfig
    from coffee_node.cli.doorway import Doorway
    from coffee_node.federation.worker import Worker

logger = logging.getLogger(__name__)
REQUEST_THREADS = 8
LOOK_SECONDS = 2.0
LAST_SECONDS = 15


@dataclass(frozen=True)
class Orders:
    """What the watching process tells a web process; a start that fails is told in the file `report`."""

    home: Path
    report: Path
    has_worker: bool
    greeting: str


def load(orders: Orders) -> Any:
    """Open the node and give its application; a node that cannot be opened ends the whole `serve`."""
    # The watching process left its handlers in this copy of it. A stop must work while we load.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        app = _open(orders.home)
    except CoffeeError as error:
        _give_up(orders, str(error))
    except Exception as error:
        logger.exception("The node cannot start")
        told = f"{type(error).__name__}: {error}"
        _give_up(orders, f"The node cannot start ({told}); the lines above say where.")
    worker = _started_worker(app) if orders.has_worker else None
    threading.Thread(target=_attend, args=(worker, os.getppid()), name="coffee-attend").start()
    sys.stderr.write(orders.greeting + "\n")
    # What is loaded now stays: the collector need not walk through it again with every request's leavings.
    gc.collect()
    gc.freeze()
    return _behind_doorway(app)


def _open(home: Path) -> Flask:
    from coffee_node.base.config import load_config
    from coffee_node.cli.opening import refuse_unready, told_plainly

    config = load_config(home)
    with _without_unused_drivers(config):
        from coffee_node.app import create_app
    app = create_app(config)
    with app.app_context(), told_plainly(config):
        refuse_unready(config)
    return app


def _behind_doorway(app: Flask) -> Doorway:
    from coffee_node.cli.doorway import Doorway
    from coffee_node.node import EXTENSION
    from coffee_node.web.inbox_crowd import InboxCrowd

    hops = app.extensions[EXTENSION].config.http.trusted_proxies
    return Doorway(app.wsgi_app, REQUEST_THREADS, crowd=InboxCrowd(app, hops))


@contextmanager
def _without_unused_drivers(config: NodeConfig) -> Iterator[None]:
    """Hide the drivers this node does not use: huey imports every one it finds, which costs 14 MB."""
    unused = set()
    if config.queue.engine != "redis":
        unused.add("redis")
    if not config.database.url.startswith("postgresql"):
        unused.add("psycopg")
    hidden = unused - set(sys.modules)
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


def _started_worker(app: Flask) -> Worker:
    from coffee_node.federation.worker import Worker
    from coffee_node.node import EXTENSION

    worker = Worker(app, app.extensions[EXTENSION])
    worker.start()
    return worker


def _give_up(orders: Orders, reason: str) -> None:
    """Leave the reason to the watching process and make it stop; it ends this process, too."""
    orders.report.write_text(reason, "utf-8")
    os.kill(os.getppid(), signal.SIGTERM)
    time.sleep(LAST_SECONDS)
    sys.exit(1)


def _attend(worker: Worker | None, parent: int) -> None:
    """Stop the worker's threads when the server ends; end the server when nobody watches over it any more."""
    server = threading.main_thread()
    while server.is_alive():
        server.join(LOOK_SECONDS)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)
            server.join()
    if worker is not None:
        worker.stop()
