"""Directives, notices, plans and decisions as pages: the one next act, the tree, the print, the difference, the objections."""

import io
import re
import uuid
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from mingbai.domains.response.models import Decision, Notice, Objection, PlanVersion, Task
from mingbai.kernel.acting import link_digest
from mingbai.kernel.identity import random_link
from mingbai.kernel.models import OpenItem
from tests.conftest import TOWN, VILLAGE, House
from tests.web.test_api import post, token_of
from tests.web.test_pages import signed_in

ZH = {"accept-language": "zh-hans"}


@pytest.fixture
def town(story: House) -> Client:
    """The browser of the town's desk."""
    return signed_in(story, "town-desk", story.person("郎致远", "desk", TOWN))


@pytest.fixture
def village(story: House) -> Client:
    """The browser of a village's keeper."""
    return signed_in(story, "keeper", story.person("陆秀芬", "keeper"))


def registered(house: House) -> str:
    """Register a directive at the town; return its task."""
    came = {"place": TOWN, "number": "通防指3号", "title": "落实三件事", "from_whom": "区指挥部"}
    came |= {"dated": "2020-01-26", "excerpt": "值守、登记、消毒落到人头。"}
    return str(house.do("response.register_directive", came).result["task"])


def step(client: Client, path: str, name: str, **sent: Any) -> Any:
    """Press a button of a page."""
    told = {"step": name, "request_id": str(uuid.uuid4())} | sent
    return client.post(path, told, headers=ZH)


def shown(client: Client, path: str, language: dict[str, str] = ZH) -> str:
    """Return a page that answers."""
    answered = client.get(path, headers=language, follow=True)
    assert answered.status_code == 200, answered.content.decode()
    return answered.content.decode()


def test_a_directive_goes_from_the_towns_page_to_the_villages_picture(
    story: House, town: Client, village: Client
) -> None:
    """Rows: Z25, Z30, H08."""
    path = f"/directives/{TOWN}/task/{registered(story)}/"
    assert "往下级传达" in shown(town, path)
    assert step(town, path, "pass_on", to_places=[VILLAGE], text="定下人员").status_code == 302
    home = shown(town, "/home/")
    assert 'href="/directives/?place=' in home and 'href="/notices/"' in home
    page = shown(town, "/directives/")
    assert "没有回音" in page and "1 个中 0 个" in page
    (mine,) = Task.objects.filter(place=VILLAGE)
    own = f"/directives/?place={VILLAGE}&amp;task={mine.id.hex}"
    assert own in shown(village, "/home/"), "the open item leads to the task"
    path = village.get(own.replace("&amp;", "&"))["Location"]
    assert "收到了" in shown(village, path)
    assert step(village, path, "receive").status_code == 302
    assert "这里怎么办，谁来办" in shown(village, path)
    assert step(village, path, "localise", text="两个口，两班倒").status_code == 302
    refused = step(village, path, "close")
    assert refused.status_code == 422 and "RES-45" in refused.content.decode()
    page = shown(village, path)
    act = re.search(r'name="act" value="([^"]+)"', page)
    assert act is not None
    drawn = io.BytesIO()
    Image.new("RGB", (20, 20), "white").save(drawn, "JPEG")
    drawn.seek(0)
    drawn.name = "p.jpg"
    assert step(village, path, "show", act=act[1], picture=drawn).status_code == 302
    page = shown(village, path)
    assert "看照片" in page and "办结" in page
    assert step(village, path, "close").status_code == 302
    assert Task.objects.get(id=mine.id).done_at is not None
    tree = shown(town, f"/directives/{TOWN}/{mine.directive_id}/")
    assert "办结，有佐证" in tree and "/picture/" in tree and "值守、登记、消毒落到人头。" in tree
    assert story.faults() == []


