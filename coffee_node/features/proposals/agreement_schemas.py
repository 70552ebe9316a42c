"""Agreements on the wire: what an Offer proposes and what an Accept brings back (federation.md, 8.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import fields

from coffee_node.activitypub.document_schema import DocumentSchema
from coffee_node.activitypub.schemas import PlainText, Reference
from coffee_node.activitypub.vocabulary import id_of, short_type, strip_nulls
from coffee_node.features.proposals.intents import decimal_text, dig


@dataclass(frozen=True)
class Commitment:
    """One side of an agreement: how much of which intent; amounts are decimal texts, empty for any."""

    satisfies: str
    amount: str = ""
    unit: str = "one"
    uri: str = ""


@dataclass(frozen=True)
class Terms:
    """Both sides of an agreement; `reciprocal` is None where nothing is asked in return."""

    primary: Commitment
    reciprocal: Commitment | None = None
    uri: str = ""


def read_terms(document: Any) -> Terms | None:
    """The terms of an Agreement, None when this is none."""
    if not isinstance(document, Mapping) or short_type(document.get("type")) != "Agreement":
        return None
    primary = _commitment(document, "stipulates")
    if primary is None:
        return None
    return Terms(primary, _commitment(document, "stipulatesReciprocal"), id_of(document.get("id")))


def _commitment(document: Mapping[str, Any], name: str) -> Commitment | None:
    satisfies = id_of(dig(document, name, "satisfies"))
    if not satisfies:
        return None
    return Commitment(
        satisfies=satisfies,
        amount=decimal_text(dig(document, name, "resourceQuantity", "hasNumericalValue")),
        unit=str(dig(document, name, "resourceQuantity", "hasUnit") or "one")[:30],
        uri=id_of(dig(document, name, "id")),
    )


def write_terms(terms: Terms, author_uri: str) -> dict[str, Any]:
    """The Agreement of one author; the commitments have ids when the agreement has one."""
    reciprocal = terms.reciprocal
    document: dict[str, Any] = {
        "type": "Agreement",
        "id": terms.uri or None,
        "attributedTo": author_uri,
        "stipulates": _write(terms.primary, terms.uri, "primary"),
        "stipulatesReciprocal": _write(reciprocal, terms.uri, "reciprocal") if reciprocal else None,
    }
    written: dict[str, Any] = strip_nulls(document)
    return written


def _write(commitment: Commitment, agreement_uri: str, name: str) -> dict[str, Any]:
    quantity = {"hasUnit": commitment.unit, "hasNumericalValue": commitment.amount}
    return {
        "type": "Commitment",
        "id": f"{agreement_uri}#{name}" if agreement_uri else None,
        "satisfies": commitment.satisfies,
        "resourceQuantity": quantity if commitment.amount else None,
    }


class ConfirmationSchema(DocumentSchema):
    """The word that an agreement is fulfilled: a Document whose `context` is the Agreement."""

    type_name = "Document"

    uri = Reference(data_key="id", required=True)
    type = fields.String(dump_only=True, dump_default="Document")
    name = PlainText(300)
    actor_uri = Reference(data_key="attributedTo")
    agreement_uri = Reference(data_key="context")


def accepts_confirmation(document: Mapping[str, Any]) -> bool:
    """Whether a Document confirms an agreement."""
    return bool(id_of(document.get("context")))


def write_confirmation(
    uri: str, name: str, author_uri: str, to: str, agreement_uri: str, when: str
) -> dict[str, Any]:
    """The Document that says an agreement is fulfilled."""
    return {
        "id": uri,
        "type": "Document",
        "name": name,
        "attributedTo": author_uri,
        "context": agreement_uri,
        "published": when,
        "to": [to],
    }
