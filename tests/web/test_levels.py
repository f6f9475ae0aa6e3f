"""Levels as pages: anyone reads what holds; a leader looks at what would change, then signs; measures are issued by a form."""

import re
import uuid
from html import unescape

import pytest
from django.test import Client

from mingbai.domains.response.models import Change, Listed
from mingbai.kernel.models import OpenItem
from tests.conftest import NEIGHBOUR, TONGZHOU, TOWN, VILLAGE, House
from tests.response.conftest import BASIS, declare, issue
from tests.web.test_pages import signed_in

ZH = {"accept-language": "zh-hans"}


@pytest.fixture
def leader(story: House) -> Client:
    """The district's leader's browser."""
    person = story.person("区长某", "leader", TONGZHOU)
    issue(story, person, TONGZHOU, "gates")
    declare(story, person, TONGZHOU, "I", issuer="区指挥部")
    return signed_in(story, "district", person)


@pytest.fixture
def mayor(story: House) -> Client:
    """The town's leader's browser."""
    return signed_in(story, "mayor", story.person("镇长某", "leader", TOWN))


def number(page: str, within: str) -> str:
    """Return the request id of the form that holds these words."""
    (part,) = [one for one in page.split("<form")[1:] if within in one.split("</form>")[0]]
    found = re.search(r'name="request_id" value="([^"]+)"', part)
    assert found is not None
    return found[1]


def test_anyone_reads_level_grade_and_measures_and_nothing_to_press(leader: Client) -> None:
    """Rows: Z26."""
    page = Client(headers=ZH).get(f"/levels/{VILLAGE}/").content.decode()
    for said in ("一级 · 低风险", "措施gates", BASIS, "区指挥部", "由通州区定"):
        assert said in page, said
    for hidden in ('name="step"', "看会变什么", '<form method="post"'):
        assert hidden not in page.replace('action="/language/" method="post"', ""), hidden
    assert Client().get(f"/levels/{VILLAGE}/measures/").status_code == 200
    assert Client().get("/levels/").status_code == 302


def test_a_leader_looks_first_and_signs_what_was_looked_at(story: House, leader: Client) -> None:
    """Rows: Z93."""
    look = {"level": "II", "at": "2020-03-02T00:00"}
    page = leader.get(f"/levels/{TONGZHOU}/", look, headers=ZH).content.decode()
    assert "如果从 2020 年 3 月 2 日 00:00 起是二级" in page and "1 处会变" in page
    assert "现在什么都还没有变" in page and Change.objects.count() == 1
    sign = look | {"step": "level", "basis": BASIS, "request_id": str(uuid.uuid4())}
    answered = leader.post(f"/levels/{TONGZHOU}/", sign)
    assert answered.status_code == 302
    held = Change.objects.latest("id")
    assert (held.value, held.state, held.effective_at.isoformat()) == (
        "II",
        "declared",
        "2020-03-01T16:00:00+00:00",
    )
    again = leader.post(f"/levels/{TONGZHOU}/", sign)
    assert again.status_code == 302 and Change.objects.count() == 2, "pressed twice is one act"
    other = sign | {"request_id": str(uuid.uuid4()), "level": "III"}
    refused = leader.post(f"/levels/{TONGZHOU}/", other, headers=ZH)
    assert refused.status_code == 422 and "同一分钟" in refused.content.decode()
    assert BASIS in refused.content.decode(), "what was typed is still there"
    page = leader.get(f"/levels/{TONGZHOU}/", headers=ZH).content.decode()
    back = {
        "step": "withdraw",
        "change": str(held.id),
        "reason": "再等一周",
        "request_id": number(page, 'value="withdraw"'),
    }
    assert leader.post(f"/levels/{TONGZHOU}/", back).status_code == 302
    assert Change.objects.get(id=held.id).state == "withdrawn"


@pytest.mark.parametrize("step", ["", "burn"])
def test_what_is_not_a_step_is_refused_in_words(leader: Client, step: str) -> None:
    answered = leader.post(f"/levels/{TONGZHOU}/", {"step": step, "request_id": str(uuid.uuid4())})
    assert answered.status_code == 422
    wrong = {"level": "II", "at": "soon", "step": "level", "request_id": str(uuid.uuid4())}
    assert leader.post(f"/levels/{TONGZHOU}/", wrong).status_code == 422
    assert leader.get(f"/levels/{TONGZHOU}/", {"level": "IX", "at": "soon"}).status_code == 200


