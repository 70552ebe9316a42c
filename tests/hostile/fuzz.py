"""Inputs nobody thought of: what the parsers must hold whatever comes.

The properties are short tests in the suite (test_fuzz.py); `python -m tests.hostile.fuzz --minutes 60` is
the long run. Each example that breaks a property is printed, and is tried first the next time.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import hypothesis
from hypothesis import strategies as some

from coffee_node.activitypub.limits import activity_shape, parse_json
from coffee_node.activitypub.message_signatures import read_rfc9421
from coffee_node.activitypub.request_signatures import read_signature
from coffee_node.activitypub.schemas import ObjectSchema
from coffee_node.activitypub.signatures import read_cavage
from coffee_node.activitypub.signed_request import IncomingRequest
from coffee_node.activitypub.vocabulary import host_of, is_web_url, short_type
from coffee_node.base.errors import InvalidDocument, TooLarge, Unauthorized
from coffee_node.base.html import plain_text, sanitise, to_text

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
SECONDS = 0.5
FORBIDDEN = re.compile(
    r"<(script|iframe|svg|style|img|math|template)|<[^>]*\son\w+=|href=.javascript", re.IGNORECASE
)

WORDS = some.sampled_from(
    [
        "id",
        "type",
        "actor",
        "object",
        "to",
        "cc",
        "content",
        "name",
        "tag",
        "@context",
        "@graph",
        "attributedTo",
        "published",
        "updated",
        "contentMap",
        "attachment",
        "Create",
        "Note",
        "https://a.example/1",
        "as:Public",
    ]
)
VALUES = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=30) | WORDS,
    lambda inner: (
        some.lists(inner, max_size=4) | some.dictionaries(WORDS | some.text(max_size=8), inner, max_size=5)
    ),
    max_leaves=25,
)
DOCUMENTS = some.dictionaries(WORDS, VALUES, max_size=10)
BODIES = some.binary(max_size=300) | VALUES.map(lambda value: json.dumps(value).encode("utf-8", "replace"))
PIECES = some.sampled_from(
    [
        'keyId="https://a.example/k"',
        'algorithm="rsa-sha256"',
        'headers="(request-target) host date digest"',
        'signature="AAAA"',
        "created=1795510800",
        'sig1=("@method" "@target-uri" "content-digest")',
        "sig1=:AAAA:",
        ",",
        ";",
        'keyid="https://a.example/k"',
        "(",
        ")",
        '"',
        "\\",
        " ",
        ":",
        "expires=1",
        ";req",
        "=",
        "SHA-256=AAAA",
        "sha-256=:AAAA:",
    ]
)
HEADERS = some.lists(PIECES | some.text(max_size=10), max_size=12).map("".join)
MARKUP_PIECES = some.sampled_from(
    [
        "<p>",
        "</p>",
        "<b",
        ">",
        "<",
        "<a href=",
        '"',
        "'",
        "javascript:",
        "&#106;",
        "<script>",
        "</script>",
        "<svg/onload=x>",
        "<math><mtext>",
        "<style>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<table>",
        "<img src=x onerror=y>",
        "&lt;",
        "\0",
        "\u202e",
        "<template>",
        "<noscript>",
        " onclick=x ",
    ]
)
MARKUP = some.lists(MARKUP_PIECES | some.text(max_size=10), max_size=20).map("".join)


def inbox_parser(body: bytes) -> None:
    """A body is one object within the limits and has a plain shape, or is refused with a sentence."""
    try:
        document = parse_json(body)
        shape = activity_shape(document)
    except (InvalidDocument, TooLarge):
        return
    assert is_web_url(shape.uri) and is_web_url(shape.actor_uri) and shape.type


def documents(document: dict[str, Any]) -> None:
    """A schema reads a document or refuses it; the small questions never fail."""
    host_of(document.get("id"))
    short_type(document.get("type"))
    try:
        ObjectSchema().parse(document)
    except InvalidDocument:
        return


def signature_parsers(values: tuple[str, str, str, str]) -> None:
    """Headers are a signature that needs a key, or one failed check with a name."""
    signature, signature_input, digest, date = values
    headers = {
        "Signature": signature,
        "Signature-Input": signature_input,
        "Digest": digest,
        "Content-Digest": digest,
        "Date": date,
    }
    request = IncomingRequest("POST", "/inbox", headers, b"{}", "lille.example")
    for read in (read_cavage, read_rfc9421, read_signature):
        try:
            read(request, now=NOW, hosts={"lille.example"})
        except Unauthorized:
            continue


def sanitiser(markup: str) -> None:
    """Cleaning never fails, leaves nothing that runs, and changes nothing the second time."""
    for headings in (False, True):
        cleaned = sanitise(markup, headings)
        assert not FORBIDDEN.search(cleaned), cleaned
        assert sanitise(cleaned, headings) == cleaned
    assert "\0" not in plain_text(markup) and "\0" not in to_text(markup)


PROPERTIES: dict[str, tuple[Callable[[Any], None], Any]] = {
    "inbox parser": (inbox_parser, BODIES),
    "documents": (documents, DOCUMENTS),
    "signature parsers": (signature_parsers, some.tuples(HEADERS, HEADERS, HEADERS, HEADERS)),
    "sanitiser": (sanitiser, MARKUP),
}


def check(name: str, examples: int) -> None:
    """Try this many examples of one property; the smallest one that breaks it is the error."""
    holds, inputs = PROPERTIES[name]
    quiet = [hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.data_too_large]
    limit = hypothesis.settings(
        max_examples=examples, deadline=None, suppress_health_check=quiet, print_blob=True
    )

    @limit
    @hypothesis.given(inputs)
    def tried(value: Any) -> None:
        began = time.process_time()
        holds(value)
        assert time.process_time() - began < SECONDS, "it took too long"

    tried()


def main() -> int:
    """Go round all properties until the time is over; the number of properties that broke."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    end = time.monotonic() + parser.parse_args().minutes * 60
    rounds, broken = 0, set()
    while time.monotonic() < end:
        for name in PROPERTIES:
            try:
                check(name, 2_000)
            except Exception as error:
                broken.add(name)
                print(f"{name}: {error!r}", file=sys.stderr)
        rounds += 1
    print(f"{rounds} rounds of {len(PROPERTIES) * 2_000} examples; broken:", *(sorted(broken) or ["none"]))
    return len(broken)


if __name__ == "__main__":
    sys.exit(main())
