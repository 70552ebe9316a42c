"""Pictures that people and enemies upload: what is kept is made anew, and nothing else happens."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from coffee_node.base.errors import CoffeeError, TooLarge, Unprocessable
from coffee_node.base.images import BYTES_LIMIT, SIDE, SMALL_SIDE, read_picture

SCRIPT = b"<script>alert(1)</script>"


def written(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """An image as a file."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def opened(content: bytes) -> Image.Image:
    """What was kept, as a browser reads it."""
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def png_of(width: int, height: int, rows: bytes = b"") -> bytes:
    """A PNG that says to have this size, whatever it holds."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


PLAIN = Image.new("RGB", (300, 200), (120, 60, 30))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_picture_is_made_anew_as_webp(kind: str) -> None:
    made = read_picture(written(PLAIN, kind))
    assert (made.width, made.height) == (300, 200)
    assert opened(made.content).format == "WEBP"
    assert opened(made.small).size == (300, 200)


def test_a_large_picture_is_made_smaller() -> None:
    made = read_picture(written(Image.new("RGB", (4000, 1000)), "JPEG"))
    assert max(opened(made.content).size) == SIDE
    assert max(opened(made.small).size) == SMALL_SIDE


def test_place_and_camera_are_removed_and_the_picture_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # Turned by a quarter.
    exif[0x010F] = "Secret camera"
    exif.get_ifd(0x8825)[2] = (50.0, 38.0, 0.0)
    sent = written(PLAIN, "JPEG", exif=exif, comment=b"taken at home")
    assert b"Secret camera" in sent
    made = read_picture(sent)
    assert (made.width, made.height) == (200, 300)
    for content in (made.content, made.small):
        assert dict(opened(content).getexif()) == {}
        for word in (b"Secret", b"home", b"Exif", b"GPS"):
            assert word not in content


def test_text_and_profiles_in_a_file_do_not_survive() -> None:
    from PIL.PngImagePlugin import PngInfo

    text = PngInfo()
    text.add_text("Comment", SCRIPT.decode(), zip=True)
    made = read_picture(written(PLAIN, "PNG", pnginfo=text, icc_profile=b"profile" * 40))
    assert b"profile" not in made.content
    assert opened(made.content).info.get("icc_profile") is None


@pytest.mark.parametrize("appended", [SCRIPT, b"PK\x03\x04" + b"\x00" * 200, b"%PDF-1.7\n"])
def test_what_is_two_files_at_once_becomes_a_picture_only(appended: bytes) -> None:
    made = read_picture(written(PLAIN, "GIF") + appended)
    assert appended[:8] not in made.content
    assert opened(made.content).size == (300, 200)


def test_a_gif_that_begins_like_a_script_is_no_script_any_more() -> None:
    sent = bytearray(written(PLAIN, "GIF"))
    sent += b"*/=1;alert(1)//"
    assert b"alert" not in read_picture(bytes(sent)).content


def test_of_a_moving_picture_the_first_moment_is_kept() -> None:
    second = Image.new("RGB", (300, 200), (0, 0, 255))
    sent = written(PLAIN.convert("P"), "GIF", save_all=True, append_images=[second.convert("P")] * 30)
    kept = opened(read_picture(sent).content)
    assert getattr(kept, "n_frames", 1) == 1
    red, _green, blue = kept.convert("RGB").getpixel((10, 10))  # type: ignore[misc]
    assert red > blue


def test_transparency_stays() -> None:
    half = Image.new("RGBA", (50, 50), (255, 0, 0, 0))
    assert opened(read_picture(written(half)).content).mode == "RGBA"
    indexed = Image.new("P", (50, 50))
    indexed.info["transparency"] = 0
    assert opened(read_picture(written(indexed, "GIF", transparency=0)).content).mode == "RGBA"


@pytest.mark.parametrize("mode", ["CMYK", "L", "YCbCr"])
def test_colours_of_printers_are_read(mode: str) -> None:
    made = opened(read_picture(written(PLAIN.convert(mode), "JPEG")).content)
    assert made.mode == "RGB"


def test_sixteen_bits_of_grey_do_not_become_white() -> None:
    ramp = Image.new("I;16", (64, 4))
    for x in range(64):
        for y in range(4):
            ramp.putpixel((x, y), x * 1024)
    kept = opened(read_picture(written(ramp)).content).convert("L")
    assert kept.getpixel((4, 2)) < 60  # type: ignore[operator]
    assert 100 < kept.getpixel((32, 2)) < 160  # type: ignore[operator]


def test_a_file_over_the_limit_is_too_large() -> None:
    with pytest.raises(TooLarge):
        read_picture(b"\xff\xd8" + b"\x00" * BYTES_LIMIT)


@pytest.mark.parametrize(("width", "height"), [(8000, 8000), (60000, 60000), (2**31 - 1, 2**31 - 1)])
def test_a_picture_that_would_fill_the_memory_is_not_unpacked(width: int, height: int) -> None:
    with pytest.raises(Unprocessable):
        read_picture(png_of(width, height, b"\x00" * 1_000_000))


def test_a_bomb_is_refused_as_having_too_many_pixels() -> None:
    with pytest.raises(Unprocessable, match="too many pixels"):
        read_picture(png_of(30000, 30000))


HOSTILE = {
    "nothing": b"",
    "text": b"hello",
    "script": SCRIPT,
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "svg with a prologue": b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "b">]><svg onload="x()"/>',
    "document": b'{"type": "Person", "id": "https://lille.example/actors/x"}',
    "pdf": b"%PDF-1.7\n",
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nquit\n",
    "tiff": b"II*\x00\x08\x00\x00\x00\x00\x00",
    "only a head": written(PLAIN)[:30],
    "half a jpeg head": written(PLAIN, "JPEG")[:20],
    "no pixels": png_of(0, 0),
    "rows that are not there": png_of(200, 200),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_picture_is_refused_in_words(name: str) -> None:
    with pytest.raises(Unprocessable) as refusal:
        read_picture(HOSTILE[name])
    assert refusal.value.message and refusal.value.next_step


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_file_that_was_cut_off_is_refused_or_read_and_never_an_accident(kind: str) -> None:
    whole = written(PLAIN.resize((64, 64)), kind)
    for length in range(0, len(whole), max(1, len(whole) // 40)):
        try:
            read_picture(whole[:length])
        except Unprocessable:
            continue


@given(st.binary(max_size=400), st.sampled_from(["JPEG", "PNG", "WEBP", "GIF"]), st.data())
def test_no_bytes_make_anything_but_a_picture_or_a_refusal(noise: bytes, kind: str, draw: Any) -> None:
    whole = bytearray(written(PLAIN.resize((24, 24)), kind))
    at = draw.draw(st.integers(0, len(whole)))
    whole[at : at + len(noise)] = noise
    for sent in (noise, bytes(whole)):
        try:
            made = read_picture(sent)
        except CoffeeError:
            continue
        assert opened(made.content).format == "WEBP"
        assert SCRIPT not in made.content
