"""What rules read and what people are told: policy by place and time, measures, messages, pictures, corrections."""

from django.db import models

from mingbai.kernel.models.base import Kept, PlaceCodeField


class Policy(Kept):
    """A parameter of the rules, in force at a place and under it from a moment on; a later record replaces an earlier one."""

    name = models.CharField(max_length=60)
    place = PlaceCodeField()
    value = models.CharField(max_length=200)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField()
    because = models.UUIDField()

    class Meta:
        indexes = [models.Index(fields=["name", "place", "starts_at"], name="policy_in_force")]


class Standing(Kept):
    """A word about somebody or something that one desk owns and every rule may read, from one moment to another."""

    subject = models.CharField(max_length=60)
    what = models.CharField(max_length=60)
    value = models.CharField(max_length=60)
    place = PlaceCodeField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    because = models.UUIDField()

    class Meta:
        indexes = [
            models.Index(fields=["subject", "what"], name="standing_subject"),
            models.Index(fields=["place", "what"], name="standing_place"),
        ]


class Booking(Kept):
    """A person is to be at a post from one moment to another; no two of a person overlap."""

    person = models.ForeignKey("kernel.Person", on_delete=models.PROTECT, related_name="+")
    point = models.ForeignKey("kernel.Point", on_delete=models.PROTECT, related_name="+")
    place = PlaceCodeField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)
    came_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    seen_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="a_booking_lasts"
            )
        ]
        indexes = [
            models.Index(fields=["person", "starts_at"], name="booking_person"),
            models.Index(fields=["place", "starts_at"], name="booking_place"),
        ]


class Measure(Kept):
    """A measure that personal rows hang on; when it lapses, they are deleted a number of days later.

    A kind may have a row for a province and others for counties that differ. One with a subject holds for one entrance,
    building, firm or line alone. While one with a policy runs, places under it may set that parameter within its bounds.
    """

    code = models.CharField(max_length=40, unique=True)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)
    place = PlaceCodeField()
    keep_days = models.IntegerField()
    starts_at = models.DateTimeField()
    lapsed_at = models.DateTimeField(null=True)
    kind = models.CharField(max_length=20, null=True)
    scope = models.CharField(max_length=10, null=True)
    subject = models.CharField(max_length=60, null=True)
    basis = models.CharField(max_length=500, null=True)
    review_on = models.DateField(null=True)
    policy = models.CharField(max_length=60, null=True)
    lowest = models.BigIntegerField(null=True)
    highest = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["place"], name="measure_place"),
            models.Index(fields=["kind"], name="measure_kind"),
        ]


class Message(Kept):
    """What the house told somebody: of which kind, about what, and whether it was seen."""

    kind = models.CharField(max_length=40)
    person = models.UUIDField(null=True)
    household = models.CharField(max_length=20, null=True)
    place = PlaceCodeField()
    made_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    because = models.UUIDField()

    class Meta:
        indexes = [
            models.Index(fields=["person", "made_at"], name="message_person"),
            models.Index(fields=["place", "household"], name="message_household"),
        ]


class Attachment(Kept):
    """A picture that belongs to an act: stored under a random name, without what the camera wrote into it."""

    name = models.CharField(max_length=40, unique=True)
    place = PlaceCodeField()
    subject = models.CharField(max_length=60)
    digest = models.CharField(max_length=64)
    size = models.IntegerField()
    width = models.IntegerField()
    height = models.IntegerField()
    entry = models.UUIDField()
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["subject"], name="attachment_subject")]


class Correction(Kept):
    """A wish of somebody to have a value about them mended, or a refusal judged again by another person."""

    person = models.ForeignKey("kernel.Person", on_delete=models.PROTECT, related_name="+")
    place = PlaceCodeField()
    what = models.CharField(max_length=40)
    appeal_of = models.UUIDField(null=True)
    asked_at = models.DateTimeField()
    asked_entry = models.UUIDField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.UUIDField(null=True)
    outcome = models.CharField(max_length=20, null=True)
