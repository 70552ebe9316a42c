"""The reader's language: choosing it, translated texts, and dates, distances and names written in it."""

from __future__ import annotations

import contextlib
import gettext as gettext_module
import hashlib
import io
import threading
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from datetime import date, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError, dates, units
from markupsafe import escape
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from coffee_node.base.config_sections import LANGUAGES as LANGUAGES
from coffee_node.base.errors import ConfigError

SOURCE_LANGUAGE = "en"
# Readers of English here live in Europe: days before months, and 24 hours.
LOCALES = MappingProxyType({"en": "en_GB", "fr": "fr", "nl": "nl", "de": "de"})
Translations = gettext_module.NullTranslations

current_language: ContextVar[str] = ContextVar("current_language", default=SOURCE_LANGUAGE)
_current_translations: ContextVar[Translations | None] = ContextVar("current_translations", default=None)


class Catalogues:
    """The translations of one node, from folders of <lang>/LC_MESSAGES/*.po, compiled once and read lazily.

    The first folder that translates a text wins, so that a plugin adds texts and changes none.
    """

    def __init__(self, folders: Sequence[Path], cache_dir: Path) -> None:
        self._folders = list(folders)
        self._cache_dir = cache_dir
        self._loaded: dict[str, Translations] = {}
        self._lock = threading.Lock()

    def get(self, language: str) -> Translations:
        """The texts of a language; one without catalogue gives the English originals."""
        with self._lock:
            if language not in self._loaded:
                self._loaded[language] = self._load(language)
            return self._loaded[language]

    def _load(self, language: str) -> Translations:
        files = [
            file
            for folder in self._folders
            for file in sorted((folder / language / "LC_MESSAGES").glob("*.po"))
        ]
        loaded = [_read_catalogue(file, language, self._cache_dir) for file in files]
        if not loaded:
            return Translations()
        for catalogue in loaded[1:]:
            loaded[0].add_fallback(catalogue)
        return loaded[0]


def _read_catalogue(file: Path, language: str, cache_dir: Path) -> Translations:
    source = file.read_bytes()
    digest = hashlib.sha256(source).hexdigest()[:24]
    compiled = cache_dir / f"{language}-{file.stem}-{digest}.mo"
    if compiled.exists():
        return gettext_module.GNUTranslations(io.BytesIO(compiled.read_bytes()))
    binary = _compile(source, file, language)
    # A full or read-only disk costs the next start a moment, not the reader the page.
    with contextlib.suppress(OSError):
        cache_dir.mkdir(parents=True, exist_ok=True)
        temporary = compiled.with_suffix(f".{threading.get_ident()}")
        temporary.write_bytes(binary)
        temporary.replace(compiled)
    return gettext_module.GNUTranslations(io.BytesIO(binary))


def _compile(source: bytes, file: Path, language: str) -> bytes:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import PoFileError, read_po

    binary = io.BytesIO()
    try:
        write_mo(binary, read_po(io.BytesIO(source), locale=language, abort_invalid=True))
    except (PoFileError, ValueError) as error:
        raise ConfigError(f"The translations in {file} cannot be read: {error}.") from error
    return binary.getvalue()


def activate(catalogues: Catalogues, language: str) -> None:
    """Speak a language from here on in this request or thread."""
    current_language.set(language)
    _current_translations.set(catalogues.get(language))


@contextlib.contextmanager
def speaking(catalogues: Catalogues, language: str) -> Iterator[None]:
    """Speak a language for a while, for example to write somebody's mail."""
    language_token = current_language.set(language)
    translations_token = _current_translations.set(catalogues.get(language))
    try:
        yield
    finally:
        current_language.reset(language_token)
        _current_translations.reset(translations_token)


def gettext(message: str, **values: Any) -> str:
    """A text in the reader's language, with its %(name)s filled in."""
    translations = _current_translations.get()
    text = translations.gettext(message) if translations else message
    return text % values if values else text


def ngettext(singular: str, plural: str, number: int, **values: Any) -> str:
    """A text that depends on a number, which it may show as %(num)s."""
    translations = _current_translations.get()
    if translations:
        text = translations.ngettext(singular, plural, number)
    else:
        text = singular if number == 1 else plural
    return text % {"num": number, **values}


def plural_number(value: Decimal) -> int:
    """A whole number that takes the same plural as this one: French says 1.5 day, English 1.5 days."""
    return 1 if reader_locale().plural_form(value.normalize()) == "one" else 2


