"""Firms: one record for every office, with what this office sees of it, on one page."""

from collections.abc import Iterable
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from mingbai.kernel.firms import OWN_SIDE
from mingbai.kernel.perform import answer
from mingbai.kernel.registry import REGISTRY, Scope
from mingbai.kernel.words import Role
from mingbai.web.people import asking, hat_of, signed_in, wanted_place
from mingbai.web.pickers import reached

CHANGES = ("change_record", "add_vehicle", "link_supply", "put_in_class")
OF_ONE_ROW = ("agree_supply", "end_supply", "withdraw_vehicle", "take_from_class")
OF_A_TEAM = ("join", "record_work")
TEAMS = ("team", "temporary_team")
LISTS = ("in_class", "class_changes", "works", "visibility")
WORDS = ("set_visibility",)


def allowed(role: str, names: Iterable[str]) -> list[str]:
    """Return which of these commands or queries of the desk an office may use."""
    found = [f"organisations.{name}" for name in names]
    known = REGISTRY.commands | REGISTRY.queries
    return [
        name
        for name in found
        if role in known[name].roles or getattr(known[name], "scope", None) is Scope.PUBLIC
    ]


@signed_in
def firms(request: HttpRequest) -> HttpResponse:
    """Show the firms and other organisations of a place, each with the door to its record."""
    hat = hat_of(request)
    assert hat is not None
    place = wanted_place(request)
    rows = asking(request, "organisations.organisations", {"place": place})
    page = {
        "places": reached(request, place),
        "rows": rows,
        "place": place,
        "writes": bool(allowed(hat.role, ["add_organisation"])),
        "reads": bool(allowed(hat.role, ["record"])),
        "lists": allowed(hat.role, LISTS),
        "words": allowed(hat.role, WORDS),
    }
    return render(request, "web/firms/firms.html", page)


@signed_in
def firm(request: HttpRequest, place: str, organisation: UUID) -> HttpResponse:
    """Show a firm's one record: each office sees the fields that are for it, and is told which are not."""
    hat = hat_of(request)
    assert hat is not None
    ask = {"place": place, "organisation": str(organisation)}
    row = asking(request, "organisations.record", ask)
    team = row.kind in TEAMS
    page = {
        "row": row,
        "plain": [
            (name, getattr(row, name))
            for name in ("credit_code", "sector", "address", "purpose")
            if name not in row.hidden
        ],
        "acts": allowed(hat.role, OF_A_TEAM if team else CHANGES),
        "of_one": allowed(hat.role, OF_ONE_ROW),
        "lists": bool(allowed(hat.role, ["organisations"])),
        "team": team,
        "resumes": not team
        and hat.role in REGISTRY.queries["enterprise.dossier"].roles
        and (Role(hat.role) not in OWN_SIDE or hat.organisation_id == organisation),
        "works": answer("organisations.works", ask),
    }
    return render(request, "web/firms/firm.html", page)
