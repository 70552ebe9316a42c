"""Who gets a picture of an article, and when it goes: with its text, its versions, its owner."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import timedelta

import pytest

from coffee_node.base.clock import utcnow
from coffee_node.base.database import db, write
from coffee_node.features.articles import pictures
from coffee_node.features.articles.models import Article
from coffee_node.features.articles.watch_models import ArticleRevision
from coffee_node.federation import accounts
from coffee_node.federation.media_models import Media
from coffee_node.testing import Fediverse, TestNode
from tests.web.article_visits import FORM, NEW, line_of, path_of, publish, put, status
from tests.web.people_visits import read, send

ACTIVITY = "application/activity+json"


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    made = fediverse.node("lille")
    made.add_person("claire", "Claire")
    made.add_person("bruno", "Bruno")
    return made


@pytest.mark.parametrize(
    ("level", "seen"),
    [
        ("public", ["nobody", "stranger", "bruno", "claire"]),
        ("network", ["stranger", "bruno", "claire"]),
        ("space", ["bruno", "claire"]),
    ],
)
def test_a_picture_is_served_to_who_may_see_its_article(lille: TestNode, level: str, seen: list[str]) -> None:
    with lille.context():
        accounts.create_account("stranger", "Stranger")
    article = publish(lille, visibility=level)
    [media] = lille.rows(Media)
    readers = {
        "nobody": lille.client,
        **{one: lille.signed_in(one) for one in ("stranger", "bruno", "claire")},
    }
    page = article.uri.removeprefix(lille.url)
    html = {"Accept": "text/html"}
    may_read = [
        n for n, c in readers.items() if c.get(page, base_url=lille.url, headers=html).status_code == 200
    ]
    assert may_read == seen
    assert [name for name, client in readers.items() if status(lille, path_of(media), client) == 200] == seen


def test_a_picture_that_is_taken_out_of_the_text_is_for_its_writers_until_it_is_brought_back(
    lille: TestNode,
) -> None:
    article = publish(lille)
    page = article.uri.removeprefix(lille.url)
    edit = f"/articles/{page.rsplit('/', 1)[-1]}/edit"
    [media] = lille.rows(Media)
    claire = lille.signed_in("claire")
    send(claire, lille, edit, 303, **FORM)
    assert "<img" not in lille.page(page).partition("<main")[2]
    assert [status(lille, path_of(media), one) for one in (None, lille.signed_in("bruno"), claire)] == [
        404,
        404,
        200,
    ]
    assert "attachment" not in lille.get_json(page, ACTIVITY)
    with lille.context():
        assert pictures.sweep().startswith("0 ")
    [version] = lille.rows(ArticleRevision)
    base = edit.removesuffix("/edit")
    assert "oak" in read(claire, lille, f"{base}/revisions?show={version.id}"), (
        "its words show in the comparison"
    )
    send(claire, lille, f"{base}/revisions/{version.id}/restore", 303, f"{base}/revisions")
    assert path_of(media) in lille.page(page) and status(lille, path_of(media)) == 200


def test_the_picture_of_somebody_else_is_not_made_public_by_naming_it(lille: TestNode) -> None:
    publish(lille, visibility="space")
    [media] = lille.rows(Media)
    stolen = f"![x]({path_of(media)})"
    send(lille.signed_in("bruno"), lille, NEW, 303, **{**FORM, "content": stolen})
    assert status(lille, path_of(media)) == 404
    assert lille.rows(Media)[0].visibility == "space"


def test_a_deleted_article_takes_its_pictures_and_versions_along(lille: TestNode) -> None:
    article = publish(lille)
    number = article.uri.rsplit("/", 1)[-1]
    claire = lille.signed_in("claire")
    send(claire, lille, f"/articles/{number}/edit", 303, **{**FORM, "content": article.source + "\n\nMore."})
    assert len(lille.rows(ArticleRevision)) == 1
    send(claire, lille, f"/articles/{number}/delete", 303)
    assert lille.rows(Media) == [] and lille.rows(ArticleRevision) == []
    assert list((lille.node.config.home / "media").iterdir()) == []


def test_a_picture_that_two_articles_show_stays_with_the_one_that_is_left(lille: TestNode) -> None:
    first = publish(lille)
    send(
        lille.signed_in("claire"),
        lille,
        NEW,
        303,
        **{**FORM, "name": "Again", "content": line_of(first.source)},
    )
    send(lille.signed_in("claire"), lille, f"/articles/{first.uri.rsplit('/', 1)[-1]}/delete", 303)
    [media] = lille.rows(Media)
    assert media.about_uri == lille.rows(Article)[-1].uri and status(lille, path_of(media)) == 200


def test_pictures_without_an_article_are_swept_after_a_day(lille: TestNode) -> None:
    put(lille, lille.signed_in("claire"))
    with lille.context():
        assert pictures.sweep().startswith("0 ")
        with write():
            db.session.query(Media).update({"created_at": utcnow() - timedelta(days=2)})
        assert pictures.sweep().startswith("1 ")
    assert lille.rows(Media) == []


def test_the_pictures_of_a_person_are_in_their_export(lille: TestNode) -> None:
    publish(lille)
    [media] = lille.rows(Media)
    claire = lille.signed_in("claire")
    page = read(claire, lille, "/me/data")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token
    answer = claire.post(
        "/me/data/export",
        base_url=lille.url,
        data={"csrf_token": token[1]},
        headers={"Referer": f"{lille.url}/me/data"},
    )
    assert answer.status_code == 200, answer.text[:300]
    names = zipfile.ZipFile(io.BytesIO(answer.data)).namelist()
    assert f"media/{media.name}.webp" in names
