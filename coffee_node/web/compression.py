"""Static texts go out compressed, squeezed once per content: the application server does not do it."""

from __future__ import annotations

import gzip

from flask import Flask, Response, current_app, request

TEXT_TYPES = frozenset({"text/css", "text/javascript", "application/javascript", "image/svg+xml"})
EXTENSION = "coffee_compressed"


def init_compression(app: Flask) -> None:
    """Compress the static answers of this application; pages are left to the proxy in front."""
    app.extensions[EXTENSION] = {}
    app.after_request(compress)


def compress(response: Response) -> Response:
    """Swap the body of a static text for its gzip copy where the browser takes it."""
    if not (request.endpoint or "").endswith("static") or response.mimetype not in TEXT_TYPES:
        return response
    response.vary.add("Accept-Encoding")
    if response.status_code != 200 or request.accept_encodings["gzip"] <= 0:
        return response
    copies: dict[str, bytes] = current_app.extensions[EXTENSION]
    key = f"{request.path} {response.headers.get('ETag', '')}"
    if key not in copies:
        response.direct_passthrough = False
        copies[key] = gzip.compress(response.get_data(), 9, mtime=0)
    response.close()
    etag = response.get_etag()[0]
    squeezed = Response(copies[key], mimetype=response.mimetype, headers=dict(response.headers))
    squeezed.headers["Content-Encoding"] = "gzip"
    squeezed.headers["Content-Length"] = str(len(copies[key]))
    if etag:
        squeezed.set_etag(f"{etag}-gzip")
    return squeezed
