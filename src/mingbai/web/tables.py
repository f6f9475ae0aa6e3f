"""A table page for every query: filters from its ask, pages, print, .xlsx and CSV."""

import datetime as dt
import json
from typing import Any, get_args
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.views.decorators.http import require_http_methods
from pydantic import BaseModel

from mingbai.kernel.asks import private_names
from mingbai.kernel.faults import AskedWrongly
from mingbai.kernel.gazetteer import is_grouping, short_name
from mingbai.kernel.glossary import title
from mingbai.kernel.models import Place
from mingbai.kernel.perform import answer, find_query
from mingbai.kernel.refusals import NotKnown, Refused
from mingbai.kernel.registry import Query, Scope
from mingbai.kernel.workbooks.writing import Column, Kind, write_csv, write_table
from mingbai.web.controls import controls
from mingbai.web.forms import asked, defaults_of, placed, to_sign_in, typed
from mingbai.web.kinds import GATE_STATES, PASS_KINDS, STOP_STATES, VALIDITY
from mingbai.web.people import actor_of, mandate_id, second_lock_first
from mingbai.web.pickers import picked
from mingbai.web.templatetags.mingbai import cell, listed

ROWS_A_PAGE = 100
NAMES = (
    "name",
    "name_zh",
    "name_en",
    "title",
    "subject_name",
    "heading",
    "place_name",
    "post_name",
)
"""Columns that say what a row is about."""
PLACED = ("place", "places")
"""How columns end that hold codes of places."""
WORDS: dict[tuple[str, str], dict[str, Promise]] = {
    ("movement.checkpoints", "state"): GATE_STATES,
    ("movement.checkpoint_history", "state"): GATE_STATES,
    ("movement.issued_log", "kind"): PASS_KINDS,
    ("movement.batches", "kind"): PASS_KINDS,
    ("movement.my_requests", "kind"): PASS_KINDS,
    ("movement.check_pass", "kind"): PASS_KINDS,
    ("movement.check_pass", "valid"): VALIDITY,
    ("movement.permits", "state"): VALIDITY,
    ("movement.stops", "state"): STOP_STATES,
    ("movement.my_stops", "state"): STOP_STATES,
}
"""What a code means where a query means more with it than others do."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def columns_of(row: type[BaseModel]) -> list[str]:
    """Return the plain columns of a row class: what is a table of its own is left to the page."""
    return [name for name, field in row.model_fields.items() if "Row]" not in str(field.annotation)]


def plain(value: Any) -> Any:
    """Return a value as a workbook takes it."""
    if value is None or isinstance(value, str | int | dt.date | dt.datetime):
        return value
    return (
        json.dumps(value, ensure_ascii=False, default=str)
        if isinstance(value, list | dict)
        else str(value)
    )


def kind_of(rows: list[Any], name: str) -> Kind:
    """Return how a column is written."""
    held = next((getattr(row, name) for row in rows if getattr(row, name) is not None), None)
    if isinstance(held, dt.datetime):
        return Kind.MOMENT
    if isinstance(held, dt.date):
        return Kind.DATE
    if isinstance(held, int) and not isinstance(held, bool):
        return Kind.WHOLE
    return Kind.TEXT


def download(wanted: str, query: Query, columns: list[str], rows: list[Any]) -> HttpResponse:
    """Return rows as a workbook or as CSV; what would be a formula is kept as text."""
    heads = [Column(title(column, query.row), kind_of(rows, column)) for column in columns]
    content = [[plain(getattr(row, column)) for column in columns] for row in rows]
    if wanted == "csv":
        answered = HttpResponse(write_csv(heads, content), content_type="text/csv; charset=utf-8")
    else:
        answered = HttpResponse(write_table(str(query.title), heads, content), content_type=XLSX)
    answered["Content-Disposition"] = f'attachment; filename="{query.name}.{wanted}"'
    return answered


def arranged(row: type[BaseModel]) -> tuple[list[str], list[str]]:
    """Return the columns as a page shows them, what things are called first; and apart those that only tell rows from each other."""
    columns = columns_of(row)
    ids = [name for name in columns if UUID in types_of(row.model_fields[name].annotation)]
    rest = [name for name in columns if name not in ids]
    named = [name for name in rest if name in NAMES]
    return named + [name for name in rest if name not in named], ids


def types_of(annotation: Any) -> tuple[Any, ...]:
    """Return the types that a column may hold."""
    return get_args(annotation) or (annotation,)


def shown(query: str, column: str, value: Any, places: dict[str, str]) -> str:
    """Return a value in words: a place by its name, a code by what this query means with it."""
    if column.endswith(PLACED) and isinstance(value, str) and value:
        return listed(places.get(code, code) for code in value.split())
    word = WORDS.get((query, column), {}).get(value) if isinstance(value, str) else None
    return str(word) if word is not None else cell(value)


def places_in(rows: list[Any], columns: list[str]) -> dict[str, str]:
    """Return what the places among some rows are called, with one question to the database."""
    held = [getattr(row, name) for row in rows for name in columns if name.endswith(PLACED)]
    codes = {code for text in held if isinstance(text, str) for code in text.split()}
    found = Place.objects.filter(code__in=codes)
    return {
        place.code: short_name(place.name, place.level)
        for place in found.order_by("prefix")
        if not is_grouping(place.name)
    }


def one_page(query: Query, rows: list[Any], wanted: str) -> dict[str, Any]:
    """Return one page of the rows, as the template shows it: each with its cells under their titles, and its numbers apart."""
    number = max(1, int(wanted)) if wanted.isdigit() else 1
    first = (number - 1) * ROWS_A_PAGE
    columns, ids = arranged(query.row)
    here = rows[first : first + ROWS_A_PAGE]
    places = places_in(here, columns)
    return {
        "columns": columns,
        "rows": [
            {
                "cells": [
                    {
                        "title": title(name, query.row),
                        "text": shown(query.name, name, getattr(row, name), places),
                        "number": type(getattr(row, name)) is int,
                    }
                    for name in columns
                ],
                "ids": [
                    (title(name, query.row), getattr(row, name))
                    for name in ids
                    if getattr(row, name) is not None
                ],
            }
            for row in here
        ],
        "ids": bool(ids),
        "total": len(rows),
        "page": number,
        "more": len(rows) > first + ROWS_A_PAGE,
    }


@require_http_methods(["GET", "POST"])
def query_page(request: HttpRequest, desk: str, name: str) -> HttpResponse:
    """Show a query's filters and its rows."""
    query = find_query(f"{desk}.{name}")
    if query.scope is not Scope.PUBLIC and (door := second_lock_first(request)) is not None:
        return door
    hidden = set(private_names(query.ask))
    data = request.POST if request.method == "POST" else request.GET
    values = typed(query.ask, data)
    if request.method == "GET":
        # What is private never stands in an address.
        values = {field: value for field, value in values.items() if field not in hidden}
    known = {
        field: value
        for field, value in defaults_of(request).items()
        if field in query.ask.model_fields
    }
    rows: list[Any] = []
    refusal: Refused | None = None
    errors: dict[str, str] = {}
    waiting = any(
        field.is_required() and field_name not in (known | values)
        for field_name, field in query.ask.model_fields.items()
    )
    if not waiting:
        try:
            values |= placed(request, values)
            found = answer(
                query.name,
                asked(query.ask, known | values),
                as_=actor_of(request),
                mandate=mandate_id(request),
            )
            rows = found if isinstance(found, list) else [found]
        except NotKnown:
            return to_sign_in(request)
        except Refused as refused:
            refusal = refused
            errors = refused.fields if isinstance(refused, AskedWrongly) else {}
    columns = columns_of(query.row)
    wanted = str(data.get("format", ""))
    if wanted in ("csv", "xlsx") and refusal is None and not waiting:
        return download(wanted, query, columns, rows)
    page = one_page(query, rows, str(data.get("page", ""))) | {
        "query": query,
        "controls": picked(request, query.name, controls(query.ask, values, errors, known)),
        "refusal": refusal,
        "waiting": waiting,
        "single": not query.many,
        "method": "post" if hidden else "get",
        "filters": known | values,
    }
    return render(request, "web/query.html", page, status=refusal.status if refusal else 200)
