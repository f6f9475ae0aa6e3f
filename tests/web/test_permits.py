"""The pages of passes: a desk issues from a workbook, an agent asks, the clock is shown, and anyone may check one."""

import datetime as dt
import io
import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from mingbai.domains.movement.models import Batch, Permit
from mingbai.flows import pass_sheets
from mingbai.flows import permits as flow
from mingbai.kernel import jobs
from mingbai.kernel.actors import Actor
from mingbai.kernel.clock import PLACE_ZONE
from mingbai.kernel.models import Job
from mingbai.web.templatetags.mingbai import until
from tests.conftest import VILLAGE, House
from tests.enterprise.firms import firm, parts
from tests.flows.test_permits import people, roster
from tests.movement.passes import tokens
from tests.movement.test_requests import CASE
from tests.web.test_api import post, token_of
from tests.web.test_pages import signed_in


@pytest.fixture
def house(story: House) -> House:
    """A story account: its offices need no second factor."""
    return story


@pytest.fixture
def desk(house: House) -> Client:
    """The village's desk at its page."""
    return signed_in(house, "the-desk", house.person("郎致远", "desk"))


@pytest.fixture
def agent(house: House) -> Client:
    """An agent sent by a firm for one matter."""
    firm = house.do(
        "organisations.add_organisation", {"place": VILLAGE, "name": "叉车厂", "kind": "company"}
    ).result["organisation"]
    who = house.person("章跑腿", "agent", VILLAGE, case=str(CASE), organisation=firm)
    return signed_in(house, "the-agent", who)


