"""Pictures: `/media/<name>.webp` and its small form, for whoever may see what they belong to."""

from __future__ import annotations

from flask import Blueprint, request
from sqlalchemy import select
from sqlalchemy.orm import aliased
from werkzeug.wrappers import Response

from coffee_node.activitypub.request_signatures import SignatureError
from coffee_node.base.database import db
from coffee_node.base.errors import NotFound
from coffee_node.base.i18n import gettext as _
from coffee_node.base.images import MEDIA_TYPE
from coffee_node.federation import accounts, audience, domain_policy, media, objects
from coffee_node.federation.account_models import Account, Membership
from coffee_node.federation.media_models import Media
from coffee_node.federation.models import Actor
from coffee_node.web.auth import current_account, signed_by
from coffee_node.web.protocol import is_protocol

media_pages = Blueprint("media", __name__)
KEPT_FOR_EVER = "public, max-age=31536000, immutable"


@media_pages.get("/media/<name>.webp")
@is_protocol
def picture(name: str) -> Response:
    """The file of a picture; what is not for everybody is not kept by caches.

    Whoever may not see it gets the same 404 as for a picture that is not there.
    """
    is_small = name.endswith("-small")
    found = media.find_media(name.removesuffix("-small"))
    file = media.file_of(found.name, is_small=is_small) if found is not None else None
    if found is None or file is None or not may_see(found) or not file.exists():
        raise NotFound(_("There is no such picture here."))
    response = Response(file.read_bytes(), mimetype=MEDIA_TYPE)
    is_public = found.visibility == "public"
    response.headers["Cache-Control"] = KEPT_FOR_EVER if is_public else "private, no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def may_see(found: Media) -> bool:
    """Whether this reader may see a picture; no role widens what a person chose."""
    owner = db.session.get(Actor, found.actor_id) if found.actor_id is not None else None
    if owner is not None and (owner.gone_at is not None or domain_policy.is_hidden(owner)):
        return False
    if found.visibility == "public":
        return True
    account = current_account()
    if account is not None and owner is not None and accounts.may_act_as(account, owner):
        return True
    if found.visibility == "network" and account is None:
        return (owner is None or owner.is_local) and _is_asked_by_partner()
    if found.visibility == "private" or account is None:
        return False
    if found.about_uri and (owner is None or found.about_uri != owner.uri):
        return _may_read(found.about_uri, account)
    return found.visibility == "network" or (owner is not None and _share_a_space(account, owner))


def _may_read(uri: str, account: Account) -> bool:
    """Whether an account may see the object that a picture belongs to."""
    about = objects.find_object(uri)
    if about is None:
        return False
    model = about[0].model
    seen = select(model.id).where(model.id == about[1].id, *audience.visible(model, account))
    return db.session.scalar(seen) is not None


def _is_asked_by_partner() -> bool:
    try:
        reader = signed_by(request)
    except SignatureError:
        return False
    return reader is not None and reader.host in audience.admitted_hosts()


def _share_a_space(account: Account, owner: Actor) -> bool:
    """Whether the account belongs to the owner's space, or to the owner where that is a space."""
    mine, theirs = aliased(Membership), aliased(Membership)
    member = select(mine.id).where(mine.account_id == account.id, mine.space_id == owner.id)
    common = (
        select(mine.id)
        .join(theirs, theirs.space_id == mine.space_id)
        .join(Account, Account.id == theirs.account_id)
        .where(mine.account_id == account.id, Account.actor_id == owner.id)
    )
    return any(db.session.scalar(query.limit(1)) is not None for query in (member, common))
