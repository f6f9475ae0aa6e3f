"""Forms: what is held is answered from the registry, what is asked is asked once, and an answer is held from then on."""

import datetime as dt
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mingbai.domains.inspection.models import FieldAlias, FormQuestion, HeldValue
from mingbai.kernel.actors import Actor
from mingbai.kernel.models import Entry, OpenItem
from mingbai.kernel.refusals import Refused
from tests.conftest import NEIGHBOUR, TONGZHOU, VILLAGE, House
from tests.inspection.villages import HELD_HEADINGS, NEW_HEADINGS, due, form

TURNS = count()


def send(house: House, who: Actor, form_id: str, answers: dict[str, Any], **more: Any) -> None:
    """Answer a form's questions by their headings, and send."""
    about = {"place": VILLAGE, "form": form_id} | more
    rows = house.ask("inspection.form_questions", about, as_=who)
    codes = {row.heading: row.field for row in rows if row.stands == "to_ask"}
    given = [
        {"field": codes[heading]} | (told if isinstance(told, dict) else {"value": told})
        for heading, told in answers.items()
    ]
    house.do("inspection.save_answers", about | {"answers": given}, as_=who)
    house.do("inspection.send_answers", about, as_=who)


def test_a_form_of_twenty_fields_of_which_seventeen_are_held_asks_three(
    village: House, bureau: Actor, host: Actor
) -> None:
    """Rows: H11."""
    headings = HELD_HEADINGS + NEW_HEADINGS
    asked = {"place": TONGZHOU, "fields": headings, "subjects": VILLAGE}
    gate = village.ask("inspection.form_gate", asked, as_=bureau)
    assert (gate.asked, gate.held, gate.to_ask) == (20, 17, 3)
    assert [row.heading for row in gate.field_rows if row.to_ask] == NEW_HEADINGS
    found = village.do("inspection.request_form", form(*headings), as_=bureau).result
    assert (found["asked"], found["held"], found["to_ask"]) == (20, 17, 3)
    (waiting,) = village.ask("inspection.waiting_forms", {"place": VILLAGE}, as_=host)
    assert (waiting.to_ask, str(waiting.form)) == (3, found["form"])
    (item,) = village.ask("items.waiting", {"place": VILLAGE}, as_=host)
    assert item.kind == "inspection.form"
    told = {"独居老人数": "7", "村医是否到岗": "是", "春耕缺的农资": {"why": "还没有统计"}}
    send(village, host, found["form"], told)
    assert village.ask("items.waiting", {"place": VILLAGE}, as_=host) == []
    ask = {"place": TONGZHOU, "form": found["form"]}
    rows = village.ask("inspection.form_answers", ask, as_=bureau)
    said = {row.heading: row.value for row in rows}
    assert len(rows) == 20
    assert (said["总户数"], said["租住户数"], said["一次性口罩库存"]) == ("3", "1", "500")
    assert (said["独居老人数"], said["春耕缺的农资"]) == ("7", None)
    (reason,) = [row.why for row in rows if row.heading == "春耕缺的农资"]
    assert reason == "还没有统计"
    (entry,) = {row.entry for row in rows if row.stands == "learnt"}
    assert Entry.objects.get(id=entry).command == "inspection.send_answers"
    again = village.do("inspection.request_form", form(*headings), as_=bureau).result
    assert (again["held"], again["to_ask"]) == (20, 0), "the second time nothing is asked"
    assert village.faults() == []


def test_what_an_office_may_not_read_is_answered_by_the_registry_and_not_shown_to_it(
    village: House, host: Actor
) -> None:
    health = village.person("梅医生", "health", TONGZHOU)
    found = village.do(
        "inspection.request_form", form("卡口数", "一次性口罩库存", "独居老人数"), as_=health
    ).result
    assert (found["held"], found["to_ask"]) == (2, 1)
    ask = {"place": TONGZHOU, "form": found["form"]}
    rows = {row.heading: row for row in village.ask("inspection.form_answers", ask, as_=health)}
    assert (rows["卡口数"].value, rows["卡口数"].readable) == ("2", True)
    assert (rows["一次性口罩库存"].value, rows["一次性口罩库存"].readable) == (None, False)
    assert rows["一次性口罩库存"].held_by, "the form says whom to ask inside the house"


