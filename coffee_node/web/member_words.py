"""The roles in a space, in words."""

from __future__ import annotations

from coffee_node.base.i18n import gettext as _
from coffee_node.federation.accounts import ROLES


def role_name(role: str) -> str:
    """The word for a role."""
    return {"member": _("member"), "host": _("host"), "manager": _("manager")}.get(role, role)


def role_choices() -> list[tuple[str, str]]:
    """Every role with what it means, for a form."""
    meaning = {
        "member": _("member: belongs to the place"),
        "host": _("host: also keeps the desk, for example the list at the door"),
        "manager": _("manager: also publishes for the place and looks after its members"),
    }
    return [(role, meaning[role]) for role in ROLES]
