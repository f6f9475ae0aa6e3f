"""Gates: three of a village, one closed with a way round, who came on the last day, and one number to ask about."""

import datetime as dt

from mingbai.flows.at_the_gate import take_up
from mingbai.flows.stories.teller import Teller
from mingbai.kernel.clock import at_time
from mingbai.kernel.identity import uuid7
from mingbai.kernel.perform import answer

VILLAGE = "110112106224"
LAST = dt.date(2020, 2, 14)
EAST, WEST, SOUTH = "东口卡点", "西口卡点", "南口卡点"
CAME = (
    ("沈安平", "110112196003070009", "16012345601", True, (19, 50)),
    ("韩玉兰", "330382199009050003", "16012345602", True, (19, 51)),
    ("吴春生", "211103199509160003", "16012345603", False, (19, 52)),
)
ON_PAPER = ("谢秋实", "1101121960030700091", "16012345604")


def gates(tell: Teller) -> None:
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
    name, number, phone = ON_PAPER
    told = {"name": name, "document_number": number, "phone": phone}
    tell.clock(LAST, 19, 53)
    paper = {"arrived_on": at_time(LAST, 9).date().isoformat()}
    tell.do("movement.copy_arrival", row | told | paper, as_=guard)
