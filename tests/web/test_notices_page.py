"""The page of notices: unread first, opened and put away, and the matrix of what somebody is told."""

from __future__ import annotations

import pytest

from coffee_node.base.contracts import NoticeKind
from coffee_node.base.database import db, write
from coffee_node.federation import notices
from coffee_node.federation.accounts import account_named
from coffee_node.federation.notice_models import NoticeChoice, Notification
from coffee_node.testing import Fediverse, TestNode
from tests.web.test_follow_pages import press


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    node = fediverse.node("lille")
    for handle in ("claire", "mallory"):
        node.add_person(handle)
    return node


def tell(node: TestNode, title: str, url: str = "/events", handle: str = "claire") -> None:
    """Tell somebody one thing."""
    with node.context(), write():
        told = notices.Told(title, url=url)
        notices.tell([account_named(handle)], "follow", title, lambda: told)


def shown(node: TestNode, path: str = "/me/notices", handle: str = "claire") -> str:
    """A page as somebody sees it."""
    answer = node.signed_in(handle).get(path, base_url=node.url, headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    text: str = answer.text
    return text


def test_unread_stands_first_and_is_counted_in_the_menu(lille: TestNode) -> None:
    for title in ("Old one", "Middle one", "New one"):
        tell(lille, title)
    assert '<span class="unread">3' in shown(lille)
    new = lille.rows(Notification)[2]
    browser = lille.signed_in("claire")
    assert browser.get(f"/me/notices/{new.id}", base_url=lille.url).headers["Location"] == "/events"
    page = shown(lille)
    assert [page.index(title) for title in ("Middle one", "Old one", "New one")] == sorted(
        page.index(title) for title in ("Middle one", "Old one", "New one")
    )
    assert '<span class="unread">2' in page
    press(browser, lille, "/me/notices", "/me/notices/read")
    assert 'class="unread"' not in shown(lille)


def test_nobody_opens_or_reads_the_notices_of_somebody_else(lille: TestNode) -> None:
    tell(lille, "For Claire")
    tell(lille, "For Mallory", handle="mallory")
    row = lille.rows(Notification)[0]
    mallory = lille.signed_in("mallory")
    assert mallory.get(f"/me/notices/{row.id}", base_url=lille.url).status_code == 404
    assert mallory.get("/me/notices/999", base_url=lille.url).status_code == 404
    press(mallory, lille, "/me/notices", f"/me/notices/{row.id}/read")
    press(mallory, lille, "/me/notices", "/me/notices/read")
    assert [row.read_at is None for row in lille.rows(Notification)] == [True, False]


def test_a_notice_about_another_site_leads_there_by_a_plain_link_only(lille: TestNode) -> None:
    tell(lille, "Elsewhere", "https://other.example/x")
    tell(lille, "Ours", f"{lille.url}/articles")
    page = shown(lille)
    assert 'href="https://other.example/x"' in page
    elsewhere, ours = lille.rows(Notification)
    browser = lille.signed_in("claire")
    there = browser.get(f"/me/notices/{elsewhere.id}", base_url=lille.url).headers["Location"]
    assert there == "/me/notices"
    assert browser.get(f"/me/notices/{ours.id}", base_url=lille.url).headers["Location"] == "/articles"


def test_many_notices_are_read_page_by_page(lille: TestNode) -> None:
    for number in range(35):
        tell(lille, f"Notice {number:02d}")
    with lille.context(), write():
        for row in lille.rows(Notification)[:2]:
            db.session.merge(row).read_at = row.created_at
    first = shown(lille)
    assert "Notice 34" in first and "Notice 05" in first and "Notice 04" not in first
    link = first.split('rel="next" href="')[1].split('"')[0]
    rest = shown(lille, link)
    assert [f"Notice {number:02d}" in rest for number in (0, 1, 2, 4, 5)] == [True, True, True, True, False]
    assert "Notice 34" in shown(lille, "/me/notices?page=nonsense")


def test_without_notices_the_page_says_what_comes(lille: TestNode) -> None:
    assert "Nothing new" in shown(lille)


def test_signed_out_readers_are_asked_to_sign_in(lille: TestNode) -> None:
    for path in ("/me/notices", "/me/notices/choices", "/me/notices/1"):
        answer = lille.client.get(path, base_url=lille.url, headers={"Accept": "text/html"})
        assert answer.headers["Location"].startswith("/sign-in")


def test_the_matrix_is_kept(lille: TestNode) -> None:
    browser = lille.signed_in("claire")
    kinds = [kind for kind in lille.node.notice_kinds if kind != "follow"]
    fields = {kind: "daily" for kind in kinds} | {"follow": "never", "page-report": "y"}
    answer = press(browser, lille, "/me/notices/choices", "/me/notices/choices", **fields)
    assert answer.status_code == 303
    rows = {row.kind: (row.on_page, row.rhythm) for row in lille.rows(NoticeChoice)}
    assert rows["follow"] == (False, "never") and rows["report"] == (True, "daily")
    page = shown(lille, "/me/notices/choices")
    assert page.count('<option selected value="daily">') == len(kinds)


def test_a_rhythm_that_does_not_exist_is_refused_and_nothing_is_lost(lille: TestNode) -> None:
    browser = lille.signed_in("claire")
    fields = {kind: "never" for kind in lille.node.notice_kinds} | {"report": "hourly"}
    answer = press(browser, lille, "/me/notices/choices", "/me/notices/choices", **fields)
    assert answer.status_code == 422 and "Error:" in answer.text
    assert answer.text.count('<option selected value="never">') == len(lille.node.notice_kinds) - 1
    assert lille.rows(NoticeChoice) == []


def test_the_kinds_of_plugins_stand_in_the_matrix(fediverse: Fediverse) -> None:
    from coffee_node import hookimpl

    class Passes:
        @hookimpl
        def register_notices(self, register: object) -> None:
            register(NoticeKind("pass_used", "Your pass was used", "now"))  # type: ignore[operator]

    node = fediverse.node("mons", plugins=[("passes", Passes())])
    node.add_person("claire")
    assert "Your pass was used" in shown(node, "/me/notices/choices")
