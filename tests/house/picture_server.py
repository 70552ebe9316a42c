"""A server of pictures, and what the tests about pictures of other nodes share."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import requests
from PIL import Image

from coffee_node.testing import Fediverse, TestNode, event_document, make_response

PICTURES = "pictures.example"
ADDRESS = f"https://{PICTURES}/a.png"
IMAGE_TYPE = {"Content-Type": "image/png"}


def png(colour: str = "red", size: tuple[int, int] = (600, 400)) -> bytes:
    """The file of a picture of one colour."""
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "PNG")
    return file.getvalue()


class PictureServer:
    """A server of pictures that answers as a test wants, and counts how often it is asked."""

    def __init__(self, fediverse: Fediverse) -> None:
        self.answer: Any = (200, png(), {"Content-Type": "image/png"})
        self.asked: list[str] = []
        fediverse.hostile[PICTURES] = self._respond

    def _respond(self, request: requests.PreparedRequest) -> requests.Response:
        self.asked.append(str(request.url))
        if isinstance(self.answer, Exception):
            raise self.answer
        status, body, headers = self.answer
        return make_response(request, status, body, headers)


def event(node: TestNode, address: str = ADDRESS, **more: Any) -> str:
    """An event with a picture at this address; its id."""
    attached = {"type": "Image", "mediaType": "image/png", "url": address, "name": "Coffee"}
    return str(node.object_of(node.post(event_document(attachment=[attached], **more)))["id"])


def files(node: TestNode) -> list[Path]:
    """The files of pictures that a node keeps."""
    folder = node.node.config.home / "media"
    return sorted(folder.iterdir()) if folder.is_dir() else []


def page_of(node: TestNode, uri: str) -> str:
    """What a node shows of an object of another one."""
    return node.page(f"/at/{uri.removeprefix('https://')}").partition("<main")[2]
