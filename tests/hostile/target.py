"""The node under attack, and what is looked at around each attempt: answer, tables, log, connections."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.hostile.remote import Network, Sender
from tests.hostile.wire import Answer, Key, Post, exchange
from tests.house.real_nodes import RealNode, wait_for

SECONDS = 2.0
MARKER = "zzmarkerzz"
STILL_GOOD = "still-good"
# Changes with every request that is verified: when we heard of whom, and when a key was last looked at.
VOLATILE_TABLES = ("inbox_item", "peer", "session", "follower_check", "worker_run", "search_word")
LEARNT = ("actor", "actor_key")
VOLATILE_COLUMNS = ("fetched_at", "updated_at", "checked_at", "last_used_at", "is_counted")
# Where the worker remembers how far it has come.
MARKS = ("followed news",)
ENDED = ("ignored", "refused", "handled")
Snapshot = dict[str, list[tuple[Any, ...]]]


class Target:
    """A running node with its worker; `space` is the followed sender of the base row."""

    def __init__(self, node: RealNode, network: Network) -> None:
        self.node = node
        self.network = network
        self.host = node.url.removeprefix("http://")
        self.address = ("127.0.0.1", node.port)
        self.actor = f"{node.url}/actors/{node.slug}"
        self.inbox = f"/actors/{node.slug}/inbox"
        self.keys = [Key() for _ in range(3)]
        self._sources = 0
        self._lists = iter(range(100, 250))
        self.space = self.followed()

    def followed(self, sender: Sender | None = None) -> Sender:
        """A remote actor, a new one unless given, that the node's space follows, accepted."""
        sender = sender or Sender(self.network, self.keys[0])
        follow = {"type": "Follow", "object": sender.uri}
        answer = self.node.post(follow)
        assert answer.status_code == 201, answer.text
        id_ = answer.headers["Location"]
        embedded = {"id": id_, "type": "Follow", "actor": self.actor, "object": sender.uri}
        self.send(sender, sender.activity("Accept", embedded, to=[self.actor])).stored()
        query = "SELECT state FROM follow f JOIN actor a ON a.id = f.target_id WHERE a.uri = ?"
        assert self.rows(query, sender.uri) == [("accepted",)]
        self.send(sender, sender.activity("Create", sender.known)).stored()
        return sender

    def block(self, *written: str) -> None:
        """Suspend these domains as a manager does, by a list, and wait until the running node knows."""
        probe = f"127.67.{next(self._lists)}.1"
        file = self.node.home / "blocks.csv"
        file.write_text("#domain,#severity\n" + "".join(f"{name},suspend\n" for name in (*written, probe)))
        self.node.run("peer", "blocks", "import", str(file))
        nobody = f"http://{probe}:{self.network.port}/actors/nobody"
        activity = {"id": f"{nobody}/1", "type": "Create", "actor": nobody, "object": nobody}
        data = self.post(self.space, activity, key_id=f"{nobody}#main-key").cavage().raw()
        wait_for(lambda: exchange(self.address, data, self.source()).status == 403, 10, 0.2)

    def post(self, sender: Sender, document: Any, **changes: Any) -> Post:
        """A POST to the followed actor's inbox; bytes are taken as they are."""
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        post = Post(self.host, self.inbox, body, sender.key, sender.key_id)
        for name, value in changes.items():
            setattr(post, name, value)
        return post

    def send(self, sender: Sender, document: Any, scheme: str = "cavage", **changes: Any) -> Outcome:
        """Sign an activity as its sender would, and send it."""
        post = self.post(sender, document, **changes)
        return self.send_raw(
            (post.rfc9421() if scheme == "rfc9421" else post.cavage()).raw(), sender, document
        )

    def send_raw(self, data: bytes, sender: Sender | None = None, document: Any = None) -> Outcome:
        """Send bytes and look at everything around them."""
        id_ = document.get("id") if isinstance(document, dict) else None
        self.quiet()
        before, heard, size = self.snapshot(), sum(self.network.connections.values()), self._log_size()
        items = self.rows("SELECT count(*) FROM inbox_item")
        answer = exchange(self.address, data, self.source())
        if answer.status == 202 and isinstance(id_, str):
            self.settle(id_)
        return Outcome(self, sender or self.space, answer, id_, before, heard, size, items)

    def source(self) -> str:
        """The address to send from: another one often enough for no limit of requests to be met."""
        self._sources += 1
        return f"127.5.0.{self._sources // 100 + 1}"

    def quiet(self) -> None:
        """Wait until the worker has nothing to do."""
        busy = (
            "SELECT 1 FROM delivery WHERE state = 'waiting' AND attempts = 0"
            " UNION ALL SELECT 1 FROM inbox_item WHERE state = 'received' AND attempts = 0"
            " AND activity_uri NOT LIKE '%/still-good/%'"
            " UNION ALL SELECT 1 FROM backfill WHERE state = 'waiting'"
            " AND next_try_at <= strftime('%Y-%m-%d %H:%M:%f', 'now')"
        )
        wait_for(lambda: not self.rows(busy), 12, 0.01)

    def settle(self, id_: str) -> None:
        """Wait until the worker has handled an activity, if it was kept at all."""
        query = "SELECT 1 FROM inbox_item WHERE activity_uri = ? AND state = 'received' AND attempts = 0"
        wait_for(lambda: not self.rows(query, id_), 12, 0.01)

    def item(self, id_: str) -> tuple[str, str] | None:
        """State and reason of an activity in the ledger."""
        found = self.rows("SELECT state, last_error FROM inbox_item WHERE activity_uri = ?", id_)
        return found[0] if found else None

    def rows(self, query: str, *values: Any) -> list[Any]:
        """What the database file says, asked directly."""
        with closing(sqlite3.connect(self.node.home / "node.sqlite3", timeout=5)) as connection:
            return connection.execute(query, values).fetchall()

    def change(self, query: str, *values: Any) -> None:
        """Write to the database file what time, or a choice in a form, would have written."""
        with closing(sqlite3.connect(self.node.home / "node.sqlite3", timeout=5)) as connection:
            assert connection.execute(query, values).rowcount > 0, query
            connection.commit()

    def snapshot(self) -> Snapshot:
        """Every row of every table but the ledger."""
        tables = self.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        with closing(sqlite3.connect(self.node.home / "node.sqlite3", timeout=5)) as connection:
            return {name: _content(connection, name) for (name,) in tables if name not in VOLATILE_TABLES}

    def log_since(self, size: int) -> str:
        """What the node wrote to its log since it had this size."""
        with (self.node.home / "serve.log").open("rb") as log:
            log.seek(size)
            return log.read().decode("utf-8", "replace")

    def _log_size(self) -> int:
        return (self.node.home / "serve.log").stat().st_size


