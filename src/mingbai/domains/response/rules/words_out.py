"""Rules of notices, plans, decisions and alerts: pure, each with its number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mingbai.domains.response.directive_words import Difference
from mingbai.kernel.refusals import Refused, sentences
from mingbai.kernel.saying import _

SHOWN_FROM = 10
MEASURE = "measure"

sentences(
    {
        "RES-60": _(
            "A notice with this number stands here already. Open it and write its next version."
        ),
        "RES-61": _("No notice of this number or id stands at this place."),
        "RES-62": _(
            "This is not the newest version any more. Open version %(version)s and change that one."
        ),
        "RES-63": _("A notice goes to this place and those under it: %(name)s is elsewhere."),
        "RES-64": _(
            "This notice is not addressed to your office. You can read it; no receipt is kept."
        ),
        "RES-70": _(
            "The line %(line)s stands in this plan twice. Give each line a name of its own."
        ),
        "RES-71": _(
            "The line %(line)s of the version before is missing. Keep it, or leave it out with the reason."
        ),
        "RES-72": _(
            "There is no line %(line)s to leave out: the version before has none, or this one keeps it."
        ),
        "RES-73": _(
            "The line %(line)s: a measure says how strict it is, from 0 to 3; a goal or a key point does not."
        ),
        "RES-74": _("No plan of this name and version stands at this place."),
        "RES-75": _("Nothing differs from the version before, so no new version was written."),
        "RES-80": _(
            "A decision with this number stands here already. Give this one a number of its own."
        ),
        "RES-81": _(
            "One of the cited entries is not in the account, or not yours to read: %(entry)s. Take it out or choose another one."
        ),
        "RES-82": _("No decision of this number or id stands at this place."),
        "RES-83": _(
            "You have objected to this decision already; your words are kept. Nothing was written twice."
        ),
        "RES-84": _(
            "This decision does not concern the place that this code or sign-in belongs to."
        ),
        "RES-85": _("No objection of this id waits for an answer here."),
        "RES-86": _("No joint group of this id meets here today."),
        "RES-87": _(
            "This department is not registered, or it has ended: choose one from the list."
        ),
        "RES-88": _(
            "To object, use the code on your household's slip, or sign in. Your name is not shown."
        ),
        "RES-89": _("You are not a member of this group."),
        "RES-90": _("Line %(line)s: %(problem)s"),
        "RES-91": _("No alert of this name was given out for this place."),
    }
)


@dataclass(frozen=True)
class Line:
    """One line of a plan, as rules compare it."""

    part: str
    code: str
    text: str
    reason: str
    strictness: int | None = None


@dataclass(frozen=True)
class Changed:
    """What became of one line between two versions, and why."""

    how: Difference
    code: str
    part: str
    before: str | None
    after: str | None
    reason: str


def check_lines(lines: Sequence[Line]) -> None:
    """RES-70 一条一名: each line of a plan has a name of its own, and each measure says how strict it is."""
    seen: set[str] = set()
    for line in lines:
        if line.code in seen:
            raise Refused("RES-70", line=line.code)
        seen.add(line.code)
        if (line.part == MEASURE) != (line.strictness is not None):
            raise Refused("RES-73", line=line.code)


def check_next(
    before: Mapping[str, Line], lines: Sequence[Line], left_out: Mapping[str, str]
) -> None:
    """RES-71 去必有由: a line of the version before is kept, or left out with a reason; and something differs."""
    now = {line.code: line for line in lines}
    for code in left_out:
        if code not in before or code in now:
            raise Refused("RES-72", line=code)
    for code in before:
        if code not in now and code not in left_out:
            raise Refused("RES-71", line=code)
    if before and not left_out and now.keys() == before.keys() and not differences(before, now, {}):
        raise Refused("RES-75")


def differences(
    before: Mapping[str, Line], after: Mapping[str, Line], why_left_out: Mapping[str, str]
) -> list[Changed]:
    """Return what was added, eased, tightened, reworded and removed from one version to another, each with its reason."""
    found = []
    for code, line in after.items():
        old = before.get(code)
        how = Difference.ADDED if old is None else changed_how(old, line)
        if how is not None:
            told = old.text if old else None
            found.append(Changed(how, code, line.part, told, line.text, line.reason))
    for code, old in before.items():
        if code not in after:
            reason = why_left_out.get(code, "")
            found.append(Changed(Difference.REMOVED, code, old.part, old.text, None, reason))
    order = list(Difference)
    return sorted(found, key=lambda one: order.index(one.how))


def changed_how(old: Line, new: Line) -> Difference | None:
    """Return how a line that stands in both versions differs; nothing when it does not."""
    if old.strictness is not None and new.strictness is not None:
        if new.strictness < old.strictness:
            return Difference.EASED
        if new.strictness > old.strictness:
            return Difference.TIGHTENED
    return Difference.REWORDED if (old.text, old.part) != (new.text, new.part) else None


def public_count(count: int, affected: int) -> tuple[int | None, str | None]:
    """Return objections and their rate in percent as everyone may read them: groups under ten are not shown, rates are cut."""
    if count < SHOWN_FROM:
        return None, None
    if affected < max(count, 1):
        return count, None
    tenths = count * 1000 // affected
    return count, f"{tenths // 10}.{tenths % 10}"
