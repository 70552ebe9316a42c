"""Reports travel to where the reported thing comes from, without the reporter's name."""

from __future__ import annotations

from typing import Any

import pytest

from coffee_node.base.database import write
from coffee_node.federation import outbox, reports
from coffee_node.federation.accounts import account_named
from coffee_node.federation.actors import find_local_actor
from coffee_node.federation.models import Activity, Delivery, InboxItem
from coffee_node.federation.moderation_models import Report
from coffee_node.testing import Fediverse, TestNode, event_document


def uri_of(node: TestNode) -> str:
    return f"{node.url}/actors/{node.slug}"


def flag(node: TestNode, object_: Any, to: str, **more: Any) -> None:
    with node.context(), write():
        space = find_local_actor(node.slug)
        assert space is not None
        outbox.publish(space, "Flag", object_, to=[to], visibility="private", **more)


def test_a_report_reaches_the_managers_of_the_other_node_without_a_name(fediverse: Fediverse) -> None:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    fediverse.connect(lille, tournai)
    lille.add_person("claire")
    event = tournai.object_of(tournai.post(event_document(name="Fair")))["id"]
    fediverse.settle()
    uri = lille.post(
        {"type": "Flag", "object": event, "content": "<p>No such <b>place</b></p>"}, actor="claire"
    )
    fediverse.settle()
    [sent] = lille.rows(Activity, uri=uri)
    assert {name: sent.document[name] for name in ("type", "actor", "object", "content", "to")} == {
        "type": "Flag",
        "actor": f"{lille.url}/actor",
        "object": [uri_of(tournai), event],
        "content": "No such place",
        "to": [uri_of(tournai)],
    }
    assert "claire" not in sent.body.decode()
    [delivery] = [row for row in lille.rows(Delivery) if row.activity_id == sent.id]
    assert (delivery.inbox, delivery.state) == (f"{tournai.url}/inbox", "sent")
    [here] = lille.rows(Report)
    assert (here.host, here.is_forwarded, here.state) == ("", True, "open")
    with lille.context():
        assert here.account_id == account_named("claire").id
    [there] = tournai.rows(Report)
    assert (there.host, there.content, there.account_id) == ("lille.example", "No such place", None)
    assert [item.uri for item in there.items] == [uri_of(tournai), event]


def test_only_ids_of_our_host_count_and_text_is_without_markup(fediverse: Fediverse) -> None:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    fediverse.connect(lille, tournai)
    flag(tournai, [uri_of(tournai), "https://namur.example/x"], uri_of(lille))
    flag(tournai, f"{lille.url}/objects/none", uri_of(lille))
    fediverse.settle()
    assert lille.rows(Report) == []
    assert {row.last_error for row in lille.rows(InboxItem, type="Flag")} == {"it reports nothing of ours"}
    about = ["https://namur.example/x", uri_of(lille), uri_of(lille)]
    flag(tournai, about, uri_of(lille), content="<script>alert(1)</script><p>Bad</p>")
    flag(tournai, uri_of(lille), uri_of(lille), content={"odd": 1})
    fediverse.settle()
    first, second = lille.rows(Report)
    assert ([item.uri for item in first.items], first.content) == ([uri_of(lille)], "Bad")
    assert second.content == ""


def test_one_server_cannot_bury_the_managers_in_reports(
    fediverse: Fediverse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "OPEN_OF_ONE_HOST", 2)
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    fediverse.connect(lille, tournai)
    for number in range(4):
        flag(tournai, uri_of(lille), uri_of(lille), content=str(number))
    fediverse.settle()
    assert [row.content for row in lille.rows(Report)] == ["0", "1"]


def test_a_report_of_our_own_things_stays_here(fediverse: Fediverse) -> None:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    fediverse.connect(lille, tournai)
    event = lille.object_of(lille.post(event_document()))["id"]
    fediverse.settle()
    written = len(lille.rows(Delivery))
    lille.post({"type": "Flag", "object": [event], "content": "Old"})
    fediverse.settle()
    [report] = lille.rows(Report)
    assert (report.is_forwarded, report.content) == (False, "Old")
    assert len(lille.rows(Delivery)) == written


def test_a_report_is_settled_and_opened_again(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    with lille.context():
        admin = account_named("admin")
        with pytest.raises(Exception, match="nothing at this address"):
            reports.report(admin, ["https://namur.example/x"], "Bad")
        reports.report(admin, [uri_of(lille)], "Bad")
        [open_] = reports.list_reports()
        assert reports.count_open() == 1
        reports.settle(open_.id, "done", admin, "  Talked to them. ")
        assert (reports.count_open(), open_.note, open_.decided_by_id) == (0, "Talked to them.", admin.id)
        reports.settle(open_.id, "open", admin)
        assert (reports.count_open(), open_.decided_at) == (1, None)
        with pytest.raises(Exception, match="Choose"):
            reports.settle(open_.id, "maybe", admin)
