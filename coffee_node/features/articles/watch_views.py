"""The watch of a space or a centre: the feeds it reads, what they told, and articles made of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired

from coffee_node.base.errors import Conflict, Forbidden, NotFound, Unprocessable
from coffee_node.base.i18n import _, gettext
from coffee_node.features.articles import watch
from coffee_node.features.articles.watch_models import FeedEntry, WatchedFeed
from coffee_node.federation import accounts
from coffee_node.federation.models import Actor
from coffee_node.web.auth import current_account, require_account
from coffee_node.web.forms import FederatedForm, keeps_form, tidy

blueprint = Blueprint("watch", __name__)
PAGE = "/me/watch"


class FeedForm(FederatedForm):
    """A feed to read, and for whom."""

    actor = SelectField(_("For"))
    url = StringField(
        _("Address of the feed"),
        [InputRequired(_("Write it like https://example.org/feed.xml."))],
        description=_("An RSS or Atom feed, for example https://example.org/feed.xml."),
        render_kw={"autocapitalize": "none", "spellcheck": "false", "inputmode": "url"},
    )


@blueprint.get(PAGE)
@require_account
def show() -> str:
    """What the feeds told that nobody has looked at yet, the feeds, and a form for another one."""
    return _page(_form())


@blueprint.post(PAGE)
@keeps_form
@require_account
def add() -> Any:
    """Read one more feed."""
    form = _form()
    if form.validate():
        chosen = next(actor for actor in _mine() if actor.uri == form.actor.data)
        try:
            watch.add_feed(chosen, tidy(form.url.data))
        except (Conflict, Unprocessable) as error:
            form.add_error("url", str(error))
        else:
            flash(gettext("It is read within a few minutes, and every hour from then on."), "ok")
            return redirect(PAGE, 303)
    return _page(form), 422


@blueprint.post(f"{PAGE}/feeds/<int:number>/<any(pause, resume, remove):what>")
@require_account
def change_feed(number: int, what: str) -> Any:
    """Pause a feed, read it again, or forget it."""
    feed: WatchedFeed | None = watch.find_feed(_mine(), number)
    if feed is None:
        raise NotFound(gettext("There is nothing at this address."))
    if what == "remove":
        watch.remove_feed(feed)
    else:
        watch.pause(feed, is_paused=what == "pause")
    return redirect(PAGE, 303)


@blueprint.post(f"{PAGE}/entries/<int:number>/dismiss")
@require_account
def dismiss(number: int) -> Any:
    """Nothing is made of an entry."""
    watch.settle(entry_of(number), "dismissed")
    return redirect(PAGE, 303)


def entry_of(number: int) -> FeedEntry:
    """An entry of a feed that the reader may work with; the same 404 for all others."""
    entry: FeedEntry | None = watch.find_entry(_mine(), number)
    if entry is None:
        raise NotFound(gettext("There is nothing at this address."))
    return entry


def places_of_reader() -> list[Actor]:
    """The spaces and companies the reader publishes for; a watch is theirs, not one person's."""
    account = current_account()
    found = [] if account is None else accounts.actors_of(account)
    return [actor for actor in found if actor.type == "Organization"]


def _mine() -> Sequence[Actor]:
    places = places_of_reader()
    if not places:
        raise Forbidden(
            gettext("A watch is kept by those who publish for a space or a centre."),
            gettext("Ask a manager of your space."),
        )
    return places


def _form() -> FeedForm:
    form = FeedForm()
    form.actor.choices = [(actor.uri, actor.name or actor.slug) for actor in _mine()]
    return form


def _page(form: FeedForm) -> str:
    mine = _mine()
    return render_template(
        "articles/watch.html", form=form, feeds=watch.feeds_of(mine), entries=watch.new_entries(mine)
    )
