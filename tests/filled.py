"""An account with something in every table, made through commands alone."""

import datetime as dt
import hashlib
import uuid
from typing import Any

from mingbai.domains.enterprise.commands.rule_tables import rules_that_begin
from mingbai.kernel import moment
from mingbai.kernel.acting import link_digest
from mingbai.kernel.actors import OPERATOR, Actor
from mingbai.kernel.clock import day
from mingbai.kernel.identity import random_link
from mingbai.kernel.many.run import One, run_many
from mingbai.kernel.rows import Store
from mingbai.kernel.words import Via
from tests.conftest import NEIGHBOUR, TONGZHOU, TOWN, VILLAGE, House
from tests.inspection.villages import due, form
from tests.kernel.phone import enrolled
from tests.movement.filled import gates, passes, stops


def many(house: House) -> None:
    """Put something into the tables of many asks at once and of phones."""
    for part in ("1", "2", "3"):
        asks = [
            One({"place": VILLAGE, "code": f"{part}0{number}"}, uuid.uuid4()) for number in range(3)
        ]
        list(run_many("people.add_household", asks, as_=OPERATOR))
    for code in ("level-1", "level-2"):
        measure = {"code": code, "name_zh": code, "name_en": code, "keep_days": 30}
        house.do("measures.begin_measure", measure | {"place": TOWN})
        house.do("policy.put", {"place": TOWN, "policy": "supplies.floor_days", "value": 4})
        asked = {
            "place": VILLAGE,
            "act": house.do(
                "goods.add_pack",
                {"place": VILLAGE, "item": "mask", "unit": code[-1:] + "盒", "size": 9},
            ).entry,
        }
        made = {
            "name": f"picture{code[-1]}",
            "digest": "0" * 64,
            "size": 9,
            "width": 3,
            "height": 3,
        }
        house.do("attachments.attach", asked | made, as_=house.person("照相的", "keeper"))
        head = house.person("申请人", "keeper")
        wish = {"place": VILLAGE, "what": "name", "text": "写错了"}
        wished = house.do("rights.ask_correction", wish, as_=head).result["correction"]
        answer = {"place": VILLAGE, "correction": wished, "outcome": "kept", "text": "没错"}
        house.do("rights.answer_correction", answer, as_=house.person("值班", "desk", TOWN))
    for total in (1, 2):
        house.do("jobs.begin", {"place": VILLAGE, "kind": "people.roster", "total": total})
    desk = house.person("郎致远", "desk", TOWN)
    for name in ("温小满", "施长安"):
        phone = enrolled(house, house.person(name, "keeper"), desk, VILLAGE)
        ask = {"place": VILLAGE, "item": "mask", "quantity": 900_000, "unit": "只"}
        phone.save("supplies.issue_goods", ask | {"recipient": "101"})
        phone.save("supplies.issue_goods", ask | {"recipient": "102", "quantity": 1})
        phone.send()
        phone.send([phone.sealed(3, b"{}", origin="another/account")])


