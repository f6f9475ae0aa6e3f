"""The four classes of tables: guarded rows, private values, derived figures, and what merely runs."""

from typing import Any

from django.db import models

from mingbai.kernel.identity import random_salt, uuid7


class Kept(models.Model):
    """A guarded table: every row as stored is bound by a salted digest in the journal."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    row_version = models.PositiveIntegerField(default=1, editable=False)
    row_salt = models.BinaryField(default=random_salt, editable=False)

    class Meta:
        abstract = True


class Derived(models.Model):
    """A derived table: rebuilt from others at any time, and compared by verify."""

    class Meta:
        abstract = True


class PlaceCodeField(models.CharField):  # type: ignore[type-arg]
    """The 12-digit code of a place."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("max_length", 12)
        super().__init__(*args, **options)
