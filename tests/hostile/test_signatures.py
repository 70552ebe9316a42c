"""Rows 1 to 5 and 7: signatures that are missing, partial, stale, or made for another request."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.hostile.remote import Sender
from tests.hostile.target import MARKER, Target
from tests.hostile.wire import USUAL, Post, b64, digest_of, http_date, stamp

Change = Callable[[Post], Post]
# A key that misfits may have been changed: its server is asked, at most every five minutes (row 38).
ASKED = Counter(signature=1)
WITHOUT_DIGEST = "(request-target) host date"
WITHOUT_DATE = "(request-target) host digest"


def attempt(target: Target, evil: Sender, change: Change, status: int, check: str) -> None:
    """Send a good Create, changed in one point."""
    activity = evil.activity("Create", evil.note(content=f"<p>{MARKER}</p>"))
    post = change(target.post(evil, activity))
    target.send_raw(post.raw(), evil, activity).refused(status, check, fetches=ASKED[check])


def test_h01_no_signature_at_all(target: Target, evil: Sender) -> None:
    attempt(target, evil, lambda post: post.cavage().with_headers(signature=None), 401, "missing")


def without_digest_in_9421(post: Post) -> Post:
    return post.rfc9421(("@method", "@target-uri", "content-type"))


@pytest.mark.parametrize(
    ("change", "check"),
    [
        pytest.param(lambda post: post.cavage(WITHOUT_DIGEST, digest=None), "coverage", id="a"),
        pytest.param(lambda post: post.cavage(WITHOUT_DIGEST), "coverage", id="b"),
        pytest.param(without_digest_in_9421, "coverage", id="c"),
        pytest.param(lambda post: post.rfc9421().with_headers(content_digest=None), "digest", id="d"),
    ],
)
def test_h02_digest_missing_or_not_signed(target: Target, evil: Sender, change: Change, check: str) -> None:
    attempt(target, evil, change, 401, check)


def changed_body(post: Post) -> Post:
    post.body = post.body.replace(b"<p>", b"<b>")
    return post


def digest_of_another(post: Post) -> Post:
    return post.cavage(digest=digest_of(b"another body"))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(digest_of_another, id="a"),
        pytest.param(lambda post: changed_body(post.cavage()), id="b"),
        pytest.param(lambda post: changed_body(post.rfc9421()), id="c"),
    ],
)
def test_h03_digest_of_another_body(target: Target, evil: Sender, change: Change) -> None:
    attempt(target, evil, change, 401, "digest")


def digests(*values: str) -> Change:
    """A signed Digest header made of these, `{256}` and `{512}` standing for the right ones."""

    def change(post: Post) -> Post:
        right = {"{256}": digest_of(post.body), "{512}": digest_of(post.body, "SHA-512")}
        wanted = ",".join(right.get(value, value) for value in values)
        return post.cavage(digest=wanted)

    return change


def lower_case(post: Post) -> Post:
    return post.cavage(digest="sha-256" + digest_of(post.body).removeprefix("SHA-256"))


WRONG = b64(b"0" * 32)


@pytest.mark.parametrize(
    ("change", "is_good"),
    [
        pytest.param(digests("{512}"), False, id="a"),
        pytest.param(digests("{512}", "{256}"), True, id="b"),
        pytest.param(lower_case, True, id="c"),
        pytest.param(digests("{256}", f"SHA-512={b64(b'0' * 64)}"), False, id="d"),
        pytest.param(digests("{256}", f"SHA-256={WRONG}"), False, id="e-other"),
        pytest.param(digests("{256}", "{256}"), False, id="e-same"),
        pytest.param(digests(f"SHA-256={WRONG}", "{256}"), False, id="e-first"),
    ],
)
def test_h04_several_digests(target: Target, evil: Sender, change: Change, is_good: bool) -> None:
    if not is_good:
        attempt(target, evil, change, 401, "digest")
        return
    activity = evil.activity()
    target.send_raw(change(target.post(evil, activity)).raw(), evil, activity).stored(fetches=0)


def dated(value: str) -> Change:
    return lambda post: post.cavage(date=value)


def expired_cavage(post: Post) -> Post:
    gone = str(stamp(seconds=-60))
    post.signed_as["(expires)"] = post.signed_as["(created)"] = gone
    names = f"{USUAL} (created) (expires)"
    return post.cavage(names, algorithm="hs2019", parameters=f"created={gone},expires={gone},")


def parameters(text: str) -> Change:
    """An RFC 9421 signature with these moments instead of `created`."""
    return lambda post: post.rfc9421(parameters=f'{text};keyid="{post.key_id}";alg="rsa-v1_5-sha256"')


OLD, NEW = http_date(days=-2), http_date(days=1)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(dated(OLD), id="a"),
        pytest.param(dated(NEW), id="b"),
        pytest.param(lambda post: post.cavage(WITHOUT_DATE, date=None), id="c"),
        pytest.param(lambda post: post.cavage(WITHOUT_DATE), id="c-not-signed"),
        pytest.param(dated(datetime.now(UTC).isoformat()), id="d"),
        pytest.param(expired_cavage, id="e"),
        pytest.param(
            parameters(f";created={stamp(seconds=-90)};expires={stamp(seconds=-60)}"), id="e-rfc9421"
        ),
        pytest.param(parameters(f";created={stamp(days=-2)}"), id="f"),
        pytest.param(parameters(""), id="f-absent"),
    ],
)
def test_h05_date_out_of_window(target: Target, evil: Sender, change: Change) -> None:
    check = "coverage" if change.__name__ == "<lambda>" and _has_no_date(target, evil, change) else "date"
    attempt(target, evil, change, 401, check)


def _has_no_date(target: Target, evil: Sender, change: Change) -> bool:
    signature = change(target.post(evil, b"{}")).headers["signature"]
    return WITHOUT_DATE in signature


def test_h05_date_an_hour_old_is_good(target: Target, evil: Sender) -> None:
    activity = evil.activity()
    post = target.post(evil, activity).cavage(date=http_date(minutes=-59))
    target.send_raw(post.raw(), evil, activity).stored(fetches=0)


def signed_for(name: str, value: str) -> Change:
    """A signature over another value than the one that is sent."""

    def change(post: Post) -> Post:
        post.signed_as[name] = value
        return post.cavage()

    return change


def other_target_uri(post: Post) -> Post:
    post.signed_as["@target-uri"] = f"http://{post.host}/actors/other/inbox"
    return post.rfc9421()


@pytest.mark.parametrize(
    ("change", "check"),
    [
        pytest.param(signed_for("(request-target)", "post /other"), "signature", id="a"),
        pytest.param(signed_for("host", "other.example"), "signature", id="b"),
        pytest.param(other_target_uri, "signature", id="d"),
        pytest.param(lambda post: post.cavage().with_headers(host="other.example"), "host", id="e"),
    ],
)
def test_h07_signature_of_another_request(target: Target, evil: Sender, change: Change, check: str) -> None:
    attempt(target, evil, change, 401, check)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_h07_other_methods_on_the_inbox(target: Target, evil: Sender, method: str) -> None:
    activity = evil.activity()
    post = target.post(evil, activity, method=method).cavage()
    target.send_raw(post.raw(), evil, activity).refused(405, is_logged=False)


def test_h07_body_of_the_same_signature_moved_to_the_shared_inbox(target: Target, evil: Sender) -> None:
    activity = evil.activity()
    post = target.post(evil, json.dumps(activity).encode()).cavage()
    post.path = "/inbox"
    target.send_raw(post.raw(), evil, activity).refused(401, "signature", fetches=ASKED["signature"])
