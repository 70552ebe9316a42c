"""Companies of this node and the people who work there: who says so, and which manager confirmed it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select

from coffee_node.activitypub.schemas import place_columns
from coffee_node.activitypub.vocabulary import is_web_url
from coffee_node.base import clock
from coffee_node.base.database import db, write
from coffee_node.base.errors import Conflict, NotFound, Unprocessable
from coffee_node.base.i18n import gettext as _
from coffee_node.features.profiles.checks import skill_values
from coffee_node.features.profiles.models import Company, Employment
from coffee_node.features.profiles.photo import PhotoChange, change_photo, show_logo
from coffee_node.features.profiles.schemas import COMPANY_KINDS
from coffee_node.features.profiles.service import sent_only
from coffee_node.features.profiles.skills import tag_documents
from coffee_node.federation import accounts, notices, objects
from coffee_node.federation.account_models import Account, Membership
from coffee_node.federation.actors import create_local_actor, find_actor, find_local_actor
from coffee_node.federation.models import Actor
from coffee_node.node import current_node

JOBS_LIMIT = 10


def open_company(
    slug: str, values: Mapping[str, Any], manager: Account | None = None, photo: PhotoChange | None = None
) -> Company:
    """Add a company or a competence centre of ours and announce it; `manager` runs it from then on."""
    kind = str(values.get("kind") or "company")
    if kind not in COMPANY_KINDS:
        raise Unprocessable(f"{kind!r} is not a kind of company.", f"Use one of: {', '.join(COMPANY_KINDS)}.")
    with write():
        if find_local_actor(slug) is not None:
            raise Conflict(_("The handle %(handle)s is taken.", handle=slug), _("Choose another one."))
        actor = create_local_actor("Organization", slug, str(values.get("name") or slug), kind=kind)
        row = company_of(actor)
        if manager is not None:
            accounts.join_space(manager, actor, "manager")
        change_company(row, {"is_listed": True, **values}, photo)
    return row


def company_of(actor: Actor) -> Company:
    """The description of a company of ours, made empty at first use."""
    found = db.session.scalar(select(Company).where(Company.uri == actor.uri))
    if found is not None:
        return found
    with write():
        row: Company = objects.actor_row(current_node.registry.type_for_model(Company), actor)
        row.url = actor.url
        row.kind = actor.kind
        row.language = current_node.config.node.language
    return row


def change_company(row: Company, values: Mapping[str, Any], photo: PhotoChange | None = None) -> Company:
    """Change a company of ours and announce it; everything on it is public."""
    wanted = _checked({name: value for name, value in values.items() if name != "tags"})
    with write():
        objects.set_columns(row, wanted)
        if photo is not None:
            change_photo(row, photo)
            show_logo(row)
        row.tags = tag_documents(
            {"uri": row.uri, "skills_offered": row.skills_offered, "skills_sought": row.skills_sought}
        )
        objects.set_columns(row, place_columns(row.place))
        row.updated = clock.utcnow().replace(microsecond=0)
        row.actor.name, row.actor.summary = row.name or row.actor.name, row.summary or ""
        row.actor.kind = row.kind or row.actor.kind
        db.session.flush()
        objects.index(row)
        row.document = objects.publish_actor(row.actor)
    return row


def _checked(wanted: dict[str, Any]) -> dict[str, Any]:
    refused: dict[str, list[str]] = {}
    if "name" in wanted and not wanted["name"]:
        refused["name"] = [_("Please give a name.")]
    if wanted.get("kind", "company") not in COMPANY_KINDS:
        refused["kind"] = [_("This is not one of the choices.")]
    for link in wanted.get("links") or []:
        if not is_web_url(link.get("url")):
            refused["links"] = [_("A link begins with https://, for example https://example.org.")]
    if refused:
        raise Unprocessable(
            _("This cannot be kept like this."), _("Please correct what is marked."), fields=refused
        )
    for field in ("skills_offered", "skills_sought"):
        if field in wanted:
            wanted[field] = skill_values(wanted[field] or [])
    return wanted


def update_company(row: Company, values: Mapping[str, Any], visibility: str | None = None) -> Company:
    """An Update by the write interface; its picture is uploaded on the page."""
    wanted = sent_only(values)
    wanted.pop("icon", None)
    return change_company(row, wanted)


def managers_of(company: Actor) -> Sequence[Account]:
    """The accounts that run a company."""
    query = select(Account).join(Membership, Membership.account_id == Account.id)
    return db.session.scalars(
        query.where(Membership.space_id == company.id, Account.disabled_at.is_(None)).order_by(Account.id)
    ).all()


def find_company(slug: str) -> Actor | None:
    """The company of this node with this slug."""
    actor = find_local_actor(slug)
    is_company = actor is not None and actor.type == "Organization" and actor.kind in COMPANY_KINDS
    return actor if is_company and actor is not None and actor.gone_at is None else None


def jobs_of(person: Actor) -> Sequence[Employment]:
    """Where a person says to work, confirmed or not, oldest first."""
    query = select(Employment).join(Actor, Actor.id == Employment.company_id)
    query = query.where(Employment.person_id == person.id, Actor.gone_at.is_(None))
    return db.session.scalars(query.order_by(Employment.id)).all()


def staff_of(company: Actor, state: str = "confirmed") -> Sequence[Employment]:
    """Who works at a company, in this state, oldest first."""
    query = select(Employment).join(Actor, Actor.id == Employment.person_id)
    query = query.where(Employment.company_id == company.id, Employment.state == state)
    return db.session.scalars(query.where(Actor.gone_at.is_(None)).order_by(Employment.id)).all()


def say_where(person: Actor, company: Actor, title: str = "") -> Employment:
    """A person says to work at a company; its managers are told, a manager's own word counts at once."""
    known = {job.company_id: job for job in jobs_of(person)}
    if company.id not in known and len(known) >= JOBS_LIMIT:
        raise Unprocessable(_("This is enough."), _("Take one away first."))
    running = managers_of(company)
    with write():
        job = known.get(company.id)
        if job is None:
            job = Employment(person=person, company=company, title=title[:200])
            db.session.add(job)
            db.session.flush()
        job.title = title[:200]
        if any(account.actor_id == person.id for account in running):
            job.state, job.answered_at = "confirmed", clock.utcnow()
        elif job.state == "asked":
            notices.tell(running, "colleague", f"colleague {job.id}", lambda: _asked(person, company))
    return job


