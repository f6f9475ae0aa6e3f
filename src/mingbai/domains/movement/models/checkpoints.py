"""Tables of checkpoints: how each gate stood from a moment on, and on which measure it hangs; a gate is a point of the kernel."""

from django.db import models

from mingbai.kernel.models import Kept, PlaceCodeField, Point


class CheckpointState(Kept):
    """How a gate stands from a moment on: open or not, when, with what, and where to go instead; the newest holds."""

    point = models.ForeignKey(Point, on_delete=models.PROTECT, related_name="+")
    place = PlaceCodeField()
    number = models.PositiveIntegerField()
    open = models.BooleanField()
    hours = models.CharField(max_length=11, null=True)
    equipment = models.CharField(max_length=120, null=True)
    reason = models.CharField(max_length=500, null=True)
    detour = models.ForeignKey(Point, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["point", "number"], name="checkpoint_state_once")
        ]
        indexes = [models.Index(fields=["place", "at"], name="checkpoint_place")]


class Hanging(Kept):
    """A gate, or the passes of one kind for a place and under it, hang on a kind of measure: they go when it lapses."""

    place = PlaceCodeField()
    what = models.CharField(max_length=10)
    point = models.ForeignKey(Point, null=True, on_delete=models.PROTECT, related_name="+")
    measure = models.CharField(max_length=40)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["measure"], name="hanging_measure"),
            models.Index(fields=["place", "what"], name="hanging_place"),
        ]
