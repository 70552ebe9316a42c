"""Changing profiles and companies: what a person says, to whom, and when it may leave the node."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import delete, select

from coffee_node.activitypub.schemas import ActorSchema, place_columns
from coffee_node.base import clock, i18n
from coffee_node.base.database import db, write
from coffee_node.features.profiles import terms
from coffee_node.features.profiles.checks import checked
from coffee_node.features.profiles.models import Profile
from coffee_node.features.profiles.photo import PhotoChange, change_photo, show_photo
from coffee_node.features.profiles.schemas import CONSENT_FIELDS, level_of
from coffee_node.features.profiles.skills import tag_documents
from coffee_node.federation import audience, media, objects, outbox
from coffee_node.federation.account_models import Account, Consent, Membership
from coffee_node.federation.actors import actor_document, find_actor
from coffee_node.federation.models import Actor
from coffee_node.node import current_node

OWN_COLUMNS = (
    "name", "headline", "summary", "source", "languages", "language_levels", "links", "availability", "place",
    "mobility_km", "affiliation", "skills_offered", "skills_sought", "icon", "listing", "takes_messages",
)  # fmt: skip
_DERIVED = {"tags": ("skills_offered", "skills_sought"), "attachments": ("links",)}


def speak(language: str) -> AbstractContextManager[object]:
    """The context in which a document's words for plain readers are written."""
    node = current_node
    return i18n.speaking(node.catalogues, language or node.config.node.language)


def find_profile(actor: Actor) -> Profile | None:
    """The profile of a person, ours or a copy."""
    return db.session.scalar(select(Profile).where(Profile.uri == actor.uri))


def profile_of(actor: Actor) -> Profile:
    """The profile of a person of ours, made empty and hidden at first use."""
    found = find_profile(actor)
    if found is not None:
        return found
    with write():
        row: Profile = objects.actor_row(current_node.registry.type_for_model(Profile), actor)
        account = db.session.scalar(select(Account).where(Account.actor_id == actor.id))
        space = _first_space(account) if account is not None else None
        row.url = actor.url
        row.visibility = "public" if actor.is_published else "space"
        row.language = (account.language if account else "") or current_node.config.node.language
        if space is not None:
            row.affiliation, row.affiliation_name = space.uri, space.name
        db.session.flush()
        terms.derive(row)
        objects.index(row)
    return row


def _first_space(account: Account) -> Actor | None:
    query = select(Actor).join(Membership, Membership.space_id == Actor.id)
    return db.session.scalar(
        query.where(Membership.account_id == account.id).order_by(Membership.id).limit(1)
    )


def change_profile(
    row: Profile,
    values: Mapping[str, Any],
    levels: Mapping[str, str] | None = None,
    *,
    photo: PhotoChange | None = None,
    is_published: bool | None = None,
) -> Profile:
    """Change a profile of ours and who may see which field; a published one is announced as it now is.

    `is_published` says whether anything leaves the node from now on. Unprocessable names the fields that
    cannot be so.
    """
    wanted = checked(values, levels or {})
    with write():
        _prepare(row)
        objects.set_columns(row, wanted)
        _remember_levels(row, levels or {})
        if photo is not None:
            change_photo(row, photo)
        was_published = row.actor.is_published
        row.actor.is_published = was_published if is_published is None else is_published
        row.visibility = "public" if row.actor.is_published else "space"
        _announce(row)
        if was_published and not row.actor.is_published:
            _send_withdrawal(row.actor)
    return row


def publish_profile(row: Profile, is_listed: bool | None = None) -> Profile:
    """Let the public fields leave the node; `is_listed` also puts the person into the directories."""
    values = {} if is_listed is None else {"is_listed": is_listed}
    return change_profile(row, values, is_published=True)


def withdraw_profile(row: Profile) -> None:
    """Take the profile back: others get an Update with nothing but the handle; its space still sees it."""
    change_profile(row, {}, is_published=False)


