"""What is known of firms once and for all desks: classes by date, who supplies whom, vehicles, and which office sees what."""

from django.db import models

from mingbai.kernel.models.base import Kept, PlaceCodeField
from mingbai.kernel.models.people import Organisation


class OrganisationClass(Kept):
    """A firm is of a class from a day to a day; when that was recorded, and why, stands beside both."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    place = PlaceCodeField()
    what = models.CharField(max_length=40)
    since = models.DateField()
    reason = models.CharField(max_length=500)
    recorded_at = models.DateTimeField()
    until = models.DateField(null=True)
    end_reason = models.CharField(max_length=500, null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "what"],
                condition=models.Q(until=None),
                name="in_a_class_once",
            )
        ]
        indexes = [models.Index(fields=["what", "place"], name="class_of_place")]


class SupplyLink(Kept):
    """One firm supplies another; both have said so, or one waits for the other."""

    supplier = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    buyer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    goods = models.CharField(max_length=60)
    since = models.DateField()
    until = models.DateField(null=True)
    said_by = models.UUIDField(null=True)
    agreed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "buyer", "goods"],
                condition=models.Q(until=None),
                name="supply_link_once",
            )
        ]


class Vehicle(Kept):
    """A vehicle of a firm, found by its plate."""

    plate = models.CharField(max_length=10, unique=True)
    kind = models.CharField(max_length=20)
    place = PlaceCodeField()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)


class FieldVisibility(Kept):
    """Which role sees which field of a firm's one record, at a place and under it."""

    field = models.CharField(max_length=40)
    office = models.CharField(max_length=20)
    place = PlaceCodeField()
    shown = models.BooleanField()
    since = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["field", "office", "place", "since"], name="visibility_once"
            )
        ]


class Work(Kept):
    """What a team did on a day: one line of its works."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    place = PlaceCodeField()
    on = models.DateField()
    text = models.CharField(max_length=500)
    entry = models.UUIDField()

    class Meta:
        indexes = [models.Index(fields=["organisation", "on"], name="work_by_day")]