def fill(house: House) -> dict[str, str]:
    """Put something into every table of the kernel; return the ids that tests ask for."""
    person = house.do(
        "people.add_person",
        {
            "place": VILLAGE,
            "name": "陆秀芬",
            "document_kind": "resident_id",
            "document_number": "110112196003070009",
            "phone": "16012345678",
            "delete_after": "2020-12-31",
        },
    ).result["person"]
    other = house.do(
        "people.add_person", {"place": VILLAGE, "name": "戚建洋", "phone": "16012345679"}
    ).result["person"]
    for place, name, kind in [
        (VILLAGE, "村委会仓库", "store"),
        (VILLAGE, "东口", "gate"),
        (VILLAGE, "西口", "gate"),
    ]:
        house.do("places.add_point", {"place": place, "name": name, "kind": kind})
    house.do("places.add_alias", {"place": TOWN, "name": "潮县镇"})
    team = house.do(
        "organisations.add_organisation",
        {"place": VILLAGE, "name": "村委会", "kind": "committee", "purpose": "村里的事"},
    ).result["organisation"]
    house.do(
        "organisations.join",
        {"place": VILLAGE, "organisation": team, "person": person, "position": "保管员"},
    )
    house.do("people.add_household", {"place": VILLAGE, "code": "001", "head": person})
    house.do("people.add_household", {"place": VILLAGE, "code": "T-01", "registered": False})
    house.do("people.join_household", {"place": VILLAGE, "code": "T-01", "person": other})
    keeper = {
        "place": VILLAGE,
        "person": person,
        "role": "keeper",
        "capacity": "保管员",
        "organisation": team,
    }
    house.do("mandates.give", keeper | {"ends_at": "2031-01-01T00:00:00+08:00"})
    desk = house.do(
        "mandates.give", {"place": VILLAGE, "person": other, "role": "desk", "capacity": "值班"}
    ).result["mandate"]
    house.do("mandates.open_login", {"place": VILLAGE, "person": person, "username": "keeper-1"})
    digest = hashlib.sha256(b"mingbai/token/1/for-tests").hexdigest()
    house.do("mandates.open_token", {"person": person, "digest": digest, "label": "phone"})
    mask = {
        "place": VILLAGE,
        "code": "mask",
        "name_zh": "一次性口罩",
        "name_en": "masks",
        "base_unit": "只",
    }
    entry = house.do("goods.add_goods", mask).entry
    house.do("goods.add_pack", {"place": VILLAGE, "item": "mask", "unit": "盒", "size": 50})
    reader = Actor(person=uuid.UUID(other), via=Via.PAGE)
    house.do(
        "people.reveal",
        {"place": VILLAGE, "person": person, "field": "phone", "reason": "联系取货"},
        as_=reader,
    )
    house.do(
        "journal.give_receipt",
        {"place": VILLAGE, "entry": str(entry), "digest": link_digest(random_link())},
        as_=Actor(person=uuid.UUID(person), via=Via.PAGE),
    )
    keeps(house, person, other)
    firms(house, team)
    posts(house, person, other)
    passes(house, person, other, team)
    gates(house)
    stops(house)
    resumption(house)
    inspections(house)
    levels(house)
    says(house, person, other, team)
    forms(house)
    many(house)
    return {"person": person, "other": other, "team": team, "desk": desk, "entry": str(entry)}


def firms(house: House, team: str) -> None:
    """Put something into every table on firms and teams, each with its columns filled."""
    made = []
    for name in ("京东南永和商行", "潞河电子厂"):
        firm = {"place": VILLAGE, "name": name, "kind": "company"}
        more = {"sector": "C29", "address": "村东头", "purpose": "做塑料件"}
        made.append(house.do("organisations.add_organisation", firm | more).result["organisation"])
    ours = {"place": VILLAGE, "organisation": made[0]}
    for kind in ("above_scale", "export"):
        house.do("organisations.put_in_class", ours | {"firm_class": kind, "reason": "上年报表"})
    out = {"firm_class": "export", "reason": "不再出口"}
    house.do("organisations.take_from_class", ours | out)
    for goods in ("外壳", "螺丝"):
        linked = house.do(
            "organisations.link_supply", ours | {"buyer": made[1], "supply": goods}
        ).result["supply_link"]
        theirs = {"place": VILLAGE, "organisation": made[1], "supply_link": linked}
        clerk = house.person("郁文", "clerk", organisation=made[1])
        house.do("organisations.agree_supply", theirs, as_=clerk)
    house.do("organisations.end_supply", theirs)
    for plate in ("京A12345", "京AD12345"):
        added = house.do(
            "organisations.add_vehicle", ours | {"plate": plate, "vehicle_kind": "lorry"}
        )
    house.do("organisations.withdraw_vehicle", ours | added.result)
    for field in ("purpose", "vehicles"):
        said = {"place": TOWN, "record_field": field, "office": "guard", "shown": False}
        house.do("organisations.set_visibility", said)
    for work in ("修好了村口的路", "装了路灯"):
        house.do(
            "organisations.record_work", {"place": VILLAGE, "organisation": team, "work": work}
        )


