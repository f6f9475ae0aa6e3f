"""Passes for a roster: the workbook goes in; the codes, the sheets to print and the rows to mend come out.

登记表一张，通行证一夜：好的先发，错的列出来改，再来一遍不会多发一张。
"""

import csv
import datetime as dt
import io
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from mingbai.flows.pass_sheets import Card, pages, single
from mingbai.kernel import jobs, people_sheet
from mingbai.kernel.actors import OPERATOR, Actor
from mingbai.kernel.canonical import sha256
from mingbai.kernel.clock import PLACE_ZONE, day, start_of_day
from mingbai.kernel.identity import uuid7
from mingbai.kernel.models import Job
from mingbai.kernel.moment import now as moment_now
from mingbai.kernel.perform import answer, perform
from mingbai.kernel.refusals import Refused
from mingbai.kernel.rows import Store
from mingbai.kernel.workbooks.headings import find_headings
from mingbai.kernel.workbooks.reading import read
from mingbai.kernel.workbooks.writing import Marked, write_marked

VALID_DAYS = 14
ROSTER = "movement.permit_roster"


@dataclass
class Issued:
    """What one run issued."""

    job: UUID
    batch: str
    total: int = 0
    outcomes: list[dict[str, Any]] = field(default_factory=list)

    @property
    def fresh(self) -> list[tuple[int, str]]:
        """Return the rows that got a pass in this run, each with the pass's number."""
        return [
            (one["row"], one["result"]["permit"])
            for one in self.outcomes
            if one["outcome"] == "accepted"
        ]

    def totals(self) -> dict[str, int]:
        """Return how many rows had which outcome."""
        names = {"issued": "accepted", "duplicate": "duplicate", "refused": "refused"}
        found = {
            word: sum(one["outcome"] == outcome for one in self.outcomes)
            for word, outcome in names.items()
        }
        return found | {"to_verify": sum(one["outcome"] == "to_verify" for one in self.outcomes)}

    def as_json(self) -> dict[str, Any]:
        """Return what programs read: totals, and what was not issued."""
        rows = [
            {
                key: one[key]
                for key in ("row", "sheet", "outcome", "why", "rule", "message")
                if key in one
            }
            for one in self.outcomes
            if one["outcome"] != "accepted"
        ]
        return {"job": str(self.job), "batch": self.batch, "totals": self.totals(), "rows": rows}


def span(days: int) -> dict[str, dt.datetime]:
    """Return from when until when passes of so many days hold: from this day's beginning, to the end of a day."""
    today = day(moment_now(Store()))
    return {
        "valid_from": start_of_day(today),
        "valid_to": start_of_day(today + dt.timedelta(days=days)),
    }


def batch_name(kind: str, request: UUID) -> str:
    """Return a name for a batch that was given none: its day, second and kind, and the end of the request that asked for it.

    Two firms may ask in one second, and the clock of a story stands still.
    """
    asked = moment_now(Store()).astimezone(PLACE_ZONE)
    return f"{asked:%Y-%m-%d-%H%M%S}-{kind or 'passes'}-{request.hex[-4:]}"


def begin_roster(
    content: bytes,
    place: str,
    *,
    batch: str | None = None,
    valid_days: int = VALID_DAYS,
    places: list[str] | None = None,
    as_: Actor = OPERATOR,
    mandate: UUID | None = None,
    request: UUID | None = None,
) -> UUID:
    """Begin to issue passes to everybody on a roster; return the job."""
    today = day(moment_now(Store()))
    total = len(people_sheet.read_roster(read(content)))
    code = batch or today.isoformat()
    wanted = request or uuid7()
    job = jobs.job_of(wanted)
    ask = {
        "place": place,
        "batch": code,
        "kind": "person",
        "places": places or [place],
        "workbook": sha256(content).hex(),
        "total": total,
    } | span(valid_days)
    jobs.keep(job, content, batch=code)
    try:
        perform("movement.issue_permits", ask, as_=as_, mandate=mandate, request_id=wanted)
    except Refused:
        jobs.drop(job)
        raise
    return job


