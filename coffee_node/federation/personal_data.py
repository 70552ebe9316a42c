"""What is kept about a person, as one ZIP made on the spot: documents, tables, calendars, pictures."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

import orjson
from sqlalchemy import select

from coffee_node.activitypub import vocabulary
from coffee_node.base import clock
from coffee_node.base.database import db
from coffee_node.base.i18n import gettext as _
from coffee_node.federation import accounts, actors, media, personal_rows
from coffee_node.federation.account_models import Account, Consent, Token
from coffee_node.federation.erasure import goes_along
from coffee_node.federation.media_models import Media
from coffee_node.federation.models import Actor
from coffee_node.federation.sign_in_models import Passkey
from coffee_node.node import current_node

File = tuple[str, bytes]


def archive(account: Account) -> bytes:
    """The ZIP of everything that is kept about an account and the actors that are its own."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in _files(account):
            packed.writestr(name, content)
    return written.getvalue()


def _files(account: Account) -> Iterator[File]:
    own = goes_along(account)
    yield "README.txt", _readme(account).encode()
    yield "account.json", _json(_account(account))
    for actor in own:
        folder = "" if actor.id == account.actor_id else f"{actor.slug}/"
        yield f"{folder}actor.jsonld", _actor(actor)
        yield from _objects(actor, folder)
        yield from _answers(actor, folder)
        yield from _pictures(actor, folder)
    for name, content in personal_rows.tables_of(account, own):
        yield f"tables/{name}.csv", content.encode()


def _json(value: Any) -> bytes:
    return orjson.dumps(value, default=str, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS)


def _readme(account: Account) -> str:
    lines = [
        _("What %(site)s keeps about %(name)s", site=current_node.config.node.name, name=account.name),
        clock.utcnow().isoformat(timespec="minutes"),
        "",
        _("actor.jsonld and objects: your profile and what you published, as other servers got it."),
        _("account.json: your account, where you are signed in, and what you chose to show."),
        _("tables: every row of the database that is about you, for a spreadsheet."),
        _("Other .json files: what each part of this site keeps, in its words. Calendars end in .ics."),
        _("media: your pictures."),
        _("Secrets are not in here: passwords, keys, and what lets a browser or a program in."),
    ]
    return "\n".join(lines) + "\n"


def _account(account: Account) -> dict[str, Any]:
    return {
        "handle": account.handle,
        "name": account.name,
        "email": account.email,
        "language": account.language,
        "is_administrator": account.is_admin,
        "created": account.created_at,
        "last_seen": account.last_seen_at,
        "has_password": account.password_hash is not None,
        "second_step_since": account.totp_since,
        "memberships": [
            {
                "space": one.space.name or one.space.slug,
                "role": one.role,
                "since": one.since,
                "until": one.until,
                "is_representative": one.is_representative,
            }
            for one in account.memberships
        ],
        "browsers": [
            {"browser": one.browser, "since": one.created_at, "last_used": one.last_seen_at}
            for one in accounts.sessions_of(account)
        ],
        "programs": [
            {"name": one.name, "scope": one.scope, "since": one.created_at, "last_used": one.last_used_at}
            for one in db.session.scalars(select(Token).where(Token.account_id == account.id))
        ],
        "passkeys": [
            {"name": one.name, "since": one.created_at, "last_used": one.last_used_at}
            for one in db.session.scalars(select(Passkey).where(Passkey.account_id == account.id))
        ],
        "consents": [
            {"field": one.field, "visible_to": one.visibility, "version": one.version, "time": one.updated_at}
            for one in consents_of(account)
        ],
    }


def consents_of(account: Account) -> Sequence[Consent]:
    """What a person chose for each field of the profile, with version and time."""
    query = select(Consent).where(Consent.actor_id == account.actor_id)
    return db.session.scalars(query.order_by(Consent.field)).all()


def _actor(actor: Actor) -> bytes:
    document = actors.actor_document(actor, "network")
    return _json({"@context": vocabulary.ACTOR_CONTEXT, **document})


def _objects(actor: Actor, folder: str) -> Iterator[File]:
    for object_type in current_node.registry.types():
        model = object_type.model
        if object_type.is_actor:
            continue
        query = select(model).where(model.actor_id == actor.id, model.deleted_at.is_(None))
        for row in db.session.scalars(query.order_by(model.id)):
            context = object_type.schema.context or vocabulary.AS_NAMESPACE
            name = f"{folder}objects/{row.type.lower()}-{row.uri.rsplit('/', 1)[-1]}.jsonld"
            yield name, _json({"@context": context, **row.document})


def _answers(actor: Actor, folder: str) -> Iterator[File]:
    """What each part of the site says it keeps; an entry named *.ics is a calendar and becomes a file."""
    found = current_node.plugins.ask_all("export_personal_data", actor=actors.ref(actor))
    for owner, answer in found:
        words = dict(answer)
        for name in [name for name in words if name.endswith(".ics")]:
            yield f"{folder}{name}", str(words.pop(name)).encode()
        if words:
            yield f"{folder}{owner}.json", _json(words)


def _pictures(actor: Actor, folder: str) -> Iterator[File]:
    for one in db.session.scalars(select(Media).where(Media.actor_id == actor.id).order_by(Media.id)):
        file = media.file_of(one.name)
        if file.exists():
            yield f"{folder}media/{file.name}", file.read_bytes()
