"""A form page for every command, made from its ask: labels from the glossary, faults beside their fields."""

import datetime as dt
import enum
import types
import uuid
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from pydantic.fields import FieldInfo

from mingbai.kernel.asks import Ask
from mingbai.kernel.clock import PLACE_ZONE
from mingbai.kernel.faults import AskedWrongly
from mingbai.kernel.glossary import title
from mingbai.kernel.perform import find_command, perform
from mingbai.kernel.refusals import NotKnown, Refused
from mingbai.web.kinds import KINDS
from mingbai.web.people import actor_of, hat_of, login_of, mandate_id

LONG_TEXT = 200


@dataclass
class Control:
    """One field of a form."""

    name: str
    label: str
    kind: str
    required: bool
    value: str = ""
    error: str = ""
    choices: tuple[tuple[str, str], ...] = ()


def bare(annotation: Any) -> Any:
    """Return a type without its marks and without the choice of leaving it empty."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return bare(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        parts = [part for part in get_args(annotation) if part is not type(None)]
        return bare(parts[0]) if len(parts) == 1 else annotation
    return annotation


def control(name: str, field: FieldInfo, value: str = "", error: str = "") -> Control:
    """Return the control for a field of an ask."""
    inner = bare(field.annotation)
    kind = "text"
    choices: tuple[tuple[str, str], ...] = ()
    if inner is bool:
        kind = "bool"
    elif inner is int:
        kind = "number"
    elif inner is dt.date:
        kind = "date"
    elif inner is dt.datetime:
        kind = "datetime-local"
    elif get_origin(inner) is Literal:
        kind, choices = "choice", tuple((one, str(KINDS.get(one, one))) for one in get_args(inner))
    elif isinstance(inner, type) and issubclass(inner, enum.Enum):
        kind, choices = (
            "choice",
            tuple((str(one.value), str(KINDS.get(one.value, one.value))) for one in inner),
        )
    elif any(
        getattr(mark, "max_length", 0) and mark.max_length >= LONG_TEXT for mark in field.metadata
    ):
        kind = "long"
    default = "" if field.is_required() or field.default is None else str(field.default)
    return Control(
        name, str(title(name)), kind, field.is_required(), value or default, error, choices
    )


def controls(
    kind: type[Ask],
    values: dict[str, str],
    errors: dict[str, str],
    defaults: dict[str, str] | None = None,
) -> list[Control]:
    """Return the controls of an ask with what was typed."""
    known = (defaults or {}) | values
    return [
        control(name, field, known.get(name, ""), errors.get(name, ""))
        for name, field in kind.model_fields.items()
    ]


def typed(kind: type[Ask], data: Any) -> dict[str, str]:
    """Return what was typed, field by field."""
    return {
        name: str(data.get(name, ""))
        for name in kind.model_fields
        if data.get(name) not in (None, "")
    }


def asked(kind: type[Ask], values: dict[str, str]) -> dict[str, Any]:
    """Return the ask that was typed: a time without zone is one of the place."""
    found: dict[str, Any] = dict(values)
    for name, field in kind.model_fields.items():
        if bare(field.annotation) is dt.datetime and name in found:
            try:
                found[name] = dt.datetime.fromisoformat(found[name]).replace(tzinfo=PLACE_ZONE)
            except ValueError:
                continue
    return found


def request_id(request: HttpRequest) -> uuid.UUID:
    """Return the request id that a form carries: pressing twice is one act."""
    try:
        return uuid.UUID(str(request.POST.get("request_id", "")))
    except ValueError:
        raise Refused("ASK-5") from None


def defaults_of(request: HttpRequest) -> dict[str, str]:
    """Return what a form can fill in by itself: the place of the office, and what the address names."""
    hat = hat_of(request)
    known = {"place": hat.place} if hat else {}
    return known | {name: value for name, value in request.GET.items() if isinstance(value, str)}


@require_http_methods(["GET", "POST"])
def command_page(request: HttpRequest, desk: str, name: str) -> HttpResponse:
    """Show a command's form, do it, and show its receipt."""
    command = find_command(f"{desk}.{name}")
    if not command.public and login_of(request) is None:
        return redirect(f"/sign-in/?next={request.path}")
    values, errors, refusal = {}, {}, None
    status = 200
    if request.method == "POST":
        values = typed(command.ask, request.POST)
        try:
            receipt = perform(
                command.name,
                asked(command.ask, values),
                as_=actor_of(request),
                mandate=mandate_id(request),
                request_id=request_id(request),
            )
            return redirect(f"/done/{receipt.entry}/")
        except NotKnown:
            return redirect(f"/sign-in/?next={request.path}")
        except Refused as refused:
            refusal, status = refused, refused.status
            errors = refused.fields if isinstance(refused, AskedWrongly) else {}
    page = {
        "command": command,
        "controls": controls(command.ask, values, errors, defaults_of(request)),
        "refusal": refusal,
        "errors": [(field, str(title(field)), said) for field, said in errors.items()],
        "request_id": request.POST.get("request_id") or str(uuid.uuid4()),
        "button": _("Save"),
    }
    return render(request, "web/command.html", page, status=status)
