"""Pictures on their way in and out: refused in words, served to who may see them, swept when left over."""

from __future__ import annotations

import io
import json
import os
import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from coffee_node.base import clock
from coffee_node.base.database import write
from coffee_node.base.images import BYTES_LIMIT
from coffee_node.features.profiles.models import Profile
from coffee_node.federation import accounts, media
from coffee_node.federation.actors import find_local_actor
from coffee_node.federation.media_models import Media
from coffee_node.testing import Fediverse, TestNode
from tests.web.people_visits import picture, read, send

ABOUT = {
    "name": "Claire Dubois",
    "listing": "public",
    "publication": "public",
    "photo-alt": "Claire, smiling",
}


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    made = fediverse.node("lille")
    made.add_person("claire", "Claire")
    made.add_person("bruno", "Bruno")
    with made.context():
        accounts.create_account("stranger", "Stranger")
    return made


def save(node: TestNode, status: Any = 303, **fields: Any) -> str:
    return send(node.signed_in("claire"), node, "/me/profile", status, **{**ABOUT, **fields})


def photo_of(node: TestNode) -> str:
    """The path of Claire's photo, empty without one."""
    [row] = node.rows(Profile)
    return (row.icon or {}).get("url", "").removeprefix(node.url)


def status(client: FlaskClient, node: TestNode, path: str, **headers: str) -> int:
    return int(client.get(path, base_url=node.url, headers=headers).status_code)


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "me.svg", "no picture"),
        (b"just words", "words.png", "no picture"),
        (b"\xff\xd8" + b"\x00" * BYTES_LIMIT, "large.jpg", "5 MB"),
        (b"\x89PNG\r\n\x1a\n", "cut.png", "no picture"),
    ],
)
def test_what_is_no_picture_is_refused_in_words_and_everything_else_is_kept(
    lille: TestNode, content: bytes, name: str, words: str
) -> None:
    page = save(lille, 422, photo=(io.BytesIO(content), name), headline="Developer")
    assert words in page
    assert f"Please choose {name} again" in page
    assert 'value="Developer"' in page and 'value="Claire, smiling"' in page
    assert lille.rows(Media) == []


def test_a_good_picture_has_to_be_chosen_again_when_something_else_is_wrong(lille: TestNode) -> None:
    page = save(lille, 422, photo=picture(), name="", **{"level-icon": "public"})
    assert "Please choose me.png again" in page
    assert lille.rows(Media) == []
    assert not (lille.node.config.home / "media").exists()


def test_a_picture_without_words_is_not_taken(lille: TestNode) -> None:
    page = save(lille, 422, photo=picture(), **{"photo-alt": ""})
    assert "Say in a few words what the picture shows." in page
    assert lille.rows(Media) == []


def test_a_body_that_is_far_too_large_is_a_page_that_says_so(lille: TestNode) -> None:
    response = lille.signed_in("claire").post(
        "/me/profile",
        base_url=lille.url,
        headers={"Accept": "text/html", "Accept-Language": "en"},
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(12 * 1024 * 1024 + 1)},
    )
    assert response.status_code == 413
    assert "too large" in response.text


@pytest.mark.parametrize(
    ("level", "listing", "served_to"),
    [
        ("public", "public", ["nobody signed in", "stranger", "bruno", "claire"]),
        ("network", "public", ["stranger", "bruno", "claire"]),
        ("space", "public", ["bruno", "claire"]),
        ("private", "public", ["claire"]),
        # Without publication nothing goes beyond the own place, whatever a field says.
        ("public", "space", ["bruno", "claire"]),
    ],
)
def test_a_photo_is_served_to_whom_the_profile_shows_it(
    lille: TestNode, level: str, listing: str, served_to: list[str]
) -> None:
    publication = "public" if listing == "public" else "space"
    fields = {"level-icon": level, "listing": listing, "publication": publication}
    save(lille, photo=picture(), **fields)
    path = photo_of(lille)
    small = path.replace(".webp", "-small.webp")
    readers = {name: lille.signed_in(name) for name in ("stranger", "bruno", "claire", "admin")}
    readers = {"nobody signed in": lille.client, **readers}
    seen = [
        name for name, client in readers.items() if name != "admin" and status(client, lille, path) == 200
    ]
    assert seen == served_to
    assert [n for n, c in readers.items() if n != "admin" and status(c, lille, small) == 200] == served_to
    if level != "public" or listing != "public":
        asked = {"base_url": lille.url, "headers": {"Accept": "application/json"}}
        hidden, absent = (lille.client.get(one, **asked) for one in (path, "/media/0000.webp"))
        assert (hidden.status_code, hidden.data) == (absent.status_code, absent.data)
        answer = lille.signed_in("claire").get(path, base_url=lille.url)
        assert answer.headers["Cache-Control"] == "private, no-store"


