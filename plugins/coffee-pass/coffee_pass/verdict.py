"""Verdicts for people and other plugins: the contract's PassVerdict, and the rule of overriding a RED."""

from __future__ import annotations

from dataclasses import replace

from coffee_node.base.contracts import PassVerdict
from coffee_node.base.errors import Unprocessable
from coffee_node.base.i18n import _ as lazy_

from coffee_pass.check import GREEN, Verdict
from coffee_pass.sentences import sentence

SHORTEST_REASON = 3
LONGEST_REASON = 200


class CannotOverride(Unprocessable):
    """An answer that nobody at the door may change, or a reason that says too little or too much."""


def as_pass_verdict(verdict: Verdict) -> PassVerdict | None:
    """Give a verdict to the core; None for what is no pass of ours, so that another plugin may know it."""
    if verdict.code == "NOT_A_PASS":
        return None
    left = None
    if verdict.quota is not None and verdict.days_used is not None:
        left = max(0, verdict.quota - verdict.days_used)
    return PassVerdict(
        colour=verdict.colour,
        reason=verdict.code,
        label=str(sentence(verdict.code)),
        holder_label=verdict.label or None,
        used=verdict.days_used,
        left=left,
    )


def override(verdict: Verdict, reason: str) -> Verdict:
    """Let somebody in all the same, with a written reason; CannotOverride where the rules do not allow it.

    The first reason says so, the others what the check had found.
    """
    if not verdict.is_overridable:
        raise CannotOverride(
            str(lazy_("This answer cannot be changed at the door.")),
            str(lazy_("Register an ordinary day visitor.")),
        )
    if not SHORTEST_REASON <= len(reason.strip()) <= LONGEST_REASON:
        fields = {"reason": [str(lazy_("Write a reason of 3 to 200 characters."))]}
        raise CannotOverride(str(lazy_("A reason is needed.")), fields=fields)
    return replace(verdict, colour=GREEN, code="OVERRIDDEN", reasons=("OVERRIDDEN", *verdict.reasons))
