"""Jobs: long work in steps that may be cut off at any moment and go on; no row is done twice, and none is left out.

What a job works on, and what became of each row, lies encrypted in the folder `jobs` beside the account: rows of people do
not belong in a table of progress. Each step is one chunk of `run_many`; the job's own row moves in the same transaction.
"""

import datetime as dt
import json
import logging
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar, overload
from uuid import UUID, uuid5

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connections

from mingbai.kernel.acting import Acting
from mingbai.kernel.actors import Actor
from mingbai.kernel.folder import alone, folder, write_safely
from mingbai.kernel.garbage import growing
from mingbai.kernel.identity import uuid7
from mingbai.kernel.keys import keys
from mingbai.kernel.many.run import One, Outcome, run_many
from mingbai.kernel.models import Job
from mingbai.kernel.perform import as_house, perform
from mingbai.kernel.refusals import AlreadyThere, Refused
from mingbai.kernel.registry import REGISTRY
from mingbai.kernel.turn import NoRoom, room
from mingbai.kernel.words import Known, Via

LOG = logging.getLogger("mingbai.jobs")
R = TypeVar("R")
NONCE = 12
STEP = 2000  # a quarter of a second of people: nobody else writes meanwhile
ROOMY = 256_000  # kilobytes
BESIDE = "index"  # rows are done in the order of requests that begin as the index of their documents does


class Row(NamedTuple):
    """One row of a job: what is asked for it, or what is known of it without asking."""

    number: int
    sheet: str = ""
    one: One | None = None
    outcome: str = "refused"
    why: str | None = None
    message: str | None = None


class Beside(Sequence[Row], Generic[R]):
    """The rows of a job in the order of their requests: those of a step lie beside each other in the index of all requests.

    At a million requests each row of a step would otherwise have a page of that index written anew. What has no request
    comes first. All is read when the first step comes.

    A job that a version before began goes on in the order in which its rows were written.
    """

    def __init__(
        self,
        read: Sequence[R],
        requests: Callable[[Sequence[R]], list[UUID | None]],
        made: Callable[[R, UUID | None], Row],
        *,
        as_written: bool,
    ) -> None:
        self.read, self.requests, self.made, self.as_written = read, requests, made, as_written

    @cached_property
    def ordered(self) -> list[tuple[UUID | None, R]]:
        """Return what was read, each with its request, in the order of the requests."""
        named: list[tuple[UUID | None, R]] = []
        for start in range(0, len(self.read), STEP):
            # Each is named while it is still at hand.
            part = self.read[start : start + STEP]
            named += zip(self.requests(part), part, strict=True)
        if not self.as_written:
            named.sort(key=lambda each: -1 if each[0] is None else each[0].int)
        return named

    def __len__(self) -> int:
        return len(self.read)

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> list[Row]: ...
    def __getitem__(self, at: int | slice) -> Row | list[Row]:
        if isinstance(at, slice):
            return [self.made(one, request) for request, one in self.ordered[at]]
        request, one = self.ordered[at]
        return self.made(one, request)


@dataclass(frozen=True)
class Plan:
    """What a job does with its content: the command, and a row for every row."""

    command: str
    rows: Sequence[Row]
    known: Known = Known.REPORTED


Planner = Callable[[bytes, str, dict[str, Any]], Plan]
PLANS: dict[UUID, Plan] = {}
PLANS_MOST = 3


def _path(job: UUID, what: str) -> Path:
    return folder() / "jobs" / f"{job.hex}.{what}"


def _lock(content: bytes, job: UUID, what: str) -> bytes:
    nonce = os.urandom(NONCE)
    bound = f"mingbai/job/1/{job.hex}/{what}".encode()
    return nonce + AESGCM(keys().journal).encrypt(nonce, content, bound)


def _unlock(locked: bytes, job: UUID, what: str) -> bytes:
    bound = f"mingbai/job/1/{job.hex}/{what}".encode()
    return AESGCM(keys().journal).decrypt(locked[:NONCE], locked[NONCE:], bound)


