"""The configuration of a node: instance.cfg and the environment, read into one frozen value."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from marshmallow import RAISE, Schema, ValidationError

from coffee_node.base.config_file import FILE_NAME, RawSections, changed_text, parse, read, replace_file
from coffee_node.base.config_sections import (
    SECTIONS,
    SETTINGS,
    DatabaseSection,
    FederationSection,
    HttpSection,
    MailSection,
    NodeSection,
    PluginsSection,
    QueueSection,
    Setting,
    WebSection,
    as_text,
)
from coffee_node.base.errors import ConfigError

PLUGIN_PREFIX = "plugin:"
SECRET_WORDS = ("secret", "key", "token", "password")


@dataclass(frozen=True)
class NodeConfig:
    """Everything a node is told before it starts; `origins` says where a given value comes from."""

    home: Path
    node: NodeSection = field(default_factory=NodeSection)
    database: DatabaseSection = field(default_factory=DatabaseSection)
    queue: QueueSection = field(default_factory=QueueSection)
    http: HttpSection = field(default_factory=HttpSection)
    federation: FederationSection = field(default_factory=FederationSection)
    mail: MailSection = field(default_factory=MailSection)
    web: WebSection = field(default_factory=WebSection)
    plugins: PluginsSection = field(default_factory=PluginsSection)
    plugin_settings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    origins: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @property
    def base_url(self) -> str:
        """The address all ids of this node are built from, without a slash at the end."""
        return self.node.base_url

    @property
    def host(self) -> str:
        """The host of all ids, with its port where that is not the default one."""
        return urlsplit(self.node.base_url).netloc

    @property
    def is_https(self) -> bool:
        """Whether browsers reach the node over TLS."""
        return self.node.base_url.startswith("https://")

    @property
    def database_url(self) -> str:
        """The database address as SQLAlchemy takes it."""
        url = self.database.url
        if not url:
            return f"sqlite:///{(self.home / 'node.sqlite3').resolve()}"
        return url.replace("postgresql://", "postgresql+psycopg://", 1)


def nearest(name: str, names: Iterable[str]) -> str:
    """A closing remark that names the nearest known word, or nothing."""
    found = difflib.get_close_matches(name, list(names), n=1, cutoff=0.6)
    return f"; did you mean {found[0]}?" if found else "."


def load_config(home: Path, environ: Mapping[str, str] = os.environ) -> NodeConfig:
    """Read the configuration of a home; ConfigError names the key, the value and what is allowed."""
    file = home / FILE_NAME
    return _build(home, read(file), environ, file)


def _build(home: Path, raw: RawSections, environ: Mapping[str, str], file: Path) -> NodeConfig:
    sections = {name: values for name, values in raw.items() if not name.startswith(PLUGIN_PREFIX)}
    _refuse_unknown(sections, file)
    given: dict[tuple[str, str], tuple[str, str]] = {
        (section, key): (value, str(file))
        for section, values in sections.items()
        for key, value in values.items()
    }
    given.update(_from_environment(environ))
    loaded = {name: _load_section(name, kind, given, file) for name, kind in SECTIONS.items()}
    config = NodeConfig(
        home=home,
        **loaded,
        plugin_settings={
            name.removeprefix(PLUGIN_PREFIX): values
            for name, values in raw.items()
            if name.startswith(PLUGIN_PREFIX)
        },
        origins={name: origin for name, (_, origin) in given.items()},
    )
    _check_together(config, file)
    return config


def _refuse_unknown(sections: RawSections, file: Path) -> None:
    for section, values in sections.items():
        if section not in SECTIONS:
            known = ", ".join(f"[{name}]" for name in (*SECTIONS, "plugin:<name>"))
            hint = nearest(f"[{section}]", [f"[{name}]" for name in SECTIONS])
            raise ConfigError(f"{file} has a section [{section}], but a node knows {known}{hint}")
        keys = [setting.key for setting in SETTINGS.values() if setting.section == section]
        for key in values:
            if key not in keys:
                raise ConfigError(
                    f"{file} has a key {key} = {values[key]} in [{section}], which takes "
                    f"{', '.join(keys)}{nearest(key, keys)}"
                )


def _from_environment(environ: Mapping[str, str]) -> dict[tuple[str, str], tuple[str, str]]:
    variables = {setting.variable: name for name, setting in SETTINGS.items()}
    sections = tuple(f"COFFEE_{section.upper()}_" for section in SECTIONS)
    for variable, value in environ.items():
        if variable.startswith(sections) and variable not in variables:
            raise ConfigError(
                f"The environment has {variable} = {value}, which is no setting of a node"
                f"{nearest(variable, variables)}"
            )
    return {
        name: (environ[variable], variable) for variable, name in variables.items() if variable in environ
    }


def _load_section(
    section: str, kind: type[Any], given: Mapping[tuple[str, str], tuple[str, str]], file: Path
) -> Any:
    values = {key: value for (name, key), (value, _) in given.items() if name == section}
    kinds = {setting.key: setting.kind for setting in SETTINGS.values() if setting.section == section}
    try:
        return kind(**Schema.from_dict(kinds)(unknown=RAISE).load(values))
    except ValidationError as error:
        key = next(iter(error.messages_dict))
        origin = given[section, key][1]
        raise _wrong_value(SETTINGS[section, key], values[key], origin) from error


def _wrong_value(setting: Setting, value: str, origin: str) -> ConfigError:
    shown = _without_password(value)
    hint = nearest(value, setting.choices)
    return ConfigError(
        f'{origin} sets {setting.key} = "{shown}" in [{setting.section}], which takes {setting.allowed}{hint}'
    )


def _check_together(config: NodeConfig, file: Path) -> None:
    for setting in SETTINGS.values():
        value = getattr(getattr(config, setting.section), setting.key)
        if setting.example and not value:
            raise ConfigError(
                f"{setting.key} is missing in [{setting.section}] of {file}: give {setting.allowed}."
            )
    if not config.is_https and not config.federation.development:
        origin = config.origins.get(("node", "base_url"), str(file))
        raise _wrong_value(SETTINGS["node", "base_url"], config.node.base_url, origin)
    if config.queue.engine == "redis" and not config.queue.url:
        raise ConfigError(
            f"url is missing in [queue] of {file}: with engine = redis it takes redis://HOST:PORT/NUMBER."
        )
    if not config.web.languages:
        raise _wrong_value(SETTINGS["web", "languages"], "", config.origins["web", "languages"])


def write_config(home: Path, values: Mapping[str, Mapping[str, Any]]) -> None:
    """Set keys in the home's instance.cfg, keeping its other lines; ConfigError leaves the file as it was."""
    file = home / FILE_NAME
    before = file.read_text("utf-8") if file.exists() else ""
    texts = {
        section: {key: as_text(value) for key, value in keys.items()} for section, keys in values.items()
    }
    after = changed_text(before, texts)
    _build(home, parse(after, file), {}, file)
    replace_file(file, after)


