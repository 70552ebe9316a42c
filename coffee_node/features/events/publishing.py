"""What the forms of events do: an event or a series with its picture, in one commit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from coffee_node.base.database import write
from coffee_node.features.events import drafts, pictures, series, series_changes, service, taken_over
from coffee_node.features.events.models import Event
from coffee_node.features.events.pictures import PictureChange
from coffee_node.features.events.recurrence import Rhythm
from coffee_node.features.events.series_changes import Reach
from coffee_node.features.events.series_models import EventDraft
from coffee_node.federation.models import Actor


@dataclass(frozen=True)
class Written:
    """A form that was read: what it says of the event, how that recurs, and what becomes of the picture."""

    values: dict[str, Any]
    visibility: str
    rhythm: Rhythm | None = None
    left_out: Iterable[date] = ()
    picture: PictureChange = field(default_factory=PictureChange)


def publish(
    author: Actor, written: Written, draft: EventDraft | None = None, source: Event | None = None
) -> Event:
    """Publish an event, or the dates of a series (the first one is given); its draft is gone with that.

    A copy of `source` takes over what was decided about registrations, and asks the same second spaces.

    Raises Unprocessable or InvalidDocument as service.announce_event() does.
    """
    with write():
        attachments = pictures.attach(written.picture, author, written.visibility)
        values = written.values | {"attachments": attachments} | taken_over.settings_of(source)
        if written.rhythm is None:
            row = service.announce_event(author, values, written.visibility)
        else:
            row = series.begin_series(author, values, written.rhythm, written.visibility, written.left_out)
        taken_over.ask_the_same(row, source)
        drafts.drop(draft)
        return row


def change(row: Event, written: Written, reach: Reach = "this") -> Event:
    """Publish what is new of one event, or of the dates of its series as far as the change reaches."""
    with write():
        before = row.attachments or []
        attachments = pictures.attach(written.picture, row.actor, written.visibility, before)
        values = written.values | {"attachments": attachments}
        if written.rhythm is None:
            series_changes.change_one(row, values, written.visibility)
        else:
            series_changes.change_dates(row, reach, values, written.rhythm, written.visibility)
        pictures.forget_unused(before, row.actor)
        return row
