"""An offer or a need as search engines read it: a JobPosting, an Offer or a Demand of schema.org."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from coffee_node.activitypub import schema_org
from coffee_node.activitypub.vocabulary import id_of
from coffee_node.features.proposals.intents import JOB_KINDS, dig
from coffee_node.federation.actors import find_actor

_TELECOMMUTE: Final = "TELECOMMUTE"


def describe(document: Mapping[str, Any]) -> dict[str, Any]:
    """The schema.org thing of a public proposal."""
    if document.get("kind") in JOB_KINDS and document.get("purpose") == "offer":
        return _job(document)
    type_ = "Offer" if document.get("purpose") == "offer" else "Demand"
    price, currency = (
        dig(document, "reciprocal", "resourceQuantity", "hasNumericalValue"),
        str(dig(document, "reciprocal", "resourceConformsTo") or "").rpartition("/")[2],
    )
    return schema_org.described(
        type_,
        document,
        validThrough=document.get("endTime"),
        availabilityStarts=document.get("published"),
        price=price,
        priceCurrency=currency if price and len(currency) == 3 else None,
        areaServed=schema_org.place(document.get("location")),
        seller=_who(document) if type_ == "Offer" else None,
    )


def _job(document: Mapping[str, Any]) -> dict[str, Any]:
    employer = dig(document, "publishes", "hiringOrganization")
    job = schema_org.described(
        "JobPosting",
        document,
        title=dig(document, "publishes", "title") or document.get("name"),
        datePosted=document.get("published"),
        validThrough=document.get("endTime"),
        employmentType=dig(document, "publishes", "employmentType"),
        jobStartDate=dig(document, "publishes", "jobStartDate"),
        workHours=dig(document, "publishes", "workHours"),
        jobLocation=schema_org.place(document.get("location")),
        jobLocationType=_TELECOMMUTE if dig(document, "publishes", "jobLocationType") else None,
        hiringOrganization=_organisation(id_of(employer)) or _who(document),
        baseSalary=_salary(document),
    )
    job.pop("name", None)
    return job


def _who(document: Mapping[str, Any]) -> dict[str, Any]:
    return _organisation(id_of(document.get("attributedTo")))


def _organisation(uri: str) -> dict[str, Any]:
    """Who stands behind it, with the name where this node knows it: search engines ask for one."""
    known = find_actor(uri) if uri else None
    named = {"name": known.name} if known is not None and known.name else {}
    return {"@type": "Organization", "@id": uri, **named} if uri else {}


def _salary(document: Mapping[str, Any]) -> dict[str, Any]:
    salary = dig(document, "publishes", "baseSalary")
    if not isinstance(salary, Mapping) or not salary.get("currency"):
        return {}
    value = {name: salary.get(name) for name in ("minValue", "maxValue", "unitText")}
    if value["minValue"] is None and value["maxValue"] is None:
        return {}
    return {
        "@type": "MonetaryAmount",
        "currency": salary["currency"],
        "value": {"@type": "QuantitativeValue", **value},
    }
