"""The plugin contract is complete, told and readable."""

from __future__ import annotations

import inspect

import pytest

import coffee_node
from coffee_node.base import hookspecs
from coffee_node.base.plugin_manager import hook_names

FIRST_ANSWER_WINS = {"refuse_activity", "validate_pass", "issue_pass"}


def test_the_contract_has_23_hooks() -> None:
    assert len(hook_names()) == 23


@pytest.mark.parametrize("name", hook_names())
def test_every_hook_says_what_it_is_for(name: str) -> None:
    assert inspect.getdoc(getattr(hookspecs, name))


@pytest.mark.parametrize("name", hook_names())
def test_only_the_questions_that_decide_take_the_first_answer(name: str) -> None:
    options = getattr(hookspecs, name).coffee_node_spec
    assert options["firstresult"] == (name in FIRST_ANSWER_WINS)


@pytest.mark.parametrize("name", [name for name in hook_names() if name.startswith("register_")])
def test_every_registration_hands_over_a_callback(name: str) -> None:
    assert list(inspect.signature(getattr(hookspecs, name)).parameters) == ["register"]


def test_the_mark_of_an_implementation_belongs_to_the_same_project() -> None:
    assert coffee_node.hookimpl.project_name == hookspecs.hookspec.project_name
