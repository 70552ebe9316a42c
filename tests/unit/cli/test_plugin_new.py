"""`plugin new` writes a whole distribution or one sentence."""

from __future__ import annotations

import ast
import configparser
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from coffee_node.base.errors import ConfigError
from coffee_node.cli import plugin_new
from coffee_node.cli.plugin_new import TEMPLATES, type_name, write_plugin
from tests.house import imports, shape
from tests.house.sources import Module, parse_module
from tests.unit.cli.conftest import CommandLine

FIVE_FILES = {"__init__", "models", "schemas", "service", "views"}


@pytest.fixture
def made(tmp_path: Path) -> Path:
    return write_plugin("desk-rota", tmp_path)


def modules(made: Path) -> dict[str, Module]:
    return {
        file.relative_to(made).with_suffix("").as_posix().replace("/", "."): parse_module(
            "coffee_desk_rota", file.read_text("utf-8"), file.relative_to(made)
        )
        for file in made.rglob("*.py")
    }


def test_a_plugin_has_the_same_five_files_as_a_feature(made: Path) -> None:
    assert {file.stem for file in (made / "coffee_desk_rota").glob("*.py")} == FIVE_FILES
    assert (made / "tests" / "test_desk_rota.py").is_file()
    assert {file.name for file in made.iterdir()} >= {"setup.cfg", "pyproject.toml", "README.md"}


def test_nothing_of_the_template_is_left(made: Path) -> None:
    for file in made.rglob("*"):
        assert "NAME" not in file.name and not file.name.endswith(".tmpl")
        if file.is_file():
            text = file.read_text("utf-8")
            assert "$" not in text and "Kitchen" not in text, file.name


def test_names_follow_the_rules(made: Path) -> None:
    settings = configparser.ConfigParser()
    settings.read(made / "setup.cfg")
    assert settings["metadata"]["name"] == "coffee-desk-rota"
    assert settings["metadata"]["license_expression"] == "AGPL-3.0-or-later"
    assert settings["options.entry_points"]["coffee_node.plugins"].strip() == "desk_rota = coffee_desk_rota"
    models = (made / "coffee_desk_rota" / "models.py").read_text()
    assert '__tablename__ = "desk_rota_item"' in models
    [migration] = (made / "coffee_desk_rota" / "migrations" / "versions").iterdir()
    assert (
        migration.name == "desk_rota_0001_items.py" and 'revision = "desk_rota_0001"' in migration.read_text()
    )


def test_what_is_written_keeps_the_house_rules(made: Path) -> None:
    written = modules(made)
    assert (
        shape.without_docstring(written) == shape.long_files(written) == shape.long_functions(written) == []
    )
    package = {name: module for name, module in written.items() if not name.startswith("tests.")}
    assert imports.plugin_trespasses(package) == []


def test_the_federated_type_takes_about_twenty_lines(made: Path) -> None:
    written = modules(made)
    classes = [
        node
        for name in ("coffee_desk_rota.models", "coffee_desk_rota.schemas")
        for node in written[name].tree.body
        if isinstance(node, ast.ClassDef)
    ]
    lines = [line for node in classes for line in ast.unparse(node).splitlines() if line.strip()]
    assert len(lines) <= 20


@pytest.mark.parametrize("language", ["fr", "nl", "de"])
def test_every_text_of_the_plugin_is_translated(made: Path, language: str) -> None:
    file = made / "coffee_desk_rota" / "translations" / language / "LC_MESSAGES" / "desk_rota.po"
    with file.open("rb") as opened:
        catalogue = read_po(opened, locale=language, abort_invalid=True)
    assert [message.id for message in catalogue if message.id and not message.string] == []
    assert "Desk rota" in catalogue and "How many" in catalogue


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Kitchen", "small letters"),
        ("desk_rota", "small letters"),
        ("desk--rota", "single hyphens"),
        ("2desks", "begins with a letter"),
        ("", "for example desk-rota"),
        ("../escape", "small letters"),
        ("coffee-desk", "coffee-node plugin new desk."),
        ("events", "a name of the node itself"),
        ("misc-things", '"misc" does not say what the plugin does'),
        ("a" * 40, "is too long"),
    ],
)
def test_a_bad_name_gets_one_sentence_and_nothing_is_made(tmp_path: Path, name: str, told: str) -> None:
    sentence = CommandLine(tmp_path / "home").refusal("plugin", "new", name, "--dir", str(tmp_path))
    assert told in sentence and "\n" not in sentence
    assert list(tmp_path.iterdir()) == []


def test_the_longest_name_still_fits_the_column_of_types() -> None:
    plugin_new.check_name("a" * 26)
    assert len(type_name("a" * 26)) == 30


def test_a_plugin_that_is_there_already_is_left_alone(tmp_path: Path) -> None:
    cli = CommandLine(tmp_path / "home")
    path = cli("plugin", "new", "kitchen", "--dir", str(tmp_path)).stdout.strip()
    assert path == str(tmp_path / "coffee-kitchen")
    readme = tmp_path / "coffee-kitchen" / "README.md"
    readme.write_text("mine")
    assert "is there already" in cli.refusal("plugin", "new", "kitchen", "--dir", str(tmp_path))
    assert readme.read_text() == "mine"


def test_a_template_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "templates"
    broken.mkdir()
    (broken / "README.md.tmpl").write_text("$unknown")
    monkeypatch.setattr(plugin_new, "TEMPLATES", broken)
    with pytest.raises(KeyError):
        write_plugin("kitchen", tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="Nothing can be written"):
        write_plugin("kitchen", tmp_path / "file" / "below")


def test_every_template_is_used(made: Path) -> None:
    templates = [file for file in TEMPLATES.rglob("*") if file.is_file()]
    assert all(file.suffix == ".tmpl" for file in templates)
    assert len([file for file in made.rglob("*") if file.is_file()]) == len(templates)
