"""The rule of resumption as data: its versions by place and moment, each with its clauses."""

from django.db import models

from mingbai.kernel.models.base import Kept, PlaceCodeField


class RuleVersion(Kept):
    """A version of the rule, in force at a place and under it from a moment on, until a later one."""

    number = models.IntegerField(unique=True)
    place = PlaceCodeField()
    starts_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    basis = models.CharField(max_length=200)
    because = models.UUIDField()

    class Meta:
        indexes = [models.Index(fields=["begun_at", "starts_at"], name="rule_to_begin")]


class Clause(Kept):
    """One clause of a version: for which levels, zones and sectors it speaks, what it requires, and how it is decided."""

    rule = models.ForeignKey(RuleVersion, on_delete=models.PROTECT, related_name="+")
    position = models.IntegerField()
    levels = models.CharField(max_length=40)
    grades = models.CharField(max_length=40)
    sectors = models.CharField(max_length=200)
    needs = models.CharField(max_length=200)
    way = models.CharField(max_length=10, null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "position"], name="clause_once")]
