"""What the pages of saved searches share, of an account and of a link: rows in words, and changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, render_template, request

from coffee_node.base.database import write
from coffee_node.base.errors import NotFound
from coffee_node.base.i18n import gettext as _
from coffee_node.federation import saved_searches
from coffee_node.federation.saved_searches import SavedSearch
from coffee_node.web import alert_lists
from coffee_node.web.alert_matching import marks_of


@dataclass(frozen=True)
class Shown:
    """A saved search as the page shows it: its list in words and where to see it, empty when it is gone."""

    row: SavedSearch
    label: str
    href: str


def shown_searches(rows: Sequence[SavedSearch]) -> list[Shown]:
    """Saved searches in words; a list that is gone shows its path."""
    found = []
    for row in rows:
        watched = alert_lists.list_at(row.path)
        if watched is None:
            found.append(Shown(row, row.path, ""))
            continue
        query = alert_lists.read_query(watched, row.path, row.given)
        found.append(Shown(row, alert_lists.in_words(watched, query), query.href()))
    return found


def change_one(mine: Sequence[SavedSearch], search_id: int) -> None:
    """Do what the submitted form asks for one of these searches: `what` or a new `rhythm`.

    NotFound for a search of somebody else, as for one that never was.
    """
    search = next((one for one in mine if one.id == search_id), None)
    if search is None:
        raise NotFound(_("There is nothing at this address."))
    what, rhythm = request.form.get("what", ""), request.form.get("rhythm", "")
    with write():
        if what == "delete":
            saved_searches.forget(search)
            flash(_("Deleted. You will hear no more of it."), "ok")
        elif what == "pause":
            saved_searches.pause(search)
            flash(_("Paused, until you resume it."), "ok")
        elif what == "resume":
            start(search)
            flash(_("Resumed. You will hear of what is new from now on."), "ok")
        elif rhythm in saved_searches.RHYTHMS:
            saved_searches.change_rhythm(search, rhythm)
            flash(_("Saved."), "ok")


def start(search: SavedSearch) -> None:
    """Watch from here on, inside the caller's write()."""
    saved_searches.start(search, current_marks(search))


def current_marks(search: SavedSearch) -> dict[str, int]:
    """How far the table of a search goes now."""
    watched = alert_lists.list_at(search.path)
    return marks_of(watched) if watched is not None else {}


def told(title: str, text: str) -> str:
    """A page that says what happened and what comes next."""
    return render_template("alert_told.html", title=title, text=text)
