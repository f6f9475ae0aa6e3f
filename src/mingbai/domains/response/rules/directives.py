"""Rules of directives: pure, each with its number."""

import datetime as dt
from collections.abc import Sequence

from mingbai.domains.response.directive_words import State
from mingbai.kernel.places import is_under
from mingbai.kernel.refusals import Refused, sentences
from mingbai.kernel.saying import _
from mingbai.kernel.words import Level

OWN_PAPERWORK = "response."
PICTURE, WORK, ENTRY = "picture", "work", "entry"
KIND_OF_ACT = {"attachments.attach": PICTURE, "organisations.record_work": WORK}

sentences(
    {
        "RES-40": _(
            "A directive with this number stands in this place's register already. Open it from the list."
        ),
        "RES-41": _("No task of this id is open at this place."),
        "RES-42": _(
            "A directive is passed on to places below: %(name)s does not lie under this one."
        ),
        "RES-43": _("This directive was passed on to %(name)s already. Nothing was sent twice."),
        "RES-44": _("Say first what is done about it here, then that it is done."),
        "RES-45": _(
            "Nothing shows yet that it was done, so it stays open. Add a picture, an entry or a work of this place, then close it."
        ),
        "RES-46": _("No such entry is in the account of this place. Choose one from the list."),
        "RES-47": _(
            "This entry shows nothing that was done: it is older than the directive, or part of its own paperwork. Choose another one."
        ),
        "RES-48": _(
            "A task closes where it is carried out. Pass it on to villages or firms; when they have closed theirs, this one can be closed."
        ),
        "RES-49": _("%(done)s of %(total)s below have closed theirs. Still open: %(names)s."),
        "RES-50": _("This task is closed already."),
        "RES-51": _(
            "This directive was registered here: there is nobody above to ask in this account."
        ),
        "RES-52": _("No question of this id waits for an answer here."),
        "RES-53": _("Choose at least one place, firm or office to pass it on to."),
        "RES-54": _("This task belongs to another office, or to a firm that is not yours."),
        "RES-55": _(
            "Only the place itself can say this. What it has not said is shown as no reply."
        ),
        "RES-56": _("This entry shows this task already. Nothing was written twice."),
        "RES-57": _("The due time lies before now. Choose a later one."),
        "RES-58": _(
            "The date of a directive does not lie in the future. Write the date that stands on it."
        ),
        "RES-59": _("No directive of this id is known at this place."),
        "RES-92": _(
            "%(name)s has passed it on or shown something for it already. It can't be taken back; it closes like any other."
        ),
    }
)


def state_of(
    received_at: dt.datetime | None,
    localised_at: dt.datetime | None,
    done_at: dt.datetime | None,
) -> State:
    """Return how far a task has come."""
    if done_at is not None:
        return State.DONE
    if localised_at is not None:
        return State.LOCALISED
    return State.ISSUED if received_at is None else State.RECEIVED


def is_silent(received_at: dt.datetime | None) -> bool:
    """RES-V 沉默可见: who has not said that it was received counts as no reply, from the moment it was passed on."""
    return received_at is None


def is_late(due_at: dt.datetime | None, done_at: dt.datetime | None, now: dt.datetime) -> bool:
    """RES-L 逾期可见: what was due and came later, or did not come, is late; on both sides."""
    return due_at is not None and (done_at or now) > due_at


def check_due(due_at: dt.datetime | None, now: dt.datetime) -> None:
    """RES-57 限期在后: what is due is due after now."""
    if due_at is not None and due_at <= now:
        raise Refused("RES-57")


def check_dated(dated: dt.date, today: dt.date) -> None:
    """RES-58 文有其日: a directive bears a date that has come."""
    if dated > today:
        raise Refused("RES-58")


def check_below(place: str, to_place: str, name: str) -> None:
    """RES-42 逐级下达: a directive goes to places below, never sideways."""
    if place == to_place or not is_under(to_place, place):
        raise Refused("RES-42", name=name)


def carries_out(level: Level, *, organisation: bool) -> bool:
    """RES-48 落到末端: a task is carried out by a village, a firm or an office of its own, and nowhere above."""
    return organisation or level is Level.VILLAGE


def check_evidence_fits(command: str, at: dt.datetime, since: dt.datetime) -> str:
    """RES-47 佐证在后: what shows that a task was done came after the directive, and is not its own paperwork."""
    if command.startswith(OWN_PAPERWORK) or at < since:
        raise Refused("RES-47")
    return KIND_OF_ACT.get(command, ENTRY)


def check_taken_back(name: str, *, below: int, evidence: int) -> None:
    """RES-92 误发可收: what was passed on is taken back only while nobody has it further and nothing shows that it was done."""
    if below or evidence:
        raise Refused("RES-92", name=name)


def check_finished(
    *,
    localised: bool,
    ends_here: bool,
    evidence: int,
    below: Sequence[tuple[str, bool]],
) -> None:
    """RES-45 无据不结: a task closes with evidence where it is carried out, and above when everyone below has closed theirs."""
    open_ones = [name for name, done in below if not done]
    if open_ones:
        told = {"done": len(below) - len(open_ones), "total": len(below)}
        raise Refused("RES-49", names="、".join(open_ones[:10]), **told)
    if not localised:
        raise Refused("RES-44")
    if ends_here and not below and not evidence:
        raise Refused("RES-45")
    if not ends_here and not below:
        raise Refused("RES-48")
