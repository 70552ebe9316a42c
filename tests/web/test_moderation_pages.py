"""Managers decide about servers and reports in the browser; people report and block from the pages."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from coffee_node.federation import accounts
from coffee_node.federation.moderation_models import ActorBlock, DomainPolicy, Report
from coffee_node.testing import Fediverse, TestNode, event_document

HTML = {"Accept": "text/html", "Accept-Language": "en"}
POLICIES = "/network/policies"


def signed_in(node: TestNode, handle: str = "admin") -> FlaskClient:
    with node.context():
        account = accounts.account_named(handle)
        secret = accounts.sign_in_link(account)
    browser = node.client
    assert browser.get(f"/sign-in/{secret}", base_url=node.url).status_code == 303
    return browser


def read(node: TestNode, browser: FlaskClient, path: str) -> str:
    answer = browser.get(path, base_url=node.url, headers=HTML)
    assert answer.status_code == 200, f"{path}: {answer.status_code}"
    return str(answer.text)


def send(node: TestNode, browser: FlaskClient, page: str, path: str, **fields: Any) -> Any:
    """Send a form with the token of its page; the answer."""
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', read(node, browser, page))
    assert token
    headers = {**HTML, "Referer": f"{node.url}{page}"}
    return browser.post(path, base_url=node.url, data={"csrf_token": token[1], **fields}, headers=headers)


@pytest.mark.parametrize("path", [POLICIES, f"{POLICIES}.csv", "/moderation"])
def test_these_pages_are_for_managers_only(fediverse: Fediverse, path: str) -> None:
    lille = fediverse.node("lille")
    lille.add_person("claire")
    assert lille.client.get(path, base_url=lille.url, headers=HTML).status_code in (303, 401)
    claire = signed_in(lille, "claire")
    assert claire.get(path, base_url=lille.url, headers=HTML).status_code == 403
    assert signed_in(lille).get(path, base_url=lille.url, headers=HTML).status_code == 200


def test_a_manager_decides_changes_and_takes_back(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    admin = signed_in(lille)
    assert "Nothing was decided yet" in read(lille, admin, POLICIES)
    assert "/network/policies" in read(lille, admin, "/network")
    wrong = send(lille, admin, POLICIES, POLICIES, host="no server", level="suspend", reason="spam")
    assert wrong.status_code == 422
    assert "is not the name of a server" in wrong.text and 'value="spam"' in wrong.text
    ours = send(lille, admin, POLICIES, POLICIES, host="lille.example", level="suspend")
    assert ours.status_code == 422 and "this site itself" in ours.text
    assert send(lille, admin, POLICIES, POLICIES, host="", level="suspend").status_code == 422
    assert send(lille, admin, POLICIES, POLICIES, host="bad.example", level="mute").status_code == 422
    assert lille.rows(DomainPolicy) == []

    fields = {"host": "https://Bad.example/", "level": "suspend", "reason": "<b>spam</b>", "note": "seen"}
    assert send(lille, admin, POLICIES, POLICIES, **fields).status_code == 303
    page = read(lille, admin, POLICIES)
    assert "decided and in force" in page and "&lt;b&gt;spam" in page
    form = read(lille, admin, f"{POLICIES}?host=bad.example")
    assert 'value="bad.example"' in form and 'value="&lt;b&gt;spam&lt;/b&gt;"' in form
    send(lille, admin, POLICIES, POLICIES, host="bad.example", level="silence", reason="only loud")
    [policy] = lille.rows(DomainPolicy)
    assert (policy.level, policy.reason, policy.note) == ("silence", "only loud", "")
    with lille.context():
        assert policy.account_id == accounts.account_named("admin").id
    send(lille, admin, POLICIES, f"{POLICIES}/remove", host="bad.example")
    assert lille.rows(DomainPolicy) == []
    send(lille, admin, POLICIES, f"{POLICIES}/remove", host="bad.example")
    assert "Nothing was decided about bad.example" in read(lille, admin, POLICIES)


def test_a_list_goes_out_and_in_as_a_file(fediverse: Fediverse) -> None:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    here, there = signed_in(lille), signed_in(tournai)
    send(lille, here, POLICIES, POLICIES, host="bad.example", level="suspend", reason="spam")
    exported = here.get(f"{POLICIES}.csv", base_url=lille.url)
    assert exported.headers["Content-Type"].startswith("text/csv")
    told: list[str] = []
    for trial, count in (({"trial": "1"}, 0), ({}, 1), ({}, 1)):
        upload = (io.BytesIO(exported.data), "list.csv")
        send(tournai, there, POLICIES, f"{POLICIES}/import", file=upload, **trial)
        assert len(tournai.rows(DomainPolicy)) == count
        told.append(read(tournai, there, POLICIES))
    assert "One server would be added." in told[0] and "One server was added." in told[1]
    assert "One was decided here before" in told[2]
    broken = (io.BytesIO(b"\xff\xfe"), "list.csv")
    send(tournai, there, POLICIES, f"{POLICIES}/import", file=broken)
    assert "This is not a list of servers." in read(tournai, there, POLICIES)
    send(tournai, there, POLICIES, f"{POLICIES}/import")
    assert "Choose a CSV file." in read(tournai, there, POLICIES)


def test_somebody_reports_a_remote_event_and_a_manager_settles_it(fediverse: Fediverse) -> None:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    fediverse.connect(lille, tournai)
    lille.add_person("claire")
    event = tournai.object_of(tournai.post(event_document(name="Fair")))["id"]
    fediverse.settle()
    page = f"/at/{event.split('://')[1]}"
    assert "/report?uri" not in lille.page(page)
    claire = signed_in(lille, "claire")
    form = re.search(r'href="(/report\?uri=[^"]+)"', read(lille, claire, page))
    assert form
    empty = send(lille, claire, form[1], "/report", uri=event, content=" ")
    assert empty.status_code == 422 and "in a few words" in empty.text
    sent = send(lille, claire, form[1], "/report", uri=event, content="No <i>such</i> place", forward="y")
    assert (sent.status_code, sent.headers["Location"]) == (303, page)
    fediverse.settle()

    luc, admin = signed_in(tournai), signed_in(lille)
    there = read(tournai, luc, "/moderation")
    assert "Fair" in there and "reported by lille.example" in there and "Claire" not in there
    here = read(lille, admin, "/moderation")
    assert "reported by Claire" in here and "also sent" in here and "No such place" in here
    assert "Decide about tournai.example" in here
    [report] = lille.rows(Report)
    done = send(lille, admin, "/moderation", f"/moderation/{report.id}", state="done", note="called them")
    assert done.status_code == 303
    assert "No report waits" in read(lille, admin, "/moderation")
    assert "called them" in read(lille, admin, "/moderation?state=done")
    send(lille, admin, "/moderation?state=done", f"/moderation/{report.id}", state="open")
    assert lille.rows(Report)[0].state == "open"
    odd = send(lille, admin, "/moderation", f"/moderation/{report.id}", state="eaten")
    assert odd.status_code == 422
    assert send(lille, admin, "/moderation", "/moderation/999", state="done").status_code == 404


def test_a_person_blocks_a_remote_actor_from_its_page(fediverse: Fediverse) -> None:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    fediverse.connect(lille, tournai)
    lille.add_person("claire")
    tournai.post(event_document(name="Fair"))
    fediverse.settle()
    claire, page = signed_in(lille, "claire"), "/@tournai@tournai.example"
    assert "Block for the whole site" not in read(lille, claire, page)
    uri = f"{tournai.url}/actors/tournai"
    send(lille, claire, page, "/block", uri=uri, back=page)
    assert len(lille.rows(ActorBlock)) == 1
    assert "Stop blocking" in read(lille, claire, page)
    assert "Fair" not in read(lille, claire, "/events") and "Fair" in lille.page("/events")
    assert send(lille, claire, page, "/block", uri=uri, **{"as": "node"}).status_code == 403
    send(lille, claire, page, "/block", uri=uri, what="stop", back=page)
    assert lille.rows(ActorBlock) == []

    admin = signed_in(lille)
    assert "Block for the whole site" in read(lille, admin, page)
    send(lille, admin, page, "/block", uri=uri, back="/", **{"as": "node"})
    assert "Fair" not in lille.page("/events")


def test_nothing_is_reported_or_blocked_that_is_not_there(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    lille.add_person("claire")
    claire = signed_in(lille, "claire")
    missing = claire.get("/report?uri=https://x.example/1", base_url=lille.url, headers=HTML)
    assert missing.status_code == 404
    assert claire.get("/report", base_url=lille.url, headers=HTML).status_code == 404
    assert (
        send(lille, claire, "/report?uri=https://lille.example/actors/lille", "/block", uri="x").status_code
        == 404
    )
    assert lille.client.get("/report?uri=x", base_url=lille.url, headers=HTML).status_code == 303
    own = claire.get("/report?uri=https://lille.example/actors/lille", base_url=lille.url, headers=HTML)
    assert "the site it comes from" not in own.text