def test_what_went_to_the_wrong_village_is_taken_back_on_the_towns_page(
    story: House, town: Client, village: Client
) -> None:
    """Rows: Z25."""
    path = f"/directives/{TOWN}/task/{registered(story)}/"
    assert "收回" not in shown(town, path)
    step(town, path, "pass_on", to_places=[VILLAGE], text="定下人员")
    assert "收回" in shown(town, path)
    (mine,) = Task.objects.filter(place=VILLAGE)
    theirs = f"/directives/{VILLAGE}/task/{mine.id}/"
    assert "收回" not in shown(village, theirs)
    back = {"below": str(mine.id), "reason": "这个村没有路口"}
    assert step(town, path, "take_back", **(back | {"reason": ""})).status_code == 422
    assert step(town, path, "take_back", **back).status_code == 302
    assert "往下级传达" in shown(town, path) and "收回" not in shown(town, path)
    assert village.get(theirs, headers=ZH).status_code == 422
    assert not Task.objects.filter(place=VILLAGE).exists()


def test_a_question_upward_is_answered_from_the_open_item(
    story: House, town: Client, village: Client
) -> None:
    """Rows: Z25."""
    path = f"/directives/{TOWN}/task/{registered(story)}/"
    step(town, path, "pass_on", all_places="yes")
    (mine,) = Task.objects.filter(place=VILLAGE)
    assert Task.objects.count() > 9, "one tick for all"
    path = f"/directives/{VILLAGE}/task/{mine.id}/"
    assert step(village, path, "ask_upward", text="口罩从哪里领？").status_code == 302
    story.do("account.move_clock", {"to": "2020-01-30T09:00:00+08:00"})
    assert "没有答复，应在" in shown(village, path)
    home = shown(town, "/home/")
    found = re.search(r'href="(/directives/\?place=\d+&amp;question=[0-9a-f]+)"', home)
    assert found is not None
    answer = found[1].replace("&amp;", "&")
    page = town.get(answer, follow=True, headers=ZH)
    assert "口罩从哪里领？" in page.content.decode()
    path_up = page.redirect_chain[-1][0]
    empty = town.post(path_up, {"text": "", "request_id": str(uuid.uuid4())}, headers=ZH)
    assert empty.status_code == 422
    sent = {"text": "镇里发", "request_id": str(uuid.uuid4())}
    assert town.post(path_up, sent).status_code == 302
    page = shown(village, path)
    assert "答复晚了" in page and "镇里发" in page


def test_addresses_that_name_nothing_are_refused_in_words(town: Client) -> None:
    for path, code in (
        ("/directives/?task=rubbish", "RES-41"),
        (f"/directives/{TOWN}/task/{uuid.uuid4()}/", "RES-41"),
        (f"/directives/{TOWN}/{uuid.uuid4()}/", "RES-59"),
        (f"/directives/{TOWN}/answer/{uuid.uuid4()}/", "RES-52"),
        (f"/notices/{TOWN}/{uuid.uuid4()}/", "RES-61"),
        (f"/decisions/{TOWN}/{uuid.uuid4()}/", "RES-82"),
        ("/decisions/?decision=rubbish", "RES-82"),
        (f"/plans/{TOWN}/none/", "RES-74"),
        (f"/alerts/{TOWN}/{uuid.uuid4()}.xml", "RES-91"),
    ):
        answered = town.get(path, follow=True)
        assert answered.status_code == 422 and code in answered.content.decode(), path


def test_a_notice_is_written_read_replaced_and_given_as_an_alert(
    story: House, town: Client, village: Client
) -> None:
    """Rows: Z34."""
    told = {"number": "7号", "title": "村口值守", "text": "三班倒", "offices": ["keeper"]}
    told |= {"for_everyone": "yes", "request_id": str(uuid.uuid4())}
    wrong = town.post("/notices/write/", told | {"title": ""}, headers=ZH)
    assert wrong.status_code == 422 and "三班倒" in wrong.content.decode(), "what was typed stays"
    made = town.post("/notices/write/", told | {"request_id": str(uuid.uuid4())})
    assert made.status_code == 302
    path = made["Location"]
    assert path in shown(Client(), f"/notices/{TOWN}/")
    assert "三班倒" in shown(Client(), path) and "我看过了" not in shown(Client(), path)
    assert "还没看" in shown(village, "/notices/")
    assert "我看过了" in shown(village, path)
    assert village.post(path, {"request_id": str(uuid.uuid4())}).status_code == 302
    assert "1 个岗位，看过 1 个" in shown(town, path)
    later = {"title": "村口值守", "text": "两班倒", "reason": "人不够"}
    later["request_id"] = str(uuid.uuid4())
    newer = town.post(f"{path}next/", later)
    assert newer.status_code == 302
    page = shown(Client(), path)
    assert "已被第 2 版取代" in page and newer["Location"] in page
    assert f"/notices/{TOWN}/" in shown(Client(), f"/places/{TOWN}/")
    one = Notice.objects.get(version=2)
    alert = Client().get(f"/alerts/{TOWN}/{one.id}.xml")
    assert alert["Content-Type"].startswith("application/cap+xml")
    assert "<msgType>Update</msgType>" in alert.content.decode()


