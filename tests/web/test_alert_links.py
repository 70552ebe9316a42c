"""Saved searches without an account: an address is confirmed first, and every mail leads out of it."""

from __future__ import annotations

import re

import pytest

from coffee_node.base.mail import Mail
from coffee_node.federation.notice_models import MailLink
from coffee_node.federation.saved_searches import SavedSearch
from coffee_node.testing import Fediverse, TestNode, need_document
from tests.web.alert_readers import Reader, confirmed, links, look_at


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


def test_an_address_is_watched_only_after_its_owner_confirmed_it(
    fediverse: Fediverse, lille: TestNode, visitor: Reader
) -> None:
    [mail] = lille.rows(Mail)
    assert mail.recipient == "claire@mail.example" and "48 hours" in mail.text
    lille.post(need_document(name="Too early"))
    fediverse.clock.advance(minutes=6)
    assert "0 saved searches were looked at" in look_at(lille)
    [path] = links(lille)
    assert "Yes, tell me" in visitor.read(path)
    assert lille.rows(SavedSearch)[0].confirmed_at is None
    answer = visitor.press(path, path)
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "Offers and needs: Needs" in visitor.read(answer.headers["Location"])
    visitor.read(path, 404)
    fediverse.clock.advance(minutes=6)
    assert "0 had news" in look_at(lille)


def test_what_was_never_confirmed_is_forgotten_after_two_days(
    fediverse: Fediverse, lille: TestNode, visitor: Reader
) -> None:
    fediverse.clock.advance(hours=49)
    visitor.read(links(lille)[0], 404)
    assert "1 were never confirmed" in look_at(lille)
    assert lille.rows(SavedSearch) == [] and lille.rows(MailLink) == []


def news_for(fediverse: Fediverse, lille: TestNode, visitor: Reader) -> tuple[str, str]:
    """The page and the way out in a mail with news."""
    confirmed(lille, visitor)
    fediverse.clock.advance(minutes=6)
    lille.post(need_document(name="A welder for a day"))
    look_at(lille)
    page, stop = links(lille)[-2:]
    assert stop == f"{page}/stop" and lille.rows(Mail)[-1].unsubscribe == lille.url + stop
    return page, stop


def test_a_mail_program_unsubscribes_by_one_post_without_a_token(
    fediverse: Fediverse, lille: TestNode, visitor: Reader
) -> None:
    _, stop = news_for(fediverse, lille, visitor)
    assert "Stop these mails" in visitor.read(stop)
    assert len(lille.rows(SavedSearch)) == 1
    for _ in range(2):
        answer = lille.client.post(stop, data={"List-Unsubscribe": "One-Click"}, base_url=lille.url)
        assert answer.status_code == 200
    assert lille.rows(SavedSearch) == [] and lille.rows(MailLink, address="claire@mail.example") == []
    assert "deleted" in visitor.read(stop)


def test_one_click_stops_only_what_the_mail_was_about(
    fediverse: Fediverse, lille: TestNode, visitor: Reader
) -> None:
    _, stop = news_for(fediverse, lille, visitor)
    visitor.save("/offers?kind=desk", status=200, email="claire@mail.example")
    path = links(lille, "/alerts/confirm/")[-1]
    visitor.press(path, path)
    lille.client.post(stop, base_url=lille.url)
    assert [row.given for row in lille.rows(SavedSearch)] == [{"kind": "desk"}]


def test_a_visitor_pauses_resumes_and_deletes_by_the_link_of_a_mail(
    fediverse: Fediverse, lille: TestNode, visitor: Reader
) -> None:
    page, _ = news_for(fediverse, lille, visitor)
    [row] = lille.rows(SavedSearch)
    visitor.press(page, f"{page}/of/{row.id}", what="pause")
    assert "paused" in visitor.read(page)
    lille.post(need_document(name="While paused"))
    fediverse.clock.advance(minutes=6)
    assert "0 saved searches were looked at" in look_at(lille)
    visitor.press(page, f"{page}/of/{row.id}", what="resume")
    fediverse.clock.advance(minutes=6)
    assert "0 had news" in look_at(lille)
    visitor.press(page, f"{page}/of/{row.id}", rhythm="weekly")
    assert lille.rows(SavedSearch)[0].rhythm == "weekly"
    answer = visitor.press(page, f"{page}/of/{row.id}", 200, what="delete")
    assert "was forgotten" in answer.text and lille.rows(SavedSearch) == []


def test_nobody_changes_a_search_of_somebody_else(lille: TestNode, jan: Reader, visitor: Reader) -> None:
    jan.save()
    confirmed(lille, visitor)
    hers, his = lille.rows(SavedSearch)
    page = links(lille, "/alerts/confirm/")[0]
    lille.add_person("eva")
    eva = Reader(lille, "eva")
    eva.save("/jobs")
    for row in (hers, his):
        eva.press("/alerts", f"/alerts/{row.id}", 404, what="delete")
    assert len(lille.rows(SavedSearch)) == 3
    visitor.read(page, 404)


def test_somebody_who_types_the_address_of_another_changes_nothing_there(
    lille: TestNode, visitor: Reader
) -> None:
    confirmed(lille, visitor)
    Reader(lille).save(status=200, email="claire@mail.example", rhythm="weekly")
    [row] = lille.rows(SavedSearch)
    assert row.rhythm == "now"
    path = links(lille, "/alerts/confirm/")[-1]
    visitor.press(path, path)
    assert lille.rows(SavedSearch)[0].rhythm == "weekly"


def test_a_lost_link_is_sent_again_without_saying_whose_addresses_are_known(
    lille: TestNode, visitor: Reader
) -> None:
    confirmed(lille, visitor)
    before = len(lille.rows(Mail))
    pages = [
        visitor.press("/alerts", "/alerts/link", 200, email=email).text
        for email in ("claire@mail.example", "nobody@mail.example")
    ]
    assert re.sub("csrf.*", "", pages[0]) == re.sub("csrf.*", "", pages[1])
    assert len(lille.rows(Mail)) == before + 1
    assert "Offers and needs: Needs" in visitor.read(links(lille)[-1])


def test_a_form_keeps_what_was_typed_and_says_what_is_missing(lille: TestNode) -> None:
    reader = Reader(lille)
    answer = reader.save("/offers?kind=desk", "weekly", 422, email="claire at home")
    assert "Write an e-mail address" in answer.text
    assert 'value="claire at home"' in answer.text and "Offers and needs: desk" in answer.text
    assert re.search(r'value="weekly"[^>]* checked|checked[^>]* value="weekly"', answer.text)
    assert lille.rows(SavedSearch) == []


def test_one_address_gets_only_so_many_mails_in_an_hour(lille: TestNode) -> None:
    reader = Reader(lille)
    for number in range(5):
        reader.save(f"/offers?q=word{number}", status=200, email="claire@mail.example")
    reader.save("/offers?q=more", status=429, email="claire@mail.example")
    assert len(lille.rows(Mail)) == 5
