"""Home: what waits for me, and the doors to what I can do."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from itertools import chain
from uuid import UUID, uuid4

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.http import require_http_methods, require_POST

from mingbai.kernel.journal import receipts
from mingbai.kernel.journal.asks import entries_of
from mingbai.kernel.models import Entry, Organisation
from mingbai.kernel.perform import answer
from mingbai.kernel.queries.items import AT_MOST, ItemRow
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import REGISTRY, Scope
from mingbai.kernel.rows import Store
from mingbai.kernel.said import short_day
from mingbai.kernel.words import Role
from mingbai.web.context import place_name
from mingbai.web.doors import desks, where
from mingbai.web.pages import permits, pictures, rights
from mingbai.web.people import actor_of, asking, hat_of, mandate_id, signed_in
from mingbai.web.pickers import english
from mingbai.web.sign_in import safe_next

LANGUAGE_COOKIE = "django_language"
YEAR = 365 * 24 * 3600
INSPECTIONS = ("inspection.findings", "inspection.my_findings")
MANY, SHOWN, OF_A_LEAF = 6, 3, 50
"""A kind that waits more often than `MANY` times is folded to its first few on the list of everything."""
OF_FIRMS = ("enterprise.", "movement.ground_gone")
NAMED = {"supplies.cover", "movement.permits_asked"}
SILENT_DAY = "supplies.silent_day"


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """Show what waits for my office, the most urgent first, and what I can do."""
    hat = hat_of(request)
    assert hat is not None
    counts = {row.kind: row.waits for row in asking(request, "items.kinds", {"place": hat.place})}
    kind = str(request.GET.get("kind", ""))
    kind = kind if kind in counts else ""
    listed, page_of = (
        leaf_of(request, kind, counts[kind]) if kind else (folded(request, counts), {})
    )
    goods = {
        row.code: row.name_en if english() else row.name_zh for row in answer("goods.catalogue", {})
    }
    firms = firm_names(row.subject for row, _all in listed if row.kind.startswith(OF_FIRMS))
    shown = [
        {
            "row": item,
            "address": where(item, hat.role),
            "about": about(item, goods) or firms.get(item.subject, ""),
            "place": place_name(item.place) if item.place != hat.place else "",
            "all": count,
        }
        for item, count in listed
    ]
    changes = answer("response.history", {"place": hat.place})
    page = {
        "here": answer("response.here", {"place": hat.place}),
        "coming": [one for one in reversed(changes) if one.state == "declared"],
        "items": shown,
        "of_kind": kind,
        **page_of,
        "keeps": hat.role == Role.KEEPER,
        "hat_place": hat.place,
        "role": hat.role,
        "firms": hat.role in REGISTRY.queries["organisations.organisations"].roles,
        "levels": hat.role in REGISTRY.queries["response.simulate"].roles,
        "burden": hat.role in REGISTRY.queries["inspection.burdens"].roles,
        "asks_forms": hat.role in REGISTRY.commands["inspection.request_form"].roles,
        "leaders": hat.role in REGISTRY.queries["inspection.leader_visits"].roles,
        "turns": hat.role in REGISTRY.queries["posts.turns"].roles,
        "resumes": hat.role in REGISTRY.queries["enterprise.gate_path"].roles,
        "inspections": any(hat.role in REGISTRY.queries[name].roles for name in INSPECTIONS),
        "directives": hat.role in REGISTRY.queries["response.directives"].roles,
        "passes": hat.role in permits.OFFICES or Role(hat.role) in permits.MAY_ASK,
    }
    return render(request, "web/home.html", page)


def about(item: ItemRow, goods: dict[str, str]) -> str:
    """Return what an open item is about, where its subject says that by itself."""
    if item.kind == SILENT_DAY:
        return short_day(dt.date.fromisoformat(item.subject))
    return goods.get(item.subject, item.subject) if item.kind in NAMED else ""


def leaf_of(
    request: HttpRequest, kind: str, count: int
) -> tuple[list[tuple[ItemRow, int]], dict[str, int]]:
    """Return a leaf of what waits of one kind, and which leaf it is."""
    leaf = Paginator(range(count), OF_A_LEAF).get_page(str(request.GET.get("page", "")))
    some = {"kind": kind, "most": OF_A_LEAF, "passed_over": OF_A_LEAF * (leaf.number - 1)}
    numbers = {"page": leaf.number, "pages": leaf.paginator.num_pages, "count": count}
    return [(one, 0) for one in waits(request, some)], numbers


def folded(request: HttpRequest, counts: dict[str, int]) -> list[tuple[ItemRow, int]]:
    """Return what waits as the list shows it: of a kind that waits many times the first few, the last of them with how many there are."""
    if sum(counts.values()) <= AT_MOST:
        items = waits(request, {})
    else:
        # A kind that waits by the thousand must not push the others off the list.
        each = (waits(request, {"kind": kind, "most": MANY}) for kind in counts)
        items = sorted(chain.from_iterable(each), key=urgency)
    seen, found = Counter[str](), []
    for one in items:
        seen[one.kind] += 1
        many = counts.get(one.kind, 0) > MANY
        if not many or seen[one.kind] <= SHOWN:
            found.append((one, counts[one.kind] if many and seen[one.kind] == SHOWN else 0))
    return found


def waits(request: HttpRequest, which: dict[str, object]) -> list[ItemRow]:
    """Return what waits for my office, or some of it."""
    hat = hat_of(request)
    assert hat is not None
    found: list[ItemRow] = asking(request, "items.waiting", {"place": hat.place} | which)
    return found


def urgency(item: ItemRow) -> tuple[bool, dt.datetime, dt.datetime, UUID]:
    """Return what the query of open items orders them by."""
    return item.due_at is None, item.due_at or item.asked_at, item.asked_at, item.item


def firm_names(subjects: Iterable[str]) -> dict[str, str]:
    """Return the names of the firms that open items are about, by their subjects."""
    rows = Organisation.objects.filter(id__in=[UUID(hex=one) for one in subjects])
    return {row.id.hex: row.name for row in rows}


@signed_in
def everything(request: HttpRequest) -> HttpResponse:
    """Show every command and query that my office may use."""
    hat = hat_of(request)
    assert hat is not None
    role = Role(hat.role)
    commands = [c for c in REGISTRY.commands.values() if role in c.roles]
    queries = [
        q
        for q in REGISTRY.queries.values()
        if role in q.roles or q.scope in (Scope.PUBLIC, Scope.OWN)
    ]
    page = {"write": desks(commands, role), "read": desks(queries, role)}
    return render(request, "web/everything.html", page)


@signed_in
@require_http_methods(["GET", "POST"])
def about_me(request: HttpRequest) -> HttpResponse:
    """Show what the account holds about me."""
    actor, mandate = actor_of(request), mandate_id(request)
    refusal = None
    if request.method == "POST":
        became = rights.act(request)
        if isinstance(became, HttpResponse):
            return became
        refusal = became
    page = {
        name: answer(query, {}, as_=actor, mandate=mandate)
        for name, query in (
            ("rows", "people.about_me"),
            ("records", "rights.my_record"),
            ("wishes", "rights.my_wishes"),
            ("looks", "rights.looks_at_me"),
            ("told", "messages.mine"),
        )
    }
    page |= {"refusal": refusal, "request_id": str(uuid4())} | rights.typed(request)
    answered = render(request, "web/about_me.html", page, status=refusal.status if refusal else 200)
    answered["Cache-Control"] = "no-store"
    return answered


def done(request: HttpRequest, entry: UUID) -> HttpResponse:
    """Show the receipt of an act: accepted at once, sealed within seconds."""
    row = Entry.objects.filter(id=entries_of(Store(), [entry])[entry]).first()
    if row is None:
        raise Refused("JRN-4")
    try:
        proof = receipts.prove(entry)
    except Refused:
        proof = None
    page = {"entry": row, "proof": proof} | pictures.of_entry(request, entry, row.place)
    return render(request, "web/done.html", page)


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Change the language; it is kept in a cookie."""
    wanted = str(request.POST.get("language", ""))
    answered = redirect(safe_next(request, "/"))
    if translation.check_for_language(wanted):
        answered.set_cookie(
            LANGUAGE_COOKIE,
            wanted,
            max_age=YEAR,
            httponly=True,
            samesite="Lax",
            secure=settings.LANGUAGE_COOKIE_SECURE,
        )
    return answered
