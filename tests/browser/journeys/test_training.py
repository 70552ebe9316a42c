"""Events of a competence centre: a training from question to attendance, a series, an event of two places."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.browser.journeys.conftest import StartWalk
from tests.browser.journeys.events import in_days, make_event
from tests.browser.journeys.offers import page_at
from tests.browser.journeys.walk import Walk, names_of

pytestmark = pytest.mark.browser

DESK = (
    "event_door.check_in",
    "event_participants.organiser_list",
    "event_participants.settings",
    "event_participants.write_letter",
)


def centre_of(walk: Walk) -> str:
    """The centre of Mons as the choice of a form."""
    return f"{walk.region.mons.url}/actors/technocite"


def make_training(centre: Walk, title: str) -> str:
    """Publish a training with a skill and a question; the start of the addresses of its desk."""
    centre.sign_in(centre.region.mons, f"manager-{centre.language}")
    page = make_event(centre, title, actor=centre_of(centre), capacity="8")
    base = page.replace("/objects/", "/events/")
    centre.follow(centre.say("Change"))
    centre.unfold(centre.say("It is a training"))
    centre.fill(skills="Siebdruck", hours="6")
    centre.send()
    assert "Siebdruck" in centre.text
    centre.visit(f"{base}/registration")
    centre.fill(text0="Welche Schuhe tragen Sie?", required0=True, takes_visitors=True)
    centre.send()
    return base


def keep_the_door(centre: Walk, base: str) -> str:
    """Let somebody in who did not register, note one who is here; the table of the participants."""
    centre.visit(f"{base}/check-in")
    centre.fill(name="Zora Winter")
    centre.press(centre.say("Let in"))
    centre.press(centre.say("Is here"))
    assert "Zora Winter" in centre.text
    centre.follow(centre.say("Participants"))
    return centre.read(f"{base}/participants.csv")


@pytest.mark.parametrize(("width", "language", "javascript"), [(390, "fr", False), (1280, "de", True)])
def test_a_training_is_asked_for_across_the_border_and_its_attendance_is_exported(
    walk: StartWalk, width: int, language: str, javascript: bool
) -> None:
    centre, learner = (walk(width=width, language=language, javascript=javascript) for _ in range(2))
    lille = centre.region.lille
    title = f"Siebdruck für Anfänger {centre.token}"
    base = make_training(centre, title)

    learner.sign_in(lille, lille.newcomer(language))
    page_at(learner, lille, "events", title)
    assert "Siebdruck" in learner.text
    learner.press(learner.say("Register"), status=422)
    learner.main.get_by_label("Welche Schuhe tragen Sie?").first.fill("Gummistiefel")
    learner.click(learner.main.locator("form.form button.btn-primary").first)
    centre.visit(f"{base}/participants")
    centre.reload_until("Gummistiefel")
    centre.follow(centre.say("Write to the participants"))
    centre.fill(subject="Bis bald", text="Bitte alte Hemden mitbringen.")
    centre.send()
    learner.visit("/me/notices")
    learner.reload_until("Bis bald")

    table = keep_the_door(centre, base)
    assert "Gummistiefel" in table and "Zora Winter" in table
    centre.end(*DESK)
    learner.end()


@pytest.mark.parametrize(("width", "language", "javascript"), [(390, "en", True), (1280, "fr", False)])
def test_a_training_comes_again_every_week_until_it_ends(
    walk: StartWalk, width: int, language: str, javascript: bool
) -> None:
    centre, reader = (walk(width=width, language=language, javascript=javascript) for _ in range(2))
    title = f"Open workshop {centre.token}"
    centre.sign_in(centre.region.mons, f"manager-{language}", "/events/new")
    centre.fill(actor=centre_of(centre), name=title, start_day=in_days(8), start_clock="9:30")
    centre.unfold(centre.say("It comes again"))
    centre.main.get_by_label(centre.say("Every week"), exact=True).check()
    centre.fill(repeat_count="4")
    centre.send()
    assert centre.main.get_by_role("heading", name=centre.say("It comes again")).count() == 1
    centre.follow(centre.say("All dates, and the end of the series"))
    dates = centre.main.locator("ul.rows a")
    assert dates.count() == 4
    centre.click(dates.nth(1))
    centre.follow(centre.say("Cancel the event"))
    centre.click(centre.main.locator("form button.btn-danger, form button.btn-primary").last)
    assert centre.say("This event is cancelled.") in centre.text
    centre.follow(centre.say("All dates, and the end of the series"))
    assert centre.say("cancelled") in centre.text
    centre.press(centre.say("End the series"))
    assert centre.say("This series has ended: no more dates follow.") in centre.text

    reader.visit("/events", centre.region.tournai)
    page_at(reader, centre.region.tournai, "events", title)
    for one in (centre, reader):
        one.end()


@pytest.mark.parametrize(("width", "language", "javascript"), [(390, "de", False), (1280, "nl", True)])
def test_two_places_organise_an_event_over_the_border(
    walk: StartWalk, width: int, language: str, javascript: bool
) -> None:
    centre, neighbour = (walk(width=width, language=language, javascript=javascript) for _ in range(2))
    mons, lille = centre.region.mons, centre.region.lille
    title = f"Zwei Ufer {centre.token}"
    centre.sign_in(mons, f"manager-{language}")
    page = make_event(centre, title, actor=centre_of(centre))
    centre.follow(centre.say("Organise it with another place"))
    centre.fill(space=f"{lille.url}/actors/mutualab")
    centre.press(centre.say("Ask"))

    neighbour.sign_in(lille, f"manager-{language}", "/me/partners")
    neighbour.reload_until(title)
    row = neighbour.main.locator("li", has_text=title)
    neighbour.press(neighbour.say("Agree"), within=row)
    neighbour.follow(title)
    neighbour.reload_until("Le Mutualab")
    centre.visit(page)
    centre.reload_until("Le Mutualab")
    assert {"Technocité", "Le Mutualab"} <= set(names_of(centre.main.locator("dl.facts a")))
    neighbour.visit(f"/@mutualab?q={quote(title)}")
    assert title in neighbour.text
    for one in (centre, neighbour):
        one.end()
