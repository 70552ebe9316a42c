"""Actors on the wire: the schema, and reading the keys that an actor or key document declares."""

from __future__ import annotations

import mimetypes
from typing import Any, Final

from marshmallow import ValidationError, fields, post_dump, pre_load

from coffee_node.activitypub.document_schema import DocumentSchema
from coffee_node.activitypub.schema_fields import (
    AwareDateTime,
    Html,
    HttpUrl,
    OneOrMany,
    PlainText,
    Reference,
)
from coffee_node.activitypub.type_field import TypeName
from coffee_node.activitypub.vocabulary import (
    ACTOR_CONTEXT,
    ACTOR_TYPES,
    as_list,
    id_of,
    is_web_url,
    same_host,
    short_type,
)

KEY_LIMIT: Final = 10
_PEM_LIMIT: Final = 8_192


def public_keys_of(document: dict[str, Any]) -> list[dict[str, str]]:
    """Give the RSA keys of an actor, stub actor or key document as `id`, `owner`, `pem`.

    A key that is only named (an id, no text) is left out; more than ten are a ValidationError.
    """
    if "publicKeyPem" in document:
        return [key for key in [_key_entry(document)] if key]
    declared = as_list(document.get("publicKey"))
    if len(declared) > KEY_LIMIT:
        raise ValidationError(f"More than {KEY_LIMIT} keys.", "publicKey")
    owner = id_of(document)
    found = [_key_entry(key, owner) for key in declared if isinstance(key, dict)]
    return [key for key in found if key]


def _key_entry(key: dict[str, Any], owner: str = "") -> dict[str, str]:
    uri, pem = id_of(key), key.get("publicKeyPem")
    owner = id_of(key.get("owner")) or owner
    if not (is_web_url(uri) and isinstance(pem, str) and 0 < len(pem) <= _PEM_LIMIT):
        return {}
    return {"id": uri, "owner": owner, "pem": pem.strip() + "\n"}


class PublicKeys(fields.Field[list[dict[str, str]]]):
    """The `publicKey` of an actor as a list of id, owner and PEM; written as one object when it is one."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[dict[str, str]]:
        return public_keys_of({"id": id_of(data), "publicKey": value})

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        written = [
            {"id": key["id"], "owner": key["owner"], "publicKeyPem": key["pem"]} for key in value or ()
        ]
        return written[0] if len(written) == 1 else written


class AssertionMethods(fields.Field[list[dict[str, str]]]):
    """The Multikeys of an actor (FEP-521a), at most ten; entries without key or controller are dropped."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[dict[str, str]]:
        declared = as_list(value)
        if len(declared) > KEY_LIMIT:
            raise ValidationError(f"More than {KEY_LIMIT} keys.")
        return [_multikey(key) for key in declared if isinstance(key, dict) and _is_multikey(key)]

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> list[dict[str, str]]:
        return list(value or ())


def _is_multikey(key: dict[str, Any]) -> bool:
    text = key.get("publicKeyMultibase")
    return isinstance(text, str) and len(text) <= _PEM_LIMIT and is_web_url(key.get("id"))


def _multikey(key: dict[str, Any]) -> dict[str, str]:
    return {
        "id": key["id"],
        "type": "Multikey",
        "controller": id_of(key.get("controller")),
        "publicKeyMultibase": key["publicKeyMultibase"],
    }


class Icon(HttpUrl):
    """The address of an actor's picture, written as an Image with its media type."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        if not is_web_url(value):
            return None
        return {"type": "Image", "mediaType": mimetypes.guess_type(value, strict=False)[0], "url": value}


class Picture(fields.Field[dict[str, str]]):
    """The icon or the image of an actor: its address and its name, as an Image with its media type."""

    _url = HttpUrl()
    _name = PlainText()

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        first = next(iter(as_list(value)), None)
        described = first if isinstance(first, dict) else {"url": first}
        address = next(iter(as_list(described.get("url"))), None)
        url = self._url.deserialize(address) if is_web_url(address) else ""
        name = described.get("name")
        text = self._name.deserialize(name) if isinstance(name, str) else ""
        return {"url": url, "name": text} if url else None

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        if not value or not is_web_url(value.get("url")):
            return None
        kind = mimetypes.guess_type(value["url"], strict=False)[0]
        return {"type": "Image", "mediaType": kind, "url": value["url"], "name": value.get("name")}


class ActorSchema(DocumentSchema):
    """What we read of every actor and need to talk to it."""

    context = ACTOR_CONTEXT

    uri = Reference(data_key="id", required=True)
    type = TypeName(required=True)
    kind = PlainText(20)
    slug = PlainText(data_key="preferredUsername")
    name = PlainText()
    summary = Html()
    url = HttpUrl()
    inbox = Reference(required=True)
    outbox = HttpUrl()
    followers = HttpUrl()
    following = HttpUrl()
    shared_inbox = HttpUrl(data_key="sharedInbox", load_default=None)
    manually_approves = fields.Boolean(data_key="manuallyApprovesFollowers", load_default=False)
    moved_to = HttpUrl(data_key="movedTo")
    also_known_as = OneOrMany(Reference(), limit=20, data_key="alsoKnownAs")
    public_keys = PublicKeys(data_key="publicKey", load_default=list)
    assertion_methods = AssertionMethods(data_key="assertionMethod", load_default=list)
    icon_url = Icon(data_key="icon")
    published = AwareDateTime()
    updated = AwareDateTime()

    @pre_load
    def prepare(self, document: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Refuse what is no actor, and lift the shared inbox out of `endpoints`; one elsewhere is dropped."""
        if short_type(document.get("type"), ACTOR_TYPES) not in ACTOR_TYPES:
            raise ValidationError("Not a type of actor.", "type")
        endpoints = document.get("endpoints")
        shared = endpoints.get("sharedInbox") if isinstance(endpoints, dict) else None
        flat = {name: value for name, value in document.items() if name != "sharedInbox"}
        return flat | {"sharedInbox": shared} if same_host(shared, document.get("id")) else flat

    @post_dump
    def nest_shared_inbox(self, document: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Put the shared inbox back where others look for it."""
        return document | {"endpoints": {"sharedInbox": document.pop("sharedInbox", None)}}
