"""Levels in a real browser: a leader looks first and signs, everyone sees it at its minute; a phone changes with no network."""

import datetime as dt
import io
import os
import re
import subprocess
import sys
import time
import urllib.request
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth import get_user_model
from django.db import connections
from openpyxl import load_workbook

from mingbai.domains.movement.commands.retention import blind_due
from mingbai.domains.movement.models import Arrival
from mingbai.kernel import moment
from mingbai.kernel.clock import PLACE_ZONE, day, machine_now
from mingbai.kernel.commands.measures import delete_due
from mingbai.kernel.rows import Store
from tests.browser.phones import enrol
from tests.browser.test_gate import alone, register, resident
from tests.conftest import NEIGHBOUR, TOWN, URL, House, house_of
from tests.response.conftest import BASIS, clock, declare, issue, parsed, stand
from tests.stories.test_level_change import JINJIA, LINGXI, ZHEJIANG, Zhejiang, number

PASSWORD = "look first, then sign"
FIRST_LINE: dict[str, Any] = {"part": "measure", "code": "gates", "text": "村村设卡"}
FIRST_LINE |= {"reason": "人员流动不明", "strictness": 3}
LEFT_LINE = FIRST_LINE | {"code": "passes", "text": "出入凭纸条"}


class Told:
    """The province before the change, served as a person would serve it."""

    def __init__(self, house: House) -> None:
        self.story = Zhejiang(house)
        person = str(self.story.leader.person)
        ask = {"place": ZHEJIANG, "person": person, "username": "zhejiang"}
        house.do("mandates.open_login", ask)
        get_user_model().objects.create_user("zhejiang", password=PASSWORD)
        guard = str(self.story.guards[JINJIA].person)
        ask = {"place": JINJIA, "person": guard, "username": "guard"}
        house.do("mandates.open_login", ask)
        get_user_model().objects.create_user("guard", password=PASSWORD)
        self.plan([FIRST_LINE, LEFT_LINE], [], "启动一级响应")
        house.settle()
        self.password = PASSWORD
        self.log = house.folder.parent / "server.log"
        environment = {**os.environ, "PYTHONWARNINGS": "default"}
        if URL:
            name = connections["default"].settings_dict["NAME"]
            environment["MINGBAI_DATABASE_URL"] = urlsplit(URL)._replace(path=f"/{name}").geturl()
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "mingbai",
                    "run",
                    "--data",
                    str(house.folder),
                    "--port",
                    "0",
                ],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=environment,
            )
        self.url = self.listens()

    def plan(self, lines: list[Any], dropped: list[Any], reason: str) -> None:
        """Write the next version of the province's plan."""
        ask = {"place": ZHEJIANG, "plan": "zones", "title": "分区防控方案", "reason": reason}
        ask |= {"lines": lines, "dropped": dropped}
        self.story.house.do("response.write_plan", ask, as_=self.story.leader)

    def listens(self) -> str:
        """Return the address at which it is served, once it is."""
        for _attempt in range(1200):
            said = self.log.read_text("utf-8")
            assert self.process.poll() is None, said
            if found := re.search(r"http://127\.0\.0\.1:\d+", said):
                try:
                    urllib.request.urlopen(found[0] + "/api/health", timeout=2).close()
                except OSError:  # it says so a moment before it listens
                    pass
                else:
                    return found[0]
            time.sleep(0.05)
        raise AssertionError(self.log.read_text("utf-8"))


@pytest.fixture(scope="module")
def told(templates, tmp_path_factory):
    """The province, told once."""
    for house in house_of("story", templates, tmp_path_factory.mktemp("levels") / "account"):
        found = Told(house)
        yield found
        found.process.terminate()
        found.process.wait(timeout=60)


def test_a_leader_looks_first_then_signs_and_at_its_minute_everyone_sees_it(
    told, desk, phone
) -> None:
    """Rows: Z93, Z35."""
    desk.sign_in(told, "zhejiang")
    desk.page.click("a[href='/levels/']")
    desk.page.check("input[name=level][value=II]")
    desk.page.fill("#at", "2020-03-02T00:00")
    desk.page.click("form[action='#try'] >> nth=0 >> button")
    looked = desk.page.inner_text("#try")
    for said in (
        "2 would change",
        "4 would change",
        "Nothing has changed yet",
        "What does not change: help",
    ):
        assert said in looked, said
    for scheme in ("light", "dark"):
        desk.page.emulate_media(color_scheme=scheme)
        assert desk.serious() == []
    desk.page.fill("#basis", BASIS)
    desk.page.click("[popovertarget=sign] >> nth=0")
    desk.page.click("#sign button.btn--seal")
    desk.page.wait_for_url(f"**/levels/{ZHEJIANG}/")
    assert "From 2 Mar 2020, 00:00 on: level II" in desk.page.inner_text("main")
    phone.page.goto(f"{told.url}/gates/{JINJIA}/")
    assert phone.page.locator("tbody .tag--ok").count() == 2
    stand(told.story.house, "03-02", "00:01")
    for _attempt in range(180):  # the server's worker lets the gates follow
        phone.page.goto(f"{told.url}/gates/{JINJIA}/")
        if phone.page.locator("tbody .tag--no").count():
            break
        phone.page.wait_for_timeout(500)
    said = phone.page.inner_text("main")
    assert "措施已经结束：村口设卡" in said and phone.page.locator("tbody .tag--ok").count() == 1
    phone.page.goto(f"{told.url}/gates/{LINGXI}/")
    assert phone.page.locator("tbody .tag--ok").count() == 2, "a worse grade keeps more"
    for place, level in ((JINJIA, "二级 · 低风险"), (LINGXI, "二级 · 高风险")):
        phone.page.goto(f"{told.url}/levels/{place}/")
        assert phone.page.inner_text("h1") == level
        assert phone.fits() and phone.serious() == []
    phone.page.goto(f"{told.url}/levels/{ZHEJIANG}/measures/")
    phone.page.click("tbody a >> nth=0")
    assert phone.fits() and phone.serious() == []
    desk.page.goto(f"{told.url}/levels/{ZHEJIANG}/measures/new/")
    assert desk.fits() and desk.serious() == []
    a_row_of_the_first_is_judged_by_level_one(told, phone)
    the_plan_says_what_was_eased(told, desk)
    no_row_is_left_past_its_day(told, phone)
    assert desk.faults == [] and phone.faults == []


