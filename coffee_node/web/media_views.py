"""Pictures: `/media/<name>.webp` and its small form, for whoever may see what they belong to."""

from __future__ import annotations

from flask import Blueprint, send_file
from werkzeug.wrappers import Response

from coffee_node.base.errors import NotFound
from coffee_node.base.i18n import gettext as _
from coffee_node.base.images import MEDIA_TYPE
from coffee_node.federation import media
from coffee_node.web.protocol import is_protocol

media_pages = Blueprint("media", __name__)
KEPT_FOR_EVER = "public, max-age=31536000, immutable"


@media_pages.get("/media/<name>.webp")
@is_protocol
def picture(name: str) -> Response:
    """The file of a picture; what is not for everybody is not kept by caches."""
    is_small = name.endswith("-small")
    found = media.find_media(name.removesuffix("-small"))
    file = media.file_of(found.name, is_small=is_small) if found is not None else None
    if found is None or file is None or not file.exists():
        raise NotFound(_("There is no such picture here."))
    response = send_file(file.resolve(), mimetype=MEDIA_TYPE)
    is_public = found.visibility == "public"
    response.headers["Cache-Control"] = KEPT_FOR_EVER if is_public else "private, no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