def posts(house: House, person: str, other: str) -> None:
    """Put something into the tables of bookings and of standing."""
    now = moment.now(Store())
    keeper = Actor(person=uuid.UUID(person), via=Via.PAGE)
    desk = Actor(person=uuid.UUID(other), via=Via.PAGE)
    (point,) = house.ask("places.points", {"place": VILLAGE})[:1]
    for start in (0, 30):
        at = {
            "starts_at": now + dt.timedelta(hours=start),
            "ends_at": now + dt.timedelta(hours=start + 8),
        }
        turn = {"place": VILLAGE, "person": person, "point": str(point.id)} | at
        booked = {"place": VILLAGE} | house.do("posts.book", turn, as_=desk).result
        if start == 0:
            house.do("posts.note_coming", booked, as_=keeper)
            house.do("posts.note_leaving", booked, as_=keeper)
            house.do("posts.confirm", booked, as_=desk)
    house.do("posts.cancel", booked, as_=desk)
    for _time in range(2):
        closed = {"place": VILLAGE, "ends_at": now + dt.timedelta(hours=3)}
        house.do("supplies.close_store", closed, as_=keeper)
    house.do("supplies.reopen_store", {"place": VILLAGE}, as_=keeper)


def keeps(house: House, person: str, other: str) -> None:
    """Put something into every table of the supplies desk."""
    mask: dict[str, Any] = {"place": VILLAGE, "item": "mask", "unit": "只"}
    keeper = Actor(person=uuid.UUID(person), via=Via.PAGE)
    desk = Actor(person=uuid.UUID(other), via=Via.PAGE)
    donated = {
        "origin_kind": "donation",
        "origin": "京东南永和商行",
        "wish": "先给老人",
        "batch": "B-1",
    }
    gift = donated | {
        "expires_on": "2031-02-01",
        "note": "一箱",
        "link_digest": link_digest(random_link()),
    }
    house.do("supplies.receive_goods", mask | gift | {"quantity": 500}, as_=keeper)
    house.do(
        "supplies.receive_goods",
        mask | {"quantity": 50, "origin_kind": "allocation", "origin": "漷县镇"},
    )
    issued = house.do(
        "supplies.issue_goods", mask | {"quantity": 520, "recipient": "001"}, as_=keeper
    )
    house.do(
        "supplies.issue_goods",
        mask | {"quantity": 2, "recipient": "东口", "note": "早班"},
        as_=keeper,
    )
    line = issued.result["line"]
    house.do(
        "supplies.confirm_receipt", {"place": VILLAGE, "line": line, "how": "paper"}, as_=keeper
    )
    asked = house.do(
        "supplies.ask_about_line", {"place": VILLAGE, "line": line, "text": "怎么发了这么多？"}
    )
    house.do("supplies.ask_about_line", {"place": VILLAGE, "line": line, "text": "哪一批？"})
    answer = {
        "place": VILLAGE,
        "question": asked.result["question"],
        "text": "两个月的量一次发的。",
    }
    house.do("supplies.answer_question", answer, as_=keeper)
    sent = house.do(
        "supplies.dispatch_goods", mask | {"to_place": NEIGHBOUR, "quantity": 5}, as_=keeper
    )
    arrived = {
        "place": NEIGHBOUR,
        "shipment": sent.result["shipment"],
        "received": 4,
        "reason": "少一只",
    }
    house.do("supplies.confirm_delivery", arrived | {"damaged": 1})
    proposed = house.do(
        "supplies.propose_write_off", mask | {"quantity": 1, "reason": "破损"}, as_=keeper
    )
    signed = {"place": VILLAGE, "proposal": proposed.result["proposal"]}
    house.do("supplies.sign_write_off", signed, as_=desk)
    house.do("supplies.offer_surplus", mask | {"quantity": 3, "note": "用不完"}, as_=keeper)
    house.do("supplies.set_floor", {"place": VILLAGE, "item": "mask", "days": 5}, as_=keeper)
    house.do("supplies.open_obligation", {"place": VILLAGE, "text": "每天记账"}, as_=desk)
    counted = {"place": VILLAGE, "item": "mask", "counted": 21, "expected": 22, "reason": "少一只"}
    house.do("supplies.count_stock", counted, as_=keeper)
    house.do("supplies.begin_handover", {"place": VILLAGE, "successor": other}, as_=keeper)