def _asked(person: Actor, company: Actor) -> notices.Told:
    line = _("%(name)s says to work at %(company)s", name=person.name, company=company.name)
    text = _("Please confirm it or say that it is not so.")
    return notices.Told(line, text, f"{current_node.config.base_url}/companies/{company.slug}/people")


def answer(company: Actor, job_id: int, *, is_so: bool) -> Employment:
    """A manager of the company confirms that somebody works there, or says that it is not so."""
    with write():
        job = db.session.get(Employment, job_id)
        if job is None or job.company_id != company.id:
            raise NotFound(_("There is nothing at this address."))
        job.state, job.answered_at = ("confirmed" if is_so else "refused"), clock.utcnow()
        told = notices.account_of(job.person)
        notices.tell(told, "colleague", f"colleague {job.id} {job.state}", lambda: _answered(job))
    return job


def _answered(job: Employment) -> notices.Told:
    name = job.company.name
    line = (
        _("%(company)s confirms that you work there", company=name)
        if job.state == "confirmed"
        else _("%(company)s does not confirm that you work there", company=name)
    )
    return notices.Told(line, "", f"{current_node.config.base_url}/me/profile#work")


def leave(person: Actor, job_id: int) -> None:
    """A person takes away that they work somewhere."""
    with write():
        job = db.session.get(Employment, job_id)
        if job is None or job.person_id != person.id:
            raise NotFound(_("There is nothing at this address."))
        db.session.delete(job)


def personal_data(actor_uri: str) -> dict[str, Any]:
    """Where a person says to work, for their own copy; empty when nowhere."""
    person = find_actor(actor_uri)
    jobs = jobs_of(person) if person is not None else []
    found = [{"company": job.company.uri, "title": job.title, "state": job.state} for job in jobs]
    return {"work": found} if found else {}


def erase(actor_uri: str) -> None:
    """Forget where a person works."""
    person = find_actor(actor_uri)
    if person is not None:
        with write():
            db.session.execute(delete(Employment).where(Employment.person_id == person.id))
