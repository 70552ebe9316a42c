"""The picture of a person or a company: one of ours, served to whom the profile shows it."""

from __future__ import annotations

from dataclasses import dataclass

from coffee_node.base.images import Picture
from coffee_node.features.profiles.models import Company, Profile
from coffee_node.features.profiles.schemas import level_of
from coffee_node.federation import media


@dataclass(frozen=True)
class PhotoChange:
    """What becomes of a picture: a new one takes its place, it goes, or only its words change."""

    alt: str = ""
    picture: Picture | None = None
    is_removed: bool = False


def change_photo(row: Profile | Company, change: PhotoChange) -> None:
    """Put the change into the row, inside the caller's write(); nobody else is shown a new picture yet."""
    before = media.media_at((row.icon or {}).get("url", ""))
    if change.picture is not None:
        kept = media.keep(change.picture, row.actor, alt=change.alt, visibility="private")
        row.icon = {"url": media.address_of(kept), "name": kept.alt}
    elif change.is_removed:
        row.icon = None
    elif before is not None and row.icon is not None:
        before.alt = change.alt[:500]
        row.icon = {**row.icon, "name": before.alt}
        return
    if before is not None:
        media.forget(before)


def show_photo(row: Profile) -> None:
    """Let the picture be served to whom the profile shows it, and to nobody else."""
    level = level_of(row, "icon")
    if not row.actor.is_published and level in ("network", "public"):
        level = "space"
    _serve(row, level)


def show_logo(row: Company) -> None:
    """Let the picture of a company be served to everybody."""
    _serve(row, "public")


def _serve(row: Profile | Company, level: str) -> None:
    kept = media.media_at((row.icon or {}).get("url", ""))
    if kept is not None:
        media.show_to(kept, level)
        row.icon = {"url": media.address_of(kept), "name": kept.alt}