def request_roster(
    content: bytes,
    place: str,
    organisation: UUID,
    *,
    batch: str | None = None,
    valid_days: int = VALID_DAYS,
    as_: Actor,
    mandate: UUID | None = None,
    request: UUID | None = None,
) -> UUID:
    """Ask, as a firm that may, for passes for the staff on its roster; return the batch that waits for the desk."""
    wanted = request or uuid7()
    sent = jobs.job_of(wanted)
    ask = {
        "place": place,
        "organisation": organisation,
        "batch": batch or batch_name("person", wanted),
        "kind": "person",
        "workbook": sha256(content).hex(),
        "total": len(people_sheet.read_roster(read(content))),
    } | span(valid_days)
    jobs.keep(sent, content)
    try:
        receipt = perform(
            "movement.request_permits", ask, as_=as_, mandate=mandate, request_id=wanted
        )
    except Refused:
        jobs.drop(sent)
        raise
    return UUID(receipt.result["batch_id"])


def unfinished(content: bytes, place: str) -> UUID | None:
    """Return the job that was cut off with this very roster, if there is one: it is gone on with, not begun again."""
    waiting = Store().fetch(Job, {"kind": ROSTER, "place": place, "ended_at": None}, limit=None)
    return next((row.id for row in waiting if jobs.kept(row.id) == content), None)


def issue_roster(content: bytes, place: str, **options: Any) -> Issued:
    """Issue passes to everybody on a roster, to the end; good rows at once, bad ones listed, nobody twice."""
    job = unfinished(content, place) or begin_roster(content, place, **options)
    while not jobs.go_on(job):
        time.sleep(0.2)  # the worker has it in hand
    return outcome_of(job, place)


def outcome_of(job: UUID, place: str) -> Issued:
    """Return what became of a job that issued passes."""
    row = Store().fetch(Job, {"id": job})[0]
    if row.stopped:
        raise Refused("JOB-3", why=row.stopped)
    rows = answer("movement.batches", {"place": place})
    code = next((one.batch for one in rows if one.job == job), "")
    return Issued(job, code, row.total, jobs.outcomes_of(row))


def cards(
    place: str,
    *,
    batch: str | None = None,
    numbers: Iterable[str] = (),
    as_: Actor = OPERATOR,
    mandate: UUID | None = None,
) -> list[Card]:
    """Return what is printed on the passes of a batch, or on these in the order as given."""
    ask = {"place": place} | ({"batch": batch} if batch else {"permits": list(numbers)})
    return [
        Card(
            token=row.token,
            number=row.permit,
            kind=row.kind,
            title=row.title,
            lines=(row.about, row.organisation),
            places=row.where,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        )
        for row in answer("movement.print_permits", ask, as_=as_, mandate=mandate)
    ]


def csv_of(found: Issued, printed: list[Card]) -> bytes:
    """Return this run's passes as CSV: the row of the roster, and the text of its code."""
    texts = {one.number: one.token for one in printed}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["row", "token"])
    writer.writerows([row, texts[number]] for row, number in found.fresh if number in texts)
    return out.getvalue().encode()


def refused_workbook(content: bytes, found: Issued) -> bytes:
    """Return the rows that got no pass, with the reason beside each: to be mended and sent again."""
    marked = []
    for sheet in read(content):
        headings = find_headings(sheet, people_sheet.recognise)
        if headings is None:
            continue
        reasons = {
            one["row"]: one.get("message") or one.get("why") or ""
            for one in found.outcomes
            if one["outcome"] in ("refused", "to_verify")
            and one.get("sheet", sheet.name) in ("", sheet.name)
        }
        marked.append(Marked(sheet, reasons, headings.last_row + 1))
    return write_marked(marked)


def sheets(printed: list[Card], *, one_card: bool = False) -> bytes:
    """Return the printed passes: ten to a page, or one on a card."""
    moment = moment_now(Store())
    return single(printed[0], at=moment) if one_card and printed else pages(printed, at=moment)
