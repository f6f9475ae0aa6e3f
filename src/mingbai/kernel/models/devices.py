"""Phones: which ones may send, what came from each, and what came that nobody could take."""

from django.db import models

from mingbai.kernel.identity import random_id
from mingbai.kernel.models.base import Kept, PlaceCodeField
from mingbai.kernel.models.people import Person


class Device(Kept):
    """A phone that a person acts with under one mandate; its private key never left it."""

    id = models.UUIDField(primary_key=True, default=random_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    mandate = models.UUIDField()
    place = PlaceCodeField(db_index=True)
    label = models.CharField(max_length=60)
    public_key = models.CharField(max_length=120)
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class Envelope(Kept):
    """What became of one envelope of a phone; the same one again gets the same answer."""

    # Found by what makes it once; an index of the phone alone was taken in its place, and read all that the phone ever sent.
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="+", db_index=False)
    sequence = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    outcome = models.CharField(max_length=20)
    request = models.UUIDField(null=True)
    code = models.CharField(max_length=20, null=True)
    claimed_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["device", "sequence"], name="envelope_once")]


class Quarantine(Kept):
    """An envelope whose sender is unknown or revoked, or whose signature is wrong: kept closed for thirty days."""

    device = models.UUIDField()
    sequence = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    why = models.CharField(max_length=20)
    box = models.BinaryField()
    received_at = models.DateTimeField()
    delete_after = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["digest"], name="quarantine_once")]