def levels(house: House) -> None:
    """Put something into every table of levels and measures, and let gates and passes hang on them."""
    leader = house.person("何组长", "leader", TOWN)
    basis = {"basis": "指挥部 2020 年第 3 号"}
    review = day(moment.now(Store())) + dt.timedelta(days=60)
    for code in ("gates", "rounds"):
        named = {"name_zh": f"措施{code}", "name_en": code, "review_on": review.isoformat()}
        table = [{"level": "I"}, {"level": "II", "grade": "high", "sector": "C13"}]
        ask = {"place": TOWN, "code": code, "table": table, **named, **basis}
        house.do("response.issue_measure", ask, as_=leader)
        hung = {"place": VILLAGE, "measure": code}
        point = "东口" if code == "gates" else "西口"
        house.do(
            "movement.hang_gate", hung | {"point": point}, as_=house.person("队长", "crew_lead")
        )
        kind = "person" if code == "gates" else "goods"
        house.do("movement.hang_passes", hung | {"permit_kind": kind}, as_=leader)
    for level in ("I", "IV"):
        house.do("response.declare_level", {"place": TOWN, "level": level, **basis}, as_=leader)
    house.do("response.set_zone_grade", {"place": VILLAGE, "grade": "medium", **basis}, as_=leader)
    for value in (3, 4):
        fit = {"place": VILLAGE, "policy": "movement.checks_least", "value": value}
        house.do("response.choose_locally", fit | {"reason": "人员流动大"}, as_=leader)


def resumption(house: House) -> None:
    """Put something into every table of the enterprise desk."""
    made = {}
    for name in ("永昌铸件", "青峰叉车", "云上设计"):
        firm = {"place": VILLAGE, "name": name, "kind": "company", "sector": "C34"}
        firm |= {"address": "工业园 1 号"}
        made[name] = house.do("organisations.add_organisation", firm).result["organisation"]
    clerks = {name: house.person(f"{name}文员", "clerk", organisation=made[name]) for name in made}
    asks = {name: {"place": VILLAGE, "organisation": firm} for name, firm in made.items()}
    lead, clerk = asks["青峰叉车"], clerks["青峰叉车"]
    parts: list[dict[str, Any]] = [
        {"need": need, "text": "每天测温，分批用餐"} for need in ("control_plan", "canteen_plan")
    ]
    counted = [{"need": "roster", "quantity": 12}, {"need": "protective_stock", "quantity": 9}]
    contact = [{"need": "contact", "person": str(clerk.person)}]
    house.do("enterprise.file_application", lead | {"parts": parts + counted + contact}, as_=clerk)
    for name in ("永昌铸件", "云上设计"):
        told = asks[name] | {"buyer": made["青峰叉车"], "supply": "铸件"}
        link = house.do("organisations.link_supply", told, as_=clerks[name]).result
        house.do("organisations.agree_supply", lead | link, as_=clerk)
    house.do("enterprise.file_for_suppliers", lead, as_=clerk)
    answer = asks["永昌铸件"] | {"agrees": False, "reason": "我们自己报"}
    house.do("enterprise.answer_lead", answer, as_=clerks["永昌铸件"])
    officer = house.person("钱素英", "service_officer")
    (held,) = [
        row
        for row in house.ask("mandates.at_place", {"place": VILLAGE})
        if row.role == "service_officer"
    ]
    named = {"officer_mandate": str(held.mandate)}
    house.do("enterprise.name_officer", lead | named, as_=house.person("值班甲", "desk", TOWN))
    house.do("enterprise.fill_parts", asks["永昌铸件"] | {"parts": counted}, as_=officer)
    for _time in range(2):
        house.do("enterprise.file_application", asks["永昌铸件"], as_=clerks["永昌铸件"])
        text = {"text": "我们没有食堂"}
        asked = house.do("enterprise.ask_again", asks["永昌铸件"] | text, as_=clerks["永昌铸件"])
        check = {"place": VILLAGE, "check": asked.result["check"], "outcome": "right"}
        desk = house.person("看的人", "desk", TOWN)
        house.do("enterprise.answer_check", check | {"text": "要方案"}, as_=desk)
    on = day(moment.now(Store())) + dt.timedelta(days=5)
    late = {"not_due_reason": "seasonal", "review_on": on.isoformat()}
    for _time in range(2):
        house.do("enterprise.note_not_due", asks["云上设计"] | late, as_=desk)
    clause = {"levels": ["I"], "grades": ["high"], "sectors": ["C"], "needs": ["roster"]}
    for place in (TOWN, VILLAGE):
        rule = {"place": place, "basis": "换版", "clauses": [clause | {"way": "apply"}, clause]}
        house.do("enterprise.set_rule", rule)
    rules_that_begin(moment.now(Store()))


