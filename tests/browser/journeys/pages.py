"""Which page of the route table is seen in all four languages by what: the sweeps, or a journey with a secret.

`{event}`, `{offer}` and so on are what the sweeps make for themselves; see test_every_page.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

VISITOR: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "home.home": ("/",),
        "home.about": ("/about",),
        "home.accessibility": ("/accessibility",),
        "home.privacy": ("/privacy",),
        "events.show_agenda": (
            "/events",
            "/events?view=month",
            "/events?view=map",
            "/events?q=nothing-of-this-name",
        ),
        "profiles.people": ("/people", "/people?view=map"),
        "profiles.companies": ("/companies",),
        "spaces.show_list": ("/spaces", "/spaces?view=map"),
        "proposals.show_list": ("/offers", "/jobs"),
        "articles.show_list": ("/articles",),
        "polls.show_list": ("/polls",),
        "search.search": ("/search", "/search?q=python", "/search?q=ilustratie"),
        "network.network": ("/network",),
        "account.sign_in_page": ("/sign-in",),
        "account.setup_page": ("{setup}",),
        "registration.sign_up": ("/sign-up",),
        "passwords.forgotten": ("/password/reset",),
        "alerts.mine": ("/alerts",),
        "alerts.new": ("/alerts/new?list=/events&q=python",),
        "actors.show": ("/@mutualab", "/@claire-dubois", "/@atelier-nord", "/@emma-claeys@{tournai}"),
        "follow.ask_to_follow": ("/follow?uri={lille}/actors/mutualab",),
        "objects.show_object": ("{first_event}", "{first_offer}", "{first_article}"),
        "objects.show_copy": ("{far_event}", "{far_offer}", "{far_article}"),
        "event_visitors.register": ("{first_event_door}/register",),
        "home_sign_in.choose": ("/sign-in/home",),
        "style.style": ("/-/style",),
    }
)
MEMBER: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "own_profile.own_profile": ("/me/profile?first=1", "/me/profile"),
        "own_profile.preview": ("/me/profile/preview?as=everybody",),
        "security.overview": ("/me/security",),
        "security.change_address": ("/me/security/address",),
        "passwords.change": ("/me/security/password",),
        "tokens.new_token": ("/me/security/tokens/new",),
        "notices.show_notices": ("/me/notices",),
        "notices.choose": ("/me/notices/choices",),
        "follow.mine": ("/me/follows",),
        "feed.show": ("/feed",),
        "event_registration.mine": ("/me/events",),
        "event_calendars.my_calendars": ("/me/calendars",),
        "proposal_answers.mine": ("/me/answers",),
        "relay.conversations": ("/me/messages",),
        "relay.write_to": ("/write/lotte-verhaeghe",),
        "privacy_data.my_data": ("/me/data",),
        "privacy_data.leave": ("/me/data/leave",),
        "event_forms.write_event": ("/events/new",),
        "event_forms.edit_event": ("{event}/edit",),
        "event_forms.cancel_event": ("{event}/cancel",),
        "event_forms.delete_event": ("{event}/delete",),
        "event_participants.organiser_list": ("{event}/participants",),
        "event_participants.settings": ("{event}/registration",),
        "event_partners.partners": ("{event}/partners",),
        "event_door.check_in": ("{event}/check-in",),
        "proposals.new": ("/offers/new?purpose=request",),
        "event_participants.write_letter": ("{event}/participants/write",),
        "event_series.dates": ("{series}/series",),
        "proposals.edit": ("{offer}/edit",),
        "article_forms.write_article": ("/articles/new",),
        "article_forms.write_note": ("/notes/new",),
        "article_forms.edit_note": ("{note}/edit",),
        "article_forms.delete_note": ("{note}/delete",),
        "companies.add": ("/companies/new",),
        "companies.edit": ("/companies/{company}/edit",),
        "companies.people": ("/companies/{company}/people",),
        "relay.conversation": ("{conversation}",),
        "reports.ask": ("/report?uri={lille}/actors/mutualab",),
        "intents.show_follow": ("/intents/follow?uri={lille}/actors/mutualab",),
    }
)
ADMINISTRATOR: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "members.members": ("/members",),
        "members.member": ("/members/claire-dubois",),
        "invitations.invite": ("/members/invite",),
        "registration.waiting": ("/members/requests",),
        "spaces.edit": ("/spaces/mutualab/edit",),
        "deliveries.deliveries": ("/admin/deliveries",),
        "theme.choose": ("/admin/theme",),
        "moves.show": ("/admin/move",),
        "peers.peer": ("/network/{tournai}",),
        "moderation.policies": ("/network/policies",),
        "moderation.show_reports": ("/moderation",),
        "event_partners.invitations": ("/me/partners",),
        "watch.show": ("/me/watch",),
        "polls.write_poll": ("/polls/new",),
        "article_writing.show_revisions": ("{first_article_desk}/revisions",),
        "article_writing.translate": ("{first_article_desk}/translate",),
        "article_forms.edit_article": ("{first_article_desk}/edit",),
        "article_forms.delete_article": ("{first_article_desk}/delete",),
    }
)
ON_JOURNEYS: Mapping[str, str] = MappingProxyType(
    {
        "account.second_step": "test_account.test_a_coworker_switches_the_second_step_on_and_comes_in_with_a_recovery_code",
        "codes.set_up": "test_account.test_a_coworker_switches_the_second_step_on_and_comes_in_with_a_recovery_code",
        "codes.recovery_codes": "test_account.test_a_coworker_switches_the_second_step_on_and_comes_in_with_a_recovery_code",
        "codes.end": "test_account.test_a_coworker_switches_the_second_step_on_and_comes_in_with_a_recovery_code",
        "passwords.reset": "test_account.test_a_coworker_forgets_the_password_and_changes_the_address",
        "security.confirm_address": "test_account.test_a_coworker_forgets_the_password_and_changes_the_address",
        "invitations.accept": "test_account.test_three_screens_lead_from_the_invitation_to_a_published_profile",
        "unsubscribe.ask": "test_account.test_a_coworker_chooses_how_often_mails_come_and_ends_one_kind_by_a_click",
        "privacy_data.left": "test_account.test_a_coworker_takes_all_data_along_and_leaves_for_good",
        "lookup.wait": "test_coworker.test_a_space_is_followed_from_ones_own_server",
        "alert_links.ask_to_confirm": "test_visitor.test_a_visitor_hears_of_new_events_by_a_confirmed_saved_search_and_ends_it_by_one_click",
        "alert_links.by_link": "test_visitor.test_a_visitor_hears_of_new_events_by_a_confirmed_saved_search_and_ends_it_by_one_click",
        "alert_links.ask_to_stop": "test_visitor.test_a_visitor_hears_of_new_events_by_a_confirmed_saved_search_and_ends_it_by_one_click",
        "event_visitors.confirm": "test_visitor.test_a_visitor_registers_at_the_neighbour_without_an_account_and_gives_the_seat_back",
        "event_visitors.visit": "test_visitor.test_a_visitor_registers_at_the_neighbour_without_an_account_and_gives_the_seat_back",
        "registration.confirm": "test_manager.test_a_manager_approves_one_who_asked_and_refuses_another",
        "registration.refuse": "test_manager.test_a_manager_approves_one_who_asked_and_refuses_another",
        "proposal_validity.ask": "test_company.test_a_need_is_extended_by_one_click_on_its_page_and_in_a_mail",
    }
)
# Documents, tables, feeds, files, and addresses that only lead on: nothing a person reads in a language.
NO_PAGES = frozenset(
    """
    account.sign_in_by_link articles.list_as_csv articles.list_as_feed articles.list_as_json bootstrap.static
    collections.show_featured collections.show_upcoming deliveries.deliveries_json discovery.show_host_meta
    discovery.show_nodeinfo discovery.show_nodeinfo_links discovery.show_webfinger
    event_calendars.personal_calendar event_participants.organiser_csv event_participants.organiser_json
    events.agenda_csv events.agenda_feed events.agenda_ics events.agenda_json events.attendees events.copy_ics
    events.event_ics events.organizers events.static federation.node_follows federation.node_outbox
    federation.show_activity federation.show_actor federation.show_follows federation.show_node_actor
    federation.show_outbox feed.actor_feed feed.as_feed feed.as_json feed.secret_feed
    follower_sync.node_followers_synchronization follower_sync.show_part home.favicon
    home_sign_in.callback intents.interact intents.show_object language.choose lookup.find media.picture
    moderation.export_list notices.open_notice oauth.show_keys oauth.show_provider oauth.show_userinfo
    operation.livez operation.metrics operation.readyz polls.list_as_feed polls.list_as_json
    profiles.companies_csv profiles.companies_feed profiles.companies_json profiles.people_csv
    profiles.people_feed profiles.people_json proposals.list_as_csv proposals.list_as_feed
    proposals.list_as_json proposals.new_job search.search_csv search.search_feed search.search_json search.tagged shell.static sitemap.index
    sitemap.part sitemap.robots skills.suggest spaces.list_as_csv spaces.list_as_feed spaces.list_as_json
    theme.style_sheet
    """.split()
)
