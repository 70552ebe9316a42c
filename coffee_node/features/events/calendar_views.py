"""The page of one's own calendar address, and the calendar behind it."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from flask import Blueprint, Response, flash, redirect, render_template, request

from coffee_node.base import clock, i18n
from coffee_node.base.errors import NotFound, Unauthorized
from coffee_node.base.i18n import gettext as _
from coffee_node.features.events import calendar_addresses
from coffee_node.features.events.calendar import calendar
from coffee_node.features.events.reader_zone import choices_of, zone_of
from coffee_node.features.events.views import CANCELLED_KEPT
from coffee_node.features.events.wire_fields import zone_or_none
from coffee_node.federation.account_models import Account
from coffee_node.federation.notices import language_of
from coffee_node.node import current_node
from coffee_node.web.auth import current_account, require_account
from coffee_node.web.site_frame import site_name

blueprint = Blueprint("event_calendars", __name__)
PAGE = "/me/calendars"


@blueprint.get("/calendar/<secret>.ics")
def personal_calendar(secret: str) -> Response:
    """What somebody takes part in, for who knows the secret address."""
    found = calendar_addresses.reader_with(secret)
    if found is None:
        raise NotFound(_("There is nothing at this address."))
    row, account = found
    since = clock.utcnow() - CANCELLED_KEPT
    with i18n.speaking(current_node.catalogues, language_of(account)):
        events = calendar_addresses.events_for(account, with_followed=row.with_followed, since=since)
        body = calendar(events, _("My events at %(name)s", name=site_name()))
    calendar_addresses.note_use(row)
    headers = {"Cache-Control": "private, max-age=300", "X-Robots-Tag": "noindex"}
    return Response(body, content_type="text/calendar; charset=utf-8", headers=headers)


@blueprint.get(PAGE)
@require_account
def my_calendars() -> str:
    """The address with its last use, and what was chosen."""
    return _page()


@blueprint.post(PAGE)
@require_account
def choose() -> Any:
    """Keep the clocks and what the calendar holds."""
    zone = request.form.get("timezone", "")
    calendar_addresses.choose(
        _account(),
        timezone=zone if zone_or_none(zone) else "",
        with_followed=request.form.get("with_followed") == "yes",
    )
    flash(_("Saved."), "ok")
    return redirect(PAGE, 303)


@blueprint.post(f"{PAGE}/renew")
@require_account
def renew() -> Response:
    """Make a new address; it is shown on this answer only."""
    secret = calendar_addresses.renew(_account())
    address = f"{current_node.config.base_url}/calendar/{secret}.ics"
    return Response(_page(address), headers={"Cache-Control": "no-store"})


@blueprint.post(f"{PAGE}/close")
@require_account
def close() -> Any:
    """Let the address work no more."""
    calendar_addresses.close(_account())
    flash(_("The address works no more."), "ok")
    return redirect(PAGE, 303)


def _account() -> Account:
    account = current_account()
    if account is None:
        raise Unauthorized(_("This is for people with an account here."))
    return account


def _page(address: str = "") -> str:
    account = _account()
    chosen = choices_of(account)
    zones = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    return render_template(
        "events/calendars.html",
        chosen=chosen,
        address=address,
        webcal=address.replace("https://", "webcal://").replace("http://", "webcal://"),
        zones=zones,
        own_zone=zone_of(account),
    )
