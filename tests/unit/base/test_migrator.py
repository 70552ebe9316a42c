"""Migrations run whole or not at all, and each owner has a history of its own."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from coffee_node.base import migrator
from coffee_node.base.config import NodeConfig
from coffee_node.base.config_sections import DatabaseSection
from coffee_node.base.errors import DatabaseError
from coffee_node.base.migration_owners import Owner, plugin_owner
from coffee_node.base.migrator import orphans, pending, upgrade
from tests.unit.base.history import History, make_table


@pytest.fixture
def core(tmp_path: Path) -> History:
    """A core with one migration."""
    history = History(Owner("core", tmp_path / "core", "alembic_version"))
    return history.add("c0001", make_table("actor"))


@pytest.fixture
def rota(tmp_path: Path) -> History:
    """A plugin with one migration."""
    return History(plugin_owner("rota", tmp_path / "rota")).add("rota_0001", make_table("rota_desk"))


def ask(config: NodeConfig, statement: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(config.home / "node.sqlite3")) as connection:
        rows: list[tuple[Any, ...]] = connection.execute(statement).fetchall()
        connection.commit()
        return rows


def tables(config: NodeConfig) -> list[str]:
    return [name for (name,) in ask(config, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")]


def backups(config: NodeConfig) -> list[Path]:
    return sorted(config.home.glob("backups/*.sqlite3"))


def test_a_new_database_lacks_everything_and_asking_makes_no_file(
    config: NodeConfig, core: History, rota: History
) -> None:
    owners = [core.owner, rota.owner]
    assert pending(config, owners) == [("core", "c0001"), ("rota", "rota_0001")]
    assert not (config.home / "node.sqlite3").exists()


def test_an_upgrade_runs_everything_once(config: NodeConfig, core: History, rota: History) -> None:
    owners = [core.owner, rota.owner]
    assert upgrade(config, owners) == [("core", "c0001"), ("rota", "rota_0001")]
    assert tables(config) == ["actor", "alembic_version", "alembic_version_rota", "rota_desk"]
    assert pending(config, owners) == []
    assert upgrade(config, owners) == []
    assert backups(config) == []


def test_an_upgrade_goes_on_where_the_last_one_ended(config: NodeConfig, core: History) -> None:
    upgrade(config, [core.owner])
    core.add("c0002", make_table("follow")).add("c0003", make_table("activity"))
    assert upgrade(config, [core.owner]) == [("core", "c0002"), ("core", "c0003")]
    assert ask(config, "SELECT version_num FROM alembic_version") == [("c0003",)]


def test_a_copy_is_made_before_an_existing_database_changes(config: NodeConfig, core: History) -> None:
    upgrade(config, [core.owner])
    core.add("c0002", make_table("follow"))
    upgrade(config, [core.owner])
    [backup] = backups(config)
    with closing(sqlite3.connect(backup)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("c0001",)]


def test_old_copies_do_not_fill_the_disk(config: NodeConfig, core: History) -> None:
    upgrade(config, [core.owner])
    for number in range(2, migrator.KEPT_BACKUPS + 5):
        core.add(f"c{number:04}", make_table(f"table_{number}"))
        upgrade(config, [core.owner])
    assert len(backups(config)) == migrator.KEPT_BACKUPS


def test_a_second_migration_that_fails_leaves_nothing_of_the_first(
    config: NodeConfig, core: History, rota: History
) -> None:
    upgrade(config, [core.owner])
    core.add("c0002", make_table("follow"))
    rota.add("rota_0002", make_table("rota_shift"), "raise LookupError('no such shift')")
    with pytest.raises(DatabaseError, match=r'Migration rota_0002 of "rota" failed: no such shift'):
        upgrade(config, [core.owner, rota.owner])
    assert tables(config) == ["actor", "alembic_version"]
    assert ask(config, "SELECT version_num FROM alembic_version") == [("c0001",)]


def test_a_first_upgrade_that_fails_leaves_no_file(config: NodeConfig, core: History) -> None:
    core.add("c0002", "raise LookupError('no luck')")
    with pytest.raises(DatabaseError, match="no luck"):
        upgrade(config, [core.owner])
    assert [file.name for file in config.home.iterdir() if file.is_file()] == []


def test_a_migration_that_commits_by_itself_and_fails_is_undone_from_the_copy(
    config: NodeConfig, core: History
) -> None:
    upgrade(config, [core.owner])
    core.add(
        "c0002", make_table("follow"), "op.get_bind().exec_driver_sql('COMMIT')", "raise LookupError('late')"
    )
    with pytest.raises(DatabaseError):
        upgrade(config, [core.owner])
    assert tables(config) == ["actor", "alembic_version"]


def test_what_a_running_node_wrote_meanwhile_survives_a_failed_upgrade(
    config: NodeConfig, core: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade(config, [core.owner])
    core.add("c0002", "raise LookupError('no luck')")
    run = migrator._upgrade_all

    def write_first(config: NodeConfig, owners: Any) -> Any:
        ask(config, "INSERT INTO actor VALUES (7)")
        return run(config, owners)

    monkeypatch.setattr(migrator, "_upgrade_all", write_first)
    with pytest.raises(DatabaseError):
        upgrade(config, [core.owner])
    assert ask(config, "SELECT id FROM actor") == [(7,)]


def test_a_removed_plugin_does_not_block_the_core_and_is_named(
    config: NodeConfig, core: History, rota: History
) -> None:
    upgrade(config, [core.owner, rota.owner])
    core.add("c0002", make_table("follow"))
    assert upgrade(config, [core.owner]) == [("core", "c0002")]
    assert "rota_desk" in tables(config)
    assert orphans(config, [core.owner]) == ["alembic_version_rota"]
    assert orphans(config, [core.owner, rota.owner]) == []


def test_a_database_of_a_newer_version_is_refused_with_the_way_out(config: NodeConfig, core: History) -> None:
    upgrade(config, [core.owner])
    ask(config, "UPDATE alembic_version SET version_num = 'c0099'")
    with pytest.raises(DatabaseError, match=r'"core".*c0099.*Install the version'):
        pending(config, [core.owner])


def test_two_heads_are_refused(config: NodeConfig, core: History) -> None:
    core.add("c0002", "pass")
    core.head = "c0001"
    core.add("c0002b", "pass")
    with pytest.raises(DatabaseError, match='"core"'):
        pending(config, [core.owner])


def test_an_owner_without_migrations_is_never_behind(config: NodeConfig, tmp_path: Path) -> None:
    empty = History(plugin_owner("quiet", tmp_path / "quiet"))
    assert upgrade(config, [empty.owner]) == []


def test_changing_a_table_keeps_the_rows_that_point_to_it(config: NodeConfig, core: History) -> None:
    reference = "sa.Column('actor_id', sa.Integer, sa.ForeignKey('actor.id', ondelete='CASCADE'))"
    core.add("c0002", f"op.create_table('follow', {reference})")
    upgrade(config, [core.owner])
    ask(config, "INSERT INTO actor VALUES (1)")
    ask(config, "INSERT INTO follow VALUES (1)")
    change = "with op.batch_alter_table('actor') as batch: batch.alter_column('id', type_=sa.BigInteger)"
    core.add("c0003", change)
    upgrade(config, [core.owner])
    assert ask(config, "SELECT actor_id FROM follow") == [(1,)]


def test_a_migration_that_leaves_dangling_rows_is_undone(config: NodeConfig, core: History) -> None:
    core.add(
        "c0002", "op.create_table('follow', sa.Column('actor_id', sa.Integer, sa.ForeignKey('actor.id')))"
    )
    upgrade(config, [core.owner])
    core.add("c0003", "op.execute('INSERT INTO follow VALUES (99)')")
    with pytest.raises(DatabaseError, match="rows of follow that point to nothing in actor"):
        upgrade(config, [core.owner])
    assert ask(config, "SELECT * FROM follow") == []


def test_a_database_that_is_none_is_named_with_what_to_check(config: NodeConfig, core: History) -> None:
    (config.home / "node.sqlite3").write_bytes(b"a letter to the manager " * 100)
    with pytest.raises(DatabaseError, match=r"node\.sqlite3 cannot be used: file is not a database"):
        upgrade(config, [core.owner])
    assert (config.home / "node.sqlite3").read_bytes().startswith(b"a letter")


def test_a_database_whose_folder_is_missing_is_named(config: NodeConfig, core: History) -> None:
    away = replace(config, database=DatabaseSection(url=f"sqlite:///{config.home}/gone/node.sqlite3"))
    with pytest.raises(DatabaseError, match="unable to open database file"):
        upgrade(away, [core.owner])


def test_a_server_that_does_not_answer_is_named_without_its_password(
    config: NodeConfig, core: History
) -> None:
    url = f"postgresql://coffee:secret@/node?host={config.home}"
    with pytest.raises(DatabaseError, match="cannot be used") as caught:
        pending(replace(config, database=DatabaseSection(url=url)), [core.owner])
    assert "secret" not in str(caught.value)


@pytest.mark.postgres
def test_a_failing_migration_leaves_nothing_on_postgresql(postgres: NodeConfig, tmp_path: Path) -> None:
    history = History(plugin_owner("of_a_test", tmp_path / "of_a_test"))
    history.add("t0001", make_table("of_a_test_desk")).add("t0002", "raise LookupError('no luck')")
    with pytest.raises(DatabaseError, match="no luck"):
        upgrade(postgres, [history.owner])
    assert pending(postgres, [history.owner]) == [("of_a_test", "t0001"), ("of_a_test", "t0002")]
    assert history.owner.version_table not in orphans(postgres, [])
