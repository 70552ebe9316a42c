"""The settings of plugins: each section [plugin:<name>] checked by the schema its plugin gave."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError

from coffee_node.base.config import PLUGIN_PREFIX, NodeConfig, nearest
from coffee_node.base.errors import ConfigError
from coffee_node.base.plugin_manager import NodePlugins

HOOK = "register_settings"


def load_plugin_settings(
    plugins: NodePlugins, config: NodeConfig, environ: Mapping[str, str] = os.environ
) -> dict[str, Mapping[str, Any]]:
    """The checked settings by plugin.

    A plugin whose settings are wrong is taken out and reported; ConfigError when [plugins] requires it,
    or requires one that is not there.
    """
    schemas: dict[str, type[Schema]] = {}

    def make_register(owner: str) -> Callable[[type[Schema]], None]:
        return lambda schema: schemas.update({owner: schema})

    plugins.collect(HOOK, make_register)
    loaded: dict[str, Mapping[str, Any]] = {}
    for name, schema in schemas.items():
        given = {**config.plugin_settings.get(name, {}), **_from_environment(name, schema, environ)}
        try:
            loaded[name] = _load(name, schema(unknown=RAISE), given)
        except ConfigError as error:
            if name in config.plugins.required:
                raise
            plugins.unload(name, HOOK, error)
    _require(config.plugins.required, plugins.names())
    return loaded


def _from_environment(name: str, schema: type[Schema], environ: Mapping[str, str]) -> dict[str, str]:
    variables = {key: f"COFFEE_PLUGIN_{name}_{key}".upper() for key in schema().fields}
    return {key: environ[variable] for key, variable in variables.items() if variable in environ}


def _load(name: str, schema: Schema, given: Mapping[str, str]) -> Mapping[str, Any]:
    try:
        values: Mapping[str, Any] = schema.load(given)
    except ValidationError as error:
        key, reasons = next(iter(error.messages_dict.items()))
        reason = " ".join(reasons) if isinstance(reasons, list) else str(reasons)
        keys = ", ".join(schema.fields) or "no keys"
        value = f' = "{given[key]}"' if key in given else ""
        hint = "." if key in schema.fields else nearest(key, schema.fields)
        raise ConfigError(
            f"The section [{PLUGIN_PREFIX}{name}] cannot be used: {key}{value}: {reason.rstrip('.')}; "
            f"it takes {keys}{hint}"
        ) from error
    return values


def _require(required: Collection[str], loaded: Collection[str]) -> None:
    missing = [name for name in required if name not in loaded]
    if missing:
        raise ConfigError(
            f"[plugins] requires {', '.join(missing)}, but only {', '.join(loaded) or 'none'} can be loaded"
            f"{nearest(missing[0], loaded)}"
        )
