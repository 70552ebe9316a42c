"""An administrator gives the site two colours and a welcome; what cannot be read is refused in words."""

from __future__ import annotations

import gzip
import html
import io
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image, ImageDraw, ImageFont

from coffee_node.base.logos import BYTES, WIDTH, Logo, read_logo
from coffee_node.features.articles.models import Article
from coffee_node.federation.media_models import Media
from coffee_node.federation.models import Actor
from coffee_node.testing import Fediverse, TestNode, article_document
from tests.web.people_visits import send as post_form

ACTIVITY = "application/activity+json"
HTML = {"Accept": "text/html", "Accept-Language": "en"}
PAGE = "/admin/theme"


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    return fediverse.node("lille")


def send(node: TestNode, browser: FlaskClient, **fields: str) -> Any:
    page = browser.get(PAGE, base_url=node.url, headers=HTML).text
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page)
    assert token
    headers = {**HTML, "Referer": f"{node.url}{PAGE}"}
    return browser.post(PAGE, base_url=node.url, data={"csrf_token": token[1], **fields}, headers=headers)


def test_the_page_is_for_administrators(lille: TestNode) -> None:
    lille.add_person("claire")
    assert lille.client.get(PAGE, base_url=lille.url, headers=HTML).status_code == 303
    claire = lille.signed_in("claire")
    assert claire.get(PAGE, base_url=lille.url, headers=HTML).status_code == 403


def test_a_pale_colour_is_refused_with_the_nearest_that_can_be_read(lille: TestNode) -> None:
    browser = lille.signed_in()
    answer = send(lille, browser, roast="#ffd24a", bank="0b6660")
    assert answer.status_code == 422
    assert 'value="#ffd24a"' in answer.text and 'value="0b6660"' in answer.text
    proposed = re.search(r"nearest that can be: (#[0-9a-f]{6})", answer.text)
    assert proposed
    assert send(lille, browser, roast=proposed[1]).status_code == 303


def test_what_is_no_colour_is_refused_and_never_reaches_the_style_sheet(lille: TestNode) -> None:
    browser = lille.signed_in()
    answer = send(lille, browser, roast="red;} body{display:none", bank="brown")
    assert answer.status_code == 422 and answer.text.count("Write a colour like") == 4
    assert "theme.css" not in lille.page("/")


def test_two_colours_change_every_page_in_light_and_dark(lille: TestNode) -> None:
    assert "theme.css" not in lille.page("/")
    assert send(lille, lille.signed_in(), roast="#1d4f91", bank="#7a1f5c").status_code == 303
    address = re.search(r'href="(/theme\.css\?v=[0-9a-f]+)"', lille.page("/"))
    assert address
    sheet = lille.client.get(address[1], base_url=lille.url)
    assert sheet.content_type.startswith("text/css") and "immutable" in sheet.headers["Cache-Control"]
    assert "--roast: light-dark(#1d4f91, #" in sheet.text and "--bank: light-dark(#7a1f5c, #" in sheet.text
    assert send(lille, lille.signed_in()).status_code == 303
    assert "theme.css" not in lille.page("/"), "left empty, the house's own look is back"


def test_the_welcome_is_read_in_the_reader_s_language(lille: TestNode) -> None:
    words = {"welcome-fr": "Bienvenue au bord de la Deûle <b>", "welcome-nl": "Welkom aan de Deule"}
    assert send(lille, lille.signed_in(), **words).status_code == 303
    assert "Bienvenue au bord de la Deûle &lt;b&gt;" in lille.page("/", "fr")
    assert "Welkom aan de Deule" in lille.page("/", "nl")
    assert send(lille, lille.signed_in(), **{"welcome-fr": "x" * 501}).status_code == 422


