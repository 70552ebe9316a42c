"""What becomes of every table that names an account, an actor or an address when a person asks for a copy.

A new table without an entry fails tests/federation/test_personal_tables.py: say here that its rows are given
out with the tables, or why they are not about a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

# Given out as tables/<name>.csv, without the columns that would let somebody in.
_IN_TABLES: Final = """
    account activity actor actor_alias actor_block actor_key actor_move agreement announcement article
    article_revision audit_event company consent conversation delivery domain_policy employment
    erasure_receipt event event_co_organiser event_draft event_letter event_occurrence event_participation
    event_reader event_series event_visitor feed_address feed_entry follow follow_notice guest_post
    guest_session home_sign_in idempotency_key inbox_item invitation liking lookup mail mail_link media
    membership message note notice_choice notification oauth_code oauth_grant passkey passkey_challenge poll
    poll_vote profile profile_term proposal recovery_code remote_picture report report_item saved_search
    search_entry session sign_in_link sign_up space token watched_feed
"""
IN_TABLES: Final = frozenset(_IN_TABLES.split())
NOT_PERSONAL: Final[Mapping[str, str]] = MappingProxyType(
    {
        "backfill": "how far the outbox of another server has been read",
        "departure": "what is left of somebody who left: a hash and numbers, and nobody who could ask",
        "follower_check": "a comparison of follower lists with another server, over within minutes",
        "follower_digest": "a checksum of the followers by host, made anew at every change",
        "peer": "another server and its own actor",
    }
)