def update(row: Profile, values: Mapping[str, Any], visibility: str | None = None) -> Profile:
    """An Update by the write interface: publishes, since without `to` and `cc` it is for everybody.

    Fields whose level the person chose before keep it unless the activity is addressed.
    """
    wanted = sent_only(values)
    wanted.pop("icon", None)
    level = visibility or "public"
    chosen = row.levels or {}
    levels: dict[str, str] = {}
    for field in CONSENT_FIELDS:
        if field in wanted and (visibility is not None or field not in chosen):
            levels[field] = level
    with write():
        change_profile(row, wanted, levels)
        if level in ("public", "network") and not row.actor.is_published:
            publish_profile(row, is_listed=bool(wanted.get("is_listed", True)))
    return row


def sent_only(values: Mapping[str, Any]) -> dict[str, Any]:
    """What a client sent: columns derived from properties that it left out stay as they are."""
    wanted = dict(values)
    for wire, columns in _DERIVED.items():
        if wanted.pop(wire, None) is None:
            for column in columns:
                wanted.pop(column, None)
    return wanted | {"source": "", "source_map": {}} if "summary" in wanted else wanted


def _prepare(row: Profile) -> None:
    """Give a row that the engine made in passing what a profile needs."""
    row.url = row.url or row.actor.url
    row.language = row.language or current_node.config.node.language
    if not row.actor.is_published:
        row.visibility = "space"


def _remember_levels(row: Profile, levels: Mapping[str, str]) -> None:
    row.levels = {**(row.levels or {}), **levels}
    known = {
        consent.field: consent
        for consent in db.session.scalars(select(Consent).where(Consent.actor_id == row.actor_id))
    }
    for field, level in levels.items():
        consent = known.get(field)
        if consent is None:
            db.session.add(Consent(actor_id=row.actor_id, field=field, visibility=level))
        elif consent.visibility != level:
            consent.visibility = level
            consent.version += 1


def _announce(row: Profile) -> None:
    """Bring everything that is derived from the levels up to date, then tell the followers."""
    is_open = {field: level_of(row, field) == "public" for field in CONSENT_FIELDS}
    show_photo(row)
    public = {name: getattr(row, name) for name in ("skills_offered", "skills_sought") if is_open[name]}
    row.tags = tag_documents({"uri": row.uri, **public})
    objects.set_columns(row, place_columns(row.place if is_open["place"] else None))
    row.updated = clock.utcnow().replace(microsecond=0)
    row.actor.name = row.name
    row.actor.summary = row.summary if is_open["summary"] else ""
    terms.derive(row)
    objects.index(row)
    row.document = objects.publish_actor(row.actor)


def _send_withdrawal(actor: Actor) -> None:
    to, cc = audience.address(actor, "public")
    outbox.hide_activities_about(actor.uri)
    emptied = {**actor_document(actor), "name": actor.slug, "discoverable": False, "to": to, "cc": cc}
    outbox.publish(actor, "Update", emptied, to=to, cc=cc, context=ActorSchema.context)


def personal_data(actor_uri: str) -> dict[str, Any]:
    """What a person entrusted to this feature, for their own copy; empty when nothing."""
    actor = find_actor(actor_uri)
    row = find_profile(actor) if actor is not None else None
    if actor is None or row is None:
        return {}
    kept = {name: getattr(row, name) for name in OWN_COLUMNS}
    return {"profile": kept, "levels": dict(row.levels or {}), "published": actor.is_published}


def erase(actor_uri: str) -> None:
    """Remove the profile of a person and what they chose for its fields."""
    actor = find_actor(actor_uri)
    if actor is None:
        return
    with write():
        row = find_profile(actor)
        if row is not None:
            row.tags = []
            objects.index(row)
            db.session.delete(row)
        media.forget_all_of(actor)
        db.session.execute(delete(Consent).where(Consent.actor_id == actor.id))
