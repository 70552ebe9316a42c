"""Pictures in articles: put into the text, shown, translated, and carried to partners."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest

from coffee_node.features.articles import pictures
from coffee_node.features.articles.models import Article
from coffee_node.federation.media_models import Media
from coffee_node.testing import Fediverse, TestNode
from tests.web.article_visits import ALT, FORM, NEW, line_of, path_of, publish, put, status, typed
from tests.web.people_visits import picture, read, send

ACTIVITY = "application/activity+json"


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    made = fediverse.node("lille")
    made.add_person("claire", "Claire")
    made.add_person("bruno", "Bruno")
    return made


def test_a_picture_is_put_at_the_end_of_the_text_without_a_script(lille: TestNode) -> None:
    page = put(lille, lille.signed_in("claire"), name="")
    assert "Give the article a title" not in page, "the article is not finished, and need not be"
    assert re.fullmatch(
        r"First\.\n\nLast\.\n\n!\[A desk \\\[oak\\\] by the “river”\]\(/media/[0-9a-f]{32}\.webp\)",
        typed(page),
    )
    [draft] = lille.rows(Media)
    assert (draft.visibility, draft.alt) == ("private", ALT)
    assert [status(lille, path_of(draft), lille.signed_in(one)) for one in ("claire", "bruno")] == [200, 404]


def test_where_a_script_runs_it_is_put_where_the_writer_was(lille: TestNode) -> None:
    text = typed(
        put(lille, lille.signed_in("claire"), content="First.\r\n\r\nLast.", into="content", cursor="7")
    )
    assert text.startswith("First.\n\n![") and text.endswith(".webp)\n\nLast.")
    french: dict[str, Any] = {"content_map-fr": "Un.", "into": "content_map-fr", "cursor": "x"}
    page = put(lille, lille.signed_in("claire"), **french)
    assert typed(page, "content_map-fr").startswith("Un.\n\n![") and "![" not in typed(page)


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"picture-alt": ""}, "Say in a few words what the picture shows."),
        ({"picture": (io.BytesIO(b"<svg/>"), "x.svg")}, "no picture that can be read"),
        ({"picture": (io.BytesIO(b""), "")}, "Choose a picture first."),
        ({"csrf_token": "stale"}, "This page was open for a long time."),
    ],
)
def test_what_cannot_be_put_into_the_text_is_said_and_nothing_typed_is_lost(
    lille: TestNode, sent: dict[str, Any], words: str
) -> None:
    page = put(lille, lille.signed_in("claire"), status=422, **sent)
    assert words in page and typed(page) == "First.\n\nLast."
    assert lille.rows(Media) == []


def test_nobody_fills_the_node_with_pictures_of_articles_that_are_never_published(
    lille: TestNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "DRAFTS_LIMIT", 1)
    client = lille.signed_in("claire")
    put(lille, client)
    assert "Too many pictures wait" in put(lille, client, status=422)
    assert len(lille.rows(Media)) == 1


def test_the_preview_shows_it_and_publishing_with_a_picture_chosen_takes_it_along(lille: TestNode) -> None:
    client = lille.signed_in("claire")
    sent = {**FORM, "picture": picture(), "picture-alt": ALT}
    page = send(client, lille, NEW, 200, preview="1", **sent)
    shown = page.partition('aria-label="Preview"')[2].partition("</section>")[0]
    assert re.search(
        r'<img src="/media/[0-9a-f]{32}\.webp" alt="A desk \[oak\] by the “river”" width="60"', shown
    )
    assert lille.rows(Article) == []
    sent["picture"] = picture("blue")
    send(client, lille, NEW, 303, **sent)
    [article] = lille.rows(Article)
    assert "![" in article.source and article.attachments[0]["mediaType"] == "image/webp"


def test_an_article_carries_its_pictures_to_a_partner_which_shows_its_own_copy(
    fediverse: Fediverse, lille: TestNode
) -> None:
    tournai = fediverse.node("tournai", partners=[lille])
    article = publish(lille)
    [media] = lille.rows(Media)
    address = f"{lille.url}{path_of(media)}"
    document = lille.get_json(article.uri.removeprefix(lille.url), ACTIVITY)
    expected = {"mediaType": "image/webp", "url": address, "name": ALT, "width": 60, "height": 40}
    assert document["attachment"] == [{"type": "Document", **expected}]
    assert document["image"] == {"type": "Image", **expected}
    assert f'<img src="{address}" alt="{ALT}">' in document["content"]
    assert f'<img src="{path_of(media)}"' in lille.page(article.uri.removeprefix(lille.url))
    fediverse.settle()
    page = tournai.page(f"/at/{article.uri.removeprefix('https://')}").partition("<main")[2]
    [copy] = tournai.rows(Media)
    assert f'<img src="{path_of(copy)}" alt="{ALT}"' in page and "oak" in page
    assert page.count("<img") == 1, "it stands in the text and not below it once more"
    assert status(tournai, path_of(copy)) == 200


def test_what_a_partner_cannot_show_is_said_in_words_with_a_link(
    fediverse: Fediverse, lille: TestNode
) -> None:
    tournai = fediverse.node("tournai", partners=[lille])
    lille.post(
        {
            "type": "Article",
            "name": "Elsewhere",
            "content": '<p>Look: <img src="https://gone.example/a.png" alt="A map">'
            '<img src="/x" alt="no"></p>',
            "attachment": [
                {"type": "Document", "mediaType": "application/pdf", "url": "https://gone.example/plan.pdf"},
                {
                    "type": "Video",
                    "mediaType": "video/mp4",
                    "url": "https://gone.example/v.mp4",
                    "name": "Tour",
                },
                {
                    "type": "Image",
                    "mediaType": "image/png",
                    "url": "https://gone.example/b.png",
                    "name": "A plan",
                },
            ],
        }
    )
    fediverse.settle()
    [article] = tournai.rows(Article)
    page = tournai.page(f"/at/{article.uri.removeprefix('https://')}").partition("<main")[2]
    assert "<img" not in page
    assert re.search(r'<a href="https://gone\.example/a\.png"[^>]*>Picture: A map</a>', page)
    assert re.search(r'<a href="https://gone\.example/b\.png"[^>]*>Picture: A plan</a>', page)
    assert "plan.pdf</a>" in page and "(PDF on gone.example)" in page and "(video on gone.example)" in page


def test_a_translation_shows_the_picture_with_words_of_its_own(lille: TestNode) -> None:
    article = publish(lille)
    translate = f"/articles/{article.uri.rsplit('/', 1)[-1]}/translate"
    claire = lille.signed_in("claire")
    page = read(claire, lille, f"{translate}?to=fr")
    line = line_of(page)
    translated = re.sub(r"!\[.*\]", "![Un bureau]", line)
    send(
        claire,
        lille,
        translate,
        303,
        f"{translate}?to=fr",
        to="fr",
        name="Un bureau",
        content=f"Voir :\n\n{translated}",
    )
    shown = lille.page(article.uri.removeprefix(lille.url), "fr").partition("<main")[2]
    assert 'alt="Un bureau"' in shown and "oak" not in shown
    assert len(lille.rows(Article)[0].attachments) == 1
    page = put(
        lille, claire, translate, page=f"{translate}?to=nl", to="nl", name="Een bureau", content="Zie:"
    )
    assert typed(page).startswith("Zie:\n\n![") and len(lille.rows(Media)) == 2
