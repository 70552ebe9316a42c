"""The look of the site: its style sheet, and the page where an administrator chooses colours and words."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template
from wtforms import StringField

from coffee_node.base import colours
from coffee_node.base.database import write
from coffee_node.base.i18n import _, gettext
from coffee_node.base.logos import Logo, read_logo
from coffee_node.federation import site_look, site_settings
from coffee_node.web import theme
from coffee_node.web.auth import require_admin
from coffee_node.web.forms import FederatedForm, LanguageMapField, keeps_form, tidy
from coffee_node.web.image_field import ImageField
from coffee_node.web.site_frame import site_name

theme_pages = Blueprint("theme", __name__)

PAGE = "/admin/theme"
WELCOME_LIMIT = 500
COLOUR = {"autocapitalize": "none", "spellcheck": "false", "placeholder": "#7b3f1e"}


class ThemeForm(FederatedForm):
    """A logo, two colours and a welcome; what is left empty stays as the house has it."""

    logo = ImageField(
        _("Logo"),
        is_decorative=True,
        read=read_logo,
        description=_("It stands at the top of every page and is made small; its words are the site's name."),
    )
    roast = StringField(
        _("Colour of this bank"),
        description=_("For links, buttons and everything that is here, for example #7b3f1e."),
        render_kw=COLOUR,
    )
    bank = StringField(
        _("Colour of the other bank"),
        description=_("For everything across the border, for example #0b6660."),
        render_kw={**COLOUR, "placeholder": "#0b6660"},
    )
    welcome = LanguageMapField(
        _("Welcome on the home page"),
        is_multiline=True,
        description=_("One or two sentences below the title, at most 500 characters."),
    )


@theme_pages.get("/theme.css")
def style_sheet() -> Response:
    """The tokens that the theme replaces; the query names its content, so that it may be kept."""
    sheet = Response(theme.current_theme().css, mimetype="text/css")
    sheet.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return sheet


@theme_pages.get(PAGE)
@require_admin
def choose() -> str:
    """The colours and words of today."""
    now = theme.current_theme()
    chosen = {"roast": now.roast, "bank": now.bank, "welcome": dict(now.welcome or {})}
    return _page(ThemeForm(data={**chosen, "logo": _logo_of(now)}))


@theme_pages.post(PAGE)
@keeps_form
@require_admin
def change() -> Any:
    """Keep what was chosen; a colour that cannot be read is refused with the nearest one that can."""
    form = ThemeForm(data={"logo": _logo_of(theme.current_theme())})
    is_fresh = form.validate()
    chosen = {theme.ROAST: _colour(form, "roast"), theme.BANK: _colour(form, "bank")}
    for code, text in form.welcome.data.items():
        if len(text) > WELCOME_LIMIT:
            form.add_error("welcome", gettext("At most 500 characters, please (%(code)s).", code=code))
    if not is_fresh or form.problems():
        return _page(form), 422
    with write():
        site_settings.keep({**chosen, theme.WELCOME: form.welcome.data})
        logo = form.logo.data if isinstance(form.logo.data, Logo) else None
        if logo is not None or form.logo.is_removed:
            site_look.change_logo(logo)
    flash(gettext("The site looks as you chose."), "ok")
    return redirect(PAGE, 303)


def _colour(form: ThemeForm, name: str) -> str:
    typed = tidy(form[name].data)
    if not typed:
        return ""
    try:
        colour = colours.parse(typed)
    except ValueError:
        form.add_error(name, gettext("Write a colour like #7b3f1e: a # and six digits or letters a to f."))
        return ""
    if colours.least_contrast(colour) < colours.NEEDED:
        nearest = colours.nearest_readable(colour)
        form.add_error(
            name,
            gettext("%(colour)s is too pale to be read. The nearest that can be: %(nearest)s",
                    colour=colour, nearest=nearest),
        )  # fmt: skip
        return ""
    return colour


def _logo_of(now: theme.Theme) -> dict[str, str]:
    return {"url": now.logo_address, "alt": site_name()} if now.logo else {}


def _page(form: ThemeForm) -> str:
    return render_template("theme.html", form=form)
