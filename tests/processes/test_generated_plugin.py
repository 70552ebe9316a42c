"""A plugin as `plugin new` writes it: it installs, its own tests pass, its objects travel."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from coffee_node.cli.plugin_new import write_plugin
from tests.house.sources import ROOT

COMMAND = "from coffee_node.cli import main; main(prog_name='coffee-node')"


def run(*arguments: str, environ: Mapping[str, str] | None = None, folder: Path | None = None) -> str:
    """Run Python with these arguments; its output when it ends well."""
    ended = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, **(environ or {})},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.fixture(scope="module")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a plugin that was just written."""
    return write_plugin("kitchen", tmp_path_factory.mktemp("plugins"))


@pytest.fixture(scope="module")
def installed(plugin: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a Python in which the plugin is installed from its built distribution."""
    site = tmp_path_factory.mktemp("site")
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-build-isolation", "--no-index"]
    run("-m", "pip", "install", *options, "--target", str(site), str(plugin))
    return {"PYTHONPATH": os.pathsep.join((str(site), str(ROOT)))}


def test_its_own_tests_send_its_object_between_two_nodes(plugin: Path, installed: dict[str, str]) -> None:
    report = run("-P", "-m", "pytest", "-q", "-p", "no:cacheprovider", environ=installed, folder=plugin)
    assert "6 passed" in report


def test_a_node_finds_it_makes_its_table_and_shows_it(tmp_path: Path, installed: dict[str, str]) -> None:
    home = ["-c", COMMAND, "--home", str(tmp_path / "home")]
    base_url = "http://127.0.0.1:8872"
    run(*home, "init", "--yes", "--development", "--name", "Kiln", "--base-url", base_url, environ=installed)
    rows = json.loads(run(*home, "plugin", "list", "--json", environ=installed))
    [row] = [row for row in rows if row["name"] == "kitchen"]
    assert row["state"] == "enabled"
    page = "from coffee_node.cli.opening import build_app; import sys, pathlib\n" + (
        "app = build_app(pathlib.Path(sys.argv[1])); client = app.test_client()\n"
        "print(client.get('/kitchen.json').text, client.get('/').text)"
    )
    shown = run("-c", page, str(tmp_path / "home"), environ=installed)
    assert shown.startswith('{"items":[],"total":0') and 'href="/kitchen"' in shown


def test_it_is_typed_and_tidy(plugin: Path) -> None:
    run("-m", "ruff", "check", "--no-cache", ".", folder=plugin)
    typed = ["--config-file", str(ROOT / "setup.cfg"), "--cache-dir", os.devnull]
    run("-m", "mypy", *typed, "coffee_kitchen", environ={"MYPYPATH": str(plugin)}, folder=plugin)
