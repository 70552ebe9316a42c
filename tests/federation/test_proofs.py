"""Proofs between nodes: what is public leaves with one, and what others pass on is believed because of it."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from coffee_node.activitypub import keys, proofs
from coffee_node.activitypub.request_signatures import sign_request
from coffee_node.base.database import db, write
from coffee_node.features.events.models import Event
from coffee_node.federation.actors import find_local_actor, signer_for
from coffee_node.federation.models import ActorKey, InboxItem
from coffee_node.testing import (
    Fediverse,
    TestNode,
    article_document,
    event_document,
    need_document,
    note_document,
)

ACTIVITY = "application/activity+json"
TRUE_NAME = "Breakfast on both banks"


@dataclass
class Story:
    """Tournai is a partner of Lille and knows nothing of its event yet.

    It follows the space of Gand; Mons is a stranger to all.
    """

    fediverse: Fediverse
    lille: TestNode
    tournai: TestNode
    gand: TestNode
    mons: TestNode
    event: dict[str, Any]

    def deliver(self, sender: TestNode, object_: dict[str, Any], **more: Any) -> None:
        """A Create of this object by the space of a node, handled at Tournai by nobody else's worker."""
        actor = f"{sender.url}/actors/{sender.slug}"
        activity = {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": f"{sender.url}/activities/by-hand",
            "type": "Create",
            "actor": actor,
            "object": object_,
            "to": ["https://www.w3.org/ns/activitystreams#Public"],
            **more,
        }
        body = json.dumps(activity).encode()
        with sender.context():
            local = find_local_actor(sender.slug)
            assert local is not None
            headers = {"Content-Type": ACTIVITY}
            url = f"{self.tournai.url}/inbox"
            headers |= sign_request("cavage", "POST", url, headers, body, signer_for(local))
        self.fediverse.requests.clear()
        answer = self.tournai.client.post("/inbox", data=body, headers=headers, base_url=self.tournai.url)
        assert answer.status_code == 202, answer.text
        while self.tournai.work():
            pass

    @property
    def stored(self) -> list[str]:
        """The names of the events Tournai holds."""
        return [row.name for row in self.tournai.rows(Event)]

    def was_fetched(self, uri: str) -> bool:
        """Whether anybody asked for this document."""
        return ("GET", uri) in self.fediverse.requests

    def why(self) -> str:
        """What the ledger of Tournai says about the last activity made by hand."""
        [item] = [row for row in self.tournai.rows(InboxItem) if row.activity_uri.endswith("/by-hand")]
        return f"{item.state}: {item.last_error}"


@pytest.fixture
def story(fediverse: Fediverse) -> Story:
    lille, tournai, gand, mons = (fediverse.node(name) for name in ("lille", "tournai", "gand", "mons"))
    fediverse.connect(lille, tournai)
    tournai.follow_actor(f"{gand.url}/actors/gand")
    fediverse.settle()
    fediverse.down.add(tournai.host)
    event = lille.object_of(lille.post(event_document(name=TRUE_NAME)))
    fediverse.down.clear()
    return Story(fediverse, lille, tournai, gand, mons, event)


def secret_of(node: TestNode, slug: str = "") -> tuple[Ed25519PrivateKey, str]:
    """The key for proofs of an actor of a node, with its id."""
    with node.context():
        actor = find_local_actor(slug or node.slug)
        assert actor is not None
        [key] = [one for one in actor.keys if one.algorithm == "ed25519"]
        loaded = keys.load_private(str(key.private_key))
        assert isinstance(loaded, Ed25519PrivateKey)
        return loaded, key.uri


def signed(
    document: dict[str, Any], secret: Ed25519PrivateKey, method: str, **options: Any
) -> dict[str, Any]:
    """A document with a proof made by hand, with other options than ours."""
    bare = {name: value for name, value in document.items() if name != "proof"}
    proof = {
        "@context": document["@context"],
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
        "created": "2026-11-24T09:00:00Z",
        **options,
    }
    signature = secret.sign(proofs.hash_data(bare, proof))
    return {**bare, "proof": {**proof, "proofValue": "z" + keys.base58_encode(signature)}}


