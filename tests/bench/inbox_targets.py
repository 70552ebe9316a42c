"""Who takes what the inbox benchmark sends: a real node of ours, and a Fedify process."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import func, select

from coffee_node.app import create_app
from coffee_node.base.config import load_config
from coffee_node.base.database import db, write
from coffee_node.features.events.models import Event
from coffee_node.federation.actors import node_actor, save_remote_actor
from coffee_node.federation.models import Follow, InboxItem
from tests.bench.inbox_load import Load, Parcel, post_all
from tests.house.peer import free_port
from tests.house.real_nodes import RealNode, wait_for

SCRIPT = Path(__file__).with_name("fedify_inbox.mjs")
PATIENCE = 120


class OurTarget(contextlib.AbstractContextManager["OurTarget"]):
    """A node that runs as `coffee-node serve` and has the sending hosts as partners."""

    def __init__(self, home: Path, load: Load, settings: Mapping[str, str]) -> None:
        self._node = RealNode(home / "lille", "lille", settings=settings).init()
        self._app = create_app(load_config(self._node.home, self._node.environment))
        self._load = load
        self._sent: list[Parcel] = []
        self._befriend()
        self._node.start()

    def _befriend(self) -> None:
        with self._app.app_context(), write():
            node = node_actor()
            for document in self._load.documents.values():
                other = save_remote_actor(document)
                if other.type == "Application":
                    db.session.add(Follow(follower=node, target=other, state="accepted"))
                    db.session.add(Follow(follower=other, target=node, state="accepted"))

    def __exit__(self, *exception: object) -> None:
        self._node.stop()

    @property
    def _inbox(self) -> str:
        return f"{self._node.url}/inbox"

    def rate(self, number: int) -> float:
        """Activities per CPU-second of the process tree, from the request to the searchable copy."""
        self._sent = self._load.parcels(number, self._inbox)
        wanted = self._count(Event) + number
        before = self._cpu()
        statuses = post_all(self._sent, self._inbox)
        assert statuses == {202: number}, statuses
        wait_for(lambda: self._count(Event) == wanted and not self._waiting(), PATIENCE, 0.2)
        return number / (self._cpu() - before)

    def repeat(self, number: int) -> dict[str, Any]:
        """Send the last round once more: every answer is 202 and nothing is added."""
        before = self._count(InboxItem) + self._count(Event)
        statuses = post_all(self._sent, self._inbox)
        assert statuses == {202: number}, statuses
        return {"rows_added_by_repeats": self._count(InboxItem) + self._count(Event) - before}

    def _cpu(self) -> float:
        times = [member.cpu_times() for member in self._node.tree()]
        return float(sum(each.user + each.system for each in times))

    def _count(self, model: type[Any]) -> int:
        with self._app.app_context():
            return db.session.scalar(select(func.count(model.id))) or 0

    def _waiting(self) -> int:
        with self._app.app_context():
            query = select(func.count(InboxItem.id)).where(InboxItem.state == "received")
            return db.session.scalar(query) or 0


class FedifyTarget(contextlib.AbstractContextManager["FedifyTarget"]):
    """A Fedify process that verifies and reads the same activities and keeps nothing."""

    def __init__(self, node: str, folder: Path, load: Load) -> None:
        script = folder / SCRIPT.name
        shutil.copyfile(SCRIPT, script)
        self._load = load
        self._origin = f"http://127.0.0.1:{(port := free_port())}"
        self._process = subprocess.Popen(
            [node, str(script)],
            cwd=folder,
            env={**os.environ, "PORT": str(port)},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line.startswith("ready "), line

    def __exit__(self, *exception: object) -> None:
        self._process.terminate()
        self._process.wait(timeout=10)

    def _usage(self) -> dict[str, float]:
        found: dict[str, float] = requests.get(f"{self._origin}/usage", timeout=10).json()
        return found

    def rate(self, number: int) -> float:
        """Activities per CPU-second of the process."""
        inbox = f"{self._origin}/inbox"
        parcels = self._load.parcels(number, inbox)
        before = self._usage()
        statuses = post_all(parcels, inbox)
        assert set(statuses) <= {200, 202}, statuses
        wait_for(lambda: self._usage()["heard"] >= before["heard"] + number, PATIENCE, 0.1)
        return number / (self._usage()["cpu"] - before["cpu"])
