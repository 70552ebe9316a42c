"""Intents: the templates we publish, and the address that the template of another server makes."""

from __future__ import annotations

import pytest

from coffee_node.activitypub import intents

ABOUT = "https://lille.example/objects/1?a=b&c"
QUOTED = "https%3A%2F%2Flille.example%2Fobjects%2F1%3Fa%3Db%26c"


def address(intent: str, **templates: str) -> str:
    rels = {"subscribe": intents.SUBSCRIBE}
    known = {rels.get(name, intents.INTENT + name): text for name, text in templates.items()}
    return intents.form_address(lambda rel: known.get(rel, ""), intent, ABOUT)


def test_what_we_publish_leads_to_our_own_forms() -> None:
    published = {link["rel"]: link["template"] for link in intents.links("https://lille.example")}
    follow = intents.form_address(lambda rel: published.get(rel, ""), "Follow", ABOUT)
    assert follow == f"https://lille.example/intents/follow?uri={QUOTED}&on-success=&on-cancel="


def test_the_form_of_the_intent_goes_first_then_any_object_then_the_older_one() -> None:
    join, any_object = "https://a.example/join?u={object}", "https://a.example/open?u={object}"
    older = "https://a.example/follow?u={uri}"
    assert (
        address("Join", Join=join, Object=any_object, subscribe=older) == f"https://a.example/join?u={QUOTED}"
    )
    assert address("Join", Object=any_object, subscribe=older) == f"https://a.example/open?u={QUOTED}"
    assert address("Join", subscribe=older) == f"https://a.example/follow?u={QUOTED}"


@pytest.mark.parametrize(
    "template", ["javascript:x({object})", "https://a.example/{unknown}", "{object}x{", ""]
)
def test_a_template_that_makes_no_address_gives_none(template: str) -> None:
    assert address("Join", Join=template) == ""
