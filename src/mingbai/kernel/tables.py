"""Tables: which ones are guarded or derived, and their rows by the columns that the database itself names."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import apps

from mingbai.kernel.canonical import canonical, sha256
from mingbai.kernel.models.base import Derived, Kept
from mingbai.kernel.rows import PREFIX, Store, stored

FORMER = frozenset({"kernel_personkey"})
"""Guarded tables that an account of an earlier version has: it is verified with them before it is migrated."""


def kept_models() -> list[type[Kept]]:
    """Return every guarded table's model."""
    return [model for model in apps.get_models() if issubclass(model, Kept)]


def derived_models() -> list[type[Derived]]:
    """Return every derived table's model."""
    return [model for model in apps.get_models() if issubclass(model, Derived)]


def digest_of(table: str, columns: Sequence[str], raw: Sequence[Any]) -> str:
    """Return the digest of a row as stored, by the columns that the database itself names."""
    image = {
        column: stored(value)
        for column, value in zip(columns, raw, strict=True)
        if value is not None
    }
    return sha256(PREFIX, canonical([table, image])).hex()


def columns_of(store: Store, table: str) -> list[str]:
    """Return the columns that the database says a table has."""
    # Django's own way parses the table's SQL, which took nine tenths of verifying a small account.
    return [column[0] for column in store.run(f'SELECT * FROM "{table}" LIMIT 0').description]


def guarded_tables(store: Store) -> list[str]:
    """Return the guarded tables that the database holds."""
    with store.connection.cursor() as cursor:
        there = set(store.connection.introspection.table_names(cursor))
    return sorted((FORMER | {model._meta.db_table for model in kept_models()}) & there)


def images_of(store: Store, table: str, columns: Sequence[str]) -> Iterator[Sequence[Any]]:
    """Give every row of a table as stored, by the columns that the database itself names."""
    listed = ", ".join(f'{"+" if store.sqlite else ""}"{column}"' for column in columns)
    cursor = store.run(f'SELECT {listed} FROM "{table}"')
    while batch := cursor.fetchmany(2000):
        yield from batch