def test_the_photo_is_on_the_page_and_on_the_wire_only_where_it_may_be(lille: TestNode) -> None:
    save(lille, photo=picture(), **{"level-icon": "network"})
    assert 'alt="Claire, smiling"' not in lille.page("/@claire")
    assert 'alt="Claire, smiling"' in read(lille.signed_in("stranger"), lille, "/@claire")
    assert "icon" not in lille.get_json("/actors/claire", "application/activity+json")
    save(lille, **{"level-icon": "public"})
    icon = lille.get_json("/actors/claire", "application/activity+json")["icon"]
    assert icon["type"] == "Image" and icon["mediaType"] == "image/webp" and icon["name"] == "Claire, smiling"
    assert status(lille.client, lille, icon["url"].removeprefix(lille.url)) == 200


def test_an_address_that_was_public_is_worth_nothing_once_fewer_may_see_the_picture(lille: TestNode) -> None:
    save(lille, photo=picture(), **{"level-icon": "public"})
    before = photo_of(lille)
    assert status(lille.client, lille, before) == 200
    save(lille, **{"level-icon": "space"})
    assert photo_of(lille) != before
    for name in ("claire", "bruno"):
        assert status(lille.signed_in(name), lille, before) == 404
    assert status(lille.signed_in("bruno"), lille, photo_of(lille)) == 200
    assert len(list((lille.node.config.home / "media").iterdir())) == 2


def test_a_new_photo_replaces_the_one_before_and_one_can_be_taken_away(lille: TestNode) -> None:
    save(lille, photo=picture("red"))
    first = photo_of(lille)
    save(lille, photo=picture("blue"))
    assert photo_of(lille) not in ("", first)
    assert len(lille.rows(Media)) == 1
    save(lille, **{"photo-remove": "1"})
    assert photo_of(lille) == ""
    assert lille.rows(Media) == []
    assert list((lille.node.config.home / "media").iterdir()) == []


@pytest.mark.parametrize("accept", ["application/activity+json", "application/ld+json", "*/*"])
def test_no_document_is_ever_served_from_where_uploads_lie(lille: TestNode, accept: str) -> None:
    """Row 16 f of the hostile inputs: an uploaded file must not pass for an actor of this node."""
    document = json.dumps({"id": f"{lille.url}/media/evil", "type": "Person", "inbox": f"{lille.url}/x"})
    page = save(lille, 422, photo=(io.BytesIO(document.encode()), "actor.json"))
    assert "no picture" in page and lille.rows(Media) == []
    gif = picture("red", "GIF")[0].getvalue() + document.encode()
    save(lille, photo=(io.BytesIO(gif), "actor.gif"), **{"level-icon": "public"})
    answer = lille.client.get(photo_of(lille), base_url=lille.url, headers={"Accept": accept})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "image/webp"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert document.encode() not in answer.data
    for path in ("/media/actor.json", "/media/evil", "/media/..%2finstance.cfg", "/media/../secret"):
        assert status(lille.client, lille, path, Accept=accept) == 404


def test_a_name_that_leads_elsewhere_finds_no_file(lille: TestNode) -> None:
    (lille.node.config.home / "media").mkdir(exist_ok=True)
    (lille.node.config.home / "stolen.webp").write_bytes(b"secret")
    for path in ("/media/..%2fstolen.webp", "/media/%2e%2e/stolen.webp", "/media/-small.webp"):
        assert status(lille.client, lille, path) == 404


def test_files_without_a_row_are_swept_when_they_are_old(
    lille: TestNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(lille, photo=picture())
    kept = photo_of(lille)
    folder = lille.node.config.home / "media"
    for name, age in (
        ("old.webp", timedelta(days=2)),
        ("old-small.webp", timedelta(days=2)),
        ("new.webp", None),
    ):
        (folder / name).write_bytes(b"left over")
        then = (clock.utcnow() - (age or timedelta())).timestamp()
        os.utime(folder / name, (then, then))
    with lille.context():
        assert media.sweep() == "2 files of pictures that are gone were removed."
    names = {file.name for file in folder.iterdir()}
    assert "new.webp" in names and not names & {"old.webp", "old-small.webp"}
    assert status(lille.signed_in("claire"), lille, kept) == 200


def test_a_picture_of_a_space_is_for_its_members(lille: TestNode) -> None:
    with lille.context():
        space = find_local_actor("lille")
        assert space is not None
        with write():
            name = media.keep(picture()[0].getvalue(), space, alt="Kitchen", visibility="space").name
    path = f"/media/{name}.webp"
    assert [status(lille.signed_in(one), lille, path) for one in ("bruno", "stranger")] == [200, 404]
    assert status(lille.client, lille, path) == 404


def test_the_form_is_sent_in_parts_and_says_what_it_takes(lille: TestNode) -> None:
    page = read(lille.signed_in("claire"), lille, "/me/profile")
    assert 'enctype="multipart/form-data"' in page
    assert re.search(r'<input[^>]*type="file"[^>]*accept="image/jpeg', page)
    assert "at most 5 MB" in page
