"""The marshmallow fields of ActivityPub documents: tolerant on the way in, exact on the way out."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from marshmallow import ValidationError, fields, missing

from coffee_node.activitypub.vocabulary import URL_LIMIT, as_list, id_of, is_web_url
from coffee_node.base import clock, html

NAME_LIMIT: Final = 300
CONTENT_LIMIT: Final = 100_000
LANGUAGE_LIMIT: Final = 20
COUNT_LIMIT: Final = 2**31 - 1

Loaded = TypeVar("Loaded")
_LANGUAGE_TAG: Final = re.compile(r"(?=.{2,20}\Z)[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}")
_RFC3339: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)([Zz]|[+-]\d\d:\d\d)", re.ASCII
)
_log = logging.getLogger(__name__)


def one_text(value: Any) -> str:
    """Give the text of a text, a JSON-LD value or a list of one of them; ValidationError for others."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, dict) and "@value" in value:
        value = value["@value"]
    if not isinstance(value, str):
        raise ValidationError("Not a text.")
    return value


def cut(text: str, limit: int) -> str:
    """Cut a text to a number of characters, the last one an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def clean_html(
    source: str, limit: int = CONTENT_LIMIT, headings: bool = False, pictures: bool = False
) -> str:
    """Sanitise and cut HTML; what makes the sanitiser fail becomes empty, the object around it is kept."""
    try:
        clean = html.sanitise(source, headings, pictures)
        if len(clean) > limit:
            clean = html.sanitise(clean[: limit - limit // 20].rpartition("<")[0], headings, pictures)
        return clean if len(clean) <= limit else ""
    except Exception:
        _log.warning("the sanitiser failed on a text of %d characters", len(source), exc_info=True)
        return ""


class DocumentField(fields.Field[Loaded]):
    """The base of these fields: what is absent or needs no validator takes a short way."""

    def deserialize(
        self, value: Any, attr: str | None = None, data: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> Any:
        """Read a value as every field does, without the checks that have nothing to check here."""
        if value is missing and not self.required and self.load_default is not missing:
            return self.load_default() if callable(self.load_default) else self.load_default
        if value is missing or value is None or self.validators or self.pre_load or self.post_load:
            return super().deserialize(value, attr, data, **kwargs)
        return self._deserialize(value, attr, data, **kwargs)


class PlainText(DocumentField[str]):
    """A text without markup and control characters, cut to a limit; absent is empty."""

    def __init__(self, limit: int = NAME_LIMIT, **kwargs: Any) -> None:
        self.limit = limit
        if not kwargs.get("required"):
            kwargs.setdefault("load_default", "")
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return cut(html.plain_text(one_text(value)[: 20 * self.limit]).strip(), self.limit)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return str(value) if value else None


class Html(DocumentField[str]):
    """HTML of the allowed subset, sanitised in both directions; absent is empty."""

    def __init__(
        self, limit: int = CONTENT_LIMIT, headings: bool = False, pictures: bool = False, **kwargs: Any
    ) -> None:
        self.limit = limit
        self.headings = headings
        self.pictures = pictures
        if not kwargs.get("required"):
            kwargs.setdefault("load_default", "")
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return clean_html(one_text(value), self.limit, self.headings, self.pictures)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return clean_html(value, self.limit, self.headings, self.pictures) if value else None


class LanguageTag(DocumentField[str]):
    """A language tag such as `fr` or `nl-BE`; anything else is dropped."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("load_default", "")
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        first = next(iter(as_list(value)), "")
        if isinstance(first, dict):
            first = first.get("identifier") or first.get("alternateName")
        return first if isinstance(first, str) and _LANGUAGE_TAG.fullmatch(first) else ""


class Reference(DocumentField[str]):
    """The id of another thing, written as a string, an object or a list of one; must be a web address."""

    def __init__(self, **kwargs: Any) -> None:
        if not kwargs.get("required"):
            kwargs.setdefault("load_default", "")
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        uri = id_of(value)
        if not is_web_url(uri):
            raise ValidationError("Not one web address.")
        return uri