def first_upper(text: str) -> str:
    """A text with a capital in front and the rest as it is: German nouns keep theirs."""
    return text[:1].upper() + text[1:]


class LazyText:
    """A text marked for translation anywhere, also at import; it speaks when it is shown."""

    def __init__(self, message: str, **values: Any) -> None:
        self.message = message
        self.values = values

    def __str__(self) -> str:
        return gettext(self.message, **self.values)

    def __repr__(self) -> str:
        return f"LazyText({self.message!r})"

    def __html__(self) -> str:
        return str(escape(str(self)))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or not hasattr(str, name):
            raise AttributeError(name)
        return getattr(str(self), name)

    def __format__(self, specification: str) -> str:
        return format(str(self), specification)

    def __mod__(self, values: Any) -> str:
        return str(self).__mod__(values)

    def __add__(self, other: object) -> str:
        return f"{self}{other}"

    def __radd__(self, other: object) -> str:
        return f"{other}{self}"

    def __len__(self) -> int:
        return len(str(self))

    def __eq__(self, other: object) -> bool:
        return str(self) == str(other) if isinstance(other, str | LazyText) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.message)


def _(message: str, **values: Any) -> str:
    """Mark a text for translation anywhere; a LazyText, typed as the text that it becomes when shown."""
    return cast(str, LazyText(message, **values))


def choose_language(
    accept_language: str,
    cookie: str | None,
    account: str | None,
    default: str,
    available: Sequence[str] = LANGUAGES,
) -> str:
    """The language of a page: of the account, else of the cookie, else of the browser, else of the node."""
    for wish in (account, cookie):
        if wish and wish in available:
            return wish
    # Sorted by preference. A region is no reason to pass a language over: fr-BE reads our fr.
    for tag, quality in parse_accept_header(accept_language, LanguageAccept):
        language = tag.lower().split("-")[0]
        if quality > 0 and language in available:
            return str(language)
    return default


def reader_locale() -> Locale:
    """The locale of the reader's language; English for one that Babel does not know."""
    return _locale_of(current_language.get())


@lru_cache(maxsize=64)
def _locale_of(language: str) -> Locale:
    """Looked up once a language: a page asks for it with each date, distance and name of a country."""
    try:
        return Locale.parse(LOCALES.get(language, language))
    except (ValueError, UnknownLocaleError):
        return Locale.parse(LOCALES["en"])


def _zone(name: str | None, moment: datetime) -> tzinfo | None:
    # Neighbours name zones that do not exist; the offset they sent is then all we know.
    try:
        return ZoneInfo(name) if name else moment.tzinfo
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return moment.tzinfo


def _in_zone(moment: datetime, zone: str | None) -> datetime:
    return moment.astimezone(_zone(zone, moment))


def format_date(moment: date, zone: str | None = None, style: str = "full") -> str:
    """A day, `lundi 23 novembre 2026`; a moment is first brought into its zone."""
    day = _in_zone(moment, zone).date() if isinstance(moment, datetime) else moment
    return dates.format_date(day, style, locale=reader_locale())


def format_time(moment: datetime, zone: str | None = None) -> str:
    """The time of day in a zone, `09:00`."""
    return dates.format_time(_in_zone(moment, zone).time(), "short", locale=reader_locale())


def format_datetime(moment: datetime, zone: str | None = None, style: str = "medium") -> str:
    """A day and a time in a zone, without seconds."""
    day = format_date(moment, zone, style)
    return f"{day} {format_time(moment, zone)}"


def format_distance(km: float) -> str:
    """A distance as people say it: metres in steps of 50 below one kilometre, one decimal below ten."""
    language = current_language.get()
    if km < 0.975:
        return _distance(round(km * 20) * 50, "length-meter", "#,##0", language)
    if km < 9.95:
        return _distance(round(km, 1), "length-kilometer", "#,##0.#", language)
    return _distance(round(km), "length-kilometer", "#,##0", language)


@lru_cache(maxsize=4096)
def _distance(number: float, unit: str, number_format: str, language: str) -> str:
    """Written once: Babel needs a while for it, and the places of a list are the same on each page."""
    locale = _locale_of(language)
    return units.format_unit(number, unit, "short", number_format, locale=locale)


def country_name(code: str) -> str:
    """The name of a country by its ISO code, or the code."""
    return str(reader_locale().territories.get(code.upper(), code))


def language_name(code: str) -> str:
    """The name of a language by its code, or the code."""
    return str(reader_locale().languages.get(code.lower().split("-")[0], code))
