"""The parts of documents that are made from the code: `python -m tests.house.documents` writes them anew."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Template

from tests.house.commands import command_pages
from tests.house.sources import ROOT

HOOKSPECS = ROOT / "coffee_node" / "base" / "hookspecs.py"
PLUGIN_PAGE = ROOT / "docs" / "plugins.md"
COMMAND_PAGE = ROOT / "docs" / "commands.md"
EXAMPLE = ROOT / "instance.example.cfg"
HOOKS_BLOCK = re.compile(r"(?<=<!-- hooks: )([^\n]* -->\n)(.*?)(?=<!-- end of hooks -->)", re.S)


@dataclass(frozen=True)
class Hook:
    """One hook of the contract, as its specification reads."""

    name: str
    signature: str
    sentence: str
    heading: str


def read_hooks(source: str) -> list[Hook]:
    """The hooks of a specification in its order, each under the comment line `# --- heading` above it."""
    headings = {
        number: line.removeprefix("# --- ").strip()
        for number, line in enumerate(source.splitlines(), 1)
        if line.startswith("# --- ")
    }
    hooks = []
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and any(
            is_marked(item, "hookspec") for item in node.decorator_list
        ):
            above = [text for number, text in headings.items() if number < node.lineno]
            sentence = ast.get_docstring(node) or ""
            hooks.append(Hook(node.name, signature_of(node), sentence, above[-1] if above else ""))
    return hooks


def is_marked(decorator: ast.expr, marker: str) -> bool:
    """True for `@marker` and `@marker(...)`."""
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(target, ast.Name) and target.id == marker


def signature_of(function: ast.FunctionDef) -> str:
    """Name, arguments and answer of a function on one line."""
    answer = ast.unparse(function.returns) if function.returns else "None"
    return f"{function.name}({ast.unparse(function.args)}) -> {answer}"


def implemented_hooks(source: str) -> Iterator[str]:
    """The names of the functions that a module marks as implementations of hooks."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and any(
            is_marked(item, "hookimpl") for item in node.decorator_list
        ):
            yield node.name


def filled_template(path: Path) -> str:
    """The source that `plugin new` makes of one of its templates."""
    values = {"name": "sample", "id": "sample", "Class": "Sample", "title": "Sample"}
    return Template(path.read_text("utf-8")).substitute(values)


def hook_page(hooks: list[Hook]) -> str:
    """The hooks as Markdown, under their headings."""
    lines: list[str] = []
    heading = None
    for hook in hooks:
        if hook.heading != heading:
            heading = hook.heading
            lines += ["", f"### {heading[:1].upper()}{heading[1:]}", ""]
        lines += ["```python", hook.signature, "```", "", hook.sentence.replace("<", "&lt;"), ""]
    return "\n".join(lines) + "\n"


def with_hooks(page: str, hooks: list[Hook]) -> str:
    """The page with its block of hooks made anew."""
    block = hook_page(hooks)
    return HOOKS_BLOCK.sub(lambda found: found[1] + block, page)


def write_all() -> None:
    """Write every made part: the hooks, the commands, the example configuration."""
    from coffee_node.base.config import example_text

    hooks = read_hooks(HOOKSPECS.read_text("utf-8"))
    PLUGIN_PAGE.write_text(with_hooks(PLUGIN_PAGE.read_text("utf-8"), hooks), "utf-8")
    EXAMPLE.write_text(example_text(), "utf-8")
    COMMAND_PAGE.write_text(command_pages(), "utf-8")


def map_entries(readme: str) -> dict[str, str]:
    """The map of a README (the fenced block under `## The map`): path to what it says about it."""
    found = re.search(r"^## The map\n.*?^```\n(.*?)^```", readme, re.S | re.M)
    entries: dict[str, str] = {}
    folders: list[str] = []
    for line in found[1].splitlines() if found else ():
        name, _, sentence = line.strip().partition(" ")
        depth = (len(line) - len(line.lstrip())) // 2
        path = "/".join([*(folder.rstrip("/") for folder in folders[:depth]), name])
        folders[depth:] = [name]
        entries[path] = sentence.strip()
    return entries


def map_of(paths: list[Path]) -> set[str]:
    """What the map must hold for these files: all that lies at the top, and each package and test folder."""
    wanted = set()
    for path in paths:
        top, *below = path.parts
        wanted.add(f"{top}/" if below else top)
        if path.suffix == ".py" and top == "coffee_node":
            wanted.add("/".join(path.parent.parts) + "/")
        if path.suffix == ".py" and top == "tests" and len(below) > 1:
            wanted.add(f"tests/{below[0]}/")
        if top == "plugins" and len(below) > 1:
            wanted.add(f"plugins/{below[0]}/")
    return wanted


if __name__ == "__main__":
    write_all()
    sys.stdout.write("written\n")
