"""Reads the repository's Python files into parsed modules, by their importable name."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Module:
    """One source file: its dotted name, where it lies, its text and its syntax tree."""

    name: str
    path: Path
    text: str
    tree: ast.Module
    is_package: bool


def parse_module(name: str, text: str, path: Path | None = None, is_package: bool = False) -> Module:
    """Parse one source; the path is only for messages."""
    return Module(name, path or Path(*name.split(".")).with_suffix(".py"), text, ast.parse(text), is_package)


def modules_of(sources: Mapping[str, str]) -> dict[str, Module]:
    """Parse sources given by name; a name that ends in `.__init__` is the package itself."""
    parsed = {}
    for name, text in sources.items():
        package = name.removesuffix(".__init__")
        parsed[package] = parse_module(package, text, is_package=package != name)
    return parsed


def read_modules(files: Iterable[Path], base: Path) -> dict[str, Module]:
    """Parse the Python files below a base folder, named as they are imported from there."""
    found = {}
    for path in files:
        parts = path.relative_to(base).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        name = ".".join(parts[:-1] if is_package else parts)
        found[name] = parse_module(name, path.read_text("utf-8"), path.relative_to(ROOT), is_package)
    return found


def repository_files(root: Path = ROOT) -> list[Path]:
    """The files that git knows or would add: what a clone holds."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, check=True, capture_output=True).stdout.decode()
    return sorted(root / name for name in listed.split("\0") if name and (root / name).is_file())


def python_files(files: Iterable[Path], *folders: str) -> Iterator[Path]:
    """The Python files among these that lie in one of the top folders."""
    for path in files:
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in folders:
            yield path


def plugin_folders(root: Path = ROOT) -> list[Path]:
    """The distributions below plugins/."""
    return sorted(path.parent for path in (root / "plugins").glob("*/setup.cfg"))
