"""The page of an object: who shares it, who may, and what its author sees of likes."""

from __future__ import annotations

from coffee_node.federation.social_models import Announcement
from coffee_node.testing import Fediverse, event_document
from tests.web.test_follow_pages import press


def test_a_manager_shares_an_event_of_a_partner_and_stops(fediverse: Fediverse) -> None:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    fediverse.connect(lille, tournai)
    event = lille.object_of(lille.post(event_document()))["id"]
    fediverse.settle()
    manager, page = tournai.signed_in("admin"), f"/at/{event.split('://')[1]}"
    assert "Share as Tournai" not in tournai.page(page)
    space = f"{tournai.url}/actors/tournai"

    press(manager, tournai, page, "/share", uri=event, what="share", **{"as": space})
    fediverse.settle()
    assert "shared by" in lille.page(event.removeprefix(lille.url))
    assert "Stop sharing as Tournai" in manager.get(page, base_url=tournai.url).text

    press(manager, tournai, page, "/share", uri=event, what="stop", **{"as": space})
    fediverse.settle()
    assert "shared by" not in lille.page(event.removeprefix(lille.url))


def test_nobody_shares_in_the_name_of_a_space_of_others(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    lille.add_person("jan", "Jan")
    event = lille.object_of(lille.post(event_document()))["id"]
    member = lille.signed_in("jan")
    sent = {"uri": event, "as": f"{lille.url}/actors/lille"}
    assert press(member, lille, "/me/follows", "/share", **sent).status_code == 403
    assert lille.rows(Announcement) == []


def test_likes_are_shown_to_the_author_alone(fediverse: Fediverse) -> None:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    fediverse.connect(lille, tournai)
    event = lille.object_of(lille.post(event_document()))["id"]
    fediverse.settle()
    tournai.post({"type": "Like", "object": event})
    fediverse.settle()
    page = event.removeprefix(lille.url)
    assert "liked by one" in lille.signed_in("admin").get(page, base_url=lille.url).text
    assert "liked by" not in lille.page(page)
