"""Registers: a gate's paper register becomes rows; what is in doubt is kept to be verified, and only the sender sees the hints."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from mingbai.domains.movement import register_sheet
from mingbai.domains.movement.points import find_point
from mingbai.domains.movement.queries.measures import measure_at
from mingbai.domains.movement.register_sheet import RegisterRow
from mingbai.flows.imports import (
    IMPORTS,
    Imported,
    RowOutcome,
    known_requests,
    moment_of,
    request_of,
)
from mingbai.kernel.actors import Actor
from mingbai.kernel.jobs import Plan, Row
from mingbai.kernel.many.run import One, Outcome, run_many
from mingbai.kernel.moment import now as moment_now
from mingbai.kernel.perform import perform
from mingbai.kernel.refusals import Conflict, Refused
from mingbai.kernel.registry import planner
from mingbai.kernel.rows import Store
from mingbai.kernel.words import Known
from mingbai.kernel.workbooks.reading import Sheet, read

KIND = register_sheet.KIND
COPY = "movement.copy_arrival"


def import_register(
    content: bytes,
    place: str,
    *,
    point: str | None,
    year: int | None,
    as_: Actor,
    mandate: UUID | None,
    dry_run: bool,
) -> Imported:
    """Import a gate's paper register: every arrival once, in doubt or not; what is in doubt waits for a call."""
    sheets = read(content)
    rows = register_sheet.read_register(sheets, year=year)
    gate = gate_of(sheets, point)
    found = Imported(KIND, place, sheets, register_sheet.recognise, dry_run=dry_run)
    asked = asked_of(rows, place, gate)
    if dry_run:
        known = known_requests([one.request for one in asked.values()])
        found.rows = [looked(row, known, asked.get(key_of(row))) for row in rows]
        return found
    if find_point(Store(), place, gate) is None:
        ask = {"place": place, "point": gate}
        perform("movement.open_checkpoint", ask, as_=as_, mandate=mandate)
    done = run_many(COPY, list(asked.values()), as_=as_, mandate=mandate, known=Known.REPORTED)
    came = {one.request: one for part in done for one in part}
    found.rows = [
        taken(row, came[asked[key_of(row)].request])
        if key_of(row) in asked
        else told(row, row.outcome)
        for row in rows
    ]
    return found


def gate_of(sheets: list[Sheet], point: str | None) -> str:
    """Return the gate whose register this is: the one that was said, or the one in the title."""
    gate = point or register_sheet.gate_named(sheets)
    if not gate:
        raise Refused("MOV-21")
    return gate


def key_of(row: RegisterRow) -> tuple[str, int]:
    """Return by what a row is named within its workbook."""
    return row.sheet, row.row


def asked_of(rows: Sequence[RegisterRow], place: str, gate: str) -> dict[tuple[str, int], One]:
    """Return what is asked for each row; of one that stands there twice, or tells of no day, nothing is."""
    store = Store()
    measure = measure_at(store, place, moment_now(store))
    return {
        key_of(row): one_of(row, row.arrived_on, place, gate, origin=measure is not None)
        for row in rows
        if row.outcome in ("ok", "to_verify") and row.arrived_on is not None
    }


def one_of(row: RegisterRow, on: dt.date, place: str, gate: str, *, origin: bool) -> One:
    """Return what is asked for a row; where somebody comes from is left out unless a measure asks for it."""
    ask: dict[str, Any] = {
        "place": place,
        "point": gate,
        "name": row.name,
        "document_kind": row.document_kind,
        "document_number": row.document[:40] or None,
        "phone": row.phone[:20] or None,
        "from_place": (row.from_place or None) if origin else None,
        "lodging": row.lodging or None,
        "arrived_on": on,
    }
    return One(ask, request_of(KIND, place, row.identity), moment_of(on))


def told(row: RegisterRow, outcome: str, **more: Any) -> RowOutcome:
    """Return what became of a row, with number and readings for the one who sent the file."""
    kept = outcome in ("ok", "to_verify")
    said: dict[str, Any] = {
        "name": row.name,
        "arrived_on": row.arrived_on.isoformat() if row.arrived_on else None,
    }
    if kept and row.good_number:
        said["document_number"] = row.good_number
    if outcome == "to_verify" and row.hints:
        said["hints"] = list(row.hints)
    why = more.pop("why", row.why if outcome in ("to_verify", row.outcome) else None)
    message = more.pop("message", None) or message_of(row, why)
    return RowOutcome(row.row, outcome, row.sheet, why=why, message=message, more=said, **more)


def message_of(row: RegisterRow, why: str | None) -> str | None:
    """Return in a sentence why a row was not simply taken."""
    if why is None:
        return None
    if row.outcome == "refused":
        missing = register_sheet.NAME_MISSING if not row.name else register_sheet.DAY_MISSING
        return str(missing)
    return str(register_sheet.SAYINGS[why])


def looked(row: RegisterRow, known: set[UUID], one: One | None) -> RowOutcome:
    """Return what would become of a row."""
    if one is not None and one.request in known:
        return told(row, "duplicate", why=None)
    return told(row, row.outcome)


def taken(row: RegisterRow, came: Outcome) -> RowOutcome:
    """Return what became of a row that was asked for."""
    refusal = came.refusal
    if came.outcome == "already_done" or isinstance(refusal, Conflict):
        return told(row, "duplicate", why=None)
    if refusal is None:
        return told(row, str(came.result["outcome"]))
    if refusal.code == "MOV-4":
        return told(row, "duplicate", why=register_sheet.TWICE, message=refusal.sentence())
    return told(row, "refused", why=None, rule=refusal.code, message=refusal.sentence())


@planner(KIND)
def plan_register(content: bytes, place: str, options: dict[str, Any]) -> Plan:
    """Plan a gate's paper register: every arrival once; what a job writes down of a row holds no number and no hint."""
    sheets = read(content)
    gate = gate_of(sheets, options.get("point"))
    rows = register_sheet.read_register(sheets, year=options.get("year"))
    asked = asked_of(rows, place, gate)
    planned = []
    for row in rows:
        one = asked.get(key_of(row))
        why = None if one else row.why
        planned.append(Row(row.row, row.sheet, one, row.outcome, why, message_of(row, why)))
    return Plan(COPY, planned)


IMPORTS[KIND] = import_register
