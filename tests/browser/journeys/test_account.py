"""A coworker's own things: the first profile, notices, the calendar, the second step, the data, leaving."""

from __future__ import annotations

import io
import zipfile

import pyotp
import pytest

from coffee_node.base import clock
from tests.browser.journeys.conftest import StartWalk
from tests.browser.journeys.events import make_event
from tests.browser.journeys.stage import PASSWORD

pytestmark = pytest.mark.browser

WALKS = [(390, "en", True), (1280, "fr", True), (390, "nl", False), (1280, "de", False)]
TWO_WALKS = [(390, "fr", True), (1280, "nl", True)]
# The manager's own pages are in French.
INVITED = [(390, "fr", True), (1280, "nl", True), (390, "de", False), (1280, "en", False)]


@pytest.mark.parametrize(("width", "language", "javascript"), INVITED)
def test_three_screens_lead_from_the_invitation_to_a_published_profile(
    walk: StartWalk, width: int, language: str, javascript: bool
) -> None:
    manager = walk(width=width, language="fr", javascript=javascript)
    lille = manager.region.lille
    address = manager.address("ursule")
    manager.sign_in(lille, "claire-dubois", "/members/invite")
    manager.fill(addresses=address, language=language, note="Bienvenue")
    manager.send()
    manager.end("invitations.invite", "members.members")

    coworker = walk(width=width, language=language, javascript=javascript)
    screens: list[str] = []
    coworker.page.on("load", lambda page: screens.append(page.url))
    coworker.visit(lille.link_to(address, "/invitations/"))
    name = f"Ursule {coworker.token.title()}"
    coworker.fill(name=name, password="trois mots en file", language=language)
    coworker.send()
    coworker.fill(skills_offered="graphic design")
    coworker.send()
    assert coworker.main.locator("h1").inner_text() == name and "graphic design" in coworker.text
    assert len(screens) == 3, screens
    coworker.visit("/people?scope=local")
    assert name in coworker.text
    coworker.end("invitations.accept", "own_profile.own_profile")
    stranger = walk(width=width, language=language, javascript=javascript)
    stranger.visit("/people?scope=local", lille)
    assert name not in stranger.text
    stranger.end()


@pytest.mark.parametrize(("width", "language", "javascript"), WALKS)
def test_a_coworker_chooses_how_often_mails_come_and_ends_one_kind_by_a_click(
    walk: StartWalk, width: int, language: str, javascript: bool
) -> None:
    coworker = walk(width=width, language=language, javascript=javascript)
    say, lille = coworker.say, coworker.region.lille
    someone = lille.newcomer(language)
    coworker.sign_in(lille, someone, "/me/notices")
    coworker.follow(say("Choose what you are told"))
    coworker.fill(event_request="now", event_answer="weekly")
    coworker.main.locator("[id='page-event_reminder']").set_checked(False)
    coworker.send()
    coworker.visit("/me/notices/choices")
    assert coworker.main.locator("#event_answer").input_value() == "weekly"
    path = make_event(coworker, f"A table for six {coworker.token}", join_mode="restricted")
    guest = walk(width=width, language=language, javascript=javascript)
    guest.sign_in(lille, lille.newcomer(language), path)
    guest.press(say("Ask for a seat"))
    coworker.visit("/me/notices")
    coworker.reload_until(coworker.token)
    mail = lille.mail_to(someone.email, coworker.token)
    coworker.visit(str(mail["List-Unsubscribe"]).strip("<>"))
    coworker.press(say("End these mails"))
    coworker.visit("/me/notices/choices")
    assert coworker.main.locator("#event_request").input_value() == "never"
    coworker.end("notices.choose", "unsubscribe.ask")
    guest.end()


@pytest.mark.parametrize(("width", "language", "javascript"), TWO_WALKS)
def test_a_coworker_makes_a_secret_address_of_the_calendar_and_renews_it(
    walk: StartWalk, width: int, language: str, javascript: bool
) -> None:
    coworker = walk(width=width, language=language, javascript=javascript)
    say, lille = coworker.say, coworker.region.lille
    coworker.sign_in(lille, lille.newcomer(language))
    title = f"Rehearsal {coworker.token}"
    path = make_event(coworker, title)
    coworker.visit(path)
    coworker.press(say("Register"))
    coworker.visit("/me/calendars")
    coworker.press(say("Make an address"))
    first = coworker.main.locator("code").inner_text()
    assert f"SUMMARY:{title}" in coworker.read(first)
    coworker.press(say("Renew the address"))
    second = coworker.main.locator("code").inner_text()
    assert coworker.context.request.get(first).status == 404
    assert f"SUMMARY:{title}" in coworker.read(second)
    coworker.press(say("Close the address"))
    assert coworker.context.request.get(second).status == 404
    coworker.end("event_calendars.my_calendars")


