"""What the nodes of all tests share because making it is most of what a node costs."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable
from pathlib import Path
from types import CodeType
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from coffee_node.base.database import db

KeyPair = tuple[str, str]


class CompiledTemplates(BytecodeCache):
    """Templates in memory, by name and source: a changed source has another checksum and is compiled anew."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give back what an earlier node compiled."""
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it for the next node."""
        if bucket.code is not None:
            self._kept[bucket.key, bucket.checksum] = bucket.code


class CompiledStatements:
    """Statements of all engines of one kind: what is compiled for one SQLite file is right for each."""

    def __init__(self) -> None:
        self._kept: LRUCache[Any, Any] = LRUCache(3000)

    def get(self, key: tuple[Any, ...]) -> Any:
        """What an earlier node compiled; SQLAlchemy's key begins with the dialect object of one engine."""
        return self._kept.get((key[0].name, *key[1:]))

    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:
        """Keep it for the next node."""
        self._kept[(key[0].name, *key[1:])] = compiled


def remembering_rules() -> type[Rule]:
    """A class of routes that write the function which builds their address once for all nodes."""
    kept: dict[Hashable, Callable[..., tuple[str, str]]] = {}

    class RememberingRule(Rule):
        def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
            key = (self.rule, self.subdomain, self.host, repr(self.defaults), append_unknown)
            if key not in kept:
                kept[key] = super()._compile_builder(append_unknown)
            return kept[key]

    return RememberingRule


class SharedParts:
    """Key pairs, routes, statements, templates and catalogues, and the empty tables of a SQLite file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pairs: dict[str, list[KeyPair]] = {}
        self.rule_class = remembering_rules()
        self._templates = CompiledTemplates()
        self._statements = CompiledStatements()
        self._files: dict[frozenset[str], bytes] = {}

    def pairs(self, name: str, make: Callable[[], KeyPair]) -> Callable[[], KeyPair]:
        """Instead of `make`: gives the same pairs again in every fediverse, different ones within it."""
        pool = self._pairs.setdefault(name, [])
        counter = itertools.count()

        def take() -> KeyPair:
            index = next(counter)
            if index >= len(pool):
                pool.append(make())
            return pool[index]

        return take

    def lend(self, home: Path) -> None:
        """Let a node use the compiled catalogues of the others."""
        self._folder.mkdir(exist_ok=True)
        (home / "cache").symlink_to(self._folder)

    def equip(self, app: Flask) -> None:
        """Let an application use the compiled templates of the others."""
        app.jinja_env.bytecode_cache = self._templates

    def make_tables(self) -> None:
        """Make every table of the current application; in SQLite from a copy once the first node has them.

        The key is what is known of tables now: a test may bring a plugin with models of its own.
        """
        db.engine.update_execution_options(compiled_cache=self._statements)
        file = db.engine.url.database
        if db.engine.dialect.name != "sqlite" or file is None:
            db.create_all()
            return
        known = frozenset(db.metadata.tables)
        if known in self._files and not Path(file).exists():
            Path(file).write_bytes(self._files[known])
            return
        db.create_all()
        with db.engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            self._files[known] = raw.serialize()
