"""Gates: three of a village and eight of another, some closed with a way round, who came on the last day, and one number to ask about."""

import datetime as dt

from mingbai.flows.at_the_gate import take_up
from mingbai.flows.stories.teller import Player, Teller
from mingbai.kernel.clock import at_time
from mingbai.kernel.identity import uuid7
from mingbai.kernel.perform import answer

VILLAGE, EIGHT = "110112106224", "110112117201"
LAST = dt.date(2020, 2, 14)
EAST, WEST, SOUTH = "东口卡点", "西口卡点", "南口卡点"
CAME = (
    ("沈安平", "110112196003070009", "16012345601", True, (19, 50)),
    ("韩玉兰", "330382199009050003", "16012345602", True, (19, 51)),
    ("吴春生", "211103199509160003", "16012345603", False, (19, 52)),
)
ON_PAPER = ("谢秋实", "1101121960030700091", "16012345604")


def gates(tell: Teller) -> Player:
    """A day at the gates, told by the guard who keeps them."""
    tell.clock(LAST, 19, 49)
    guard = tell.person("崔守望", VILLAGE, purpose="office")
    tell.office(guard, "guard", VILLAGE, "马头村值守员")
    tell.sign_in(guard, "guard", VILLAGE, "马头村值守员 崔守望：登记、看证、放行")
    for name in (EAST, WEST, SOUTH):
        ask = {"place": VILLAGE, "point": name, "hours": "06:00-22:00", "equipment": "额温枪一把"}
        tell.do("movement.open_checkpoint", ask)
    closed = {"point": SOUTH, "reason": "路口修水管，车过不去", "detour": EAST}
    tell.do("movement.close_checkpoint", {"place": VILLAGE} | closed)
    eight(tell)
    east = next(
        row.point for row in answer("movement.checkpoints", {"place": VILLAGE}) if row.name == EAST
    )
    office = guard.mandates["guard"]
    take_up(VILLAGE, east, as_=guard.actor, mandate=office, request=uuid7())
    row = {"place": VILLAGE, "point": EAST, "document_kind": "resident_id"}
    for name, number, phone, seen, (hour, minute) in CAME:
        tell.clock(LAST, hour, minute)
        told = {"name": name, "document_number": number, "phone": phone, "card_seen": seen}
        tell.do("movement.register_arrival", row | told, as_=guard)
    tell.clock(LAST, 19, 53)
    here = {"place": VILLAGE, "point": EAST, "direction": "in"}
    holder = tell.links["permit"].partition("/")[2]
    tell.do("movement.record_crossing", here | {"permit": holder}, as_=guard)
    for shown, reason in (("HTTP", "prefix"), ("MB1:", "base45")):
        stopped = here | {"permit": shown, "verdict": "stop", "reason": reason}
        tell.do("movement.record_crossing", stopped, as_=guard)
    return guard


def eight(tell: Teller) -> None:
    """A village with eight entrances; at one the road is dug up, and it says which way to go."""
    names = [f"{one}号登记口" for one in "一二三四五六七八"]
    for name in names:
        ask = {"place": EIGHT, "point": name, "hours": "06:00-22:00", "equipment": "额温枪一把"}
        tell.do("movement.open_checkpoint", ask)
    closed = {"point": names[5], "reason": "村道塌了一段，正在修", "detour": names[4]}
    tell.do("movement.close_checkpoint", {"place": EIGHT} | closed)


def paper(tell: Teller, guard: Player) -> None:
    """The day's paper register is typed in; one number has a digit too many, and the guard is to call."""
    name, number, phone = ON_PAPER
    told = {"name": name, "document_number": number, "phone": phone}
    row = {"place": VILLAGE, "point": EAST, "document_kind": "resident_id"}
    on = at_time(LAST, 9).date().isoformat()
    tell.do("movement.copy_arrival", row | told | {"arrived_on": on}, as_=guard)
