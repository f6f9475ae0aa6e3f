"""Sync: what phones send is done once, in their own order, under the mandate of who holds them; each gets an answer.

Signatures and boxes are opened first; runs of the same command are then done together, and the note of what became of each
envelope is written in the same transaction as its act.
"""

import base64
import datetime as dt
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.kernel import limits
from mingbai.kernel.acting import Acting
from mingbai.kernel.actors import Actor
from mingbai.kernel.clock import stamp
from mingbai.kernel.commands.devices import KeepClosed, KeepRefused, keep_refused, quarantine
from mingbai.kernel.devices.boxes import (
    BOX_MOST,
    BoxFault,
    Sent,
    check_signature,
    from_text,
    header,
    open_box,
)
from mingbai.kernel.devices.bundle import signed
from mingbai.kernel.devices.gaps import came_before, gaps
from mingbai.kernel.devices.offices import mandates_near, offices_among
from mingbai.kernel.journal.asks import as_uuid, entries_of
from mingbai.kernel.journal.entries import Written
from mingbai.kernel.journal.tree import LAST_SEALED, Sealed
from mingbai.kernel.keys import curve_key
from mingbai.kernel.many.run import One, Outcome, run_many
from mingbai.kernel.models import Account, Device, Envelope, Mandate, Quarantine
from mingbai.kernel.moment import as_moment, now_with
from mingbai.kernel.perform import as_house, promise
from mingbai.kernel.refusals import Conflict, Refused, TooMuch, sentences
from mingbai.kernel.registry import REGISTRY, Command
from mingbai.kernel.rows import Statement, Store, new
from mingbai.kernel.words import Known, Via
from mingbai.proofs.merkle import leaf_hash

BATCH_MOST = 200
CLOSED_MOST = 2000
STRANGERS_MOST = 500
ONE_PHONE_MOST = 200
SENDINGS_PER_HOUR = 60
HEAD_SIZE = re.compile(r"[0-9]{1,15}")

sentences(
    {
        "SYN-1": _("A phone sends at most %(most)s records at once."),
        "SYN-2": _("This is not written as a phone writes it: %(problem)s."),
        "SYN-3": _("Another record came under this number before. Show the phone at the desk."),
        "SYN-4": _("A record that this one builds on never came or was not done."),
        "SYN-5": _("There is no such kind of record. Bring the phone up to date."),
        "SYN-6": _(
            "Nobody may do what this phone sent: it is unknown, revoked, or its signature is wrong. It is kept; go to the desk."
        ),
        "SYN-7": _(
            "Nobody may do what this phone sent, and there is no room to keep more of it here. It stays on the phone; go to the desk."
        ),
    }
)


@dataclass
class Opened:
    """An envelope that was opened and may be done."""

    sent: Sent
    content: dict[str, Any]
    one: One
    known: Known
    claimed: dt.datetime | None
    mandate: UUID

    @property
    def together(self) -> tuple[str, Known, UUID]:
        """Return what the records of one run have in common."""
        return self.content["command"], self.known, self.mandate


