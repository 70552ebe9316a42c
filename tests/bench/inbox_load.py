"""What the inbox benchmark sends: distinct signed activities of many actors, 2 kB without the context."""

from __future__ import annotations

import http.client
import http.server
import json
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import orjson

from coffee_node.activitypub import keys
from coffee_node.activitypub.contexts import EVENT_CONTEXT
from coffee_node.activitypub.request_signatures import sign_request
from coffee_node.activitypub.signed_request import Signer
from tests.house.peer import free_port

HOSTS = 5
ACTORS = 50
CONNECTIONS = 16
ACTIVITY = "application/activity+json"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
CONTENT = "<p>Trois présentations courtes, puis un verre. " + "Venez comme vous êtes, en ville. " * 3 + "</p>"


PLACE = {
    "type": "Place",
    "name": "Mutualab",
    "latitude": 50.63297,
    "longitude": 3.05858,
    "address": {
        "type": "PostalAddress",
        "streetAddress": "19 rue Nicolas Leblanc",
        "postalCode": "59000",
        "addressLocality": "Lille",
        "addressCountry": "FR",
    },
}


def event_activity(origin: str, actor: str, number: int) -> bytes:
    """A Create(Event) with everything a space of ours writes into one."""
    audience: dict[str, Any] = {"to": [PUBLIC], "cc": [f"{actor}/followers", f"{origin}/actor/followers"]}
    activity = {
        "@context": EVENT_CONTEXT,
        "id": f"{origin}/activities/{number}",
        "type": "Create",
        "actor": actor,
        "published": "2026-11-23T09:10:00Z",
        "object": event_document(origin, actor, number) | audience,
    }
    return orjson.dumps(activity | audience)


def event_document(origin: str, actor: str, number: int) -> dict[str, Any]:
    """The Event itself."""
    return {
        "id": f"{origin}/objects/{number}",
        "type": "Event",
        "attributedTo": actor,
        "name": f"Apéro Python transfrontalier {number}",
        "nameMap": {"fr": f"Apéro Python transfrontalier {number}", "en": f"Cross-border drinks {number}"},
        "summary": "<p>samedi 12 décembre 2026, 18:00-20:00 (Europe/Paris), Mutualab, Lille</p>",
        "content": CONTENT,
        "mediaType": "text/html",
        "inLanguage": "fr",
        "startTime": "2026-12-12T18:00:00+01:00",
        "endTime": "2026-12-12T20:00:00+01:00",
        "displayEndTime": True,
        "timezone": "Europe/Paris",
        "eventStatus": "EventScheduled",
        "status": "CONFIRMED",
        "category": "NETWORKING",
        "isOnline": False,
        "joinMode": "free",
        "maximumAttendeeCapacity": 40,
        "remainingAttendeeCapacity": 37,
        "participantCount": 3,
        "attendees": f"{origin}/objects/{number}/attendees",
        "location": PLACE,
        "attachment": [
            {"type": "Document", "mediaType": "image/jpeg", "url": f"{origin}/a.jpg", "name": "Banner"}
        ],
        "tag": [{"type": "Hashtag", "name": "#python", "href": f"{origin}/tags/python"}],
        "url": f"{origin}/objects/{number}",
        "published": "2026-11-23T09:10:00Z",
        "updated": "2026-11-23T09:10:00Z",
    }


@dataclass(frozen=True)
class Parcel:
    """One signed request."""

    body: bytes
    headers: dict[str, str]


class Load:
    """Five hosts on loopback with ten actors each, whose documents are served, and what they send."""

    def __init__(self) -> None:
        self.port = free_port()
        self.origins = [f"http://127.0.0.{number + 2}:{self.port}" for number in range(HOSTS)]
        self.documents: dict[str, dict[str, Any]] = {}
        self._signers: list[Signer] = []
        self._number = 0
        for number in range(ACTORS):
            self._signers.append(
                self._add(f"{self.origins[number % HOSTS]}/actors/a{number}", "Organization")
            )
        for origin in self.origins:
            self._add(f"{origin}/actor", "Application")
        self._server = http.server.ThreadingHTTPServer(("", self.port), self._handler())

    def _add(self, uri: str, type_: str) -> Signer:
        private, public = keys.generate_rsa()
        key_id = f"{uri}#main-key"
        self.documents[uri] = {
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
            "id": uri,
            "type": type_,
            "preferredUsername": uri.rsplit("/", 1)[-1],
            "name": uri.rsplit("/", 1)[-1],
            "inbox": f"{uri}/inbox",
            "outbox": f"{uri}/outbox",
            "followers": f"{uri}/followers",
            "publicKey": {"id": key_id, "owner": uri, "publicKeyPem": public},
        }
        return Signer(key_id, keys.load_private(private))

    def _handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        documents = self.documents

        class Documents(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                found = documents.get(f"http://{self.headers['Host']}{self.path}")
                body = json.dumps(found or {}).encode()
                self.send_response(200 if found else 404)
                self.send_header("Content-Type", ACTIVITY)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: Any) -> None:
                """Say nothing."""

        return Documents

    def __enter__(self) -> Load:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def parcels(self, number: int, inbox: str) -> list[Parcel]:
        """So many new activities, signed for an inbox, every actor in its turn."""
        made = []
        for index in range(number):
            self._number += 1
            signer = self._signers[index % ACTORS]
            body = event_activity(self.origins[index % HOSTS], signer.key_id.split("#")[0], self._number)
            headers = {"Content-Type": ACTIVITY}
            headers |= sign_request("cavage", "POST", inbox, headers, body, signer)
            made.append(Parcel(body, headers))
        return made


def post_all(parcels: Sequence[Parcel], inbox: str) -> Counter[int]:
    """Send them over 16 connections that are kept; how often each status was answered."""
    waiting: SimpleQueue[Parcel] = SimpleQueue()
    for parcel in parcels:
        waiting.put(parcel)
    statuses: Counter[int] = Counter()
    threads = [
        threading.Thread(target=_post_some, args=(waiting, inbox, statuses)) for _ in range(CONNECTIONS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses


def _post_some(waiting: SimpleQueue[Parcel], inbox: str, statuses: Counter[int]) -> None:
    parts = urlsplit(inbox)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    while True:
        try:
            parcel = waiting.get_nowait()
        except Empty:
            break
        connection.request("POST", parts.path, parcel.body, parcel.headers)
        answer = connection.getresponse()
        answer.read()
        statuses[answer.status] += 1
    connection.close()
