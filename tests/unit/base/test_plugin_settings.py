"""A plugin's section is checked by the plugin's own schema."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from marshmallow import Schema, fields, validate

from coffee_node import hookimpl
from coffee_node.base.config import NodeConfig
from coffee_node.base.config_sections import PluginsSection
from coffee_node.base.errors import ConfigError
from coffee_node.base.plugin_manager import NodePlugins, build_plugin_manager
from coffee_node.base.plugin_settings import load_plugin_settings


class RotaSettings(Schema):
    """A number with bounds and a default."""

    desks = fields.Integer(load_default=4, validate=validate.Range(1, 99))
    region = fields.String(load_default="")


class Rota:
    """A plugin with settings."""

    @hookimpl
    def register_settings(self, register: Any) -> None:
        register(RotaSettings)


@pytest.fixture
def plugins() -> NodePlugins:
    """A node with one plugin."""
    return build_plugin_manager([("rota", Rota())], (), entry_points=False)


def told(config: NodeConfig, values: dict[str, str], required: tuple[str, ...] = ()) -> NodeConfig:
    return replace(config, plugin_settings={"rota": values}, plugins=PluginsSection(required=required))


def test_settings_that_are_not_given_have_their_defaults(plugins: NodePlugins, config: NodeConfig) -> None:
    assert load_plugin_settings(plugins, config, {}) == {"rota": {"desks": 4, "region": ""}}


def test_the_section_of_a_plugin_is_read_with_its_schema(plugins: NodePlugins, config: NodeConfig) -> None:
    assert load_plugin_settings(plugins, told(config, {"desks": "12"}), {})["rota"]["desks"] == 12


def test_the_environment_beats_the_section(plugins: NodePlugins, config: NodeConfig) -> None:
    environ = {"COFFEE_PLUGIN_ROTA_DESKS": "7"}
    assert load_plugin_settings(plugins, told(config, {"desks": "12"}), environ)["rota"]["desks"] == 7


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("desks", "many", ["[plugin:rota]", 'desks = "many"', "integer", "it takes desks, region"]),
        ("desks", "100", ["[plugin:rota]", 'desks = "100"', "99"]),
        ("desk", "3", ["[plugin:rota]", 'desk = "3"', "did you mean desks?"]),
    ],
)
def test_a_plugin_with_wrong_settings_is_left_out_and_says_why(
    plugins: NodePlugins, config: NodeConfig, key: str, value: str, words: list[str]
) -> None:
    assert load_plugin_settings(plugins, told(config, {key: value}), {}) == {}
    assert plugins.names() == []
    assert [word for word in words if word not in plugins.problems[0].error] == []


def test_wrong_settings_of_a_required_plugin_stop_the_start(plugins: NodePlugins, config: NodeConfig) -> None:
    with pytest.raises(ConfigError, match="desks"):
        load_plugin_settings(plugins, told(config, {"desks": "many"}, required=("rota",)), {})


def test_a_required_plugin_that_is_not_installed_stops_the_start(
    plugins: NodePlugins, config: NodeConfig
) -> None:
    with pytest.raises(ConfigError, match=r"requires rotta, but only rota .* did you mean rota\?"):
        load_plugin_settings(plugins, told(config, {}, required=("rotta",)), {})
