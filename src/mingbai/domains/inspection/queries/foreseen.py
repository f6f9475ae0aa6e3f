"""What the inspection desk foresees of a change: checklists that grow shorter or longer, begin or cease to apply."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mingbai.domains.inspection.models import Checklist
from mingbai.domains.inspection.queries import subjects
from mingbai.domains.inspection.rules import visits as rules
from mingbai.kernel.foresight import Foreseen, Question, foresees
from mingbai.kernel.places import is_under
from mingbai.kernel.rows import Store


@foresees("inspection.checklists", gettext_lazy("Checklists"))
def checklists(store: Store, asked: Question) -> Iterator[Foreseen]:
    """Give every list that would have other items: one of a place above is counted for the place that is asked about."""
    places = [asked.place, *owning(store, asked.place)]
    told: set[str] = set()
    for place in places:
        held = subjects.lists_in_force(store, place, asked.at)
        for code, row in sorted(held.items()):
            if code in told or (place != asked.place and row.place != place):
                continue
            told.add(code)
            before = counted(store, row, rules.words_of(asked.before(place)))
            after = counted(store, row, rules.words_of(asked.after(place)))
            if before != after:
                yield Foreseen(code, row.name_zh, place, said(before), said(after))


def owning(store: Store, above: str) -> list[str]:
    """Return the places below one that have lists of their own."""
    rows = store.fetch(Checklist, {"withdrawn_at": None}, limit=None)
    return sorted({row.place for row in rows if row.place != above and is_under(row.place, above)})


def counted(store: Store, row: Checklist, words: tuple[str, str]) -> int:
    """Return how many items of a list apply at a level and grade."""
    level, grade = words
    if not (rules.holds(row.levels, level) and rules.holds(row.grades, grade)):
        return 0
    return len(subjects.items_of(store, row, level))


def said(count: int) -> str:
    """Say how many items a list has."""
    return _("%(count)s items") % {"count": count} if count else _("does not apply")
