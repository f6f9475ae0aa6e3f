"""Level I to II on 2 March: the plan's second version says what was eased and left out and why, and the change goes out as an alert."""

import datetime as dt
from typing import Any

from capvalidator import Validator

from mingbai.domains.response import cap
from mingbai.kernel.actors import Actor
from tests.conftest import TONGZHOU, TOWN, House
from tests.response.conftest import clock, declare, district, stand

__all__ = ["district"]  # a fixture of the response desk's tests

FIRST: list[dict[str, Any]] = [
    {"part": "goal", "code": "zero", "text": "零新增", "reason": "启动一级响应"},
    {
        "part": "measure",
        "code": "gates",
        "text": "村村设卡，昼夜值守",
        "reason": "人员流动不明",
        "strictness": 3,
    },
    {
        "part": "measure",
        "code": "passes",
        "text": "出入凭纸条",
        "reason": "减少外出",
        "strictness": 3,
    },
]


def test_plan_two_after_the_second_of_march_shows_the_difference_and_the_reasons(
    story: House, district: Actor
) -> None:
    """Rows: Z35."""
    town = story.person("郎致远", "desk", TOWN)
    stand(story, "01-28", "09:00")
    declare(story, district, TONGZHOU, "I")
    stand(story, "01-28", "10:00")
    plan = {"place": TOWN, "plan": "zones", "title": "分区防控方案", "reason": "启动一级响应"}
    one = story.do("response.write_plan", plan | {"lines": FIRST}, as_=town).result
    assert (one["version"], one["level"], one["zone_grade"]) == (1, "I", "low")
    declare(story, district, TONGZHOU, "II", effective_at=clock("03-02"))
    stand(story, "03-01", "23:00")
    stand(story, "03-02", "09:00")
    eased = {"text": "留主要路口，白天值守", "reason": "二级响应，多日无新增", "strictness": 2}
    second = plan | {"reason": "三月二日零时转为二级", "lines": [FIRST[0], FIRST[1] | eased]}
    second["dropped"] = [{"code": "passes", "reason": "二级响应不再限制出入"}]
    two = story.do("response.write_plan", second, as_=town).result
    assert (two["version"], two["level"]) == (2, "II"), (
        "the nearest place above that says something"
    )
    rows = story.ask("response.plan_difference", {"place": TOWN, "plan": "zones"})
    assert [(row.how, row.code, row.reason) for row in rows] == [
        ("line_eased", "gates", "二级响应，多日无新增"),
        ("line_removed", "passes", "二级响应不再限制出入"),
    ]
    levels = [row.level for row in story.ask("response.plans", {"place": TOWN})]
    assert levels == ["II", "I"], "each version stands for its situation"


def test_each_change_of_level_is_an_alert_that_replaces_the_one_before(
    story: House, district: Actor
) -> None:
    stand(story, "01-28", "09:00")
    declare(story, district, TONGZHOU, "I")
    stand(story, "02-28", "09:00")
    declare(story, district, TONGZHOU, "II", effective_at=clock("03-02"))
    newer, older = story.ask("response.alerts", {"place": TONGZHOU})
    assert (newer.message_kind, newer.references) == ("Update", older.identifier)
    ask = {"place": TONGZHOU, "alert": str(newer.alert)}
    xml = story.ask("response.cap_message", ask).cap_xml
    assert Validator(xml.encode()).schema()[0]
    chinese, english, _until, before = cap.read(xml).infos
    assert english.headline.endswith("response level II from 2 Mar 2020, 00:00")
    assert "II 级" in chinese.headline
    assert english.severity == "Severe"
    assert english.onset == dt.datetime(2020, 3, 1, 16, tzinfo=dt.UTC)
    assert english.geocodes == (TONGZHOU,)
    assert (english.urgency, english.expires) == ("Future", None)
    assert before.headline.endswith(
        "response level I from 28 Jan 2020, 09:00, until 2 Mar 2020, 00:00"
    )
    assert (before.urgency, before.severity, before.expires) == (
        "Immediate",
        "Extreme",
        english.onset,
    ), "whoever drops the message before still reads what holds until then"
