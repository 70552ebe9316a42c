"""The list of articles and the pages on which articles and notes are written."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from coffee_node.testing import Fediverse, TestNode, article_document, note_document

FORM = {
    "name": "Travailler à Tournai",
    "kind": "legal",
    "language": "fr",
    "summary": "Ce qu'il faut *déclarer*.",
    "content": "## Avant\n\nDemander le **A1**.",
    "content_map-nl": "## Eerst\n\nVraag het **A1**.",
    "tags": "frontalier",
    "countries": "FR",
    "review_by": "2027-11-23",
    "responsible": "community manager",
    "sources": "https://www.cleiss.fr/ CLEISS\nwww.socialsecurity.be Sécurité sociale",
    "visibility": "public",
}


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    return fediverse.node("lille")


def get(node: TestNode, client: FlaskClient, path: str) -> Any:
    return client.get(path, base_url=node.url, headers={"Accept": "text/html", "Accept-Language": "en"})


def send(node: TestNode, client: FlaskClient, path: str, **fields: Any) -> Any:
    """Fill in the form of a page and send it."""
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', get(node, client, path).text)
    assert token is not None
    headers = {"Accept": "text/html", "Accept-Language": "en", "Referer": node.url}
    return client.post(path, data={"csrf_token": token[1], **fields}, base_url=node.url, headers=headers)


def uuid_of(node: TestNode) -> str:
    return str(node.get_json("/articles.json")["items"][0]["id"]).rsplit("/", 1)[-1]


def test_articles_are_filtered_by_kind_country_language_and_words(lille: TestNode) -> None:
    lille.post(article_document(name="Aaa"))
    lille.post(article_document(name="Bbb", kind="watch", countries=["NL"], inLanguage="nl"))
    for query, names in (
        ("kind=watch", ["Bbb"]),
        ("country=be", ["Aaa"]),
        ("country=NL", ["Bbb"]),
        ("lang=en", ["Aaa"]),
        ("q=aaa", ["Aaa"]),
        ("country=F%25", ["Aaa", "Bbb"]),
    ):
        items = lille.get_json(f"/articles.json?{query}")["items"]
        assert sorted(item["name"] for item in items) == names, query
    assert "NL" in lille.page("/articles.csv?kind=watch")


def test_a_card_past_its_review_date_is_marked_in_the_list_and_on_its_page(lille: TestNode) -> None:
    lille.post(article_document(reviewBy="2026-11-23"))
    assert "review was due" in lille.page("/articles")
    assert "Check it before you rely on it" in lille.page(f"/objects/{uuid_of(lille)}")


def test_a_card_before_its_review_date_is_not_marked(lille: TestNode) -> None:
    lille.post(article_document(reviewBy="2026-11-24"))
    assert "review was due" not in lille.page("/articles")


def test_an_article_written_in_the_form_is_published_in_both_languages(lille: TestNode) -> None:
    client = lille.signed_in()
    response = send(lille, client, "/articles/new", **FORM | {"countries": ["FR", "BE"]})
    assert response.status_code == 303, response.text
    article = lille.get_json("/articles.json")["items"][0]
    assert article["content"] == "<h2>Avant</h2>\n<p>Demander le <strong>A1</strong>.</p>\n"
    assert sorted(article["contentMap"]) == ["fr", "nl"]
    assert article["countries"] == ["FR", "BE"]
    assert [link["href"] for link in article["attachment"]] == [
        "https://www.cleiss.fr/",
        "https://www.socialsecurity.be",
    ]
    assert "## Avant" not in str(article)
    page = lille.page(response.headers["Location"], "nl")
    assert "Eerst" in page
    assert "CLEISS" in page


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": ""}, "Give the article a title."),
        ({"content": ""}, "Write the text."),
        ({"countries": []}, "Choose the countries this is about."),
        ({"review_by": "some day"}, "Write a day like"),
        ({"sources": "a book"}, "This is not an address: a book"),
        ({"kind": "poem"}, "This is not one of the choices."),
    ],
)
def test_a_form_with_an_error_comes_back_filled_in_with_the_message_at_the_field(
    lille: TestNode, changes: dict[str, Any], message: str
) -> None:
    response = send(lille, lille.signed_in(), "/articles/new", **FORM | changes)
    assert response.status_code == 422
    assert message in response.text
    assert "Vraag het **A1**." in response.text
    assert lille.get_json("/articles.json")["total"] == 0


def test_an_article_is_changed_and_deleted_through_its_pages(lille: TestNode) -> None:
    client = lille.signed_in()
    send(lille, client, "/articles/new", **FORM)
    uuid = uuid_of(lille)
    form = get(lille, client, f"/articles/{uuid}/edit").text
    assert "Demander le **A1**." in form
    assert "https://www.cleiss.fr/ CLEISS" in form
    assert "community manager" in form
    changed = send(lille, client, f"/articles/{uuid}/edit", **FORM | {"content": "Rien."})
    assert changed.status_code == 303
    assert lille.get_json("/articles.json")["items"][0]["content"] == "<p>Rien.</p>\n"
    assert "cannot be undone" in get(lille, client, f"/articles/{uuid}/delete").text
    assert send(lille, client, f"/articles/{uuid}/delete").status_code == 303
    assert get(lille, client, f"/objects/{uuid}").status_code == 410


def test_html_and_pictures_that_came_without_markdown_survive_a_change_of_the_title(lille: TestNode) -> None:
    picture = {"type": "Document", "mediaType": "image/png", "url": "https://a.example/x.png"}
    lille.post(article_document(content="<h2>a</h2><blockquote>b</blockquote>", attachment=[picture]))
    shown = {**FORM, "content": "a\nb", "content_map-nl": "", "summary": "", "sources": "", "language": "en"}
    response = send(lille, lille.signed_in(), f"/articles/{uuid_of(lille)}/edit", **shown)
    assert response.status_code == 303, response.text
    article = lille.get_json("/articles.json")["items"][0]
    assert article["name"] == FORM["name"]
    assert article["content"] == "<h2>a</h2><blockquote>b</blockquote>"
    assert article["attachment"] == [picture]


def test_a_note_is_written_read_changed_and_deleted(lille: TestNode) -> None:
    client = lille.signed_in()
    created = send(lille, client, "/notes/new", content="Closed on *Friday*", language="en")
    path = created.headers["Location"]
    assert "Closed on <em>Friday</em>" in get(lille, client, path).text
    assert "Closed on" in lille.page("/@lille")
    edit = path.replace("/objects/", "/notes/")
    assert "Closed on *Friday*" in get(lille, client, f"{edit}/edit").text
    assert send(lille, client, f"{edit}/edit", content="Open", language="en").status_code == 303
    assert "Open" in get(lille, client, path).text
    assert send(lille, client, f"{edit}/delete").status_code == 303
    assert get(lille, client, path).status_code == 410


def test_a_note_of_another_node_is_read_on_the_page_of_its_author(fediverse: Fediverse) -> None:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    fediverse.connect(tournai, lille)
    lille.post(note_document())
    fediverse.settle()
    assert "Closed on the first of May." in tournai.page("/@lille@lille.example")


def test_nobody_writes_without_an_account_or_changes_the_articles_of_others(lille: TestNode) -> None:
    lille.post(article_document())
    uuid = uuid_of(lille)
    assert get(lille, lille.client, "/articles/new").status_code == 303
    lille.add_person("jan")
    jan = lille.signed_in("jan")
    for path in ("edit", "delete"):
        assert get(lille, jan, f"/articles/{uuid}/{path}").status_code == 403
        assert get(lille, jan, f"/notes/nothing/{path}").status_code == 404


def test_home_and_actor_pages_show_what_is_worth_knowing(lille: TestNode) -> None:
    lille.post(article_document(name="Three days"))
    assert "Three days" in lille.page("/")
    assert "Three days" in lille.page("/@lille")
