"""A table page for every query: filters from its ask, pages, print, .xlsx and CSV."""

import datetime as dt
import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods
from pydantic import BaseModel

from mingbai.kernel.asks import private_names
from mingbai.kernel.faults import AskedWrongly
from mingbai.kernel.glossary import title
from mingbai.kernel.perform import answer, find_query
from mingbai.kernel.refusals import NotKnown, Refused
from mingbai.kernel.registry import Scope
from mingbai.kernel.workbooks.writing import Column, Kind, write_csv, write_table
from mingbai.web.controls import controls
from mingbai.web.forms import asked, defaults_of, to_sign_in, typed
from mingbai.web.people import actor_of, mandate_id, second_lock_first
from mingbai.web.pickers import picked

ROWS_A_PAGE = 100
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


def download(
    wanted: str, name: str, heading: str, columns: list[str], rows: list[Any]
) -> HttpResponse:
    """Return rows as a workbook or as CSV; what would be a formula is kept as text."""
    heads = [Column(title(column), kind_of(rows, column)) for column in columns]
    content = [[plain(getattr(row, column)) for column in columns] for row in rows]
    if wanted == "csv":
        answered = HttpResponse(write_csv(heads, content), content_type="text/csv; charset=utf-8")
    else:
        answered = HttpResponse(write_table(heading, heads, content), content_type=XLSX)
    answered["Content-Disposition"] = f'attachment; filename="{name}.{wanted}"'
    return answered


def one_page(rows: list[Any], columns: list[str], wanted: str) -> dict[str, Any]:
    """Return one page of the rows, as the template shows it."""
    number = max(1, int(wanted)) if wanted.isdigit() else 1
    first = (number - 1) * ROWS_A_PAGE
    return {
        "columns": columns,
        "rows": [
            [getattr(row, column) for column in columns]
            for row in rows[first : first + ROWS_A_PAGE]
        ],
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
        return download(wanted, query.name, str(query.title), columns, rows)
    page = one_page(rows, columns, str(data.get("page", ""))) | {
        "query": query,
        "controls": picked(request, query.name, controls(query.ask, values, errors, known)),
        "refusal": refusal,
        "waiting": waiting,
        "single": not query.many,
        "method": "post" if hidden else "get",
        "filters": known | values,
    }
    return render(request, "web/query.html", page, status=refusal.status if refusal else 200)
