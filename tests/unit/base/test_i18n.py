"""Readers are met in their language."""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask, render_template_string
from flask.json.tag import TaggedJSONSerializer
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from coffee_node.base import i18n
from coffee_node.base.errors import ConfigError
from coffee_node.base.i18n import Catalogues, LazyText, _, choose_language, gettext, ngettext, speaking

HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
FRENCH = HEADER.replace('utf-8\\n"', 'utf-8\\n"\n"Plural-Forms: nplurals=2; plural=(n > 1);\\n"') + (
    '\nmsgid "Events"\nmsgstr "Événements"\n'
    '\nmsgid "Hello %(name)s"\nmsgstr "Bonjour %(name)s"\n'
    '\n#, fuzzy\nmsgid "Draft"\nmsgstr "Brouillon"\n'
    '\nmsgid "%(num)s event"\nmsgid_plural "%(num)s events"\n'
    'msgstr[0] "%(num)s événement"\nmsgstr[1] "%(num)s événements"\n'
)
MOMENT = datetime(2026, 11, 23, 8, 5, tzinfo=UTC)


def write_po(folder: Path, language: str, text: str) -> Path:
    file = folder / language / "LC_MESSAGES" / "messages.po"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    return file


@pytest.fixture
def catalogues(tmp_path: Path) -> Catalogues:
    """A node that speaks some French."""
    write_po(tmp_path / "core", "fr", FRENCH)
    return Catalogues([tmp_path / "core"], tmp_path / "cache")


@pytest.fixture(autouse=True)
def forget_language() -> Iterator[None]:
    """Each test starts in English."""
    token = i18n.current_language.set("en")
    yield
    i18n.current_language.reset(token)


def test_a_text_is_said_in_the_language_being_spoken(catalogues: Catalogues) -> None:
    with speaking(catalogues, "fr"):
        assert gettext("Events") == "Événements"
        assert gettext("Hello %(name)s", name="Anne") == "Bonjour Anne"
    assert gettext("Hello %(name)s", name="Anne") == "Hello Anne"


@pytest.mark.parametrize(
    ("number", "french", "english"),
    [(0, "0 événement", "0 events"), (1, "1 événement", "1 event"), (2, "2 événements", "2 events")],
)
def test_a_number_chooses_the_form_of_its_language(
    catalogues: Catalogues, number: int, french: str, english: str
) -> None:
    assert ngettext("%(num)s event", "%(num)s events", number) == english
    with speaking(catalogues, "fr"):
        assert ngettext("%(num)s event", "%(num)s events", number) == french


@pytest.mark.parametrize(
    ("amount", "french", "dutch"), [("0.5", 1, 2), ("1", 1, 1), ("1.0", 1, 1), ("1.5", 1, 2), ("2", 2, 2)]
)
def test_a_fraction_takes_the_plural_of_its_language(
    catalogues: Catalogues, amount: str, french: int, dutch: int
) -> None:
    with speaking(catalogues, "fr"):
        assert i18n.plural_number(Decimal(amount)) == french
    with speaking(catalogues, "nl"):
        assert i18n.plural_number(Decimal(amount)) == dutch


def test_only_the_first_letter_becomes_a_capital() -> None:
    assert [i18n.first_upper(text) for text in ("één dag", "pro Tag", "")] == ["Één dag", "Pro Tag", ""]


def test_a_percent_sign_without_values_is_left_alone() -> None:
    assert gettext("100 % local") == "100 % local"


def test_a_text_without_translation_stays_english(catalogues: Catalogues) -> None:
    with speaking(catalogues, "fr"):
        assert gettext("Offers") == "Offers"
    with speaking(catalogues, "nl"):
        assert gettext("Events") == "Events"


def test_a_translation_marked_as_doubtful_is_not_shown(catalogues: Catalogues) -> None:
    assert catalogues.get("fr").gettext("Draft") == "Draft"


def test_a_marked_text_speaks_when_it_is_shown(catalogues: Catalogues) -> None:
    title = _("Events")
    greeting = _("Hello %(name)s", name="<Anne>")
    assert f"{title}" == "Events"
    with speaking(catalogues, "fr"):
        assert (str(title), f"{title:>12}", title + "!") == ("Événements", "  Événements", "Événements!")
        assert escape(greeting) == "Bonjour &lt;Anne&gt;"
        assert title == "Événements"
        assert (len(title), title.upper()) == (10, "ÉVÉNEMENTS")
    assert {LazyText("Events"), LazyText("Events")} == {title}


def test_a_marked_text_can_be_put_in_a_session_and_in_a_page(catalogues: Catalogues) -> None:
    app = Flask(__name__)
    app.secret_key = "of a test"
    with speaking(catalogues, "fr"), app.test_request_context():
        written = TaggedJSONSerializer().dumps([_("Hello %(name)s", name="<Anne>")])
        shown = render_template_string("{{ text }}", text=_("Hello %(name)s", name="<Anne>"))
    assert TaggedJSONSerializer().loads(written) == ["Bonjour &lt;Anne&gt;"]
    assert shown == "Bonjour &lt;Anne&gt;"


def test_a_marked_text_can_be_copied() -> None:
    assert copy.deepcopy(_("Events")) == "Events"


def test_another_thread_speaks_its_own_language(catalogues: Catalogues) -> None:
    heard: list[str] = []
    with speaking(catalogues, "fr"):
        thread = threading.Thread(target=lambda: heard.append(gettext("Events")))
        thread.start()
        thread.join()
    assert heard == ["Events"]


