"""Who may call which address: one entry for every route (tests/web/test_authorisation.py).

The table is held against a running node in every role.

A rule names who gets in; everybody else is denied: sent to the sign-in page, 401, 403, or 404 where the
thing itself must stay hidden.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

ROLES: Final = ("visitor", "outsider", "member", "host", "manager", "administrator")
SIGNED_IN: Final = frozenset(ROLES) - {"visitor"}
RULES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "everybody": frozenset(ROLES),
        "signed in": SIGNED_IN,
        "people": SIGNED_IN - {"administrator"},  # who has a page of one's own; this one only administers
        "desk": frozenset({"host", "manager", "administrator"}),
        "managers": frozenset({"manager", "administrator"}),
        "administrators": frozenset({"administrator"}),
        "nobody": frozenset(),
    }
)
# "nobody" is for what needs a secret, a signature, a token or a row of one's own: a guessed one is sent.
TABLE: Final[Mapping[str, str]] = MappingProxyType(
    {
        name: rule
        for rule, names in {
            "everybody": """
                account.sign_in account.sign_in_page account.sign_out actors.show
                alert_links.ask_to_stop alert_links.stop alerts.mine alerts.new alerts.send_link
                articles.list_as_csv articles.list_as_feed articles.list_as_json articles.show_list
                bootstrap.static collections.show_featured collections.show_upcoming
                discovery.show_host_meta discovery.show_nodeinfo discovery.show_nodeinfo_links
                discovery.show_webfinger event_visitors.register events.agenda_csv events.agenda_feed
                events.agenda_ics events.agenda_json events.attendees events.copy_ics events.event_ics
                events.organizers events.show_agenda events.static federation.node_follows
                federation.node_outbox federation.show_actor federation.show_follows
                federation.show_node_actor federation.show_outbox feed.actor_feed follow.ask_to_follow
                home.about home.accessibility home.favicon home.home home.privacy home_sign_in.choose
                home_sign_in.leave intents.interact
                intents.leave intents.show_object language.choose lookup.find media.picture
                network.network oauth.show_keys oauth.show_provider objects.show_copy
                objects.show_object operation.livez operation.readyz
                passkeys.sign_in_options passwords.forgotten polls.list_as_feed polls.list_as_json
                polls.show_list profiles.companies profiles.companies_csv profiles.companies_feed
                profiles.companies_json profiles.people profiles.people_csv profiles.people_feed
                profiles.people_json proposals.list_as_csv proposals.list_as_feed proposals.list_as_json
                proposals.new_job proposals.show_list registration.sign_up reports.ask search.search
                search.search_csv search.search_feed search.search_json search.tagged shell.static
                sitemap.index sitemap.part sitemap.robots skills.suggest spaces.list_as_csv
                spaces.list_as_feed spaces.list_as_json spaces.show_list style.style theme.style_sheet
            """,
            "signed in": """
                article_forms.write_article article_forms.write_note codes.begin codes.end
                codes.recovery_codes codes.set_up companies.add event_calendars.choose
                event_calendars.close event_calendars.my_calendars event_calendars.renew
                event_forms.write_event event_partners.invitations event_registration.ask_again
                event_registration.join event_registration.leave event_registration.take feed.as_feed
                feed.as_json feed.end_address feed.make_address feed.show follow.dismiss follow.follow
                follow.mine follow.unfollow intents.announce intents.follow intents.show_follow
                notices.choose notices.read_all notices.read_one notices.show_notices
                own_profile.own_profile own_profile.preview own_profile.say_where passkeys.add
                passkeys.registration_options passwords.change polls.vote proposal_answers.answer
                privacy_data.export privacy_data.leave privacy_data.my_data
                proposal_answers.mine proposals.new security.change_address security.end_other_sessions
                security.overview tokens.new_token
            """,
            "managers": """
                article_forms.delete_article article_forms.delete_note article_forms.edit_article
                article_forms.edit_note article_writing.restore article_writing.show_revisions
                article_writing.translate companies.edit companies.people event_forms.cancel_event
                event_forms.delete_draft event_forms.delete_event event_forms.edit_event
                event_participants.decide event_participants.settings event_participants.write_letter
                event_partners.answer event_partners.ask event_partners.partners event_partners.withdraw
                event_series.dates event_series.end invitations.invite invitations.revoke
                invitations.send_again members.change_role members.disable members.enable
                members.end_membership members.mark_representative members.member members.members
                members.reset_second_step polls.delete_poll polls.write_poll proposal_validity.close
                proposal_validity.remove proposal_validity.renew proposals.edit registration.approve
                registration.refuse registration.waiting spaces.edit watch.add watch.change_feed
                watch.dismiss watch.show
            """,
            "people": """
                event_registration.mine relay.conversations reports.block
            """,
            "desk": """
                event_door.check_in event_door.mark event_door.walk_in event_participants.organiser_csv
                event_participants.organiser_json event_participants.organiser_list
            """,
            "administrators": """
                deliveries.deliveries deliveries.deliveries_json deliveries.drop deliveries.retry
                moderation.decide moderation.export_list moderation.import_list moderation.policies
                moderation.remove moderation.show_reports moves.move moves.set_aliases moves.show
                network.answer_request network.follow_node network.try_now peers.peer theme.change
                theme.choose
            """,
            "nobody": """
                account.second_step account.setup account.setup_page account.sign_in_by_link
                alert_links.ask_to_confirm alert_links.by_link alert_links.change_by_link
                alert_links.confirm alerts.change client.post_to_outbox
                event_calendars.personal_calendar event_guests.join event_guests.leave
                event_visitors.act event_visitors.confirm
                event_visitors.visit federation.node_inbox federation.refuse federation.shared_inbox
                federation.show_activity feed.secret_feed follow.answer
                follower_sync.node_followers_synchronization follower_sync.show_part
                home_sign_in.callback home_sign_in.wait invitations.accept
                lookup.wait moderation.settle notices.open_notice oauth.authorize oauth.end_site
                oauth.register oauth.revoke oauth.show_userinfo oauth.token operation.metrics passkeys.remove
                passkeys.sign_in passwords.reset proposal_answers.decide proposal_guests.answer
                proposal_validity.answered
                proposal_validity.ask reactions.share registration.confirm relay.address
                privacy_data.left relay.conversation relay.end relay.send_to relay.write_to reports.send
                security.confirm_address
                security.end_session tokens.revoke unsubscribe.ask unsubscribe.end
            """,
        }.items()
        for name in names.split()
    }
)
