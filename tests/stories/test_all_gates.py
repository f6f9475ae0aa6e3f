"""One firm, all gates: from the first call to the passes of 3,712 people, through the API (story E4, steps 1 to 6)."""

import json
import uuid
from typing import Any

import pytest
from django.test import Client

from mingbai.domains.movement.models import Batch, Permit
from mingbai.flows import permits
from mingbai.kernel import jobs
from mingbai.kernel.actors import Actor
from mingbai.kernel.clock import day
from mingbai.kernel.models import Entry, OpenItem
from mingbai.kernel.workbooks.reading import read
from mingbai.kernel.workbooks.writing import Column, write_table
from tests.conftest import TONGZHOU, TOWN, VILLAGE, House, shared
from tests.movement.passes import document
from tests.web.test_api import token_of
from tests.web.test_pages import signed_in

ITEMS = ("fire-way", "wiring", "gas-bottles")
PLANS = {
    "control_plan": "进门测温登记，一天消毒两次，总经理负责",
    "canteen_plan": "分四批用餐，一人一桌",
    "return_plan": "外省员工包车接，到厂先住观察房",
}


class Works:
    """A forklift works and everybody whom it meets on its way, asked and told over HTTP."""

    def __init__(self, house: House) -> None:
        self.house = house
        ask = {"place": VILLAGE, "kind": "company", "address": "科技大道 1 号"}
        self.firm = self.firm_of(ask | {"name": "青峰叉车", "sector": "C34"})
        self.foundry = self.firm_of(ask | {"name": "永昌铸件", "sector": "C33"})
        self.people: dict[str, Actor] = {
            "clerk": house.person("沈立新", "clerk", organisation=self.firm),
            "foundry": house.person("盛永昌", "clerk", organisation=self.foundry),
            "officer": house.person("钱素英", "service_officer"),
            "inspector": house.person("应守拙", "inspector", TONGZHOU),
            "second": house.person("卫知微", "inspector", TONGZHOU),
            "desk": house.person("郎致远", "desk", TOWN),
        }
        self.keys = {
            who: token_of(house, actor, f"the-key-of-{who}") for who, actor in self.people.items()
        }

    def firm_of(self, ask: dict[str, Any]) -> str:
        """Register a firm; return its id."""
        return str(self.house.do("organisations.add_organisation", ask).result["organisation"])

    def tell(self, who: str, name: str, ask: dict[str, Any], firm: str | None = None) -> Any:
        """Do something over HTTP; return what came of it."""
        told = {"place": VILLAGE} | ({"organisation": firm} if firm else {}) | ask
        answered = Client().post(
            f"/api/{name.replace('.', '/')}",
            json.dumps(told),
            content_type="application/json",
            headers=self.keys[who]
            | {"idempotency-key": str(uuid.uuid4()), "accept-language": "en"},
        )
        assert answered.status_code in (200, 202), (name, answered.json())
        return answered.json()["result"]

    def ask(self, who: str, name: str, **ask: str) -> Any:
        """Ask over HTTP."""
        found = Client().get(
            f"/api/{name.replace('.', '/')}", {"place": VILLAGE} | ask, headers=self.keys[who]
        )
        assert found.status_code == 200, found.json()
        return found.json()

    def gates(self) -> dict[str, dict[str, Any]]:
        """Return the gates of the works' way."""
        rows = self.ask("clerk", "enterprise.gate_path", organisation=self.firm)["rows"]
        return {row["stage"]: row for row in rows}


@pytest.fixture
def works(story: House) -> Works:
    """The works of the story."""
    return Works(story)


def filled_in(works: Works, who: str, firm: str, people: int) -> list[dict[str, Any]]:
    """Return what a firm says of itself."""
    contact = {"need": "contact", "person": str(works.people[who].person)}
    stock = {"need": "protective_stock", "quantity": 9}
    return [{"need": "roster", "quantity": people}, stock, contact]


def prepared(works: Works) -> None:
    """Steps 1 to 3: what is held is not asked again, the dossier is guided, suppliers confirm their part."""
    # 1 and 2: the first call and the survey are another desk's (they wait for S12); its answer is the firm's one record.
    record = works.ask("officer", "organisations.record", organisation=works.firm)
    assert record["address"] == "科技大道 1 号" and record["sector"].startswith("C34")
    dossier = works.ask("officer", "enterprise.dossier", organisation=works.firm)
    states = {row["need"]: row["state"] for row in dossier["parts"]}
    assert (states["address"], states["sector"], states["roster"]) == ("held", "held", "none")
    # 3: the officer drafts, the clerk confirms; both stand in the journal.
    drafts = [{"need": need, "text": text} for need, text in PLANS.items()]
    works.tell("officer", "enterprise.fill_parts", {"parts": drafts}, works.firm)
    works.tell("clerk", "enterprise.confirm_parts", {}, works.firm)
    mandates = {
        Entry.objects.filter(command=f"enterprise.{name}").values_list("mandate", flat=True)[0]
        for name in ("fill_parts", "confirm_parts")
    }
    assert len(mandates) == 2 and None not in mandates
    link = works.tell(
        "foundry",
        "organisations.link_supply",
        {"buyer": works.firm, "supply": "平衡重铸件"},
        works.foundry,
    )
    works.tell("clerk", "organisations.agree_supply", link, works.firm)
    asked = works.tell("clerk", "enterprise.file_for_suppliers", {}, works.firm)
    assert asked == {"suppliers": 1, "prepared": 3}
    works.tell("foundry", "enterprise.answer_lead", {"agrees": True}, works.foundry)
    parts = {"parts": filled_in(works, "foundry", works.foundry, 60)}
    told = works.tell("foundry", "enterprise.file_application", parts, works.foundry)
    assert told["decision"] == "approved", "the supplier is decided by its own dossier"


