"""Schema: both databases are brought to today's tables; an empty one gets them at once, without living through each migration."""

import io

from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal
from django.db import connections, router
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from mingbai.kernel import guard


def make_schemas() -> None:
    """Make the two schemas of a PostgreSQL database."""
    for alias, schema in (("default", "account"), ("running", "running")):
        if connections[alias].vendor == "postgresql":
            with guard.door(), connections[alias].cursor() as cursor:
                cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")


def bare_migrate() -> None:
    """Bring both databases to today's schema, without a word on standard output."""
    make_schemas()
    with guard.door():
        for alias in ("default", "running"):
            if empty(alias):
                make_tables(alias)
            else:
                step_by_step(alias)
        call_command("createcachetable", database="running", verbosity=0)


def empty(alias: str) -> bool:
    """Tell whether a database has no tables yet, but for the list of migrations that a cut off beginning may have left."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
    return there <= {"django_migrations"} and not MigrationRecorder(connection).applied_migrations()


def make_tables(alias: str) -> None:
    """Make the tables that the last migrations describe in an empty database, and note each as done, in one transaction.

    To live through them one by one takes fifty times as long: after every step Django builds anew each model that hangs on it.
    """
    connection = connections[alias]
    recorder = MigrationRecorder(connection)
    recorder.ensure_schema()
    loader = MigrationLoader(connection)
    with connection.schema_editor() as editor:
        for model in loader.project_state().apps.get_models():
            if model._meta.can_migrate(connection) and router.allow_migrate_model(alias, model):
                editor.create_model(model)
        for app, name in sorted(loader.disk_migrations):
            recorder.record_applied(app, name)
    emit_post_migrate_signal(0, False, alias)


def step_by_step(alias: str) -> None:
    """Take a database through the migrations that it has not seen."""
    call_command("migrate", database=alias, verbosity=0, interactive=False, stdout=io.StringIO())
