"""Gates as pages: anyone sees which are open; the guard verifies with a tap, dials with a tap, and mends a number."""

import re
import uuid

import pytest
from django.test import Client

from mingbai.kernel.models import Look, OpenItem, Point
from tests.conftest import NEIGHBOUR, TOWN, VILLAGE, House
from tests.web.test_pages import signed_in

EAST, WEST = "东口", "西口"
GOOD, LONG = "110112197803120005", "1101121978031200051"
PHONE = "16000112233"


@pytest.fixture
def gates(story: House) -> House:
    """A village with two gates, one of them closed."""
    for name in (EAST, WEST):
        story.do(
            "movement.open_checkpoint", {"place": VILLAGE, "point": name, "hours": "06:00-22:00"}
        )
    closed = {"place": VILLAGE, "point": WEST, "reason": "路口积水", "detour": EAST}
    story.do("movement.close_checkpoint", closed)
    return story


@pytest.fixture
def guard(gates: House) -> Client:
    """A guard's browser."""
    return signed_in(gates, "east-guard", gates.person("崔国栋", "guard"))


def point(name: str) -> str:
    """Return a gate's id."""
    return str(Point.objects.get(place=VILLAGE, name=name).id)


def form(page: str, within: str) -> str:
    """Return the request id of the form that holds these words."""
    (part,) = [one for one in page.split("<form")[1:] if within in one.split("</form>")[0]]
    found = re.search(r'name="request_id" value="([^"]+)"', part)
    assert found is not None
    return found[1]


def test_anyone_sees_which_gates_are_open_and_the_way_round(gates: House) -> None:
    """Rows: T07."""
    page = Client(headers={"accept-language": "zh-hans"}).get(f"/gates/{VILLAGE}/").content.decode()
    assert EAST in page and "路口积水" in page and "请绕行东口" in page and "06:00-22:00" in page
    assert page.count('class="k0"') == 1, "the closed one is an empty tile"
    assert f"/gates/{VILLAGE}/{point(EAST)}/" not in page, "the register is not for everyone"
    empty = Client().get(f"/gates/{NEIGHBOUR}/").content.decode()
    assert "这里还没有登记卡口" in empty


def test_a_proposal_is_answered_from_the_gates_page(gates: House) -> None:
    guard = gates.person("崔国栋", "guard")
    asked = {"place": VILLAGE, "bad_numbers": 3}
    proposal = gates.do("movement.propose_card_seen", asked, as_=guard).result["proposal"]
    desk = signed_in(gates, "town-desk", gates.person("郎致远", "desk", TOWN))
    assert 'href="/gates/?place=' in desk.get("/home/").content.decode()
    page = desk.get(f"/gates/{VILLAGE}/").content.decode()
    decline = f"/do/movement/decline_proposal/?place={VILLAGE}&amp;proposal={proposal}"
    assert decline in page and f"accept_proposal/?place={VILLAGE}" in page
    assert proposal not in Client().get(f"/gates/{VILLAGE}/").content.decode()
    assert desk.get(decline.replace("&amp;", "&")).status_code == 200
    told = {"place": VILLAGE, "proposal": proposal, "reason": "号码是同一人抄错的"}
    gates.do("movement.decline_proposal", told, as_=gates.person("鲁值班", "desk", TOWN))
    assert decline not in desk.get(f"/gates/{VILLAGE}/").content.decode()


def test_a_towns_desk_is_led_to_the_villages_that_have_gates(gates: House) -> None:
    """Rows: T12."""
    desk = signed_in(gates, "town-desk", gates.person("郎致远", "desk", TOWN))
    page = desk.get("/gates/", follow=True).content.decode()
    assert f'href="/gates/{VILLAGE}/"' in page and f"/gates/{NEIGHBOUR}/" not in page
    assert "一天检查次数" in page
    assert "一天检查次数" not in Client().get(f"/gates/{VILLAGE}/").content.decode()


