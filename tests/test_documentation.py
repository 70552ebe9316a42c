"""What the documents say is what the code does: map, hooks, settings, commands, federation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from coffee_node.activitypub.registry import Registry
from coffee_node.app import create_app
from coffee_node.base.config import example_text, load_config, write_config
from coffee_node.federation.handlers import HANDLERS
from coffee_node.testing import Fediverse
from tests.house import documents
from tests.house.commands import command_pages
from tests.house.imports import PLUGINS_MAY_IMPORT
from tests.house.sources import ROOT, python_files, repository_files

README = (ROOT / "README.md").read_text("utf-8")
FEDERATION = (ROOT / "FEDERATION.md").read_text("utf-8")
PLUGIN_PAGE = documents.PLUGIN_PAGE.read_text("utf-8")
HOOKS = documents.read_hooks(documents.HOOKSPECS.read_text("utf-8"))
ANSWERED_LATER = {
    "register_settings": "the core has sections of its own; the first plugin with settings is a job board",
    "register_commands": "the core's commands are imported when called; the report brings one",
    "register_job_sources": "the connectors to the job boards come as plugins",
    "register_indicators": "the report comes as a plugin",
    "register_checks": "for plugins that keep tables; the doctor asks them",
    "refuse_activity": "for moderation plugins; the core refuses by its own rules",
    "validate_pass": "the pass comes as a plugin",
    "issue_pass": "the pass comes as a plugin",
    "score_matches": "matching comes as a plugin",
}


@pytest.fixture(scope="module")
def implemented() -> set[str]:
    files = repository_files()
    texts = [path.read_text("utf-8") for path in python_files(files, "coffee_node", "plugins")]
    texts += [documents.filled_template(path) for path in files if path.name.endswith(".py.tmpl")]
    return {name for text in texts for name in documents.implemented_hooks(text)}


# --- map


def test_the_map_of_the_readme_is_the_tree() -> None:
    paths = [path.relative_to(ROOT) for path in repository_files()]
    entries = set(documents.map_entries(README))
    assert sorted(documents.map_of(paths) - entries) == [], "in the tree, not on the map"
    assert sorted(entry for entry in entries if not (ROOT / entry).exists()) == [], (
        "on the map, not in the tree"
    )


def test_every_entry_of_the_map_says_something() -> None:
    assert [path for path, sentence in documents.map_entries(README).items() if not sentence] == []


def test_a_folder_that_is_not_on_the_map_is_found() -> None:
    readme = "## The map\n\n```\ncoffee_node/  the node\n  base/  below\nREADME.md  this\n```\n"
    entries = documents.map_entries(readme)
    assert set(entries) == {"coffee_node/", "coffee_node/base/", "README.md"}
    tree = [
        Path("coffee_node/base/ids.py"),
        Path("coffee_node/web/auth.py"),
        Path("README.md"),
        Path("new.txt"),
    ]
    assert documents.map_of(tree) - set(entries) == {"coffee_node/web/", "new.txt"}


def test_every_document_that_the_readme_links_exists() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


# --- hooks


def test_every_hook_has_a_sentence() -> None:
    assert HOOKS
    assert [hook.name for hook in HOOKS if not hook.sentence.endswith(".")] == []


def test_every_hook_stands_in_the_documentation_with_its_exact_signature() -> None:
    assert documents.with_hooks(PLUGIN_PAGE, HOOKS) == PLUGIN_PAGE, "run python -m tests.house.documents"
    assert [hook.name for hook in HOOKS if hook.signature not in PLUGIN_PAGE] == []


def test_a_changed_signature_is_found() -> None:
    source = "# --- news\n@hookspec\ndef activity_received(activity: dict, host: str) -> None:\n    'New.'\n"
    changed = documents.read_hooks(source)
    assert changed[0].signature == "activity_received(activity: dict, host: str) -> None"
    assert changed[0].heading == "news"
    assert documents.with_hooks(PLUGIN_PAGE, changed) != PLUGIN_PAGE


def test_every_hook_is_used_by_something_that_is_shipped(implemented: set[str]) -> None:
    unused = {hook.name for hook in HOOKS} - implemented
    assert sorted(unused - set(ANSWERED_LATER)) == []


def test_the_list_of_hooks_without_an_implementation_only_shrinks(implemented: set[str]) -> None:
    assert sorted(set(ANSWERED_LATER) & implemented) == [], "implemented now: take it off the list"
    assert set(ANSWERED_LATER) <= {hook.name for hook in HOOKS}


def test_an_implementation_is_recognised() -> None:
    source = "@hookimpl\ndef a(): ...\n@hookimpl(trylast=True)\ndef b(): ...\ndef c(): ...\n"
    assert list(documents.implemented_hooks(source)) == ["a", "b"]


def test_the_page_for_authors_opens_the_doors_that_the_check_opens() -> None:
    rows = table_rows(PLUGIN_PAGE, "What a plugin may import")
    documented = {
        f"{package}.{name}" for row in rows for package in quoted(row[:1]) for name in quoted(row[1:])
    }
    opened = {f"{package}.{name}" for package, names in PLUGINS_MAY_IMPORT.items() for name in names}
    assert documented == opened


def test_the_example_test_of_the_page_for_authors_passes(fediverse: Fediverse) -> None:
    found = re.search(r"^```python\n(def (test_\w+)\(fediverse\):\n.*?)^```", PLUGIN_PAGE, re.S | re.M)
    assert found
    names: dict[str, Any] = {}
    exec(compile(found[1], "docs/plugins.md", "exec"), names)  # noqa: S102
    names[found[2]](fediverse)


# --- settings and commands


def test_the_example_configuration_is_what_the_code_reads() -> None:
    assert documents.EXAMPLE.read_text("utf-8") == example_text(), "run python -m tests.house.documents"


def test_every_command_is_documented_as_its_help_says() -> None:
    assert documents.COMMAND_PAGE.read_text("utf-8") == command_pages(), "run python -m tests.house.documents"


def commands_in(text: str) -> Iterator[str]:
    """The commands that a document uses, options and arguments left out."""
    for line in re.findall(r"coffee-node((?: --home \w+)? [^\n`|)#]*)", text):
        words = [
            word for word in line.replace("--home", "", 1).split() if re.fullmatch(r"[a-z][a-z-]*", word)
        ]
        yield " ".join(words[1:] if "--home" in line else words)


def test_the_readme_uses_only_commands_that_exist() -> None:
    known = re.findall(r"^##+ coffee-node (.+)$", documents.COMMAND_PAGE.read_text("utf-8"), re.M)
    used = [command for command in commands_in(README) if command]
    assert used
    assert [
        command for command in used if not any(f"{command} ".startswith(f"{name} ") for name in known)
    ] == []


# --- federation


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    home = tmp_path_factory.mktemp("home")
    node = {"name": "Docs", "base_url": "https://docs.example"}
    write_config(home, {"node": node})
    app = create_app(load_config(home, {}), entry_points=False)
    found: Registry = app.extensions["coffee_node"].registry
    return found


def table_rows(document: str, heading: str) -> list[list[str]]:
    """The rows of the table under a heading that begin with a word in back quotes, cell by cell."""
    section = document.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return [line.strip("|").split("|") for line in section.splitlines() if line.startswith("| `")]


def quoted(cells: list[str]) -> set[str]:
    """The words in back quotes."""
    return {word for cell in cells for word in re.findall(r"`([\w.]+)`", cell)}


def test_every_type_and_its_aliases_stand_in_federation_md(registry: Registry) -> None:
    registered = {name for each in registry.types() for name in (each.schema.type_name, *each.aliases)}
    assert registered
    rows = [*table_rows(FEDERATION, "Actors"), *table_rows(FEDERATION, "Objects")]
    documented = {name for row in rows for name in quoted([row[0], row[-1]])}
    assert sorted(registered - documented) == []


def handled_activities(registry: Registry) -> set[str]:
    """The types of activities that the core or a feature acts on, whatever they answer."""
    return {type_ for type_, _ in HANDLERS} | {name.split()[0] for name in registry.handled_types()}


def test_every_activity_with_a_handler_stands_in_federation_md(registry: Registry) -> None:
    documented = quoted([row[0] for row in table_rows(FEDERATION, "Activities")])
    assert handled_activities(registry)
    assert sorted(handled_activities(registry) - documented) == []


def test_federation_md_promises_no_activity_without_a_handler(registry: Registry) -> None:
    documented = quoted([row[0] for row in table_rows(FEDERATION, "Activities")])
    assert sorted(documented - handled_activities(registry)) == []
