"""Every text is translated in every language, with the words of the glossary, and nothing else is kept."""

from __future__ import annotations

import csv
import functools
import io
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from coffee_node.base.i18n import LANGUAGES, SOURCE_LANGUAGE
from tests.house import text_checks, texts
from tests.house.sources import ROOT
from tests.house.texts import TRANSLATED, Texts

GLOSSARY = texts.owners()[0].folder / "glossary.csv"
CATALOGUES = [
    pytest.param(owner, language, id=f"{owner.name}-{language}")
    for owner in texts.owners()
    for language in TRANSLATED
]


@functools.cache
def marked(owner: Texts) -> Catalog:
    return texts.messages_of(owner.package)


@functools.cache
def wanted(owner: Texts) -> Catalog:
    return texts.wanted_of(owner, marked(texts.owners()[0]))


def glossary() -> dict[str, dict[str, str]]:
    rows = csv.DictReader(io.StringIO(GLOSSARY.read_text("utf-8")))
    return {row["term"]: row for row in rows}


def catalogue_of(text: str, *names: str | tuple[str, str]) -> tuple[Catalog, bytes]:
    """A catalogue that wants these texts and a French file that holds that text."""
    catalogue = Catalog()
    for name in names:
        catalogue.add(name)
    return catalogue, text.encode()


# --- the catalogues


@pytest.mark.parametrize(("owner", "language"), CATALOGUES)
def test_every_text_is_translated(owner: Texts, language: str) -> None:
    path = owner.catalogue(language)
    if not path.exists():
        assert [message.id for message in texts.real(wanted(owner))] == [], f"{path} is missing"
        return
    assert text_checks.problems(wanted(owner), path.read_bytes(), language) == []


@pytest.mark.parametrize(("owner", "language"), CATALOGUES)
def test_every_catalogue_is_as_the_tool_writes_it(owner: Texts, language: str) -> None:
    path = owner.catalogue(language)
    if path.exists():
        source = path.read_bytes()
        assert texts.merged(wanted(owner), source, language) == source, "run make texts"


def test_every_language_of_the_node_is_translated() -> None:
    assert {*TRANSLATED, SOURCE_LANGUAGE} == set(LANGUAGES)


def test_there_are_no_other_catalogues() -> None:
    known = {owner.catalogue(language) for owner in texts.owners() for language in TRANSLATED}
    found = {path for folder in ("coffee_node", "plugins") for path in (ROOT / folder).rglob("*.po")}
    assert sorted(found - known) == []


# --- the glossary


def test_every_term_of_the_glossary_has_a_word_in_every_language() -> None:
    terms = glossary()
    assert terms
    assert list(terms) == sorted(terms)
    assert [f"{name} {word}" for name, row in terms.items() for word in row if not row[word].strip()] == []
    assert set(next(iter(terms.values()))) == {"term", *TRANSLATED}


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_text_that_is_a_term_of_the_glossary_has_its_word(language: str) -> None:
    source = texts.owners()[0].catalogue(language).read_bytes()
    assert text_checks.glossary_breaches(glossary(), source, language) == []


def test_another_word_than_that_of_the_glossary_is_found() -> None:
    source = b'msgid "Space"\nmsgstr "Espace"\n'
    assert text_checks.glossary_breaches({"space": {"fr": "lieu"}}, source, "fr") == [
        "Space: Espace, in the glossary lieu"
    ]


# --- the sources


def test_every_marked_text_is_written_out_where_it_is_marked() -> None:
    found = {
        str(path.relative_to(ROOT))
        for owner in texts.owners()
        for path, text in texts.marks_in(owner.package)
        if not text
    }
    assert found == {
        # The tools themselves, and the messages of the schemas, which are marked where they are raised.
        "coffee_node/base/i18n.py",
        "coffee_node/web/forms.py",
        "coffee_node/web/language.py",
    }


def test_every_marked_text_is_seen_by_the_tool() -> None:
    unseen = [
        text
        for owner in texts.owners()
        for _, text in texts.marks_in(owner.package)
        if text and text not in marked(owner)
    ]
    assert unseen == [], "the tool does not look into f-strings"


def test_marks_are_found_also_where_the_tool_does_not_look(tmp_path: Path) -> None:
    source = "a = f\"{_('Save')}\"\nb = i18n.gettext(a)\n"
    package = package_with(tmp_path / "shop", page="", views=source)
    assert {text for _, text in texts.marks_in(package)} == {"Save", ""}


# --- the checks can fail


