"""How an application is decided: a rule as data says what is required, and a pure function holds the firm's facts against it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mingbai.domains.enterprise.words import CLOSED, HAZARD, Need, Verdict, Way

ORDER = {way: at for at, way in enumerate(Way)}
FIRST_VERSION = 1


@dataclass(frozen=True)
class ClauseOf:
    """One clause: for which levels, grades and sectors it speaks (an empty list is for all), and what it says."""

    levels: tuple[str, ...] = ()
    grades: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    way: str | None = None

    def fits(self, level: str, grade: str, sector: str | None) -> bool:
        """Tell whether the clause speaks of such a firm."""
        return (
            (not self.levels or level in self.levels)
            and (not self.grades or grade in self.grades)
            and (not self.sectors or (sector or "-").startswith(self.sectors))
        )


@dataclass(frozen=True)
class RuleOf:
    """One version of the rule."""

    version: int
    clauses: tuple[ClauseOf, ...]


# Where people sit at desks and few come in: to declare is enough in a low-risk zone.
LOW_HAZARD = ("I", "J", "K", "L", "M")
FIRST_RULE = RuleOf(
    FIRST_VERSION,
    (
        ClauseOf(levels=("I",), sectors=("R", "P"), way=Way.CLOSED),
        ClauseOf(
            grades=("high",),
            needs=(Need.CONTROL_PLAN, Need.PROTECTIVE_STOCK, Need.ISOLATION_ROOMS),
            way=Way.INSPECT,
        ),
        ClauseOf(grades=("low",), sectors=LOW_HAZARD, way=Way.DECLARE),
        ClauseOf(needs=(Need.ADDRESS, Need.SECTOR, Need.ROSTER, Need.CONTACT)),
        ClauseOf(grades=("medium",), needs=(Need.CONTROL_PLAN, Need.PROTECTIVE_STOCK)),
        ClauseOf(sectors=tuple("ABCDEFGHNOPQR"), needs=(Need.CONTROL_PLAN, Need.PROTECTIVE_STOCK)),
        ClauseOf(sectors=("C", "H"), needs=(Need.CANTEEN_PLAN,)),
        ClauseOf(levels=("I",), sectors=("C", "E"), needs=(Need.RETURN_PLAN,)),
    ),
)
"""What holds where no entry has said otherwise."""


@dataclass(frozen=True)
class Required:
    """What is required of a firm at a moment: by which version, at which level and grade, and in which way it is decided."""

    version: int
    level: str
    grade: str
    way: str
    needs: tuple[str, ...]
    stock_days: int


@dataclass(frozen=True)
class Facts:
    """What is known of a firm: the parts that it holds, with the quantity where that is judged, and what the inspection says."""

    held: Mapping[str, int | None] = field(default_factory=dict)
    serious: bool = False
    passed: bool = False


@dataclass(frozen=True)
class Judgement:
    """What follows: the verdict, what is missing, and why."""

    verdict: Verdict
    lacking: tuple[str, ...]
    reasons: tuple[str, ...]
    required: Required


def required_by(
    rule: RuleOf, level: str, grade: str, sector: str | None, stock_days: int
) -> Required:
    """Return what a version requires: every clause that fits adds its needs, the first that names a way decides it.

    In a zone of high risk a visit comes first, whatever a version says.
    """
    fitting = [clause for clause in rule.clauses if clause.fits(level, grade, sector)]
    wanted = {need for clause in fitting for need in clause.needs}
    way = next((clause.way for clause in fitting if clause.way), Way.APPLY)
    if grade == "high" and ORDER[Way(way)] < ORDER[Way.INSPECT]:
        way = Way.INSPECT
    needs = tuple(need.value for need in Need if need in wanted)
    return Required(rule.version, level, grade, str(way), needs, stock_days)


def decide(facts: Facts, required: Required) -> Judgement:
    """Return the verdict: exactly what is missing, or that a visit comes first, or approved; with the reasons."""
    lacking = [need for need in required.needs if not enough(need, facts, required)]
    complete = not lacking
    reasons = ["complete" if complete else "incomplete"]
    if Need.PROTECTIVE_STOCK in required.needs and Need.PROTECTIVE_STOCK in facts.held:
        short = Need.PROTECTIVE_STOCK in lacking
        reasons.append("stock_short" if short else "stock_lasts")
    if facts.serious:
        lacking.append(HAZARD)
    reasons.append("serious_hazard" if facts.serious else "no_serious_hazard")
    if required.way == Way.CLOSED:
        lacking.append(CLOSED)
        reasons.append("zone_closed")
    elif required.way == Way.INSPECT:
        reasons.append("inspected" if facts.passed else "visit_first")
    else:
        reasons.append("declared" if required.way == Way.DECLARE else "zone_allows")
    if lacking:
        verdict = Verdict.MISSING
    elif required.way == Way.INSPECT and not facts.passed:
        verdict = Verdict.INSPECT_FIRST
    else:
        verdict = Verdict.APPROVED
    return Judgement(verdict, tuple(lacking), tuple(reasons), required)


def enough(need: str, facts: Facts, required: Required) -> bool:
    """Tell whether a part is there, and enough of it where it is counted."""
    if need not in facts.held:
        return False
    quantity = facts.held[need]
    if need == Need.PROTECTIVE_STOCK and quantity is not None:
        return quantity >= required.stock_days
    return True


def strictest(found: Iterable[Judgement]) -> Judgement:
    """Return of several judgements the one that lets least happen; of equal ones the first."""
    order = list(Verdict)
    return max(found, key=lambda one: (order.index(one.verdict), len(one.lacking)))
