"""What documents of other servers say of pictures and files, in every shape that servers write it."""

from __future__ import annotations

from typing import Any

import pytest

from coffee_node.activitypub.pictures import PictureAddress, files_of, icon_of, pictures_of

A, B = "https://a.example/a.png", "https://a.example/b.jpg"


@pytest.mark.parametrize(
    ("icon", "found"),
    [
        (
            {"type": "Image", "mediaType": "image/png", "url": A, "name": "Claire"},
            PictureAddress(A, "Claire"),
        ),
        ([{"type": "Image", "url": A}, {"type": "Image", "url": B}], PictureAddress(A)),
        ({"type": "Image", "url": [{"type": "Link", "href": A}]}, None),
        ({"type": "Link", "href": A, "mediaType": "image/webp"}, PictureAddress(A)),
        (A, PictureAddress(A)),
        ({"type": "Image", "mediaType": "image/svg+xml", "url": A}, None),
        ({"type": "Image", "url": "data:image/png;base64,AAAA"}, None),
        ({"type": "Image", "url": "javascript:alert(1)"}, None),
        ({"type": "Image", "url": 7, "name": ["x"]}, None),
        ({"type": "Image", "url": A, "name": "<b>x</b>\x00"}, PictureAddress(A, "x")),
        ([], None),
        (None, None),
        (7, None),
    ],
)
def test_the_icon_of_an_actor(icon: Any, found: PictureAddress | None) -> None:
    assert icon_of({"icon": icon}) == found


def test_the_pictures_of_an_object_without_repeats_banner_and_more_than_four() -> None:
    image = {"type": "Image", "mediaType": "image/png"}
    document = {
        "attachment": [
            {"type": "Document", "mediaType": "application/pdf", "url": "https://a.example/x.pdf"},
            {"type": "Document", "mediaType": "image/png", "url": A, "name": "One"},
            {**image, "url": "https://a.example/banner.png", "name": "Banner"},
            {"type": "Image", "url": B},
            *({**image, "url": f"https://a.example/{number}.png"} for number in range(9)),
        ],
        "image": {**image, "url": A},
    }
    found = pictures_of(document)
    assert found[:2] == [PictureAddress(A, "One"), PictureAddress(B)] and len(found) == 4
    assert pictures_of({"image": {**image, "url": A}}) == [PictureAddress(A)]
    assert pictures_of({"image": A}) == [PictureAddress(A)]
    assert pictures_of({"attachment": [None, 7, "https://a.example/x", {"type": "Link", "href": A}]}) == []


def test_the_files_of_an_object_are_what_is_no_picture_and_no_link() -> None:
    found = files_of(
        [
            {"type": "Video", "mediaType": "video/mp4", "url": A, "name": "Tour"},
            {"type": "Document", "mediaType": "image/png", "url": A},
            {"type": "Link", "href": A},
            {"type": "Document", "url": "javascript:alert(1)"},
            {"type": "PropertyValue", "name": "x", "value": "y"},
        ]
    )
    assert [(one.url, one.name, one.media_type) for one in found] == [(A, "Tour", "video/mp4")]