def a_row_of_the_first_is_judged_by_level_one(told: Told, phone: Any) -> None:
    """A guard writes down on 2 March who came on 1 March: the card must have been seen; who comes today needs none."""
    stand(told.story.house, "03-02", "09:00")
    phone.page.context.clear_cookies()
    phone.sign_in(told, "guard")
    for number_, name, came, refused in (
        (60, "昨天来的", "2020-03-01T22:00", True),
        (61, "今天来的", "2020-03-02T08:00", False),
    ):
        phone.page.goto(f"{told.url}/do/movement/register_arrival/?place={JINJIA}")
        phone.page.select_option("#f-point", label="西口")
        phone.page.fill("#f-name", name)
        phone.page.fill("#f-document_number", number(number_))
        phone.page.click("details:has(#happened_at) summary")
        phone.page.fill("#happened_at", came)
        phone.page.click("main form .btn >> nth=-1")
        said = phone.page.inner_text("main")
        assert ("MOV-5" in phone.page.content()) == refused, said
        assert len(phone.faults) == refused, (
            "the browser notes that it was refused, and nothing else"
        )
        phone.faults.clear()
    held = Arrival.objects.order_by("at").last()
    assert held is not None and held.at == parsed(clock("03-02", "08:00")), "of today alone"


def the_plan_says_what_was_eased(told: Told, desk: Any) -> None:
    """The plan's second version shows what was eased and left out of the first, each with its reason."""
    eased = FIRST_LINE | {"text": "主要路口值守", "reason": "二级响应，多日无新增", "strictness": 2}
    left_out = {"code": "passes", "reason": "二级响应不再限制出入"}
    told.plan([eased], [left_out], "三月二日零时转为二级")
    desk.page.goto(f"{told.url}/plans/{ZHEJIANG}/zones/")
    said = desk.page.inner_text("main")
    for words in ("level I", "level II", "村村设卡", "主要路口值守", "多日无新增", "不再限制出入"):
        assert words in said, words
    assert desk.fits() and desk.serious() == []


def no_row_is_left_past_its_day(told: Told, phone: Any) -> None:
    """Seven days after the gates' measure ended, nobody's name stands on the page or in the sheet that is taken home."""
    house = told.story.house
    address = f"{told.url}/ask/movement/register/?place={JINJIA}&point=东口"
    seven_days_on = False
    for rows in (1, 0):
        if seven_days_on:
            stand(house, "03-10", "01:00")
            for due in (blind_due, delete_due):
                due(moment.now(Store()))
        phone.page.goto(address)
        assert phone.page.locator("main tbody tr").count() == rows
        sheet = phone.page.request.get(f"{address}&format=csv").body().decode("utf-8-sig")
        assert len(sheet.splitlines()) == rows + 1, "the line of titles stays"
        book = load_workbook(io.BytesIO(phone.page.request.get(f"{address}&format=xlsx").body()))
        assert "湖北武汉" not in str([list(row) for row in book.active.values])
        assert len(list(book.active.values)) == rows + 2
        seven_days_on = True


def test_a_level_that_ends_at_midnight_ends_its_rule_on_the_phone_with_no_network(
    served, phones
) -> None:
    """Rows: Z93."""
    house: House = served.house
    leader = house.person("镇长某", "leader", TOWN)
    began = machine_now()
    later = began.astimezone(PLACE_ZONE) + dt.timedelta(days=1, minutes=5)
    midnight = later.replace(hour=0, minute=0, second=0, microsecond=0)
    review = (day(began) + dt.timedelta(days=30)).isoformat()
    rule = {"policy": "movement.card_must_be_seen", "table": [{"level": "I", "value": 1}]}
    issue(house, leader, TOWN, "cards", **rule, review_on=review)
    declare(house, leader, TOWN, "I")
    declare(house, leader, TOWN, "none", effective_at=midnight.isoformat())
    house.do("movement.open_checkpoint", {"place": NEIGHBOUR, "point": "南口"})
    guard = house.person("阚守正", "guard", NEIGHBOUR)
    house.settle()
    phone = phones("level")
    phone.context.clock.install(time=began)
    enrol(phone, house, guard, NEIGHBOUR)
    phone.shows("gate")
    register(phone, resident(911), "先来的", seen=True)
    phone.shows("gate")
    phone.drained()
    (line,) = phone.log()
    assert line["state"] == "accepted" and "***" in line["shown"]
    alone(phone)
    phone.context.clock.fast_forward(int((midnight - began).total_seconds() - 60) * 1000)
    register(phone, resident(910), "焦守田")
    assert "必须看证件" in phone.page.inner_text("#seen-rule") and phone.waiting() == 0
    phone.context.clock.fast_forward(70_000)
    phone.until("document.getElementById('register').dataset.must === 'no'")
    phone.page.click("#register-form .btn--wide")
    phone.shows("gate")
    assert phone.waiting() == 1 and phone.faults == []
    phone.sync()
    for _attempt in range(600):
        if [line["state"] for line in phone.log()] == ["waiting"]:
            break
        phone.page.wait_for_timeout(100)
    else:
        raise AssertionError("with its day over, who came yesterday still stands on the phone")
