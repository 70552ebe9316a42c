"""The reader's language on pages: chosen per request, known to templates, and kept by a cookie."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from babel.dates import format_timedelta
from babel.numbers import format_decimal
from flask import Blueprint, Flask, redirect, request
from markupsafe import Markup, escape
from werkzeug.wrappers import Response

from coffee_node.base import clock, i18n
from coffee_node.base.database import write
from coffee_node.node import current_node
from coffee_node.web.addresses import cookie_name, safe_back
from coffee_node.web.auth import current_account
from coffee_node.web.negotiation import is_program_post
from coffee_node.web.whereabouts import field_of

HOUSE_ZONE = "Europe/Brussels"
LANGUAGE_COOKIE_SECONDS = 365 * 24 * 3600
DATE_PARTS = {"month": "MMM", "day": "d", "weekday": "EEE"}
HTML_FIELDS = frozenset({"content", "summary"})
FRENCH_SIGNS = re.compile(r"(?<=«) | (?=[:;?!»])")
NATIVE_NAMES = {"fr": "français", "nl": "Nederlands", "en": "English", "de": "Deutsch"}

language_pages = Blueprint("language", __name__)


def init_language(app: Flask) -> None:
    """Teach the templates of this application to translate and to write dates, places and names."""
    app.before_request(choose_reader_language)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    install: Any = app.jinja_env.install_gettext_callables  # type: ignore[attr-defined]
    install(_plain_gettext, _plain_ngettext, newstyle=True)
    app.jinja_env.globals.update(
        current_language=i18n.current_language.get, localized=localized, native_names=NATIVE_NAMES
    )
    app.jinja_env.filters.update(
        as_date=as_date,
        as_time=as_time,
        as_datetime=as_datetime,
        ago=ago,
        date_part=date_part,
        number=number,
        distance=i18n.format_distance,
        country_name=i18n.country_name,
        language_name=i18n.language_name,
    )


def choose_reader_language() -> None:
    """Speak the reader's language from here on; programs that POST documents are spoken to in English."""
    if is_program_post(request):
        i18n.activate(current_node.catalogues, i18n.SOURCE_LANGUAGE)
        return
    account = current_account()
    language = i18n.choose_language(
        request.headers.get("Accept-Language", ""),
        request.cookies.get(cookie_name("language")),
        account.language if account else None,
        current_node.config.node.language,
        current_node.config.web.languages,
    )
    i18n.activate(current_node.catalogues, language)


def _plain_gettext(message: str) -> str:
    return current_node.catalogues.get(i18n.current_language.get()).gettext(message)


def _plain_ngettext(singular: str, plural: str, number: int) -> str:
    return current_node.catalogues.get(i18n.current_language.get()).ngettext(singular, plural, number)


@language_pages.get("/language/<code>")
def choose(code: str) -> Response:
    """Keep the language somebody clicked on and go back to the page it was clicked on."""
    response = redirect(safe_back(request.args.get("back")), 303)
    if code in current_node.config.web.languages:
        response.set_cookie(
            cookie_name("language"),
            code,
            max_age=LANGUAGE_COOKIE_SECONDS,
            secure=current_node.config.is_https,
            httponly=True,
            samesite="Lax",
        )
        account = current_account()
        if account is not None and account.language != code:
            with write() as session:
                session.merge(account).language = code
    return response


def localized(row: Any, name: str) -> Markup:
    """A text of a row in the reader's language, else in its author's, marked with `lang` when it is another.

    `content` and `summary` are HTML that was sanitised when it was stored; everything else is escaped.
    """
    text, language = _text_for_reader(row, name)
    is_html = name in HTML_FIELDS
    if not is_html and language.split("-")[0] == "fr":
        text = FRENCH_SIGNS.sub("\u00a0", text)
    # Stored content went through base/html.sanitise.
    safe = Markup(text) if is_html else escape(text)  # noqa: S704
    if not text or not language or language.split("-")[0] == i18n.current_language.get():
        return safe
    element = "div" if is_html else "span"
    return Markup('<{0} lang="{1}">{2}</{0}>').format(element, language, safe)


def _text_for_reader(row: Any, name: str) -> tuple[str, str]:
    texts = field_of(row, f"{name}_map")
    own_language = str(field_of(row, "language") or "")
    if isinstance(texts, Mapping):
        reader = i18n.current_language.get()
        by_base = {str(code).split("-")[0]: (str(text), str(code)) for code, text in texts.items() if text}
        for wanted in (reader, own_language.split("-")[0]):
            if wanted in by_base:
                return by_base[wanted]
    text = str(field_of(row, name) or "")
    if not text and isinstance(texts, Mapping):
        return next(((str(text), str(code)) for code, text in texts.items() if text), ("", ""))
    return text, own_language


def as_date(moment: date, zone: str = "", style: str = "medium") -> str:
    """A day as a filter: `23 nov. 2026`."""
    return i18n.format_date(moment, zone or HOUSE_ZONE, style)


def as_time(moment: datetime, zone: str = "") -> str:
    """A time of day as a filter: `09:00`."""
    return i18n.format_time(moment, zone or HOUSE_ZONE)


def as_datetime(moment: datetime, zone: str = "", style: str = "medium") -> str:
    """A day and a time as a filter."""
    return i18n.format_datetime(moment, zone or HOUSE_ZONE, style)


def ago(moment: datetime) -> str:
    """How long ago, or in how long, as people say it: `il y a 3 minutes`."""
    distance = moment - clock.utcnow()
    if timedelta(seconds=-45) < distance <= timedelta():
        return i18n.gettext("just now")
    return format_timedelta(distance, add_direction=True, locale=i18n.reader_locale())


def number(value: float) -> str:
    """A number with the reader's separators."""
    return str(format_decimal(value, locale=i18n.reader_locale()))


def date_part(moment: datetime, part: str, zone: str = "") -> str:
    """The month, the day or the weekday of a date block, short and without full stop."""
    return i18n.format_date(moment, zone or HOUSE_ZONE, DATE_PARTS[part]).rstrip(".")