@dataclass
class Answered:
    """What became of one envelope."""

    sequence: int
    digest: str
    outcome: str
    request: UUID | None = None
    refusal: Refused | None = None
    receipt: dict[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the answer as the phone reads it."""
        found: dict[str, Any] = {
            "seq": self.sequence,
            "outcome": self.outcome,
            "digest": self.digest,
        }
        if self.request is not None:
            found["entry"] = str(self.request)
        if self.refusal is not None:
            found |= self.refusal.as_json()
        if self.receipt is not None:
            found["receipt"] = self.receipt
        return found


@dataclass
class Sending:
    """One phone's sending."""

    device: Device
    now: dt.datetime
    origin: str
    offices: Sequence[Mandate]
    seen: dict[int, Envelope]
    answers: dict[int, Answered] = field(default_factory=dict)
    sealed: dict[int, dt.datetime | None] = field(default_factory=lambda: {0: None})

    def new_numbers(self) -> list[int]:
        """Return the numbers of the envelopes that came for the first time, and were taken."""
        return [
            number
            for number, answer in self.answers.items()
            if number not in self.seen and answer.outcome != "quarantined"
        ]

    def sealed_at(self, size: int) -> dt.datetime | None:
        """Return when the head of this size, or the last one before it, was sealed; looked up once for all that saw it."""
        if size not in self.sealed:
            self.sealed[size] = sealed_by(Store(), size)
        return self.sealed[size]


def take(body: dict[str, Any], address: str = "") -> dict[str, Any]:
    """Take what a phone sends and answer every envelope; a stranger is heard so many times an hour."""
    store = Store()
    device_id, sent = read(body)
    moment, (devices, accounts, mandates, stored, came, sealed) = now_with(
        store,
        store.fetching(Device, {"id": device_id}),
        store.fetching(Account, {}),
        mandates_near(store, device_id),
        envelopes(store, device_id, sent),
        came_before(device_id),
        LAST_SEALED,
    )
    device = next(iter(devices), None)
    if device is None:
        limits.check(f"sync/{address}", SENDINGS_PER_HOUR)
    if device is None or device.confirmed_at is None or device.revoked_at is not None:
        why = "revoked" if device is not None and device.revoked_at is not None else "unknown"
        answers = [closed(device_id, one, why) for one in sent]
        return answered(moment, sealed, answers, [])
    offices = offices_among(mandates, device, moment)
    seen = {row.sequence: row for row in stored}
    batch = Sending(device, moment, accounts[0].origin, offices, seen)
    opened = []
    for one in sorted(sent, key=lambda each: each.sequence):
        if one.sequence in seen:
            batch.answers[one.sequence] = seen_before(seen[one.sequence], one)
            continue
        try:
            opened.append(open_one(batch, one))
        except BoxFault as fault:
            batch.answers[one.sequence] = closed(device.id, one, fault.why)
        except Refused as refusal:
            batch.answers[one.sequence] = keep(batch, one, refusal, None)
    for run in runs(opened):
        do(batch, run)
    answers = list(batch.answers.values())
    missing = gaps(device.id, came, batch.new_numbers())
    return answered(moment, sealed, answers, missing) | vouched(body, batch)


def vouched(body: dict[str, Any], batch: Sending) -> dict[str, Any]:
    """Sign what became of each envelope when another carried them: the phone that saved them believes nobody else."""
    if not body.get("carried"):
        return {}
    told = {
        "device": str(batch.device.id),
        "origin": batch.origin,
        "results": [
            {name: one.get(name, "") for name in ("seq", "digest", "outcome", "message")}
            for one in (each.as_json() for each in batch.answers.values())
        ],
    }
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    signature = base64.b64encode(signed(b"mingbai/answers/1\n" + text.encode())).decode()
    return {"answers": {"text": text, "signature": signature}}


def read(body: dict[str, Any]) -> tuple[UUID, list[Sent]]:
    """Return who sends, and what."""
    try:
        device = UUID(str(body["device"]))
        listed = body["envelopes"]
        assert isinstance(listed, list)
        if len(listed) > BATCH_MOST:
            raise TooMuch("SYN-1", most=BATCH_MOST)
        sent: dict[int, Sent] = {}
        for one in listed:
            sequence = one["seq"]
            assert isinstance(sequence, int) and 1 <= sequence < 2**53
            sent[sequence] = Sent(
                sequence, from_text(one["box"], BOX_MOST), from_text(one["signature"], 64)
            )
    except (KeyError, TypeError, ValueError, AssertionError):
        raise Refused("SYN-2", problem="device, envelopes: seq, box, signature") from None
    return device, list(sent.values())


def envelopes(store: Store, device: UUID, sent: Sequence[Sent]) -> Statement:
    """Return the statement that reads which of these envelopes of a phone were answered before."""
    holes = ", ".join(["%s"] * len(sent)) or "NULL"
    where = f"device_id = %s AND sequence IN ({holes})"
    return store.selecting(Envelope, where, [device, *[one.sequence for one in sent]])


def sealed_by(store: Store, size: int) -> dt.datetime | None:
    """Return when the last head of at most this size was sealed."""
    sql = "SELECT sealed_at FROM journal_checkpoint WHERE size <= %s ORDER BY number DESC LIMIT 1"
    found = store.at_once(sql, [size])
    return as_moment(found[0][0]) if found else None


def seen_before(row: Envelope, sent: Sent) -> Answered:
    """Answer an envelope that was answered before: the same box gets the same answer."""
    if row.digest != sent.digest:
        return Answered(sent.sequence, sent.digest, "quarantined", None, Conflict("SYN-3"))
    refusal = Refused(row.code) if row.outcome == "refused" and row.code else None
    if refusal is not None and row.code not in PLAIN_CODES:
        refusal = Refused("SYN-2", problem=row.code)
    outcome = "refused" if row.outcome == "refused" else "already_done"
    return Answered(row.sequence, row.digest, outcome, row.request, refusal)


DONE_NOW = {"accepted", "overruled"}
# A signed record may still hold anything: a number for an id, a list for a name, a year that there never was.
NOT_AS_WRITTEN = (KeyError, TypeError, ValueError, AttributeError, OverflowError, AssertionError)
PLAIN_CODES = {"SYN-3", "SYN-4", "SYN-5", "ASK-3", "ACC-3", "ACC-4", "ACC-5"}


def closed(device: UUID, sent: Sent, why: str) -> Answered:
    """Keep an envelope closed; what is sent again is kept once.

    Strangers fill neither the disk nor others' room, and one phone that was revoked or writes wrongly not that of the others.
    What there is no room for is not said to be kept.
    """
    known = Quarantine.objects.filter(digest=sent.digest).exists()
    if not known and not has_room(device, why):
        return Answered(sent.sequence, sent.digest, "quarantined", None, Refused("SYN-7"))
    if not known:
        as_house(
            quarantine,
            KeepClosed(
                device=device,
                sequence=sent.sequence,
                digest=sent.digest,
                why=why,
                box=base64.b64encode(sent.box).decode(),
            ),
        )
    return Answered(sent.sequence, sent.digest, "quarantined", None, Refused("SYN-6"))


def has_room(device: UUID, why: str) -> bool:
    """Tell whether one more envelope of this sender may be kept closed."""
    if why == "unknown":
        return Quarantine.objects.filter(why=why).count() < STRANGERS_MOST
    kept = Quarantine.objects.exclude(why="unknown")
    if kept.filter(device=device).count() >= ONE_PHONE_MOST:
        return False
    return kept.count() < CLOSED_MOST - STRANGERS_MOST


def open_one(batch: Sending, sent: Sent) -> Opened:
    """Check the signature, open the box, and read the envelope."""
    bound = header(batch.origin, batch.device.id, sent.sequence)
    if len(sent.box) > BOX_MOST:
        raise BoxFault("size")
    check_signature(base64.b64decode(batch.device.public_key), sent.signature, bound + sent.box)
    content = open_box(curve_key("field"), sent.box, bound)
    try:
        request = UUID(content["id"])
        claimed = dt.datetime.fromisoformat(content["at"])
        assert claimed.tzinfo is not None
        claimed = claimed.astimezone(dt.UTC)
        known = Known(content.get("known", "observed"))
        asked, needs = content["ask"], [UUID(one) for one in content.get("needs", [])]
        named = UUID(content["mandate"]) if content.get("mandate") else None
        command = REGISTRY.commands.get(content.get("command", ""))
        assert isinstance(asked, dict)
    except NOT_AS_WRITTEN:
        raise Refused("SYN-2", problem="id, command, ask, at") from None
    if command is None:
        raise Refused("SYN-5")
    at = bracketed(batch, claimed, str(content.get("head", "")))
    if needs and not done(batch.device, needs):
        raise Refused("SYN-4")
    one = One(asked, request, at, may_overrule=True)
    mandate = mandate_of(batch, command, named)
    return Opened(sent, content, one, known, claimed if at != claimed else None, mandate)


def bracketed(batch: Sending, claimed: dt.datetime, head: str) -> dt.datetime:
    """Return when it happened: between the head that the phone had seen and now, whatever its clock says.

    A phone that names no head is no older than its enrolment; else leaving the head out would let it write into any year.
    """
    if claimed > batch.now:
        return batch.now
    size = head.split(" ")[0]
    seen = batch.sealed_at(int(size)) if HEAD_SIZE.fullmatch(size) else None
    earliest = max(at for at in (seen, batch.device.confirmed_at, batch.device.asked_at) if at)
    return min(max(claimed, earliest), batch.now)


def done(device: Device, needs: Sequence[UUID]) -> bool:
    """Tell whether everything that an envelope builds on came from this phone; what is not recorded can't be built on."""
    rows = Envelope.objects.filter(device=device.id, request__in=list(needs))
    return set(needs) <= set(rows.exclude(outcome="refused").values_list("request", flat=True))


def runs(opened: Sequence[Opened]) -> Iterator[list[Opened]]:
    """Give the envelopes in their order, those together that are of one command and office, and known alike."""
    run: list[Opened] = []
    for one in opened:
        if run and run[0].together != one.together:
            yield run
            run = []
        run.append(one)
    if run:
        yield run


def do(batch: Sending, run: Sequence[Opened]) -> None:
    """Do a run of envelopes, and note in the same transaction what became of each."""
    device = batch.device
    by_request = {one.one.request: one for one in run}

    def note(acting: Acting, outcomes: Sequence[Outcome]) -> None:
        for one, outcome in zip(run, outcomes, strict=True):
            if outcome.outcome == "refused":
                continue
            acting.add(
                new(
                    Envelope,
                    device_id=device.id,
                    sequence=one.sent.sequence,
                    digest=one.sent.digest,
                    outcome=outcome.outcome,
                    request=outcome.request,
                    code=outcome.refusal.code if outcome.refusal else None,
                    claimed_at=one.claimed,
                    received_at=batch.now,
                )
            )

    actor = Actor(person=device.person_id, via=Via.PHONE)
    written: list[Written] = []
    try:
        (outcomes,) = run_many(
            run[0].content["command"],
            [one.one for one in run],
            as_=actor,
            mandate=run[0].mandate,
            known=run[0].known,
            step=note,
            heard=written.append,
            chunk=BATCH_MOST,
        )
    except Refused as refusal:
        outcomes = [Outcome(one.one.request, "refused", {}, refusal) for one in run]
    receipts = receipts_of(outcomes, written)
    for outcome in outcomes:
        one = by_request[outcome.request]
        if outcome.outcome == "refused":
            assert outcome.refusal is not None
            batch.answers[one.sent.sequence] = keep(batch, one.sent, outcome.refusal, one)
        else:
            batch.answers[one.sent.sequence] = Answered(
                one.sent.sequence,
                one.sent.digest,
                outcome.outcome,
                outcome.request,
                outcome.refusal,
                receipts.get(outcome.request),
            )


def mandate_of(batch: Sending, command: Command, named: UUID | None) -> UUID:
    """Return the mandate that a record is of: the one it names, or the first that may do it in its place."""
    held = [one.id for one in batch.offices]
    if named in held:
        return named
    able = [one.id for one in batch.offices if one.role in command.roles]
    return next(iter([*able, *held]), batch.device.mandate)


def receipts_of(
    outcomes: Sequence[Outcome], written: Sequence[Written]
) -> dict[UUID, dict[str, Any]]:
    """Return the signed promises for what was done; the records of one entry share its promise."""
    found = {}
    for entry in written:
        receipt = receipt_of(entry.leaf, stamp(entry.recorded_at))
        found.update({one.request: receipt for one in outcomes if one.outcome in DONE_NOW})
    before = [one.request for one in outcomes if one.outcome == "already_done"]
    return found | receipts_before(before) if before else found


def receipts_before(requests: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return the signed promises for the entries that answered these requests before."""
    store = Store()
    entries = entries_of(store, requests)
    wanted = list(set(entries.values()))
    holes = ", ".join(["%s"] * len(wanted))
    rows = store.at_once(f"SELECT id, body FROM journal_entry WHERE id IN ({holes})", wanted)
    promised = {
        as_uuid(entry): receipt_of(leaf_hash(str(body).encode()), json.loads(body)["recorded"])
        for entry, body in rows
    }
    return {request: promised[entry] for request, entry in entries.items() if entry in promised}


def receipt_of(leaf: bytes, recorded: str) -> dict[str, Any]:
    """Return the signed promise for an entry as a phone keeps it."""
    return {"leaf": leaf.hex(), "promise": promise(leaf, recorded), "recorded_at": recorded}


def keep(batch: Sending, sent: Sent, refusal: Refused, opened: Opened | None) -> Answered:
    """Keep a refused record for the desk, and tell the phone why."""
    content = json.dumps(opened.content if opened else {}, ensure_ascii=False)
    as_house(
        keep_refused,
        KeepRefused(
            place=batch.device.place,
            device=batch.device.id,
            sequence=sent.sequence,
            digest=sent.digest,
            request=opened.one.request if opened else None,
            code=refusal.code,
            claimed_at=opened.claimed if opened else None,
            content=content[:40_000],
        ),
    )
    request = opened.one.request if opened else None
    return Answered(sent.sequence, sent.digest, "refused", request, refusal)


def answered(
    now: dt.datetime, sealed: Sealed | None, answers: Sequence[Answered], missing: Sequence[int]
) -> dict[str, Any]:
    """Return the whole answer."""
    return {
        "now": stamp(now),
        "bundle": sealed.number if sealed else 0,
        "gaps": list(missing),
        "results": [one.as_json() for one in sorted(answers, key=lambda one: one.sequence)],
    }
