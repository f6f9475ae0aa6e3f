"""Controls: one field of a form, made from a field of an ask: label from the glossary, the kind of box, its fault."""

import datetime as dt
import enum
import types
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from django.utils.translation import pgettext_lazy
from pydantic.fields import FieldInfo

from mingbai.kernel.asks import Ask
from mingbai.kernel.clock import PLACE_ZONE
from mingbai.kernel.glossary import title
from mingbai.kernel.refusals import Refused
from mingbai.kernel.words import ROLE_TITLES, Role
from mingbai.web.kinds import KINDS

LONG_TEXT = 200
PERSONS_NAME = pgettext_lazy("person", "Name")
OFFICES = [role for role in Role if role not in (Role.ANYONE, Role.OPERATOR)]


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
    options: tuple[tuple[str, str], ...] = ()
    said: str = ""


def bare(annotation: Any) -> Any:
    """Return a type without its marks and without the choice of leaving it empty."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return bare(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        parts = [part for part in get_args(annotation) if part is not type(None)]
        return bare(parts[0]) if len(parts) == 1 else annotation
    return annotation


def typed_moment(text: str) -> dt.datetime | None:
    """Return the moment that a box for one holds: a time without zone is one of the place."""
    if not text:
        return None
    try:
        return dt.datetime.fromisoformat(text).replace(tzinfo=PLACE_ZONE)
    except ValueError:
        raise Refused("ASK-6") from None


def choice_said(one: str) -> str:
    """Return a choice in words; one that names a field is called as the field is."""
    return str(KINDS[one] if one in KINDS else title(one))


def control(
    name: str, field: FieldInfo, value: str = "", error: str = "", ask: type[Ask] | None = None
) -> Control:
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
        kind, choices = "choice", tuple((one, choice_said(one)) for one in get_args(inner))
    elif inner is Role:
        kind, choices = "choice", tuple((role.value, str(ROLE_TITLES[role])) for role in OFFICES)
    elif isinstance(inner, type) and issubclass(inner, enum.Enum):
        kind, choices = (
            "choice",
            tuple((str(one.value), str(KINDS.get(one.value, one.value))) for one in inner),
        )
    elif any(
        getattr(mark, "max_length", 0) and mark.max_length >= LONG_TEXT for mark in field.metadata
    ):
        kind = "long"
    said = None if field.is_required() else field.get_default(call_default_factory=True)
    default = "" if said is None or said == [] else str(said)
    return Control(
        name, str(title(name, ask)), kind, field.is_required(), value or default, error, choices
    )


def controls(
    kind: type[Ask],
    values: dict[str, str],
    errors: dict[str, str],
    defaults: dict[str, str] | None = None,
) -> list[Control]:
    """Return the controls of an ask with what was typed."""
    known = (defaults or {}) | values
    found = [
        control(name, field, known.get(name, ""), errors.get(name, ""), kind)
        for name, field in kind.model_fields.items()
    ]
    if "document_number" in kind.model_fields:
        # Where somebody's document is asked for too, the name is a person's.
        for one in found:
            one.label = str(PERSONS_NAME) if one.name == "name" else one.label
    return found
