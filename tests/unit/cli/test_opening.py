"""What stops a command, and a start, before anything is done."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from coffee_node.base import plugin_manager
from coffee_node.cli.serving import Orders, load
from tests.unit.cli.conftest import PORT, CommandLine
from tests.unit.cli.entry_points import entry_point


def test_a_changed_base_url_is_refused_with_both_addresses(cli: CommandLine, home: Path) -> None:
    file = home / "instance.cfg"
    file.write_text(file.read_text().replace(f":{PORT}", ":9999"))
    told = cli.refusal("user", "list")
    assert f"{file} says base_url = http://127.0.0.1:9999" in told
    assert f"Set base_url = http://127.0.0.1:{PORT} again" in told


def test_a_base_url_changed_in_the_environment_names_the_variable(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COFFEE_NODE_BASE_URL", "http://127.0.0.1:9999")
    assert cli.refusal("user", "list").startswith("COFFEE_NODE_BASE_URL says")


def test_pending_migrations_are_refused_with_the_command_to_run(cli: CommandLine, home: Path) -> None:
    with closing(sqlite3.connect(home / "node.sqlite3")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'c0001'")
        connection.commit()
    assert cli.refusal("user", "list").endswith(f"Run: coffee-node --home {home} upgrade")


def test_a_database_that_is_gone_is_not_made_anew(cli: CommandLine, home: Path) -> None:
    (home / "node.sqlite3").unlink()
    assert f"{home / 'node.sqlite3'} is not there" in cli.refusal("user", "list")
    assert f"{home / 'node.sqlite3'} is not there" in cli.refusal("upgrade")
    assert not (home / "node.sqlite3").exists()


def test_a_file_that_is_no_database_is_refused(cli: CommandLine, home: Path) -> None:
    (home / "node.sqlite3").write_bytes(b"this is no database " * 100)
    told = cli.refusal("user", "list")
    assert str(home / "node.sqlite3") in told
    assert "file is not a database" in told


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("port = many", '"many"'),
        ("prot = 8000", "did you mean port?"),
    ],
)
def test_a_wrong_setting_is_refused(cli: CommandLine, home: Path, line: str, told: str) -> None:
    file = home / "instance.cfg"
    file.write_text(file.read_text().replace("[http]", f"[http]\n{line}").replace(f"\nport = {PORT}", ""))
    assert told in cli.refusal("config", "show")


def test_a_plugin_that_fails_to_load_is_named(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = entry_point("broken", ImportError("No module named 'espresso'"))
    monkeypatch.setattr(plugin_manager, "installed", lambda: [broken])
    told = cli.refusal("user", "list")
    assert 'Plugin "broken"' in told
    assert "coffee-node plugin disable broken" in told


class Ended(Exception):
    """The web process asked the watching one to stop."""


def test_a_web_process_leaves_the_reason_of_a_failed_start(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(process: int, number: int) -> None:
        raise Ended

    monkeypatch.setattr("coffee_node.cli.serving.os.kill", stop)
    monkeypatch.setattr("coffee_node.cli.serving.signal.signal", lambda *_: None)
    (home / "instance.cfg").unlink()
    report = tmp_path / "reason"
    with pytest.raises(Ended):
        load(Orders(home, report, has_worker=False, greeting=""))
    assert report.read_text().startswith(f"There is no {home / 'instance.cfg'}")
