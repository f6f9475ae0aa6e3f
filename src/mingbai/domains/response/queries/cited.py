"""What is cited: the entry, what it is in words, and whether it was superseded since."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from mingbai.domains.response.models import Citation, Decision, Directive, Notice, PlanVersion
from mingbai.kernel.asks import Row
from mingbai.kernel.journal.asks import entries_of, numbers_of
from mingbai.kernel.models import Entry
from mingbai.kernel.rows import Store


class CitedRow(Row):
    """A cited entry: what it did, where and when; for a document of this desk its number, and the version that replaced it."""

    cited: UUID
    command: str
    place: str
    at: dt.datetime
    seq: int | None
    says: str | None
    superseded_by: int | None


def cited_by(store: Store, subjects: Iterable[UUID]) -> dict[UUID, list[CitedRow]]:
    """Return what each of these cites, in its order; nothing of the words of what is cited but a document's number."""
    rows = list(Citation.objects.filter(subject__in=list(subjects)).order_by("number"))
    wanted = {row.cited for row in rows}
    answers = entries_of(store, wanted)
    acts = Entry.objects.in_bulk(set(answers.values()))
    numbers = numbers_of(store, wanted)
    documents = documents_of(wanted)
    found: dict[UUID, list[CitedRow]] = defaultdict(list)
    for row in rows:
        act = acts[answers[row.cited]]
        says, superseded = documents.get(row.cited, (None, None))
        found[row.subject].append(
            CitedRow(
                cited=row.cited,
                command=act.command,
                place=act.place,
                at=act.at,
                seq=numbers.get(row.cited),
                says=says,
                superseded_by=superseded,
            )
        )
    return found


def documents_of(entries: set[UUID]) -> dict[UUID, tuple[str, int | None]]:
    """Return the number of each document of this desk among entries, and by which version it was superseded."""
    found: dict[UUID, tuple[str, int | None]] = {}
    notices = list(Notice.objects.filter(entry__in=entries))
    for one in notices:
        newest = newest_version(one) if one.superseded_by else None
        found[one.entry] = (f"{one.number} v{one.version}", newest)
    for plan in PlanVersion.objects.filter(entry__in=entries):
        last = (
            PlanVersion.objects.filter(place=plan.place, plan=plan.plan)
            .order_by("-version")
            .values_list("version", flat=True)[0]
        )
        found[plan.entry] = (
            f"{plan.title} v{plan.version}",
            last if last != plan.version else None,
        )
    for directive in Directive.objects.filter(entry__in=entries):
        found[directive.entry] = (directive.number, None)
    for decision in Decision.objects.filter(entry__in=entries):
        found[decision.entry] = (decision.number, None)
    return found


def newest_version(notice: Notice) -> int:
    """Return the newest version of a notice."""
    versions = Notice.objects.filter(place=notice.place, number=notice.number)
    return max(versions.values_list("version", flat=True))
