"""Commands on requests for passes: an agent asks for a firm within one matter, the desk issues, and the agent's right ends."""

import datetime as dt
import json
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from mingbai.domains.movement.commands.permits import (
    PERMITS,
    ROSTER,
    OpenBatch,
    PermitsBegun,
    Vehicle,
    batch_of,
    begin_job,
    want,
)
from mingbai.domains.movement.models import Batch, Wanted
from mingbai.domains.movement.rules import permits as rules
from mingbai.kernel import jobs, standing
from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Answer, Ask
from mingbai.kernel.canonical import sha256
from mingbai.kernel.commands.messages import tell, told
from mingbai.kernel.models import Mandate, Organisation
from mingbai.kernel.pass_keys import signing_key
from mingbai.kernel.people_sheet import read_roster
from mingbai.kernel.refusals import NotAllowed, Refused
from mingbai.kernel.registry import command
from mingbai.kernel.words import Code, Digest, PlaceCode, Reason, Role
from mingbai.kernel.workbooks.reading import read

MAY_ASK = "enterprise.may_request_passes"
ASKED = "movement.permits_asked"
WITHIN = dt.timedelta(minutes=30)

told(
    {
        "permits_ready": _("The passes that you asked for are issued. The desk prints them."),
        "permits_refused": _("The passes that you asked for were refused. The desk tells you why."),
    }
)


class RequestPermits(OpenBatch):
    """Ask for passes for a firm: for its vehicles by their plates, or for its staff by a roster."""

    organisation: UUID
    vehicles: list[Vehicle] = Field(default=[], max_length=rules.LINES_MOST)
    workbook: Digest | None = None
    total: int | None = Field(default=None, ge=0, le=100_000)


class Requested(Answer):
    """The batch that waits, and how many passes it asks for."""

    batch_id: UUID
    total: int


@command(
    role={Role.AGENT, Role.FIRM_HEAD, Role.CLERK, Role.SERVICE_OFFICER},
    title=_("Ask for passes"),
)
def request_permits(acting: Acting, ask: RequestPermits) -> Requested:
    """Ask for a firm's passes: for vehicles, or for the staff of a firm that may; the clock runs until the desk has issued them."""
    if (ask.kind == "person") != (ask.workbook is not None) or (
        (ask.kind == "person") == bool(ask.vehicles)
    ):
        raise Refused("MOV-46")
    team = acting.see(Organisation, id=ask.organisation)
    if team is None:
        raise Refused("ORG-4")
    mandate = acting.see(Mandate, id=acting.mandate) if acting.mandate else None
    if acting.role is Role.AGENT:
        sent_by = mandate.organisation_id if mandate else None
        rules.check_agent(acting.hat.case, sent_by, team.id, team.name)
    if ask.kind == "person":
        check_staff(acting, team, mandate)
    batch = batch_of(acting, ask, "asked")
    # A roster whose bad rows were mended is sent for the same batch again.
    again = ask.kind == "person" and batch.state == "issued" and batch.organisation_id == team.id
    again = again and batch.asked_by is not None
    if not again and (batch.state != "asked" or batch.asked_by not in (None, acting.person)):
        raise Refused("MOV-53", batch=ask.batch)
    if ask.workbook is not None:
        batch = acting.change(batch, job=kept_roster(acting, ask.workbook), state="asked")
        total = ask.total or 0
    else:
        want(acting, batch, ask.vehicles)
        total = len(acting.find(Wanted, batch_id=batch.id))
    acting.change(
        batch,
        organisation_id=team.id,
        asked_by=acting.person,
        mandate=acting.mandate,
        case=acting.hat.case,
    )
    acting.raise_item(
        kind=ASKED,
        subject=batch.code,
        place=batch.place,
        role=Role.DESK,
        due=acting.now + WITHIN,
        raises_to=Role.LEADER,
    )
    if acting.person is not None:
        acting.subject(acting.person)
    return Requested(batch_id=batch.id, total=total)


def check_staff(acting: Acting, team: Organisation, mandate: Mandate | None) -> None:
    """MOV-95 先批后证: passes for a firm's staff are asked for by its own side, once its word of standing says that it may."""
    own = mandate is not None and mandate.organisation_id == team.id
    if acting.role not in (Role.CLERK, Role.FIRM_HEAD) or not own or not may_ask(acting, team.id):
        raise NotAllowed("MOV-95")


