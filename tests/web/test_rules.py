"""The rule of resumption as a page: anyone reads what is required of whom; who sets a version sees first whom it concerns."""

import re
from typing import Any
from uuid import uuid4

from django.test import Client

from mingbai.domains.enterprise.models import RuleVersion
from tests.conftest import TONGZHOU, TOWN, VILLAGE, House
from tests.enterprise.firms import firm, level, parts
from tests.web.test_pages import signed_in

NEW = f"/dossiers/rule/new/?place={TOWN}"


def main_of(page: str) -> str:
    """Return what stands between the head and the foot of a page."""
    return page.split("<main")[1].split("</main")[0]


def typed(page: str) -> dict[str, Any]:
    """Return what the form of a new version holds as it is shown."""
    form = page.split('<form class="stack" method="post" id="rule-form"')[1].split("</form>")[0]
    found: dict[str, Any] = {}
    for name, value in re.findall(r'name="([\w-]+)" value="([^"]*)" checked', form):
        found.setdefault(name, []).append(value)
    for name, value in re.findall(r'name="(sectors-\d+|request_id|count)" value="([^"]*)"', form):
        found[name] = value
    for name, options in re.findall(r'name="(way-\d+)">(.*?)</select>', form):
        found |= dict.fromkeys([name], "".join(re.findall(r'value="(\w+)" selected', options)))
    return found


def test_anyone_reads_what_is_required_in_words(story: House) -> None:
    """Rows: Z29. Not by codes, and not the same for all."""
    level(story, TONGZHOU, "I")
    page = main_of(Client().get(f"/dossiers/rule/?place={VILLAGE}&sector=C34").content.decode())
    mine = page.split('id="mine"')[1].split("</section>")[0]
    assert "C34 制造业" in mine and "食堂方案" in mine and "规则要 7 天" in mine
    light = Client().get(f"/dossiers/rule/?place={VILLAGE}&sector=M").content.decode()
    mine = light.split('id="mine"')[1].split("</section>")[0]
    assert "报了就能开" in mine and "食堂方案" not in mine
    assert "一级 · R 文化" in page and "已销号" not in page and "一级、J" not in page
    assert "写新的一版" not in page, "a reader is not offered what a reader may not do"
    english = Client().get("/dossiers/rule/", headers={"accept-language": "en"})
    assert english.status_code == 200 and "every firm" in english.content.decode()
    wrong = Client().get("/dossiers/rule/?place=99&sector=C")
    assert 400 <= wrong.status_code < 500


def test_a_version_is_looked_at_and_then_set(story: House) -> None:
    """Rows: Z29, Z87. Nothing is written by looking; what was typed stays; the versions say what each changed."""
    one = firm(story, sector="M74")
    one.file(*parts(one.clerk))
    desk = signed_in(story, "desk-rule", story.person("郎致远", "desk", TOWN))
    values = typed(desk.get(NEW).content.decode())
    assert values["count"] == "10" and values["way-4"] == "declare"
    values |= {"place": TOWN, "basis": "镇里第 3 号通知", "drop-8": "yes"}
    values |= {"sectors-0": "m, C34", "way-0": "closed"}
    wrong = values | {"sectors-0": "m, 软件"}
    answered = desk.post(NEW, wrong | {"step": "look"})
    assert answered.status_code == 422 and "软件" in answered.content.decode()
    page = desk.post(NEW, values | {"step": "look"}).content.decode()
    tried = page.split('id="tried"')[1].split("</section>")[0]
    assert "有 1 家的结果会变" in tried and "青峰叉车" in tried and "食堂方案" in tried
    assert not RuleVersion.objects.exists()
    shown = typed(page)
    assert shown["sectors-0"] == "M C34" and shown["way-0"] == "closed", (
        "the looked-at form is kept"
    )
    shown |= {"place": TOWN, "basis": "镇里第 3 号通知", "step": "sign"}
    page = desk.post(NEW, shown, follow=True).content.decode()
    assert RuleVersion.objects.get().basis == "镇里第 3 号通知"
    version = page.split("<article")[1].split("</article>")[0]
    assert "第 2 版" in version and "新加的" in version and "去掉的" in version
    assert "C34 制造业" in version and "食堂方案" in version
    nothing = desk.post(NEW, {"place": TOWN, "count": "x", "step": "look"})
    assert nothing.status_code == 422, "a version without a clause says so"
    clerk = signed_in(story, "clerk-rule", one.clerk)
    assert clerk.post(NEW, shown | {"step": "look"}).status_code == 403


def test_a_place_that_names_none_loses_nothing_that_was_typed(story: House) -> None:
    client = signed_in(story, "desk-typed", story.person("章立夏", "desk", TOWN))
    told = {"place": "没有的镇", "basis": "镇指挥部第七号令", "step": "try", "count": "0"}
    answered = client.post(NEW, told | {"request_id": str(uuid4())})
    page = answered.content.decode()
    assert answered.status_code == 422 and "没有的镇" in page
    assert 'value="镇指挥部第七号令"' in page
    assert 'name="place" value="没有的镇"' in page, (
        "else the next press would set it for another place"
    )