def test_what_a_town_wishes_is_signed_on_the_page_above(
    story: House, leader: Client, mayor: Client
) -> None:
    """Rows: Z26."""
    wish = {"step": "level", "level": "II", "basis": BASIS, "request_id": str(uuid.uuid4())}
    looked = mayor.get(f"/levels/{TOWN}/", {"level": "II"}, headers=ZH).content.decode()
    assert "通州区也签了才会变" in looked, "said before anything is signed"
    stricter = mayor.get(f"/levels/{TONGZHOU}/", {"level": "II"}, headers=ZH).content.decode()
    assert "也签了才会变" not in stricter
    assert mayor.post(f"/levels/{TOWN}/", wish).status_code == 302
    own = mayor.get(f"/levels/{TOWN}/", headers=ZH).content.decode()
    assert "通州区还没有签" in own and 'value="withdraw"' in own
    home = leader.get("/home/", headers=ZH).content.decode()
    assert "下级请求放宽" in home and f"/levels/?place={TONGZHOU}" in home
    assert leader.get(f"/levels/?place={TONGZHOU}").status_code == 302
    page = leader.get(f"/levels/{TONGZHOU}/", headers=ZH).content.decode()
    assert "漷县镇请求放宽：二级" in page
    (look,) = re.findall(r'href="(/levels/[^"]+#try)"', page)
    assert "1 处会变" in leader.get(unescape(look), headers=ZH).content.decode()
    change = str(Change.objects.latest("id").id)
    sign = {"step": "sign", "change": change, "request_id": number(page, 'value="sign"')}
    forbidden = mayor.post(f"/levels/{TONGZHOU}/", sign | {"request_id": str(uuid.uuid4())})
    assert forbidden.status_code == 403
    assert leader.post(f"/levels/{TONGZHOU}/", sign).status_code == 302
    shown = Client(headers=ZH).get(f"/levels/{NEIGHBOUR}/").content.decode()
    assert "二级 · 低风险" in shown and "这里没有生效的措施" in shown
    assert not OpenItem.objects.filter(kind="response.easier", done_at=None).exists()


def test_what_comes_from_above_is_seen_ahead_in_the_village(story: House, leader: Client) -> None:
    """Rows: Z93. On the village's page for anyone, and on the page its keeper opens every morning; withdrawn above alone."""
    keeper = signed_in(story, "keeper", story.person("陆秀芬", "keeper"))
    ask = {"level": "II", "at": "2020-03-02T00:00", "step": "level", "basis": BASIS}
    leader.post(f"/levels/{TONGZHOU}/", ask | {"request_id": str(uuid.uuid4())})
    for page in (
        Client(headers=ZH).get(f"/levels/{VILLAGE}/").content.decode(),
        keeper.get("/home/", headers=ZH).content.decode(),
    ):
        assert "2020 年 3 月 2 日 00:00 起：二级" in page and "一级 · 低风险" in page
        assert 'value="withdraw"' not in page


def test_a_measure_is_issued_by_the_form_reviewed_and_withdrawn(
    story: House, leader: Client
) -> None:
    """Rows: Z32, H13, H17."""
    wish = {"place": VILLAGE, "what": "name", "text": "写错了"}
    story.do("rights.ask_correction", wish, as_=story.person("申请人", "keeper"))
    new = f"/levels/{TONGZHOU}/measures/new/"
    form = leader.get(new, {"blocker": "rights.correction"}, headers=ZH).content.decode()
    assert "都在" in form and f"/levels/{VILLAGE}/measures/new/" in form
    told = {
        "code": "quick",
        "name_zh": "三天内答复",
        "name_en": "answered in three days",
        "blocker": "rights.correction",
        "on-I-low": "on",
        "on-I-high": "on",
        "keep_days": "7",
    }
    sent = leader.post(new, told | {"request_id": str(uuid.uuid4())}, headers=ZH)
    assert sent.status_code == 422 and "措施要有依据" in sent.content.decode()
    told |= {"basis": BASIS, "review_on": "2020-04-01"}
    sent = leader.post(new, told | {"request_id": str(uuid.uuid4())}, headers=ZH)
    assert sent.status_code == 422 and "都在一处" in sent.content.decode()
    assert 'value="三天内答复"' in sent.content.decode() and "checked" in sent.content.decode()
    told |= {"reason": "别处也会有"}
    sent = leader.post(new, told | {"request_id": str(uuid.uuid4())})
    assert sent.status_code == 302
    page = leader.get(sent["location"], headers=ZH).content.decode()
    assert "要解决：" in page and page.count("tag--ok") == 2
    review = {"step": "review", "basis": BASIS, "review_on": "2020-05-01"}
    review |= {"request_id": str(uuid.uuid4())}
    assert leader.post(sent["location"], review).status_code == 302
    wrong = review | {"review_on": "2019-01-01", "request_id": str(uuid.uuid4())}
    assert leader.post(sent["location"], wrong).status_code == 422
    gone = {"step": "withdraw", "reason": "不用了", "request_id": str(uuid.uuid4())}
    assert leader.post(sent["location"], gone).status_code == 302
    assert Listed.objects.get(code="quick").withdrawn_at is not None
    away = f"/levels/{TONGZHOU}/measures/{uuid.uuid4()}/"
    assert Client().get(away).status_code in (404, 422)


def test_the_desk_sets_a_grade_and_cannot_sign_a_level(story: House, leader: Client) -> None:
    """Rows: Z71."""
    desk = signed_in(story, "town-desk", story.person("郎致远", "desk", TOWN))
    page = desk.get(f"/levels/{TOWN}/", {"grade": "high"}, headers=ZH).content.decode()
    assert "如果从现在起是高风险" in page
    grade = {"step": "grade", "grade": "high", "basis": BASIS, "request_id": str(uuid.uuid4())}
    assert desk.post(f"/levels/{TOWN}/", grade).status_code == 302
    assert "一级 · 高风险" in Client(headers=ZH).get(f"/levels/{VILLAGE}/").content.decode()
    level = {"step": "level", "level": "I", "basis": BASIS, "request_id": str(uuid.uuid4())}
    assert desk.post(f"/levels/{TOWN}/", level).status_code == 403
    looked = desk.get(f"/levels/{TOWN}/", {"level": "II"}, headers=ZH).content.decode()
    assert 'popovertarget="sign"' not in looked
