"""What is installed is what is in the tree: packages, data, migrations, plugins, exact versions."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

from tests.house.sources import ROOT, plugin_folders, repository_files

NOT_INSTALLED = (".po~", ".pot")


def options(path: Path = ROOT / "setup.cfg") -> configparser.ConfigParser:
    """A setup.cfg, read as setuptools reads it."""
    parser = configparser.ConfigParser()
    parser.read(path, "utf-8")
    return parser


def requirement_names(lines: str) -> set[str]:
    """The normalised names of requirements, one a line."""
    found = re.findall(r"^\s*([A-Za-z0-9][\w.-]*)", lines, re.M)
    return {re.sub(r"[-_.]+", "-", name).lower() for name in found}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tree")
    for path in repository_files():
        target = folder / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", "dist", "."]
    built = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    return next((folder / "dist").glob("*.whl"))


def test_the_wheel_holds_the_whole_tree(wheel: Path) -> None:
    tree = {path.relative_to(ROOT).as_posix() for path in repository_files()}
    wanted = {name for name in tree if name.startswith("coffee_node/") and not name.endswith(NOT_INSTALLED)}
    wanted |= {f"coffee_node/{name}" for name in tree if re.fullmatch(r"migrations/.*\.py", name)}
    with zipfile.ZipFile(wheel) as opened:
        assert sorted(wanted - set(opened.namelist())) == []


def test_the_wheel_names_its_licence_and_its_commands(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        read = {
            Path(name).name: opened.read(name).decode() for name in opened.namelist() if "dist-info" in name
        }
    metadata = Parser().parsestr(read["METADATA"])
    assert metadata["License-Expression"] == "AGPL-3.0-or-later"
    assert metadata["Requires-Python"] == ">=3.11"
    assert "GNU AFFERO GENERAL PUBLIC LICENSE" in read["LICENSE"]
    assert "coffee-node = coffee_node.cli:main" in read["entry_points.txt"]
    assert "coffee_node = coffee_node.testing" in read["entry_points.txt"]


def test_every_package_of_the_tree_is_listed() -> None:
    packages = {
        ".".join(path.relative_to(ROOT).parent.parts)
        for path in repository_files()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] == "coffee_node"
    }
    listed = set(options()["options"]["packages"].split())
    assert listed - packages == {"coffee_node.migrations", "coffee_node.migrations.versions"}
    assert packages - listed == set()


def test_development_installs_the_node_and_every_plugin() -> None:
    lines = (ROOT / "requirements" / "dev.txt").read_text("utf-8").splitlines()
    assert "-e .[test]" in lines
    for folder in plugin_folders():
        assert f"-e ./{folder.relative_to(ROOT)}" in lines


def test_every_requirement_has_a_lower_bound_and_an_exact_version_for_development() -> None:
    settings = options()
    required = settings["options"]["install_requires"]
    assert [line for line in required.splitlines() if line.strip() and ">=" not in line] == []
    extras = "\n".join(settings["options.extras_require"].values())
    constraints = (ROOT / "requirements" / "constraints.txt").read_text("utf-8")
    pinned = [line for line in constraints.splitlines() if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in pinned)
    assert requirement_names(required + "\n" + extras) - requirement_names(constraints) == {"coffee-node"}


def test_every_plugin_carries_the_same_licence() -> None:
    for folder in plugin_folders():
        assert options(folder / "setup.cfg")["metadata"]["license_expression"] == "AGPL-3.0-or-later"
