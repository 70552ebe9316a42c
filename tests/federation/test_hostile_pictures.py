"""Hostile servers of pictures: nothing of theirs is kept, asked for too often, or shown (row 22, 25)."""

from __future__ import annotations

import io
from typing import Any

import pytest
import requests
from PIL import Image

from coffee_node.base.database import db, write
from coffee_node.base.images import BYTES_LIMIT
from coffee_node.features.articles.models import Article
from coffee_node.features.events.models import Event
from coffee_node.federation import picture_copies
from coffee_node.federation.media_models import Media, RemotePicture
from coffee_node.testing import Fediverse, TestNode, make_response
from tests.house.picture_server import (
    IMAGE_TYPE,
    PICTURES,
    PictureServer,
    event,
    files,
    page_of,
    png,
)


@pytest.fixture
def pictures(fediverse: Fediverse) -> PictureServer:
    return PictureServer(fediverse)


@pytest.fixture
def pair(fediverse: Fediverse) -> tuple[TestNode, TestNode]:
    """Lille, which shows pictures, and its partner Tournai, which keeps copies."""
    lille = fediverse.node("lille")
    return lille, fediverse.node("tournai", partners=[lille])


def bomb() -> bytes:
    file = io.BytesIO()
    Image.new("1", (9000, 9000)).save(file, "PNG")
    return file.getvalue()


class EndlessBody(io.RawIOBase):
    """A body that never ends."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        buffer[:] = b"\x00" * len(buffer)
        return len(buffer)


SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
HOSTILE: dict[str, tuple[Any, bool]] = {
    "an svg": ((200, SVG, {"Content-Type": "image/svg+xml"}), False),
    "an svg that is called a png": ((200, SVG, IMAGE_TYPE), False),
    "a page that is called a png": ((200, b"<html><script>alert(1)</script></html>", IMAGE_TYPE), False),
    "a page": ((200, b"<html></html>", {"Content-Type": "text/html"}), False),
    "a bomb": ((200, bomb(), IMAGE_TYPE), False),
    "no bytes": ((200, b"", IMAGE_TYPE), False),
    "50 MB by its header": ((200, b"x", {**IMAGE_TYPE, "Content-Length": str(50 * 1024 * 1024)}), False),
    "more than it says": ((200, b"\x89PNG" + b"\x00" * BYTES_LIMIT, IMAGE_TYPE), False),
    "this machine": ((302, b"", {"Location": "http://127.0.0.1:6379/"}), False),
    "a private network": ((302, b"", {"Location": "https://10.0.0.66/a.png"}), False),
    "a data address": ((302, b"", {"Location": "data:image/png;base64,AAAA"}), False),
    "nothing there": ((404, b"", {}), True),
    "a server in trouble": ((500, b"", {}), True),
    "silence": (requests.Timeout("too long"), True),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_picture_leaves_the_page_as_it_is(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode], pictures: PictureServer, name: str
) -> None:
    lille, tournai = pair
    pictures.answer, is_tried_again = HOSTILE[name]
    uri = event(lille)
    fediverse.settle()
    assert tournai.rows(Media) == [] and files(tournai) == []
    assert "<img" not in page_of(tournai, uri)
    [wish] = tournai.rows(RemotePicture)
    assert wish.last_error and (wish.due_at is not None) is is_tried_again
    pictures.answer = (200, png(), IMAGE_TYPE)
    fediverse.clock.advance(minutes=6)
    fediverse.settle()
    assert (len(tournai.rows(Media)) == 1) is is_tried_again


def test_a_body_without_an_end_is_cut_off(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode], pictures: PictureServer
) -> None:
    lille, tournai = pair

    def answer(request: requests.PreparedRequest) -> requests.Response:
        response = make_response(request, 200, b"", IMAGE_TYPE)
        response.raw = EndlessBody()
        return response

    fediverse.hostile[PICTURES] = answer
    event(lille)
    fediverse.settle()
    [wish] = tournai.rows(RemotePicture)
    assert "answers more than" in wish.last_error and wish.due_at is None


def test_it_is_tried_again_with_growing_pauses_and_then_left_alone(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode], pictures: PictureServer
) -> None:
    lille, tournai = pair
    pictures.answer = (503, b"", {})
    event(lille)
    for number, pause in enumerate((None, *picture_copies.PAUSES), 1):
        if pause is not None:
            fediverse.clock.now += pause * 0.9
            fediverse.settle()
            assert len(pictures.asked) == number - 1
            fediverse.clock.now += pause * 0.2
        fediverse.settle()
        assert len(pictures.asked) == number
    fediverse.clock.advance(days=30)
    fediverse.settle()
    assert len(pictures.asked) == len(picture_copies.PAUSES) + 1
    assert tournai.rows(RemotePicture)[0].due_at is None


def test_only_so_many_pictures_of_one_server_are_kept(fediverse: Fediverse, pictures: PictureServer) -> None:
    lille = fediverse.node("lille")
    limits = {"pictures_per_host": "2", "picture_megabytes_per_host": "0"}
    tournai = fediverse.node("tournai", partners=[lille], federation=limits)
    for number in range(4):
        event(lille, f"https://{PICTURES}/{number}.png")
    fediverse.settle()
    assert len(tournai.rows(RemotePicture)) == 2 and tournai.rows(Media) == []
    assert all("its limit" in row.last_error for row in tournai.rows(RemotePicture))
    assert len(tournai.rows(Event)) == 4, "the events themselves are kept"


def test_at_most_four_pictures_of_one_article_are_copied(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode], pictures: PictureServer
) -> None:
    lille, tournai = pair
    image = {"type": "Image", "mediaType": "image/png"}
    attached = [{**image, "url": f"https://{PICTURES}/{number}.png"} for number in range(9)]
    lille.post({"type": "Article", "name": "Many", "content": "<p>See.</p>", "attachment": attached})
    fediverse.settle()
    [article] = tournai.rows(Article)
    assert len(pictures.asked) == 4 and page_of(tournai, article.uri).count("<img") == 4


def test_what_was_deleted_while_it_was_fetched_is_not_kept(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode], pictures: PictureServer
) -> None:
    lille, tournai = pair

    def delete_meanwhile(request: requests.PreparedRequest) -> requests.Response:
        with tournai.app.app_context(), write():
            db.session.query(RemotePicture).delete()
        return make_response(request, 200, png(), IMAGE_TYPE)

    fediverse.hostile[PICTURES] = delete_meanwhile
    event(lille)
    fediverse.settle()
    assert tournai.rows(Media) == [] and files(tournai) == []
