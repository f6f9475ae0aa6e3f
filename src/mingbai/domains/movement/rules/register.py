"""Rules of gates and their register: pure, each with its number."""

import datetime as dt
from collections.abc import Sequence

from mingbai.domains.movement.words import Doubt, Standing
from mingbai.kernel.documents import Why
from mingbai.kernel.refusals import Refused, sentences
from mingbai.kernel.saying import _

WEEK = dt.timedelta(days=7)
HELP_WITHIN = dt.timedelta(hours=1)
SMALLEST_CELL = 10
TURNOVER_DAYS = 3
LONGEST_DAYS = 365

sentences(
    {
        "MOV-1": _("%(problem)s"),
        "MOV-2": _("No gate of this name is registered at this place."),
        "MOV-3": _("This gate is closed. The way round is %(detour)s."),
        "MOV-4": _(
            "This person's arrival on this day is in this gate's register already. Nothing was written twice."
        ),
        "MOV-5": _('Here the card must be seen: look at the card, then tap "card seen".'),
        "MOV-6": _("No such arrival stands in the register of this place."),
        "MOV-7": _("This row was verified already."),
        "MOV-8": _(
            "The number in this row is still to be verified. Call back, and correct it first."
        ),
        "MOV-9": _(
            "Where somebody comes from is kept only while a measure in force says so. Leave it out and send it again."
        ),
        "MOV-10": _("A gate is closed with a way round: name another gate here that is open."),
        "MOV-11": _("This gate is closed already."),
        "MOV-12": _("No call-back waits for this arrival."),
        "MOV-13": _("Type the corrected value: what was in doubt was the %(what)s."),
        "MOV-14": _(
            "The old value is shown to who corrected it, to the person and to audit alone."
        ),
        "MOV-15": _("This proposal is not waiting for an answer at this place."),
        "MOV-16": _(
            "Rows are kept for %(days)s days here. Longer means between %(least)s and %(most)s days."
        ),
        "MOV-17": _("The day of arrival lies in the future. Write the day on which they came."),
        "MOV-18": _("No number that can be dialled is written in this row."),
        "MOV-19": _("There is no measure in force here that asks where people come from."),
        "MOV-21": _("Say of which gate this register is."),
        "MOV-20": _("This gate is open already, and nothing about it changes."),
    }
)


def doubt_of(why: Why) -> Doubt:
    """MOV-D 疑点归类: what is wrong with a number, in the words of a closed list."""
    return {
        Why.LENGTH: Doubt.LENGTH,
        Why.BIRTH_DATE: Doubt.BIRTH_DATE,
        Why.PHONE: Doubt.PHONE,
        Why.LOST: Doubt.LOST,
        Why.MISSING: Doubt.MISSING,
    }.get(why, Doubt.CHECK_CHARACTER)


def standing_of(doubt: str | None, verified_at: dt.datetime | None) -> Standing:
    """Return how far a row is verified: what a person wrote of themselves counts as that until somebody saw the card."""
    if doubt is not None:
        return Standing.TO_VERIFY
    return Standing.SELF_DECLARED if verified_at is None else Standing.VERIFIED


def check_gate_open(*, is_open: bool, detour: str | None) -> None:
    """MOV-3 关口不登: nobody is registered at a gate that is closed."""
    if not is_open:
        raise Refused("MOV-3", detour=detour or "-")


def check_card(*, must: bool, seen: bool) -> None:
    """MOV-5 核对证件: where the rule says so, a row is written only with the card in sight."""
    if must and not seen:
        raise Refused("MOV-5")


def check_arrived(arrived_on: dt.date, today: dt.date) -> None:
    """MOV-17 到达有日: nobody arrived tomorrow."""
    if arrived_on > today:
        raise Refused("MOV-17")


def check_verifiable(doubt: str | None, verified_how: str | None) -> None:
    """MOV-8 先核后认: a row is verified once, and not while its number is in doubt."""
    if doubt is not None:
        raise Refused("MOV-8")
    if verified_how == "card":
        raise Refused("MOV-7")


def check_detour(*, same: bool, is_open: bool) -> None:
    """MOV-10 关口要有绕行: a gate is closed only with another open gate to go to."""
    if same or not is_open:
        raise Refused("MOV-10")


def check_longer(days: int, held: int) -> None:
    """MOV-16 延长要公开: rows are kept longer only within a limit, and with a reason that everybody can read."""
    if not held < days <= LONGEST_DAYS:
        raise Refused("MOV-16", days=held, least=held + 1, most=LONGEST_DAYS)


def fixed_in_time(asked_at: dt.datetime, at: dt.datetime) -> bool:
    """MOV-T 一小时内改好: a row that was corrected within the hour counts as help."""
    return at - asked_at <= HELP_WITHIN


def shows_names(*, on_duty: bool, verified: bool) -> bool:
    """MOV-N 名不出卡口: a name is read at its gate alone, by the guard on duty there, until the row is verified."""
    return on_duty and not verified


def turnover_of(counts: Sequence[int]) -> int:
    """Return the arrivals a day of the last days, rounded up."""
    return -(-sum(counts) // len(counts)) if counts else 0


def checks_a_day(turnover: int, *, every: int, least: int, most: int) -> int:
    """MOV-F 人多勤查: a gate is checked more often where more people come, between a least and a most."""
    return max(least, min(max(most, least), -(-turnover // every)))


def proposes_rule(bad_numbers: int, most: int, *, in_force: bool, waiting: bool) -> bool:
    """MOV-P 堵塞漏洞: bad numbers that come often in a week propose that the card must be seen."""
    return bad_numbers >= most and not in_force and not waiting