def may_ask(acting: Acting, firm: UUID) -> bool:
    """Tell whether a firm may have passes for its staff now, by its word of standing."""
    word = standing.WORDS.get(MAY_ASK)
    return word is not None and standing.at(acting.store, word, firm.hex, acting.now) is not None


def kept_roster(acting: Acting, digest: str) -> UUID:
    """Return under which name the roster of this request is kept closed."""
    name = jobs.job_of(acting.entry)
    content = jobs.kept(name)
    if content is None or sha256(content).hex() != digest:
        raise Refused("MOV-96")
    return name


class OneBatch(Ask):
    """A batch that waits."""

    place: PlaceCode
    batch: Code


def waiting(acting: Acting, ask: OneBatch) -> Batch:
    """Return a batch that was asked for and not decided, locked."""
    found = acting.hold(Batch, place=ask.place, code=ask.batch)
    if found is None:
        raise Refused("MOV-45", batch=ask.batch)
    if found.state != "asked":
        raise Refused("MOV-53", batch=ask.batch)
    return found


@command(role={Role.DESK}, title=_("Issue what was asked for"))
def grant_permits(acting: Acting, ask: OneBatch) -> PermitsBegun:
    """Begin to issue the passes that were asked for; the one who asked is told when they are there."""
    signing_key()
    batch = waiting(acting, ask)
    job = jobs.job_of(acting.entry)
    if batch.kind == "person":
        if batch.organisation_id is not None and not may_ask(acting, batch.organisation_id):
            raise Refused("MOV-97")
        sent = batch.job
        content = jobs.kept(sent) if sent else None
        if content is None or sent is None:
            raise Refused("MOV-96")
        jobs.keep(job, content, batch=batch.code)
        acting.afterwards.append(lambda: jobs.drop(sent))
        begin_job(acting, batch, ROSTER, len(read_roster(read(content))), "")
        return PermitsBegun(job=job, batch_id=batch.id)
    total = len(acting.find(Wanted, batch_id=batch.id))
    begin_job(acting, batch, PERMITS, total, json.dumps({"batch": batch.id.hex, "wanted": True}))
    return PermitsBegun(job=job, batch_id=batch.id)


class RefuseBatch(OneBatch):
    """Do not issue what was asked for."""

    reason: Reason


@command(role={Role.DESK}, title=_("Refuse what was asked for"))
def refuse_permits(acting: Acting, ask: RefuseBatch) -> None:
    """Refuse passes that were asked for, with the reason; the one who asked is told."""
    batch = waiting(acting, ask)
    if batch.kind == "person" and (sent := batch.job) is not None:
        acting.afterwards.append(lambda: jobs.drop(sent))
    acting.change(batch, state="refused", job=None)
    acting.close_item(kind=ASKED, subject=batch.code, place=batch.place, outcome="refused")
    tell_asker(acting, batch, "permits_refused")


def tell_asker(acting: Acting, batch: Batch, kind: str) -> None:
    """Tell who asked for a batch what became of it."""
    if batch.asked_by is not None:
        acting.perform(tell, {"place": batch.place, "kind": kind, "person": batch.asked_by})


class CloseBatch(Ask):
    """Every row of a batch was looked at."""

    place: PlaceCode
    job: UUID


@command(role={Role.OPERATOR}, title=_("Close a batch"), shell=False)
def close_batch(acting: Acting, ask: CloseBatch) -> None:
    """Stop the clock of a batch whose passes are issued; an agent's right for this one matter ends with it."""
    batch = acting.hold(Batch, job=ask.job)
    if batch is None or batch.place != ask.place:
        return  # a later job issues this batch, and closes it
    state = "issued" if batch.state == "issuing" else batch.state  # one that is stopped stays so
    acting.change(batch, state=state, issued_at=batch.issued_at or acting.now)
    if batch.asked_by is None:
        return
    acting.close_item(kind=ASKED, subject=batch.code, place=batch.place, outcome="issued")
    tell_asker(acting, batch, "permits_ready")
    open_ones = [
        one
        for one in acting.find(Batch, case=batch.case, mandate=batch.mandate)
        if one.state in ("asked", "issuing")
    ]
    mandate = acting.hold(Mandate, id=batch.mandate) if batch.mandate else None
    if mandate is None or mandate.case is None or open_ones:
        return
    if mandate.ends_at is None or mandate.ends_at > acting.now:
        acting.change(mandate, ends_at=max(acting.now, mandate.starts_at))
        acting.subject(mandate.person_id)
