"""Dossiers as pages: a clerk's task list, check-your-answers, the answer with its reasons; the desk's queue and figures."""

import datetime as dt
import re

import pytest
from django.test import Client

from mingbai.domains.enterprise.models import Check, Dossier, NotDue, Part
from mingbai.domains.enterprise.words import Need
from mingbai.kernel.models import Mandate, OpenItem
from tests.conftest import TOWN, VILLAGE, House
from tests.enterprise.firms import Firm, firm, hazard, parts
from tests.web.test_pages import signed_in


@pytest.fixture
def one(story: House) -> Firm:
    """A firm of the story."""
    return firm(story)


@pytest.fixture
def clerk(story: House, one: Firm) -> Client:
    """The browser of the firm's clerk."""
    return signed_in(story, "clerk-page", one.clerk)


@pytest.fixture
def desk(story: House) -> Client:
    """The browser of the town's desk."""
    return signed_in(story, "desk-page", story.person("郎致远", "desk", TOWN))


def main_of(page: str) -> str:
    """Return what stands between the head and the foot of a page."""
    return page.split("<main")[1].split("</main")[0]


def request_id(page: str, within: str) -> str:
    """Return the request id of the form that holds these words."""
    (part,) = [one for one in page.split("<form")[1:] if within in one.split("</form>")[0]]
    found = re.search(r'name="request_id" value="([^"]+)"', part)
    assert found is not None
    return found[1]


def press(client: Client, address: str, within: str, **values: str) -> str:
    """Send the form of a page that holds these words; return the page that follows."""
    page = client.get(address).content.decode()
    sent = values | {"request_id": request_id(page, within)}
    return client.post(address, sent, follow=True).content.decode()


def test_a_clerk_fills_checks_and_files_on_pages(clerk: Client, one: Firm) -> None:
    """Rows: Z87. Four states on the list, every answer once more, then the decision with its reasons."""
    home = clerk.get("/home/").content.decode()
    assert 'href="/dossiers/"' in home
    page = clerk.get("/dossiers/", follow=True).content.decode()
    assert "未开始" in page and "已齐" in page and "工业园 1 号" in page, (
        "the record is not asked again"
    )
    base = f"/dossiers/{one.place}/{one.id}"
    for told in parts(one.clerk, but=[Need.CANTEEN_PLAN, Need.RETURN_PLAN, Need.ISOLATION_ROOMS]):
        need = told.pop("need")
        values = {name: str(value) for name, value in told.items()}
        press(clerk, f"{base}/{need}/", 'class="sheet stack"', **values)
    check = clerk.get(f"{base}/check/").content.decode()
    assert "食堂方案" in check and "每天测温" in check
    page = press(clerk, f"{base}/check/", "btns")
    assert "还不能复工，差 1 件" in page and "缺：食堂方案" in page
    assert Dossier.objects.get().state == "missing"
    press(clerk, f"{base}/canteen_plan/", 'class="sheet stack"', text="分批用餐，隔位而坐")
    page = press(clerk, f"{base}/check/", "btns")
    assert "可以复工了" in page and "第 1 版" in page and 'href="/passes/"' in page
    assert "没有没改完的重大隐患" in page


def test_bad_input_keeps_what_was_typed(clerk: Client, one: Firm) -> None:
    address = f"/dossiers/{one.place}/{one.id}/protective_stock/"
    page = press(clerk, address, 'class="sheet stack"', quantity="很多")
    assert 'value="很多"' in page and 'role="alert"' in page and not Part.objects.exists()
    assert clerk.get(f"/dossiers/{one.place}/{one.id}/address/").status_code == 422
    other = firm(one.house, "别家")
    assert clerk.get(f"/dossiers/{other.place}/{other.id}/").status_code == 403


