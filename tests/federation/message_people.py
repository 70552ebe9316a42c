"""People of two nodes who write to each other: the nodes, what they send and what they then read."""

from __future__ import annotations

from coffee_node.base.database import write
from coffee_node.features.profiles.relay_models import Conversation, Message
from coffee_node.features.profiles.service import profile_of, publish_profile
from coffee_node.federation import accounts
from coffee_node.federation.models import InboxItem
from coffee_node.testing import Fediverse, TestNode
from tests.web.people_visits import read, send

WORDS = "Zeepaardjes in het kanaal"
REPLY = "Dinsdag bij de sluis"
ADDRESSES = {"claire": "claire@lillepost.example", "dries": "dries@kortrijkpost.example"}
PAGE = "/write/dries@kortrijk.example"
Pair = tuple[TestNode, TestNode]


def add(node: TestNode, handle: str, name: str) -> None:
    """A person in the directory, with a mail address."""
    person = node.add_person(handle, name)
    with node.context(), write():
        accounts.account_named(handle).email = ADDRESSES.get(handle, f"{handle}@{node.host}")
        publish_profile(profile_of(person), is_listed=True)


def make_pair(fediverse: Fediverse) -> Pair:
    """Lille with Claire, and its partner Kortrijk with a designer."""
    lille = fediverse.node("lille")
    add(lille, "claire", "Claire Dubois")
    mail = {"url": "file:mails", "sender": "coffee@kortrijk.example"}
    kortrijk = fediverse.node("kortrijk", partners=[lille], mail=mail)
    add(kortrijk, "dries", "Dries De Ontwerper")
    fediverse.settle()
    return lille, kortrijk


def first(fediverse: Fediverse, lille: TestNode, words: str = WORDS, handle: str = "claire") -> str:
    """Write on Lille's page of the designer's profile; the path of the conversation there."""
    path = send(lille.signed_in(handle), lille, PAGE, text=words)
    fediverse.settle()
    return path


def path_at(node: TestNode) -> str:
    """The page of the last conversation of a node."""
    return f"/me/messages/{node.rows(Conversation)[-1].key}"


def texts(node: TestNode) -> list[str]:
    """Every message that a node holds."""
    return [row.text for row in node.rows(Message)]


def last_state(node: TestNode, type_: str = "Create") -> str:
    """What became of the last activity of this type that arrived."""
    row = node.rows(InboxItem, type=type_)[-1]
    return f"{row.state}: {row.last_error}"


def share(fediverse: Fediverse, node: TestNode, handle: str, answer: str = "yes") -> None:
    """Agree to show one's address, or take it back."""
    path = path_at(node)
    send(node.signed_in(handle), node, f"{path}/address", page=path, share=answer)
    fediverse.settle()


def shown(node: TestNode, handle: str) -> list[str]:
    """Whose addresses somebody sees on the page of the conversation."""
    page = read(node.signed_in(handle), node, path_at(node))
    return [name for name, address in ADDRESSES.items() if address in page]
