"""The one allow-list for HTML, and the ways between HTML, Markdown and plain text."""

from __future__ import annotations

import html
import re
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import nh3

TEXT_TAGS = frozenset({"p", "br", "strong", "em", "ul", "ol", "li", "blockquote", "code", "pre", "a"})
HEADING_TAGS = frozenset({"h2", "h3", "h4"})
URL_SCHEMES = {"http", "https", "mailto"}
LINK_REL = "nofollow noopener noreferrer"
PASSES = 4
# The parser's time grows with the square of the nesting: 400 kB of nested lists would take half a minute.
MARKUP_LIMIT = 4_000
LENGTH_LIMIT = 200_000
AMPERSAND_LIMIT = 20_000
# A picture in HTML that was sanitised, with its attributes.
PICTURE = re.compile(r'<img((?: [a-z]+="[^"]*")*) ?/?>')
WORDS_OF_PICTURE = re.compile(r'<img\b[^<>]*\balt="([^"<>]*)"[^<>]*>')
LINE_END = re.compile(r"<br\s*/?>|</(?:p|li|blockquote|pre|h[1-6]|div|tr)\s*>", re.IGNORECASE)
BLANK_LINES = re.compile(r"\n\s*\n+")
# Control characters, lone surrogates, and the characters that turn the direction of a text, with which it
# could read differently from what it is.
HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


def _cleaner(tags: frozenset[str]) -> nh3.Cleaner:
    attributes = {"a": {"href"}, "img": {"src", "alt"}}
    return nh3.Cleaner(
        tags=set(tags),
        attributes={tag: names for tag, names in attributes.items() if tag in tags},
        url_schemes=URL_SCHEMES,
        # A link must name its scheme: relative ones would lead into our own pages, and one with a hidden
        # control in its scheme counts as relative.
        url_relative="deny",
        link_rel=LINK_REL if tags else None,
    )


# Made once: building one costs more than using it.
TEXT_CLEANER = _cleaner(TEXT_TAGS)
ARTICLE_CLEANER = _cleaner(TEXT_TAGS | HEADING_TAGS)
ILLUSTRATED_CLEANER = _cleaner(TEXT_TAGS | HEADING_TAGS | {"img"})
TAG_STRIPPER = _cleaner(frozenset())


def without_controls(text: str) -> str:
    """A text without control characters, lone surrogates and changes of direction; line ends are `\\n`."""
    if text.isprintable():
        # Nothing of the kind is printable: most names and lines are done here.
        return text
    return HIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def without_excess(markup: str) -> str:
    """The markup up to 200,000 characters, 4,000 tags and 20,000 ampersands: no honest text has more."""
    parts = markup[:LENGTH_LIMIT].split("<", MARKUP_LIMIT + 1)
    markup = "<".join(parts[: MARKUP_LIMIT + 1])
    return "&".join(markup.split("&", AMPERSAND_LIMIT + 1)[: AMPERSAND_LIMIT + 1])


def sanitise(markup: str, headings: bool = False, pictures: bool = False) -> str:
    """The allowed part of some HTML; never raises, and cleaning twice changes nothing more.

    What is beyond 200,000 characters or 4,000 tags is cut off. With `pictures` (and headings) those of an
    article stay: who shows it has to put pictures of this site, or words, in their place (`PICTURE`).
    """
    markup = without_excess(markup)
    cleaner = ARTICLE_CLEANER if headings else TEXT_CLEANER
    cleaner = ILLUSTRATED_CLEANER if pictures else cleaner
    # Taking a forbidden tag out can put allowed ones where a parser reads them otherwise; what does not
    # come to rest is somebody's trick and shows as text.
    for _ in range(PASSES):
        cleaned = without_controls(cleaner.clean(without_controls(markup)))
        if cleaned == markup:
            return cleaned
        markup = cleaned
    return TAG_STRIPPER.clean(markup)


def _text_of(markup: str) -> str:
    return without_controls(html.unescape(TAG_STRIPPER.clean(without_controls(without_excess(markup)))))


def unescaped(text: str) -> str:
    """What the value of an attribute says."""
    return html.unescape(text)


def plain_text(text: str) -> str:
    """A name or a line of text from outside: no tags, no control characters, one line."""
    return " ".join((_text_of(text) if "<" in text else without_controls(text)).split())


def markdown(text: str, headings: bool = False, own_pictures: str = "") -> str:
    """Sanitised HTML of a Markdown text; HTML inside it is shown as text.

    Pictures below the address `own_pictures` stay, also where it is written without the host; every other
    one becomes a link.
    """
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False})
    reader.renderer.rules["image"] = partial(_picture_or_link, own_pictures, reader.renderer)  # type: ignore[attr-defined]
    source = without_controls(text[:LENGTH_LIMIT])
    return sanitise(reader.render(source), headings, bool(own_pictures))


def _picture_or_link(own: str, renderer: Any, tokens: Any, index: int, options: Any, env: Any) -> str:
    address = str(tokens[index].attrs.get("src") or "")
    words = html.escape(renderer.renderInlineAsText(tokens[index].children, options, env))
    path = urlsplit(own).path
    if own and address.startswith(path):
        address = own + address.removeprefix(path)
    safe = html.escape(address)
    if own and address.startswith(own):
        return f'<img src="{safe}" alt="{words}">'
    return f'<a href="{safe}">{words or safe}</a>'


def to_text(markup: str) -> str:
    """The text of some HTML with its paragraphs as lines, for previews, mails and search.

    The words of a picture stand for it.
    """
    markup = WORDS_OF_PICTURE.sub(r" \1 ", markup)
    text = _text_of(LINE_END.sub(lambda found: found[0] + "\n", markup))
    lines = (" ".join(line.split()) for line in text.splitlines())
    return BLANK_LINES.sub("\n", "\n".join(lines)).strip()