@contextmanager
def running(home: Path, network: Network, **settings: str) -> Iterator[Target]:
    """A node of its own to send to, with these settings."""
    # All rows together send more than one server may; that limit has its own row (62).
    usual = {"COFFEE_FEDERATION_INBOX_PER_MINUTE": "100000"}
    node = RealNode(home, "mutualab", settings=usual | settings).init().start()
    try:
        yield Target(node, network)
    finally:
        node.stop()


def _content(connection: sqlite3.Connection, table: str) -> list[tuple[Any, ...]]:
    cursor = connection.execute(f'SELECT * FROM "{table}"')  # noqa: S608
    kept = [number for number, column in enumerate(cursor.description) if column[0] not in VOLATILE_COLUMNS]
    rows = (tuple(row[number] for number in kept) for row in cursor)
    return sorted((row for row in rows if not any(value in MARKS for value in row)), key=repr)


@dataclass
class Outcome:
    """One attempt and everything about it; its methods are the assertions every row shares."""

    target: Target
    sender: Sender
    answer: Answer
    id: str | None
    before: Snapshot
    heard: int
    log_size: int
    items: list[Any]
    seconds: float = SECONDS

    def refused(self, status: int, check: str = "", *, fetches: int = 0, is_logged: bool = True) -> None:
        """This status, one line in the log that names the check, and nothing else happened."""
        assert self.answer.status == status, f"{self.answer.status} {self.answer.body[:500]!r}"
        self.unchanged(is_learning=fetches > 0)
        assert self.target.rows("SELECT count(*) FROM inbox_item") == self.items, "in the ledger"
        self.fetched(fetches)
        log = self.target.log_since(self.log_size)
        lines = [line for line in log.splitlines() if "Refused" in line]
        if is_logged:
            assert len(lines) == 1 and check in lines[0], f"{check!r} not in {log!r}"
        assert MARKER not in log and "Traceback" not in log, log
        self.works()

    def dropped(self, reason: str = "", *, fetches: int | None = 0) -> None:
        """202 and no effect; the ledger may hold it, and then says why nothing came of it."""
        assert self.answer.status == 202, f"{self.answer.status} {self.answer.body[:500]!r}"
        self.unchanged(is_learning=fetches != 0)
        if fetches is not None:
            self.fetched(fetches)
        item = self.target.item(self.id or "")
        assert item is None or item[0] in (("ignored", "refused") if reason else ENDED), item
        assert not reason or (item is not None and reason in item[1]), item
        log = self.target.log_since(self.log_size)
        assert MARKER not in log and "Traceback" not in log, log
        self.works()

    def stored(self, *, fetches: int | None = None) -> None:
        """202 and handled."""
        assert self.answer.status == 202, f"{self.answer.status} {self.answer.body[:500]!r}"
        assert self.answer.seconds < self.seconds, self.answer.seconds
        item = self.target.item(self.id or "")
        assert item is not None and item[0] == "handled", item
        if fetches is not None:
            self.fetched(fetches)

    def unchanged(self, *, is_learning: bool = False) -> None:
        """The answer came in time and no table changed, but for what is remembered of a fetched key."""
        assert self.answer.seconds < self.seconds, f"took {self.answer.seconds:.1f} s"
        after = self.target.snapshot()
        changed = [
            f"{name}: {[row for row in after.get(name, []) if row not in rows][:2]!r}"
            for name, rows in self.before.items()
            if rows != after.get(name) and not (is_learning and name in LEARNT)
        ]
        assert not changed, changed

    def fetched(self, most: int) -> None:
        """At most so many connections to other servers were made.

        What a follower's server runs is asked by the worker on its own time, once a week, whatever was sent.
        """
        new = sum(self.target.network.connections.values()) - self.heard
        asked = self.target.network.requests[-new:] if new else []
        weekly = sum(path == "/.well-known/nodeinfo" for _, _, path in asked)
        assert new - weekly <= most, f"{new} connections: {asked}"

    def works(self) -> None:
        """The next valid request of the same sender is verified and kept.

        It creates once more what is known, so that nothing else changes while the next row is looked at.
        """
        good = self.sender.activity("Create", self.sender.known, id=self.sender.new_id(STILL_GOOD))
        answer = exchange(
            self.target.address, self.target.post(self.sender, good).cavage().raw(), self.target.source()
        )
        assert answer.status == 202 and answer.seconds < self.seconds, answer
        assert self.target.item(good["id"]) is not None


def note_rows(target: Target, uri: str) -> Sequence[Any]:
    """The stored copy of a Note, by its id: type, content and name."""
    return target.rows("SELECT type, content, name FROM note WHERE uri = ?", uri)