def web_url(value: Any) -> str:
    """Give the first usable web address of a string, an object or a list of them; else empty."""
    candidates = sorted(as_list(value)[:20], key=_is_page, reverse=True)
    for one in candidates:
        found = next(iter(_urls_of(one)), "")
        if found:
            return found
    return ""


def _is_page(value: Any) -> bool:
    return isinstance(value, dict) and value.get("mediaType") == "text/html"


def _urls_of(value: Any) -> list[str]:
    texts = [value.get(key) for key in ("href", "url", "id")] if isinstance(value, dict) else [value]
    return [text for text in texts if isinstance(text, str) and len(text) <= URL_LIMIT and is_web_url(text)]


class HttpUrl(DocumentField[str]):
    """A web address that is shown or followed; one that is not http(s) or too long is dropped."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("load_default", "")
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return web_url(value)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return value if is_web_url(value) else None


class Count(DocumentField[int]):
    """A whole number that is a hint: what is no sensible count is dropped."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("load_default", None)
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int | None:  # type: ignore[override]
        sane = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= COUNT_LIMIT
        return int(value) if sane else None


class OneOrMany(DocumentField[list[Any]]):
    """A property that is one value or a list, cut to a limit; values the inner field refuses are dropped."""

    def __init__(self, inner: fields.Field[Any], limit: int = 100, **kwargs: Any) -> None:
        self.inner = inner
        self.limit = limit
        kwargs.setdefault("load_default", list)
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        found = []
        for one in as_list(value)[: self.limit]:
            try:
                loaded = self.inner.deserialize(one, attr, data)
            except ValidationError:
                continue
            if loaded not in ("", None, {}):
                found.append(loaded)
        return found

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> list[Any] | None:
        return [self.inner._serialize(one, attr, obj) for one in value] if value else None


class LangMap(DocumentField[dict[str, str]]):
    """Texts by language tag, at most twenty; entries without a tag or a text are dropped."""

    def __init__(self, inner: fields.Field[str], **kwargs: Any) -> None:
        self.inner = inner
        kwargs.setdefault("load_default", dict)
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, str]:
        return self._each(value if isinstance(value, dict) else {}, self.inner.deserialize)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> dict[str, str] | None:
        return self._each(value, lambda text: self.inner._serialize(text, attr, obj)) if value else None

    def _each(self, texts: Mapping[Any, Any], change: Callable[[Any], Any]) -> dict[str, str]:
        found: dict[str, str] = {}
        for language, text in list(texts.items())[:LANGUAGE_LIMIT]:
            if not isinstance(language, str) or not _LANGUAGE_TAG.fullmatch(language):
                continue
            try:
                changed = change(text)
            except ValidationError:
                continue
            if changed:
                found[language] = changed
        return found


class AwareDateTime(DocumentField[datetime]):
    """A moment of RFC 3339 with its offset, kept and written in UTC."""

    def __init__(self, **kwargs: Any) -> None:
        if not kwargs.get("required"):
            kwargs.setdefault("load_default", None)
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        parts = _RFC3339.fullmatch(value) if isinstance(value, str) and len(value) < 50 else None
        if parts is None:
            raise ValidationError("Not a moment with an offset, such as 2026-11-23T09:00:00Z.")
        day, time, offset = parts.groups()
        whole, _, fraction = time.partition(".")
        text = f"{day}T{whole}{'.' + fraction[:6].ljust(6, '0') if fraction else ''}{offset.upper()}"
        try:
            return datetime.fromisoformat(text).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise ValidationError("No such moment.") from error

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return clock.rfc3339(value) if value else None


class OffsetDateTime(AwareDateTime):
    """A moment written with the offset of the row's own time zone, so that nobody shows wrong hours."""

    def __init__(self, zone: str = "timezone", **kwargs: Any) -> None:
        self.zone = zone
        super().__init__(**kwargs)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        if not value:
            return None
        name = obj.get(self.zone) if isinstance(obj, Mapping) else getattr(obj, self.zone, None)
        try:
            moment: datetime = value.astimezone(ZoneInfo(name or ""))
        except (KeyError, ValueError, TypeError, OSError):
            return clock.rfc3339(value)
        return moment.isoformat(timespec="seconds")
