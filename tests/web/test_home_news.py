"""Home begins, for who is signed in, with what is new across the border and from whom they follow."""

from __future__ import annotations

from coffee_node.testing import Fediverse, event_document, need_document
from tests.web.test_home_page import LILLE, TOURNAI, place, settle_at

FAR = place("BE", "Arlon", 49.68, 5.81)


def test_new_near_me_and_from_whom_i_follow_stand_first(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    settle_at(lille, LILLE)
    tournai = fediverse.node("tournai", partners=[lille])
    settle_at(tournai, TOURNAI)
    lille.add_person("claire", "Claire")
    fediverse.settle()
    tournai.post(event_document(name="Near and new", location=TOURNAI))
    tournai.post(event_document(name="Far away", location=FAR))
    tournai.post(
        event_document(
            name="Over",
            location=TOURNAI,
            startTime="2026-11-20T08:30:00+01:00",
            endTime="2026-11-20T09:30:00+01:00",
        )
    )
    tournai.post(need_document(name="Need across", location=TOURNAI))
    lille.post(event_document(name="Here", location=LILLE))
    fediverse.settle()
    page = lille.signed_in("claire").get("/", base_url=lille.url).text
    news = page.split('id="new-across"')[1].split("</section>")[0]
    assert "Near and new" in news and "Need across" in news
    assert all(name not in news for name in ("Far away", "Over", ">Here<"))
    assert page.index('id="new-across"') < page.index('class="home-blocks"')
    assert 'id="new-followed"' not in page
    lille.follow_actor(f"{lille.url}/actors/lille", "claire")
    fediverse.settle()
    page = lille.signed_in("claire").get("/", base_url=lille.url).text
    assert "Here" in page.split('id="new-followed"')[1].split("</section>")[0]


def test_visitors_read_what_this_place_is_and_no_news_of_their_own(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    uri = f"{lille.url}/actors/lille"
    lille.post(
        {
            "type": "Update",
            "object": {"id": uri, "type": "Organization", "summary": "<p>Forty desks by the canal.</p>"},
        }
    )
    page = lille.page("/")
    assert "Forty desks by the canal." in page and 'href="/@lille"' in page
    assert 'id="new-across"' not in page and 'id="new-followed"' not in page
