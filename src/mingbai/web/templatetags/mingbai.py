"""Template tags: icons beside words, figures with thousands, days of the place."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mingbai.flows import pass_sheets
from mingbai.kernel import said as spoken
from mingbai.kernel.clock import PLACE_ZONE
from mingbai.kernel.glossary import title
from mingbai.kernel.registry import REGISTRY
from mingbai.kernel.words import ROLE_TITLES, Role
from mingbai.web import firm_words
from mingbai.web.context import place_name
from mingbai.web.kinds import (
    DOUBTS,
    GATE_STATES,
    KINDS,
    PASS_KINDS,
    STRICTNESS,
    VALIDITY,
)

register = template.Library()


def listed(words: Iterable[str]) -> str:
    """Return words one after another, as the reader's language lists them."""
    return ("、" if spoken.chinese() else ", ").join(words)


@register.simple_tag
def icon(name: str, more: str = "") -> SafeString:
    """Return an icon; a word always stands beside it."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true"><use href="#i-{}"/></svg>', more, name
    )


@register.simple_tag
def new_request_id() -> str:
    """Return a request id for a form: pressing twice is one act."""
    return str(uuid.uuid4())


@register.filter
def figure(value: Any) -> str:
    """Return a number with thousands."""
    return str(spoken.said(value))


@register.filter
def moment(value: dt.datetime | None) -> str:
    """Return a moment as the place's clock shows it."""
    return spoken.said_moment(value) if value else ""


@register.filter
def hour(value: dt.datetime | None) -> str:
    """Return the minute of a moment, where its day stands apart."""
    return spoken.said_hour(value) if value else ""


@register.filter
def until(value: dt.datetime | None) -> str:
    """Return when something ends, as its printed pass says it: midnight belongs to the day that it closes."""
    return pass_sheets.until(value) if value else ""


@register.filter
def said_day(value: dt.date | dt.datetime | None) -> str:
    """Return a day as people say it."""
    return spoken.said_day(value) if value else ""


@register.filter
def short_day(value: dt.date) -> str:
    """Return a day without its year."""
    return spoken.short_day(value)


@register.filter
def hours(starts: dt.datetime, ends: dt.datetime | None) -> str:
    """Return from when to when, as the place's clock shows it; the day of the end only where it is another."""
    begins = starts.astimezone(PLACE_ZONE)
    said = f"{short_day(begins)} {begins:%H:%M}"
    if ends is None:
        return said
    over = ends.astimezone(PLACE_ZONE)
    until = "" if over.date() == begins.date() else f"{short_day(over)} "
    return f"{said}–{until}{over:%H:%M}"


@register.filter
def kind(value: str) -> str:
    """Return the word for a kind."""
    return str(KINDS.get(value, value))


@register.filter
def kinds(value: str) -> str:
    """Return the words for kinds that stand with blanks between."""
    return "、".join(kind(one) for one in value.split())


SHARES = {
    "household": gettext_lazy("households"),
    "post": gettext_lazy("posts"),
    "person": gettext_lazy("named people"),
    "residents": gettext_lazy("households and people"),
    "transit": gettext_lazy("other places"),
    "all": gettext_lazy("all together"),
}


@register.filter
def share_kind(value: str) -> str:
    """Return a kind of recipient as it stands inside a sentence, after its number."""
    return str(SHARES.get(value, KINDS.get(value, value)))


@register.filter
def pass_kind(value: str) -> str:
    """Return what a pass of a kind is called."""
    return str(PASS_KINDS.get(value, value))


@register.filter
def validity(value: str) -> str:
    """Return whether a pass holds, in a word."""
    return str(VALIDITY.get(value, value))


@register.filter
def goods_name(row: Any) -> str:
    """Return the name of goods in the reader's language."""
    return str(row.name if spoken.chinese() else row.name_en)


@register.filter
def gate_state(value: str) -> str:
    """Return how a gate stands, in a word."""
    return str(GATE_STATES.get(value, value))


@register.filter
def firm_word(code: str, book: str) -> str:
    """Return the word for a code of the enterprise desk."""
    return firm_words.said(code, book)


@register.filter
def firm_words_of(codes: list[str], book: str) -> str:
    """Return the words for codes of the enterprise desk, one after another as the reader's language lists them."""
    return listed(firm_words.said(code, book) for code in codes)


@register.filter
def sector_word(code: str) -> str:
    """Return a sector with the name of its section."""
    return firm_words.sector(code)


@register.filter
def for_whom(clause: Mapping[str, list[str]]) -> str:
    """Return for which levels, zones and sectors a clause of the rule speaks, in words."""
    told = [
        listed(kind(one) for one in clause["levels"]),
        listed(kind(one) for one in clause["grades"]),
    ]
    told.append(listed(firm_words.sector(one) for one in clause["sectors"]))
    return " · ".join(one for one in told if one) or _("every firm")


@register.filter
def is_good(code: str) -> bool:
    """Tell whether a reason speaks for a firm."""
    return code in firm_words.GOOD


@register.filter
def strict(value: int | None) -> str:
    """Return how strict a measure is, in words."""
    return str(STRICTNESS[value]) if value is not None else ""


@register.filter
def called(code: str) -> str:
    """Return how people call a place."""
    return place_name(code) or code


@register.filter
def office(role: str) -> str:
    """Return what a role is called."""
    return str(ROLE_TITLES[Role(role)])


@register.filter
def doubt(value: str) -> str:
    """Return in a sentence why a row of the register is to be verified."""
    return str(DOUBTS.get(value, value))


@register.filter
def act(name: str) -> str:
    """Return the title of a command or query."""
    found = REGISTRY.commands.get(name) or REGISTRY.queries.get(name)
    return str(found.title) if found else name


@register.filter
def field_title(name: str) -> str:
    """Return the title of a field."""
    return str(title(name))


@register.filter
def cell(value: Any) -> str:
    """Return any value of a row as a table shows it."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return listed(cell(one) for one in value)
    return str(KINDS.get(value, value)) if isinstance(value, str) else str(spoken.said(value))


@register.filter
def as_path(name: str) -> str:
    """Return the address of a command or query: desk and name."""
    return name.replace(".", "/")
