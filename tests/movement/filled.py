"""Rows of every table of gates and passes, made through commands, for what looks at all tables."""

import datetime as dt
import uuid

from mingbai.domains.movement.models import Batch
from mingbai.flows.permits import request_roster, span
from mingbai.kernel import jobs, moment
from mingbai.kernel.actors import Actor
from mingbai.kernel.clock import day
from mingbai.kernel.documents import check_character
from mingbai.kernel.rows import Store
from mingbai.kernel.words import Via
from tests.conftest import VILLAGE, House
from tests.enterprise.firms import firm, parts
from tests.flows.test_permits import people, roster


def gates(house: House) -> None:
    """Put something into every table of gates and their register."""
    guard = house.person("崔守望", "guard")
    for name in ("东口", "西口"):
        opened = {"place": VILLAGE, "point": name, "hours": "06:00-22:00", "equipment": "额温枪"}
        house.do("movement.open_checkpoint", opened)
    closed = {"place": VILLAGE, "point": "西口", "reason": "路口积水", "detour": "东口"}
    house.do("movement.close_checkpoint", closed)
    for days in (40, 50):
        longer = {"place": VILLAGE, "days": days, "reason": "流行病学调查需要"}
        ends = moment.now(Store()) + dt.timedelta(days=60)
        house.do("movement.keep_longer", longer | {"ends_at": ends})
    row = {"place": VILLAGE, "point": "东口", "document_kind": "resident_id", "lodging": "12 号院"}
    card = {"name": "沈安平", "document_number": "330382199009050003", "card_seen": True}
    house.do("movement.register_arrival", row | card | {"from_place": "河北廊坊"}, as_=guard)
    on = day(moment.now(Store())).isoformat()
    for month in (7, 8, 9):
        body = f"2111031995{month:02d}16000"
        right = body + check_character(body)
        told = {
            "name": f"来人{month}",
            "document_number": right + "1",
            "phone": f"1601234567{month}",
        }
        arrival = house.do("movement.copy_arrival", row | told | {"arrived_on": on}, as_=guard)
        about = {"place": VILLAGE, "arrival": arrival.result["arrival"]}
        if month < 9:
            mended = {"outcome": "corrected", "document_number": right}
            house.do("movement.record_callback", about | mended, as_=guard)
    (proposal,) = house.ask("movement.proposals", {"place": VILLAGE})
    answered = {"place": VILLAGE, "proposal": str(proposal.proposal)}
    house.do("movement.accept_proposal", answered)


def passes(house: House, person: str, other: str, team: str) -> None:
    """Put something into every table of passes and crossings."""
    desk = Actor(person=uuid.UUID(other), via=Via.PAGE)
    case = uuid.uuid4()
    agent = house.person("章跑腿", "agent", case=str(case), organisation=team)
    people = {"place": VILLAGE, "batch": "P-1", "kind": "person", "holders": [person, other]}
    begun = [house.do("movement.issue_permits", people | span(3), as_=desk)]
    trucks = [
        {"plate": f"浙A{number:05d}", "carries": "叉车", "quantity": 7, "shipment": "S-1"}
        | {"route": "临安到宁波港"}
        for number in range(2)
    ]
    wish = {"place": VILLAGE, "kind": "goods", "organisation": team, "vehicles": trucks}
    for batch in ("G-1", "G-2"):
        ask = wish | {"batch": batch} | span(3)
        house.do("movement.request_permits", ask, as_=agent, case=case)
    ask = {"place": VILLAGE, "batch": "G-1"}
    begun.append(house.do("movement.grant_permits", ask, as_=desk))
    for receipt in begun:
        assert jobs.go_on(uuid.UUID(receipt.result["job"]))
    (number, *_others) = [
        row.permit for row in house.ask("movement.permits", ask | {"batch": "P-1"}, as_=desk)
    ]
    for direction in ("in", "out"):
        came = {"place": VILLAGE, "point": "东口", "permit": number, "direction": direction}
        house.do("movement.record_crossing", came, as_=desk)
    stopped = {"arrival": str(uuid.uuid4()), "verdict": "stop", "reason": "no_mask"}
    house.do(
        "movement.record_crossing",
        {"place": VILLAGE, "point": "西口", "direction": "in"} | stopped,
        as_=desk,
    )
    revoked = {"place": VILLAGE, "permit": number, "reason": "丢了"}
    house.do("movement.revoke_permit", revoked, as_=desk)


def stops(house: House) -> None:
    """Put something into the table of stops, each with its columns filled."""
    desk = house.person("值班乙", "desk")
    for at, name in enumerate(("东坡叉车", "西坡叉车")):
        one = firm(house, name)
        one.file(*parts(one.clerk))
        sent = request_roster(
            roster(*people(2, 300 + 10 * at)), VILLAGE, uuid.UUID(one.id), as_=one.clerk
        )
        named = {"place": VILLAGE, "batch": Batch.objects.get(id=sent).code}
        begun = house.do("movement.grant_permits", named, as_=desk)
        assert jobs.go_on(uuid.UUID(begun.result["job"]))
        back = {"need": "control_plan", "reason": "没写谁测温"}
        house.do("enterprise.send_back", one.ask | back, as_=desk)
        house.do("movement.stop_permits", one.ask | {"reason": "方案没写全"}, as_=desk)
        house.do("movement.let_run_on", one.ask | {"reason": "补来了"}, as_=desk)
