"""Activity intents (FEP-3b86): forms by which people act from the server where they have their account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from urllib.parse import quote

from coffee_node.activitypub.vocabulary import is_web_url

SUBSCRIBE: Final = "http://ostatus.org/schema/1.0/subscribe"
INTENT: Final = "https://w3id.org/fep/3b86/"
PAGES: Final = {"Follow": "follow", "Join": "join", "Announce": "announce", "Offer": "answer"}
_AFTERWARDS: Final = "&on-success={on-success}&on-cancel={on-cancel}"


def links(base_url: str) -> list[dict[str, str]]:
    """Give the links of WebFinger by which other servers send their people to our forms."""
    forms = f"{base_url}/intents"
    return [
        {"rel": SUBSCRIBE, "template": f"{forms}/follow?uri={{uri}}"},
        *(
            {"rel": INTENT + name, "template": f"{forms}/{path}?uri={{object}}{_AFTERWARDS}"}
            for name, path in PAGES.items()
        ),
        {"rel": f"{INTENT}Object", "template": f"{forms}/object?uri={{object}}"},
    ]


def form_address(template_of: Callable[[str], str], intent: str, about: str) -> str:
    """Give the address of the form for an intent about an id; empty when the server has none for it.

    `template_of(rel)` gives the template of a relation. Without the intent's own form the one that opens any
    object is taken, or the older one that follows.
    """
    for rel in (INTENT + intent, f"{INTENT}Object", SUBSCRIBE):
        template = template_of(rel)
        if template:
            return _filled(template, about)
    return ""


def _filled(template: str, about: str) -> str:
    """Put the id in its place, and nothing where we have nothing to say."""
    address = template
    for name in ("object", "uri"):
        address = address.replace(f"{{{name}}}", quote(about, safe=""))
    for name in ("on-success", "on-cancel"):
        address = address.replace(f"{{{name}}}", "")
    return address if is_web_url(address) and "{" not in address else ""
