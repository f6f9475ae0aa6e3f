"""Tables of the cascade: a directive, the task that it is at each place or firm, what shows that it was done, what was asked upward."""

from django.db import models

from mingbai.kernel.models import Kept, Organisation, PlaceCodeField


class Directive(Kept):
    """What came from above, or was decided here: its number, source, date and words."""

    place = PlaceCodeField()
    number = models.CharField(max_length=60)
    title = models.CharField(max_length=120)
    from_whom = models.CharField(max_length=120)
    dated = models.DateField()
    excerpt = models.CharField(max_length=5000)
    decision = models.UUIDField(null=True)
    group = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    entry = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["place", "number"], name="res_directive_number_once")
        ]
        indexes = [models.Index(fields=["group"], name="res_directive_group")]


class Task(Kept):
    """What a directive is at one place or for one organisation there: issued, received, localised, done; each with its moment."""

    directive = models.ForeignKey(Directive, on_delete=models.PROTECT, related_name="+")
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    place = PlaceCodeField()
    organisation = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="+"
    )
    person = models.UUIDField(null=True)
    text = models.CharField(max_length=500, null=True)
    issued_at = models.DateTimeField()
    reply_by = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    localised_at = models.DateTimeField(null=True)
    localised = models.CharField(max_length=5000, null=True)
    localised_entry = models.UUIDField(null=True)
    done_at = models.DateTimeField(null=True)
    entry = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["directive", "place"],
                condition=models.Q(organisation=None),
                name="res_task_of_a_place_once",
            ),
            models.UniqueConstraint(
                fields=["directive", "organisation"],
                condition=models.Q(organisation__isnull=False),
                name="res_task_of_a_firm_once",
            ),
        ]
        indexes = [
            models.Index(fields=["place", "done_at"], name="res_task_place"),
            models.Index(fields=["parent"], name="res_task_parent"),
        ]


class Evidence(Kept):
    """An entry of the account that shows that a task was done."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="+")
    place = PlaceCodeField()
    kind = models.CharField(max_length=10)
    shows = models.UUIDField()
    at = models.DateTimeField()
    entry = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "shows"], name="res_evidence_once"),
        ]


class Upward(Kept):
    """A question that a lower place asks upward about its task; the upper one's answer has a clock."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="+")
    place = PlaceCodeField()
    upper = PlaceCodeField()
    text = models.CharField(max_length=500)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    answer = models.CharField(max_length=500, null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["upper", "answered_at"], name="res_upward_upper")]
