"""Passes: the batches in which they are asked for and issued, and each pass with the sealed text of its token."""

from django.db import models

from mingbai.kernel.models import Organisation, Person
from mingbai.kernel.models.base import Kept, PlaceCodeField


class Batch(Kept):
    """Passes of one kind that hold at the same places for the same time; its number is what their tokens carry."""

    place = PlaceCodeField()
    code = models.CharField(max_length=60)
    number = models.CharField(max_length=16, unique=True)
    kind = models.CharField(max_length=10)
    places = models.CharField(max_length=200)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    organisation = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    asked_by = models.UUIDField(null=True)
    mandate = models.UUIDField(null=True)
    case = models.UUIDField(null=True)
    state = models.CharField(max_length=10)
    job = models.UUIDField(null=True)
    issued_at = models.DateTimeField(null=True)
    issued = models.IntegerField(default=0)
    revoked = models.IntegerField(default=0)
    list_version = models.IntegerField(default=1)
    order_seed = models.BinaryField()
    delete_after = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["place", "code"], name="batch_once"),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="batch_ends_later"
            ),
        ]
        indexes = [
            models.Index(fields=["ends_at"], name="batch_in_force"),
            models.Index(fields=["job"], name="batch_job"),
        ]


class Wanted(Kept):
    """One vehicle or load for which a pass is asked: what will stand on it."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="+")
    plate = models.CharField(max_length=12)
    goods = models.CharField(max_length=60, null=True)
    quantity = models.IntegerField(null=True)
    shipment = models.CharField(max_length=60, null=True)
    route = models.CharField(max_length=200, null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "plate"], name="wanted_once")]


class StopOrder(Kept):
    """The passes of a firm's staff at a place whose ground is gone: in question, stopped, left to run on, or lifted."""

    place = PlaceCodeField()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10)
    danger = models.BooleanField(default=False)
    permits = models.IntegerField()
    reason = models.CharField(max_length=1000, null=True)
    asked_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["place", "organisation"],
                condition=models.Q(ended_at__isnull=True),
                name="one_stop_at_a_time",
            )
        ]
        indexes = [models.Index(fields=["place", "ended_at"], name="stop_order_place")]


class Permit(Kept):
    """One pass; the token's text is sealed under the holder's own key, so that it goes when the holder is erased."""

    number = models.CharField(max_length=16, unique=True)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="+")
    spot = models.IntegerField()
    kind = models.CharField(max_length=10)
    place = PlaceCodeField()
    places = models.CharField(max_length=200)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    plate = models.CharField(max_length=12, null=True)
    goods = models.CharField(max_length=60, null=True)
    shipment = models.CharField(max_length=60, null=True)
    route = models.CharField(max_length=200, null=True)
    token_sealed = models.BinaryField(null=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    issued_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    delete_after = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "spot"], name="spot_once")]
        indexes = [
            models.Index(fields=["person", "ends_at"], name="permit_person"),
            models.Index(fields=["plate", "ends_at"], name="permit_plate"),
            models.Index(fields=["delete_after"], name="permit_delete"),
        ]


class IssuedDay(Kept):
    """How many passes of a kind a place issued and revoked on a day: the count that stays when the passes are deleted."""

    place = PlaceCodeField()
    on = models.DateField()
    kind = models.CharField(max_length=10)
    issued = models.IntegerField(default=0)
    revoked = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["place", "on", "kind"], name="issued_day_once")
        ]
