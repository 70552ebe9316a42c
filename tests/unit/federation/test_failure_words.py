"""Technical errors as sentences: each kind has its own, and none is left as it came."""

from __future__ import annotations

import pytest

from coffee_node.federation.failure_words import OTHERWISE, in_words


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("HTTP 401: the digest does not fit", "It does not accept our signature."),
        ("HTTP 400", "It does not accept our signature."),
        ("HTTP 403", "It does not want messages from this site."),
        ("HTTP 404", "The mailbox this was for is not there."),
        ("HTTP 410", "The account this was for has been closed."),
        ("HTTP 429", "It asked us to send more slowly."),
        ("HTTP 500: oops", "Its server failed on this message."),
        ("HTTP 599", "Its server failed on this message."),
        ("HTTP 503", "It is being maintained"),
        ("HTTP 418", "Its software does not understand"),
        ("The name tournai.example cannot be resolved.", "Its name is not found."),
        ("The host tournai.example has no address.", "Its name is not found."),
        ("[SSL: CERTIFICATE_VERIFY_FAILED] certificate has expired", "Its certificate is not valid"),
        ("[Errno 111] Connection refused", "Its server takes no connections"),
        ("tournai.example took too long", "It did not answer within ten seconds."),
        ("Read timed out. (read timeout=5)", "It did not answer within ten seconds."),
        ("The name x was not resolved in time.", "Its name is not found."),
        ("Address not allowed: x leads to 10.0.0.1.", "Its address is not one of the public internet."),
        ("[Errno 101] Network is unreachable", "There is no way to its server"),
        ("dropped by an administrator; HTTP 500", "Somebody here gave it up."),
        ("('Connection aborted.', RemoteDisconnected())", str(OTHERWISE)),
    ],
)
def test_every_kind_of_failure_has_its_sentence(error: str, words: str) -> None:
    assert in_words(error).startswith(words)


def test_no_error_has_no_words() -> None:
    assert in_words("") == ""
