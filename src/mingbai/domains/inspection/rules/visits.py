"""Rules of visits and findings: pure, each with its number."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from mingbai.domains.inspection.words import GRADE, LEVEL, LOW, NO_LEVEL
from mingbai.kernel.refusals import NotAllowed, Refused, sentences
from mingbai.kernel.said import said_day
from mingbai.kernel.saying import _

PLANNED, BEGUN, ENDED, CANCELLED = "planned", "begun", "ended", "cancelled"
DUE, OK, FAILED, EASED, FREED, LEFT = "due", "ok", "failed", "eased", "freed", "left"
COUNTS = frozenset({DUE, OK, FAILED})
"""How an item stands when it was inspected or still will be; what was eased, freed for others or left out may be booked by others."""
OPEN, PUT_RIGHT, CLOSED, WAIVED = "open", "put_right", "closed", "waived"
SETTLED = frozenset({CLOSED, WAIVED})
RECHECKED, FACT, ANYWAY = "recheck", "new_fact", "anyway"
SENT_BACK = "sent_back"

sentences(
    {
        "INS-1": _("No checklist of this code is in force at this place."),
        "INS-2": _("The checklist %(checklist)s is for something else than what is visited here."),
        "INS-3": _(
            "All of this was inspected or is booked already, and %(days)s days have not gone by: %(who)s. Read that result; its items are in the calendar."
        ),
        "INS-4": _(
            "Within %(days)s days there were %(count)s visits here, and %(most)s are enough. The last is of %(on)s, by %(office)s: ask them. The next free day is %(free)s."
        ),
        "INS-5": _("No visit of this id is at this place."),
        "INS-6": _("This visit has ended or was cancelled. Book another one."),
        "INS-7": _("This visit was not begun yet. Begin it first."),
        "INS-8": _("This item is not one of the visit's."),
        "INS-9": _("This is put right by %(until)s at the latest, and not before today."),
        "INS-10": _("No finding of this id is at this place."),
        "INS-11": _("There is nothing to recheck yet: who puts it right has not said that it is done."),
        "INS-12": _(
            "Whoever puts it right does not close it too. Somebody else looks, and closes it."
        ),
        "INS-13": _("This is for somebody else to put right."),
        "INS-14": _("A serious hazard is put right and rechecked. It is not waived."),
        "INS-15": _("This finding is closed already."),
        "INS-16": _(
            "The item %(item)s says something else on the list %(checklist)s. One code has one sentence: take another code."
        ),
        "INS-17": _("Name a firm or a point, not both."),
        "INS-18": _("Nothing that failed here waits for a recheck."),
        "INS-19": _("A visit is booked for today or a later day, at most a year ahead."),
        "INS-20": _("Name the inspector who goes."),
        "INS-21": _(
            "On this day the visit would look again at what was inspected on %(on)s. Come after %(free)s, or book anew."
        ),
        "INS-22": _("Only a list for firms names sectors."),
        "INS-23": _("At the level in force on that day nothing of this list applies."),
        "INS-24": _("The list %(checklist)s belongs to another place. Take a code of your own."),
        "INS-25": _("No open point of this id is at this place."),
        "INS-26": _("It was put right already, and waits for somebody else to recheck it."),
        "INS-27": _("Each item stands once on a list."),
        "INS-28": _("A visit ends after it began."),
        "INS-32": _("Another office looked at this meanwhile. Its result is in the calendar."),
        "INS-33": _("At the level of this day the item is no longer asked."),
        "INS-30": _("Items are chosen one by one only for a recheck or a new fact."),
        "INS-31": _("What is found at a firm is for the firm itself to put right."),
        "INS-34": _(
            "Not ended yet: of %(number)s items that are not in order, nobody has written what is wrong. Save a finding for each, then end the visit."
        ),
        "INS-35": _("Choose the items that the new fact is about. The others were looked at already."),
        "INS-36": _("This visit is of another office: %(office)s. Read its result; it is in the calendar."),
        "INS-29": _("Whoever found it, or has to put it right, does not waive it. Ask somebody else."),
    }
)  # fmt: skip


def words_of(ruling: Mapping[str, str]) -> tuple[str, str]:
    """Return the level and the zone's grade of a place at a moment."""
    return ruling.get(LEVEL, NO_LEVEL), ruling.get(GRADE, LOW)


def holds(said: str, word: str) -> bool:
    """Tell whether a list of words, which names every word when it is empty, holds one."""
    return not said or word in said.split()


