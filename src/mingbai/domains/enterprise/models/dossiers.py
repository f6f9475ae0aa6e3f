"""Dossiers: what a firm files, how it stands, every decision of its application, and who looked at one again."""

from django.db import models

from mingbai.kernel.models import Organisation, Person
from mingbai.kernel.models.base import Kept, PlaceCodeField


class Dossier(Kept):
    """A firm's application as it stands: the last decision, and what it still lacks."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    place = PlaceCodeField()
    state = models.CharField(max_length=20)
    way = models.CharField(max_length=10, null=True)
    lacking = models.CharField(max_length=300, default="")
    rule_version = models.IntegerField(null=True)
    opened_at = models.DateTimeField()
    filed_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    officer = models.UUIDField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation"], name="dossier_once")]
        indexes = [models.Index(fields=["place", "state"], name="dossier_place")]


class Part(Kept):
    """One part of a dossier: who wrote it, and who of the firm confirmed it."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    place = PlaceCodeField()
    need = models.CharField(max_length=20)
    quantity = models.IntegerField(null=True)
    text = models.CharField(max_length=2000, null=True)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10)
    written_by = models.UUIDField(null=True)
    writer = models.UUIDField(null=True)
    written_at = models.DateTimeField()
    confirmed_by = models.UUIDField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, null=True)
    lead = models.UUIDField(null=True)
    accepted = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "need"], name="dossier_part_once")
        ]
        indexes = [models.Index(fields=["place", "state"], name="part_place")]


class Decision(Kept):
    """What was decided of an application, by which version of the rule and at which level and grade."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    place = PlaceCodeField()
    verdict = models.CharField(max_length=20)
    way = models.CharField(max_length=10)
    lacking = models.CharField(max_length=300)
    reasons = models.CharField(max_length=200)
    rule_version = models.IntegerField()
    level = models.CharField(max_length=10)
    grade = models.CharField(max_length=10)
    cause = models.CharField(max_length=12)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    entry = models.UUIDField()
    drawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "recorded_at"], name="decision_of_firm"),
            models.Index(fields=["drawn_at", "recorded_at"], name="decision_to_draw"),
            models.Index(fields=["place", "recorded_at"], name="decision_place"),
        ]


class Check(Kept):
    """Somebody looks at a decision again: it was drawn, or the firm asked for it."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    place = PlaceCodeField()
    kind = models.CharField(max_length=10)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    asked_by = models.UUIDField(null=True)
    text = models.CharField(max_length=500, null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.UUIDField(null=True)
    answerer = models.UUIDField(null=True)
    outcome = models.CharField(max_length=20, null=True)
    answer = models.CharField(max_length=500, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "kind"],
                condition=models.Q(answered_at=None),
                name="one_open_check",
            )
        ]
        indexes = [models.Index(fields=["place", "answered_at"], name="check_place")]
