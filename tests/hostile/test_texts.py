"""Rows 30, 33 and 35: HTML that attacks readers, and texts and lists made to be expensive."""

from __future__ import annotations

from typing import Any

import pytest

from tests.hostile.remote import PUBLIC, Sender
from tests.hostile.target import Target, note_rows

HTML = {
    "script": "<script>alert(1)</script>",
    "onclick": '<p onclick="alert(1)">x</p>',
    "javascript": '<a href="javascript:alert(1)">x</a>',
    "svg": "<svg/onload=alert(1)>",
    "style": "<style>*{background:url(//evil)}</style><p style='x:expression(1)'>x</p>",
    "iframe": '<iframe src="//evil.example"></iframe>',
    "mxss": '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=x&gt;">',
    "entity": '<a href="&#106;avascript:alert(1)">x</a>',
    "tab": '<a href="java\tscript:alert(1)">x</a>',
    "img": "<img src=x onerror=alert(1)>",
    "unclosed": '<a href="https://a.example"><b><i>x<script>alert(1)',
    "form": '<form action="//evil"><input name="password"><button formaction="//evil">x</button></form>',
    "meta": '<meta http-equiv="refresh" content="0;url=//evil"><base href="//evil">',
    "data": '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    "template": "{{ config }}<p>{% raw %}</p>",
}
NEVER: tuple[str, ...] = (
    "<script",
    "onclick",
    "onerror",
    "onload",
    "javascript:",
    "<svg",
    "<style",
    "<iframe",
    "<math",
    "<img",
)
NEVER += ("<form", "<meta", "<base", "data:text", "style=", "formaction", "java\tscript")


@pytest.mark.parametrize("name", HTML)
def test_h33_html(target: Target, evil: Sender, name: str) -> None:
    """Stored clean, named as text, and shown on a page without any of it."""
    note = evil.note(content=HTML[name], summary=HTML[name], name=HTML[name], url="javascript:alert(1)")
    target.send(evil, evil.activity("Create", note)).stored()
    ((content, summary, url),) = target.rows(
        "SELECT content, summary, url FROM note WHERE uri = ?", note["id"]
    )
    for text in (content, summary, url):
        assert not any(bad in text.lower() for bad in NEVER), text


def test_h33_a_name_is_text_on_the_page(target: Target, evil: Sender) -> None:
    article = evil.note(type="Article", name="<script>alert('zz')</script>", content="<p>x</p>")
    target.send(evil, evil.activity("Create", article)).stored()
    page = target.node.session.get(f"{target.node.url}/articles", timeout=5)
    assert page.status_code == 200 and "<script>alert('zz')" not in page.text
    assert (
        "script-src" in page.headers["Content-Security-Policy"]
        or "default-src 'self'" in page.headers["Content-Security-Policy"]
    )


def test_h33_property_values_of_an_actor(target: Target) -> None:
    sender = target.followed()
    values = [{"type": "PropertyValue", "name": "x", "value": html} for html in HTML.values()]
    document = sender.document(
        attachment=values, summary=HTML["mxss"], url="javascript:alert(1)", updated="2026-11-24T09:00:00Z"
    )
    target.send(sender, sender.activity("Update", document)).stored()
    ((summary, url),) = target.rows("SELECT summary, url FROM actor WHERE uri = ?", sender.uri)
    assert not any(bad in f"{summary} {url}".lower() for bad in NEVER)
    for (shown,) in target.rows("SELECT attachments FROM space WHERE uri = ?", sender.uri):
        assert "<script" not in shown and "onerror" not in shown


COSTLY = {
    "a": "<b>" * 100_000,
    "b": "<a " * 280_000,
    "c": "@a" * 100_000,
    "d": "(" * 200_000,
    "e": "#a " * 280_000,
    "f": "&" * 300_000,
    "g": "https://" * 100_000,
    "h": "<p>" + "a" * 500_000,
}


@pytest.mark.parametrize("letter", COSTLY)
def test_h35_costly_texts(target: Target, evil: Sender, letter: str) -> None:
    """Cut, and without a parser that runs away: the worker's share stays small."""
    note = evil.note(content=COSTLY[letter], name=COSTLY[letter][:50_000])
    before = cpu_seconds(target)
    target.send(evil, evil.activity("Create", note)).stored()
    assert cpu_seconds(target) - before < 0.6, "handling, and all around it"
    ((_, content, name),) = note_rows(target, note["id"])
    assert len(content) <= 100_100 and len(name) <= 300


def cpu_seconds(target: Target) -> float:
    times = [process.cpu_times() for process in target.node.tree()]
    return sum(one.user + one.system for one in times)


def many(count: int, **properties: Any) -> list[dict[str, Any]]:
    return [
        {name: str(value).format(n=number) for name, value in properties.items()} for number in range(count)
    ]


LISTS: dict[str, dict[str, Any]] = {
    "a-tags": {"tag": many(10_000, type="Hashtag", name="#t{n}", href="http://a.example/t/{n}")},
    "a-mentions": {"tag": many(5_000, type="Mention", name="@m{n}", href="http://127.0.0.1/actors/m{n}")},
    "a-attachments": {"attachment": many(5_000, type="Link", href="http://a.example/{n}", name="x")},
    "b-options": {"oneOf": many(10_000, type="Note", name="option {n}")},
    "c-name": {"name": "n" * 900_000},
    "d-recipients": {"cc": [f"http://127.8.8.8/actors/{n}" for n in range(9_000)]},
    "e-values": {"attachment": many(5_000, type="PropertyValue", name="n{n}", value="v")},
}


@pytest.mark.parametrize("name", LISTS)
def test_h30_endless_lists_are_cut(target: Target, evil: Sender, name: str) -> None:
    """Stored within the limits, and nothing is sent to anybody for it."""
    note = evil.note(**LISTS[name])
    activity = evil.activity("Create", note)
    deliveries = target.rows("SELECT count(*) FROM delivery")
    outcome = target.send(evil, activity)
    if outcome.answer.status in (400, 413):
        outcome.refused(outcome.answer.status)
        return
    outcome.stored(fetches=0)
    ((tags, attachments, text),) = target.rows(
        "SELECT tags, attachments, name FROM note WHERE uri = ?", note["id"]
    )
    assert tags.count('"type"') <= 100 and attachments.count('"type"') <= 32 and len(text) <= 300
    assert target.rows("SELECT count(*) FROM object_tag WHERE object_uri = ?", note["id"])[0][0] <= 100
    assert target.rows("SELECT count(*) FROM delivery") == deliveries


def test_h30_ten_thousand_recipients_of_the_activity(target: Target, evil: Sender) -> None:
    activity = evil.activity(cc=[f"http://127.8.8.8/actors/{number}" for number in range(9_000)], to=[PUBLIC])
    target.send(evil, activity).stored(fetches=0)
