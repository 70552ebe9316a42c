"""Each check of the architecture test finds what it is there to find, and leaves the rest alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.house import cycles, imports, repository, shape, state
from tests.house.sources import modules_of, parse_module


@pytest.mark.parametrize(
    "source",
    [
        "import coffee_node.web.auth",
        "from coffee_node import web",
        "def serve():\n    from coffee_node.web.auth import current_account",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from coffee_node.web import auth",
        "from ..web import auth",
        "import importlib\nimportlib.import_module('coffee_node.web.auth')",
    ],
)
def test_an_import_that_goes_up_is_found(source: str) -> None:
    assert imports.upward_imports(modules_of({"coffee_node.federation.outbox": source}))


def test_an_import_that_goes_down_or_stays_is_fine() -> None:
    source = (
        "import flask\nfrom coffee_node import hookimpl\nfrom . import auth\nfrom coffee_node.base import ids"
    )
    assert imports.upward_imports(modules_of({"coffee_node.web.forms": source})) == []


def test_a_feature_that_imports_another_one_is_found() -> None:
    source = "def near():\n    from coffee_node.features.spaces import service"
    assert imports.feature_meetings(modules_of({"coffee_node.features.events.views": source}))
    assert imports.feature_meetings(modules_of({"coffee_node.features.spaces.views": source})) == []


def test_a_cycle_through_a_hidden_import_is_found() -> None:
    sources = {
        "coffee_node.base.a": "from coffee_node.base import b",
        "coffee_node.base.b": "def late():\n    from coffee_node.base.c import thing",
        "coffee_node.base.c": "from . import a",
        "coffee_node.base.d": "from coffee_node.base import a",
    }
    found = cycles.cycles(imports.import_graph(modules_of(sources)))
    assert found == [["coffee_node.base.a", "coffee_node.base.b", "coffee_node.base.c"]]


def test_a_protocol_module_that_imports_flask_is_found() -> None:
    modules = modules_of({"coffee_node.activitypub.schemas": "from flask import request"})
    assert imports.forbidden_imports(modules, "coffee_node.activitypub", ("flask",))


@pytest.mark.parametrize(
    ("source", "allowed"),
    [
        ("from coffee_node import hookimpl", True),
        ("from coffee_node.node import current_node", True),
        ("from coffee_node.base.database import db, write", True),
        ("from coffee_node.base import clock", True),
        ("from coffee_node.federation.models import FederatedObject", True),
        ("from coffee_node.testing import make_event", True),
        ("from coffee_node.federation.models import Delivery", False),
        ("from coffee_node.federation import worker", False),
        ("from coffee_node.base.config import NodeConfig", False),
        ("from coffee_node.features.events import service", False),
        ("import coffee_node", False),
    ],
)
def test_the_plugin_check_knows_the_open_doors(source: str, allowed: bool) -> None:
    found = imports.plugin_trespasses(modules_of({"coffee_pass": source}))
    assert (found == []) is allowed


def test_a_schema_that_reaches_the_database_through_a_neighbour_is_found() -> None:
    feature = "coffee_node.features.events"
    sources = {f"{feature}.schemas": "from . import shapes", f"{feature}.shapes": "import sqlalchemy as sa"}
    reached = imports.with_what_they_import(modules_of(sources), {f"{feature}.schemas"})
    assert imports.forbidden_imports(reached, "coffee_node.features", ("sqlalchemy",))


def test_a_long_file_is_found() -> None:
    assert shape.long_files(modules_of({"coffee_node.base.long": "a = 1\n" * 301}))
    assert shape.long_files(modules_of({"coffee_node.base.fine": "a = 1\n" * 300})) == []


def test_a_long_function_is_found() -> None:
    body = "    a = 1\n"
    assert shape.long_functions(modules_of({"m": "def long():\n" + body * 40}))
    assert shape.long_functions(modules_of({"m": "def fine():\n" + body * 39})) == []


def test_a_deep_package_is_found() -> None:
    assert shape.deep_packages(modules_of({"coffee_node.features.events.forms.fields": ""}))
    assert shape.deep_packages(modules_of({"coffee_node.features.events.views": ""})) == []


def test_a_module_without_a_sentence_is_found() -> None:
    assert shape.without_docstring(modules_of({"coffee_node.base.mute": "a = 1"}))


@pytest.mark.parametrize("name", ["base/utils.py", "web/form_helpers.py", "misc/a.py", "base/job-manager.py"])
def test_a_name_that_says_nothing_is_found(name: str) -> None:
    assert shape.forbidden_names([Path("coffee_node") / name])


def test_the_plugin_manager_may_be_called_so() -> None:
    assert shape.forbidden_names([Path("coffee_node/base/plugin_manager.py")]) == []


@pytest.mark.parametrize(
    "source",
    [
        "cache = {}",
        "SEEN: list[str] = []",
        "import threading\nlock = threading.Lock()",
        "from collections import defaultdict\ncounts = defaultdict(int)",
        "from functools import lru_cache\n@lru_cache(maxsize=8)\ndef find(): ...",
        "count = 0\ndef add():\n    global count\n    count += 1",
        "TABLE = {'a': 1}\ndef learn(key):\n    TABLE[key] = 2",
        "ORDER = ['a']\ndef learn(key):\n    ORDER.append(key)",
    ],
)
def test_state_in_a_module_is_found(source: str) -> None:
    assert state.module_state(parse_module("coffee_node.base.memory", source))


@pytest.mark.parametrize(
    "source",
    [
        "__all__ = ['a']",
        "TABLE = {'a': 1}\ndef read(key):\n    return TABLE[key]",
        "ORDER = ['a']\ndef copy():\n    ORDER = []\n    ORDER.append('b')",
        "db = SQLAlchemy()",
    ],
)
def test_constants_are_no_state(source: str) -> None:
    assert state.module_state(parse_module("coffee_node.base.tables", source)) == {}


def test_a_commit_is_found() -> None:
    modules = modules_of({"coffee_node.features.events.views": "def show():\n    db.session.commit()"})
    assert list(state.calls(modules, "commit"))


def test_a_compiled_catalogue_is_found() -> None:
    assert repository.compiled_files([Path("coffee_node/web/translations/fr/LC_MESSAGES/messages.mo")])


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("static/vendor/map.js", "let a"),
        ("static/bootstrap.min.css", "a{}"),
        ("static/map.js", "/*! Leaflet, (c) 2010 */"),
        ("static/map.js", "!function(e){}" + "x" * 600),
    ],
)
def test_a_script_of_others_is_found(path: str, text: str) -> None:
    assert repository.foreign_script(Path(path), text)
    assert not repository.foreign_script(Path("static/copy.js"), "export function copyText(button) {}\n")