def test_what_an_officer_drafted_is_confirmed_or_sent_back(
    story: House, clerk: Client, one: Firm
) -> None:
    """Rows: Z86."""
    officer = story.person("钱素英", "service_officer")
    browser = signed_in(story, "officer-page", officer)
    assert "青峰叉车" in browser.get("/dossiers/", follow=True).content.decode()
    base = f"/dossiers/{one.place}/{one.id}"
    for need, values in (
        ("roster", {"quantity": "12"}),
        ("control_plan", {"text": "每天两次测温"}),
    ):
        press(browser, f"{base}/{need}/", 'class="sheet stack"', **values)
    home = clerk.get("/home/").content.decode()
    assert f"/dossiers/?place={VILLAGE}&amp;organisation={one.hex}" in home
    page = clerk.get(f"{base}/").content.decode()
    assert "已看未齐" in page and "每天两次测温" in page and "钱素英" in page
    page = press(
        clerk,
        f"{base}/",
        'value="control_plan"',
        step="send_back",
        need="control_plan",
        reason="没写谁负责",
    )
    assert "退回" in page
    press(clerk, f"{base}/", 'value="confirm"', step="confirm")
    assert {part.need: part.state for part in Part.objects.all()} == {
        "roster": "held",
        "control_plan": "sent_back",
    }
    assert "没写谁负责" in browser.get("/dossiers/drafts/").content.decode()
    assert f"organisation={one.hex}" not in clerk.get("/home/").content.decode()


def test_a_firm_asks_for_a_person_and_the_desk_answers(
    story: House, clerk: Client, desk: Client, one: Firm
) -> None:
    """Rows: Z87."""
    one.file(*parts(one.clerk, but=[Need.CANTEEN_PLAN]))
    base = f"/dossiers/{one.place}/{one.id}/"
    press(clerk, base, 'value="again"', step="again", text="我们没有食堂，外面送餐")
    assert "/dossiers/queue/" in desk.get("/home/").content.decode()
    page = desk.get("/dossiers/queue/").content.decode()
    assert "我们没有食堂，外面送餐" in page and "青峰叉车" in page
    check = Check.objects.get()
    values = {"check": str(check.id), "place": VILLAGE, "outcome": "wrongly_refused"}
    page = press(
        desk, "/dossiers/queue/", str(check.id), **values, text="确实没有食堂", parts="canteen_plan"
    )
    assert "青峰叉车" in page, "now its service officer is to be named"
    assert Dossier.objects.get().state == "approved"
    story.person("钱素英", "service_officer")
    page = desk.get(base).content.decode()
    (mandate,) = re.findall(r'<option value="([^"]+)">钱素英', page)
    press(desk, base, 'value="officer"', step="officer", officer_mandate=mandate)
    assert "钱素英" in clerk.get(base).content.decode()
    assert OpenItem.objects.get(kind="enterprise.officer").outcome == "named"


def test_the_desk_sees_who_is_not_back_and_a_filled_gap_says_file_again(
    story: House, clerk: Client, desk: Client, one: Firm
) -> None:
    """Rows: Z58, Z83, Z87. The queue names the firm, what holds it and who; the first page names it too."""
    one.file(*parts(one.clerk, but=[Need.CANTEEN_PLAN]))
    other = firm(story, "云上设计", sector="M74")
    other.file(*parts(other.clerk))
    page = desk.get("/dossiers/queue/").content.decode()
    assert "还没复工的，等得最久的在前" in page and "食堂方案" in page and "企业自己" in page
    assert page.index("青峰叉车") < page.index("云上设计"), "one waits for its officer only"
    assert "云上设计" in desk.get("/home/").content.decode(), "an item says which firm it is about"
    base = f"/dossiers/{one.place}/{one.id}/"
    address = f"{base}canteen_plan/"
    press(clerk, address, 'class="sheet stack"', text="分批用餐，隔位而坐")
    page = clerk.get(base).content.decode()
    assert "差 0 件" not in page and "现在都齐了" in page
    inspector = signed_in(story, "inspector-page", story.person("应巡", "inspector", TOWN))
    page = inspector.get("/dossiers/", follow=True).content.decode()
    assert "青峰叉车" in page, "an inspector is led to what an inspector may read"
    english = desk.get("/dossiers/queue/", headers={"accept-language": "en"}).content.decode()
    assert "、" not in main_of(english)


