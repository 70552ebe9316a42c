"""What the types of objects are called where they stand side by side."""

from __future__ import annotations

from coffee_node.base.contracts import ObjectType
from coffee_node.base.i18n import gettext as _
from coffee_node.node import current_node
from coffee_node.web.site_frame import site_frame


def kind_labels() -> dict[str, tuple[str, str]]:
    """By table: the name of its type in addresses, and the word for it that the reader knows."""
    return {
        str(one.model.__tablename__): (_name_of(one), label_of(one)) for one in current_node.registry.types()
    }


def _name_of(object_type: ObjectType) -> str:
    """The name of its list, because several types can share their name on the wire."""
    return object_type.list_path.strip("/").split("/")[0] or object_type.name.lower()


def kind_of(name: str) -> str:
    """The table of a type that an address names, empty when there is none."""
    for one in current_node.registry.types():
        if name and name.lower() == _name_of(one):
            return str(one.model.__tablename__)
    return ""


def label_of(object_type: ObjectType) -> str:
    """The navigation's own word for the list of this type, else its name."""
    for link in site_frame().links:
        if object_type.list_path and link.url.split("?", 1)[0] == object_type.list_path:
            return link.label
    # The lists to which no menu leads.
    known = {"companies": _("Companies"), "note": _("Notes"), "polls": _("Polls"), "spaces": _("Places")}
    return known.get(_name_of(object_type), object_type.name)