def test_a_gate_tells_how_far_it_is_verified_and_why_it_stopped_passes(
    gates: House, guard: Client
) -> None:
    """Rows: T17, T45."""
    row = {"place": VILLAGE, "point": EAST, "name": "沈安平", "document_kind": "resident_id"}
    gates.do("movement.register_arrival", row | {"document_number": GOOD, "card_seen": True})
    other = row | {"name": "祁满仓", "phone": PHONE}
    other |= {"document_number": LONG, "arrived_on": "2020-01-26"}
    gates.do("movement.copy_arrival", other)
    for shown, reason in (("0123456789abcdef", "unknown"), ("HTTP-", "prefix"), ("MB1:X", "cbor")):
        ask = {"place": VILLAGE, "point": EAST, "permit": shown, "direction": "in"}
        gates.do("movement.record_crossing", ask | {"verdict": "stop", "reason": reason})
    page = guard.get(f"/gates/{VILLAGE}/{point(EAST)}/").content.decode()
    told = re.findall(r"<dt>([^<]+)</dt><dd>(\d+)</dd>", page)
    assert told == [
        ("已核实", "1"),
        ("还没核实", "1"),
        ("要去问的号码", "1"),
        ("一小时内改好", "0"),
    ]
    why = re.findall(r"<span>([^<]+)</span><b class=\"amount\">1</b>", page)
    assert sorted(why) == sorted(["不是这里发的证", "这不是通行证", "码没有读全"])


def test_an_address_that_names_no_row_is_refused_in_words(gates: House, guard: Client) -> None:
    answered = guard.get("/gates/?arrival=rubbish")
    assert answered.status_code == 422 and "MOV-6" in answered.content.decode()


def test_the_villages_page_leads_to_its_gates(gates: House) -> None:
    assert f'href="/gates/{VILLAGE}/"' in Client().get(f"/places/{VILLAGE}/").content.decode()
    assert "/gates/" not in Client().get(f"/places/{NEIGHBOUR}/").content.decode()


def test_a_card_is_seen_with_one_tap(gates: House, guard: Client) -> None:
    arrival = {"place": VILLAGE, "point": EAST, "name": "沈安平", "document_kind": "resident_id"}
    gates.do("movement.register_arrival", arrival | {"document_number": GOOD})
    address = f"/gates/{VILLAGE}/{point(EAST)}/"
    page = guard.get(address).content.decode()
    assert "沈安平" not in page and "已看证件" not in page and "第 1 行" in page
    here = {"step": "here", "request_id": form(page, 'value="here"')}
    assert guard.post(address, here).status_code == 302
    page = guard.get(address).content.decode()
    assert "沈安平" in page and GOOD not in page and "已看证件" in page
    held = re.search(r'name="arrival" value="([^"]+)"', page)
    assert held is not None
    sent = {"request_id": form(page, "已看证件"), "arrival": held[1]}
    assert guard.post(address, sent).status_code == 302
    page = guard.get(address).content.decode()
    assert "已看证件" not in page and "已核实" in page
    assert gates.faults() == []


def test_a_call_back_dials_and_mends_the_number(gates: House, guard: Client) -> None:
    """Rows: T45."""
    row = {
        "place": VILLAGE,
        "point": EAST,
        "name": "沈安平",
        "document_kind": "resident_id",
        "document_number": LONG,
        "phone": PHONE,
        "arrived_on": "2020-01-26",
    }
    arrival = gates.do("movement.copy_arrival", row).result["arrival"]
    home = guard.get("/home/").content.decode()
    address = f"/gates/?place={VILLAGE}&amp;arrival={uuid.UUID(arrival).hex}"
    assert address in home
    call = guard.get(address.replace("&amp;", "&"))
    assert call.status_code == 302
    page = guard.get(call["Location"]).content.decode()
    assert PHONE not in page and LONG not in page
    where = call["Location"]
    dialled = guard.post(where, {"step": "dial", "request_id": form(page, 'value="dial"')})
    assert f"tel:{PHONE}" in dialled.content.decode() and Look.objects.count() == 1
    assert PHONE not in guard.get(where).content.decode(), "opened for this call alone"
    page = guard.get(where).content.decode()
    sent = {"step": "corrected", "field": "document_number", "request_id": form(page, "corrected")}
    wrong = guard.post(where, sent | {"value": LONG})
    assert wrong.status_code == 422 and LONG in wrong.content.decode(), "what was typed stays"
    page = wrong.content.decode()
    sent["request_id"] = form(page, "corrected")
    assert guard.post(where, sent | {"value": GOOD}).status_code == 302
    assert OpenItem.objects.get(kind="movement.callback").outcome == "corrected"
    (count,) = [
        one for one in gates.ask("movement.gate_counts", {"place": VILLAGE}) if one.name == EAST
    ]
    assert (count.arrivals, count.to_verify, count.fixed_within_hour) == (1, 0, 1)
    assert gates.faults() == []


