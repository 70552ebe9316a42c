"""What each other software demands of an activity of ours (federation.md, sections 2 and 17), as complaints.

Every rule stands for a crash, a refusal or a wrong page that was seen or read there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from coffee_node.activitypub import contexts

Document = dict[str, Any]
Rule = Callable[[Document], Iterator[str]]
KNOWN_CONTEXTS = {
    one
    for block in (
        contexts.ACTOR_CONTEXT,
        contexts.EVENT_CONTEXT,
        contexts.OFFER_CONTEXT,
        contexts.ARTICLE_CONTEXT,
    )
    for one in block
    if isinstance(one, str)
}
MAY_BE_EMPTY = {"attachment", "items", "orderedItems"}
PUBLISHING = ("Create", "Update")


def parts_of(value: Any, path: str = "") -> Iterator[tuple[str, str, Any]]:
    """Every property below a document as path, name and value; contexts and proofs are left out."""
    entries = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for name, inner in entries:
        if name in ("@context", "proof"):
            continue
        yield f"{path}/{name}", str(name), inner
        yield from parts_of(inner, f"{path}/{name}")


def embedded(activity: Document) -> Document:
    """The object of an activity when it is embedded, else nothing."""
    found = activity.get("object")
    return found if isinstance(found, dict) else {}


def everybody(activity: Document) -> Iterator[str]:
    """The rules that hold for whoever receives it (section 2)."""
    yield from _types_and_empties(activity)
    yield from _addresses(activity)
    yield from _context(activity)
    for name in ("bto", "bcc", "audience"):
        if name in activity or name in embedded(activity):
            yield f"{name} leaves the node"
    for name in ("actor", "attributedTo"):
        for holder in (activity, embedded(activity)):
            if not isinstance(holder.get(name, ""), str):
                yield f"{name} is not one id"
    if isinstance(activity.get("object"), list) and activity["type"] != "Flag":
        yield "object is a list"
    if urlsplit(activity["id"]).netloc != urlsplit(activity["actor"]).netloc:
        yield "the id is not on the host of the actor"


def _types_and_empties(activity: Document) -> Iterator[str]:
    if not isinstance(activity.get("type"), str):
        yield "type is not one text"
    for path, name, value in parts_of(activity):
        if name == "type" and not isinstance(value, str):
            yield f"{path} is not one text"
        if value is None or value == "" or (value in ([], {}) and name not in MAY_BE_EMPTY):
            yield f"{path} is empty"
        if name in ("latitude", "longitude") and not isinstance(value, float):
            yield f"{path} is no float"


def _addresses(activity: Document) -> Iterator[str]:
    for holder in (activity, embedded(activity)):
        for name in ("to", "cc"):
            value = holder.get(name, [])
            if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
                yield f"{name} is no list of ids"
    if activity["type"] in PUBLISHING and embedded(activity).get("inbox") is None:
        for name in ("to", "cc"):
            if embedded(activity).get(name) != activity.get(name):
                yield f"{name} of the object is not that of the activity"


def _context(activity: Document) -> Iterator[str]:
    declared = activity.get("@context")
    if not declared:
        yield "there is no @context"
    remote = [one for one in (declared if isinstance(declared, list) else [declared]) if isinstance(one, str)]
    yield from (f"{one} would have to be fetched" for one in remote if one not in KNOWN_CONTEXTS)
    yield from (
        f"{path} has a @context of its own" for path, _, value in parts_of(activity) if _nested(value)
    )


def _nested(value: Any) -> bool:
    return isinstance(value, dict) and "@context" in value


def mastodon(activity: Document) -> Iterator[str]:
    """Shows name, summary and link of an Event; a summary hides a Note behind a warning."""
    subject = embedded(activity)
    if subject.get("type") == "Note" and "summary" in subject:
        yield "a Note has a summary"
    if subject.get("type") == "Event" and activity["type"] in PUBLISHING:
        yield from _event_line(subject)
    url = subject.get("url")
    if url and urlsplit(url).netloc != urlsplit(subject["id"]).netloc:
        yield "url is on another host than id"


def _event_line(event: Document) -> Iterator[str]:
    line = event.get("summary", "")
    year, _, rest = event["startTime"].partition("-")
    clock = rest.partition("T")[2][:5]
    place = event.get("location", {}).get("name", "")
    for wanted in (year, clock, event["timezone"], place):
        if wanted not in line:
            yield f"the summary of the event does not say {wanted}"


def gotosocial(activity: Document) -> Iterator[str]:
    """Answers 500 without @context and to Proposal; a summary is a content warning there too."""
    yield from mastodon(activity)
    if embedded(activity).get("type") == "Proposal":
        yield "a Proposal is answered with 500"


def mobilizon(activity: Document) -> Iterator[str]:
    """Crashes on odd attachments, takes `actor` of an Event as organiser, needs whole objects in answers."""
    subject = embedded(activity)
    if activity["type"] in ("Undo", "Accept", "Reject") and not {"id", "type", "actor", "object"} <= set(
        subject
    ):
        yield "the answered or undone activity is not embedded whole"
    if subject.get("type") == "Event" and activity["type"] in PUBLISHING:
        if "actor" in subject:
            yield "an Event names an actor beside attributedTo"
        if not all(isinstance(one, dict) for one in subject.get("attachment", [])):
            yield "an attachment is no object"


def gancio(activity: Document) -> Iterator[str]:
    """Imports an Event by its first attachment and cuts the first character off every tag."""
    event = embedded(activity)
    if event.get("type") != "Event" or activity["type"] not in PUBLISHING:
        return
    for name in ("id", "name", "startTime", "attachment"):
        if name not in event:
            yield f"an Event has no {name}"
    attachments = event.get("attachment", [])
    if (
        not attachments
        or not str(attachments[0].get("mediaType")).startswith("image/")
        or not attachments[0].get("url")
    ):
        yield "the first attachment is no picture"
    if not all(one.get("mediaType") for one in attachments):
        yield "an attachment has no mediaType"
    for tag in event.get("tag", []):
        if tag.get("type") != "Hashtag" or not str(tag.get("name")).startswith("#"):
            yield "a tag of an Event is no Hashtag with its sign"


def wordpress(activity: Document) -> Iterator[str]:
    """Matches an answer to its own Follow by the embedded activity."""
    if activity["type"] == "Accept" and not embedded(activity).get("id"):
        yield "the accepted activity is not embedded with its id"


def bookwyrm(activity: Document) -> Iterator[str]:
    """Reads ids and whole answers; takes nothing without a published date."""
    yield from wordpress(activity)
    if activity["type"] in PUBLISHING and not embedded(activity).get("published"):
        yield "the object has no date"


def takahe(activity: Document) -> Iterator[str]:
    """Its worker loops on an Article without author."""
    if embedded(activity).get("type") == "Article" and not embedded(activity).get("attributedTo"):
        yield "an Article has no attributedTo"


def epicyon(activity: Document) -> Iterator[str]:
    """Answers 400 to anything whose type is not a string (everybody() says so); needs `to`."""
    if not activity.get("to"):
        yield "there is no to"


RULES: dict[str, Rule] = {
    "mastodon": mastodon,
    "mobilizon": mobilizon,
    "gancio": gancio,
    "gotosocial": gotosocial,
    "wordpress": wordpress,
    "bookwyrm": bookwyrm,
    "takahe": takahe,
    "epicyon": epicyon,
}


def complaints(software: str, activity: Document) -> list[str]:
    """Everything this software would have to say about an activity of ours."""
    return [*everybody(activity), *RULES[software](activity)]
