"""Moving a space of this node to a new address: a form for administrators."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from coffee_node.base.errors import NotFound, Unprocessable
from coffee_node.base.i18n import gettext as _
from coffee_node.federation import actors, moves
from coffee_node.web.auth import require_admin
from coffee_node.web.lookup_views import ask, sentence

move_pages = Blueprint("moves", __name__)


@move_pages.get("/admin/move")
@require_admin
def show() -> str:
    """The spaces with where they have moved and their other addresses, and the two forms."""
    spaces = [(space, moves.move_of(space), moves.aliases_of(space)) for space in actors.local_spaces()]
    return render_template("move.html", spaces=spaces)


@move_pages.post("/admin/move")
@require_admin
def move() -> Response:
    """Have the worker ask the new place, and move when it agrees."""
    target = request.form.get("target", "").strip()
    if "://" not in target:
        flash(_("Give the id of the new actor, for example https://example.org/actors/name."), "bad")
        return redirect("/admin/move", 303)
    return ask("move", target, "/admin/move", about=_space_uri())


@move_pages.post("/admin/move/aliases")
@require_admin
def set_aliases() -> Response:
    """Say which other addresses a space had or has: the consent to be moved to from there."""
    space = actors.find_actor(_space_uri())
    if space is None:
        raise NotFound(_("Nobody with this name is known here."))
    try:
        moves.set_aliases(space, request.form.get("aliases", "").split())
    except Unprocessable as error:
        flash(sentence(error), "bad")
    else:
        flash(_("Saved."), "ok")
    return redirect("/admin/move", 303)


def _space_uri() -> str:
    uri = request.form.get("space", "")
    if uri not in [space.uri for space in actors.local_spaces()]:
        raise NotFound(_("Nobody with this name is known here."))
    return uri