def test_what_was_confirmed_leads_the_desk_to_the_row(gates: House, guard: Client) -> None:
    row = {"place": VILLAGE, "point": EAST, "name": "Anna Berg", "document_kind": "resident_id"}
    row |= {"document_number": "C01X00T47", "phone": PHONE, "arrived_on": "2020-01-26"}
    arrival = gates.do("movement.copy_arrival", row).result["arrival"]
    where = f"/gates/{VILLAGE}/call/{arrival}/"
    sent = {"step": "confirmed", "request_id": str(uuid.uuid4())}
    assert guard.post(where, sent).status_code == 302
    assert "/do/items/settle/" not in guard.get(where).content.decode(), "the desk's word"
    desk = signed_in(gates, "town-desk", gates.person("郎致远", "desk", TOWN))
    door = f"/gates/?place={VILLAGE}&amp;arrival={uuid.UUID(arrival).hex}"
    assert door in desk.get("/home/").content.decode()
    page = desk.get(door.replace("&amp;", "&"), follow=True).content.decode()
    assert "/do/items/settle/" in page and "拨号" not in page
    mended = {"step": "corrected", "field": "document_number", "document_kind": "passport"}
    mended |= {"value": "C01X00T47", "request_id": form(page, "corrected")}
    assert desk.post(where, mended).status_code == 302
    page = desk.get(where).content.decode()
    assert "/do/items/settle/" not in page and 'value="corrected"' not in page
    assert OpenItem.objects.filter(done_at=None).count() == 0
    assert gates.faults() == []


def test_the_register_is_read_page_by_page_and_a_row_is_opened_for_a_reason(gates: House) -> None:
    guard = gates.person("崔国栋", "guard")
    for at in range(60):
        row = {"place": VILLAGE, "point": EAST, "name": f"来人{at}", "document_kind": "other"}
        gates.do("movement.register_arrival", row | {"document_number": f"户口本 {at}"}, as_=guard)
    desk = signed_in(gates, "town-desk", gates.person("郎致远", "desk", TOWN))
    address = f"/gates/{VILLAGE}/{point(EAST)}/"
    page = desk.get(address).content.decode()
    assert (
        page.count('<th class="nowrap" scope="row">') == 50
        and "来人" not in page
        and "第 60 行" in page
    )
    assert '?before=11"' in page and 'value="here"' not in page
    older = desk.get(address + "?before=11").content.decode()
    assert (
        older.count('<th class="nowrap" scope="row">') == 10
        and "第 10 行" in older
        and address in older
    )
    assert desk.get(address + "?before=rubbish").status_code == 200
    where = re.search(r'href="(/gates/[^"]+/call/[^"]+)"', page)
    assert where is not None
    shown = desk.get(where[1]).content.decode()
    assert "来人" not in shown
    sent = {"step": "look", "request_id": form(shown, 'value="look"')}
    assert desk.post(where[1], sent).status_code == 422 and Look.objects.count() == 0
    opened = desk.post(where[1], sent | {"reason": "家里人来问"}).content.decode()
    assert "来人59" in opened and Look.objects.get().reason == "家里人来问"
    assert "来人" not in desk.get(where[1]).content.decode(), "opened once"


def test_a_form_that_is_sent_twice_opens_no_number(gates: House, guard: Client) -> None:
    row = {"place": VILLAGE, "point": EAST, "name": "沈安平", "document_kind": "resident_id"}
    row |= {"document_number": LONG, "phone": PHONE, "arrived_on": "2020-01-26"}
    arrival = gates.do("movement.copy_arrival", row).result["arrival"]
    where = f"/gates/{VILLAGE}/call/{arrival}/"
    sent = {"step": "dial", "request_id": str(uuid.uuid4())}
    assert PHONE in guard.post(where, sent).content.decode()
    again = guard.post(where, sent)
    assert again.status_code == 409 and PHONE not in again.content.decode()
