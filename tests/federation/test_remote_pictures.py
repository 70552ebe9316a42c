"""Pictures of other nodes: shown from small copies of our own, which go with what they show."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from coffee_node.base.images import BYTES_LIMIT, read_picture
from coffee_node.features.profiles import service
from coffee_node.features.profiles.photo import PhotoChange
from coffee_node.federation import blocks, erasure, moderation
from coffee_node.federation.accounts import account_named
from coffee_node.federation.actors import find_actor, find_local_actor, node_actor, node_signer
from coffee_node.federation.media_models import Media, RemotePicture
from coffee_node.federation.models import Follow
from coffee_node.testing import Fediverse, TestNode
from tests.house.foreign_host import ForeignHost
from tests.house.picture_server import ADDRESS, PictureServer, event, files, page_of, png
from tests.web.people_visits import read


@pytest.fixture
def pictures(fediverse: Fediverse) -> PictureServer:
    return PictureServer(fediverse)


@pytest.fixture
def pair(fediverse: Fediverse) -> tuple[TestNode, TestNode]:
    """Lille, which shows pictures, and its partner Tournai, which keeps copies."""
    lille = fediverse.node("lille")
    tournai = fediverse.node("tournai", partners=[lille])
    lille.add_person("claire", "Claire Dubois")
    tournai.add_person("jan", "Jan")
    return lille, tournai


def show_photo(node: TestNode, level: str = "public", colour: str = "red") -> None:
    """Let Claire show a photo to this level."""
    with node.context():
        claire = find_local_actor("claire")
        assert claire is not None
        values = {"name": "Claire Dubois", "listing": "public"}
        photo = PhotoChange("Claire, smiling", read_picture(png(colour)))
        service.change_profile(
            service.profile_of(claire), values, {"icon": level}, is_published=True, photo=photo
        )


def test_the_photo_of_a_person_is_shown_at_a_partner_from_a_small_copy_of_its_own(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    show_photo(lille)
    fediverse.settle()
    [copy] = tournai.rows(Media)
    person = tournai.page(f"/@claire@{lille.host}").partition("<main")[2]
    assert f'src="/media/{copy.name}-small.webp" alt="Claire, smiling"' in person
    assert f"/media/{copy.name}" in tournai.page("/people")
    answer = tournai.client.get(f"/media/{copy.name}.webp", base_url=tournai.url)
    with Image.open(io.BytesIO(answer.data)) as shown:
        assert shown.format == "WEBP" and max(shown.size) <= 320
    before = len([1 for _method, url in fediverse.requests if "/media/" in url])
    tournai.page("/people")
    fediverse.settle()
    assert len([1 for _method, url in fediverse.requests if "/media/" in url]) == before == 1


def test_a_new_photo_replaces_the_copy_and_none_brings_the_initials_back(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    show_photo(lille)
    fediverse.settle()
    [first] = tournai.rows(Media)
    show_photo(lille, colour="blue")
    fediverse.settle()
    [second] = tournai.rows(Media)
    assert second.name != first.name and len(files(tournai)) == 2
    with lille.context():
        claire = find_local_actor("claire")
        assert claire is not None
        service.change_profile(service.profile_of(claire), {}, photo=PhotoChange(is_removed=True))
    fediverse.settle()
    assert tournai.rows(Media) == [] and tournai.rows(RemotePicture) == [] and files(tournai) == []
    person = tournai.page(f"/@claire@{lille.host}")
    assert 'class="initials' in person and "<img" not in person.partition("<main")[2]


def test_a_photo_for_the_network_is_shown_to_members_and_served_to_nobody_else(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    gent = fediverse.node("gent", partners=[tournai])
    show_photo(lille, "network")
    fediverse.settle()
    [copy] = tournai.rows(Media)
    path, jan = f"/media/{copy.name}.webp", tournai.signed_in("jan")
    page = f"/@claire@{lille.host}"
    assert copy.name in read(jan, tournai, page) and copy.name not in tournai.page(page)
    assert jan.get(path, base_url=tournai.url).status_code == 200
    assert tournai.client.get(path, base_url=tournai.url).status_code == 404
    with gent.context(), pytest.raises(Exception, match="404"):
        gent.node.http.fetch_file(f"{tournai.url}{path}", ("image/webp",), BYTES_LIMIT, _signer(gent))
    show_photo(lille, "public")
    fediverse.settle()
    assert "Claire, smiling" in tournai.page(page)


def test_the_picture_of_an_event_is_copied_after_it_arrived_and_goes_with_it(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode], pictures: PictureServer
) -> None:
    lille, tournai = pair
    uri = event(lille)
    fediverse.settle()
    [copy] = tournai.rows(Media)
    assert f'<img class="event-picture" src="/media/{copy.name}.webp" alt="Coffee">' in page_of(tournai, uri)
    assert pictures.asked == [ADDRESS]
    lille.post({"type": "Update", "object": {"id": uri, "type": "Event", "name": "Later"}})
    fediverse.settle()
    assert tournai.rows(Media)[0].name == copy.name and pictures.asked == [ADDRESS], "it has not changed"
    lille.post({"type": "Delete", "object": uri})
    fediverse.settle()
    assert tournai.rows(RemotePicture) == [] and files(tournai) == []


def test_an_event_that_does_not_come_from_whom_we_follow_has_nothing_fetched(
    fediverse: Fediverse, pictures: PictureServer
) -> None:
    tournai = fediverse.node("tournai")
    stranger = ForeignHost(fediverse)
    person = stranger.actor("eve", "Person", icon={"type": "Image", "url": ADDRESS})
    tournai.add_person("jan", "Jan")
    jan = f"{tournai.url}/actors/jan"
    note = stranger.note(person, tag=[{"type": "Mention", "href": jan}], to=[jan])
    stranger.send(tournai, stranger.activity("Create", person, note, to=[jan]))
    fediverse.settle()
    assert pictures.asked == [] and tournai.rows(RemotePicture) == []
    tournai.follow_actor(person, "jan")
    fediverse.settle()
    assert pictures.asked == [], "a request alone is no reason"
    [follow] = tournai.rows(Follow)
    stranger.send(tournai, stranger.activity("Accept", person, follow.activity_uri))
    fediverse.settle()
    assert pictures.asked == [ADDRESS]
    [copy] = tournai.rows(Media)
    assert copy.name in tournai.page("/@eve@evil.example")


def test_the_copies_go_at_once_when_a_server_is_suspended_and_come_back_with_it(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode], pictures: PictureServer
) -> None:
    lille, tournai = pair
    show_photo(lille)
    event(lille)
    fediverse.settle()
    names = [row.name for row in tournai.rows(Media)]
    assert len(names) == 2
    with tournai.context():
        moderation.decide(moderation.Decision(lille.host, "suspend"))
    assert files(tournai) == [] and tournai.rows(Media) == []
    for name in names:
        assert tournai.client.get(f"/media/{name}.webp", base_url=tournai.url).status_code == 404
    fediverse.settle()
    asked = len(pictures.asked)
    with tournai.context():
        moderation.take_back(lille.host)
    fediverse.settle()
    assert len(pictures.asked) == asked, "nobody follows it any more"
    fediverse.connect(tournai, lille)
    assert len(tournai.rows(Media)) == 2 and len(pictures.asked) == asked + 1


def test_the_photo_of_a_blocked_person_goes_and_comes_back(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    show_photo(lille)
    fediverse.settle()
    with tournai.context():
        claire = find_actor(f"{lille.url}/actors/claire")
        assert claire is not None
        blocks.block(node_actor(), claire)
    assert files(tournai) == []
    with tournai.context():
        claire = find_actor(f"{lille.url}/actors/claire")
        assert claire is not None
        blocks.unblock(node_actor(), claire)
    fediverse.settle()
    assert len(files(tournai)) == 2


def test_nothing_of_a_photo_stays_anywhere_after_the_person_has_left(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    show_photo(lille)
    fediverse.settle()
    assert len(files(tournai)) == 2
    with lille.context():
        erasure.leave(account_named("claire"))
    fediverse.settle()
    for node in pair:
        assert files(node) == [] and node.rows(Media) == [] and node.rows(RemotePicture) == []


def _signer(node: TestNode) -> Any:
    with node.context():
        return node_signer()
