"""Firms: one record for every office, with what this office sees of it, on one page."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from mingbai.kernel.perform import answer
from mingbai.kernel.registry import REGISTRY
from mingbai.kernel.words import Role
from mingbai.web.people import actor_of, hat_of, mandate_id, signed_in

CHANGES = ("change_record", "add_vehicle", "link_supply", "put_in_class")


@signed_in
def firms(request: HttpRequest) -> HttpResponse:
    """Show the firms and other organisations of a place, each with the door to its record."""
    hat = hat_of(request)
    assert hat is not None
    place = str(request.GET.get("place") or hat.place)
    rows = answer(
        "organisations.organisations",
        {"place": place},
        as_=actor_of(request),
        mandate=mandate_id(request),
    )
    writes = hat.role in REGISTRY.commands["organisations.add_organisation"].roles
    return render(request, "web/firms/firms.html", {"rows": rows, "place": place, "writes": writes})


@signed_in
def firm(request: HttpRequest, place: str, organisation: UUID) -> HttpResponse:
    """Show a firm's one record: each office sees the fields that are for it, and is told which are not."""
    hat = hat_of(request)
    assert hat is not None
    ask = {"place": place, "organisation": str(organisation)}
    row = answer("organisations.record", ask, as_=actor_of(request), mandate=mandate_id(request))
    acts = [f"organisations.{name}" for name in CHANGES]
    page = {
        "row": row,
        "plain": [
            (name, getattr(row, name))
            for name in ("credit_code", "sector", "address", "purpose")
            if name not in row.hidden
        ],
        "acts": [name for name in acts if Role(hat.role) in REGISTRY.commands[name].roles],
        "lists": hat.role in REGISTRY.queries["organisations.organisations"].roles,
    }
    return render(request, "web/firms/firm.html", page)
