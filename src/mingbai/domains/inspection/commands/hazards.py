"""Hazards: the two words that this desk says of a firm, settled whenever a visit ends or a serious finding comes or goes."""

from uuid import UUID

from mingbai.domains.inspection.models import Finding, Visit, VisitItem
from mingbai.domains.inspection.queries import subjects
from mingbai.domains.inspection.rules import visits as rules
from mingbai.domains.inspection.words import PASSED, SERIOUS, STANDS_OPEN
from mingbai.kernel import standing
from mingbai.kernel.acting import Acting
from mingbai.kernel.clock import day
from mingbai.kernel.models import Standing
from mingbai.kernel.standing import StandingWord

LOOKED = (rules.OK, rules.FAILED)


def settle_words(acting: Acting, organisation: UUID, *, ended: Visit | None = None) -> None:
    """INS-P 有隐患不算过: a firm with an open serious hazard carries that word; one that was looked at whole and has none has passed.

    Whole means by every list for its return to work: a health visit says nothing of a chemical firm's tanks.
    """
    firm = organisation.hex
    found = acting.find(Finding, subject=firm)
    if any(one.severity == "serious" and one.state not in rules.SETTLED for one in found):
        unsay(acting, PASSED, firm)
        if standing.at(acting.store, SERIOUS, firm, acting.at) is None:
            unsay(acting, SERIOUS, firm)
            standing.say(acting, SERIOUS, firm, STANDS_OPEN)
        return
    unsay(acting, SERIOUS, firm)
    said = standing.at(acting.store, PASSED, firm, acting.at) is not None
    visits = [ended] if ended is not None and said else acting.find(Visit, subject=firm)
    if any(whole(acting, one) for one in visits) and all_seen(acting, organisation):
        unsay(acting, PASSED, firm)
        standing.say(acting, PASSED, firm, str(day(acting.at)))


def unsay(acting: Acting, word: StandingWord, firm: str) -> None:
    """Take a word back, also one that was said later than a late record from a phone tells of."""
    standing.owned(acting, word)
    for row in acting.find(Standing, subject=firm, what=word.name):
        if row.ends_at is None:
            acting.change(row, ends_at=max(acting.at, row.starts_at))


def whole(acting: Acting, visit: Visit) -> bool:
    """Tell whether a visit ended with every item looked at; a recheck or a look at one new fact says nothing of the rest."""
    if visit.state != rules.ENDED or visit.recheck or visit.new_fact is not None:
        return False
    items = acting.find(VisitItem, visit_id=visit.id)
    looked = [one.state in LOOKED for one in items]
    return any(looked) and not any(one.state == rules.LEFT for one in items)


def all_seen(acting: Acting, organisation: UUID) -> bool:
    """Tell whether every item of the lists for a firm's return to work was looked at, in one visit or several."""
    firm = subjects.firm_named(acting, organisation)
    level, grade = subjects.ruled(acting.store, firm.place, acting.at)
    held = subjects.lists_in_force(acting.store, firm.place, acting.at).values()
    asked = {
        item.code
        for row in held
        if row.looks_at == "resumption" and subjects.fits(row, firm, level, grade)
        for item in subjects.items_of(acting.store, row, level)
    }
    seen = {one.code for one in acting.find(VisitItem, subject=firm.key) if one.state in LOOKED}
    return asked <= seen
