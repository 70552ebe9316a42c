"""The texts that readers see, and their catalogues: `python -m tests.house.texts update` merges them."""

from __future__ import annotations

import ast
import fcntl
import io
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from babel.core import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from tests.house.sources import ROOT, plugin_folders

TRANSLATED = ("fr", "nl", "de")
CORE = ROOT / "coffee_node"
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "gettext": None,
    "lazy_": None,
    "LazyText": None,
    "ngettext": (1, 2),
}
SOURCES = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
TEMPLATE_OPTIONS = {"encoding": "utf-8", "trimmed": "true", "silent": "false", "extensions": "jinja2.ext.do"}
OPTIONS = {"**/templates/**.html": TEMPLATE_OPTIONS}
HEADER = """\
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural_forms}\\n"

"""


@dataclass(frozen=True)
class Texts:
    """The sources of one owner, the core or a plugin, and where its catalogues lie."""

    name: str
    package: Path
    folder: Path

    def catalogue(self, language: str) -> Path:
        """The file with the texts of this owner in one language."""
        return self.folder / language / "LC_MESSAGES" / f"{self.name}.po"


def owners(root: Path = ROOT) -> list[Texts]:
    """The core first, then each plugin's package below plugins/."""
    core = root / "coffee_node"
    found = [Texts("messages", core, core / "web" / "translations")]
    for distribution in plugin_folders(root):
        for package in sorted(distribution.glob("coffee_*/__init__.py")):
            name = package.parent.name.removeprefix("coffee_")
            found.append(Texts(name, package.parent, package.parent / "translations"))
    return found


def messages_of(package: Path) -> Catalog:
    """The texts that the Python files and the templates of a package mark for translation."""
    catalogue = Catalog()
    for _name, _line, message, _comments, _context in extract_from_dir(package, SOURCES, OPTIONS, KEYWORDS):
        catalogue.add(message)
    return catalogue


def marks_in(package: Path) -> Iterator[tuple[Path, str]]:
    """What the modules of a package mark, file by file: a text, or nothing where it is not written out."""
    for path in sorted(package.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and name_of(node.func) in KEYWORDS:
                yield path, written_out(node.args)


def written_out(arguments: list[ast.expr]) -> str:
    """The text that the first argument is, if it is one."""
    first = arguments[0] if arguments else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""


def name_of(function: ast.expr) -> str:
    """The last name of what is called."""
    return getattr(function, "id", "") or getattr(function, "attr", "")


def wanted_of(owner: Texts, core: Catalog) -> Catalog:
    """The texts that an owner translates itself; a plugin is given those that the core has already."""
    wanted = messages_of(owner.package)
    if owner.package.name != "coffee_node":
        for message in list(real(wanted)):
            if message.id in core:
                wanted.delete(message.id)
    return wanted


def real(catalogue: Catalog) -> Iterator[Message]:
    """The messages of a catalogue without its header."""
    return (message for message in catalogue if message.id)


def key(message: Message) -> str:
    """What a message is found by: its singular."""
    return message.id if isinstance(message.id, str) else message.id[0]


def read_catalogue(source: bytes, language: str) -> Catalog:
    """A catalogue as its file holds it."""
    return read_po(io.BytesIO(source), locale=language, ignore_obsolete=True, abort_invalid=True)


def merged(wanted: Catalog, source: bytes, language: str) -> bytes:
    """The file of a catalogue with exactly the wanted texts, sorted, and the translations that it had."""
    old = read_catalogue(source, language)
    new = Catalog(locale=language)
    for message in real(wanted):
        known = old.get(key(message))
        kept = known is not None and not known.fuzzy and known.pluralizable == message.pluralizable
        comments = known.user_comments if known is not None and kept else ()
        new.add(message.id, known.string if known is not None and kept else None, user_comments=comments)
    body = io.BytesIO()
    write_po(body, new, width=0, no_location=True, omit_header=True, sort_output=True)
    header = HEADER.format(language=Locale.parse(language), plural_forms=new.plural_forms)
    return header.encode() + body.getvalue().rstrip() + b"\n"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One update at a time: a lock on the folder itself, which leaves no file behind."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def update(path: Path, wanted: Catalog, language: str) -> bool:
    """Merge the wanted texts into one file, whole or not at all; True if it changed.

    RuntimeError if somebody saved it meanwhile.
    """
    with locked(path.parent):
        source = path.read_bytes() if path.exists() else b""
        result = merged(wanted, source, language)
        if result == source:
            return False
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as temporary:
            temporary.write(result)
        os.chmod(temporary.name, 0o644)
        # A translator who saved meanwhile wins.
        if source and path.read_bytes() != source:
            os.unlink(temporary.name)
            raise RuntimeError(f"{path} was saved meanwhile: run this again")
        os.replace(temporary.name, path)
        return True


def update_all(root: Path = ROOT) -> list[Path]:
    """Merge the texts of the sources into every catalogue; the files that changed."""
    every = owners(root)
    core = messages_of(every[0].package)
    changed = []
    for owner in every:
        wanted = wanted_of(owner, core)
        if not len(wanted):
            continue
        for language in TRANSLATED:
            path = owner.catalogue(language)
            if update(path, wanted, language):
                changed.append(path)
    return changed


if __name__ == "__main__":
    if sys.argv[1:] != ["update"]:
        sys.exit("usage: python -m tests.house.texts update")
    for changed_file in update_all():
        sys.stdout.write(f"{changed_file.relative_to(ROOT)}\n")