def test_a_request_keeps_the_language_it_was_given(catalogues: Catalogues) -> None:
    with speaking(catalogues, "nl"):
        i18n.activate(catalogues, "fr")
        assert (gettext("Events"), i18n.current_language.get()) == ("Événements", "fr")
    assert gettext("Events") == "Events"


def test_a_catalogue_is_compiled_once_per_content(tmp_path: Path, catalogues: Catalogues) -> None:
    catalogues.get("fr")
    [compiled] = (tmp_path / "cache").iterdir()
    made = compiled.stat().st_mtime_ns
    again = Catalogues([tmp_path / "core"], tmp_path / "cache")
    assert again.get("fr").gettext("Events") == "Événements"
    assert compiled.stat().st_mtime_ns == made
    write_po(tmp_path / "core", "fr", FRENCH.replace("Événements", "Rencontres"))
    assert Catalogues([tmp_path / "core"], tmp_path / "cache").get("fr").gettext("Events") == "Rencontres"


def test_a_language_is_not_read_before_somebody_speaks_it(tmp_path: Path) -> None:
    file = write_po(tmp_path / "core", "fr", 'msgid "broken')
    catalogues = Catalogues([tmp_path / "core"], tmp_path / "cache")
    assert catalogues.get("nl").gettext("Events") == "Events"
    with pytest.raises(ConfigError, match=str(file)):
        catalogues.get("fr")


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(tmp_path: Path) -> None:
    write_po(tmp_path / "core", "fr", FRENCH)
    (tmp_path / "cache").write_text("a file where the folder should be")
    catalogues = Catalogues([tmp_path / "core"], tmp_path / "cache")
    assert catalogues.get("fr").gettext("Events") == "Événements"


def test_a_plugin_adds_texts_and_changes_none(tmp_path: Path) -> None:
    write_po(tmp_path / "core", "fr", FRENCH)
    addition = '\nmsgid "Events"\nmsgstr "Autre"\n\nmsgid "Pass"\nmsgstr "Passe"\n'
    write_po(tmp_path / "plugin", "fr", HEADER + addition)
    french = Catalogues([tmp_path / "core", tmp_path / "plugin"], tmp_path / "cache").get("fr")
    assert (french.gettext("Events"), french.gettext("Pass")) == ("Événements", "Passe")


@pytest.mark.parametrize(
    ("header", "cookie", "account", "chosen"),
    [
        ("de", "en", "nl", "nl"),
        ("de", "en", None, "en"),
        ("de,fr;q=0.5", None, None, "de"),
        ("fr-BE,nl;q=0.5", None, None, "fr"),
        ("es,nl;q=0.1", None, None, "nl"),
        ("nl;q=0.3,DE-at;q=0.7", None, None, "de"),
        ("nl;q=0,*", None, None, "fr"),
        ("es", None, None, "fr"),
        ("", None, None, "fr"),
        ("de", "xx", "yy", "de"),
    ],
)
def test_account_then_cookie_then_browser_then_node(
    header: str, cookie: str | None, account: str | None, chosen: str
) -> None:
    assert choose_language(header, cookie, account, "fr") == chosen


def test_only_languages_of_the_node_are_chosen() -> None:
    assert choose_language("de", "de", "de", "fr", available=("fr", "nl")) == "fr"


@given(st.text(), st.text(), st.text())
def test_any_header_gives_a_language(header: str, cookie: str, account: str) -> None:
    assert choose_language(header, cookie, account, "nl") in i18n.LANGUAGES


@pytest.mark.parametrize(
    ("language", "day", "time", "both"),
    [
        ("fr", "lundi 23 novembre 2026", "09:05", "23 nov. 2026 09:05"),
        ("nl", "maandag 23 november 2026", "09:05", "23 nov 2026 09:05"),
        ("en", "Monday, 23 November 2026", "09:05", "23 Nov 2026 09:05"),
        ("de", "Montag, 23. November 2026", "09:05", "23.11.2026 09:05"),
        ("xx", "Monday, 23 November 2026", "09:05", "23 Nov 2026 09:05"),
    ],
)
def test_dates_are_written_as_the_reader_writes_them(
    catalogues: Catalogues, language: str, day: str, time: str, both: str
) -> None:
    with speaking(catalogues, language):
        assert i18n.format_date(MOMENT, "Europe/Paris") == day
        assert i18n.format_date(date(2026, 11, 23)) == day
        assert i18n.format_time(MOMENT, "Europe/Paris") == time
        assert i18n.format_datetime(MOMENT, "Europe/Paris") == both.replace(",", "")


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd", "", None, "Europe", "\x00"])
def test_a_zone_that_does_not_exist_leaves_the_time_as_it_was_sent(zone: str | None) -> None:
    moment = datetime(2026, 11, 23, 9, tzinfo=timezone(timedelta(hours=2)))
    assert i18n.format_time(moment, zone) == "09:00"


@pytest.mark.parametrize(
    ("km", "french", "english"),
    [(0.42, "400 m", "400 m"), (0.98, "1 km", "1 km"), (2.34, "2,3 km", "2.3 km"), (23.1, "23 km", "23 km")],
)
def test_distances_are_short(catalogues: Catalogues, km: float, french: str, english: str) -> None:
    assert i18n.format_distance(km).replace("\xa0", " ") == english
    with speaking(catalogues, "fr"):
        assert i18n.format_distance(km).replace("\xa0", " ").replace("\u202f", " ") == french


def test_countries_and_languages_have_names(catalogues: Catalogues) -> None:
    with speaking(catalogues, "nl"):
        assert (i18n.country_name("be"), i18n.country_name("??")) == ("België", "??")
        assert (i18n.language_name("fr-BE"), i18n.language_name("??")) == ("Frans", "??")
