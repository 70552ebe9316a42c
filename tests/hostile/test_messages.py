"""Rows 53 to 58: odd but well-formed signatures, ids, dates and activities of a sender whose key is right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.hostile.remote import PUBLIC, Sender
from tests.hostile.target import Target, note_rows
from tests.hostile.wire import USUAL_9421, Post, exchange, stamp


def ending(post: Post, text: str) -> str:
    return text.replace("{key}", f'keyid="{post.key_id}"').replace("{now}", str(stamp()))


PARAMETERS = {
    "created-in-future": f";created={stamp(hours=3)};{{key}}",
    "created-missing": ";{key}",
    "created-negative": ";created=-1;{key}",
    "created-twice": ";created={now};created={now};{key}",
    "keyid-missing": ";created={now}",
    "keyid-twice": ";created={now};{key};{key}",
    "algorithm-hmac": ';created={now};{key};alg="hmac-sha256"',
    "algorithm-none": ';created={now};{key};alg="none"',
    "algorithm-ed25519": ';created={now};{key};alg="ed25519"',
    "expired": f";created={{now}};expires={stamp(seconds=-5)};{{key}}",
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_h53_parameters_of_rfc9421(target: Target, evil: Sender, name: str) -> None:
    activity = evil.activity()
    post = target.post(evil, activity)
    signed = post.rfc9421(parameters=ending(post, PARAMETERS[name]))
    # Where the signature misfits the key, its server may be asked, at most every five minutes (row 38).
    target.send_raw(signed.raw(), evil, activity).refused(401, fetches=1)


@pytest.mark.parametrize(
    "covered",
    [
        ("@method", "@target-uri", '"content-digest";req'),
        ("@method", '"@target-uri";sf', "content-digest"),
        ("@method", '"content-digest";bs', "@target-uri"),
        ("@method", "@path", "content-digest"),
        ("@target-uri", "content-digest"),
        ("@method", "@method", "@target-uri", "content-digest"),
        ("@method", "@authority", "@path"),
        ("@status", *USUAL_9421),
        ("@unknown", *USUAL_9421),
        (),
    ],
)
def test_h53_components_of_rfc9421(target: Target, evil: Sender, covered: tuple[str, ...]) -> None:
    activity = evil.activity()
    post = target.post(evil, activity)
    post.signed_as |= {"@status": "200", "@unknown": "x"}
    target.send_raw(post.rfc9421(covered).raw(), evil, activity).refused(401)


LABELS: dict[str, Callable[[dict[str, str]], dict[str, str]]] = {
    "other-label": lambda sent: {**sent, "signature": sent["signature"].replace("sig1=", "sig2=")},
    "no-input": lambda sent: {name: value for name, value in sent.items() if name != "signature-input"},
    "no-signature": lambda sent: {name: value for name, value in sent.items() if name != "signature"},
    "not-base64": lambda sent: {**sent, "signature": "sig1=:***:"},
    "empty": lambda sent: {**sent, "signature-input": "sig1=()"},
    "garbage": lambda sent: {**sent, "signature-input": "((((" * 500},
    "no-colons": lambda sent: {**sent, "signature": sent["signature"].replace(":", "")},
    "input-cut": lambda sent: {**sent, "signature-input": sent["signature-input"][:40]},
    "long": lambda sent: {**sent, "signature-input": sent["signature-input"] + ";x=" + "a" * 20_000},
}


@pytest.mark.parametrize("name", LABELS)
def test_h54_labels_and_shapes_of_rfc9421(target: Target, evil: Sender, name: str) -> None:
    activity = evil.activity()
    post = target.post(evil, activity).rfc9421()
    post.headers = LABELS[name](post.headers)
    target.send_raw(post.raw(), evil, activity).refused(401)


def test_h54_both_schemes_where_one_is_broken(target: Target, evil: Sender) -> None:
    """Either valid one suffices; two broken ones do not."""
    for broken_first, is_good in ((False, True), (True, True), (None, False)):
        activity = evil.activity()
        post = target.post(evil, activity)
        new, old = post.rfc9421().headers, post.cavage().headers
        if broken_first in (True, None):
            new = {**new, "signature": "sig1=:AAAA:"}
        if broken_first in (False, None):
            old = {**old, "signature": old["signature"].rpartition("signature=")[0] + 'signature="AAAA"'}
        post.headers = {**new, **old, "signature": f"{new['signature']}, {old['signature']}"}
        outcome = target.send_raw(post.raw(), evil, activity)
        assert outcome.answer.status == (202 if is_good else 401), (broken_first, outcome.answer)


IDS: dict[str, tuple[Callable[[Sender], Any], tuple[int, ...]]] = {
    "actor-itself": (lambda evil: evil.uri, (202, 400)),
    "fragment": (lambda evil: f"{evil.uri}#activity", (202,)),
    "long": (lambda evil: f"{evil.url}/" + "a" * 3000, (400,)),
    "spaces": (lambda evil: f"{evil.url}/a b", (400,)),
    "user": (lambda evil: f"http://user@{evil.host}/a1", (400,)),
    "scheme": (lambda evil: f"ftp://{evil.host}/a1", (400,)),
    "relative": (lambda evil: "/activities/1", (400,)),
    "number": (lambda evil: 17, (400,)),
    "look-alike": (lambda evil: "http://ev\u0456l.example/a1", (202, 400)),
    "subdomain": (lambda evil: f"http://x.{evil.host}/a1", (202, 400)),
    "prefix": (lambda evil: f"http://{evil.host}0/a1", (202, 400)),
    "other-port": (lambda evil: f"http://{evil.host.split(':')[0]}/a1", (202, 400)),
    "line-break": (lambda evil: f"{evil.url}/a\n1", (400,)),
    "direction": (lambda evil: f"{evil.url}/\u202ea", (202, 400)),
    "https": (lambda evil: f"https://{evil.host}/a1", (202, 400)),
}


@pytest.mark.parametrize("name", IDS)
def test_h55_ids_of_activities(target: Target, evil: Sender, name: str) -> None:
    """An odd id is refused, or kept without an effect on others; never one of another host."""
    make, statuses = IDS[name]
    note = evil.note()
    outcome = target.send(evil, evil.activity("Create", note, id=make(evil)))
    assert outcome.answer.status in statuses, outcome.answer
    if name in ("look-alike", "subdomain", "prefix", "other-port"):
        assert note_rows(target, note["id"]) == []
    outcome.works()


def test_h55_an_id_known_as_another_activity(target: Target, evil: Sender) -> None:
    """A Delete that reuses the id of the Create changes nothing."""
    note = evil.note()
    create = evil.activity("Create", note)
    target.send(evil, create).stored()
    again = target.send(evil, evil.activity("Delete", note["id"], id=create["id"]))
    assert again.answer.status == 202
    again.unchanged()
    assert note_rows(target, note["id"])


OLDER = [
    "2026-11-23T09:59:59.999Z",
    "2026-11-23T11:59:59+02:00",
    "2026-11-23T09:59:59.999999999Z",
    "2026-11-23T05:00:00-04:59",
]


@pytest.mark.parametrize("updated", OLDER)
def test_h56_older_updates_in_other_spellings(target: Target, evil: Sender, updated: str) -> None:
    note = evil.note(updated="2026-11-23T10:00:00Z")
    target.send(evil, evil.activity("Create", note)).stored()
    target.send(
        evil, evil.activity("Update", note | {"content": "<p>Old.</p>", "updated": updated})
    ).dropped()


@pytest.mark.parametrize(
    "updated",
    [
        "never",
        7,
        [],
        "9999-12-31T23:59:59Z",
        "0000-00-00T00:00:00Z",
        "-2026-01-01T00:00:00Z",
        "2026-11-23T10:00:00",
        "2026-11-23T25:61:61Z",
    ],
)
def test_h56_dates_that_are_none(target: Target, evil: Sender, updated: Any) -> None:
    """Whatever becomes of the note, the node goes on and its lists can be shown."""
    note = evil.note(updated=updated, published=updated)
    outcome = target.send(evil, evil.activity("Create", note))
    assert outcome.answer.status in (202, 400)
    assert "Traceback" not in target.log_since(outcome.log_size)
    outcome.works()
    assert target.node.session.get(f"{target.node.url}/articles", timeout=5).status_code == 200


def test_h57_accept_of_a_follow_of_another_host(target: Target, evil: Sender) -> None:
    other = Sender(target.network, target.keys[1])
    follow = {"id": other.new_id(), "type": "Follow", "actor": other.uri, "object": evil.uri}
    target.send(evil, evil.activity("Accept", follow)).dropped()


@pytest.mark.parametrize(
    "object_",
    [
        {"id": "{other}", "type": "Tombstone"},
        ["{other}", "{other}2"],
        {"type": "Tombstone"},
        [],
        None,
        7,
        "",
        {"id": "{ours}", "type": "Tombstone"},
        "{ours}",
        "as:Public",
        {"id": "{other}#x", "type": "Tombstone", "formerType": "Note"},
    ],
)
def test_h57_delete_of_what_is_not_its_own(target: Target, evil: Sender, object_: Any) -> None:
    other = Sender(target.network, target.keys[1])
    text = repr(object_).replace("{other}", other.new_id()).replace("{ours}", target.actor)
    activity = evil.activity("Delete", 0) | {"object": eval(text)}  # noqa: S307
    outcome = target.send(evil, activity)
    assert outcome.answer.status in (202, 400)
    outcome.unchanged()
    outcome.works()


@pytest.mark.parametrize(
    "type_",
    [
        "Undo",
        "Accept",
        "Reject",
        "Announce",
        "Like",
        "Move",
        "Block",
        "Flag",
        "Add",
        "Remove",
        "Join",
        "Leave",
        "Offer",
        "Question",
        "Follow",
        "Update",
        "Create",
    ],
)
def test_h58_every_type_with_objects_that_are_none(target: Target, evil: Sender, type_: str) -> None:
    """No type makes the worker stumble: the activity is ignored, and says why in the ledger."""
    undo = {"type": "Undo", "object": {"type": "Undo", "object": {"type": "Undo"}}}
    size = (target.node.home / "serve.log").stat().st_size
    sent = []
    for object_ in (None, 7, [], {}, "x", {"id": 7}, [[["x"]]], undo):
        activity = evil.activity(type_, 0) | {
            "object": object_,
            "target": object_,
            "to": [target.actor, PUBLIC],
        }
        answer = exchange(target.address, target.post(evil, activity).cavage().raw(), target.source())
        assert answer.status in (202, 400), (object_, answer)
        sent.append(activity)
    target.quiet()
    for activity in sent:
        item = target.item(activity["id"])
        assert item is None or item[0] in ("ignored", "refused", "handled"), (activity, item)
    assert "Traceback" not in target.log_since(size)
