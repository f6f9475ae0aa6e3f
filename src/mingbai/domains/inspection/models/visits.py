"""Tables of checklists, visits and findings: columns, constraints, indexes; no rules."""

from django.db import models

from mingbai.kernel.models import Kept, Organisation, PlaceCodeField, Point


class Checklist(Kept):
    """One version of a checklist: what it looks at, for which sectors, and at which levels and grades it applies."""

    code = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    place = PlaceCodeField(db_index=True)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    looks_at = models.CharField(max_length=12)
    applies_to = models.CharField(max_length=8)
    sectors = models.CharField(max_length=200)
    levels = models.CharField(max_length=40)
    grades = models.CharField(max_length=40)
    starts_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="checklist_version_once")
        ]


class ChecklistItem(Kept):
    """One item of one version: a code that means the same on every list, and its sentence in both languages."""

    checklist = models.ForeignKey(Checklist, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    code = models.CharField(max_length=40, db_index=True)
    text_zh = models.CharField(max_length=200)
    text_en = models.CharField(max_length=200)
    levels = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["checklist", "code"], name="checklist_item_once")
        ]


class Visit(Kept):
    """A visit to a firm, a point or a place: planned for a day, begun, ended; of which office, and with what lists."""

    place = PlaceCodeField()
    organisation = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="+"
    )
    point = models.ForeignKey(Point, null=True, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=32)
    checklists = models.CharField(max_length=260)
    office = models.CharField(max_length=80)
    person = models.UUIDField(null=True)
    on = models.DateField()
    help = models.BooleanField()
    recheck = models.BooleanField()
    new_fact = models.CharField(max_length=500, null=True)
    state = models.CharField(max_length=10)
    booked_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, null=True)

    class Meta:
        indexes = [
            models.Index(fields=["subject", "on"], name="visit_subject"),
            models.Index(fields=["place", "on"], name="visit_place"),
            models.Index(fields=["person", "on"], name="visit_inspector"),
        ]


class VisitItem(Kept):
    """One item that a visit looks at, of one version of one list, and how it was found."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(ChecklistItem, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=32)
    on = models.DateField()
    code = models.CharField(max_length=40)
    looks_at = models.CharField(max_length=12)
    again = models.CharField(max_length=10, null=True)
    state = models.CharField(max_length=8)
    ticked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["visit", "code"], name="visit_item_once")]
        indexes = [models.Index(fields=["subject", "code", "on"], name="visit_item_subject")]


class Finding(Kept):
    """Something that a visit found not in order: how bad, who puts it right, by when, and how far it is."""

    place = PlaceCodeField()
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="+"
    )
    point = models.ForeignKey(Point, null=True, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=32)
    code = models.CharField(max_length=40)
    severity = models.CharField(max_length=8)
    text = models.CharField(max_length=500)
    owner = models.CharField(max_length=20)
    due = models.DateField()
    state = models.CharField(max_length=10)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    person = models.UUIDField(null=True)
    closed_at = models.DateTimeField(null=True)
    entry = models.UUIDField()

    class Meta:
        indexes = [
            models.Index(fields=["subject", "state"], name="finding_subject"),
            models.Index(fields=["place", "state", "due"], name="finding_place"),
        ]


class FindingStep(Kept):
    """One step of a finding's way: put right, sent back, closed, waived; by whom, with what words, in which act."""

    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="+")
    place = PlaceCodeField()
    what = models.CharField(max_length=10)
    text = models.CharField(max_length=500, null=True)
    office = models.CharField(max_length=80)
    person = models.UUIDField(null=True)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    entry = models.UUIDField()
