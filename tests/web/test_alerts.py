"""Saved searches: a list is saved on its page, and what is new in it is told once to who may see it."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from coffee_node.base.database import write
from coffee_node.base.mail import Mail
from coffee_node.features.profiles.service import profile_of, publish_profile
from coffee_node.federation import accounts
from coffee_node.federation.notice_models import Notification
from coffee_node.federation.saved_searches import MOST, SavedSearch
from coffee_node.testing import Fediverse, TestNode, article_document, event_document, need_document
from tests.web.alert_readers import NEEDS, Reader, confirmed, links, look_at


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    node = fediverse.node("lille")
    node.add_person("jan", "Jan Peeters")
    return node


@pytest.fixture
def jan(lille: TestNode) -> Reader:
    return Reader(lille, "jan")


@pytest.fixture
def visitor(lille: TestNode) -> Reader:
    """Claire, who has no account; her address waits to be confirmed."""
    reader = Reader(lille)
    reader.save(status=200, email="Claire@Mail.example")
    return reader


def test_every_list_that_can_be_watched_offers_to_save_it_with_its_filters(jan: Reader) -> None:
    lists = (
        "/events?category=TRAINING",
        "/people?lang=nl",
        "/companies?country=BE",
        "/articles?kind=legal",
        "/spaces?q=x",
    )
    for path in ("/offers?kind=desk", "/jobs?lang=fr", *lists):
        assert f"/alerts/new?list={quote(path, safe='')}" in jan.read(path)
    assert "Offers and needs: desk" in jan.read("/alerts/new?list=/offers%3Fkind%3Ddesk")


@pytest.mark.parametrize("address", ["/about", "/nothing", "https://evil.example/offers", "", "//offers"])
def test_what_is_no_list_here_cannot_be_saved(jan: Reader, address: str) -> None:
    jan.read(f"/alerts/new?list={quote(address)}", 404)


def test_a_member_hears_once_of_what_is_new_and_never_of_nothing(
    fediverse: Fediverse, lille: TestNode, jan: Reader
) -> None:
    lille.post(need_document(name="There before"))
    jan.save()
    assert "0 had news" in look_at(lille)
    fediverse.clock.advance(minutes=6)
    lille.post(need_document(name="A welder for a day"))
    lille.post(need_document(name="Not a need", purpose="offer"))
    fediverse.clock.advance(minutes=6)
    assert "1 had news" in look_at(lille)
    fediverse.clock.advance(minutes=6)
    assert "0 had news" in look_at(lille)
    [notice] = lille.rows(Notification, kind="search")
    assert "A welder for a day" in notice.text and "There before" not in notice.text
    assert (notice.title, notice.url) == ("1 new: Offers and needs: Needs", NEEDS)
    assert "last news" in jan.read("/alerts")


def test_events_and_articles_are_heard_of_as_their_lists_show_them(
    fediverse: Fediverse, lille: TestNode, jan: Reader
) -> None:
    jan.save("/events?q=welding")
    jan.save("/articles?country=BE")
    lille.post(event_document(name="Welding for beginners"))
    lille.post(event_document(name="Something else"))
    lille.post(article_document(name="Across the border", countries=["FR", "BE"]))
    fediverse.clock.advance(minutes=6)
    assert "2 had news" in look_at(lille)
    events, articles = (row.text for row in lille.rows(Notification, kind="search"))
    assert "Welding for beginners" in events and "Something else" not in events
    assert "Across the border" in articles


def test_a_person_is_new_when_they_can_be_seen_not_when_their_account_is_made(
    fediverse: Fediverse, lille: TestNode, jan: Reader
) -> None:
    visitor = Reader(lille)
    visitor.save("/people", status=200, email="claire@mail.example")
    confirmed(lille, visitor)
    fediverse.clock.advance(minutes=6)
    lille.add_person("eva", "Eva Maes")
    with lille.context():
        actor = accounts.account_named("eva").actor
        assert actor is not None
        profile_of(actor)
    fediverse.clock.advance(hours=3)
    assert "0 had news" in look_at(lille)
    with lille.context():
        publish_profile(profile_of(actor), is_listed=True)
    fediverse.clock.advance(minutes=6)
    assert "1 had news" in look_at(lille)
    assert f"Eva Maes\n{lille.url}/@eva" in lille.rows(Mail)[-1].text


def test_one_hears_nothing_of_what_is_ones_own(fediverse: Fediverse, lille: TestNode, jan: Reader) -> None:
    jan.save()
    lille.post(need_document(), "jan")
    fediverse.clock.advance(minutes=6)
    assert "1 saved searches were looked at, 0 had news" in look_at(lille)


def test_nobody_hears_of_what_they_may_not_see(
    fediverse: Fediverse, lille: TestNode, jan: Reader, visitor: Reader
) -> None:
    confirmed(lille, visitor)
    jan.save()
    lille.post(
        {"type": "Create", "object": need_document(name="Only here"), "to": [f"{lille.url}/actor/followers"]}
    )
    fediverse.clock.advance(minutes=6)
    assert "2 saved searches were looked at, 1 had news" in look_at(lille)
    assert "Only here" in lille.rows(Notification)[0].text
    assert not [mail for mail in lille.rows(Mail) if "Only here" in mail.text]


def test_what_arrives_from_a_partner_is_new_too(fediverse: Fediverse, lille: TestNode, jan: Reader) -> None:
    tournai = fediverse.node("tournai")
    fediverse.connect(lille, tournai)
    jan.save()
    fediverse.clock.advance(minutes=6)
    tournai.post(need_document(name="A welder in Tournai"))
    fediverse.settle()
    assert "1 had news" in look_at(lille)
    assert "/at/tournai.example/" in lille.rows(Notification, kind="search")[0].text


def test_a_daily_search_tells_everything_of_the_day_in_one_mail(
    fediverse: Fediverse, lille: TestNode, visitor: Reader
) -> None:
    visitor.save(status=200, email="claire@mail.example", rhythm="daily")
    path = links(lille, "/alerts/confirm/")[-1]
    visitor.press(path, path)
    for name in ("First", "Second"):
        fediverse.clock.advance(hours=6)
        lille.post(need_document(name=name))
        assert "0 saved searches were looked at" in look_at(lille)
    fediverse.clock.advance(hours=13)
    assert "1 had news" in look_at(lille)
    text = lille.rows(Mail)[-1].text
    assert "First" in text and "Second" in text
    assert "claire" not in lille.rows(Mail)[-1].subject.lower()


def test_more_than_a_mail_holds_is_said_and_not_listed(
    fediverse: Fediverse, lille: TestNode, jan: Reader
) -> None:
    jan.save()
    for number in range(25):
        lille.post(need_document(name=f"Need number {number}"))
    fediverse.clock.advance(minutes=6)
    look_at(lille)
    [notice] = lille.rows(Notification, kind="search")
    assert notice.title.startswith("More than 20 new") and notice.text.count("Need number") == 20
    fediverse.clock.advance(minutes=6)
    assert "0 had news" in look_at(lille)


def test_saving_twice_keeps_one_and_there_is_an_end(lille: TestNode, jan: Reader) -> None:
    jan.save(rhythm="now")
    jan.save(rhythm="weekly")
    assert [row.rhythm for row in lille.rows(SavedSearch)] == ["weekly"]
    for number in range(MOST - 1):
        jan.save(f"/offers?q=word{number}")
    assert "Delete one that you no longer need" in jan.save("/offers?q=last", status=422).text


def test_a_disabled_account_is_not_told(fediverse: Fediverse, lille: TestNode, jan: Reader) -> None:
    jan.save()
    with lille.context(), write():
        accounts.disable(accounts.account_named("jan"), fediverse.clock.now)
    lille.post(need_document())
    fediverse.clock.advance(minutes=6)
    assert "0 had news" in look_at(lille)
