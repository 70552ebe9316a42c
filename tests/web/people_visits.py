"""What the tests about people share: a browser that fills in forms, and a picture to send."""

from __future__ import annotations

import io
import re
from typing import Any

from flask.testing import FlaskClient
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from coffee_node.testing import TestNode


def read(client: FlaskClient, node: TestNode, path: str, status: int = 200) -> str:
    """A page as this browser gets it."""
    response = client.get(path, base_url=node.url, headers={"Accept": "text/html", "Accept-Language": "en"})
    assert response.status_code == status, f"{path}: {response.status_code} {response.text[:400]}"
    return response.text


def send(
    client: FlaskClient, node: TestNode, path: str, status: Any = 303, page: Any = "", **fields: Any
) -> str:
    """Fill in the form of a page and send it; what comes back, or where it leads."""
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', read(client, node, page or path))
    assert token is not None
    files = {name: FileStorage(*one) for name, one in fields.items() if isinstance(one, tuple)}
    boundary, body = encode_multipart({"csrf_token": token[1], **fields, **files})
    response = client.post(
        path,
        data=body,
        base_url=node.url,
        headers={"Accept": "text/html", "Accept-Language": "en", "Referer": f"{node.url}{page or path}"},
        content_type=f"multipart/form-data; boundary={boundary}",
    )
    assert response.status_code == status, f"{path}: {response.status_code} {response.text[:2000]}"
    return response.headers["Location"] if status == 303 else response.text


def picture(colour: str = "red", kind: str = "PNG", name: str = "me.png") -> tuple[io.BytesIO, str]:
    """A small picture as a form field."""
    file = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(file, kind)
    file.seek(0)
    return file, name