@given(st.data())
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)
def test_two_forms_that_overlap_ask_what_they_share_once(
    village: House, bureau: Actor, host: Actor, data: st.DataObject
) -> None:
    """Rows: H11."""
    turn = next(TURNS)  # the account is the same for every example, so its headings are not
    pool = [f"第{turn}次第{number}项" for number in range(8)]
    first = data.draw(st.lists(st.sampled_from(pool), min_size=1, max_size=6, unique=True))
    second = data.draw(st.lists(st.sampled_from(pool), min_size=1, max_size=6, unique=True))
    answered_between = data.draw(st.booleans())
    village.do(
        "policy.put",
        {"place": VILLAGE, "policy": "inspection.burden_minutes_a_week", "value": 600},
    )
    village.do(
        "policy.put", {"place": VILLAGE, "policy": "inspection.seconds_a_field", "value": 10}
    )
    before = FormQuestion.objects.count()
    one = village.do("inspection.request_form", form(*first), as_=bureau).result
    if answered_between:
        send(village, host, one["form"], dict.fromkeys(first, "有"))
    two = village.do("inspection.request_form", form(*second), as_=bureau).result
    shared = set(first) & set(second)
    assert two["to_ask"] == len(set(second) - shared)
    assert FormQuestion.objects.count() - before == len(set(first) | set(second))
    if not answered_between:
        send(village, host, one["form"], dict.fromkeys(first, "有"))
    if two["to_ask"]:
        send(village, host, two["form"], dict.fromkeys(set(second) - shared, "有"))
    for made, headings in ((one, first), (two, second)):
        ask = {"place": TONGZHOU, "form": made["form"]}
        rows = village.ask("inspection.form_answers", ask, as_=bureau)
        assert {row.heading: row.value for row in rows} == dict.fromkeys(headings, "有")
    assert not OpenItem.objects.filter(kind="inspection.form", done_at=None).exists()


def test_a_draft_is_kept_and_an_unfinished_form_is_not_sent(
    village: House, bureau: Actor, host: Actor
) -> None:
    """Rows: H11."""
    fields = [{"heading": "独居老人数", "kind": "whole"}, {"heading": "低保户数", "kind": "whole"}]
    made = village.do("inspection.request_form", form(*fields), as_=bureau).result
    about = {"place": VILLAGE, "form": made["form"]}
    first, second = village.ask("inspection.form_questions", about, as_=host)
    wrong = about | {"answers": [{"field": first.field, "value": "七户"}]}
    with pytest.raises(Refused, match="INS-71"):
        village.do("inspection.save_answers", wrong, as_=host)
    saved = about | {"answers": [{"field": first.field, "value": "1,007"}]}
    assert village.do("inspection.save_answers", saved, as_=host).result == {
        "answered": 1,
        "to_ask": 1,
    }
    with pytest.raises(Refused, match="INS-70"):
        village.do("inspection.send_answers", about, as_=host)
    kept, _other = village.ask("inspection.form_questions", about, as_=host)
    assert (kept.value, kept.saved_at is not None) == ("1007", True)
    both = about | {"answers": [{"field": second.field, "value": "3", "why": "没有"}]}
    with pytest.raises(Refused, match="INS-77"):
        village.do("inspection.save_answers", both, as_=host)
    assert not HeldValue.objects.exists(), "a draft is nobody else's"


def test_an_answer_that_is_too_old_is_asked_again(
    village: House, bureau: Actor, host: Actor
) -> None:
    made = village.do("inspection.request_form", form("独居老人数"), as_=bureau).result
    send(village, host, made["form"], {"独居老人数": "7"})
    held = village.ask("inspection.held_values", {"place": VILLAGE}, as_=host)
    assert [(row.heading, row.value, row.age_days) for row in held] == [("独居老人数", "7", 0)]
    village.do("account.move_clock", {"to": "2020-04-20T09:00:00+08:00"})
    asked = {"place": TONGZHOU, "fields": "独居老人数", "subjects": VILLAGE}
    assert village.ask("inspection.form_gate", asked, as_=bureau).to_ask == 0
    shorter = {"place": TONGZHOU, "policy": "inspection.answer_holds_days", "value": 30}
    village.do("policy.put", shorter)
    assert village.ask("inspection.form_gate", asked, as_=bureau).to_ask == 1
    ask = {"place": TONGZHOU, "form": made["form"]}
    (row,) = village.ask("inspection.form_answers", ask, as_=bureau)
    assert (row.value, row.age_days) == ("7", 84), "the old form still says what was answered"


