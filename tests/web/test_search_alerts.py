"""A search that is saved: its owner hears of what is new among all types, once, as they would find it."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from coffee_node.base.mail import Mail
from coffee_node.federation.notice_models import Notification
from coffee_node.testing import Fediverse, TestNode, article_document, event_document, need_document
from tests.web.alert_readers import Reader, confirmed, look_at

WELDING = "/search?q=soudure&lang=fr"


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    node = fediverse.node("lille")
    node.add_person("jan", "Jan Peeters")
    return node


def test_a_search_offers_to_be_saved_with_its_filters_and_nothing_else_does(lille: TestNode) -> None:
    offer = f"/alerts/new?list={quote(WELDING, safe='')}"
    assert offer in lille.page(WELDING), "also when nothing is found yet"
    lille.post(event_document(name="Soudure", inLanguage="fr"))
    assert offer in lille.page(WELDING)
    assert "/alerts/new" not in lille.page("/search")
    assert "Search: “soudure”, French" in lille.page(f"/alerts/new?list={quote(WELDING)}")
    words = lille.page(f"/alerts/new?list={quote('/search?q=x&type=offers&when=week&source=-')}")
    assert "Search: “x”, Offers and needs, this site, in the next 7 days" in words


def test_a_member_hears_once_of_what_is_new_in_any_type(fediverse: Fediverse, lille: TestNode) -> None:
    jan = Reader(lille, "jan")
    lille.post(event_document(name="Soudure, autrefois", inLanguage="fr"))
    jan.save(WELDING)
    fediverse.clock.advance(minutes=6)
    lille.post(event_document(name="Atelier soudure", inLanguage="fr"))
    lille.post(need_document(name="Soudure pour un jour", inLanguage="fr"))
    lille.post(article_document(name="Guide", content="<p>La soudure, pas à pas.</p>", inLanguage="fr"))
    lille.post(event_document(name="Soudure auf Deutsch", inLanguage="de"))
    lille.post(event_document(name="Poterie", inLanguage="fr"))
    fediverse.clock.advance(minutes=6)
    assert "1 had news" in look_at(lille)
    [notice] = lille.rows(Notification, kind="search")
    told = {"Atelier soudure", "Soudure pour un jour", "Guide"}
    silent = {"Soudure, autrefois", "Soudure auf Deutsch", "Poterie"}
    assert [name for name in told | silent if (name in notice.text) != (name in told)] == []
    assert (notice.title, notice.url) == ("3 new: Search: “soudure”, French", WELDING)
    fediverse.clock.advance(minutes=6)
    assert "0 had news" in look_at(lille)


def test_a_visitor_confirms_the_address_first(fediverse: Fediverse, lille: TestNode) -> None:
    claire = Reader(lille)
    claire.save("/search?q=soudure", status=200, email="claire@mail.example")
    lille.post(event_document(name="Soudure trop tôt"))
    assert "0 saved searches were looked at" in look_at(lille)
    confirmed(lille, claire)
    fediverse.clock.advance(minutes=6)
    lille.post(event_document(name="Soudure après", content="<p>Un soir.</p>"))
    look_at(lille)
    mails = [mail.text for mail in lille.rows(Mail) if "Soudure" in mail.text]
    assert len(mails) == 1 and "Soudure après" in mails[0] and "trop tôt" not in mails[0]


def test_who_may_not_see_it_hears_nothing_of_it(fediverse: Fediverse, lille: TestNode) -> None:
    claire, jan = Reader(lille), Reader(lille, "jan")
    claire.save("/search?q=soudure", status=200, email="claire@mail.example")
    confirmed(lille, claire)
    jan.save("/search?q=soudure")
    fediverse.clock.advance(minutes=6)
    followers = ["https://lille.example/actor/followers"]
    lille.post(event_document(name="Soudure entre nous", to=followers, cc=[]))
    fediverse.clock.advance(minutes=6)
    assert "1 had news" in look_at(lille)
    assert [notice.kind for notice in lille.rows(Notification, kind="search")] == ["search"]
    assert not any("entre nous" in mail.text for mail in lille.rows(Mail) if "claire" in mail.recipient)
