"""Whether a database is current is told from the files alone, without Alembic."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine

from coffee_node import hookimpl
from coffee_node.base import migrator
from coffee_node.base.config import NodeConfig
from coffee_node.base.migration_owners import (
    Owner,
    behind,
    newest_revision,
    newest_revisions,
    owners_of,
    plugin_owner,
)
from coffee_node.base.plugin_manager import build_plugin_manager
from tests.unit.base.history import History, make_table

ROOT = Path(__file__).parents[3]


@pytest.fixture
def rota(tmp_path: Path) -> History:
    """A plugin with two migrations."""
    history = History(plugin_owner("rota", tmp_path / "rota"))
    return history.add("rota_0001", make_table("rota_desk")).add("rota_0002", make_table("rota_shift"))


def lacks(config: NodeConfig, owner: Owner) -> list[tuple[str, str]]:
    engine = create_engine(config.database_url)
    with engine.connect() as connection:
        found = behind(connection, newest_revisions([owner]))
    engine.dispose()
    return found


def test_the_newest_migration_is_the_one_no_other_follows(rota: History) -> None:
    assert newest_revision(rota.owner) == "rota_0002"


def test_an_owner_without_migrations_has_no_newest(tmp_path: Path) -> None:
    assert newest_revision(History(plugin_owner("quiet", tmp_path / "quiet")).owner) is None


def test_the_files_name_the_same_newest_migration_as_alembic_finds(config: NodeConfig, rota: History) -> None:
    assert migrator.upgrade(config, [rota.owner])[-1] == ("rota", newest_revision(rota.owner))


def test_a_new_database_is_behind_until_it_is_upgraded(config: NodeConfig, rota: History) -> None:
    assert lacks(config, rota.owner) == [("rota", "rota_0002")]
    migrator.upgrade(config, [rota.owner])
    assert lacks(config, rota.owner) == []
    rota.add("rota_0003", "pass")
    assert lacks(config, rota.owner) == [("rota", "rota_0003")]


def test_a_serving_process_can_ask_without_alembic() -> None:
    code = "import sys, coffee_node.base.migration_owners; print('alembic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_plugins_follow_the_core_by_name(tmp_path: Path) -> None:
    class Keeper:
        def __init__(self, name: str) -> None:
            self.name = name

        @hookimpl
        def register_migrations(self, register: Any) -> None:
            register(tmp_path / self.name)

    plugins = build_plugin_manager([], (), False, [("rota", Keeper("rota")), ("pass", Keeper("pass"))])
    core, *others = owners_of(plugins)
    assert (core.name, core.version_table, core.folder.name) == ("core", "alembic_version", "migrations")
    assert others == [
        Owner("pass", tmp_path / "pass", "alembic_version_pass"),
        Owner("rota", tmp_path / "rota", "alembic_version_rota"),
    ]
