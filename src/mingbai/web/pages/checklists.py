"""Checklists: what is in force at a place, item by item, and the desk's page that writes a list or its next version."""

import hashlib
import re
import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_http_methods

from mingbai.kernel.refusals import NotAllowed, Refused
from mingbai.web.pages.burden import may
from mingbai.web.pages.office_forms import act
from mingbai.web.pages.public import private
from mingbai.web.people import asking, hat_of, signed_in, wanted_place
from mingbai.web.pickers import reached

LEVELS = ("I", "II", "III", "IV", "none")
GRADES = ("low", "medium", "high")
HANDS = ("control", "resumption")
VISITED: dict[str, Promise] = {
    "firm": pgettext_lazy("visited", "firms"),
    "gate": pgettext_lazy("visited", "gates"),
    "store": pgettext_lazy("visited", "stores"),
    "line": pgettext_lazy("visited", "lines"),
    "works": pgettext_lazy("visited", "works"),
    "place": pgettext_lazy("visited", "the place itself"),
}
WORDS = ("name_zh", "name_en", "looks_at", "applies_to", "starts_at")
PARTED = re.compile(r"\s*[|｜]\s*")
CODE_MOST = 40


def slug(name: str, whole: str, prefix: str) -> str:
    """Return a code that a name reads as; what it is said of in full tells two of the same name apart."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    mark = hashlib.sha256(whole.encode()).hexdigest()[:6]
    if not plain[:1].isalpha():
        plain = prefix
    return f"{plain[: CODE_MOST - 7].rstrip('-')}-{mark}"


@signed_in
def mine(request: HttpRequest) -> HttpResponse:
    """Lead to the checklists of the place of my office."""
    hat = hat_of(request)
    assert hat is not None
    return redirect("checklists", place=wanted_place(request))


@signed_in
def checklists(request: HttpRequest, place: str) -> HttpResponse:
    """Show the checklists in force at a place, each with the items that apply today."""
    if (other := wanted_place(request, place)) != place:
        return redirect("checklists", place=other)
    lists = asking(request, "inspection.checklists", {"place": place})
    page = {
        "place": place,
        "places": reached(request, place),
        "rows": [
            (row, VISITED[row.applies_to], items_of(request, place, row.checklist)) for row in lists
        ],
        "writes": may(request, "inspection.publish_checklist"),
        "seen": may(request, "inspection.findings"),
    }
    return render(request, "web/inspections/checklists.html", page)


def items_of(request: HttpRequest, place: str, code: str) -> list[Any]:
    """Return the items of a list in the version that holds today."""
    ask = {"place": place, "checklist": code}
    return list(asking(request, "inspection.checklist_items", ask))


@signed_in
@require_http_methods(["GET", "POST"])
def write(request: HttpRequest, place: str) -> HttpResponse:
    """Write a checklist or the next version of one: items of other lists are chosen, new ones are written line by line."""
    if not may(request, "inspection.publish_checklist"):
        raise NotAllowed("ACC-5")
    code = str(request.POST.get("checklist") or request.GET.get("checklist", ""))
    lists = asking(request, "inspection.checklists", {"place": place})
    held = next((row for row in lists if row.checklist == code and row.place == place), None)
    own = items_of(request, place, code) if held is not None else []
    known: dict[str, Any] = {
        item.code: item
        for row in lists
        if row is not held
        for item in items_of(request, place, row.checklist)
    }
    refusal: Refused | None = None
    if request.method == "POST":
        try:
            done(request, place, code, known | {item.code: item for item in own})
            return redirect("checklists", place=place)
        except Refused as refused:
            refusal = refused
    page = {
        "place": place,
        "held": held,
        "code": code,
        "values": typed(request) if refusal else written(request, place, held, own),
        "known": sorted(known.values(), key=sentence_of),
        "chosen": request.POST.getlist("known"),
        "hands": HANDS,
        "visited": VISITED.items(),
        "all_levels": LEVELS,
        "all_grades": GRADES,
        "refusal": refusal,
        "request_id": str(uuid.uuid4()),
    }
    status = refusal.status if refusal else 200
    return private(render(request, "web/inspections/write_checklist.html", page, status=status))


def sentence_of(item: Any) -> str:
    """Return an item's sentence, by which items stand in their order."""
    return str(item.text_zh)


def typed(request: HttpRequest) -> dict[str, Any]:
    """Return what was typed and ticked."""
    found: dict[str, Any] = {name: str(value) for name, value in request.POST.items()}
    return found | {name: request.POST.getlist(name) for name in ("levels", "grades")}


def written(request: HttpRequest, place: str, held: Any, own: list[Any]) -> dict[str, Any]:
    """Return a list as it stands, its items a line each; nothing for a new one."""
    if held is None:
        return {"levels": [], "grades": []}
    names = {}
    for name, language in (("name_zh", "zh-hans"), ("name_en", "en")):
        with translation.override(language):
            rows = asking(request, "inspection.checklists", {"place": place})
            names[name] = next(row.name for row in rows if row.checklist == held.checklist)
    lines = [(row.text_zh, row.text_en, row.levels) for row in own]
    return names | {
        "looks_at": held.looks_at,
        "applies_to": held.applies_to,
        "sectors": held.sectors,
        "levels": held.levels.split(),
        "grades": held.grades.split(),
        "items": "\n".join("｜".join(part for part in line if part) for line in lines),
    }


def done(request: HttpRequest, place: str, code: str, known: dict[str, Any]) -> None:
    """Publish or withdraw a list."""
    if request.POST.get("step") == "withdraw":
        act(request, "inspection.withdraw_checklist", {"place": place, "checklist": code})
        return
    said: dict[str, Any] = {
        name: value for name in WORDS if (value := str(request.POST.get(name, "")).strip())
    }
    names = {name: said.get(name) or said.get("name_zh", "") for name in ("name_zh", "name_en")}
    ask = {
        "place": place,
        "checklist": code or slug(names["name_en"], names["name_zh"] + place, "list"),
        "sectors": [one for one in re.split(r"[\s,，、]+", request.POST.get("sectors", "")) if one],
        "levels": request.POST.getlist("levels"),
        "grades": request.POST.getlist("grades"),
        "check_items": items(request, known),
    }
    act(request, "inspection.publish_checklist", said | names | ask)


def items(request: HttpRequest, known: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the items: those chosen from other lists, and each line; the same sentence is the same item everywhere."""
    found: dict[str, dict[str, Any]] = {}
    same = {item.text_zh: item for item in known.values()}
    for code in request.POST.getlist("known"):
        if (one := known.get(code)) is not None:
            found[code] = as_item(code, one.text_zh, one.text_en, one.levels)
    for line in str(request.POST.get("items", "")).splitlines():
        parts = [part for part in PARTED.split(line.strip()) if part]
        if not parts:
            continue
        levels = parts.pop() if len(parts) > 1 and set(parts[-1].split()) <= set(LEVELS) else ""
        zh, en = parts[0], parts[1] if len(parts) > 1 else parts[0]
        one = same.get(zh)
        code = one.code if one is not None else slug(en, zh, "item")
        found[code] = as_item(code, zh, en, levels)
    return list(found.values())


def as_item(code: str, zh: str, en: str, levels: str) -> dict[str, Any]:
    """Return one item as the command takes it."""
    return {"code": code, "text_zh": zh, "text_en": en, "levels": levels.split()}