def inspections(house: House) -> None:
    """Put something into every table of checklists, visits and findings."""
    inspector = house.person("应巡", "inspector", TONGZHOU)
    desk = house.person("村委值班", "desk")
    for number in (1, 2):
        item = {"code": f"exit-{number}", "text_zh": "安全出口畅通", "text_en": "exits are free"}
        house.do(
            "inspection.publish_checklist",
            {"place": VILLAGE, "checklist": f"list-{number}", "name_zh": "清单", "name_en": "list"}
            | {"looks_at": "control", "applies_to": "place", "check_items": [item]},
        )
        booked = {
            "place": VILLAGE,
            "checklists": [f"list-{number}"],
            "on": str(day(moment.now(Store()))),
        }
        done = house.do("inspection.book_visit", booked, as_=inspector)
        visit = {"place": VILLAGE, "visit": done.result["visit"]}
        house.do("inspection.begin_visit", visit, as_=inspector)
        found = {"check_item": f"exit-{number}", "severity": "minor", "text": "堆了纸箱"}
        receipt = house.do("inspection.record_finding", visit | found, as_=inspector)
        ask = {"place": VILLAGE, "finding": receipt.result["finding"], "text": "搬走了"}
        house.do("inspection.put_right", ask, as_=desk)


def says(house: House, person: str, other: str, team: str) -> None:
    """Put something into every table of directives, notices, plans and decisions."""
    desk = Actor(person=uuid.UUID(other), via=Via.PAGE)
    today = day(moment.now(Store())).isoformat()
    came = {"place": VILLAGE, "title": "值守", "from_whom": "镇里", "dated": today}
    came |= {"excerpt": "守住进村口"}
    for number in ("1号", "2号"):
        root = house.do("response.register_directive", came | {"number": number}, as_=desk)
        down = {"place": VILLAGE, "task": root.result["task"], "organisations": [team]}
        (task,) = house.do("response.pass_on", down, as_=desk).result["tasks"]
        about = {"place": VILLAGE, "task": task}
        house.do("response.localise_directive", about | {"text": "两班倒"}, as_=desk)
        shown = {"place": VILLAGE, "kind": "gate", "name": f"佐证{number}"}
        entry = str(house.do("places.add_point", shown).entry)
        house.do("response.add_evidence", about | {"entry": entry}, as_=desk)
        asked = house.do("response.ask_upward", about | {"text": "几个人？"}, as_=desk).result
        reply = {"place": VILLAGE, "question": asked["question"], "text": "四个人"}
        house.do("response.reply_downward", reply, as_=desk)
        notice = {"place": VILLAGE, "number": number, "title": "通知", "text": "两班倒"}
        notice |= {"title_en": "Notice", "text_en": "Two shifts", "offices": ["keeper", "desk"]}
        notice |= {"for_everyone": True, "cites": [entry]}
        made = house.do("response.publish_notice", notice, as_=desk).result["notice"]
        read = {"place": VILLAGE, "notice": made}
        house.do("response.read_notice", read, as_=desk)
        later = {"title": "通知", "text": "三班倒", "reason": "人多了"}
        house.do("response.revise_notice", read | later, as_=desk)
        decided = {"place": VILLAGE, "number": f"决{number}", "title": "留两口", "text": "只留两口"}
        decided |= {"affected": "全村", "affected_count": 40, "group": team, "cites": [entry]}
        decided["tasks"] = [{"department": team, "text": "设卡", "due_at": later_by(9)}]
        decision = house.do("response.decide", decided, as_=desk).result["decision"]
        against = {"place": VILLAGE, "decision": decision, "text": "绕路太远"}
        house.do("response.object_to", against, as_=house.person("谢秋实", place=VILLAGE))
        answered = {"place": VILLAGE, "decision": decision, "text": "再开一口"}
        house.do("response.answer_objection", answered, as_=desk)
    lines = [{"part": "goal", "code": "zero", "text": "零新增", "reason": "守住"}]
    lines.append(
        {"part": "measure", "code": "gates", "text": "三口", "reason": "守", "strictness": 3}
    )
    plan = {"place": VILLAGE, "plan": "zones", "title": "方案", "reason": "启动"}
    house.do("response.write_plan", plan | {"lines": lines}, as_=desk)
    left_out = {"lines": lines[:1], "dropped": [{"code": "gates", "reason": "转为低风险"}]}
    house.do("response.write_plan", plan | left_out, as_=desk)


