"""The short way of reading a document gives what marshmallow's own way gives, of good and of odd ones."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import Schema

from coffee_node.activitypub.actor_schema import ActorSchema
from coffee_node.activitypub.document_schema import DocumentSchema
from coffee_node.base.errors import InvalidDocument
from coffee_node.features.articles.schemas import ArticleSchema
from coffee_node.features.events.schemas import EventSchema
from coffee_node.testing_documents import document_names, load_document

SCHEMAS = (EventSchema, ArticleSchema, ActorSchema)
NAMES = sorted({field.data_key or name for kind in SCHEMAS for name, field in kind().load_fields.items()})
ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30) | st.just("2026-12-12T18:00:00+01:00"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=6,
)


def read(schema: DocumentSchema, document: Any) -> Any:
    """What a schema makes of a document, or what it finds wrong with it."""
    try:
        return schema.parse(document)
    except InvalidDocument as error:
        return error.fields


def slow(kind: type[DocumentSchema]) -> DocumentSchema:
    """The same schema, read by marshmallow itself."""
    schema: DocumentSchema = type(kind.__name__, (kind,), {"_deserialize": Schema._deserialize})()
    return schema


@pytest.mark.parametrize("kind", SCHEMAS)
@pytest.mark.parametrize("name", document_names())
def test_documents_of_other_servers_are_read_alike(kind: type[DocumentSchema], name: str) -> None:
    document = load_document(name)
    for one in (document, document.get("object")):
        assert read(kind(), one) == read(slow(kind), one)


@given(st.sampled_from(SCHEMAS), st.dictionaries(st.sampled_from(NAMES), ODD, max_size=8))
def test_odd_documents_are_read_alike(kind: type[DocumentSchema], document: dict[str, Any]) -> None:
    assert read(kind(), document) == read(slow(kind), document)