def test_without_anybody_in_office_the_desk_sees_the_change(
    story: House, desk: Client, one: Firm
) -> None:
    """Rows: Z87. What nobody of the firm can see is left with the desk, and ends there."""
    one.file(*parts(one.clerk))
    office = Mandate.objects.get(person=one.clerk.person)
    story.do("mandates.end", {"place": office.place, "mandate": str(office.id)})
    hazard(one)
    item = OpenItem.objects.get(kind="enterprise.changed")
    assert (item.role, item.person) == ("desk", None)
    base = f"/dossiers/{one.place}/{one.id}/"
    press(desk, base, 'value="seen"', step="seen", item_id=str(item.id))
    assert OpenItem.objects.get(kind="enterprise.changed").done_at is not None


def test_the_figures_the_site_and_the_gates_are_pages(story: House, desk: Client) -> None:
    """Rows: Z57, Z58, Z83."""
    market = firm(story, "港区市场", kind="site")
    tenants = [firm(story, f"经营户{at}", sector="M74", parent=market.id) for at in range(3)]
    for one in tenants[:2]:
        one.file(*parts(one.clerk))
    page = desk.get(f"/dossiers/{VILLAGE}/{market.id}/site/").content.decode()
    assert "66.6 %" in page and "经营户2" in page and "经营户0" not in page
    address = f"/dossiers/resumption/?place={VILLAGE}"
    page = desk.get(address).content.decode()
    assert "2 / 3" in page and f"/dossiers/{VILLAGE}/{market.id}/site/" in page
    on = story.ask("account.state", {}).now.date().replace(day=1).isoformat()
    values = {"organisation": tenants[2].id, "not_due_reason": "seasonal", "place": VILLAGE}
    page = press(desk, address, "not_due_reason", **values, review_on=on)
    assert not NotDue.objects.exists() and "selected>经营户2" in page, "what was chosen is kept"
    page = press(desk, address, "not_due_reason", **values, review_on="2020-02-10")
    assert "2 / 2" in page and "2 / 3" in page and "2020 年 2 月 10 日" in page
    press(
        desk,
        address,
        tenants[2].id + '"><button',
        step="due",
        place=VILLAGE,
        organisation=tenants[2].id,
    )
    assert not NotDue.objects.filter(ended_at=None).exists()
    page = desk.get(f"/dossiers/{VILLAGE}/{tenants[0].id}/path/").content.decode()
    assert "S08" in page and "企业自己" in page


def test_a_firm_reads_ahead_what_the_next_version_asks(
    story: House, clerk: Client, desk: Client, one: Firm
) -> None:
    """Rows: Z29. From the record of the firm to its dossier, for whom it is for."""
    one.file(*parts(one.clerk, but=[Need.ISOLATION_ROOMS]))
    rule = {"place": VILLAGE, "basis": "本村加一条", "clauses": [{"needs": ["isolation_rooms"]}]}
    start = story.ask("account.state", {}).now + dt.timedelta(days=2)
    story.do("enterprise.set_rule", rule | {"starts_at": start.isoformat()})
    record = f"/firms/{one.place}/{one.id}/"
    base = f"/dossiers/{one.place}/{one.id}/"
    for browser in (clerk, desk):
        assert base in browser.get(record).content.decode()
        page = browser.get(base).content.decode()
        assert "到时还要：观察房间" in page and "第 2 版" in page
    said = main_of(desk.get(f"/dossiers/decisions/?place={VILLAGE}").content.decode())
    assert "青峰叉车" in said and "没有没改完的重大隐患" in said and "企业提交的" in said
    table = desk.get(f"/ask/enterprise/decisions/?place={VILLAGE}").content.decode()
    assert "zone_allows" not in table, "a table says it in words too"
    assert clerk.get("/dossiers/decisions/").status_code == 403
    other = firm(story, "别家")
    assert base not in signed_in(story, "other-clerk", other.clerk).get(record).content.decode()
