"""The logo of this node: a picture of its own actor, shown by its pages and told to other servers.

A space without a picture of its own is told with it, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from coffee_node.base.database import db
from coffee_node.base.images import MEDIA_TYPE
from coffee_node.base.logos import Logo
from coffee_node.federation import media, site_settings
from coffee_node.federation.media_models import Media
from coffee_node.federation.models import Actor

SETTING = "theme.logo"


def current_logo() -> Mapping[str, Any]:
    """Stem (`name`), `width`, `height` and `plate` of the logo; empty when there is none."""
    found = site_settings.all_settings().get(SETTING)
    return found if isinstance(found, dict) else {}


def replace(logo: Logo | None, owner: Actor) -> None:
    """Put a logo in the place of the one there is, or nothing; inside the caller's write()."""
    for old in db.session.scalars(select(Media).where(Media.purpose == "logo")).all():
        media.forget(old)
    values: dict[str, Any] = {}
    if logo is not None:
        kept = media.keep(logo, owner, purpose="logo")
        values = {"name": kept.name, "width": logo.width, "height": logo.height, "plate": logo.plate}
    site_settings.keep({SETTING: values})


def address_of(logo: Mapping[str, Any]) -> str:
    """The whole web address of the logo; empty when there is none."""
    return media.address_named(str(logo["name"])) if logo else ""


def as_icon() -> dict[str, str]:
    """The logo as the icon of an actor of ours; empty when there is none."""
    logo = current_logo()
    return {"type": "Image", "mediaType": MEDIA_TYPE, "url": address_of(logo)} if logo else {}
