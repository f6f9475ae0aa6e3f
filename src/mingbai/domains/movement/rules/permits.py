"""Rules of passes and crossings: who may have which pass, and what the house says of one that is shown at a gate."""

import datetime as dt
import hmac
import random
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from mingbai.kernel.documents import DocumentFault
from mingbai.kernel.documents import plate as plain_plate
from mingbai.kernel.places import is_under
from mingbai.kernel.policy import parameter
from mingbai.kernel.refusals import AlreadyThere, Refused, sentences
from mingbai.kernel.saying import _

PermitKind = Literal["person", "vehicle", "goods"]
KIND_NUMBERS: dict[str, int] = {"person": 1, "vehicle": 2, "goods": 3}
KIND_WORDS = {number: word for word, number in KIND_NUMBERS.items()}
BLOCK = 1024
PLACES_MOST = 16
LINES_MOST = 150
HOLDERS_MOST = 2000
VALID = "valid"

PASS_DAYS = parameter(
    "movement.pass_days_most", _("Days that a pass may hold"), default=30, low=1, high=90
)
TWICE_MINUTES = parameter(
    "movement.double_use_minutes",
    _("Minutes within which one pass at two gates is looked at"),
    default=10,
    low=1,
    high=240,
)
CROSSING_DAYS = parameter(
    "movement.crossing_keep_days", _("Days that a crossing is kept"), default=14, low=1, high=30
)
STOP_HOURS = parameter(
    "movement.stop_hours",
    _("Hours within which the desk decides on the passes of a firm whose approval was taken back"),
    default=12,
    low=1,
    high=72,
)
RENEW_DAYS = parameter(
    "movement.renew_days",
    _("Days before its end when a pass is renewed"),
    default=2,
    low=0,
    high=14,
)

sentences(
    {
        "MOV-40": _("A pass ends after it begins, and not in the past."),
        "MOV-41": _(
            "A pass holds for at most %(most)s days here. Shorten it, or issue it anew later."
        ),
        "MOV-42": _(
            "This holder has a pass of this kind for these places until %(until)s. Nothing was issued."
        ),
        "MOV-43": _(
            "A pass of this place can't hold at %(place)s, which does not lie here or above."
        ),
        "MOV-44": _(
            "A batch of the name %(batch)s is here already, with another kind, places or time. Choose another name."
        ),
        "MOV-45": _("No batch of the name %(batch)s waits here."),
        "MOV-46": _(
            "Say for whom: holders, an organisation, or vehicles with their plates; one of these."
        ),
        "MOV-47": _("The plate %(plate)s: %(problem)s"),
        "MOV-48": _("You may ask for %(organisation)s alone, and only while your matter is open."),
        "MOV-49": _("No pass of this number was issued here."),
        "MOV-50": _("This pass was revoked already."),
        "MOV-51": _("%(name)s belongs to this organisation no longer. No pass was issued."),
        "MOV-52": _("A goods pass says what is carried. Write it in a few words."),
        "MOV-53": _("The batch %(batch)s was decided already."),
        "MOV-54": _("Nobody of this organisation is recorded here. Bring its roster first."),
        "MOV-55": _("This number of passes is more than one batch holds. Divide it."),
        "MOV-56": _(
            "Line %(line)s can't be read. Write plate, what is carried, how many, shipment and route, with commas between."
        ),
        "MOV-57": _("Choose the roster's workbook first."),
        "MOV-58": _("Type the sixteen characters printed on the pass, or choose a picture of it."),
        "MOV-60": _("Not a pass of anybody we trust. Stop it, and ask the desk."),
        "MOV-61": _("The pass has ended. Stop it; a new one is issued at the desk."),
        "MOV-62": _("The pass does not hold yet. Stop it until its time."),
        "MOV-63": _("The pass was revoked. Stop it, and ask the desk."),
        "MOV-64": _("The pass does not hold at this gate's place. Stop it."),
        "MOV-65": _(
            "The pass is not written as it must be. Scan it once more, or type its number."
        ),
        "MOV-66": _("Say what came through: a pass or an arrival, one of the two."),
        "MOV-69": _(
            "Read nothing in this picture. Hold the code still, in good light, and take it again."
        ),
        "MOV-95": _(
            "Passes for a firm's staff are asked for by its own clerk or head, once the firm is approved to resume."
        ),
        "MOV-97": _(
            "The firm's approval does not hold any more: something was found or changed since it asked. Once it is approved again, issue them; or refuse, with the reason."
        ),
        "MOV-96": _("The roster that was sent is not here any more. Send it once more."),
    }
)