def begin(
    kind: str,
    content: bytes,
    place: str,
    *,
    as_: Actor,
    mandate: UUID | None = None,
    request_id: UUID | None = None,
    **options: Any,
) -> UUID:
    """Begin a job: its content is kept closed, and the worker goes on with it from here."""
    options["beside"] = BESIDE
    plan = planned(kind, content, place, options)
    ask = {"place": place, "kind": kind, "total": len(plan.rows)}
    request = request_id or uuid7()
    job = job_of(request)
    lay_here = _path(job, "content").exists()
    # The content first: a job of which nothing was kept could only stop.
    keep(job, content, **options)
    try:
        receipt = perform("jobs.begin", ask, as_=as_, mandate=mandate, request_id=request)
    except Refused:
        if not lay_here:
            drop(job)
        raise
    if receipt.already and Job.objects.filter(id=job).exclude(ended_at=None).exists():
        drop(job)
    return job


def planned(kind: str, content: bytes, place: str, options: dict[str, Any]) -> Plan:
    """Return what a job does with its content."""
    with growing():
        plan: Plan = REGISTRY.planners[kind](content, place, options)
    return plan


def job_of(request: UUID) -> UUID:
    """Return the id of the job that a request begins: known before, so that its content lies there when the job does."""
    return uuid5(request, "job")


def keep(job: UUID, content: bytes, **options: Any) -> None:
    """Keep closed what a job works on."""
    told = json.dumps(options, ensure_ascii=False).encode()
    with room():
        write_safely(_path(job, "options"), _lock(told, job, "options"))
        write_safely(_path(job, "content"), _lock(content, job, "content"))


def kept(job: UUID) -> bytes | None:
    """Return what a job works on, while it is there."""
    path = _path(job, "content")
    return _unlock(path.read_bytes(), job, "content") if path.exists() else None


def drop(job: UUID) -> None:
    """Forget what a job would have worked on."""
    PLANS.pop(job, None)
    for what in ("content", "options"):
        _path(job, what).unlink(missing_ok=True)


def go_on(job: UUID, *, steps: int | None = None) -> bool:
    """Go on with a job; tell whether it has ended. It may be cut off anywhere and called again."""
    lock = _path(job, "lock")
    lock.parent.mkdir(parents=True, exist_ok=True)
    with alone(lock, wait=False) as mine:
        if not mine:
            return False
        row = Job.objects.get(id=job)
        if row.ended_at is not None:
            return True
        if not row.content and not _path(job, "content").exists():
            as_house("jobs.stop", {"job": job, "why": "content-gone"})
            return True
        with roomy():
            return _steps(row, steps)


@contextmanager
def roomy() -> Iterator[None]:
    """Let SQLite keep more of the account's file in memory: a long load meets its indexes everywhere at once."""
    held = connections["default"]
    if held.vendor != "sqlite":
        yield
        return
    with held.cursor() as cursor:
        usual = cursor.execute("PRAGMA cache_size").fetchone()[0]
        cursor.execute(f"PRAGMA cache_size={-ROOMY}")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA cache_size={usual}")


def plan_of(row: Job) -> Plan:
    """Return the plan of a job; the worker, who does a step of each job in turn, makes it once."""
    if row.id not in PLANS:
        content, told = row.content.encode(), {}
        if not content:
            content = _unlock(_path(row.id, "content").read_bytes(), row.id, "content")
            told = json.loads(_unlock(_path(row.id, "options").read_bytes(), row.id, "options"))
        while len(PLANS) >= PLANS_MOST:
            del PLANS[next(iter(PLANS))]
        PLANS[row.id] = planned(row.kind, content, row.place, told)
    return PLANS[row.id]


def _steps(row: Job, steps: int | None) -> bool:
    plan = plan_of(row)
    actor = Actor(person=row.person, via=Via(row.via))
    done, taken = row.done, 0
    while done < len(plan.rows):
        if steps is not None and taken == steps:
            return False
        try:
            with growing():
                done += _step(row, plan, done, actor)
        except NoRoom:
            # It goes on when there is room again.
            raise
        except Refused as refusal:
            as_house("jobs.stop", {"job": row.id, "why": refusal.code})
            PLANS.pop(row.id, None)
            return True
        taken += 1
    as_house("jobs.end", {"job": row.id})
    drop(row.id)
    return True


