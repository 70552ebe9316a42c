"""The check at the door: each of its 29 steps, and their order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from coffee_pass import check as door
from coffee_pass.bundle import Visit
from coffee_pass.keys import index_of
from coffee_pass.token import TokenError

YESTERDAY = date(2026, 11, 8)


def answer(verdict: door.Verdict) -> tuple[str, str]:
    return verdict.colour, verdict.code


def test_a_good_pass_is_green_and_says_what_the_door_shows(world: Any) -> None:
    verdict = world.check(bundle=world.bundle(world.partner(usage={1: world.usage(days=2)})))
    assert answer(verdict) == ("green", "OK")
    assert verdict.reasons == ("OK",)
    assert (verdict.days_used, verdict.quota, verdict.label, verdict.issuer_name) == (2, 5, "Z. V.", "Lille")
    assert (verdict.list_age, verdict.today) == (60, world.today)
    assert verdict.pseudonym == world.pseudonym
    assert verdict.agreement == world.agreement()


# --- what the code itself says (steps 1 to 12)


def test_a_code_that_cannot_be_read_has_the_parsers_answer(world: Any) -> None:
    assert answer(world.check("https://example.org")) == ("red", "NOT_A_PASS")
    assert answer(world.check("CF2:AB")) == ("red", "NEWER_FORMAT")
    assert world.check("CF1:").claims is None


def test_a_key_that_no_partner_announces_is_unknown(world: Any) -> None:
    stranger = Ed25519PrivateKey.from_private_bytes(bytes([7] * 32))
    verdict = world.check(world.text(stranger))
    assert answer(verdict) == ("red", "UNKNOWN_ISSUER")
    assert (verdict.label, verdict.claims) == ("", None)


def test_a_key_that_two_actors_announce_is_unknown_and_told(world: Any) -> None:
    keys = index_of([*world.keys, world.key("https://evil.example/pass", world.home_key)])
    assert answer(world.check(bundle=world.bundle(keys=keys))) == ("red", "UNKNOWN_ISSUER")
    assert keys.contested == {world.keys[0].kid}


def test_a_forged_signature_is_bad(world: Any) -> None:
    keys = index_of([replace(world.keys[0], public=world.host_key.public_key())])
    verdict = world.check(bundle=world.bundle(keys=keys))
    assert answer(verdict) == ("red", "BAD_SIGNATURE")
    assert verdict.claims is None


def test_a_partner_cannot_sign_for_another_one(world: Any) -> None:
    assert answer(world.check(world.text(world.host_key))) == ("red", "ISSUER_MISMATCH")


@pytest.mark.parametrize(
    ("times", "code"),
    [
        ({"revoked": 1}, "KEY_REVOKED"),
        ({"expires": 1_796_284_799}, "KEY_REVOKED"),
        ({"expires": 1_796_284_800}, "OK"),
    ],
)
def test_a_key_vouches_only_for_passes_that_end_before_it(
    world: Any, times: dict[str, int], code: str
) -> None:
    assert world.claims().expires == 1_796_284_800
    keys = index_of([world.key(world.home, world.home_key, **times)])
    assert world.check(bundle=world.bundle(keys=keys)).code == code


def test_ten_minutes_of_a_wrong_clock_are_allowed(world: Any) -> None:
    start, end = world.claims().start, world.claims().expires
    assert answer(world.check(now=start - 601)) == ("red", "NOT_YET_VALID")
    assert world.check(now=start - 600).code != "NOT_YET_VALID"
    assert answer(world.check(now=end + 601)) == ("red", "EXPIRED")
    assert world.check(now=end + 600).code != "EXPIRED"


def test_a_start_may_lie_before_or_after_the_time_of_issue(world: Any) -> None:
    assert world.check(world.text(not_before=world.now + 700)).code == "NOT_YET_VALID"
    assert world.check(world.text(not_before=world.now - 9 * world.day)).code == "OK"


# --- the own members (step 13)


def test_an_own_member_is_green_without_a_visit(world: Any) -> None:
    bundle = world.bundle(own=world.home, own_name="Lille", partners={})
    verdict = world.check(bundle=bundle)
    assert answer(verdict) == ("green", "OWN_MEMBER")
    assert (verdict.issuer_name, verdict.agreement, verdict.days_used) == ("Lille", None, None)


def test_an_own_member_whose_pass_was_withdrawn_is_red(world: Any) -> None:
    bundle = world.bundle(own=world.home, partners={}, own_revocation={1: world.revocation(world.index)})
    verdict = world.check(bundle=bundle)
    assert answer(verdict) == ("red", "REVOKED")
    assert not verdict.is_overridable


# --- the agreement (steps 14 to 17)


def with_standings(world: Any, *standings: Any) -> door.Verdict:
    return world.check(bundle=world.bundle(world.partner(standings=standings)))


def test_without_an_agreement_for_the_zone_nobody_comes_in(world: Any) -> None:
    assert answer(with_standings(world)) == ("red", "NO_AGREEMENT")
    assert with_standings(world, world.standing(zone="other")).code == "NO_AGREEMENT"
    assert with_standings(world, world.standing("offered")).code == "NO_AGREEMENT"
    assert world.check(bundle=world.bundle(partners={})).code == "NO_AGREEMENT"


def test_a_suspended_agreement_is_told(world: Any) -> None:
    assert answer(with_standings(world, world.standing("suspended"))) == ("red", "AGREEMENT_SUSPENDED")


@pytest.mark.parametrize(
    ("state", "last_day", "code"),
    [
        ("ended", None, "AGREEMENT_ENDED"),
        ("replaced", None, "AGREEMENT_ENDED"),
        ("active", YESTERDAY, "AGREEMENT_ENDED"),
        ("active", date(2026, 11, 9), "OK"),
        ("replaced", date(2026, 11, 9), "OK"),
    ],
)
def test_an_agreement_counts_to_the_end_of_its_last_day(
    world: Any, state: Any, last_day: date | None, code: str
) -> None:
    assert with_standings(world, world.standing(state, last_day)).code == code


def test_an_agreement_outside_its_dates_has_ended(world: Any) -> None:
    assert with_standings(world, world.standing(validUntil="2026-11-08")).code == "AGREEMENT_ENDED"
    assert with_standings(world, world.standing(validFrom="2026-11-10")).code == "AGREEMENT_ENDED"


def test_of_several_agreements_the_one_in_force_counts(world: Any) -> None:
    old, coming = world.standing("replaced", YESTERDAY), world.standing(validFrom="2026-11-10")
    current = world.standing(validFrom="2026-11-09", quotaDays=9)
    verdict = with_standings(world, old, coming, current)
    assert verdict.code == "OK"
    assert verdict.agreement == current.agreement


def test_the_day_is_that_of_the_agreements_time_zone(world: Any) -> None:
    # 23:30 of 31 October in Brussels is before the agreement, half an hour later is in it.
    midnight = 1_793_487_600
    standing = replace(world.standing(), agreement=replace(world.agreement(), valid_from=date(2026, 11, 1)))
    bundle = world.bundle(world.partner(standings=(standing,)))
    text = world.text(issued_at=midnight - world.day, expires=midnight + 9 * world.day)
    assert world.check(text, bundle, now=midnight - 1).code == "AGREEMENT_ENDED"
    assert world.check(text, bundle, now=midnight).today == date(2026, 11, 1)


def test_a_quota_above_the_agreement_is_refused(world: Any) -> None:
    assert answer(world.check(world.text(quota=6))) == ("red", "QUOTA_TOO_HIGH")


# --- the pass in the lists (steps 18 to 22)


def test_a_blocked_pass_is_refused(world: Any) -> None:
    bundle = world.bundle(blocked=frozenset({world.pseudonym}))
    assert answer(world.check(bundle=bundle)) == ("red", "LOCAL_BLOCK")


def test_a_withdrawn_pass_is_refused_also_when_it_was_here_today(world: Any) -> None:
    bundle = world.bundle(world.partner(revocation={1: world.revocation(world.index)}))
    ledger = {world.pseudonym: [Visit(world.today)]}
    assert answer(world.check(bundle=bundle, ledger=ledger)) == ("red", "REVOKED")
    other = world.bundle(world.partner(revocation={1: world.revocation(world.index + 1)}))
    assert world.check(bundle=other).code == "OK"


@pytest.mark.parametrize("is_override", [True, False])
def test_coming_back_on_the_same_day_is_free(world: Any, is_override: bool) -> None:
    bundle = world.bundle(world.partner(usage={1: world.usage(days=5, seen=True)}))
    ledger = {world.pseudonym: [Visit(world.today, is_override)]}
    assert answer(world.check(bundle=bundle, ledger=ledger)) == ("green", "RE_ENTRY")


def test_all_days_used_is_red_while_the_list_is_fresh_and_amber_later(world: Any) -> None:
    def used(days: int, age: int) -> tuple[str, str]:
        lists = {"usage": {1: world.usage(days, age=age)}, "revocation": {1: world.revocation(age=age)}}
        return answer(world.check(bundle=world.bundle(world.partner(**lists))))

    assert used(4, world.day) == ("green", "OK")
    assert used(5, world.day) == ("red", "QUOTA_REACHED")
    assert used(15, world.day) == ("red", "QUOTA_REACHED")
    assert used(5, world.day + 1) == ("amber", "QUOTA_UNCERTAIN")


def test_days_used_are_the_lists_and_the_own_that_it_cannot_hold_yet(world: Any) -> None:
    made = world.now - 60
    visits = [
        Visit(date(2026, 11, 2), accepted_at=made - 1),
        Visit(date(2026, 11, 3), accepted_at=made),
        Visit(date(2026, 11, 4), accepted_at=made + 1),
        Visit(date(2026, 11, 5)),
        Visit(date(2026, 11, 5)),
        Visit(date(2026, 11, 6), is_override=True),
    ]
    bundle = world.bundle(world.partner(usage={1: world.usage(days=2)}))
    assert world.check(bundle=bundle, ledger={world.pseudonym: visits}).days_used == 4
    bundle = world.bundle(world.partner(usage={}))
    assert world.check(bundle=bundle, ledger={world.pseudonym: visits}).days_used == 4


def test_one_host_may_limit_how_often_a_pass_comes(world: Any) -> None:
    bundle = world.bundle(world.partner(standings=(world.standing(hostCapDays=2),)))
    visits = [Visit(date(2026, 11, day), accepted_at=world.now - 90) for day in (2, 3)]
    assert world.check(bundle=bundle, ledger={world.pseudonym: visits[:1]}).code == "OK"
    verdict = world.check(bundle=bundle, ledger={world.pseudonym: visits})
    assert answer(verdict) == ("red", "HOST_CAP_REACHED")


# --- doubts (steps 23 to 28)


def test_a_pass_seen_elsewhere_today_is_amber(world: Any) -> None:
    bundle = world.bundle(world.partner(usage={1: world.usage(days=1, seen=True)}))
    assert answer(world.check(bundle=bundle)) == ("amber", "SEEN_ELSEWHERE")
    stale = world.bundle(world.partner(usage={1: world.usage(days=1, seen=True, day=YESTERDAY)}))
    assert world.check(bundle=stale).code == "OK"


def test_outside_the_agreed_hours_is_amber(world: Any) -> None:
    fresh = {"revocation": {1: world.revocation(age=3600)}, "usage": {1: world.usage(age=3600)}}
    bundle = world.bundle(world.partner(**fresh))
    assert answer(world.check(bundle=bundle, now=world.now - 60)) == ("amber", "OUTSIDE_HOURS")
    assert world.check(bundle=bundle, now=world.now).code == "OK"


@pytest.mark.parametrize("missing", ["usage", "revocation"])
def test_without_a_list_the_answer_is_amber(world: Any, missing: str) -> None:
    verdict = world.check(bundle=world.bundle(world.partner(**{missing: {}})))
    assert answer(verdict) == ("amber", "NO_LIST")
    assert verdict.list_age is None


@pytest.mark.parametrize(
    ("age", "code"),
    [
        (86_400, "OK"),
        (86_401, "LIST_OLD"),
        (72 * 3600, "LIST_OLD"),
        (72 * 3600 + 1, "LIST_VERY_OLD"),
        (-600, "OK"),
        (-601, "LIST_OLD"),
    ],
)
def test_the_age_is_that_of_the_older_list(world: Any, age: int, code: str) -> None:
    lists = {"revocation": {1: world.revocation(age=age)}, "usage": {1: world.usage(age=min(age, 60))}}
    verdict = world.check(bundle=world.bundle(world.partner(**lists)))
    assert (verdict.code, verdict.list_age) == (code, age)
    assert verdict.has_clock_warning == (age == -601)


def test_doubts_are_collected_and_the_first_is_the_headline(world: Any) -> None:
    lists = {
        "revocation": {1: world.revocation(age=4 * world.day)},
        "usage": {1: world.usage(days=5, seen=True, age=4 * world.day)},
    }
    verdict = world.check(bundle=world.bundle(world.partner(**lists)), now=world.now - 60)
    assert answer(verdict) == ("amber", "QUOTA_UNCERTAIN")
    assert verdict.reasons == ("QUOTA_UNCERTAIN", "SEEN_ELSEWHERE", "OUTSIDE_HOURS", "LIST_VERY_OLD")


# --- the table


def test_the_steps_stand_in_their_order() -> None:
    numbers = [step.number for step in door.STEPS]
    assert numbers == sorted(numbers)
    assert set(numbers) == set(range(7, 29))
    assert str(TokenError("BAD_FORMAT")) == "BAD_FORMAT"