def for_sector(sectors: str, sector: str | None) -> bool:
    """INS-S 分行业: a list with sectors is for firms whose code begins with one of them."""
    return not sectors or (
        sector is not None and any(sector.startswith(one) for one in sectors.split())
    )


def check_fits(*, checklist: str, fits: bool) -> None:
    """INS-2 按行业检查: a chemical firm gets the chemical list, and who makes masks does not."""
    if not fits:
        raise Refused("INS-2", checklist=checklist)


@dataclass(frozen=True)
class Before:
    """One item that another visit looked at or will: which, when, by whom, and how it was found."""

    code: str
    on: dt.date
    office: str
    state: str
    visit: str
    came: bool = False


def near(one: dt.date, other: dt.date, days: int) -> bool:
    """INS-W 间隔期: two days are within one window when fewer days lie between them than the place's rule says."""
    return abs((one - other).days) < days


def met(wanted: Iterable[str], before: Sequence[Before], on: dt.date, days: int) -> list[Before]:
    """Return what of the wanted items was or will be inspected within the window, the newest result of each."""
    codes = set(wanted)
    found: dict[str, Before] = {}
    for one in sorted(before, key=lambda one: one.on):
        if one.code in codes and one.state in COUNTS and near(one.on, on, days):
            found[one.code] = one
    return [found[code] for code in sorted(found)]


def check_remaining(remaining: Collection[object], offered: Sequence[Before], days: int) -> None:
    """INS-3 不重复检查: when everything was looked at within the window, the earlier result stands in for the visit."""
    if remaining or not offered:
        return
    last = max(offered, key=lambda one: one.on)
    who = "、".join(
        f"{said_day(on)} {office}"
        for on, office in sorted({(one.on, one.office) for one in offered})
    )
    raise Refused("INS-3", on=last.on, office=last.office, who=who, days=days)


@dataclass(frozen=True)
class Came:
    """One visit that counts as an appraisal: on which day, and of which office."""

    on: dt.date
    office: str


def check_often(came: Sequence[Came], on: dt.date, *, days: int, most: int) -> None:
    """INS-4 不重复考核: within the window a place is visited so many times by all offices together, and no more."""
    within = [one for one in came if near(one.on, on, days)]
    if len(within) < most:
        return
    last = max(within, key=lambda one: one.on)
    raise Refused(
        "INS-4",
        days=days,
        count=len(within),
        most=most,
        on=last.on,
        office=last.office,
        free=next_free(came, on, days=days, most=most),
    )


def next_free(came: Sequence[Came], on: dt.date, *, days: int, most: int) -> dt.date:
    """Return the first day after one on which a place is visited less often than it may be."""
    day = on
    while sum(near(one.on, day, days) for one in came) >= most:
        day += dt.timedelta(days=1)
    return day


def check_day(on: dt.date, today: dt.date) -> None:
    """INS-19 定了日子: a visit is booked for a day to come."""
    if not today <= on <= today + dt.timedelta(days=366):
        raise Refused("INS-19")


def check_under_way(state: str) -> None:
    """INS-7 先开始后检查: items are looked at while a visit is under way."""
    if state == PLANNED:
        raise Refused("INS-7")
    if state == CANCELLED:
        raise Refused("INS-6")


def due_by(severity_days: int, today: dt.date, asked: dt.date | None) -> dt.date:
    """INS-9 限期整改: a finding has a day; how long there is at most follows from how bad it is."""
    latest = today + dt.timedelta(days=severity_days)
    if asked is None:
        return latest
    if not today <= asked <= latest:
        raise Refused("INS-9", until=latest)
    return asked


def check_to_put_right(state: str) -> None:
    """INS-26 一次说清: what was put right is not put right again before somebody looked."""
    if state in SETTLED:
        raise Refused("INS-15")
    if state == PUT_RIGHT:
        raise Refused("INS-26")


def check_to_recheck(state: str) -> None:
    """INS-11 改了再查: a recheck comes after it was put right, and only of what failed."""
    if state in SETTLED:
        raise Refused("INS-15")
    if state != PUT_RIGHT:
        raise Refused("INS-11")


def check_another(*, same: bool) -> None:
    """INS-12 换人复查: closing by the owner alone is refused."""
    if same:
        raise NotAllowed("INS-12")


def check_waived(*, severity: str, same: bool) -> None:
    """INS-14 重大隐患不豁免: a serious hazard is never waived, and a minor one by another than who found it."""
    if severity == "serious":
        raise Refused("INS-14")
    if same:
        raise NotAllowed("INS-29")
