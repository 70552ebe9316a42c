"""`coffee-node init`: the home of a new node, made whole or not at all."""

from __future__ import annotations

import re
import shutil
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from coffee_node.base.config_sections import LANGUAGES
from coffee_node.base.errors import ConfigError, HomeInUse
from coffee_node.cli.opening import home_of_command


@dataclass(frozen=True)
class NewNode:
    """What a new node is told; `handle` is the slug of its first space."""

    name: str
    base_url: str
    language: str
    admin_email: str
    handle: str
    development: bool


@click.command()
@click.option("--name", help="Name of the node and of its first space.")
@click.option("--base-url", help="Public address, for example https://space.example; it cannot change later.")
@click.option("--language", type=click.Choice(LANGUAGES), help="Language of the node.")
@click.option("--admin-email", help="Where people and other nodes reach the manager.")
@click.option("--handle", default="", help="Short name of the first space; made from the name if not given.")
@click.option("--development", is_flag=True, help="Allow plain http and peers on this machine, for trials.")
@click.option("--yes", "is_quiet", is_flag=True, help="Ask nothing.")
def init(
    name: str | None,
    base_url: str | None,
    language: str | None,
    admin_email: str | None,
    handle: str,
    development: bool,
    is_quiet: bool,
) -> None:
    """Make a new node: its home, database, keys, first space and first administrator.

    Prints the one-time link with which the administrator chooses a password.
    """
    home = home_of_command()
    refuse_used_home(home)
    if is_quiet:
        _demand({"--name": name, "--base-url": base_url})
        answers = (name or "", base_url or "", language or LANGUAGES[0], admin_email or "")
    else:
        answers = _ask(name, base_url, language, admin_email)
    new = NewNode(*answers, handle or slug_of(answers[0]), development)
    check(new)
    link = make_node(home, new)
    click.echo(f"{new.name} has a home in {home}. Start it: coffee-node --home {home} serve", err=True)
    click.echo("Then open this link within seven days to choose the administrator's password:", err=True)
    click.echo(link)


def _demand(given: dict[str, str | None]) -> None:
    missing = [option for option, value in given.items() if not value]
    if missing:
        raise click.UsageError(f"With --yes, give {' and '.join(missing)}.")


def _ask(
    name: str | None, base_url: str | None, language: str | None, admin_email: str | None
) -> tuple[str, str, str, str]:
    return (
        name or click.prompt("Name of the node", err=True),
        base_url or click.prompt("Public address (https://...)", err=True),
        language or click.prompt("Language", type=click.Choice(LANGUAGES), default=LANGUAGES[0], err=True),
        admin_email
        if admin_email is not None
        else click.prompt("E-mail address of the manager (may stay empty)", default="", err=True),
    )


def slug_of(name: str) -> str:
    """A short name made from a name: `Le Café 12` gives `le-cafe-12`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:60].strip("-") or "space"


def refuse_used_home(home: Path) -> None:
    """HomeInUse unless the folder can become a home: it is not there yet, or empty."""
    if home.is_dir() and not any(home.iterdir()):
        return
    if home.exists() or home.is_symlink():
        what = "already holds a node" if (home / "instance.cfg").exists() else "is in use"
        raise HomeInUse(f"{home} {what}.", "Choose another folder: coffee-node --home DIR init")


def check(new: NewNode) -> None:
    """Refuse what cannot be a node before anything is made: ConfigError or Unprocessable names the value."""
    from marshmallow import ValidationError

    from coffee_node.base.config_sections import SETTINGS
    from coffee_node.federation.accounts import check_handle

    for key in ("name", "base_url", "admin_email"):
        setting, value = SETTINGS["node", key], getattr(new, key)
        try:
            setting.kind.deserialize(value)
        except ValidationError as error:
            option = f"--{key.replace('_', '-')}"
            raise ConfigError(f'{option} "{value}" cannot be used: it takes {setting.allowed}.') from error
    if not new.base_url.startswith("https://") and not new.development:
        raise ConfigError(
            f"{new.base_url} is not encrypted, and other nodes would refuse it.",
            "Use an https address, or add --development for a trial on this machine.",
        )
    check_handle(new.handle)


@contextmanager
def _becoming(home: Path) -> Iterator[Path]:
    """A temporary folder beside the home that takes its place at the end, or leaves nothing behind."""
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{home.name}-", dir=home.parent))
    except OSError as error:
        raise ConfigError(
            f"No folder can be made in {home.parent}: {error.strerror}.", "Choose another one with --home."
        ) from error
    try:
        yield folder
        folder.rename(home)
    except OSError as error:
        raise ConfigError(f"{home} cannot be made: {error.strerror}.", "Choose another --home.") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def make_node(home: Path, new: NewNode) -> str:
    """Make the home of a node and give the one-time set-up link of its administrator."""
    from coffee_node.base import migrator
    from coffee_node.base.migration_owners import owners_of
    from coffee_node.cli.first_rows import write_first_rows
    from coffee_node.cli.opening import build_app, opened
    from coffee_node.node import this_node

    home = home.absolute()
    with _becoming(home) as folder:
        _write_files(folder, new)
        with opened(build_app(folder), is_checked=False):
            node = this_node()
            migrator.upgrade(node.config, owners_of(node.plugins))
            secret = write_first_rows(new.name, new.handle, new.admin_email)
            base_url = node.config.base_url
    return f"{base_url}/setup?token={secret}"


def _write_files(folder: Path, new: NewNode) -> None:
    import secrets
    from urllib.parse import urlsplit

    from coffee_node.base.config import write_config
    from coffee_node.base.config_file import FILE_NAME, replace_file

    replace_file(folder / "secret", secrets.token_urlsafe(48) + "\n")
    replace_file(
        folder / FILE_NAME, "# Settings of this node; see all of them with `coffee-node config show`.\n"
    )
    sections: dict[str, dict[str, object]] = {
        "node": {
            "name": new.name,
            "base_url": new.base_url,
            "language": new.language,
            "admin_email": new.admin_email,
        }
    }
    if new.development:
        sections["federation"] = {"development": True}
    address = urlsplit(new.base_url)
    if address.scheme == "http" and address.port:
        sections["http"] = {"port": address.port}
    write_config(folder, sections)
