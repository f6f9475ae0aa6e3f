"""Tables of levels and measures: what was declared and why, which measures there are, and when each holds."""

from django.db import models

from mingbai.kernel.models.base import Kept, PlaceCodeField


class Change(Kept):
    """A level or a zone grade declared for a place: from when, on which basis, and what became of it."""

    place = PlaceCodeField()
    word = models.CharField(max_length=40)
    value = models.CharField(max_length=10)
    standing_before = models.CharField(max_length=10)
    effective_at = models.DateTimeField()
    basis = models.CharField(max_length=500)
    issuer = models.CharField(max_length=80)
    declared_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    declared_by = models.UUIDField(null=True)
    mandate = models.UUIDField(null=True)
    state = models.CharField(max_length=10)
    asked_of = PlaceCodeField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.UUIDField(null=True)
    answered_because = models.CharField(max_length=500, null=True)
    ruling = models.UUIDField(null=True)
    taken_at = models.DateTimeField(null=True)
    entry = models.UUIDField()

    class Meta:
        indexes = [
            models.Index(fields=["place", "effective_at"], name="change_place"),
            models.Index(fields=["state", "effective_at"], name="change_due"),
        ]


class Listed(Kept):
    """A measure of the catalogue: on which basis, how small in scope, until when it is looked at again, what it answers."""

    place = PlaceCodeField(db_index=True)
    code = models.CharField(max_length=20, unique=True)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)
    basis = models.CharField(max_length=500)
    review_on = models.DateField()
    keep_days = models.IntegerField()
    scope = models.CharField(max_length=10)
    subject = models.CharField(max_length=60, null=True)
    wider_because = models.CharField(max_length=500, null=True)
    policy = models.CharField(max_length=60, null=True)
    lowest = models.BigIntegerField(null=True)
    highest = models.BigIntegerField(null=True)
    blocker = models.CharField(max_length=60, null=True)
    issued_at = models.DateTimeField()
    issued_by = models.UUIDField(null=True)
    flagged_for = models.DateField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.CharField(max_length=500, null=True)
    entry = models.UUIDField()


class TableCell(Kept):
    """One cell of a measure's table: at this level, in this zone grade and sector it holds, and sets its parameter to this."""

    listed = models.ForeignKey(Listed, on_delete=models.PROTECT, related_name="cells")
    level = models.CharField(max_length=10)
    grade = models.CharField(max_length=10, null=True)
    sector = models.CharField(max_length=5, null=True)
    value = models.BigIntegerField(null=True)


class LocalChoice(Kept):
    """A place set a parameter of the rules otherwise than the place above, within its bounds, for a reason."""

    place = PlaceCodeField(db_index=True)
    policy = models.CharField(max_length=60)
    value = models.BigIntegerField(null=True)
    value_above = models.BigIntegerField()
    reason = models.CharField(max_length=500)
    starts_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    chosen_by = models.UUIDField(null=True)
