"""Hostile texts, lists and addresses in documents: cleaned, cut or dropped."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest

from coffee_node.activitypub.schema_fields import clean_html
from coffee_node.base import html
from tests.unit.activitypub.schema_samples import NoteSchema, parse

HOSTILE_HTML = [
    "<script>alert(1)</script>",
    '<p onclick="alert(1)">x</p>',
    '<a href="javascript:alert(1)">x</a>',
    '<a href="&#106;avascript:alert(1)">x</a>',
    "<svg/onload=alert(1)>",
    "<style>*{display:none}</style>",
    '<iframe src="https://evil.example"></iframe>',
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    '<img src="x" onerror="alert(1)">',
    "<p><b>unclosed <a href='https://a.example'>",
]


@pytest.mark.parametrize("source", HOSTILE_HTML)
def test_h33_html_is_cleaned_on_the_way_in_and_out(source: str) -> None:
    read = parse(content=source, summary=source, contentMap={"fr": source})
    written = NoteSchema().render(SimpleNamespace(content=source, content_map={"fr": source}))
    held = [read["content"], read["summary"], *read["content_map"].values(), written.get("content", "")]
    for text in held:
        lowered = text.lower()
        for bad in ("script", "onclick", "onerror", "onload", "<svg", "<style", "<iframe", "<img", "<math"):
            assert bad not in lowered


def test_h33_a_name_is_a_text_without_tags() -> None:
    assert parse(name="<b>Bonjour</b> <script>alert(1)</script>toi")["name"] == "Bonjour toi"
    assert parse(nameMap={"fr": "<i>Bonjour</i>"})["name_map"] == {"fr": "Bonjour"}


def test_h33_a_failing_sanitiser_empties_the_text_and_keeps_the_object(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*args: Any, **kwargs: Any) -> str:
        raise RuntimeError("boom")

    monkeypatch.setattr(html, "sanitise", fail)
    assert parse(content="<p>x</p>", name="Titre")["name"] == "Titre"
    assert parse(content="<p>x</p>")["content"] == ""


def test_h27g_control_characters_are_taken_out() -> None:
    read = parse(
        name="a\0b\x1b", content="<p>a\0b</p>", tag=[{"type": "Hashtag", "name": "#a\0", "x": "\0y"}]
    )
    assert read["name"] == "ab"
    assert "\0" not in read["content"]
    assert read["tags"] == [{"type": "Hashtag", "name": "#a", "x": "y"}]


def test_h30_long_texts_and_lists_are_cut() -> None:
    read = parse(
        name="é" * 1_000_000,
        content="<p>" + "x" * 500_000 + "</p>",
        tag=[{"type": "Hashtag", "name": f"#t{number}"} for number in range(10_000)],
        attachment=[{"type": "PropertyValue", "name": str(number), "value": "v"} for number in range(10_000)],
        contentMap={f"aa-{number}": "x" for number in range(10_000)},
    )
    assert len(read["name"]) == 300
    assert len(read["content"]) <= 100_000
    assert len(read["tags"]) == 100
    assert len(read["attachments"]) == 20
    assert len(read["content_map"]) == 20
    documents = [{"type": "Document", "url": f"https://a.example/{number}"} for number in range(100)]
    assert len(parse(attachment=documents)["attachments"]) == 32


def test_a_cut_text_is_still_whole_html() -> None:
    read = parse(content="<p><strong>" + "word " * 40_000 + "</strong></p>")["content"]
    assert len(read) <= 100_000
    assert read == html.sanitise(read)


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("<b>" * 100_000, id="a nested b"),
        pytest.param("<ul><li>" * 50_000, id="a nested lists"),
        pytest.param("<blockquote>" * 80_000, id="a nested quotes"),
        pytest.param("<a " * 350_000, id="b open tags"),
        pytest.param("<" * 1_000_000, id="b brackets"),
    ],
)
def test_h35_html_that_would_keep_the_sanitiser_busy_is_cut(source: str) -> None:
    started = time.process_time()
    clean_html(source)
    assert time.process_time() - started < 2  # uncut, the second one takes half a minute


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("https://a.example/page", "https://a.example/page"),
        (["javascript:alert(1)", "https://a.example/page"], "https://a.example/page"),
        ({"type": "Link", "href": "https://a.example/page"}, "https://a.example/page"),
        (
            [
                {"type": "Link", "mediaType": "application/json", "href": "https://a.example/json"},
                {"type": "Link", "mediaType": "text/html", "href": "https://a.example/page"},
            ],
            "https://a.example/page",
        ),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("https://user@a.example/", ""),
        ("https://a.example/" + "x" * 3_000, ""),
        (5, ""),
        ({}, ""),
    ],
)
def test_h33_an_address_that_is_not_http_is_dropped(value: Any, url: str) -> None:
    assert parse(url=value)["url"] == url


def test_h33_addresses_in_tags_are_checked() -> None:
    skill = {
        "type": "Link",
        "rel": "skill",
        "href": "http://data.europa.eu/esco/skill/1",
        "name": "Python",
        "skillLevel": 4,
        "skillRequired": True,
    }
    hashtag = {"type": "Hashtag", "name": "#a", "href": "javascript:alert(1)"}
    named = {**skill, "nameMap": {"en": "<b>Python</b>"}}
    read = parse(tag=[hashtag, named, "https://a.example/tag", 5, None, ["x"]])
    assert read["tags"] == [
        {"type": "Hashtag", "name": "#a"},
        {**skill, "nameMap": {"en": "Python"}},
        {"type": "Link", "href": "https://a.example/tag"},
    ]


def test_h33_addresses_in_attachments_are_checked() -> None:
    read = parse(
        attachment=[
            {"type": "PropertyValue", "name": "Site", "value": '<a href="javascript:x" onclick="y">a</a>'},
            {
                "type": "Document",
                "url": [{"type": "Link", "href": "https://a.example/a.png"}],
                "icon": {"url": "data:x"},
            },
            {"type": "Image", "url": "data:image/png;base64,AAAA"},
        ],
    )
    assert "javascript" not in str(read["attachments"])
    assert "onclick" not in str(read["attachments"])
    assert read["attachments"][1:] == [
        {"type": "Document", "url": "https://a.example/a.png"},
        {"type": "Image"},
    ]
