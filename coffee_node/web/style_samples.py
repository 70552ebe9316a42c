"""Sample rows for the style page: made up, never stored."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from babel.dates import get_day_names
from wtforms import BooleanField, StringField, TextAreaField

from coffee_node.base import clock
from coffee_node.base.contracts import Badge
from coffee_node.base.i18n import _ as lazy_
from coffee_node.base.i18n import country_name, language_name, reader_locale
from coffee_node.base.i18n import gettext as _
from coffee_node.web.forms import FederatedForm, LanguageMapField, SelectField
from coffee_node.web.whereabouts import home_place


class SampleForm(FederatedForm):
    """A form with one of each kind of field."""

    title = StringField(lazy_("Title"), description=lazy_("As it will stand in the agenda of every place."))
    title_map = LanguageMapField(lazy_("Title in other languages"))
    start = StringField(lazy_("Starts at"))
    kind = SelectField(
        lazy_("Kind"), choices=[("meeting", lazy_("meeting")), ("workshop", lazy_("workshop"))]
    )
    text = TextAreaField(lazy_("Text"))
    online = BooleanField(lazy_("It can be done remotely"))


def samples() -> dict[str, Any]:
    """Everything the style page shows, in the reader's language where it is ours to say."""
    form = SampleForm(data={"title": "Rencontres improbables", "start": "25:10"}, meta={"csrf": False})
    form.add_error("start", _("This is not a time. Write it like 9:30."))
    return {
        "moment": clock.utcnow() - timedelta(minutes=3),
        "events": _events(),
        "badges": {"Rencontres improbables : son et lumière": [Badge(_("your pass is valid here"), "ok")]},
        "proposals": _proposals(),
        "articles": _articles(),
        "people": _people(),
        "spaces": _spaces(),
        "facets": _facets(),
        "scopes": [
            {"label": _("The network"), "href": "#", "is_active": True},
            {"label": _("Here"), "href": "#", "is_active": False},
        ],
        "page": {"next_href": "#", "first_href": "#", "total": 43},
        "receipts": _receipts(),
        "form": form,
        "week": _week(),
    }


def _week() -> list[str]:
    names = get_day_names("abbreviated", locale=reader_locale())
    return [names[weekday] for weekday in range(7)]


def _place(kilometres: int, town: str, name: str = "") -> dict[str, Any]:
    """A place so many kilometres east of here; from 20 on it is on the other bank."""
    home = home_place()
    latitude, longitude = home.near or (50.63, 3.06)
    across = "FR" if home.country == "BE" else "BE"
    return {
        "country": across if kilometres >= 20 else (home.country or "FR"),
        "latitude": latitude,
        "longitude": longitude + kilometres / 70.8,
        "place": {"name": name, "address": {"locality": town}},
    }


def _events() -> dict[str, list[dict[str, Any]]]:
    start = clock.utcnow().replace(hour=16, minute=30)
    shared = {"timezone": "Europe/Brussels", "href": "#", "author": ""}
    return {
        "here": [
            {**shared, **_place(0, "Lille", "Le Mutualab"), "name": "Petit-déjeuner des deux rives",
             "start_time": start + timedelta(days=3), "language": "fr", "seats_left": 6,
             "category_label": _("meeting")},
            {**shared, **_place(2, "Lille", "POPPlace"), "name": "Facturer en Belgique : la TVA sans peur",
             "start_time": start + timedelta(days=9), "language": "fr", "category_label": _("training"),
             "join_note": _("on request")},
        ],
        "across": [
            {**shared, **_place(24, "Tournai", "ESCO"), "name": "Rencontres improbables : son et lumière",
             "start_time": start + timedelta(days=4), "language": "fr", "seats_left": 12},
            {**shared, **_place(62, "Mons", "Co-nnexion"), "name": "Open avond voor makers",
             "start_time": start + timedelta(days=10), "language": "nl", "seats_left": 0,
             "category_label": _("workshop"), "event_status": "EventCancelled"},
        ],
    }  # fmt: skip


def _proposals() -> list[dict[str, Any]]:
    until = clock.utcnow() + timedelta(days=40)
    return [
        {**_place(58, "Charleroi"), "href": "#", "name": "Une graphiste pour une identité bilingue",
         "purpose": "request", "kind_label": _("mission"), "author": "Switch", "skills": ["Illustration"],
         "match_note": _("3 profiles fit")},
        {**_place(24, "Tournai"), "href": "#", "name": "Relecture français-néerlandais", "purpose": "offer",
         "kind_label": _("skill"), "author": "Anaïs Delvaux", "is_remote": True, "end_time": until},
    ]  # fmt: skip


def _articles() -> list[dict[str, Any]]:
    now = clock.utcnow()
    return [
        {"href": "#", "name": "Travailler à Lille, habiter à Tournai", "kind_label": _("legal card"),
         "countries": ["FR", "BE"], "author": "Technocité", "published": now, "review_at": now,
         "is_overdue": True},
        {"href": "#", "name": "Tenir un lieu sans animateur", "kind_label": _("good practice"),
         "author": "Le Mutualab", "published": now, "language": "fr"},
    ]  # fmt: skip


def _people() -> list[dict[str, Any]]:
    return [
        {**_place(0, "Lille"), "href": "#", "name": "Karim Bensaïd", "headline": "Développeur web",
         "space_label": "Le Mutualab", "languages": ["fr", "en"],
         "skills_offered": [{"name": "Python", "state": "confirmed"}, "Accessibilité"],
         "skills_sought": ["Traduction"]},
        {**_place(80, "Gent"), "href": "#", "name": "Lotte Vermeersch", "headline": "Illustratrice",
         "languages": ["nl", "fr", "en"], "skills_offered": ["Illustratie", "Huisstijl"],
         "availability_label": _("available")},
    ]  # fmt: skip


def _spaces() -> list[dict[str, Any]]:
    return [
        {**_place(0, "Lille"), "href": "#", "name": "Le Mutualab", "open_now": True,
         "open_note": _("until %(time)s", time="18:30"), "services": ["Wi-Fi", "Café", "Salle de réunion"],
         "price_label": _("one day: %(price)s", price="12 €")},
        {**_place(24, "Tournai"), "href": "#", "name": "ESCO", "open_now": False,
         "price_label": _("one day: %(price)s", price="15 €"),
         "summary": "Un lieu calme au bord de l'Escaut, avec un atelier et une grande table."},
    ]  # fmt: skip


def _facets() -> list[dict[str, Any]]:
    return [
        {"title": _("Country"), "items": [
            {"label": country_name("FR"), "count": 12, "href": "#", "is_active": True},
            {"label": country_name("BE"), "count": 31, "href": "#", "is_active": False}]},
        {"title": _("Language"), "items": [
            {"label": language_name("nl"), "count": 9, "href": "#", "is_active": False},
            {"label": language_name("fr"), "count": 34, "href": "#", "is_active": False}]},
    ]  # fmt: skip


def _receipts() -> dict[str, Any]:
    at = clock.utcnow() - timedelta(minutes=2)
    names = ("ESCO", "Co-nnexion", "Technocité", "POPPlace", "The Cowork Factory")
    hosts = [{"name": name, "host": "", "state": "sent", "at": at, "reason": ""} for name in names]
    waiting = {"name": "Switch", "state": "waiting", "reason": _("does not answer since 21:40"), "at": None}
    return {"received": len(hosts), "total": len(hosts) + 1, "hosts": [*hosts, waiting]}
