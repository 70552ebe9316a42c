"""What comes after the check: overriding at the door, the sentence for people, the answer to the core."""

from __future__ import annotations

from typing import Any

import pytest

from coffee_pass import check as door
from coffee_pass.sentences import DOOR, next_step
from coffee_pass.verdict import CannotOverride, as_pass_verdict, override

# --- overriding


def test_an_override_needs_a_reason_and_keeps_what_was_found(world: Any) -> None:
    red = world.check(bundle=world.bundle(blocked=frozenset({world.pseudonym})))
    changed = override(red, "I know them well")
    assert (changed.colour, changed.code, changed.reasons) == (
        "green",
        "OVERRIDDEN",
        ("OVERRIDDEN", "LOCAL_BLOCK"),
    )
    assert changed.agreement is not None
    for reason in ("", "  x ", "x" * 201):
        with pytest.raises(CannotOverride) as caught:
            override(red, reason)
        assert "reason" in caught.value.fields


@pytest.mark.parametrize(
    ("text", "now_by"), [("expires", 25 * 86_400), ("not_before", -9 * 86_400)], ids=["12", "11"]
)
def test_an_override_of_the_dates_still_needs_an_agreement(world: Any, text: str, now_by: int) -> None:
    now = world.now + now_by
    agreed = world.bundle(world.partner(standings=(world.standing(validFrom="2026-10-01"),)))
    assert world.check(bundle=agreed, now=now).is_overridable
    assert not world.check(bundle=world.bundle(partners={}), now=now).is_overridable
    suspended = world.bundle(world.partner(standings=(world.standing("suspended"),)))
    assert not world.check(bundle=suspended, now=now).is_overridable


def test_nothing_else_can_be_overridden(world: Any) -> None:
    for verdict in (
        world.check(),
        world.check("x"),
        world.check(world.text(world.host_key)),
        world.check(world.text(quota=6)),
        world.check(bundle=world.bundle(world.partner(usage={}))),
    ):
        with pytest.raises(CannotOverride):
            override(verdict, "a good reason")


# --- what others are told


def test_the_core_gets_the_answer_with_its_sentence(world: Any) -> None:
    bundle = world.bundle(world.partner(usage={1: world.usage(days=2)}))
    told = as_pass_verdict(world.check(bundle=bundle))
    assert told is not None
    assert (told.colour, told.reason, told.holder_label, told.used, told.left) == (
        "green",
        "OK",
        "Z. V.",
        2,
        3,
    )
    assert told.label == "The pass is valid."


def test_another_plugin_may_know_what_is_no_pass(world: Any) -> None:
    assert as_pass_verdict(world.check("DAY-1234")) is None
    assert as_pass_verdict(world.check("CF1:")) is not None


def test_every_answer_has_a_sentence_and_all_but_green_a_next_step() -> None:
    from_tokens = {"NOT_A_PASS", "TOO_LONG", "NEWER_FORMAT", "BAD_ENCODING", "BAD_FORMAT", "BAD_CLAIMS"}
    beside = {"OK", "CODE_UNVERIFIED", "NO_CRYPTO", "BUNDLE_MISSING", "OVERRIDDEN"}
    assert set(DOOR) == from_tokens | beside | {step.code for step in door.STEPS}
    green = {step.code for step in door.STEPS if step.colour == "green"} | {"OK", "OVERRIDDEN"}
    assert {code for code in DOOR if next_step(code) is None} == green
