"""Firms as the desk counts them: those that are not due with the reason, and suppliers whose consent a lead firm asks for."""

from django.db import models

from mingbai.kernel.models import Organisation
from mingbai.kernel.models.base import Kept, PlaceCodeField


class NotDue(Kept):
    """A firm is not due to resume, for a reason of a closed list, until it is looked at again."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    place = PlaceCodeField()
    reason = models.CharField(max_length=20)
    review_on = models.DateField()
    said_at = models.DateTimeField()
    said_by = models.UUIDField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"],
                condition=models.Q(ended_at=None),
                name="not_due_once",
            )
        ]
        indexes = [models.Index(fields=["place", "ended_at"], name="not_due_place")]


class Consent(Kept):
    """A lead firm files for a supplier over a link that both agreed to; the supplier confirms its part, or declines."""

    lead = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    supplier = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    place = PlaceCodeField()
    supply_link = models.UUIDField()
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lead", "supplier"],
                condition=models.Q(answered_at=None),
                name="one_open_consent",
            )
        ]
        indexes = [models.Index(fields=["supplier", "answered_at"], name="consent_supplier")]