def later_by(days: int) -> str:
    """Return a moment some days ahead."""
    return (moment.now(Store()) + dt.timedelta(days=days)).isoformat()


def forms(house: House) -> None:
    """Put something into every table of forms, their answers and leaders' visits."""
    bureau = house.person("孟知行", "desk", TONGZHOU, capacity="通州区经信局")
    above = house.person("殷明", "leader", "110100000000")
    host = house.person("村里管表的", "keeper")
    crops = {"heading": "今年种什么", "kind": "choice", "choices": ["水稻", "玉米"]}
    known = {"heading": "全村总住户", "field": "place.households"}
    long = [f"第{number}项" for number in range(60)]
    for fields in ([crops, known, "缺什么"], [*long[:20], known | {"heading": "住户总数"}]):
        made = house.do("inspection.request_form", form(*fields), as_=bureau).result
        about = {"place": VILLAGE, "form": made["form"]}
        rows = house.ask("inspection.form_questions", about, as_=host)
        left = [row.field for row in rows if row.stands == "to_ask"]
        given = [{"field": left[0], "value": "水稻"}, {"field": left[1], "why": "还没有统计"}]
        house.do("inspection.save_answers", about | {"answers": given}, as_=host)
        if len(left) == len(given):
            house.do("inspection.send_answers", about, as_=host)
    firms = house.ask("organisations.organisations", {"place": VILLAGE})
    firm = str(next(row.organisation for row in firms if row.kind == "company"))
    house.do("inspection.request_form", form("复工人数", subjects=[firm]), as_=bureau)
    over = form(*long[20:]) | {"overrun_reason": "上级要求今晚报"}
    for step in ("sign_overrun", "decline_overrun"):
        late = house.do("inspection.request_form", over, as_=bureau).result
        judged = {"place": "110100000000", "form": late["form"], "reason": "确需，下周少报"}
        house.do(f"inspection.{step}", judged, as_=above)
        over |= {"fields": [f"再问{number}" for number in range(60)]}
    turn = house.ask("inspection.turns_to_join", {"place": VILLAGE}, as_=above)[0]
    on = day(turn.starts_at).isoformat()
    plan = {"place": VILLAGE, "on": on, "hands": "both", "purpose": "看看缺什么"}
    plan |= {"booking": str(turn.booking)}
    for part in ("task", "nothing"):
        visit = house.do("inspection.plan_leader_visit", plan, as_=above).result["visit"]
        met = {"place": VILLAGE, "visit": visit}
        if part == "nothing":
            house.do("inspection.cancel_leader_visit", met | {"reason": "路断了"}, as_=above)
            continue
        house.do("inspection.begin_leader_visit", met, as_=above)
        house.do("inspection.end_leader_visit", met, as_=above)
        for text in ("协调消毒液", "打通去镇上的路"):
            took = met | {"text": text, "due": due()}
            task = house.do("inspection.take_task", took, as_=above).result["task"]
        done = {"place": VILLAGE, "task": task, "text": "送到了"}
        house.do("inspection.close_task", done, as_=host)
        house.do("inspection.say_visit_word", met | {"word": "helped"}, as_=host)
