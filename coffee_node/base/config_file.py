"""instance.cfg as text: read with plain errors, changed line by line so that comments stay."""

from __future__ import annotations

import configparser
import os
from collections.abc import Mapping
from pathlib import Path

from coffee_node.base.errors import ConfigError

FILE_NAME = "instance.cfg"
RawSections = Mapping[str, Mapping[str, str]]


def read(file: Path) -> RawSections:
    """The sections of a configuration file; ConfigError when it is missing or cannot be read."""
    try:
        return parse(file.read_text("utf-8"), file)
    except FileNotFoundError as error:
        raise ConfigError(
            f"There is no {file}: make a node with `coffee-node init`, or name its folder with --home."
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file} cannot be read: save it as UTF-8 text.") from error
    except OSError as error:
        raise ConfigError(f"{file} cannot be read ({error.strerror}): correct its permissions.") from error


def parse(text: str, file: Path) -> RawSections:
    """The sections of a text; ConfigError names the line that is no `key = value`."""
    # No section is special: [DEFAULT] would silently give its keys to all the others.
    parser = configparser.ConfigParser(interpolation=None, default_section="")
    try:
        parser.read_string(text, str(file))
    except configparser.Error as error:
        reason = " ".join(error.message.split())
        raise ConfigError(f"{file} is not a list of [sections] with `key = value` lines: {reason}") from error
    return {section: dict(parser.items(section)) for section in parser.sections()}


def changed_text(text: str, values: Mapping[str, Mapping[str, str]]) -> str:
    """The text with these keys set: lines that exist are replaced, others added to their section."""
    lines = text.splitlines()
    for section, keys in values.items():
        if f"[{section}]" not in (line.strip() for line in lines):
            lines += ([""] if lines else []) + [f"[{section}]"]
        for key, value in keys.items():
            _set_line(lines, section, key, f"{key} = {value}".rstrip())
    return "\n".join(lines) + "\n"


def _set_line(lines: list[str], section: str, key: str, line: str) -> None:
    start = next(number for number, text in enumerate(lines) if text.strip() == f"[{section}]") + 1
    end = next((n for n in range(start, len(lines)) if lines[n].startswith("[")), len(lines))
    for number in range(start, end):
        name = lines[number].replace(":", "=", 1).split("=")[0].strip().lower()
        if name == key and not lines[number][:1].isspace():
            after = number + 1
            while after < end and lines[after][:1].isspace() and lines[after].strip():
                after += 1
            lines[number:after] = [line]
            return
    while end > start and not lines[end - 1].strip():
        end -= 1
    lines.insert(end, line)


def replace_file(file: Path, text: str) -> None:
    """Write a file whole or not at all, readable by its owner only: it may hold passwords."""
    temporary = file.with_suffix(".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(file)
