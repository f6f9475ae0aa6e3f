"""Queries on alerts: every change of a level or grade and every notice for everyone as a CAP 1.2 message; and a check of one."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from mingbai.domains.response import cap
from mingbai.domains.response.directive_words import CapText
from mingbai.domains.response.models import Change, Notice
from mingbai.domains.response.queries.directives import names_of
from mingbai.domains.response.rules.levels import easier
from mingbai.domains.response.words import LEVEL, ZONE_GRADE
from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Row
from mingbai.kernel.models import Entry, Standing
from mingbai.kernel.moment import account
from mingbai.kernel.places import is_under
from mingbai.kernel.policy import above
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.rows import Store
from mingbai.kernel.said import said_moment
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
    """Something that an alert is given out for: that it was said or published, or that what was said has ended."""

    name: UUID
    thread: str
    sent: dt.datetime
    about: Standing | Notice
    ended: bool = False


@dataclass(frozen=True)
class Span:
    """From when and until when a word holds, as it was known when an alert was given out."""

    word: Standing
    starts: dt.datetime
    ends: dt.datetime | None


def told_of(place: str) -> list[Told]:
    """Return everything of a place that alerts are given out for, the oldest first."""
    words = list(Standing.objects.filter(place=place, what__in=[LEVEL.name, ZONE_GRADE.name]))
    recorded = dict(
        Entry.objects.filter(id__in=[one.because for one in words]).values_list("id", "recorded_at")
    )
    found = [Told(one.id, one.what, recorded.get(one.because, one.starts_at), one) for one in words]
    found += [
        Told(uuid5(one.id, "ended"), one.what, ended_at, one, ended=True)
        for one in words
        if one.ends_at is not None and (ended_at := end_known(one, one.ends_at))
    ]
    for notice in Notice.objects.filter(place=place, for_everyone=True):
        found.append(Told(notice.id, f"notice/{notice.number}", notice.published_at, notice))
    return sorted(found, key=lambda one: (one.sent, one.ended, one.name))


def end_known(word: Standing, ends: dt.datetime) -> dt.datetime:
    """Return since when it is known that a word ends: since it was withdrawn, or since a place above said what ends it."""
    own = Change.objects.filter(ruling=word.id).first()
    if own is not None and own.state == "withdrawn" and own.answered_at is not None:
        return own.answered_at
    signed = own is not None and own.asked_of is not None
    uppers = [place for place in above(word.place) if place != word.place]
    causes = Change.objects.filter(word=word.what, place__in=uppers, ruling__isnull=False)
    for cause in causes.exclude(state="withdrawn").order_by("effective_at", "id"):
        begins = cause.effective_at == ends or cause.effective_at <= word.starts_at == ends
        if begins and (signed or easier(word.what, word.value, cause.value)):
            return cause.answered_at or cause.recorded_at
    return ends


def spans(told: list[Told], thread: str, at: dt.datetime) -> list[Span]:
    """Return what a place itself says from a moment on, one word after another, as it was known at that moment."""
    known = [
        (one.about, one.ended)
        for one in told
        if one.thread == thread and one.sent <= at and isinstance(one.about, Standing)
    ]
    ends = {word.id: word.ends_at for word, ended in known if ended}
    words = [word for word, ended in known if not ended]
    moments = {at, *(one.starts_at for one in words), *(end for end in ends.values() if end)}
    ordered = sorted(moment for moment in moments if moment >= at)
    found: list[Span] = []
    for starts, after in zip(ordered, [*ordered[1:], None], strict=True):
        held = [
            one
            for one in words
            if one.starts_at <= starts and ((end := ends.get(one.id)) is None or starts < end)
        ]
        newest = max(held, key=lambda one: (one.starts_at, one.id), default=None)
        if newest is None:
            continue
        if found and found[-1].word is newest:
            found[-1] = Span(newest, found[-1].starts, after)
        else:
            found.append(Span(newest, max(newest.starts_at, starts), after))
    return found


def messages(store: Store, place: str) -> Iterator[tuple[Told, cap.Alert]]:
    """Give every alert of a place; each says all that stands of its matter, and takes the place of the one before."""
    held = account(store)
    sender = held.origin
    told = told_of(place)
    called = names_of([place]).get(place, place)
    last: dict[str, cap.Alert] = {}
    for one in told:
        stands = spans(told, one.thread, one.sent)
        ends = isinstance(one.about, Standing) and not stands
        before = last.pop(one.thread, None)
        if ends and before is None:
            continue  # nothing was given out that would have to be taken back
        alert = cap.Alert(
            identifier=f"mingbai-{one.name.hex}",
            sender=sender,
            sent=one.sent.replace(microsecond=0),
            status="Actual" if held.kind == "real" else "Exercise",
            kind="Cancel" if ends else "Update" if before else "Alert",
            references=((before.sender, before.identifier, before.sent),) if before else (),
            infos=tuple(infos(one, stands, called)),
        )
        if not ends:
            last[one.thread] = alert
        yield one, alert


def infos(one: Told, stands: list[Span], called: str) -> Iterator[cap.Info]:
    """Give what an alert says, in each language: what is new first, then all else that stands of its matter."""
    about = one.about
    codes = [about.place] if isinstance(about, Standing) else about.places.split(",")
    names = {about.place: called} if isinstance(about, Standing) else names_of(codes)
    where: dict[str, Any] = {
        "sender_name": called,
        "area": "、".join(names.get(code, code) for code in codes),
        "geocodes": tuple(codes),
    }
    if isinstance(about, Notice):
        for language in LANGUAGES:
            yield cap.Info(language=language, **where, **about_notice(about, called, language))
        return
    if one.ended:
        for language in LANGUAGES:
            yield cap.Info(language=language, **where, **about_end(about, called, language))
    for span in sorted(stands, key=lambda span: (span.word is not about, span.starts)):
        for language in LANGUAGES:
            said = about_word(span, one.sent, called, language)
            yield cap.Info(language=language, **where, **said)


def said_of(word: Standing, called: str) -> dict[str, str]:
    """Return a word in words, for a headline: which place, what, and from when on."""
    value = {
        "low": pgettext("alert", "low"),
        "medium": pgettext("alert", "medium"),
        "high": pgettext("alert", "high"),
    }.get(word.value, word.value)
    return {"place": called, "value": value, "at": said_moment(word.starts_at)}


def event_of(word: Standing) -> str:
    """Return what kind of event a word is."""
    return _("Public health emergency response level") if _level(word) else _("Zone grade")


def _level(word: Standing) -> bool:
    return word.what == LEVEL.name


def about_word(span: Span, sent: dt.datetime, called: str, language: str) -> dict[str, Any]:
    """Return what is said of a level or grade from its minute on, until the next one."""
    word, ahead = span.word, span.starts > sent
    with translation.override(LANGUAGES[language]):
        told = said_of(word, called)
        if not _level(word):
            headline = _("%(place)s: zone grade %(value)s from %(at)s") % told
        elif word.value == "none":
            headline = _("%(place)s: the emergency response ends at %(at)s") % told
        else:
            headline = _("%(place)s: response level %(value)s from %(at)s") % told
        if span.ends is not None:
            until = {"headline": headline, "until": said_moment(span.ends)}
            headline = _("%(headline)s, until %(until)s") % until
        description = _(
            "From that minute on the measures of the new situation hold here; those that do not belong to it end."
        )
        event = event_of(word)
    return {
        "event": event,
        "headline": headline,
        "description": description,
        "urgency": "Future" if ahead else "Past" if word.value in OVER else "Immediate",
        "severity": SEVERITY.get(word.value, "Unknown"),
        "certainty": "Likely" if ahead else "Observed",
        "response": "AllClear" if word.value in OVER else "Prepare" if ahead else "Execute",
        "onset": word.starts_at,
        "expires": span.ends,
    }


def about_end(word: Standing, called: str, language: str) -> dict[str, Any]:
    """Return that what was said was taken back, or ends because the place above says something stricter."""
    assert word.ends_at is not None
    with translation.override(LANGUAGES[language]):
        told = said_of(word, called) | {"until": said_moment(word.ends_at)}
        if word.ends_at <= word.starts_at:
            headline = _("%(place)s: “%(value)s” from %(at)s does not come") % told
        else:
            headline = _("%(place)s: “%(value)s” ends at %(until)s") % told
        description = _("What else stands is said in this message, or by the place above.")
        event = event_of(word)
    return {
        "event": event,
        "headline": headline,
        "description": description,
        "urgency": "Unknown",
        "severity": "Unknown",
        "certainty": "Observed",
        "response": "None",
    }


def about_notice(notice: Notice, called: str, language: str) -> dict[str, Any]:
    """Return what a notice says; where its words are not there in a language, it says where they stand."""
    title, text = notice.title, notice.text
    with translation.override(LANGUAGES[language]):
        if language == "en-US":
            told = {"place": called, "number": notice.number, "version": notice.version}
            title = notice.title_en or _("%(place)s: notice %(number)s, version %(version)s") % told
            text = notice.text_en or _(
                "The words of this notice are in Chinese: see the other part of this message."
            )
        event = _("Notice")
    return {
        "event": event,
        "headline": title,
        "description": text,
        "urgency": "Expected",
        "severity": "Unknown",
        "certainty": "Observed",
        "response": "Monitor",
        "effective": notice.published_at,
    }


class OfPlace(Ask):
    """Of which place."""

    place: PlaceCode


class AlertRow(Row):
    """An alert that was given out."""

    alert: UUID
    place: str
    identifier: str
    message_kind: str
    sent: dt.datetime
    headline: str
    references: str | None


@query(scope=Scope.PUBLIC, title=gettext_lazy("Alerts of a place"))
def alerts(asking: Asking, ask: OfPlace) -> list[AlertRow]:
    """Return the alerts that reach a place, its own and those above, the newest first: levels, grades, notices for everyone."""
    chinese = (translation.get_language() or "").startswith("zh")
    found = [
        AlertRow(
            alert=one.name,
            place=place,
            identifier=alert.identifier,
            message_kind=alert.kind,
            sent=alert.sent,
            headline=alert.infos[0 if chinese else 1].headline,
            references=alert.references[0][1] if alert.references else None,
        )
        for place in above(ask.place)
        for one, alert in messages(asking.store, place)
        if reaches(one, ask.place)
    ]
    return sorted(found, key=lambda row: (row.sent, row.alert), reverse=True)


def reaches(one: Told, place: str) -> bool:
    """Tell whether an alert is for a place: a word is for all under its own, a notice for those that it names."""
    about = one.about
    if isinstance(about, Standing):
        return True
    return place == about.place or any(is_under(place, code) for code in about.places.split(","))


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
