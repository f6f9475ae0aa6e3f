"""Faults of an ask in plain words: which field, what is wrong with it, and nothing of what was typed."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ValidationError

from mingbai.kernel.glossary import title
from mingbai.kernel.refusals import Refused
from mingbai.kernel.words import CODE_PATTERN

PROBLEMS = {
    "missing": _("is missing; fill it in"),
    "int_parsing": _("is not a whole number; write digits only"),
    "int_type": _("is not a whole number; write digits only"),
    "int_from_float": _("is not a whole number; write digits only"),
    "int_parsing_size": _("is too large"),
    "greater_than_equal": _("must be at least %(ge)s"),
    "greater_than": _("must be more than %(gt)s"),
    "less_than_equal": _("must be at most %(le)s"),
    "less_than": _("must be less than %(lt)s"),
    "string_too_long": _("is too long; at most %(max_length)s characters"),
    "string_too_short": _("is empty; fill it in"),
    "string_pattern_mismatch": _("is not written as it should be"),
    "string_type": _("must be text"),
    "enum": _("is not one of the choices: %(expected)s"),
    "literal_error": _("is not one of the choices: %(expected)s"),
    "bool_parsing": _("must be yes or no"),
    "uuid_parsing": _("is not an id of this account"),
    "uuid_type": _("is not an id of this account"),
    "date_from_datetime_parsing": _("is not a date; write it like 2020-02-14"),
    "date_parsing": _("is not a date; write it like 2020-02-14"),
    "datetime_from_date_parsing": _("is not a time; write it like 2020-02-14T08:00:00+08:00"),
    "datetime_parsing": _("is not a time; write it like 2020-02-14T08:00:00+08:00"),
    "timezone_aware": _("needs its time zone, like 2020-02-14T08:00:00+08:00"),
    "list_type": _("must be a list"),
    "model_type": _("must be an object with fields"),
    "too_long": _("has too many lines; at most %(max_length)s"),
    "too_short": _("has too few lines"),
}


class AskedWrongly(Refused):
    """An ask that does not fit; each field with what is wrong with it."""

    def __init__(self, code: str, *, fields: dict[str, str], **facts: Any) -> None:
        super().__init__(code, **facts)
        self.fields = fields

    def as_json(self) -> dict[str, Any]:
        """Return the refusal with each field's problem."""
        found = super().as_json()
        found["facts"] = {"fields": self.fields}
        return found


def problem(error: Any) -> str:
    """Return what is wrong with one field, without what was typed."""
    kind = error["type"]
    if kind == "value_error":
        return str(error["ctx"]["error"])
    if kind == "string_too_short" and str(error["input"]).strip():
        return str(_("is too short; at least %(min_length)s characters") % error["ctx"])
    if kind == "string_pattern_mismatch" and error["ctx"]["pattern"] == CODE_PATTERN:
        return str(_("may hold letters, digits and . : / - _ only, and no blank"))
    if kind in PROBLEMS:
        return str(str(PROBLEMS[kind]) % error.get("ctx", {}))
    return str(_("is not written as it should be"))


def asked_wrongly(kind: type[BaseModel], fault: ValidationError) -> AskedWrongly:
    """Return the refusal for an ask that does not fit its class."""
    fields: dict[str, str] = {}
    for error in fault.errors(include_url=False):
        path = "/".join(str(part) for part in error["loc"]) or "ask"
        if error["type"] == "extra_forbidden":
            return AskedWrongly(
                "ASK-2", fields={path[:60]: str(_("is not asked for"))}, field=path[:60]
            )
        fields.setdefault(path, problem(error))
    first = next(iter(fields))
    return AskedWrongly(
        "ASK-1", fields=fields, field=str(title(first.split("/")[-1], kind)), problem=fields[first]
    )