def test_what_was_answered_is_corrected_without_waiting_for_a_form(
    village: House, bureau: Actor, host: Actor, firm_clerk: Actor
) -> None:
    """Rows: H11."""
    fields = [{"heading": "独居老人数", "kind": "whole"}]
    made = village.do("inspection.request_form", form(*fields), as_=bureau).result
    about = {"place": VILLAGE, "form": made["form"]}
    field = village.ask("inspection.form_questions", about, as_=host)[0].field
    told = {"place": VILLAGE, "field": field}
    with pytest.raises(Refused, match="INS-80"):
        village.do("inspection.correct_answer", told | {"value": "8"}, as_=host)
    send(village, host, made["form"], {"独居老人数": "7"})
    for code, more in (
        ("INS-71", {"value": "八户"}),
        ("INS-70", {}),
        ("INS-77", {"value": "8", "why": "没有"}),
    ):
        with pytest.raises(Refused, match=code):
            village.do("inspection.correct_answer", told | more, as_=host)
    with pytest.raises(Refused, match="FRM-9"):
        village.do("inspection.correct_answer", told | {"value": "8"}, as_=firm_clerk)
    village.do("account.move_clock", {"to": "2020-02-03T09:00:00+08:00"})
    village.do("inspection.correct_answer", told | {"value": "8"}, as_=host)
    (row,) = village.ask("inspection.held_values", {"place": VILLAGE}, as_=host)
    assert (row.value, row.age_days, row.kind) == ("8", 0, "whole")
    ask = {"place": TONGZHOU, "form": made["form"]}
    (row,) = village.ask("inspection.form_answers", ask, as_=bureau)
    assert row.value == "8", "the form that asked has it too"
    assert village.faults() == []


def test_a_firm_answers_for_itself_alone(village: House, bureau: Actor, firm_clerk: Actor) -> None:
    firm = village.names["firm"]
    other = {"place": VILLAGE, "name": "马头村无纺布商行", "kind": "company"}
    second = village.do("organisations.add_organisation", other).result["organisation"]
    stranger = village.person("祝远", "clerk", organisation=second)
    headings = ["企业名称", "所属行业", "复工人数"]
    made = village.do(
        "inspection.request_form", form(*headings, subjects=[firm]), as_=bureau
    ).result
    assert (made["held"], made["to_ask"]) == (2, 1)
    assert [r.kind for r in village.ask("items.waiting", {"place": VILLAGE}, as_=firm_clerk)] == [
        "inspection.form"
    ]
    assert village.ask("items.waiting", {"place": VILLAGE}, as_=stranger) == []
    about = {"place": VILLAGE, "form": made["form"], "organisation": firm}
    for name, ask in (
        ("inspection.form_questions", about),
        ("inspection.waiting_forms", {"place": VILLAGE, "organisation": firm}),
    ):
        with pytest.raises(Refused, match="FRM-9"):
            village.ask(name, ask, as_=stranger)
    with pytest.raises(Refused, match="FRM-9"):
        village.do("inspection.save_answers", about | {"answers": []}, as_=stranger)
    send(village, firm_clerk, made["form"], {"复工人数": "40"}, organisation=firm)
    (held,) = HeldValue.objects.all()
    assert (held.value, held.subject) == ("40", firm.replace("-", ""))


def test_what_a_firm_has_said_is_not_the_storekeepers_nor_every_offices(
    village: House, bureau: Actor, host: Actor, firm_clerk: Actor
) -> None:
    firm = village.names["firm"]
    made = village.do("inspection.request_form", form("订单完成率", subjects=[firm]), as_=bureau)
    about = {"place": VILLAGE, "form": made.result["form"], "organisation": firm}
    whose = {"place": VILLAGE, "organisation": firm}
    for ask in (
        lambda: village.ask("inspection.form_questions", about, as_=host),
        lambda: village.ask("inspection.waiting_forms", whose, as_=host),
        lambda: village.ask("inspection.held_values", whose, as_=host),
        lambda: village.ask("inspection.firm_burden", whose, as_=host),
        lambda: village.do("inspection.save_answers", about | {"answers": []}, as_=host),
    ):
        with pytest.raises(Refused, match="FRM-9"):
            ask()
    send(village, firm_clerk, str(made.result["form"]), {"订单完成率": "四成"}, organisation=firm)
    inspector = village.person("应巡", "inspector", TONGZHOU)
    with pytest.raises(Refused, match="ACC-1"):
        village.ask("inspection.held_values", whose, as_=inspector)
    (row,) = village.ask("inspection.held_values", whose, as_=firm_clerk)
    assert row.value == "四成"
    asked = {"place": TONGZHOU, "form": made.result["form"]}
    for who, value in ((bureau, "四成"), (inspector, None)):
        (row,) = village.ask("inspection.form_answers", asked, as_=who)
        assert (row.value, row.readable) == (value, value is not None)


def test_a_firms_clerk_does_not_speak_for_the_village(
    village: House, bureau: Actor, firm_clerk: Actor
) -> None:
    made = village.do("inspection.request_form", form("独居老人数"), as_=bureau).result
    about = {"place": VILLAGE, "form": made["form"]}
    for ask in (
        lambda: village.ask("inspection.form_questions", about, as_=firm_clerk),
        lambda: village.ask("inspection.waiting_forms", {"place": VILLAGE}, as_=firm_clerk),
        lambda: village.ask("inspection.held_values", {"place": VILLAGE}, as_=firm_clerk),
        lambda: village.ask("inspection.leader_visits", {"place": VILLAGE}, as_=firm_clerk),
        lambda: village.do("inspection.send_answers", about, as_=firm_clerk),
    ):
        with pytest.raises(Refused, match="FRM-9"):
            ask()
    committee = {"place": VILLAGE, "name": "马头村村委会", "kind": "committee"}
    office = village.do("organisations.add_organisation", committee).result["organisation"]
    village_clerk = village.person("米文书", "clerk", organisation=office)
    send(village, village_clerk, made["form"], {"独居老人数": "7"})
    assert HeldValue.objects.get().value == "7"


