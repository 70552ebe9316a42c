"""The forms of articles and notes: Markdown as it was typed, turned into what the schema reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired
from wtforms.widgets import DateInput

from coffee_node.activitypub.vocabulary import is_web_url
from coffee_node.base import html, i18n
from coffee_node.base.i18n import _, gettext
from coffee_node.features.articles.models import KIND_LABELS, Article, Note
from coffee_node.features.articles.pictures import as_html
from coffee_node.features.articles.schemas import ArticleSchema
from coffee_node.web.choice_fields import CheckboxesField, RadioField, SelectField
from coffee_node.web.forms import FederatedForm, LanguageMapField, WordsField
from coffee_node.web.picture_upload import IllustratedForm

COUNTRIES = ("FR", "BE", "NL", "LU", "DE")
TEXT_COLUMNS = ("name", "name_map", "summary", "summary_map", "content", "content_map", "language")
COLUMNS = frozenset({*TEXT_COLUMNS, "kind", "countries", "review_by", "tags", "attachments"})
VISIBILITIES = MappingProxyType(
    {"public": _("Everybody"), "network": _("The partner sites"), "space": _("This place only")}
)
MARKDOWN_HELP = _("Markdown: ## heading, **bold**, lists with -, [links](https://…).")


class ArticleForm(IllustratedForm):
    """Everything about an article that a person may say."""

    actor = SelectField(_("Published by"))
    name = StringField(_("Title"), [InputRequired(_("Give the article a title."))])
    kind = SelectField(_("Kind"))
    language = SelectField(_("Language of the article"))
    summary = TextAreaField(
        _("In one or two sentences"), description=_("Other sites show this under the title.")
    )
    content = TextAreaField(_("Text"), [InputRequired(_("Write the text."))], description=MARKDOWN_HELP)
    tags = WordsField(_("Keywords"), description=_("Separated by commas."))
    countries = CheckboxesField(
        _("Countries it is about"), description=_("For a legal card, both sides of the border.")
    )
    review_by = StringField(
        _("To be read again by"), widget=DateInput(), description=_("After this day it is marked.")
    )
    responsible = StringField(
        _("Who reads it again"), description=_("A role, for example: community manager.")
    )
    sources = TextAreaField(_("Sources"), description=_("One per line: an address, then its name."))
    name_map = LanguageMapField(_("Title in other languages"))
    summary_map = LanguageMapField(_("Sentences in other languages"), is_multiline=True)
    content_map = LanguageMapField(_("Text in other languages"), is_multiline=True)
    visibility = RadioField(_("Who may see it"), default="public")

    def offer(self, actors: Sequence[Any]) -> None:
        """Fill the choices that depend on the reader and on the row; what the row holds can be kept."""
        countries = dict.fromkeys([*COUNTRIES, *(self.countries.object_data or ())])
        choices: dict[str, list[tuple[str, Any]]] = {
            "actor": [(actor.uri, actor.name or actor.slug) for actor in actors],
            "language": [(code, i18n.language_name(code)) for code in i18n.LANGUAGES],
            "kind": list(KIND_LABELS.items()),
            "visibility": list(VISIBILITIES.items()),
        }
        for name, found in choices.items():
            held = self[name].object_data
            if held and held not in dict(found):
                found.append((held, held))
            self[name].choices = found
        self.countries.choices = [(code, i18n.country_name(code)) for code in countries]

    def read(self) -> dict[str, Any] | None:
        """Give the values for the service, None when something has to be corrected."""
        document = self._document()
        if self.kind.data == "legal" and not self.countries.data:
            self.add_error("countries", gettext("Choose the countries this is about."))
        parsed = ArticleSchema().parse(document)
        if self.review_by.data and parsed["review_by"] is None:
            self.add_error("review_by", gettext("Write a day like 2026-12-24."))
        if self.problems():
            return None
        said = self.values()
        values = {name: value for name, value in parsed.items() if name in COLUMNS}
        source = {"source": said["content"] or "", "source_map": self.content_map.data}
        return values | source | {"responsible": (said["responsible"] or "")[:100]}

    def changed(self, values: dict[str, Any], before: Mapping[str, Any], row: Article) -> dict[str, Any]:
        """The values that an edit may touch: pictures stay, and HTML that came without Markdown as well."""
        others = [entry for entry in row.attachments or [] if entry not in row.sources]
        values = values | {"attachments": [*others, *values["attachments"]]}
        said = self.values()
        left: set[str] = set()
        if said["content"] == before["content"] and said["content_map"] == before["content_map"]:
            left |= {"content", "content_map", "source", "source_map"}
        if (said["summary"] or "") == before["summary"] and said["summary_map"] == before["summary_map"]:
            left |= {"summary", "summary_map"}
        return {name: value for name, value in values.items() if name not in left}

    def _document(self) -> dict[str, Any]:
        said = self.values()
        language = said["language"] or ""
        texts = {language: said["content"] or "", **self.content_map.data}
        written = {code: as_html(text) for code, text in texts.items() if text}
        lines = {language: said["summary"] or "", **self.summary_map.data}
        summaries = {code: html.markdown(text) for code, text in lines.items() if text}
        return {
            "name": said["name"],
            "nameMap": {language: said["name"], **self.name_map.data} if self.name_map.data else {},
            "summary": summaries.get(language, ""),
            "summaryMap": summaries if self.summary_map.data else {},
            "content": written.get(language, ""),
            "contentMap": written if self.content_map.data else {},
            "inLanguage": language,
            "kind": said["kind"],
            "countries": said["countries"] or [],
            "reviewBy": said["review_by"],
            "tag": [{"type": "Hashtag", "name": f"#{word.lstrip('#')}"} for word in self.tags.data or ()],
            "attachment": self._sources(said["sources"] or ""),
        }

    def _sources(self, text: str) -> list[dict[str, str]]:
        links = []
        for line in filter(None, map(str.strip, text.splitlines())):
            address, _space, name = line.partition(" ")
            address = address if "://" in address else f"https://{address}"
            if not is_web_url(address) or "." not in address:
                self.add_error("sources", gettext("This is not an address: %(line)s", line=line))
                continue
            links.append(
                {"type": "Link", "mediaType": "text/html", "href": address, "name": name.strip() or address}
            )
        return links


class NoteForm(FederatedForm):
    """A short note, always public."""

    actor = SelectField(_("Published by"))
    language = SelectField(_("Language of the note"))
    content = TextAreaField(_("Note"), [InputRequired(_("Write the text."))], description=MARKDOWN_HELP)

    def offer(self, actors: Sequence[Any]) -> None:
        """Fill the choices that depend on the reader."""
        self.actor.choices = [(actor.uri, actor.name or actor.slug) for actor in actors]
        self.language.choices = [(code, i18n.language_name(code)) for code in i18n.LANGUAGES]

    def read(self) -> dict[str, Any]:
        """Give the values for the service."""
        said = self.values()
        return {"source": said["content"] or "", "language": said["language"] or ""}


def note_fields_of(note: Note) -> dict[str, Any]:
    """A note as the form shows it for editing."""
    return {"language": note.language, "content": note.source or html.to_text(note.content or "")}


def fields_of(article: Article) -> dict[str, Any]:
    """An article as the form shows it for editing."""
    own = {article.language or "", ""}
    texts = article.source_map or _as_text(article.content_map)
    return {
        **{
            name: getattr(article, name) for name in ("name", "language", "kind", "visibility", "responsible")
        },
        "summary": html.to_text(article.summary or ""),
        "content": article.source or html.to_text(article.content or ""),
        "countries": list(article.countries or ()),
        "review_by": article.review_by.isoformat() if article.review_by else "",
        "tags": [str(tag.get("name", "")).lstrip("#") for tag in article.tags or ()],
        "sources": "\n".join(f"{link['href']} {link.get('name', '')}".strip() for link in article.sources),
        "name_map": {code: text for code, text in (article.name_map or {}).items() if code not in own},
        "summary_map": {
            code: text for code, text in _as_text(article.summary_map).items() if code not in own
        },
        "content_map": {code: text for code, text in texts.items() if code not in own},
    }


def _as_text(texts: dict[str, str] | None) -> dict[str, str]:
    return {code: html.to_text(text) for code, text in (texts or {}).items()}
