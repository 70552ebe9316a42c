"""Homes made by `init`, and the command line run in this process."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from coffee_node.cli import main
from coffee_node.cli.opening import build_app, opened

PORT = 8871


@dataclass(frozen=True)
class CommandLine:
    """`coffee-node --home HOME ...`, run here."""

    home: Path

    def __call__(self, *arguments: str, text: str | None = None, exit_code: int = 0) -> Result:
        """Run a command and check its exit code; an exception that is no answer of the program is raised."""
        result = CliRunner().invoke(main, ["--home", str(self.home), *arguments], input=text)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == exit_code, result.output
        return result

    def listing(self, *arguments: str) -> list[dict[str, Any]]:
        """What a listing gives with --json."""
        found: list[dict[str, Any]] = json.loads(self(*arguments, "--json").stdout)
        return found

    def refusal(self, *arguments: str) -> str:
        """The sentence of a command that fails with exit code 1 and prints nothing else."""
        result = self(*arguments, exit_code=1)
        assert result.stdout == ""
        assert "Traceback" not in result.stderr
        return result.stderr.strip()


@pytest.fixture(scope="session")
def made_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home as `init` makes it; never changed, only copied."""
    home = tmp_path_factory.mktemp("made") / "home"
    base_url = f"http://127.0.0.1:{PORT}"
    CommandLine(home)("init", "--yes", "--development", "--name", "Mutualab", "--base-url", base_url)
    return home


@pytest.fixture
def home(made_home: Path, tmp_path: Path) -> Path:
    """A home of this test's own."""
    return Path(shutil.copytree(made_home, tmp_path / "home"))


@pytest.fixture
def cli(home: Path) -> CommandLine:
    """The command line of this home."""
    return CommandLine(home)


@pytest.fixture
def node(home: Path) -> Iterator[Callable[[], AbstractContextManager[Flask]]]:
    """Opens the node of this home, to look into its database."""
    yield lambda: opened(build_app(home))