def logo(colour: tuple[int, int, int] = (20, 20, 20), size: tuple[int, int] = (900, 300)) -> Any:
    """A wide logo of one colour on a transparent ground, as a form field."""
    picture = Image.new("RGBA", size, (0, 0, 0, 0))
    picture.paste((*colour, 255), (size[0] // 4, size[1] // 4, size[0] * 3 // 4, size[1] * 3 // 4))
    file = io.BytesIO()
    picture.save(file, "PNG")
    file.seek(0)
    return file, "logo.png"


def shown_logo(page: str) -> str:
    """The element of the logo in the header of a page; empty without one."""
    found = re.search(r'<a class="brand"[^>]*>(<img[^>]*>)', page)
    return found[1] if found else ""


def test_a_logo_stands_at_the_top_of_every_page_with_the_name_of_the_site_as_its_words(
    lille: TestNode,
) -> None:
    assert not shown_logo(lille.page("/"))
    post_form(lille.signed_in(), lille, PAGE, logo=logo())
    for path in ("/", "/sign-in", "/events", "/nothing-here"):
        shown = shown_logo(lille.client.get(path, base_url=lille.url, headers=HTML).text)
        assert 'alt="COFFEE Lille"' in shown and 'width="480" height="160"' in shown, path
        assert "has-plate-dark" in shown, "black on a dark page would vanish"
    address = re.search(r'src="(/media/[0-9a-f]+\.webp)"', shown_logo(lille.page("/")))
    assert address
    file = lille.client.get(address[1], base_url=lille.url)
    assert file.content_type == "image/webp" and len(file.data) <= 20 * 1024
    assert "immutable" in file.headers["Cache-Control"]
    post_form(lille.signed_in(), lille, PAGE, **{"logo-remove": "1"})
    assert not shown_logo(lille.page("/"))
    assert lille.client.get(address[1], base_url=lille.url).status_code == 404
    assert lille.rows(Media) == []


@pytest.mark.parametrize(
    ("colour", "plate"), [((20, 20, 20), "dark"), ((250, 250, 250), "light"), ((200, 60, 30), "")]
)
def test_a_logo_gets_a_plate_only_where_it_would_vanish(colour: tuple[int, int, int], plate: str) -> None:
    assert read_logo(logo(colour)[0].read()).plate == plate


def test_dark_words_beside_a_bright_sign_get_a_plate_and_white_words_inside_of_one_do_not() -> None:
    picture = Image.new("RGBA", (900, 300), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    pen.ellipse((20, 50, 220, 250), fill=(200, 80, 30, 255))
    pen.text((260, 90), "Mutualab", fill=(25, 20, 20, 255), font=ImageFont.load_default(120))
    assert _read(picture).plate == "dark"
    picture = Image.new("RGBA", (900, 300), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    pen.rounded_rectangle((20, 20, 880, 280), 60, fill=(60, 110, 200, 255))
    pen.text((120, 90), "Mutualab", fill=(255, 255, 255, 255), font=ImageFont.load_default(120))
    assert _read(picture).plate == ""


def _read(picture: Image.Image) -> Logo:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return read_logo(file.getvalue())


def test_a_logo_of_noise_is_made_small_enough_for_a_first_visit() -> None:
    noise = Image.effect_noise((2000, 1500), 200).convert("RGB")
    file = io.BytesIO()
    noise.save(file, "JPEG", quality=60)
    made = read_logo(file.getvalue())
    assert len(made.content) <= BYTES and made.width <= WIDTH


@pytest.mark.parametrize(
    "content", [b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", b"not a picture"]
)
def test_a_logo_that_is_no_picture_is_refused_and_the_colours_stay_typed(
    lille: TestNode, content: bytes
) -> None:
    sent = {"logo": (io.BytesIO(content), "logo.svg"), "roast": "#1d4f91"}
    page = post_form(lille.signed_in(), lille, PAGE, 422, **sent)
    assert "no picture that can be read" in page and 'value="#1d4f91"' in page
    assert lille.rows(Media) == []


def test_the_logo_is_the_icon_of_the_node_and_of_a_space_without_one_at_a_partner(
    fediverse: Fediverse, lille: TestNode
) -> None:
    tournai = fediverse.node("tournai", partners=[lille])
    post_form(lille.signed_in(), lille, PAGE, logo=logo())
    fediverse.settle()
    for path in ("/actor", "/actors/lille"):
        icon = lille.get_json(path, ACTIVITY)["icon"]
        assert icon["mediaType"] == "image/webp"
        assert lille.client.get(icon["url"].removeprefix(lille.url), base_url=lille.url).status_code == 200
        [held] = tournai.rows(Actor, uri=f"{lille.url}{path}")
        assert held.document["icon"]["url"] == icon["url"]
    post_form(lille.signed_in(), lille, PAGE, **{"logo-remove": "1"})
    fediverse.settle()
    [held] = tournai.rows(Actor, uri=f"{lille.url}/actors/lille")
    assert "icon" not in held.document and "icon" not in lille.get_json("/actor", ACTIVITY)


def test_a_shared_page_without_a_picture_shows_the_logo(lille: TestNode) -> None:
    post_form(lille.signed_in(), lille, PAGE, logo=logo())
    card = re.compile(r'<meta property="og:image" content="https://lille\.example/media/[0-9a-f]+\.webp">')
    assert card.search(lille.page("/"))
    lille.post(article_document(name="Plain words"))
    [article] = lille.rows(Article)
    assert card.search(lille.page(article.uri.removeprefix(lille.url)))


def test_a_first_visit_stays_within_150_kilobytes_with_a_logo(lille: TestNode) -> None:
    noise = io.BytesIO()
    Image.effect_noise((800, 400), 200).convert("RGB").save(noise, "PNG")
    noise.seek(0)
    post_form(lille.signed_in(), lille, PAGE, logo=(noise, "busy.png"), roast="#1d4f91")
    page = lille.client.get("/", base_url=lille.url, headers=HTML)
    parts = re.findall(
        r'(?:<link rel="(?:stylesheet|icon)" href|<script[^>]* src|<img[^>]* src)="([^"]+)"', page.text
    )
    assert any("/media/" in part for part in parts) and any("bootstrap" in part for part in parts)
    packed = {"Accept-Encoding": "gzip"}
    sizes = [
        len(lille.client.get(html.unescape(one), base_url=lille.url, headers=packed).data) for one in parts
    ]
    assert len(gzip.compress(page.data)) + sum(sizes) <= 150_000