def _step(row: Job, plan: Plan, done: int, actor: Actor) -> int:
    """Do one step: the rows' acts, what became of them, and the job's own row, together; return how many rows it did."""
    part = plan.rows[done : done + STEP]

    def moved(acting: Acting, outcomes: Sequence[Outcome]) -> None:
        said = told_of(part, outcomes)
        append(row.id, {"from": done, "rows": said})
        held = acting.hold(Job, id=row.id)
        assert held is not None and held.done == done, "another worker went on with this job"
        came = Counter([one["outcome"] for one in said])
        counts = {name: came[name] for name in ("accepted", "refused", "to_verify", "duplicate")}
        acting.change(
            held,
            done=done + len(part),
            **{name: getattr(held, name) + count for name, count in counts.items()},
        )

    asks = [each.one for each in part if each.one is not None]
    if not asks:
        said = told_of(part, [])
        append(row.id, {"from": done, "rows": said})
        doubtful = sum(one["outcome"] == "to_verify" for one in said)
        passed = {"refused": len(part) - doubtful, "to_verify": doubtful}
        as_house("jobs.pass_over", {"job": row.id, **passed})
        return len(part)
    for _outcomes in run_many(
        plan.command,
        asks,
        as_=actor,
        mandate=row.mandate,
        known=plan.known,
        step=moved,
        chunk=STEP,
    ):
        continue
    return len(part)


TOLD_AS = {"already_done": "duplicate", "overruled": "accepted"}


def told_of(part: Sequence[Row], outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Return what became of each row of a step."""
    came = iter(outcomes)
    found = []
    for number, sheet, one, outcome, why, message in part:
        said: dict[str, Any] = {"row": number, "outcome": outcome}
        if sheet:
            said["sheet"] = sheet
        if one is None:
            if why:
                said["why"] = why
            if message:
                said["message"] = message
        else:
            _request, outcome, result, refusal = next(came)
            said["outcome"] = TOLD_AS.get(outcome, outcome)
            if refusal is not None:
                said |= {"rule": refusal.code, "message": refusal.sentence()}
                if isinstance(refusal, AlreadyThere):
                    said["outcome"] = "duplicate"
            if result:
                said["result"] = result
                if outcome == "accepted" and result.get("outcome") == "to_verify":
                    said["outcome"] = "to_verify"
        found.append(said)
    return found


def append(job: UUID, said: dict[str, Any]) -> None:
    """Write down what became of a step's rows; a step that did not hold is written again, and the later one counts."""
    path = _path(job, "outcomes")
    path.parent.mkdir(parents=True, exist_ok=True)
    text = _lock(orjson.dumps(said), job, "outcomes").hex()
    with room(), path.open("ab") as file:
        if (torn := _torn(path)) is not None:
            os.ftruncate(file.fileno(), torn)
        file.write(f"{text}\n".encode())
        file.flush()
        os.fsync(file.fileno())


def _torn(path: Path) -> int | None:
    """Return where the last line begins when it was cut off in its middle: by a kill, or by a disk that was full."""
    with path.open("rb") as file:
        if not file.seek(0, os.SEEK_END):
            return None
        file.seek(-1, os.SEEK_END)
        if file.read(1) == b"\n":
            return None
        file.seek(0)
        return file.read().rfind(b"\n") + 1


def outcomes_of(row: Job) -> list[dict[str, Any]]:
    """Return what became of the rows that a job has done so far."""
    path = _path(row.id, "outcomes")
    steps: dict[int, list[dict[str, Any]]] = {}
    if path.exists():
        for line in path.read_text("ascii").split("\n")[:-1]:
            said = json.loads(_unlock(bytes.fromhex(line), row.id, "outcomes"))
            if said["from"] < row.done:
                steps[said["from"]] = said["rows"]
    told = [one for rows in steps.values() for one in rows]
    return sorted(told, key=lambda one: (one.get("sheet", ""), one["row"]))


def waiting() -> list[UUID]:
    """Return the jobs that wait, the oldest first."""
    return list(Job.objects.filter(ended_at=None).order_by("asked_at").values_list("id", flat=True))


def work_on(steps: int | None = 1) -> None:
    """Go on with every job that waits, the oldest first, a step of each in turn or each to its end."""
    for job in waiting():
        go_on(job, steps=steps)


def forget_old(before: dt.datetime) -> None:
    """Delete what became of the rows of jobs that ended long ago."""
    for row in Job.objects.filter(ended_at__lt=before):
        for what in ("outcomes", "lock"):
            _path(row.id, what).unlink(missing_ok=True)