@pytest.mark.parametrize(("width", "language", "javascript"), WALKS)
def test_a_second_step_is_switched_on_and_a_recovery_code_opens(
    walk: StartWalk, width: int, language: str, javascript: bool
) -> None:
    coworker = walk(width=width, language=language, javascript=javascript)
    say, lille = coworker.say, coworker.region.lille
    someone = lille.newcomer(language)
    coworker.sign_in(lille, someone, "/me/security")
    coworker.press(say("Set up the second step"))
    key = coworker.main.locator("code.key").inner_text().replace(" ", "")
    coworker.fill(code="000000")
    coworker.send(422)
    coworker.fill(code=pyotp.TOTP(key).at(clock.utcnow()))
    coworker.send()
    codes = coworker.main.locator("ul.codes code").all_inner_texts()
    assert len(codes) == 10
    coworker.follow(say("I have kept them"))
    coworker.context.clear_cookies()
    coworker.visit("/sign-in", lille)
    coworker.fill(who=someone.handle, password=PASSWORD)
    coworker.send()
    coworker.fill(code=codes[3])
    coworker.send()
    coworker.visit("/me/security")
    assert (
        coworker.plural("%(num)d recovery code is left.", "%(num)d recovery codes are left.", 9)
        in coworker.text
    )
    coworker.follow(say("New recovery codes"))
    coworker.fill(current=PASSWORD)
    coworker.send()
    coworker.follow(say("I have kept them"))
    coworker.follow(say("Switch off"))
    coworker.fill(current=PASSWORD)
    coworker.send()
    coworker.end("codes.set_up", "codes.recovery_codes", "codes.end", "account.second_step")


@pytest.mark.parametrize(("width", "language", "javascript"), WALKS)
def test_a_coworker_forgets_the_password_and_changes_the_address(
    walk: StartWalk, width: int, language: str, javascript: bool
) -> None:
    coworker = walk(width=width, language=language, javascript=javascript)
    lille = coworker.region.lille
    someone, address = lille.newcomer(language), coworker.address("moved")
    coworker.visit("/sign-in", lille)
    coworker.click(coworker.main.locator("a[href*='/password/reset']"))
    coworker.fill(email=someone.email)
    coworker.send()
    coworker.visit(lille.link_to(someone.email, "/password/reset/"))
    coworker.fill(password="quatre mots bien rangés")
    coworker.send()
    coworker.visit("/me/security/address")
    coworker.fill(email=address, current="quatre mots bien rangés")
    coworker.send()
    coworker.visit(lille.link_to(address, "/me/security/address/"))
    coworker.click(coworker.main.locator("form button[type=submit]").first)
    coworker.visit("/me/security")
    assert address in coworker.text
    coworker.end("passwords.reset", "security.confirm_address")


@pytest.mark.parametrize(("width", "language", "javascript"), WALKS)
def test_a_coworker_takes_all_data_along_and_leaves_for_good(
    walk: StartWalk, width: int, language: str, javascript: bool
) -> None:
    coworker = walk(width=width, language=language, javascript=javascript)
    say, lille = coworker.say, coworker.region.lille
    someone = lille.newcomer(language)
    coworker.sign_in(lille, someone)
    path = make_event(coworker, f"Farewell {coworker.token}")
    coworker.reload_until(say("received by %(received)d of %(total)d", received=2, total=2))
    coworker.visit("/me/data")
    with coworker.page.expect_download() as download:
        coworker.main.get_by_role("button", name=say("Download my data")).click()
    with zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes())) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist()).decode("utf-8", "replace")
    assert someone.email in everything and f"Farewell {coworker.token}" in everything
    coworker.follow(say("Leave for good …"))
    coworker.fill(current="not mine", is_sure=True)
    coworker.send(422)
    coworker.fill(current=PASSWORD, is_sure=True)
    coworker.send()
    assert say("You have left") in coworker.text
    coworker.reload_until(say("erased at %(done)d of %(total)d partners", done=2, total=2))
    coworker.visit(path, lille, status=410)
    coworker.visit(f"/@{someone.handle}", status=410)
    coworker.end("privacy_data.my_data", "privacy_data.leave", "privacy_data.left")
