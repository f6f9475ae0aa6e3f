"""The account itself: its name, its kind of clock, and where a story's clock stands."""

from django.db import models

from mingbai.kernel.models.base import Kept


class Account(Kept):
    """The one row that says what account this is."""

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10)
    origin = models.CharField(max_length=120)
    former = models.CharField(max_length=4000, null=True)
    story_now = models.DateTimeField(null=True)
    started_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["real", "story"]), name="account_kind"
            )
        ]
