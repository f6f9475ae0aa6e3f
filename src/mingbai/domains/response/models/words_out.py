"""Tables of what the desk says: notices and who read them, plans line by line, decisions, what they cite, what is objected."""

from django.db import models

from mingbai.kernel.models import Kept, Organisation, PlaceCodeField


class Notice(Kept):
    """One version of a notice; the newest version of a number is the one that holds."""

    place = PlaceCodeField()
    number = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=120)
    text = models.CharField(max_length=5000)
    title_en = models.CharField(max_length=120, null=True)
    text_en = models.CharField(max_length=5000, null=True)
    reason = models.CharField(max_length=500, null=True)
    offices = models.CharField(max_length=240)
    places = models.CharField(max_length=1300)
    for_everyone = models.BooleanField()
    published_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)
    superseded_by = models.UUIDField(null=True)
    entry = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["place", "number", "version"], name="res_notice_version_once"
            )
        ]


class NoticeReading(Kept):
    """An office has read a version of a notice."""

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="+")
    mandate = models.UUIDField()
    place = PlaceCodeField()
    read_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notice", "mandate"], name="res_notice_read_once")
        ]


class PlanVersion(Kept):
    """One version of a plan, with the level and grade that were in force when it was written, and why it was written."""

    place = PlaceCodeField()
    plan = models.CharField(max_length=20)
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=120)
    reason = models.CharField(max_length=500)
    level = models.CharField(max_length=60)
    zone_grade = models.CharField(max_length=60)
    at = models.DateTimeField()
    entry = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["place", "plan", "version"], name="res_plan_version_once"
            )
        ]


class PlanLine(Kept):
    """One goal, key point or measure of a plan's version, or a line that the version leaves out; each with its reason."""

    plan = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    part = models.CharField(max_length=10)
    code = models.CharField(max_length=20)
    text = models.CharField(max_length=500, null=True)
    reason = models.CharField(max_length=500)
    strictness = models.PositiveIntegerField(null=True)
    left_out = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "code"], name="res_plan_line_once")]


class Decision(Kept):
    """What was decided, whom it affects, and how many they are."""

    place = PlaceCodeField()
    number = models.CharField(max_length=60)
    title = models.CharField(max_length=120)
    text = models.CharField(max_length=5000)
    affected = models.CharField(max_length=500)
    affected_count = models.PositiveBigIntegerField()
    group = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    entry = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["place", "number"], name="res_decision_number_once")
        ]


class Citation(Kept):
    """A decision, a notice or a plan cites an entry of the account."""

    subject = models.UUIDField()
    number = models.PositiveIntegerField()
    cited = models.UUIDField()
    place = PlaceCodeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "cited"], name="res_cited_once")]
        indexes = [models.Index(fields=["cited"], name="res_citation_cited")]


class Objection(Kept):
    """Somebody whom a decision affects objects; who it was stands nowhere: a keyed mark keeps it to one for each."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="+")
    voice = models.BinaryField()
    text = models.CharField(max_length=500)
    objected_at = models.DateTimeField()
    answer = models.CharField(max_length=500, null=True)
    answered_at = models.DateTimeField(null=True)
    shown = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["decision", "voice"], name="res_one_objection_for_each")
        ]
