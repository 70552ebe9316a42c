"""Pictures that people upload: read by a library that knows them, made smaller, and written anew.

What is kept is never the file that came: a picture made anew carries no position, no camera and no script.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import Any, Final

from coffee_node.base.errors import TooLarge, Unprocessable
from coffee_node.base.i18n import gettext as _

BYTES_LIMIT: Final = 5 * 1024 * 1024
PIXELS_LIMIT: Final = 40_000_000
FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF")
SIDE: Final = 1600
SMALL_SIDE: Final = 400
QUALITY: Final = 82
MEDIA_TYPE: Final = "image/webp"


@dataclass(frozen=True)
class Picture:
    """A picture made anew (WebP): whole, at most 1600 pixels a side, and small, at most 400."""

    content: bytes
    small: bytes
    width: int
    height: int


def read_picture(
    data: bytes, side: int = SIDE, small_side: int = SMALL_SIDE, pixels: int = PIXELS_LIMIT
) -> Picture:
    """Make a picture anew from an upload.

    Raises TooLarge (413) over 5 MB, Unprocessable (422) for what is no picture or has too many pixels.
    """
    image = open_picture(data, side, pixels)
    small = image.copy()
    small.thumbnail((small_side, small_side))
    return Picture(written(image), written(small), image.width, image.height)


def open_picture(data: bytes, side: int, pixels: int = PIXELS_LIMIT) -> Any:
    """The upright picture of an upload, at most `side` pixels wide and high; raises like read_picture()."""
    if len(data) > BYTES_LIMIT:
        raise TooLarge(
            _("A picture may have 5 MB."), _("Make it smaller, for example by taking a screenshot.")
        )
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
                if opened.width * opened.height > pixels:
                    raise _too_many_pixels()
                opened.seek(0)
                # A photo of a telephone is read at the size that is kept, not at that of its sensor.
                opened.draft("RGB", (side, side))
                image = _in_plain_colours(ImageOps.exif_transpose(opened))
                image.thumbnail((side, side))
                return image
    except Unprocessable:
        raise
    except Image.DecompressionBombError as error:
        raise _too_many_pixels() from error
    except Exception as error:
        # The library raises many kinds of errors on files that somebody built to break it.
        raise Unprocessable(
            _("This file is no picture that can be read here."), _("Choose a JPEG, PNG, WebP or GIF file.")
        ) from error


def _too_many_pixels() -> Unprocessable:
    return Unprocessable(_("This picture has too many pixels."), _("Make it smaller before you send it."))


def _in_plain_colours(image: Any) -> Any:
    """A picture in eight bits per colour, with transparency where it has some."""
    if image.mode.startswith("I"):
        # Sixteen bits of grey: without this every tone above the lowest 256 would become white.
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    has_alpha = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    return image.convert("RGBA" if has_alpha else "RGB")


def written(image: Any, quality: int = QUALITY) -> bytes:
    """A picture as the bytes of a WebP file."""
    file = io.BytesIO()
    image.save(file, "WEBP", quality=quality, method=4)
    return file.getvalue()