# What the token library says, and the house's rule for it.
AGAINST = {
    "key": "MOV-60",
    "signature": "MOV-60",
    "issuer": "MOV-60",
    "unknown": "MOV-60",
    "expired": "MOV-61",
    "not_yet": "MOV-62",
    "revoked": "MOV-63",
    "place": "MOV-64",
    "kind": "MOV-64",
}


def against(reason: str) -> Refused:
    """Return the refusal that stands for a reason of the token library."""
    return Refused(AGAINST.get(reason, "MOV-65"))


def passes(word: str) -> bool:
    """Tell whether what the house says of a pass lets it through; lists that are not at hand stop nobody."""
    return word in (VALID, "stale")


def check_agent(case: object, organisation: object, asked: object, name: str) -> None:
    """MOV-48 代办有限: an agent asks for the firm that sent them alone, and within the one matter they were sent for."""
    if case is None or (organisation is not None and organisation != asked):
        raise Refused("MOV-48", organisation=name)


def check_time(starts: dt.datetime, ends: dt.datetime, now: dt.datetime, most: int) -> None:
    """MOV-40 有起有止: a pass ends after it begins, not in the past, and soon enough."""
    if ends <= starts or ends <= now:
        raise Refused("MOV-40")
    if ends - starts > dt.timedelta(days=most):
        raise Refused("MOV-41", most=most)


def check_places(place: str, places: Sequence[str]) -> list[str]:
    """MOV-43 管到哪发到哪: a pass holds at the issuing place, at places under it or around it, and nowhere else."""
    found = sorted(set(places))
    for one in found:
        if not is_under(one, place) and not is_under(place, one):
            raise Refused("MOV-43", place=one)
    return found


def check_plate(text: str) -> str:
    """MOV-47 车牌要真: a plate is written as plates are."""
    try:
        return plain_plate(text)
    except DocumentFault as fault:
        raise Refused("MOV-47", plate=text, problem=fault.sentence()) from None


def check_not_held(
    standing: Sequence[tuple[dt.datetime, str]],
    places: str,
    ends: dt.datetime,
    now: dt.datetime,
    renew_days: int,
) -> None:
    """MOV-42 一人一证: whoever has a pass of this kind for these places gets no second, unless it ends soon."""
    soon = now + dt.timedelta(days=renew_days)
    for until, held in standing:
        if held == places and until > now and (until > soon or until >= ends):
            raise AlreadyThere("MOV-42", until=until)


def spot_of(seed: bytes, number: int) -> int:
    """Return where in its batch's list the pass of a running number stands: no neighbour on the list is a neighbour in life."""
    block, at = divmod(number, BLOCK)
    return block * BLOCK + _order(seed, block)[at]


@lru_cache(maxsize=64)
def _order(seed: bytes, block: int) -> list[int]:
    order = list(range(BLOCK))
    random.Random(hmac.digest(seed, str(block).encode(), "sha256")).shuffle(order)
    return order


def size_of(issued: int) -> int:
    """Return how many spots the list of a batch has: whole blocks, so that its length tells nothing."""
    return max(1, -(-issued // BLOCK)) * BLOCK


def holds_at(places: str, place: str) -> bool:
    """Tell whether a pass for these places holds at a place: at one of them or under it."""
    return any(is_under(place, one) for one in places.split())


def judged(
    *,
    starts: dt.datetime,
    ends: dt.datetime,
    revoked: dt.datetime | None,
    places: str,
    at: dt.datetime,
    place: str,
) -> str:
    """Return what the house says of a pass it issued, at a gate and a moment: valid, or the word of what is against it."""
    if revoked is not None and revoked <= at:
        return "revoked"
    if at < starts:
        return "not_yet"
    if at >= ends:
        return "expired"
    return VALID if holds_at(places, place) else "place"
