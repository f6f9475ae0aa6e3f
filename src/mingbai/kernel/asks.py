"""Asks: what may be asked, once, for form, API, command line and phone alike; and what of it may be seen by all."""

import datetime as dt
import enum
import types
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from functools import cache
from operator import itemgetter
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict


class Open:
    """Mark: this text is a code that may stand in the journal's body."""


class Private:
    """Mark: this value is bound by a commitment only, whatever its type."""


class Sealed(Private):
    """Mark: this value is private, and encrypted wherever it is kept."""


class Ask(BaseModel):
    """What a command or query is asked with."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Answer(BaseModel):
    """What a command answers: ids, numbers and choices, never a person's own words."""

    model_config = ConfigDict(frozen=True)


class Row(BaseModel):
    """One row of a query's answer."""

    model_config = ConfigDict(frozen=True)


class Nothing(Ask):
    """An ask with nothing in it."""


ALREADY_PLAIN = frozenset({str, int, bool})
WRITTEN: dict[type, Callable[[Any], str]] = {uuid.UUID: str, dt.date: dt.date.isoformat}
OPEN_TYPES = (bool, int, Decimal, dt.date, dt.datetime, dt.time, uuid.UUID, enum.Enum)


def is_open(annotation: Any, metadata: tuple[Any, ...] = ()) -> bool:
    """Tell whether a value of this type may stand in the journal's body: private unless said otherwise."""
    if any(mark is Private or isinstance(mark, Private) for mark in metadata):
        return False
    if any(mark is Open or isinstance(mark, Open) for mark in metadata):
        return True
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *marks = get_args(annotation)
        return is_open(inner, tuple(marks))
    if origin in (Union, types.UnionType, list, tuple):
        return all(is_open(part) for part in get_args(annotation) if part not in (type(None), ...))
    if origin is Literal:
        return True
    return isinstance(annotation, type) and issubclass(annotation, OPEN_TYPES)


def inner_ask(annotation: Any) -> type[BaseModel] | None:
    """Return the ask class inside a field's type (a nested one, or a list of them), if there is one."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := inner_ask(part))), None)


@cache
def fields_of(kind: type[BaseModel]) -> dict[str, tuple[bool, type[BaseModel] | None]]:
    """Return, for each field of an ask, whether it is open, and the ask nested in it."""
    return {
        name: (is_open(field.annotation, tuple(field.metadata)), inner_ask(field.annotation))
        for name, field in kind.model_fields.items()
    }


def split(ask: BaseModel) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return an ask's open fields as JSON values, and its private ones by path; a field left empty is left out."""
    values = as_plain(ask)
    private: dict[str, Any] = {}
    flat = private_ones(type(ask))
    if flat is None:
        return _split(type(ask), values, "", private), private
    for name in flat:
        if name in values:
            private[name] = values.pop(name)
    return values, private


def as_plain(told: BaseModel) -> dict[str, Any]:
    """Return an ask's or an answer's fields as JSON values; what is text or a number already its class need not look at."""
    values = told.__dict__
    kinds = set(map(type, values.values()))
    if types.NoneType in kinds:
        values = {name: value for name, value in values.items() if value is not None}
        kinds.discard(types.NoneType)
    else:
        values = values.copy()
    if not kinds <= ALREADY_PLAIN:
        if not kinds <= WRITTEN.keys() | ALREADY_PLAIN:
            return told.model_dump(mode="json", exclude_none=True)
        for name, value in values.items():
            if value.__class__ in WRITTEN:
                values[name] = WRITTEN[value.__class__](value)
    return values


def split_many(asks: Sequence[BaseModel]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return what `split` gives for each of many asks of one class: made field by field where their values are flat."""
    kind = type(asks[0])
    private = private_ones(kind)
    if private is None:
        return [split(ask) for ask in asks]
    columns: dict[str, Sequence[Any]] = {}
    values = [ask.__dict__ for ask in asks]
    for name in kind.model_fields:
        column = plain_column(list(map(itemgetter(name), values)))
        if column is None:
            return [split(ask) for ask in asks]
        columns[name] = column
    opened = {name: column for name, column in columns.items() if name not in private}
    closed = {name: column for name, column in columns.items() if name in private}
    return list(zip(in_rows(opened, len(asks)), in_rows(closed, len(asks)), strict=True))


def plain_column(values: list[Any]) -> Sequence[Any] | None:
    """Return the values of one field as JSON values; none where a value is neither text nor a number, a day nor an id."""
    kinds = set(map(type, values)) - {types.NoneType}
    if kinds <= ALREADY_PLAIN:
        return values
    if len(kinds) > 1 or not kinds <= WRITTEN.keys():
        return None
    write = WRITTEN[kinds.pop()]
    texts = {value: write(value) for value in set(values) if value is not None}
    return list(map(texts.get, values))


def in_rows(columns: dict[str, Sequence[Any]], count: int) -> list[dict[str, Any]]:
    """Return the rows of columns; a value that is not there is left out."""
    there = {name: column for name, column in columns.items() if column.count(None) < count}
    if not there:
        return [{} for _each in range(count)]
    rows = zip(*there.values(), strict=True)
    if any(None in column for column in there.values()):
        return [
            {name: value for name, value in zip(there, row, strict=True) if value is not None}
            for row in rows
        ]
    return [dict(zip(there, row, strict=True)) for row in rows]


@cache
def private_ones(kind: type[BaseModel]) -> frozenset[str] | None:
    """Return the names of an ask's private fields when no other ask is nested in it."""
    known = fields_of(kind)
    if any(nested for _public, nested in known.values()):
        return None
    return frozenset(name for name, (is_public, _nested) in known.items() if not is_public)


def _split(
    kind: type[BaseModel], values: dict[str, Any], path: str, private: dict[str, Any]
) -> dict[str, Any]:
    known = fields_of(kind)
    opened: dict[str, Any] = {}
    for name, value in values.items():
        is_public, nested = known[name]
        if nested and isinstance(value, list):
            opened[name] = [
                _split(nested, line, f"{path}{name}/{number}/", private)
                for number, line in enumerate(value)
            ]
        elif nested and isinstance(value, dict):
            opened[name] = _split(nested, value, f"{path}{name}/", private)
        elif is_public:
            opened[name] = value
        else:
            private[path + name] = value
    return opened


@cache
def sealed_names(kind: type[BaseModel]) -> frozenset[str]:
    """Return the names of an ask's fields that are encrypted wherever they are kept."""
    return frozenset(
        name
        for name, field in kind.model_fields.items()
        if any(isinstance(mark, Sealed) for mark in marks(field.annotation, field.metadata))
    )


def marks(annotation: Any, metadata: Iterable[Any] = ()) -> Iterator[Any]:
    """Give the marks on a field's type, also those inside an optional one."""
    yield from metadata
    if get_origin(annotation) is Annotated:
        yield from get_args(annotation)[1:]
    for part in get_args(annotation):
        if not isinstance(part, type):
            yield from marks(part)


def has_private(kind: type[BaseModel]) -> bool:
    """Tell whether an ask has any private field, so that it must not stand in an address."""
    return any(
        not is_public if nested is None else has_private(nested)
        for is_public, nested in fields_of(kind).values()
    )


def private_names(kind: type[BaseModel]) -> Iterator[str]:
    """Give the names of an ask's private fields."""
    for name, (is_public, nested) in fields_of(kind).items():
        if nested:
            yield from private_names(nested)
        elif not is_public:
            yield name