def test_a_plans_next_version_is_written_from_the_one_before(story: House, town: Client) -> None:
    """Rows: Z35."""
    path = f"/plans/{TOWN}/write/"
    form = {"plan": "gates", "title": "方案", "reason": "启动", "from_version": "0"}
    lines = {
        "part": ["goal", "measure", "measure"],
        "code": ["zero", "three", ""],
        "text": ["零新增", "三口值守", ""],
        "reason_of": ["守住", "人多", ""],
        "strictness": ["", "3", ""],
        "keep": ["yes", "yes", "yes"],
    }
    sent = form | lines | {"request_id": str(uuid.uuid4())}
    assert town.post(path, sent).status_code == 302
    page = shown(town, f"{path}?plan=gates")
    assert 'value="three"' in page and 'name="from_version" value="1"' in page
    lines |= {"text": ["零新增", "两口值守", ""], "strictness": ["", "2", ""]}
    lines["reason_of"] = ["守住", "夜里车少", ""]
    gone = lines | {"keep": ["no", "yes", "yes"]}
    gone["reason_of"] = ["", "夜里车少", ""]
    sent = form | gone | {"from_version": "1", "request_id": str(uuid.uuid4())}
    refused = town.post(path, sent, headers=ZH)
    assert refused.status_code == 422 and "两口值守" in refused.content.decode()
    sent |= {"reason_of": ["已写进举措", "夜里车少", ""], "request_id": str(uuid.uuid4())}
    assert town.post(path, sent).status_code == 302
    page = shown(Client(), f"/plans/{TOWN}/gates/")
    for words in ("放宽", "三口值守", "两口值守", "夜里车少", "去掉", "已写进举措"):
        assert words in page, words
    assert "eased" in shown(Client(), f"/plans/{TOWN}/gates/", {"accept-language": "en"})
    assert PlanVersion.objects.count() == 2
    assert f"/plans/{TOWN}/gates/" in shown(Client(), f"/plans/{TOWN}/")
    assert "方案" in shown(Client(), f"/plans/{TOWN}/gates/?from=x&to=-1")
    assert Client().get(f"/plans/{TOWN}/gates/?to=9").status_code == 422


