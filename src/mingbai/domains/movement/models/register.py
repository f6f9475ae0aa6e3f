"""Tables of the register: one row for each arrival, the calls that were made about it, and what follows from bad numbers."""

from django.db import models

from mingbai.kernel.models import Kept, Person, PlaceCodeField, Point


class Arrival(Kept):
    """Somebody arrived at a gate; who it is stands in the kernel, and what is private is sealed under the person's key."""

    place = PlaceCodeField()
    point = models.ForeignKey(Point, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    arrived_on = models.DateField()
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    source = models.CharField(max_length=10)
    document_kind = models.CharField(max_length=20)
    from_sealed = models.BinaryField(null=True)
    lodging_sealed = models.BinaryField(null=True)
    number_sealed = models.BinaryField(null=True)
    phone_sealed = models.BinaryField(null=True)
    doubt = models.CharField(max_length=40, null=True)
    first_doubt = models.CharField(max_length=40, null=True)
    verified_at = models.DateTimeField(null=True)
    verified_by = models.UUIDField(null=True)
    verified_how = models.CharField(max_length=10, null=True)
    purpose = models.CharField(max_length=40)
    measure = models.CharField(max_length=40, null=True)
    delete_after = models.DateField()
    blinded_at = models.DateTimeField(null=True)
    entry = models.UUIDField()

    class Meta:
        indexes = [
            models.Index(fields=["place", "point", "at"], name="arrival_point"),
            models.Index(fields=["person", "arrived_on"], name="arrival_person"),
            models.Index(fields=["blinded_at", "delete_after"], name="arrival_due"),
        ]


class Callback(Kept):
    """A call about an arrival: what came of it, and the value that it corrected, sealed until retention."""

    arrival = models.ForeignKey(Arrival, on_delete=models.PROTECT, related_name="+")
    place = PlaceCodeField()
    outcome = models.CharField(max_length=20)
    field = models.CharField(max_length=20, null=True)
    old_sealed = models.BinaryField(null=True)
    asked_at = models.DateTimeField()
    at = models.DateTimeField()
    mandate = models.UUIDField(null=True)
    person = models.UUIDField(null=True)

    class Meta:
        indexes = [models.Index(fields=["place", "at"], name="callback_place")]


class Proposal(Kept):
    """Bad numbers came often in a week: the desk is asked to make "card seen" a rule from a day on."""

    place = PlaceCodeField(db_index=True)
    bad_numbers = models.PositiveIntegerField()
    proposed_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=20, null=True)
    starts_at = models.DateTimeField(null=True)


class LongerKeeping(Kept):
    """Arrivals of a place are kept longer than the house would, for a reason that everybody can read."""

    place = PlaceCodeField(db_index=True)
    days = models.PositiveIntegerField()
    reason = models.CharField(max_length=500)
    at = models.DateTimeField()
    ends_at = models.DateTimeField()
