"""The forms of accounts: signing in, choosing passwords, asking for an account, accepting an invitation."""

from __future__ import annotations

from wtforms import EmailField, Field, HiddenField, PasswordField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from coffee_node.base.i18n import _
from coffee_node.federation import accounts
from coffee_node.node import current_node
from coffee_node.web.forms import FederatedForm, SelectField
from coffee_node.web.language import NATIVE_NAMES

WHO = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
HANDLE_HELP = _("Part of your address here, for example claire-dubois. Empty: we make it of your name.")
PASSWORD_HELP = _("At least 10 characters. A few words in a row are easy to keep in mind.")


def new_password_field(label: str) -> Field:
    """The field of a password that is chosen, which password managers recognise."""
    return PasswordField(
        label,
        [InputRequired()],
        description=PASSWORD_HELP,
        render_kw={"autocomplete": "new-password", "minlength": accounts.MIN_PASSWORD},
    )


class SignInForm(FederatedForm):
    """Who, and the password; `back` is where to go afterwards."""

    who = StringField(_("Your short name here, or your e-mail address"), [DataRequired()], render_kw=WHO)
    password = PasswordField(_("Password"), [InputRequired()], render_kw={"autocomplete": "current-password"})
    back = HiddenField()


class CodeForm(FederatedForm):
    """The second step of signing in."""

    code = StringField(
        _("Code"),
        [DataRequired()],
        description=_("Six digits that your telephone shows now, or one of your recovery codes."),
        render_kw={"autocomplete": "one-time-code", "spellcheck": "false", "autofocus": True},
    )


class SetupForm(FederatedForm):
    """The first password of an account; the token came with the link."""

    token = HiddenField()
    email = EmailField(
        _("E-mail address"),
        description=_("For signing in and for messages of this site. Nobody else sees it."),
        render_kw={"autocomplete": "email"},
    )
    password = new_password_field(_("Password"))


class ForgottenForm(FederatedForm):
    """Where the link goes that lets choose another password."""

    email = EmailField(
        _("E-mail address"), [DataRequired(), Length(max=320)], render_kw={"autocomplete": "email"}
    )


class NewPasswordForm(FederatedForm):
    """Another password, by the link of a mail."""

    password = new_password_field(_("New password"))


class PersonForm(FederatedForm):
    """Who somebody is who joins: what an invitation and a request for an account both ask."""

    name = StringField(
        _("Your name"),
        [DataRequired(), Length(max=300)],
        description=_("As others see it."),
        render_kw={"autocomplete": "name"},
    )
    handle = StringField(
        _("Short name"),
        [Length(max=64)],
        description=HANDLE_HELP,
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = new_password_field(_("Password"))
    language = SelectField(_("Language of pages and mails"))

    def offer_languages(self) -> None:
        """Let the reader choose among the languages of the site."""
        self.language.choices = [(code, NATIVE_NAMES[code]) for code in current_node.config.web.languages]


class SignUpForm(PersonForm):
    """A request for an account; `website` is a trap for programs that fill in everything."""

    email = EmailField(
        _("E-mail address"),
        [DataRequired(), Length(max=320)],
        description=_("We send a link there. Nobody else sees it."),
        render_kw={"autocomplete": "email"},
    )
    space = SelectField(_("Your place"))
    message = TextAreaField(
        _("A few words for the people of your place"),
        [Length(max=1000)],
        description=_("So that they know who asks, at most 1000 characters."),
        render_kw={"rows": 3},
    )
    website = StringField(_("Leave this field empty"), render_kw={"autocomplete": "off", "tabindex": "-1"})
