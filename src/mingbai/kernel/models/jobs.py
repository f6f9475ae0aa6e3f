"""Jobs: long work that goes on in steps, each of which moves the job and its rows together."""

from django.db import models

from mingbai.kernel.models.base import Kept, PlaceCodeField


class Job(Kept):
    """One long piece of work: how much of it is done, and what became of its rows."""

    kind = models.CharField(max_length=40)
    place = PlaceCodeField()
    person = models.UUIDField(null=True)
    mandate = models.UUIDField(null=True)
    via = models.CharField(max_length=10)
    total = models.IntegerField()
    done = models.IntegerField(default=0)
    accepted = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)
    to_verify = models.IntegerField(default=0)
    duplicate = models.IntegerField(default=0)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    stopped = models.CharField(max_length=20, null=True)
    content = models.CharField(max_length=200, default="")

    class Meta:
        indexes = [models.Index(fields=["ended_at", "asked_at"], name="job_waiting")]
