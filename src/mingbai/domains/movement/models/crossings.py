"""Crossings: that a pass or an arrival came through a gate, when, which way, and with what verdict; nothing of who it was."""

from django.db import models

from mingbai.kernel.identity import random_id
from mingbai.kernel.models.base import Kept, PlaceCodeField


class Crossing(Kept):
    """One scan at one gate; its id is random, so that it names no moment and no other crossing."""

    id = models.UUIDField(primary_key=True, default=random_id, editable=False)
    place = PlaceCodeField()
    point = models.UUIDField()
    permit = models.CharField(max_length=16, null=True)
    arrival = models.UUIDField(null=True)
    kind = models.CharField(max_length=10, null=True)
    direction = models.CharField(max_length=3)
    verdict = models.CharField(max_length=8)
    judged = models.CharField(max_length=12)
    reason = models.CharField(max_length=20, null=True)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    twice = models.BooleanField(default=False)
    delete_after = models.DateField()

    class Meta:
        indexes = [
            models.Index(fields=["place", "point", "at"], name="crossing_gate"),
            models.Index(fields=["permit", "at"], name="crossing_permit"),
            models.Index(fields=["recorded_at"], name="crossing_came"),
            models.Index(fields=["delete_after"], name="crossing_delete"),
        ]
