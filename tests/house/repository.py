"""What may lie in the repository."""

from __future__ import annotations

import re
from pathlib import Path

FOREIGN_FOLDERS = frozenset({"node_modules", "vendor", "third_party", "bower_components"})
FOREIGN_MARKS = re.compile(r"@license|@preserve|sourceMappingURL|\(c\)|copyright|!function\(", re.I)
COMPILED = frozenset({".mo", ".pyc", ".so", ".whl", ".map"})


def compiled_files(paths: list[Path]) -> list[str]:
    """Files that a tool made from others and that therefore do not belong into git."""
    return [str(path) for path in paths if path.suffix in COMPILED]


def foreign_script(path: Path, text: str) -> bool:
    """True if a script or style sheet looks like another project's: by its folder, name or marks."""
    if path.suffix not in (".js", ".mjs", ".css"):
        return False
    named = bool(FOREIGN_FOLDERS & set(path.parts)) or ".min." in path.name
    return named or bool(FOREIGN_MARKS.search(text)) or max(map(len, text.splitlines()), default=0) > 500


def foreign_scripts(paths: list[Path]) -> list[str]:
    """The scripts and style sheets that are not of our own making."""
    scripts = [path for path in paths if path.suffix in (".js", ".mjs", ".css")]
    return [str(path) for path in scripts if foreign_script(path, path.read_text("utf-8"))]