def told(page: object) -> str:
    """Return a page's text without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))  # type: ignore[attr-defined]


def work() -> None:
    """Do the long work that waits, as the worker does."""
    for job in Job.objects.filter(ended_at=None):
        assert jobs.go_on(job.id)


def test_a_workbook_becomes_passes_sheets_and_cards(house: House, desk: Client) -> None:
    """Rows: Z84."""
    book = SimpleUploadedFile("roster.xlsx", roster(*people(12)))
    form = {"step": "roster", "request_id": str(uuid.uuid4()), "file": book, "days": "14"}
    assert desk.post("/passes/", form | {"batch": "夜班"}).status_code == 302
    work()
    page = desk.get("/passes/", headers={"accept-language": "en"})
    assert "being issued" in told(page) and "夜班" in told(page) and "12" in told(page)
    batch = Batch.objects.get()
    address = f"/passes/{VILLAGE}/{batch.number}/"
    rows = told(desk.get(address))
    assert "人0" in rows and Permit.objects.first().number in rows
    for sheet in (
        desk.get(f"{address}sheets.pdf"),
        desk.get(f"/passes/{VILLAGE}/card/{Permit.objects.first().number}.pdf"),
    ):
        assert sheet.content.startswith(b"%PDF") and sheet.headers["Cache-Control"] == "no-store"
    without = desk.post("/passes/", {"step": "roster", "request_id": str(uuid.uuid4())})
    assert without.status_code == 422 and "MOV-57" in told(without)


def test_an_agent_asks_the_desk_issues_and_the_clock_is_shown(
    house: House, desk: Client, agent: Client
) -> None:
    """Rows: Z88, Z96."""
    lines = "\n".join(f"浙A{number:05d}\t叉车\t7\tS-{number}\t临安到宁波港" for number in range(60))
    form = {"kind": "goods", "days": "3", "batch": "G-1", "vehicles": lines}
    asked = agent.post("/passes/", form | {"request_id": str(uuid.uuid4())})
    assert asked.status_code == 302
    english = {"accept-language": "en"}
    assert "0 / 60" in told(agent.get("/passes/", headers=english))
    home = told(desk.get("/home/", headers=english))
    assert "Passes are asked for" in home and "G-1" in home
    waiting = told(desk.get("/passes/", headers=english))
    assert "1 request waits for you" in waiting and "0 minutes since it was asked" in waiting
    grant = {"step": "grant", "place": VILLAGE, "batch": "G-1", "request_id": str(uuid.uuid4())}
    assert desk.post("/passes/", grant).status_code == 302
    work()
    shown = told(desk.get("/passes/", headers=english))
    assert "60 / 60" in shown and "0 minutes" in shown
    # The errand is done: the right has ended, and the agent's office is gone.
    assert agent.get("/passes/").headers["Location"].startswith("/hat/")


def test_the_desk_sees_that_a_firm_asks_for_everybody_on_its_roster(
    house: House, desk: Client
) -> None:
    """Rows: Z84."""
    one = firm(house)
    one.file(*parts(one.clerk))
    flow.request_roster(roster(*people(3)), VILLAGE, uuid.UUID(one.id), as_=one.clerk)
    page = told(desk.get("/passes/", headers={"accept-language": "en"}))
    assert "Issue to everybody on the roster" in page and "0 passes" not in page


def test_a_line_that_can_not_be_read_is_named_and_kept(house: House, agent: Client) -> None:
    lines = "浙A12345，叉车，7\n浙A54321，叉车，七"
    form = {"kind": "goods", "days": "3", "vehicles": lines, "request_id": str(uuid.uuid4())}
    answered = agent.post("/passes/", form, headers={"accept-language": "en"})
    assert answered.status_code == 422
    assert "Line 2 can&#x27;t be read" in told(answered) and "浙A54321" in told(answered)
    assert not Batch.objects.exists()


def test_anyone_may_check_a_pass_and_sees_nothing_else(house: House, desk: Client) -> None:
    found = flow.issue_roster(roster(*people(1)), VILLAGE)
    number, token = next(iter(tokens().items()))
    drawn = pass_sheets.seen(flow.cards(VILLAGE, numbers=[number]))
    anyone, english = Client(), {"accept-language": "en"}
    picture = SimpleUploadedFile("pass.png", drawn, content_type="image/png")
    spaced = f"{number[:4]} {number[4:8]} {number[8:12]} {number[12:]}".upper()
    for form in ({"shown": token}, {"shown": spaced}, {"picture": picture}):
        page = anyone.post("/pass/", form, headers=english)
        assert "This pass holds" in told(page), form
        assert "人0" not in page.content.decode() and "叉车厂" not in page.content.decode()
        assert page.headers["Cache-Control"] == "no-store"
    house.do("movement.revoke_permit", {"place": VILLAGE, "permit": number, "reason": "丢了"})
    assert "was revoked" in told(anyone.post("/pass/", {"shown": token}, headers=english))
    assert "not known here" in told(anyone.post("/pass/", {"shown": "0" * 16}, headers=english))
    blank = io.BytesIO()
    Image.new("RGB", (400, 400), "white").save(blank, "PNG")
    sent = SimpleUploadedFile("blank.png", blank.getvalue(), content_type="image/png")
    for form, code in (({}, "MOV-58"), ({"picture": sent}, "MOV-69")):
        page = anyone.post("/pass/", form)
        assert page.status_code == 422 and code in told(page)
    assert found.totals()["issued"] == 1


def test_a_keeper_has_nothing_to_do_with_passes(house: House) -> None:
    keeper = signed_in(house, "a-keeper", house.person("陆秀芬", "keeper"))
    assert keeper.get("/passes/").status_code == 403
    assert "/passes/" not in keeper.get("/home/").content.decode()


def test_counts_alone_are_public(house: House) -> None:
    flow.issue_roster(roster(*people(12)), VILLAGE)
    assert house.ask("movement.issued_log", {"place": VILLAGE}, as_=Actor()) == []
    house.do("account.move_clock", {"to": "2020-01-29T09:00:00+08:00"})
    (row,) = house.ask("movement.issued_log", {"place": VILLAGE}, as_=Actor())
    assert (row.kind, row.issued, row.revoked) == ("person", 12, 0)
    page = Client().get(f"/ask/movement/issued_log/?place={VILLAGE}")
    assert page.status_code == 200 and "人0" not in page.content.decode()


def test_a_pass_until_midnight_holds_through_the_day_that_closes() -> None:
    """On paper, on the desk's page and on the phone the same: nobody reads the day that begins as one on which it holds."""
    ends = dt.datetime(2020, 2, 24, tzinfo=PLACE_ZONE)
    assert pass_sheets.until(ends) == "2020-02-23 24:00"
    assert pass_sheets.until(ends + dt.timedelta(minutes=1)) == "2020-02-24 00:01"
    assert until(ends.astimezone(dt.UTC)) == "2020-02-23 24:00" and until(None) == ""


def test_a_program_begins_a_batch_and_asks_how_far_it_is(house: House) -> None:
    desk = house.person("郎致远", "desk")
    holders = [str(house.person(f"人{number}").person) for number in range(3)]
    headers = token_of(house, desk) | {"idempotency-key": str(uuid.uuid4())}
    ask = {"place": VILLAGE, "batch": "B-1", "kind": "person", "holders": holders}
    times = {name: moment.isoformat() for name, moment in flow.span(14).items()}
    begun = [post("/api/movement/issue_permits", ask | times, headers) for _time in range(2)]
    assert [one.status_code for one in begun] == [202, 202]
    job = begun[0].json()["job"]
    assert begun[1].json()["job"] == job and Job.objects.count() == 1
    state = Client().get(f"/api/jobs/{job}", headers=headers).json()
    assert (state["state"], state["total"], state["done"]) == ("under way", 3, 0)
    work()
    state = Client().get(f"/api/jobs/{job}", headers=headers).json()
    assert (state["state"], state["accepted"]) == ("ended", 3)
    shown = next(iter(tokens().values()))
    checked = post("/api/movement/check_pass", {"pass_shown": shown}).json()
    assert (checked["valid"], checked["kind"]) == ("valid", "person")
    assert set(checked) == {"valid", "kind", "valid_to"}
