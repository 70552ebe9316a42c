"""One address for an object: its document for programs, its page for people - ours and copies of others'."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from sqlalchemy import select

from coffee_node.base.contracts import ObjectType
from coffee_node.base.database import db
from coffee_node.base.errors import Gone, NotFound
from coffee_node.base.i18n import gettext as _
from coffee_node.federation import accounts, actors, audience, objects, receipts
from coffee_node.federation.page_addresses import actor_url as actor_url
from coffee_node.federation.page_addresses import page_url as page_url
from coffee_node.node import current_node
from coffee_node.web.auth import current_account, current_viewer, signed_by
from coffee_node.web.described import describe_page
from coffee_node.web.federation_views import visibilities
from coffee_node.web.negotiation import document_response, wants_document
from coffee_node.web.receipts import erasure_line

object_pages = Blueprint("objects", __name__)


@object_pages.get("/objects/<uuid>")
def show_object(uuid: str) -> Any:
    """An object of ours; 404 for what this reader may not see, 410 for what is deleted."""
    found = objects.find_object(objects.object_uri(uuid))
    if found is None or not found[1].is_local:
        return _for_its_reader(objects.object_uri(uuid))
    object_type, row = found
    if wants_document(request):
        return _document_of(object_type, row)
    if not may_read(object_type, row):
        raise NotFound(_("There is nothing at this address."))
    if row.deleted_at is not None:
        return _erased(row)
    return _page(object_type, row)


def _for_its_reader(uri: str) -> Any:
    """What a feature serves only to those it is addressed to; the same 404 for everybody else."""
    if wants_document(request):
        reader = signed_by(request)
        viewer = actors.ref(reader) if reader is not None else current_viewer()
        document = current_node.registry.document_for(uri, viewer) if viewer is not None else None
        if document is not None:
            return document_response(document)
    raise NotFound(_("There is nothing at this address."))


def _erased(row: Any) -> Any:
    """What is left of a deleted object: for its author, at which partners it is gone too."""
    account = current_account()
    if account is None or not accounts.may_act_as(account, row.actor):
        raise Gone(_("This was deleted by its author."))
    erasure = receipts.erasure_of(row.uri)
    line = erasure_line(erasure) if erasure is not None else None
    return render_template("erased.html", line=line), 410


def _document_of(object_type: ObjectType, row: Any) -> Any:
    if row.visibility not in visibilities():
        raise NotFound(_("There is nothing at this address."))
    status = 200 if row.deleted_at is None else 410
    return document_response(row.document, object_type.schema.context, status)


def may_read(object_type: ObjectType, row: Any) -> bool:
    """Whether this reader could see the row if it were not deleted."""
    model = object_type.model
    allowed = audience.readable(model, current_account())
    return db.session.scalar(select(model.id).where(model.id == row.id, allowed)) is not None


def _page(object_type: ObjectType, row: Any) -> Any:
    if object_type.page is None:
        return document_response(row.document, object_type.schema.context)
    describe_page(object_type, row, row.document)
    return object_type.page(row)


@object_pages.get("/at/<host>/<path:path>")
def show_copy(host: str, path: str) -> Any:
    """Our copy of an object of another node."""
    query = request.query_string.decode()
    rest = f"{host}/{path}{f'?{query}' if query else ''}"
    schemes = ("https", "http") if current_node.config.federation.development else ("https",)
    for scheme in schemes:
        found = objects.find_object(f"{scheme}://{rest}")
        if found is not None and found[1].deleted_at is None and may_read(*found):
            return _page(*found)
    raise NotFound(_("There is nothing at this address."), _("Its author may have deleted it."))
