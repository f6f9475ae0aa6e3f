"""Migrating: the account verifies before it and after it, and a changed account is not migrated at all."""

import json
import shutil
import signal
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connections

from mingbai.kernel import account as accounts
from mingbai.kernel.guard import door
from mingbai.kernel.models import Entry, Pack, Place
from mingbai.kernel.refusals import Refused
from mingbai.kernel.rows import Store
from mingbai.kernel.tables import columns_of
from tests.conftest import VILLAGE, House
from tests.filled import fill
from tests.kernel.children import nursery

HEAD = """from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kernel", "{last}")]
    operations = [
        {operation}
    ]
"""
NULLABLE = 'migrations.AddField("pack", "barcode", models.CharField(max_length=20, null=True))'
DEFAULT = 'migrations.AddField("pack", "sealed", models.BooleanField(default=True))'
MANY = 'migrations.AddField("place", "rank", models.IntegerField(default=7))'
RENAMED = 'migrations.RenameField("pack", "unit", "called")'
CHANGED = "migrations.RunSQL(\"UPDATE kernel_pack SET unit = 'crate' WHERE unit = '盒'\")"
REMOVED = "migrations.RunSQL(\"DELETE FROM kernel_pack WHERE unit = '盒'\")"

Later = Callable[[str], str]


@pytest.fixture
def filled(account: House) -> House:
    """An account with something in every table of the kernel, all of it sealed."""
    fill(account)
    account.settle()
    return account


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Later:
    """A later version of this program, which has one migration more."""

    def make(operation: str) -> str:
        name = f"later_{uuid.uuid4().hex}"
        source = Path(apps.get_app_config("kernel").path) / "migrations"
        shutil.copytree(source, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        last = sorted(path.stem for path in source.glob("0*.py"))[-1]
        text = HEAD.format(last=last, operation=operation)
        (tmp_path / name / "9999_later.py").write_text(text, "utf-8")
        monkeypatch.syspath_prepend(str(tmp_path))
        monkeypatch.setattr(settings, "MIGRATION_MODULES", {"kernel": name}, raising=False)
        return name

    return make


def bindings() -> list[dict[str, object]]:
    """Return the bodies of the entries by which rows were bound anew."""
    found = Entry.objects.filter(command="account.bind_anew").order_by("recorded_at")
    return [json.loads(entry.body) for entry in found]


def columns(table: str) -> list[str]:
    """Return the columns of a table as the database has it."""
    return columns_of(Store(), table)


def test_a_column_that_may_be_empty_binds_nothing_anew(filled: House, later: Later) -> None:
    assert not accounts.pending("default")
    later(NULLABLE)
    assert accounts.pending("default")
    assert accounts.migrate() == 0
    assert "barcode" in columns("kernel_pack")
    assert not accounts.pending("default")
    assert bindings() == []
    assert filled.faults() == []


@pytest.mark.parametrize(("operation", "column"), [(DEFAULT, "sealed"), (RENAMED, "called")])
def test_a_column_that_changes_every_row_binds_each_anew(
    filled: House, later: Later, operation: str, column: str
) -> None:
    rows = Pack.objects.count()
    assert rows
    later(operation)
    assert accounts.migrate() == rows
    assert column in columns("kernel_pack")
    (body,) = bindings()
    assert body["ask"] == {"rows": rows}
    assert {line[0] for line in body["rows"]} == {"kernel_pack"}
    assert filled.faults() == []
    filled.settle()
    assert filled.faults() == []


def test_a_long_list_of_rows_is_bound_by_its_root(filled: House, later: Later) -> None:
    rows = Place.objects.count()
    assert rows > 64
    later(MANY)
    assert accounts.migrate() == rows
    (body,) = bindings()
    assert body["rows"]["count"] == rows
    assert filled.faults() == []


def test_a_new_column_is_watched_from_then_on(filled: House, later: Later) -> None:
    later(DEFAULT)
    accounts.migrate()
    with door(), connections["default"].cursor() as cursor:
        cursor.execute("UPDATE kernel_pack SET sealed = NOT sealed")
    found = filled.faults()
    assert found and all("kernel_pack" in fault for fault in found)
    assert str(bindings()[0]["id"]) in found[0]


@pytest.mark.parametrize("operation", [CHANGED, REMOVED])
def test_a_migration_that_touches_rows_binds_what_it_touched(
    filled: House, later: Later, operation: str
) -> None:
    later(operation)
    assert accounts.migrate() == 1
    assert not Pack.objects.filter(unit="盒").exists()
    assert filled.faults() == []


def test_a_folder_is_migrated_when_it_is_opened(filled: House, later: Later) -> None:
    later(DEFAULT)
    accounts.open_account(filled.folder)
    assert "sealed" in columns("kernel_pack")
    assert filled.faults() == []
    filled.do("places.add_point", {"place": VILLAGE, "kind": "gate", "name": "南口"})
    filled.settle()
    assert filled.faults() == []


def test_a_changed_account_is_not_migrated(filled: House, later: Later) -> None:
    with door(), connections["default"].cursor() as cursor:
        cursor.execute("UPDATE kernel_pack SET size = size + 1")
    later(DEFAULT)
    for attempt in (accounts.migrate, lambda: accounts.open_account(filled.folder)):
        with pytest.raises(Refused) as refusal:
            attempt()
        assert refusal.value.code == "ACT-3"
        assert "kernel_pack" in str(refusal.value)
    assert "sealed" not in columns("kernel_pack")
    assert accounts.pending("default")
    assert bindings() == []


def test_a_migration_that_is_killed_goes_on(filled: House, later: Later, tmp_path: Path) -> None:
    name = str(connections["default"].settings_dict["NAME"])
    gone, step = -signal.SIGKILL, 0
    with nursery(filled.folder, name) as children:
        module = later(DEFAULT)
        while gone == -signal.SIGKILL:
            step += 40
            _said, gone = children.run(
                order="migrated", path=str(tmp_path), module=module, die_at=step
            )
    assert gone == 0
    assert step > 80, "the steps were not seen"
    accounts.open_account(filled.folder)
    settings.SECRET_KEY = "for tests"
    assert "sealed" in columns("kernel_pack")
    assert not accounts.unfinished().exists()
    assert filled.faults() == []