@pytest.mark.parametrize(
    ("source", "name", "problem"),
    [
        ("", "Save", "not in the catalogue: Save"),
        ('msgid "Save"\nmsgstr ""\n', "Save", "not translated: Save"),
        ('msgid "Gone"\nmsgstr "Parti"\n', None, "used nowhere: Gone"),
        ('#, fuzzy\nmsgid "Save"\nmsgstr "Enregistrer"\n', "Save", "fuzzy entries"),
        ('msgid "By %(name)s"\nmsgstr "Par %(nom)s"\n', "By %(name)s", "placeholders differ: By %(name)s"),
        ('msgid "By %(name)s"\nmsgstr "Par %(name)d"\n', "By %(name)s", "placeholders differ: By %(name)s"),
        ('msgid "By <b>me</b>"\nmsgstr "Par <i>moi</i>"\n', "By <b>me</b>", "tags differ: By <b>me</b>"),
        ('msgid "All"\nmsgstr "Tout  ici"\n', "All", "doubled or outer spaces: All"),
        ('msgid "All"\nmsgstr "Tout "\n', "All", "doubled or outer spaces: All"),
        ('msgid "It is"\nmsgstr "C\'est"\n', "It is", "French spaces or apostrophes: It is"),
        ('msgid "Go?"\nmsgstr "Aller ?"\n', "Go?", "French spaces or apostrophes: Go?"),
        ('msgid "Go:"\nmsgstr "Aller:"\n', "Go:", "French spaces or apostrophes: Go:"),
    ],
)
def test_a_wrong_translation_is_found(source: str, name: str | None, problem: str) -> None:
    catalogue, po = catalogue_of(source, *([name] if name else []))
    assert text_checks.problems(catalogue, po, "fr") == [problem]


def test_a_missing_plural_is_found() -> None:
    source = 'msgid "%(num)d day"\nmsgid_plural "%(num)d days"\nmsgstr[0] "%(num)d jour"\n'
    catalogue, po = catalogue_of(source, ("%(num)d day", "%(num)d days"))
    assert text_checks.problems(catalogue, po, "fr") == ["not translated: %(num)d day"]


def test_a_plural_that_forgets_its_number_is_found() -> None:
    source = 'msgid "One day"\nmsgid_plural "%(num)d days"\nmsgstr[0] "Un jour"\nmsgstr[1] "des jours"\n'
    catalogue, po = catalogue_of(source, ("One day", "%(num)d days"))
    assert text_checks.problems(catalogue, po, "fr") == ["placeholders differ: One day"]


def test_good_translations_are_let_through() -> None:
    source = (
        'msgid "At 9:30: by %(name)s!"\nmsgstr "À 9:30\u00a0: par %(name)s\u202f!"\n\n'
        'msgid "One day"\nmsgid_plural "%(num)d days"\nmsgstr[0] "Un jour"\nmsgstr[1] "%(num)d jours"\n'
    )
    catalogue, po = catalogue_of(source, "At 9:30: by %(name)s!", ("One day", "%(num)d days"))
    assert text_checks.problems(catalogue, po, "fr") == []


# --- the tool


def package_with(folder: Path, **files: str) -> Path:
    """A package with a template and a module."""
    (folder / "templates").mkdir(parents=True)
    (folder / "templates" / "page.html").write_text(files["page"], "utf-8")
    (folder / "views.py").write_text(files["views"], "utf-8")
    return folder


def test_texts_of_modules_and_templates_are_found(tmp_path: Path) -> None:
    page = '{% do [] %}{{ _("Save") }}{{ ngettext("one", "%(num)d", 2) }}{% trans %}Open{% endtrans %}'
    views = 'title = LazyText("Title")\nlabel = _("Label")\nflash(ngettext("a", "b", 1))\n'
    found = texts.messages_of(package_with(tmp_path / "shop", page=page, views=views))
    assert {texts.key(message) for message in texts.real(found)} == {
        "Save", "one", "Open", "Title", "Label", "a",
    }  # fmt: skip


def test_a_template_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    package = package_with(tmp_path / "shop", page="{% if %}", views="")
    with pytest.raises(Exception, match="Expected an expression"):
        texts.messages_of(package)


def test_an_update_keeps_translations_and_drops_what_is_gone(tmp_path: Path) -> None:
    source = (
        'msgid "Zoo"\nmsgstr "Zoo"\n\n#, fuzzy\nmsgid "Sure"\nmsgstr "Sûr"\n\nmsgid "Gone"\nmsgstr "Parti"\n'
        '\n# Said on a button.\nmsgid "Save"\nmsgstr "Enregistrer"\n\n#~ msgid "Old"\n#~ msgstr "Vieux"\n'
    )
    path = tmp_path / "messages.po"
    path.write_text(source, "utf-8")
    wanted_texts, _ = catalogue_of("", "Zoo", "Sure", "Save", "New")
    assert texts.update(path, wanted_texts, "fr")
    written = path.read_text("utf-8")
    assert written.startswith('msgid ""\nmsgstr ""\n"Language: fr\\n"\n')
    assert '"Plural-Forms: nplurals=2; plural=(n > 1);\\n"' in written
    assert written.split("\n\n", 1)[1] == (
        'msgid "New"\nmsgstr ""\n\n# Said on a button.\nmsgid "Save"\nmsgstr "Enregistrer"\n\n'
        'msgid "Sure"\nmsgstr ""\n\nmsgid "Zoo"\nmsgstr "Zoo"\n'
    )
    assert not texts.update(path, wanted_texts, "fr")
    assert list(tmp_path.iterdir()) == [path]


def test_a_plugin_translates_only_what_the_core_does_not(tmp_path: Path) -> None:
    package = package_with(tmp_path / "coffee_shop", page='{{ _("Save") }}{{ _("Shop") }}', views="")
    core_texts, _ = catalogue_of("", "Save")
    found = texts.wanted_of(Texts("shop", package, package / "translations"), core_texts)
    assert [message.id for message in texts.real(found)] == ["Shop"]
