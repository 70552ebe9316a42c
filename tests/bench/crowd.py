"""A real node with a crowd of followers on a sink, and what delivering to them costs.

The node runs as `coffee-node serve`; followers and waiting deliveries are written into its database by the
node's own code in this process, as a busy year would have left them.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from sqlalchemy import func, insert, select

from coffee_node.app import create_app
from coffee_node.base import clock
from coffee_node.base.config import load_config
from coffee_node.base.database import db, write
from coffee_node.federation import outbox
from coffee_node.federation.actors import find_local_actor
from coffee_node.federation.models import Actor, Delivery, Follow
from coffee_node.node import EXTENSION
from tests.bench.sink import Sink
from tests.house.real_nodes import RealNode, wait_for

TEXT = "<p>" + "Petit-déjeuner entre coworkers, avec des gaufres. " * 24 + "</p>"


def rsa_signs_per_second(seconds: float = 1.0) -> float:
    """R: how many RSA-2048 signatures one second of CPU time makes on this machine now."""
    key = generate_private_key(65537, 2048)
    padding, digest = PKCS1v15(), SHA256()
    number, started = 0, time.process_time()
    while (spent := time.process_time() - started) < seconds:
        for _ in range(50):
            key.sign(b"(request-target): post /inbox", padding, digest)
        number += 50
    return number / spent


@dataclass(frozen=True)
class Spent:
    """What a piece of work took: CPU of the whole process tree, and time on the wall."""

    cpu: float
    wall: float


class Crowd:
    """A running node whose space is followed from many hosts."""

    def __init__(self, home: Path, sink: Sink, settings: Mapping[str, str]) -> None:
        self.node = RealNode(home / "lille", "lille", settings=settings).init()
        self.sink = sink
        self.app = create_app(load_config(self.node.home, self.node.environment))

    def add_followers(self, followers: int, hosts: int) -> None:
        """Give the space followers, spread evenly over the hosts, each host with a shared inbox."""
        now = clock.utcnow()
        with self.app.app_context(), write():
            space = find_local_actor("lille")
            assert space is not None
            people = [self._person(number, number % hosts) for number in range(followers)]
            db.session.execute(insert(Actor), people)
            remote = select(Actor.id).where(Actor.host != "")
            relations = [
                {"follower_id": key, "target_id": space.id, "state": "accepted", "answered_at": now}
                for key in db.session.scalars(remote)
            ]
            db.session.execute(insert(Follow), relations)
            space.followers_count = followers

    def _person(self, number: int, host_number: int) -> dict[str, Any]:
        host = self.sink.host(host_number)
        uri = f"http://{host}/users/{number}"
        return {
            "uri": uri,
            "type": "Person",
            "slug": str(number),
            "host": host,
            "inbox": f"{uri}/inbox",
            "shared_inbox": f"http://{host}/inbox",
            "followers": f"{uri}/followers",
        }

    def publish_behind_its_back(self, deliveries: int, hosts: int) -> None:
        """Write activities for all followers until so many deliveries wait, in one commit; then wake it."""
        with self.app.app_context():
            with write():
                space = find_local_actor("lille")
                assert space is not None
                left = deliveries
                while left > 0:
                    left -= self._publish(space, min(left, hosts))
            self.app.extensions[EXTENSION].wake("deliver")

    def _publish(self, space: Actor, wanted: int) -> int:
        event = {"type": "Event", "id": f"{outbox.new_activity_uri()}/event", "name": "Café", "content": TEXT}
        activity = outbox.publish(space, "Create", event, to=[space.followers])
        rows = list(db.session.scalars(select(Delivery).where(Delivery.activity_id == activity.id)))
        for surplus in rows[wanted:]:
            db.session.delete(surplus)
        return min(wanted, len(rows))

    def waiting(self) -> int:
        """How many deliveries are not done."""
        with self.app.app_context():
            query = select(func.count(Delivery.id)).where(Delivery.state == "waiting")
            return db.session.scalar(query) or 0

    def cpu_seconds(self) -> float:
        """CPU time of all processes of the node so far."""
        return float(sum(each.user + each.system for each in (one.cpu_times() for one in self.node.tree())))

    @contextlib.contextmanager
    def measuring(self, posts: int) -> Iterator[list[Spent]]:
        """Measure from the start of the block until so many more POSTs came and nothing waits."""
        found: list[Spent] = []
        expected = self.sink.posts() + posts
        cpu, started = self.cpu_seconds(), time.monotonic()
        yield found
        wait_for(lambda: self.sink.posts() >= expected, 120, 0.02)
        wall = time.monotonic() - started
        wait_for(lambda: self.waiting() == 0, 60, 0.02)
        found.append(Spent(self.cpu_seconds() - cpu, wall))
        assert self.sink.posts() == expected, f"{self.sink.posts()} POSTs instead of {expected}"
