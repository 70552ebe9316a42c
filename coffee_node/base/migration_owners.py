"""Who owns tables (the core and each plugin), and whether a database has seen all their migrations.

Nothing here needs Alembic, which costs a serving process memory and a tenth of a second at its start.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, inspect, text

import coffee_node
from coffee_node.base.plugin_manager import NodePlugins

VERSION_TABLE = "alembic_version"


@dataclass(frozen=True)
class Owner:
    """Who owns a history of migrations: its folder holds versions/."""

    name: str
    folder: Path
    version_table: str


def core_owner() -> Owner:
    """The core's history; found by path, since an installed and a checked-out tree differ."""
    package = Path(coffee_node.__file__).parent
    installed = package / "migrations"
    return Owner("core", installed if installed.is_dir() else package.parent / "migrations", VERSION_TABLE)


def plugin_owner(name: str, folder: Path) -> Owner:
    """The history of a plugin."""
    return Owner(name, folder, f"{VERSION_TABLE}_{name}")


def owners_of(plugins: NodePlugins) -> list[Owner]:
    """The core, then the plugins that keep tables, by name."""
    found: dict[str, Owner] = {}

    def make_register(name: str) -> Callable[[Path], None]:
        return lambda folder: found.update({name: plugin_owner(name, Path(folder))})

    plugins.collect("register_migrations", make_register)
    return [core_owner(), *(found[name] for name in sorted(found))]


def newest_revision(owner: Owner) -> str | None:
    """The revision no other one follows, read from the files; None for an owner without migrations."""
    revisions: set[str] = set()
    followed: set[str] = set()
    for file in (owner.folder / "versions").glob("*.py"):
        names = _constants(file)
        if "revision" in names:
            revisions.add(names["revision"])
            followed.add(names.get("down_revision", ""))
    return max(revisions - followed, default=None)


def _constants(file: Path) -> dict[str, str]:
    """The texts a module gives to names; enough for the two names of a migration."""
    found: dict[str, str] = {}
    for node in ast.parse(file.read_text("utf-8")).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        value = getattr(node, "value", None)
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            found |= {target.id: value.value for target in targets if isinstance(target, ast.Name)}
    return found


def newest_revisions(owners: Sequence[Owner]) -> dict[Owner, str | None]:
    """What a current database has seen, by owner; read once, since files may change under a running node."""
    return {owner: newest_revision(owner) for owner in owners}


def behind(connection: Connection, newest: Mapping[Owner, str | None]) -> list[tuple[str, str]]:
    """The (owner, revision) pairs the database is not at; empty when it is current."""
    tables = set(inspect(connection).get_table_names())
    return [
        (owner.name, revision)
        for owner, revision in newest.items()
        if revision is not None and _seen(connection, owner, tables) != revision
    ]


def _seen(connection: Connection, owner: Owner, tables: set[str]) -> str | None:
    if owner.version_table not in tables:
        return None
    query = text(f'SELECT version_num FROM "{owner.version_table}"')  # noqa: S608 - a name we made
    return connection.execute(query).scalar()