def test_a_decision_is_taken_objected_to_and_answered(story: House, town: Client) -> None:
    """Rows: H12, Z27."""
    office = {"place": TOWN, "name": "交通所", "kind": "government", "since": "2010-01-01"}
    department = story.do("organisations.add_organisation", office).result["organisation"]
    form = {"number": "1号", "title": "关六个口", "text": "只留两口", "affected": "全镇"}
    form |= {"affected_count": "40", "department": [department, ""], "task_text": ["设牌", ""]}
    form |= {"due_at": ["", ""], "request_id": str(uuid.uuid4())}
    refused = town.post("/decisions/write/", form, headers=ZH)
    assert refused.status_code == 422 and "只留两口" in refused.content.decode()
    form |= {"due_at": ["2020-02-10T18:00", ""], "request_id": str(uuid.uuid4())}
    made = town.post("/decisions/write/", form)
    assert made.status_code == 302
    path = made["Location"]
    page = shown(Client(), path)
    assert "这项决定没有引用账目" in page and "不到十条" in page
    assert "没有引用账目" in shown(Client(), f"/decisions/{TOWN}/")
    story.do("people.add_household", {"place": VILLAGE, "code": "001"})
    token = random_link()
    slip = {"place": VILLAGE, "household": "001", "link_digest": link_digest(token)}
    story.do("supplies.give_slip", slip)
    sent = {"text": "绕路太远", "request_id": str(uuid.uuid4())}
    bare = Client().post(path, sent, headers=ZH)
    assert bare.status_code == 403 and "绕路太远" in bare.content.decode()
    sent |= {"link": token, "request_id": str(uuid.uuid4())}
    said = Client().post(path, sent, headers=ZH)
    assert said.status_code == 302 and "您的异议已经挂在这项决定上" in shown(
        Client(), said["Location"]
    )
    again = Client().post(path, sent | {"request_id": str(uuid.uuid4())}, headers=ZH)
    assert (
        "RES-83" not in again.content.decode()
        and "您对这项决定提过异议了" in again.content.decode()
    )
    home = shown(town, "/home/")
    found = re.search(r'href="(/decisions/\?place=\d+&amp;decision=[0-9a-f]+)"', home)
    assert found is not None
    page = shown(town, found[1].replace("&amp;", "&"))
    assert "绕路太远" in page and "随后的任务" in page
    reply = {"step": "answer", "text": "再开一口", "request_id": str(uuid.uuid4())}
    assert town.post(path, reply).status_code == 302
    assert Objection.objects.get().answer == "再开一口"
    assert "绕路太远" not in shown(Client(), path), "few objections are not shown, nor their words"
    assert Decision.objects.count() == 1
    assert story.faults() == []


def test_a_groups_task_names_who_of_its_members_answers_for_it(story: House, town: Client) -> None:
    """Rows: Z27. Chosen on the page from the group, and it waits for that person."""
    made = {}
    for name, kind in (("专班", "temporary_team"), ("交通所", "government")):
        ask = {"place": TOWN, "name": name, "kind": kind, "since": "2020-01-20"}
        ask |= {"until": "2020-06-30"} if kind == "temporary_team" else {}
        made[name] = story.do("organisations.add_organisation", ask).result["organisation"]
    people = {name: str(story.person(name, "desk", TOWN).person) for name in ("邹永年", "外人")}
    joined = {"place": TOWN, "organisation": made["专班"], "person": people["邹永年"]}
    story.do("organisations.join", joined | {"position": "交通负责人"})
    page = shown(town, "/decisions/write/")
    assert "邹永年 · 交通负责人 · 专班" in page and people["外人"] not in page
    form: dict[str, Any] = {
        "number": "1号",
        "title": "重开通道",
        "text": "重开",
        "affected": "四村",
    }
    form |= {"affected_count": "180", "group": made["专班"], "department": [made["交通所"], ""]}
    form |= {"task_text": ["清障", ""], "due_at": ["2020-02-10T18:00", ""]}
    for person, status in ((people["外人"], 422), (people["邹永年"], 302)):
        form |= {"person": [person, ""], "request_id": str(uuid.uuid4())}
        answered = town.post("/decisions/write/", form, headers=ZH)
        assert answered.status_code == status, answered.content.decode()
    (item,) = OpenItem.objects.filter(kind="response.task").exclude(person=None)
    assert str(item.person) == people["邹永年"]


def test_the_api_refuses_done_without_evidence_in_one_sentence(story: House) -> None:
    """Rows: Z30."""
    keeper = token_of(story, story.person("陆秀芬", "keeper"), "the-keepers-key")
    down = {"place": TOWN, "task": registered(story), "to_places": [VILLAGE]}
    (task,) = story.do("response.pass_on", down).result["tasks"]
    about = {"place": VILLAGE, "task": task}
    here = post("/api/response/localise_directive", about | {"text": "两班倒"}, keeper)
    assert here.status_code == 200 and here.json()["outcome"] == "accepted"
    refused = post("/api/response/finish_task", about, keeper)
    assert refused.status_code == 422 and refused.json()["code"] == "RES-45"
    above = post("/api/response/finish_task", {"place": TOWN, "task": down["task"]}, keeper)
    assert above.status_code == 403, "a village's keeper closes nothing at the town"
