"""What people read for each code: a sentence, and for the person at the door what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from coffee_node.base.i18n import _ as lazy_

HEADINGS: Final[Mapping[str, str]] = {
    "green": lazy_("Welcome"),
    "amber": lazy_("Welcome, to be confirmed"),
    "red": lazy_("Please ask at the desk"),
}

_UNREADABLE: Final = lazy_("Clean the screen or the paper and scan again, or type the code below it.")
_DAY_VISITOR: Final = lazy_("Register an ordinary day visitor, or call the home space.")
_HOME_SPACE: Final = lazy_("The home space can say more; with a good reason you may let them in.")
_GO_ONLINE: Final = lazy_("Let them in. Connect this device to the internet when you can.")

# Code: (sentence, next step). Green answers need no step.
DOOR: Final[Mapping[str, tuple[str, str | None]]] = {
    "NOT_A_PASS": (lazy_("This code is not a pass."), lazy_("Ask for the code on the page My pass.")),
    "TOO_LONG": (lazy_("This code is too long to be a pass."), _UNREADABLE),
    "NEWER_FORMAT": (
        lazy_("This pass is of a newer kind than this node knows."),
        lazy_("Update this node; until then, register an ordinary day visitor."),
    ),
    "BAD_ENCODING": (lazy_("This code was not read completely."), _UNREADABLE),
    "BAD_FORMAT": (lazy_("This code is damaged."), _UNREADABLE),
    "BAD_CLAIMS": (lazy_("This pass says something that no pass may say."), _DAY_VISITOR),
    "UNKNOWN_ISSUER": (
        lazy_("No partner of this space issued this pass."),
        lazy_("Load the latest data if you can, then scan again; otherwise register a day visitor."),
    ),
    "BAD_SIGNATURE": (lazy_("The signature of this pass is wrong: it may be forged."), _DAY_VISITOR),
    "ISSUER_MISMATCH": (lazy_("This pass names another space than the one that signed it."), _DAY_VISITOR),
    "KEY_REVOKED": (
        lazy_("The home space has withdrawn the key of this pass."),
        lazy_("Ask for the new pass: it is on the page My pass of the home space."),
    ),
    "NOT_YET_VALID": (lazy_("This pass is not valid yet."), _HOME_SPACE),
    "EXPIRED": (
        lazy_("This pass has expired."),
        lazy_("Ask for the new pass; with a good reason you may let them in."),
    ),
    "OWN_MEMBER": (lazy_("This is a member of your own space."), None),
    "NO_AGREEMENT": (lazy_("There is no agreement with the home space of this pass."), _DAY_VISITOR),
    "AGREEMENT_SUSPENDED": (lazy_("The agreement with the home space is suspended."), _DAY_VISITOR),
    "AGREEMENT_ENDED": (lazy_("The agreement with the home space has ended."), _DAY_VISITOR),
    "QUOTA_TOO_HIGH": (lazy_("This pass has more days than the agreement allows."), _DAY_VISITOR),
    "LOCAL_BLOCK": (lazy_("This space has blocked this pass."), lazy_("Ask the manager of this space.")),
    "REVOKED": (lazy_("The home space has withdrawn this pass."), _HOME_SPACE),
    "RE_ENTRY": (lazy_("Was here already today: coming back is free."), None),
    "QUOTA_REACHED": (lazy_("All days of this pass are used."), _HOME_SPACE),
    "HOST_CAP_REACHED": (
        lazy_("This pass was used here as often as the agreement allows."),
        lazy_("Register an ordinary day visitor; with a good reason you may let them in."),
    ),
    "QUOTA_UNCERTAIN": (lazy_("The days of this pass may be used up."), _GO_ONLINE),
    "SEEN_ELSEWHERE": (
        lazy_("This pass was seen in another space today."),
        lazy_("Ask whether they come from another space; the home space will look at it."),
    ),
    "OUTSIDE_HOURS": (
        lazy_("It is outside the hours agreed for visitors."),
        lazy_("Let them in if your space is open."),
    ),
    "NO_LIST": (lazy_("Nothing was ever received from the home space."), _GO_ONLINE),
    "LIST_VERY_OLD": (
        lazy_("What this device knows of the pass is very old: it may have been withdrawn."),
        lazy_("Ask for the name and note it. Connect this device to the internet soon."),
    ),
    "LIST_OLD": (lazy_("What this device knows of the pass is more than a day old."), _GO_ONLINE),
    "OK": (lazy_("The pass is valid."), None),
    "CODE_UNVERIFIED": (
        lazy_("The typed code cannot be checked now."),
        lazy_("Let them in; the code is checked later."),
    ),
    "NO_CRYPTO": (
        lazy_("This browser cannot check passes."),
        lazy_("Ask the node instead, or use another browser."),
    ),
    "BUNDLE_MISSING": (
        lazy_("This device knows nothing of the partners yet."),
        lazy_("Pair the device first."),
    ),
    "OVERRIDDEN": (lazy_("Let in by the person at the door."), None),
}

REJECTIONS: Final[Mapping[str, str]] = {
    "UNKNOWN_PASS": lazy_("The home space knows no such pass."),
    "WRONG_PRICE": lazy_("The price is not the one of the agreement."),
    "WRONG_AGREEMENT": lazy_("The agreement was not in force on that day."),
    "OUT_OF_VALIDITY": lazy_("The pass was not valid on that day."),
    "BAD_SIGNATURE": lazy_("The record is not signed by the host."),
    "TOO_LATE": lazy_("The record came too late."),
    "CHAIN_GAP": lazy_("Records before this one are missing; they are sent again."),
    "CHAIN_FORK": lazy_("Two different records have the same number; the managers must look at them."),
    "NOT_PRESENT": lazy_("The holder says that they were not there."),
}

STATEMENT_CONFLICT: Final = lazy_("Two different records have the same identity; no statement is made.")


def sentence(code: str) -> str:
    """The sentence for an answer at the door."""
    return DOOR[code][0]


def next_step(code: str) -> str | None:
    """What the person at the door does next; None where nothing is needed."""
    return DOOR[code][1]
