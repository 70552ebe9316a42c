"""What comes from outside shows as text and a few safe tags, whatever it is."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coffee_node.base import html

# Text that is likely to meet the corners of an HTML parser.
PIECES = (
    '<p> </p> <a_href=\'x\'> <a_href="javascript:x()"> <a_href="java&#x202e;script:x()"> <script> </script> '
    "<style> <svg/onload=x> <math> <mtext> <table> <img_src=x_onerror=x> <!-- --> <![CDATA[ ]]> &lt; &#106; "
    "&amp; &#7; &#x202e; < > \" ' <h2> <br </ <title> <noscript> <template> <iframe_srcdoc='<p>'>"
)
MARKUP = st.lists(
    st.one_of(st.text(), st.sampled_from([piece.replace("_", " ") for piece in PIECES.split(" ")])),
    max_size=12,
).map("".join)
ALLOWED = re.compile(
    r"</?(p|br|strong|em|ul|ol|li|blockquote|code|pre|a|h[234])( href=\"[^\"]*\")?( rel=\"[^\"]*\")?>"
)


@given(MARKUP, st.booleans())
def test_cleaning_never_raises_and_leaves_only_the_allowed_tags(markup: str, headings: bool) -> None:
    cleaned = html.sanitise(markup, headings)
    assert "<" not in ALLOWED.sub("", cleaned)
    assert html.without_controls(cleaned) == cleaned
    links: list[str] = re.findall(r'<a href="([^"]*)"', cleaned)
    assert all(link.lower().startswith(("http:", "https:", "mailto:")) for link in links)


@given(MARKUP, st.booleans())
def test_cleaning_twice_changes_nothing_more(markup: str, headings: bool) -> None:
    once = html.sanitise(markup, headings)
    assert html.sanitise(once, headings) == once


@pytest.mark.parametrize(
    ("markup", "cleaned"),
    [
        ("<p>Café <strong>ouvert</strong></p>", "<p>Café <strong>ouvert</strong></p>"),
        ("<ul><li>a</li></ul><pre><code>x</code></pre>", "<ul><li>a</li></ul><pre><code>x</code></pre>"),
        ("<script>alert(1)</script>ok", "ok"),
        ("<style>p{}</style>ok", "ok"),
        ('<p onclick="x()" style="color:red" class="c">ok</p>', "<p>ok</p>"),
        ('<a href="javascript:alert(1)">ok</a>', '<a rel="nofollow noopener noreferrer">ok</a>'),
        ('<a href="&#106;avascript:alert(1)">ok</a>', '<a rel="nofollow noopener noreferrer">ok</a>'),
        ('<a href="java&#x202e;script:alert(1)">ok</a>', '<a rel="nofollow noopener noreferrer">ok</a>'),
        ('<a href="/admin/erase">ok</a>', '<a rel="nofollow noopener noreferrer">ok</a>'),
        ('<a href="data:text/html,x">ok</a>', '<a rel="nofollow noopener noreferrer">ok</a>'),
        (
            '<a href="https://lille.example/" rel="me" target="_blank">ok</a>',
            '<a href="https://lille.example/" rel="nofollow noopener noreferrer">ok</a>',
        ),
        ("<svg/onload=alert(1)>ok", "ok"),
        ('<iframe src="https://x.example"></iframe>ok', "ok"),
        ("<img src=x onerror=alert(1)>ok", "ok"),
        ("<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>", ""),
        ("<p>open <em>tag", "<p>open <em>tag</em></p>"),
        ("<h2>Title</h2>", "Title"),
        ("nul\x00 and bell\x07", "nul and bell"),
        ("right\u202eto left", "rightto left"),
        ("right&#x202e;to&#7; left", "rightto left"),
    ],
)
def test_markup_is_reduced_to_the_allow_list(markup: str, cleaned: str) -> None:
    assert html.sanitise(markup) == cleaned


def test_tags_that_change_places_when_another_is_taken_out_come_to_rest() -> None:
    once = html.sanitise("<h2>a<b><h2>b", headings=True)
    assert html.sanitise(once, headings=True) == once == "<h2>a</h2><h2>b</h2>"


def test_headings_stay_where_they_are_allowed() -> None:
    assert html.sanitise("<h1>a</h1><h2>b</h2><h4>c</h4>", headings=True) == "a<h2>b</h2><h4>c</h4>"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Atelier <b>vélo</b>", "Atelier vélo"),
        ("<script>x</script>Atelier", "Atelier"),
        ("Fish & chips", "Fish & chips"),
        ("5 &lt; 6", "5 &lt; 6"),
        ("a\x00b\x1bc", "abc"),
        ("  two\r\n lines ", "two lines"),
        ("abc\u202edef", "abcdef"),
        ("<i>a&#x202e;b</i>", "ab"),
        ("I <3 you & me", "I <3 you & me"),
        ("👩‍💻 works", "👩‍💻 works"),
    ],
)
def test_a_name_is_one_line_of_plain_text(text: str, plain: str) -> None:
    assert html.plain_text(text) == plain


@given(MARKUP)
def test_plain_text_never_raises_and_holds_no_control_characters(text: str) -> None:
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", html.plain_text(text))


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("**now**", "<p><strong>now</strong></p>\n"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"),
        ("<b>raw</b>", "<p>&lt;b&gt;raw&lt;/b&gt;</p>\n"),
        ("# big", "big\n"),
        (
            "[us](https://lille.example)",
            '<p><a href="https://lille.example" rel="nofollow noopener noreferrer">us</a></p>\n',
        ),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>\n"),
    ],
)
def test_markdown_becomes_allowed_markup(text: str, markup: str) -> None:
    assert html.markdown(text) == markup


def test_markdown_of_an_article_has_headings() -> None:
    assert html.markdown("## Method", headings=True) == "<h2>Method</h2>\n"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p><p>Two &amp; three</p>", "One\nTwo & three"),
        ("One<br>Two<br/>Three", "One\nTwo\nThree"),
        ("<ul>\n<li>a</li>\n<li>b</li>\n</ul>", "a\nb"),
        ("<script>x()</script><p>  much   space </p>", "much space"),
        ("", ""),
    ],
)
def test_markup_reads_as_lines_of_text(markup: str, text: str) -> None:
    assert html.to_text(markup) == text


@given(MARKUP)
def test_reading_markup_as_text_never_raises(markup: str) -> None:
    assert html.to_text(markup) == html.to_text(markup).strip()


@pytest.mark.parametrize("markup", ["<ul><li>" * 50_000, "<b>" * 100_000, "<a " * 300_000, "x" * 1_000_000])
def test_excess_is_cut_before_it_costs_anything(markup: str) -> None:
    cleaned = html.sanitise(markup)
    assert len(cleaned) <= 400_000
    assert cleaned.count("<li>") <= 4_000


OWN = "https://lille.example/media/"


def test_a_picture_of_ours_stays_in_markdown_and_every_other_one_becomes_a_link() -> None:
    made = html.markdown('![A "map" <b>](/media/a.webp)', headings=True, own_pictures=OWN)
    assert made == f'<p><img src="{OWN}a.webp" alt="A &quot;map&quot; &lt;b&gt;"></p>\n'
    for text in ("![A map](https://evil.example/a.png)", "![A map](https://lille.example.evil/media/a)"):
        made = html.markdown(text, headings=True, own_pictures=OWN)
        assert "<img" not in made and ">A map</a>" in made
    assert "<img" not in html.markdown("![x](/media/a.webp)", headings=True), "only where pictures are wanted"
    assert "<a" not in html.markdown("![x](javascript:alert(1))", headings=True, own_pictures=OWN)


@pytest.mark.parametrize(
    ("markup", "clean"),
    [
        (
            '<img src="https://a.example/x" onerror="x()" style="x" alt="A">',
            'src="https://a.example/x" alt="A"',
        ),
        ('<img src="javascript:x()" alt="A">', 'alt="A"'),
        ('<img src="data:image/png;base64,AA" alt="A">', 'alt="A"'),
        ('<img src="/media/a.webp" alt="A">', 'alt="A"'),
        ('<img srcset="https://a.example/x 2x" alt="A">', 'alt="A"'),
    ],
)
def test_pictures_of_an_article_keep_address_and_words_and_nothing_else(markup: str, clean: str) -> None:
    assert html.sanitise(markup, True, True) == f"<img {clean}>"
    assert html.sanitise(markup, True) == ""


def test_the_words_of_a_picture_stand_for_it_in_plain_text() -> None:
    assert html.to_text('<p>See <img src="https://a.example/x" alt="a map"> here.</p>') == "See a map here."
