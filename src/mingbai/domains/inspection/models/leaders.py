"""Tables of leaders' visits: planned, begun, ended, what the visitor took away, and the host's word about it."""

from django.db import models

from mingbai.kernel.models import Booking, Kept, PlaceCodeField


class LeaderVisit(Kept):
    """A leader's visit to a village: help, never an inspection; it stays open until a task is taken or nothing is needed."""

    place = PlaceCodeField()
    person = models.UUIDField()
    mandate = models.UUIDField()
    on = models.DateField()
    hands = models.CharField(max_length=12)
    purpose = models.CharField(max_length=500)
    booking = models.ForeignKey(Booking, null=True, on_delete=models.PROTECT, related_name="+")
    planned_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    nothing_at = models.DateTimeField(null=True)
    nothing_by = models.UUIDField(null=True)
    word = models.CharField(max_length=20, null=True)
    word_at = models.DateTimeField(null=True)
    word_by = models.UUIDField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancel_reason = models.CharField(max_length=500, null=True)

    class Meta:
        indexes = [models.Index(fields=["place", "on"], name="leader_visit_place")]


class VisitTask(Kept):
    """Something that a visitor took away to do; the host says when it is done."""

    visit = models.ForeignKey(LeaderVisit, on_delete=models.PROTECT, related_name="+")
    place = PlaceCodeField()
    person = models.UUIDField()
    text = models.CharField(max_length=500)
    due = models.DateField()
    taken_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.UUIDField(null=True)
    outcome = models.CharField(max_length=500, null=True)
