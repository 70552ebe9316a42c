"""`init` makes a whole home or nothing."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from coffee_node.base.config import load_config
from coffee_node.base.database import db
from coffee_node.base.errors import DatabaseError
from coffee_node.cli import first_rows
from coffee_node.cli.init import slug_of
from coffee_node.federation import accounts, actors
from coffee_node.federation.account_models import Setting
from tests.unit.cli.conftest import PORT, CommandLine

OpenNode = Callable[[], AbstractContextManager[Flask]]
GIVEN = {"--name": "Mutualab", "--base-url": "https://mutualab.example"}


def arguments(changed: dict[str, str]) -> list[str]:
    return [word for pair in {**GIVEN, **changed}.items() for word in pair]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder for homes that are about to be made."""
    folder = tmp_path / "homes"
    folder.mkdir()
    return folder


def test_a_new_home_holds_a_node_a_space_and_its_administrator(node: OpenNode) -> None:
    with node():
        assert actors.node_actor().name == "Mutualab"
        (space,) = actors.local_spaces()
        assert (space.slug, space.name, space.document.get("kind")) == ("mutualab", "Mutualab", "space")
        account = accounts.account_named("admin")
        assert account.is_admin
        assert space in accounts.actors_of(account)
        assert [entry.role for entry in account.memberships] == ["manager"]
        assert db.session.scalar(select(Setting.value).where(Setting.name == "base_url")) == (
            f"http://127.0.0.1:{PORT}"
        )


def test_the_files_of_a_home_are_for_its_owner_only(home: Path) -> None:
    modes = {name: stat.S_IMODE((home / name).stat().st_mode) for name in ("instance.cfg", "secret", ".")}
    assert modes == {"instance.cfg": 0o600, "secret": 0o600, ".": 0o700}
    assert len((home / "secret").read_text().strip()) >= 40


def test_development_and_the_port_of_the_address_are_remembered(home: Path) -> None:
    config = load_config(home, {})
    assert config.federation.development
    assert config.http.port == PORT


def test_the_link_is_alone_on_stdout_and_works_once(place: Path) -> None:
    result = CommandLine(place / "new")("init", "--yes", *arguments({}))
    (link,) = result.stdout.split()
    assert link.startswith("https://mutualab.example/setup?token=")
    assert "serve" in result.stderr


def test_a_public_node_listens_on_the_usual_port(place: Path) -> None:
    CommandLine(place / "new")("init", "--yes", *arguments({}))
    config = load_config(place / "new", {})
    assert (config.http.port, config.federation.development) == (8000, False)


def test_an_empty_folder_becomes_a_home(place: Path) -> None:
    (place / "new").mkdir()
    CommandLine(place / "new")("init", "--yes", *arguments({"--handle": "lille"}))
    assert sorted(path.name for path in place.iterdir()) == ["new"]
    assert (place / "new" / "node.sqlite3").exists()


def test_what_was_not_given_is_asked(place: Path) -> None:
    answers = "Mutualab\nhttps://mutualab.example\nnl\nclaire@mutualab.example\n"
    CommandLine(place / "new")("init", text=answers)
    config = load_config(place / "new", {})
    assert config.node.language == "nl"
    assert config.node.admin_email == "claire@mutualab.example"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"--base-url": "ftp://mutualab.example"}, '--base-url "ftp://mutualab.example"'),
        ({"--base-url": "https://mutualab.example/node"}, "without path"),
        ({"--base-url": "http://mutualab.example"}, "--development"),
        ({"--admin-email": "nobody"}, '--admin-email "nobody"'),
        ({"--handle": "Muta Lab"}, "'Muta Lab' cannot be a handle"),
        ({"--handle": "admin"}, "The handle admin is taken"),
    ],
)
def test_a_wrong_value_makes_nothing(place: Path, changed: dict[str, str], told: str) -> None:
    refusal = CommandLine(place / "new").refusal("init", "--yes", *arguments(changed))
    assert told in refusal
    assert list(place.iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [
        ["--yes", "--name", "Mutualab"],
        ["--yes", "--base-url", "https://mutualab.example"],
        ["--yes", *arguments({"--language": "xx"})],
    ],
)
def test_wrong_usage_makes_nothing(place: Path, words: list[str]) -> None:
    CommandLine(place / "new")("init", *words, exit_code=2)
    assert list(place.iterdir()) == []


def test_a_home_in_use_is_left_as_it_is(cli: CommandLine, home: Path) -> None:
    before = {path.name: path.read_bytes() for path in home.iterdir() if path.is_file()}
    told = cli.refusal("init", "--yes", *arguments({}))
    assert f"{home} already holds a node" in told
    assert {path.name: path.read_bytes() for path in home.iterdir() if path.is_file()} == before


def test_a_folder_with_other_things_is_no_home(place: Path) -> None:
    (place / "new").mkdir()
    (place / "new" / "thesis.odt").write_text("chapter one")
    assert "is in use" in CommandLine(place / "new").refusal("init", "--yes", *arguments({}))


def test_a_failure_on_the_way_leaves_nothing(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> str:
        raise DatabaseError("The disk is full.", "Make room.")

    monkeypatch.setattr(first_rows, "write_first_rows", fail)
    told = CommandLine(place / "new").refusal("init", "--yes", *arguments({}))
    assert told == "The disk is full. Make room."
    assert list(place.iterdir()) == []


def test_a_database_that_holds_a_node_is_not_taken_over(
    place: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COFFEE_DATABASE_URL", f"sqlite:///{home / 'node.sqlite3'}")
    assert "already holds a node" in CommandLine(place / "new").refusal("init", "--yes", *arguments({}))
    assert list(place.iterdir()) == []
    with closing(sqlite3.connect(home / "node.sqlite3")) as connection:
        assert connection.execute("SELECT count(*) FROM account").fetchone() == (1,)


@pytest.mark.parametrize(
    ("name", "slug"),
    [("Mutualab", "mutualab"), ("Le Café 12 !", "le-cafe-12"), ("東京", "space"), ("-", "space")],
)
def test_a_handle_is_made_from_any_name(name: str, slug: str) -> None:
    assert slug_of(name) == slug