def describe(config: NodeConfig) -> list[tuple[str, str, str, str]]:
    """Every value as (section, key, value, origin), passwords left out."""
    rows = []
    for section, key in SETTINGS:
        value = as_text(getattr(getattr(config, section), key))
        rows.append((section, key, _without_password(value), config.origins.get((section, key), "default")))
    for name, settings in config.plugin_settings.items():
        for key, value in settings.items():
            shown = "***" if any(word in key for word in SECRET_WORDS) else _without_password(value)
            rows.append((PLUGIN_PREFIX + name, key, shown, str(config.home / FILE_NAME)))
    return rows


def _without_password(value: str) -> str:
    try:
        parts = urlsplit(value)
        hidden = parts.password
    except ValueError:
        return value
    if not hidden:
        return value
    netloc = parts.netloc.replace(f":{hidden}@", ":***@")
    return urlunsplit(parts._replace(netloc=netloc))


def example_text() -> str:
    """The text of instance.example.cfg: every key with one line that explains it and its default."""
    lines = [
        "# Settings of a COFFEE node. Every line shows the default; only [node] has to be filled in.",
        "# COFFEE_<SECTION>_<KEY> in the environment beats this file.",
    ]
    section = ""
    for setting in SETTINGS.values():
        if setting.section != section:
            section = setting.section
            lines += ["", f"[{section}]"]
        value = as_text(setting.default) or setting.example
        lines += [f"# {setting.comment} Takes {setting.allowed}.", f"{setting.key} = {value}".rstrip()]
    lines += ["", "# A plugin reads its own section [plugin:<name>]; its README lists the keys.", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(example_text())