def inspected(works: Works) -> None:
    """Step 4: one serious hazard and two minor ones; the serious one is put right, rechecked by another, and nothing else."""
    items = [{"code": code, "text_zh": f"{code}合格", "text_en": code} for code in ITEMS]
    told = {"checklist": "safety", "name_zh": "安全清单", "name_en": "Safety", "place": TONGZHOU}
    told |= {"looks_at": "resumption", "applies_to": "firm", "check_items": items}
    works.house.do("inspection.publish_checklist", told)
    on = day(works.house.ask("account.state", {}).now).isoformat()
    booking = {"checklists": ["safety"], "on": on}
    visit = works.tell("inspector", "inspection.book_visit", booking, works.firm)["visit"]
    works.tell("inspector", "inspection.begin_visit", {"visit": visit})
    found = {}
    for code, severity in zip(ITEMS, ("serious", "minor", "minor"), strict=True):
        told = {"visit": visit, "check_item": code, "severity": severity, "text": "堵了 1.2 米"}
        found[code] = works.tell("inspector", "inspection.record_finding", told)["finding"]
    works.tell("inspector", "inspection.end_visit", {"visit": visit})
    parts = {"parts": filled_in(works, "clerk", works.firm, 3712)}
    told = works.tell("clerk", "enterprise.file_application", parts, works.firm)
    assert (told["decision"], told["missing"]) == ("missing", ["serious_hazard"])
    assert works.gates()["inspection"]["held_by"] == "firm"
    serious = {"finding": found["fire-way"]}
    works.tell("clerk", "inspection.put_right", serious | {"text": "货搬走了"})
    assert works.gates()["inspection"]["held_by"] == "inspector"
    works.tell("second", "inspection.close_finding", serious | {"text": "通了"})


def test_one_firm_through_all_gates(works: Works) -> None:
    """Rows: Z83, Z84, Z85, Z86, Z87. Steps 1 to 6 of the story, each by whom it is for."""
    prepared(works)
    inspected(works)
    # 5: the recheck alone decided it; filing once more says the same, with reasons and the version of the rule.
    shown = works.ask("clerk", "enterprise.dossier", organisation=works.firm)
    assert (shown["state"], shown["may_request_passes"]) == ("approved", True)
    told = works.tell("clerk", "enterprise.file_application", {}, works.firm)
    assert (told["decision"], told["rule_version"], told["missing"]) == ("approved", 1, [])
    assert "no_serious_hazard" in told["reasons"]
    slot = OpenItem.objects.get(kind="enterprise.officer", subject=uuid.UUID(works.firm).hex)
    assert slot.done_at is None and slot.role == "desk", "named the same day"
    passes(works)
    gates = works.gates()
    states = [row["state"] for row in gates.values()]
    assert states == ["open", "open", "open", "open", "not_built", "open"]
    assert gates["passes"]["quantity"] == 3712 and gates["transport"]["waits_for"] == "S08"
    works.house.settle()
    assert works.house.faults() == []


def mended(content: bytes, bad: list[dict[str, Any]]) -> bytes:
    """Return the roster's bad rows as the firm mends them: each with a document number that is right."""
    (sheet,) = read(content)
    rows = [[str(value or "") for value in row] for row in sheet.rows]
    heads = next(row for row in rows if "身份证号" in "".join(row))
    at = next(number for number, head in enumerate(heads) if "身份证号" in head)
    phone = next(number for number, head in enumerate(heads) if "手机" in head or "电话" in head)
    wrong = []
    for number, one in enumerate(bad):
        row = list(rows[one["row"] - 1])
        row[at], row[phone] = document(5000 + number), f"1390000{number:04d}"
        row[0] = row[0] or f"{number}"
        wrong.append(row)
    return write_table("花名册", [Column(head) for head in heads], wrong)


def passes(works: Works) -> None:
    """Step 6: 3,712 rows, nine of them bad; listed, mended, issued; a second run issues nothing."""
    content = shared("workbooks/staff_roster.xlsx").read_bytes()
    told = json.loads(shared("workbooks/staff_roster.json").read_text("utf-8"))
    clerk = signed_in(works.house, "works-clerk", works.people["clerk"])
    page = clerk.get("/passes/").content.decode()
    assert 'enctype="multipart/form-data"' in page, "an approved firm may send its roster"
    bad = issued(works, content, "R-1")
    assert [row["row"] for row in bad] == [row["row"] for row in told["refused"]]
    assert len(bad) == 9 and Permit.objects.count() == told["good"] == 3703
    assert issued(works, mended(content, bad), "R-2") == []
    assert Permit.objects.count() == 3712
    for number, again in enumerate((content, mended(content, bad))):
        issued(works, again, f"again-{number}")
    assert Permit.objects.count() == 3712, "a rerun gives nobody a second pass"
    assert Permit.objects.values("person").distinct().count() == 3712


def issued(works: Works, content: bytes, batch: str) -> list[dict[str, Any]]:
    """Let the clerk send a roster and the desk issue it; return the rows that are to be mended."""
    asked = permits.request_roster(
        content, VILLAGE, uuid.UUID(works.firm), batch=batch, as_=works.people["clerk"]
    )
    begun = works.tell("desk", "movement.grant_permits", {"batch": batch})
    assert jobs.go_on(uuid.UUID(begun["job"]))
    assert Batch.objects.get(id=asked).state == "issued"
    ask = {"batch_id": str(asked)}
    found = Client().get("/api/movement/rows_to_mend", ask, headers=works.keys["clerk"])
    rows: list[dict[str, Any]] = found.json()["rows"]
    return rows
