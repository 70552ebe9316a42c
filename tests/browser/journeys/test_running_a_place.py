"""A manager's day: who comes in, when the house is closed, and how the site looks."""

from __future__ import annotations

import pytest

from tests.browser.journeys.conftest import StartWalk
from tests.browser.journeys.events import in_days
from tests.browser.journeys.stage import PASSWORD

pytestmark = pytest.mark.browser

WALKS = [(390, "fr", False), (1280, "nl", True), (390, "en", True), (1280, "de", False)]
TOO_PALE = "#f4e3c1"


@pytest.mark.parametrize(("width", "language", "javascript"), [(390, "nl", True), (1280, "en", False)])
def test_a_manager_invites_somebody_who_comes_in_and_is_made_host(
    walk: StartWalk, width: int, language: str, javascript: bool
) -> None:
    manager, guest = (walk(width=width, language=language, javascript=javascript) for _ in range(2))
    lille, address = manager.region.lille, guest.address("guest")
    manager.sign_in(lille, f"manager-{language}", "/members")
    manager.follow(manager.say("Invite people"))
    manager.fill(addresses="not an address")
    manager.send(422)
    manager.fill(addresses=address, language=language, note="Der Kaffee ist fertig.")
    manager.send()
    assert address in manager.text

    guest.visit(lille.link_to(address, "/invitations/"))
    guest.fill(name=f"Wanda {guest.token}", password=PASSWORD, handle=f"wanda-{guest.token}")
    guest.send()
    manager.visit("/members")
    assert address not in manager.text
    manager.follow(f"Wanda {guest.token}")
    manager.fill(role="host")
    manager.click(manager.main.locator("form[action*='/role'] button"))
    assert manager.say("host") in manager.text
    for one, endpoint in ((manager, "members.member"), (guest, "invitations.accept")):
        one.end(endpoint)


@pytest.mark.parametrize(("width", "language", "javascript"), WALKS)
def test_a_manager_approves_one_who_asked_and_refuses_another(
    walk: StartWalk, width: int, language: str, javascript: bool
) -> None:
    manager, wanted, refused = (walk(width=width, language=language, javascript=javascript) for _ in range(3))
    tournai = manager.region.tournai
    for person, name in ((wanted, "Ursel"), (refused, "Viktor")):
        person.visit("/sign-up", tournai)
        person.fill(name=f"{name} {person.token}", email=person.address(name.lower()), password=PASSWORD)
        person.fill(
            handle=f"{name}-{person.token}".lower(), message="Ich wohne um die Ecke.", language=language
        )
        person.send()
        person.visit(tournai.link_to(person.address(name.lower()), "/sign-up/"))
        person.click(person.main.locator("form button.btn-primary"))

    manager.sign_in(tournai, f"manager-{language}", "/members")
    manager.click(manager.main.locator("a[href$='/members/requests']"))
    row = manager.main.locator("li", has_text=f"Ursel {wanted.token}")
    manager.press(manager.say("Give an account"), within=row)
    row = manager.main.locator("li", has_text=f"Viktor {refused.token}")
    manager.follow(manager.say("Refuse"), within=row)
    manager.send()
    assert refused.token not in manager.text
    tournai.mail_to(refused.address("viktor"), tournai.url)
    wanted.visit("/sign-in")
    wanted.fill(who=f"ursel-{wanted.token}", password=PASSWORD)
    wanted.send()
    for one, endpoint in (
        (manager, "registration.refuse"),
        (wanted, "registration.confirm"),
        (refused, "registration.sign_up"),
    ):
        one.end(endpoint)


@pytest.mark.parametrize(("width", "language", "javascript"), [(390, "nl", True), (1280, "fr", False)])
def test_the_holidays_of_a_place_are_seen_at_its_neighbours(
    walk: StartWalk, width: int, language: str, javascript: bool
) -> None:
    manager, reader = (walk(width=width, language=language, javascript=javascript) for _ in range(2))
    region = manager.region
    site, slug = (region.lille, "mutualab") if width == 390 else (region.tournai, "esco")
    note = f"inventaire {manager.token}"
    manager.sign_in(site, f"manager-{language}", f"/spaces/{slug}/edit")
    number = manager.main.locator(".special-row").count() - 1
    start = f"special_hours-{number}-"
    manager.fill(**{f"{start}from": in_days(9), f"{start}through": in_days(3), f"{start}note": note})
    manager.send(422)
    assert manager.main.locator(f"input[value='{note}']").count() == 1
    last = manager.main.locator(f".special-row:has(input[value='{note}']) input").nth(1)
    last.fill(in_days(11))
    manager.send()
    assert note in manager.text
    reader.visit(f"/@{slug}@{site.host}", region.mons)
    reader.reload_until(note)
    for one in (manager, reader):
        one.end()


@pytest.mark.parametrize(("width", "language", "javascript"), [(390, "de", False), (1280, "en", True)])
def test_a_colour_nobody_could_read_is_refused_with_one_that_can(
    walk: StartWalk, width: int, language: str, javascript: bool
) -> None:
    admin, reader = (walk(width=width, language=language, javascript=javascript) for _ in range(2))
    site = admin.region.tournai if width == 390 else admin.region.mons
    admin.sign_in(site, f"admin-{language}", "/admin/theme")
    admin.fill(roast=TOO_PALE)
    admin.send(422)
    assert admin.main.locator("#roast").input_value() == TOO_PALE
    nearest = admin.main.locator("#roast-error").inner_text().split()[-1]
    admin.fill(roast=nearest)
    admin.send()
    admin.follow(admin.say("See every part of a page"))
    reader.visit("/", site)
    assert nearest in reader.read(str(reader.page.locator("link[href*='theme.css']").get_attribute("href")))
    for one in (admin, reader):
        one.end()
