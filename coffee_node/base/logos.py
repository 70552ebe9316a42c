"""The logo of a site: small enough for a first visit, with a plate where it would vanish into its ground."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from coffee_node.base.colours import contrast
from coffee_node.base.errors import Unprocessable
from coffee_node.base.i18n import gettext as _
from coffee_node.base.images import Picture, open_picture, written

WIDTH: Final = 480
HEIGHT: Final = 200
BYTES: Final = 20 * 1024
QUALITIES: Final = (85, 70, 55, 40)
STEPS: Final = 4
GROUNDS: Final = (("light", "#ffffff"), ("dark", "#251e1a"))
SAMPLE: Final = (160, 160)
SOLID: Final = 127
# Below this contrast a part of a logo is not seen; above this share of such parts it gets a plate.
SEEN: Final = 1.8
VANISHING: Final = 0.15


@dataclass(frozen=True)
class Logo(Picture):
    """A logo made anew; `plate` is the scheme, `light` or `dark`, in which it needs a ground of its own."""

    plate: str = ""


def read_logo(data: bytes) -> Logo:
    """Make a logo of an upload: at most 480 by 200 pixels and 20 kB; raises like read_picture()."""
    image = open_picture(data, max(WIDTH, HEIGHT))
    image.thumbnail((WIDTH, HEIGHT))
    plate = _plate(image)
    for _step in range(STEPS):
        for quality in QUALITIES:
            content = written(image, quality)
            if len(content) <= BYTES:
                return Logo(content, content, image.width, image.height, plate)
        image.thumbnail((image.width * 2 // 3, image.height * 2 // 3))
    raise Unprocessable(_("This picture is too busy for a logo."), _("Choose one with fewer details."))


def _plate(image: Any) -> str:
    """The scheme whose ground swallows too much of a logo with transparent parts; empty for none."""
    edge = _edge_colours(image) if image.mode == "RGBA" else []
    if not edge:
        return ""
    worst = max((_share_lost(edge, ground), scheme) for scheme, ground in GROUNDS)
    return worst[1] if worst[0] > VANISHING else ""


def _edge_colours(image: Any) -> list[str]:
    """The colours that stand against the ground: white words inside of a blue sign do not."""
    sample = image.copy()
    sample.thumbnail(SAMPLE)
    width, data = sample.width, sample.tobytes()
    alphas = data[3::4]
    clear = [alpha <= SOLID for alpha in alphas]
    found = []
    for place, is_clear in enumerate(clear):
        beside = (place - 1, place + 1, place - width, place + width)
        if not is_clear and any(0 <= one < len(clear) and clear[one] for one in beside):
            red, green, blue = data[4 * place : 4 * place + 3]
            found.append(f"#{red:02x}{green:02x}{blue:02x}")
    return found


def _share_lost(colours: list[str], ground: str) -> float:
    lost = [colour for colour in colours if contrast(colour, ground) < SEEN]
    return len(lost) / len(colours)
