"""`coffee-node plugin new`: a distribution with a federated type of its own, ready to install and test."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path
from string import Template

import click

from coffee_node.base.errors import ConfigError

TEMPLATES = Path(__file__).parent / "templates" / "plugin"
SUFFIX = ".tmpl"
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", re.ASCII)
TYPE_LENGTH = 30
# The node has features, pages or owners of tables with these names.
TAKEN = frozenset(
    {
        "about", "accessibility", "account", "activities", "actor", "actors", "admin", "articles", "at",
        "bootstrap", "client", "companies", "core", "deliveries", "delivery", "discovery", "events",
        "federation", "follow", "follows", "home", "inbox", "jobs", "language", "livez", "me", "metrics",
        "network", "nodeinfo", "notes", "objects", "offers", "operation", "outbox", "people", "privacy",
        "profiles", "proposals", "readyz", "search", "setup", "shell", "sign-in", "sign-out", "spaces",
        "static", "style", "tags", "test", "testing",
    }
)  # fmt: skip
EMPTY_WORDS = frozenset(
    {"common", "data", "helper", "helpers", "manager", "misc", "node", "plugin", "util", "utils"}
)


@click.command()
@click.argument("name")
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=".",
    show_default=True,
    help="Folder in which the distribution is made.",
)
def new(name: str, folder: Path) -> None:
    """Write a plugin to start from: a federated type, a table, pages and tests that pass.

    NAME has small letters, digits and hyphens; the distribution is called coffee-NAME.
    """
    made = write_plugin(name, folder)
    click.echo(f"{made} holds a plugin whose tests pass. Try it:", err=True)
    click.echo(f"  pip install -e '{made}[test]'", err=True)
    click.echo(f"  pytest {made}", err=True)
    click.echo("  coffee-node --home HOME upgrade", err=True)
    click.echo(str(made))


def write_plugin(name: str, folder: Path) -> Path:
    """Write coffee-NAME into a folder, whole or not at all; ConfigError says what stops it."""
    check_name(name)
    target = folder / f"coffee-{name}"
    if target.exists():
        raise ConfigError(f"{target} is there already.", "Choose another name, or another folder with --dir.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".coffee-{name}-", dir=folder))
    except OSError as error:
        raise ConfigError(
            f"Nothing can be written in {folder}: {error.strerror}.", "Give another --dir."
        ) from error
    try:
        _fill(draft, name)
        draft.chmod(0o755)
        draft.rename(target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return target


def check_name(name: str) -> None:
    """ConfigError with one sentence when something cannot be the name of a plugin."""
    if NAME.fullmatch(name) is None:
        raise ConfigError(
            f'"{name}" cannot be the name of a plugin: it takes small letters, digits and single hyphens '
            "and begins with a letter, for example desk-rota."
        )
    if name.startswith("coffee-"):
        raise ConfigError(f'Leave "coffee-" out, it is added: coffee-node plugin new {name[7:]}.')
    if name in TAKEN:
        raise ConfigError(f'"{name}" is a name of the node itself, so no plugin can have it.')
    empty = sorted(EMPTY_WORDS.intersection(name.split("-")))
    if empty:
        raise ConfigError(f'"{empty[0]}" does not say what the plugin does; name it after what it adds.')
    if len(type_name(name)) > TYPE_LENGTH:
        raise ConfigError(f'"{name}" is too long: its type {type_name(name)} may have {TYPE_LENGTH} letters.')


def type_name(name: str) -> str:
    """The federated type of a plugin on the wire: `desk-rota` has DeskRotaItem."""
    return f"{class_name(name)}Item"


def class_name(name: str) -> str:
    """The name in the style of a class."""
    return "".join(word.capitalize() for word in name.split("-"))


def _fill(folder: Path, name: str) -> None:
    identifier = name.replace("-", "_")
    values = {
        "name": name,
        "id": identifier,
        "Class": class_name(name),
        "title": name.replace("-", " ").capitalize(),
    }
    for template in sorted(TEMPLATES.rglob(f"*{SUFFIX}")):
        path = template.relative_to(TEMPLATES).as_posix().removesuffix(SUFFIX).replace("NAME", identifier)
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(Template(template.read_text("utf-8")).substitute(values), "utf-8")
