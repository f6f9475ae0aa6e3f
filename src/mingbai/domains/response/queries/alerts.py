"""Queries on alerts: every change of a level or grade and every notice for everyone as a CAP 1.2 message; and a check of one."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from mingbai.domains.response import cap
from mingbai.domains.response.directive_words import CapText
from mingbai.domains.response.models import Notice
from mingbai.domains.response.queries.directives import names_of
from mingbai.domains.response.words import LEVEL, ZONE_GRADE
from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Row
from mingbai.kernel.clock import said_moment
from mingbai.kernel.models import Entry, Standing
from mingbai.kernel.moment import account
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.rows import Store
from mingbai.kernel.words import PlaceCode

LANGUAGES = {"zh-CN": "zh-hans", "en-US": "en"}
SEVERITY = {
    "I": "Extreme",
    "II": "Severe",
    "III": "Moderate",
    "IV": "Minor",
    "none": "Minor",
    "high": "Severe",
    "medium": "Moderate",
    "low": "Minor",
}
OVER = {"none", "low"}


@dataclass(frozen=True)
class Told:
    """Something that an alert is given out for, in the order in which it was recorded."""

    name: UUID
    thread: str
    sent: dt.datetime
    about: Standing | Notice


def told_of(place: str) -> list[Told]:
    """Return everything of a place that alerts are given out for, the oldest first."""
    words = list(Standing.objects.filter(place=place, what__in=[LEVEL.name, ZONE_GRADE.name]))
    recorded = dict(
        Entry.objects.filter(id__in=[one.because for one in words]).values_list("id", "recorded_at")
    )
    found = [Told(one.id, one.what, recorded.get(one.because, one.starts_at), one) for one in words]
    for notice in Notice.objects.filter(place=place, for_everyone=True):
        found.append(Told(notice.id, f"notice/{notice.number}", notice.published_at, notice))
    return sorted(found, key=lambda one: (one.sent, one.name))


def messages(store: Store, place: str) -> Iterator[tuple[Told, cap.Alert]]:
    """Give every alert of a place; one that follows another on the same matter refers to it."""
    held = account(store)
    sender = held.origin
    last: dict[str, cap.Alert] = {}
    for one in told_of(place):
        before = last.get(one.thread)
        alert = cap.Alert(
            identifier=f"mingbai-{one.name.hex}",
            sender=sender,
            sent=one.sent.replace(microsecond=0),
            status="Actual" if held.kind == "real" else "Exercise",
            kind="Update" if before else "Alert",
            references=((before.sender, before.identifier, before.sent),) if before else (),
            infos=tuple(info(one, place, held.name, language) for language in LANGUAGES),
        )
        last[one.thread] = alert
        yield one, alert


def info(one: Told, place: str, sender_name: str, language: str) -> cap.Info:
    """Return what an alert says in one language."""
    about = one.about
    codes = [place] if isinstance(about, Standing) else about.places.split(",")
    names = names_of([place, *codes])
    with translation.override(LANGUAGES[language]):
        if isinstance(about, Standing):
            said = about_word(about, names.get(place, place))
        else:
            said = about_notice(about, names.get(place, place), language)
        return cap.Info(
            language=language,
            certainty="Observed",
            sender_name=sender_name,
            area="、".join(names.get(code, code) for code in codes),
            geocodes=tuple(codes),
            **said,
        )


def about_word(word: Standing, place: str) -> dict[str, Any]:
    """Return what is said of a level or grade from its minute on."""
    value = {
        "low": pgettext("alert", "low"),
        "medium": pgettext("alert", "medium"),
        "high": pgettext("alert", "high"),
    }.get(word.value, word.value)
    told = {"place": place, "value": value, "at": said_moment(word.starts_at)}
    if word.what == LEVEL.name:
        event = _("Public health emergency response level")
        headline = _("%(place)s: response level %(value)s from %(at)s") % told
        if word.value == "none":
            headline = _("%(place)s: the emergency response ends at %(at)s") % told
    else:
        event = _("Zone grade")
        headline = _("%(place)s: zone grade %(value)s from %(at)s") % told
    return {
        "event": event,
        "headline": headline,
        "description": _(
            "From that minute on the measures of the new situation hold here; those that do not belong to it end."
        ),
        "urgency": "Past" if word.value in OVER else "Immediate",
        "severity": SEVERITY.get(word.value, "Unknown"),
        "response": "AllClear" if word.value in OVER else "Execute",
        "onset": word.starts_at,
    }


def about_notice(notice: Notice, place: str, language: str) -> dict[str, Any]:
    """Return what a notice says; where its words are not there in a language, it says where they stand."""
    title, text = notice.title, notice.text
    if language == "en-US":
        told = {"place": place, "number": notice.number, "version": notice.version}
        title = notice.title_en or _("%(place)s: notice %(number)s, version %(version)s") % told
        text = notice.text_en or _(
            "The words of this notice are in Chinese: see the other part of this message."
        )
    return {
        "event": _("Notice"),
        "headline": title,
        "description": text,
        "urgency": "Expected",
        "severity": "Unknown",
        "response": "Monitor",
        "effective": notice.published_at,
    }


class OfPlace(Ask):
    """Of which place."""

    place: PlaceCode


class AlertRow(Row):
    """An alert that was given out."""

    alert: UUID
    identifier: str
    message_kind: str
    sent: dt.datetime
    headline: str
    references: str | None


@query(scope=Scope.PUBLIC, title=gettext_lazy("Alerts of a place"))
def alerts(asking: Asking, ask: OfPlace) -> list[AlertRow]:
    """Return the alerts of a place, the newest first: changes of level and grade, and notices for everyone."""
    chinese = (translation.get_language() or "").startswith("zh")
    return [
        AlertRow(
            alert=one.name,
            identifier=alert.identifier,
            message_kind=alert.kind,
            sent=alert.sent,
            headline=alert.infos[0 if chinese else 1].headline,
            references=alert.references[0][1] if alert.references else None,
        )
        for one, alert in messages(asking.store, ask.place)
    ][::-1]


class OneAlert(Ask):
    """Which alert."""

    place: PlaceCode
    alert: UUID


class MessageRow(Row):
    """An alert as CAP 1.2."""

    identifier: str
    cap_xml: str


@query(scope=Scope.PUBLIC, title=gettext_lazy("An alert as CAP 1.2"))
def cap_message(asking: Asking, ask: OneAlert) -> MessageRow:
    """Return an alert as a CAP 1.2 message, in Chinese and English."""
    for one, alert in messages(asking.store, ask.place):
        if one.name == ask.alert:
            return MessageRow(identifier=alert.identifier, cap_xml=cap.write(alert))
    raise Refused("RES-91")


class CheckCap(Ask):
    """A CAP message to check."""

    content: CapText


class CheckedRow(Row):
    """What a CAP message says, in short."""

    identifier: str
    message_kind: str
    sent: dt.datetime
    languages: list[str]
    headline: str
    places: list[str]
    references: str | None


@query(scope=Scope.PUBLIC, title=gettext_lazy("Check a CAP 1.2 message"), per_hour=120)
def check_cap(asking: Asking, ask: CheckCap) -> CheckedRow:
    """RES-90 逐行核对: read a CAP 1.2 message and say what it holds; what does not follow the standard is refused with its line."""
    try:
        found = cap.read(ask.content)
    except cap.CapFault as fault:
        raise Refused("RES-90", line=fault.line, problem=fault.problem) from None
    return CheckedRow(
        identifier=found.identifier,
        message_kind=found.kind,
        sent=found.sent,
        languages=[one.language for one in found.infos],
        headline=found.infos[0].headline if found.infos else "",
        places=sorted({code for one in found.infos for code in one.geocodes}),
        references=" ".join(name for _sender, name, _at in found.references) or None,
    )