@pytest.mark.parametrize("make", [event_document, need_document, article_document])
def test_what_is_public_carries_the_proof_of_its_author(fediverse: Fediverse, make: Any) -> None:
    lille = fediverse.node("lille")
    published = lille.object_of(lille.post(make()))
    secret, method = secret_of(lille)
    assert published["proof"]["verificationMethod"] == method == f"{lille.url}/actors/lille#ed25519-key"
    assert published["proof"]["@context"] == published["@context"]
    assert proofs.CONTEXT in published["@context"]
    assert proofs.is_signed_by(published, published["proof"], secret.public_key())
    [listed] = lille.get_json("/actors/lille", ACTIVITY)["assertionMethod"]
    assert (listed["id"], listed["controller"]) == (method, f"{lille.url}/actors/lille")
    assert listed["publicKeyMultibase"] == keys.multikey_encode(secret.public_key())


def test_the_embedded_copy_carries_the_same_proof_and_the_context_stays_at_the_top(
    fediverse: Fediverse,
) -> None:
    lille = fediverse.node("lille")
    created = lille.post(event_document())
    activity = lille.get_json(created.removeprefix(lille.url), ACTIVITY)
    served = lille.object_of(created)
    embedded = activity["object"]
    assert embedded["proof"] == served["proof"]
    assert "@context" not in embedded
    assert activity["@context"] == served["@context"] == embedded["proof"]["@context"]