def test_a_heading_that_an_office_corrects_is_known_the_next_time(
    village: House, bureau: Actor
) -> None:
    """Rows: H11."""
    told = [{"heading": "全村总住户", "field": "place.households"}]
    made = village.do("inspection.request_form", form(*told), as_=bureau).result
    assert made["held"] == 1
    assert FieldAlias.objects.get().code == "place.households"
    asked = {"place": TONGZHOU, "fields": "全村总住户", "subjects": VILLAGE}
    assert village.ask("inspection.form_gate", asked, as_=bureau).held == 1


def test_what_no_form_may_ask_or_say(village: House, bureau: Actor, host: Actor) -> None:
    firm = village.names["firm"]
    for code, ask in (
        ("INS-60", form("户数", subjects=[VILLAGE, firm])),
        ("INS-61", form("户数", subjects=["330112001000"])),
        ("INS-62", form("户数", "总户数")),
        ("INS-63", form("户主身份证号")),
        ("INS-64", form({"heading": "户数", "field": "firm.name"})),
        ("INS-65", form("户数", due="2020-01-01")),
        ("INS-79", form({"heading": "种什么", "kind": "choice"})),
    ):
        with pytest.raises(Refused, match=code):
            village.do("inspection.request_form", ask, as_=bureau)
    made = village.do("inspection.request_form", form("村医", "到岗日期"), as_=bureau).result
    about = {"place": VILLAGE, "form": made["form"]}
    doctor = village.ask("inspection.form_questions", about, as_=host)[0]
    told = about | {"answers": [{"field": doctor.field, "value": "张 110112196003070009"}]}
    with pytest.raises(Refused, match="INS-76"):
        village.do("inspection.save_answers", told, as_=host)


def test_a_withdrawn_form_leaves_what_another_one_waits_for(
    village: House, bureau: Actor, host: Actor
) -> None:
    one = village.do("inspection.request_form", form("甲项", "乙项"), as_=bureau).result
    two = village.do("inspection.request_form", form("乙项", "丙项"), as_=bureau).result
    assert (two["to_ask"], two["under_way"]) == (1, 1)
    (row,) = village.ask("inspection.forms", {"place": TONGZHOU, "form": one["form"]}, as_=bureau)
    assert str(row.form) == one["form"], "one is found however many were asked for since"
    back = {"place": TONGZHOU, "form": one["form"], "reason": "用不着了"}
    other = village.person("石耕田", "desk", TONGZHOU, capacity="通州区农业农村局")
    with pytest.raises(Refused, match="INS-82"):
        village.do("inspection.withdraw_form", back, as_=other)
    assert not any(
        row.mine for row in village.ask("inspection.forms", {"place": TONGZHOU}, as_=other)
    )
    village.do("inspection.withdraw_form", back, as_=bureau)
    about = {"place": VILLAGE, "form": two["form"]}
    rows = village.ask("inspection.form_questions", about, as_=host)
    assert [row.heading for row in rows if row.stands == "to_ask"] == ["乙项", "丙项"]
    assert FormQuestion.objects.filter(closed_at=None).count() == 2
    send(village, host, two["form"], {"乙项": "有", "丙项": "无"})
    assert not OpenItem.objects.filter(kind="inspection.form", done_at=None).exists()
    with pytest.raises(Refused, match="INS-81"):
        village.do("inspection.withdraw_form", back | {"form": two["form"]}, as_=bureau)
    assert village.faults() == []


def test_an_overdue_form_rises_to_the_desk(village: House, bureau: Actor) -> None:
    village.do("inspection.request_form", form("独居老人数", due=due(1)), as_=bureau)
    item = OpenItem.objects.get(kind="inspection.form")
    assert item.role == "keeper" and item.raises_to == "desk"
    assert item.due_at is not None and item.due_at > dt.datetime(2020, 1, 27, tzinfo=dt.UTC)


def test_a_form_asks_only_under_its_own_office(village: House, host: Actor) -> None:
    desk = village.person("郎致远", "desk", NEIGHBOUR)
    with pytest.raises(Refused, match="INS-61"):
        village.do("inspection.request_form", form("户数", place=NEIGHBOUR), as_=desk)
    with pytest.raises(Refused, match="ACC-1"):
        village.do("inspection.request_form", form("户数", place=VILLAGE), as_=host)
