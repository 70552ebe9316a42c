"""What went wrong between two servers, in a sentence that says who can do something about it."""

from __future__ import annotations

import re

from coffee_node.base.i18n import LazyText as _

SIGNATURE = _(
    "It does not accept our signature. Its clock or ours may be wrong, or it has an old key of ours."
)
STATUSES = {
    301: _("Its address has changed."),
    302: _("Its address has changed."),
    307: _("Its address has changed."),
    308: _("Its address has changed."),
    400: SIGNATURE,
    401: SIGNATURE,
    403: _("It does not want messages from this site. Only its administrator can change that."),
    404: _("The mailbox this was for is not there. Its site may have been moved or set up anew."),
    408: _("It is too busy to read our messages in time."),
    410: _("The account this was for has been closed."),
    413: _("The message is too large for it."),
    425: _("It asked us to send more slowly."),
    429: _("It asked us to send more slowly."),
    502: _("Its server runs, but the site on it does not answer."),
    503: _("It is being maintained, or has too much to do."),
    504: _("Its server runs, but the site on it does not answer."),
}
FAILED_THERE = _("Its server failed on this message.")
NOT_UNDERSTOOD = _("Its software does not understand this kind of message.")
PATTERNS = (
    (r"dropped by an administrator", _("Somebody here gave it up.")),
    (r"not allowed", _("Its address is not one of the public internet.")),
    (r"certificate|\bssl\b|\btls\b", _("Its certificate is not valid; perhaps it has run out.")),
    (
        r"resolve|no address|getaddrinfo|name or service|nodename",
        _("Its name is not found. Its domain may have run out."),
    ),
    (r"refused", _("Its server takes no connections; it may be switched off.")),
    (r"time[d ]*out|timeout|took too long|in time|within \d+", _("It did not answer within ten seconds.")),
    (r"unreachable|no route", _("There is no way to its server just now.")),
    (r"private key|no key", _("Whoever wrote this has no key here any more.")),
)
OTHERWISE = _("The connection broke off.")


def in_words(error: str) -> str:
    """A stored error as a sentence in the reader's language; empty when there is none."""
    if not error:
        return ""
    found = re.match(r"HTTP (\d{3})", error)
    if found:
        return str(_of_status(int(found[1])))
    lowered = error.casefold()
    return str(next((words for pattern, words in PATTERNS if re.search(pattern, lowered)), OTHERWISE))


def _of_status(status: int) -> object:
    if status in STATUSES:
        return STATUSES[status]
    return FAILED_THERE if status >= 500 else NOT_UNDERSTOOD