def test_a_changed_object_is_proven_anew(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    first = lille.object_of(lille.post(event_document()))
    fediverse.clock.advance(minutes=1)
    second = lille.object_of(
        lille.post({"type": "Update", "object": {"id": first["id"], "type": "Event", "name": "Brunch"}})
    )
    assert second["proof"]["proofValue"] != first["proof"]["proofValue"]
    assert proofs.is_signed_by(second, second["proof"], secret_of(lille)[0].public_key())


@pytest.mark.parametrize("to", [[], ["https://lille.example/actor/followers"]])
def test_what_is_not_for_all_carries_no_proof(fediverse: Fediverse, to: list[str]) -> None:
    from coffee_node.federation.models import Activity

    lille = fediverse.node("lille")
    lille.post({"type": "Create", "to": to, "object": event_document(to=to)})
    [activity] = [row for row in lille.rows(Activity) if row.type == "Create"]
    assert activity.visibility != "public"
    assert "proof" not in activity.document["object"]


def test_a_plain_note_has_no_words_for_a_proof_and_carries_none(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    assert "proof" not in lille.object_of(lille.post(note_document()))


def test_an_actor_without_a_key_for_proofs_still_publishes(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    with lille.context(), write():
        db.session.query(ActorKey).filter_by(algorithm="ed25519").delete()
    assert "proof" not in lille.object_of(lille.post(event_document()))


def test_a_direct_delivery_with_a_good_proof_needs_no_question(story: Story) -> None:
    story.deliver(story.lille, story.event)
    assert story.stored == [TRUE_NAME]
    assert not story.was_fetched(story.event["id"])


def test_h39a_an_object_changed_by_one_byte_is_asked_for_at_its_origin(story: Story) -> None:
    story.deliver(story.lille, story.event | {"name": "Breakfast on both bankS"})
    assert story.was_fetched(story.event["id"])
    assert story.stored == [TRUE_NAME]


def test_h39a_what_its_origin_does_not_have_is_dropped(story: Story) -> None:
    unknown = story.event | {"id": f"{story.lille.url}/objects/unknown"}
    story.deliver(story.lille, unknown)
    assert story.stored == []
    assert story.why().startswith("ignored: ")


def test_h39b_a_proof_for_another_purpose_is_invalid(story: Story) -> None:
    changed = story.event | {"name": "Forged"}
    story.deliver(story.lille, signed(changed, *secret_of(story.lille), proofPurpose="authentication"))
    assert (story.stored, story.was_fetched(story.event["id"])) == ([TRUE_NAME], True)


def test_h39c_a_proof_that_has_ended_is_invalid(story: Story) -> None:
    changed = story.event | {"name": "Forged"}
    story.deliver(story.lille, signed(changed, *secret_of(story.lille), expires="2026-11-24T08:59:00Z"))
    assert (story.stored, story.was_fetched(story.event["id"])) == ([TRUE_NAME], True)


def test_h39d_the_key_of_another_actor_is_invalid(story: Story) -> None:
    story.lille.add_person("mallory")
    changed = story.event | {"name": "Forged"}
    story.deliver(story.gand, signed(changed, *secret_of(story.lille, "mallory")))
    assert (story.stored, story.was_fetched(story.event["id"])) == ([TRUE_NAME], True)


def test_h39d_the_key_of_another_host_is_invalid(story: Story) -> None:
    changed = story.event | {"name": "Forged"}
    story.deliver(story.gand, signed(changed, *secret_of(story.gand)))
    assert (story.stored, story.was_fetched(story.event["id"])) == ([TRUE_NAME], True)


def test_h39e_a_key_the_author_does_not_list_is_invalid(story: Story) -> None:
    changed = story.event | {"name": "Forged"}
    method = f"{story.lille.url}/actors/lille#a-key-of-my-own"
    story.deliver(story.gand, signed(changed, Ed25519PrivateKey.generate(), method))
    assert (story.stored, story.was_fetched(story.event["id"])) == ([TRUE_NAME], True)


def test_h39_what_a_stranger_brings_without_a_good_proof_is_not_even_asked_for(story: Story) -> None:
    story.deliver(story.mons, story.event | {"name": "Forged"})
    assert (story.stored, story.was_fetched(story.event["id"])) == ([], False)


def test_h39f_a_linked_data_signature_beside_the_proof_is_ignored(story: Story) -> None:
    forwarded = story.event | {"signature": {"type": "RsaSignature2017", "signatureValue": "AAAA"}}
    story.deliver(story.mons, forwarded)
    assert (story.stored, story.was_fetched(story.event["id"])) == ([TRUE_NAME], False)


def test_h39f_a_linked_data_signature_alone_proves_nothing(story: Story) -> None:
    forwarded = copy.deepcopy(story.event) | {"name": "Forged", "signature": {"type": "RsaSignature2017"}}
    del forwarded["proof"]
    story.deliver(story.gand, forwarded)
    assert (story.stored, story.was_fetched(story.event["id"])) == ([TRUE_NAME], True)


def test_h39g_of_two_proofs_one_bad_makes_both_worthless(story: Story) -> None:
    bad = signed(story.event | {"name": "Forged"}, *secret_of(story.lille))["proof"]
    story.deliver(story.gand, story.event | {"proof": [story.event["proof"], bad]})
    assert (story.stored, story.was_fetched(story.event["id"])) == ([TRUE_NAME], True)


def test_h39h_a_proven_object_is_stored_although_a_stranger_brings_it(story: Story) -> None:
    story.deliver(story.mons, story.event)
    assert story.stored == [TRUE_NAME]
    assert not story.was_fetched(story.event["id"])
    [row] = story.tournai.rows(Event)
    assert row.origin == story.lille.host


def test_h39h_even_while_the_authors_node_is_away(story: Story) -> None:
    story.tournai.follow_actor(f"{story.lille.url}/actors/lille")
    story.fediverse.down.add(story.lille.host)
    story.deliver(story.mons, story.event)
    assert story.stored == [TRUE_NAME]


def test_h39h_an_author_nobody_here_knows_is_asked_for_its_keys_and_stays_a_stranger(story: Story) -> None:
    namur = story.fediverse.node("namur")
    event = namur.object_of(namur.post(event_document()))
    story.deliver(story.mons, event)
    assert story.was_fetched(f"{namur.url}/actors/namur")
    assert story.stored == []
    assert story.why() == "ignored: nobody here follows its author"


def test_h39i_a_proven_private_object_is_dropped_unless_it_is_addressed_to_us(story: Story) -> None:
    private = signed(
        story.event | {"to": [f"{story.mons.url}/actors/gand"], "cc": []}, *secret_of(story.lille)
    )
    story.deliver(story.mons, private)
    assert story.stored == []
    assert story.why() == "ignored: the forwarded object is private and not addressed to anybody here"


def test_h39i_a_proven_private_object_for_somebody_here_is_kept(story: Story) -> None:
    to = [f"{story.tournai.url}/actors/tournai"]
    story.deliver(story.mons, signed(story.event | {"to": to, "cc": []}, *secret_of(story.lille)))
    assert story.stored == [TRUE_NAME]
    assert [row.visibility for row in story.tournai.rows(Event)] == ["private"]
