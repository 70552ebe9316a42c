"""The house rules that a machine can see; tests/house/test_checks.py shows that each check can fail."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.house import cycles, imports, repository, shape, state
from tests.house.sources import (
    ROOT,
    Module,
    plugin_folders,
    python_files,
    read_modules,
    repository_files,
)

FEATURE_FILES = {"__init__", "models", "schemas", "service", "views"}
MAY_COMMIT = ("coffee_node.base.database", "coffee_node.base.migrator")
ACCEPTED_STATE: dict[str, str] = {
    "coffee_node.activitypub.place_schema._countries": "names of countries: the same in every node, for ever",
    "coffee_node.base.i18n._distance": "numbers as each language writes them: the same in every node",
    "coffee_node.base.i18n._locale_of": "languages and their rules: the same in every node",
    "coffee_node.federation.object_copies._held_query": "a statement made of the tables, which are code",
    "coffee_node.federation.objects._feature_columns": "the columns of a table, which are code",
    "coffee_node.federation.search_index._entries": "a statement made of a table, which is code",
    "coffee_node.federation.search_index._numbers": "a statement made of a table, which is code",
}


@pytest.fixture(scope="module")
def files() -> list[Path]:
    return repository_files()


@pytest.fixture(scope="module")
def node(files: list[Path]) -> dict[str, Module]:
    return read_modules(python_files(files, "coffee_node"), ROOT)


@pytest.fixture(scope="module")
def plugins(files: list[Path]) -> dict[str, Module]:
    found: dict[str, Module] = {}
    for folder in plugin_folders():
        sources = [path for path in python_files(files, "plugins") if folder in path.parents]
        found |= read_modules(sources, folder)
    return found


@pytest.fixture(scope="module")
def everything(files: list[Path]) -> dict[str, Module]:
    return read_modules(python_files(files, "coffee_node", "plugins", "tests"), ROOT)


def test_the_check_sees_the_whole_house(node: Mapping[str, Module]) -> None:
    assert {"coffee_node", "coffee_node.base.hookspecs", "coffee_node.app"} <= set(node)


# --- floors


def test_every_module_stands_on_a_floor(node: Mapping[str, Module]) -> None:
    assert [name for name in node if imports.floor_of(name) == -1] == ["coffee_node"]


def test_imports_only_go_down(node: Mapping[str, Module]) -> None:
    assert imports.upward_imports(node) == []


def test_features_never_meet(node: Mapping[str, Module]) -> None:
    assert imports.feature_meetings(node) == []


def test_no_cycle_even_through_hidden_imports(node: Mapping[str, Module]) -> None:
    assert cycles.cycles(imports.import_graph(node)) == []


def test_the_protocol_knows_neither_flask_nor_the_database(node: Mapping[str, Module]) -> None:
    forbidden = ("flask", "flask_sqlalchemy", "sqlalchemy", "alembic", "coffee_node.base.database")
    assert imports.forbidden_imports(node, "coffee_node.activitypub", forbidden) == []


def test_feature_schemas_know_only_marshmallow_and_the_two_lowest_floors(node: Mapping[str, Module]) -> None:
    above = ("flask", "sqlalchemy", "coffee_node.base.database", "coffee_node.federation", "coffee_node.web")
    schemas = {name for name in node if imports.feature_of(name) and name.endswith(".schemas")}
    reached = imports.with_what_they_import(node, schemas)
    assert imports.forbidden_imports(reached, "coffee_node.features", above) == []


def test_migrations_import_no_models(files: list[Path]) -> None:
    migrations = read_modules(python_files(files, "migrations"), ROOT)
    above = ("coffee_node.activitypub", "coffee_node.federation", "coffee_node.web", "coffee_node.features")
    assert imports.forbidden_imports(migrations, "migrations", above) == []


def test_plugins_import_only_what_the_contract_opens(plugins: Mapping[str, Module]) -> None:
    assert imports.plugin_trespasses(plugins) == []


# --- shape


def test_no_file_has_to_be_scrolled_for_long(everything: Mapping[str, Module]) -> None:
    assert shape.long_files(everything) == []


def test_functions_fit_on_a_screen(everything: Mapping[str, Module]) -> None:
    assert shape.long_functions(everything) == []


def test_packages_are_at_most_three_deep(node: Mapping[str, Module]) -> None:
    assert shape.deep_packages(node) == []


def test_every_module_says_what_it_is_for(everything: Mapping[str, Module]) -> None:
    assert shape.without_docstring(everything) == []


def test_names_say_what_is_inside(files: list[Path]) -> None:
    assert shape.forbidden_names(path.relative_to(ROOT) for path in files) == []


def test_every_feature_has_the_same_five_files(node: Mapping[str, Module]) -> None:
    features = {imports.feature_of(name) for name in node} - {None}
    assert features
    for feature in features:
        package = f"coffee_node.features.{feature}"
        present = {name.removeprefix(package + ".") for name in node if name.startswith(package + ".")}
        assert FEATURE_FILES - {"__init__"} <= present, feature
        assert node[package].is_package


# --- state


def test_modules_keep_no_state(node: Mapping[str, Module], plugins: Mapping[str, Module]) -> None:
    found: dict[str, str] = {}
    for module in {**node, **plugins}.values():
        found |= state.module_state(module)
    assert [place for name, place in found.items() if name not in ACCEPTED_STATE] == []
    assert sorted(set(ACCEPTED_STATE) - set(found)) == [], "accepted, but gone"


def test_only_write_ends_a_transaction(node: Mapping[str, Module], plugins: Mapping[str, Module]) -> None:
    found = state.calls({**node, **plugins}, "commit")
    assert [place for name, place in found if name not in MAY_COMMIT] == []


def test_pages_leave_writing_to_services(node: Mapping[str, Module]) -> None:
    views = {name: module for name, module in node.items() if name.endswith("views")}
    features = {name: module for name, module in views.items() if imports.feature_of(name)}
    assert [place for _name, place in state.calls(features, "write", "commit")] == []


# --- repository


def test_git_holds_nothing_compiled(files: list[Path]) -> None:
    assert repository.compiled_files(files) == []


def test_git_holds_no_script_of_others(files: list[Path]) -> None:
    assert repository.foreign_scripts(files) == []
