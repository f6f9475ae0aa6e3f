"""What tests of the enterprise desk share: firms with clerks, complete dossiers, and words that other desks say."""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from mingbai.domains.enterprise.words import COUNTED, WRITTEN, Need
from mingbai.kernel import moment
from mingbai.kernel.actors import Actor
from mingbai.kernel.clock import day
from mingbai.kernel.models import Standing
from mingbai.kernel.rows import Store
from tests.conftest import TONGZHOU, VILLAGE, House

ALL_WRITTEN = tuple(need for need in Need if need in (*COUNTED, *WRITTEN))


@dataclass
class Firm:
    """A firm with somebody who files for it."""

    house: House
    id: str
    place: str
    clerk: Actor

    @property
    def ask(self) -> dict[str, str]:
        """Return what names it."""
        return {"place": self.place, "organisation": self.id}

    @property
    def hex(self) -> str:
        """Return how a word of standing names it."""
        return uuid.UUID(self.id).hex

    def file(self, *parts: dict[str, Any], as_: Actor | None = None, **context: Any) -> Any:
        """File its application; return the answer."""
        asked = self.ask | {"parts": list(parts)}
        receipt = self.house.do(
            "enterprise.file_application", asked, as_=as_ or self.clerk, **context
        )
        return receipt.result

    def shown(self, as_: Actor | None = None) -> Any:
        """Return its dossier as its clerk sees it."""
        return self.house.ask("enterprise.dossier", self.ask, as_=as_ or self.clerk)


def firm(
    house: House,
    name: str = "青峰叉车",
    *,
    place: str = VILLAGE,
    sector: str | None = "C34",
    parent: str | None = None,
    kind: str = "company",
) -> Firm:
    """Register a firm with its clerk."""
    ask: dict[str, Any] = {"place": place, "name": name, "kind": kind, "address": "工业园 1 号"}
    ask |= {"sector": sector} if sector else {}
    ask |= {"parent": parent} if parent else {}
    made = house.do("organisations.add_organisation", ask).result["organisation"]
    return Firm(house, made, place, house.person(f"{name}文员", "clerk", place, organisation=made))


def part(need: Need, clerk: Actor) -> dict[str, Any]:
    """Return a good part of a dossier."""
    told: dict[str, Any] = {"need": need.value}
    if need in COUNTED:
        return told | {"quantity": 9 if need is Need.PROTECTIVE_STOCK else 12}
    if need in WRITTEN:
        return told | {"text": f"{need.value}：每天测温，分批用餐，专人负责"}
    return told | {"person": str(clerk.person)}


def parts(clerk: Actor, but: Iterable[Need] = ()) -> list[dict[str, Any]]:
    """Return every part that may be asked for, but for some."""
    wanted = (*ALL_WRITTEN, Need.CONTACT)
    return [part(need, clerk) for need in wanted if need not in set(but)]


LOOKED_AT = ("fire-way", "wiring")


def inspectors(house: House) -> tuple[Actor, Actor]:
    """Return two inspectors of the county; the first time, with the checklist that they use."""
    if "inspectors" not in house.names:
        items = [{"code": code, "text_zh": f"{code}合格", "text_en": code} for code in LOOKED_AT]
        told = {"checklist": "safety", "name_zh": "安全清单", "name_en": "Safety"}
        told |= {"place": TONGZHOU, "looks_at": "resumption", "applies_to": "firm"}
        house.do("inspection.publish_checklist", told | {"check_items": items})
        house.names["inspectors"] = tuple(
            house.person(name, "inspector", TONGZHOU) for name in ("应巡", "卫查")
        )
    found: tuple[Actor, Actor] = house.names["inspectors"]
    return found


def visited(one: Firm) -> dict[str, Any]:
    """Begin a visit at a firm; return what names it."""
    inspector, _second = inspectors(one.house)
    on = day(now()).isoformat()
    told = one.ask | {"checklists": ["safety"], "on": on}
    visit = one.house.do("inspection.book_visit", told, as_=inspector).result["visit"]
    about = {"place": one.place, "visit": visit}
    one.house.do("inspection.begin_visit", about, as_=inspector)
    return about


def hazard(one: Firm) -> str:
    """Let an inspector find a serious hazard at a firm; return the finding."""
    inspector, _second = inspectors(one.house)
    about = visited(one)
    told = {"check_item": LOOKED_AT[0], "severity": "serious", "text": "消防通道堵了 1.2 米"}
    found = one.house.do("inspection.record_finding", about | told, as_=inspector)
    return str(found.result["finding"])


def put_right(one: Firm, finding: str) -> None:
    """Let the firm put a finding right."""
    told = {"place": one.place, "finding": finding, "text": "搬开了"}
    one.house.do("inspection.put_right", told, as_=one.clerk)


def rechecked(one: Firm, finding: str) -> None:
    """Let the other inspector recheck a finding and close it."""
    _inspector, second = inspectors(one.house)
    told = {"place": one.place, "finding": finding, "text": "通了"}
    one.house.do("inspection.close_finding", told, as_=second)


def passed(one: Firm) -> None:
    """Let a firm pass its visit."""
    inspector, _second = inspectors(one.house)
    about = visited(one)
    for code in LOOKED_AT:
        told = about | {"check_item": code, "outcome": "ok"}
        one.house.do("inspection.tick_item", told, as_=inspector)
    one.house.do("inspection.end_visit", about, as_=inspector)


def leader(house: House) -> Actor:
    """Return the leader of the county."""
    if "leader" not in house.names:
        house.names["leader"] = house.person("区指挥长", "leader", TONGZHOU)
    found: Actor = house.names["leader"]
    return found


def level(house: House, place: str, value: str) -> None:
    """Declare a level for a place, from now on."""
    told = {"place": place, "level": value, "basis": "省指挥部第 1 号令"}
    house.do("response.declare_level", told, as_=leader(house))


def grade(house: House, place: str, value: str) -> None:
    """Set the grade of a zone, from now on."""
    told = {"place": place, "grade": value, "basis": "区指挥部通知"}
    house.do("response.set_zone_grade", told, as_=leader(house))


def now() -> dt.datetime:
    """Return the account's moment."""
    return moment.now(Store())


def words(subject: str) -> set[str]:
    """Return the words that hold of a firm now."""
    at = now()
    return {
        row.what
        for row in Standing.objects.filter(subject=subject)
        if row.starts_at <= at and (row.ends_at is None or at < row.ends_at)
    }
