"""Tables of forms: what offices asked, which questions went out, and the answers that are held from then on."""

from django.db import models

from mingbai.kernel.models import Kept, PlaceCodeField


class LearntField(Kept):
    """A field that no query of the house holds: named by the first form that asked for it."""

    code = models.CharField(max_length=64, unique=True)
    about = models.CharField(max_length=12)
    title = models.CharField(max_length=80)
    kind = models.CharField(max_length=10)
    choices = models.TextField(null=True)
    entry = models.UUIDField()


class FieldAlias(Kept):
    """Another heading for a field, as an office said it when it corrected a preview."""

    label = models.CharField(max_length=80)
    about = models.CharField(max_length=12)
    code = models.CharField(max_length=64)
    entry = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["label", "about"], name="field_alias_once")]


class FormRequest(Kept):
    """An office's form: of whom it asks, until when, why; sent, waiting for a signature, declined or withdrawn."""

    place = PlaceCodeField(db_index=True)
    mandate = models.UUIDField(null=True)
    person = models.UUIDField(null=True)
    role = models.CharField(max_length=20)
    title = models.CharField(max_length=80)
    about = models.CharField(max_length=12)
    reason = models.CharField(max_length=500)
    due = models.DateField()
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=12)
    overrun_reason = models.CharField(max_length=500, null=True)
    signed_by = models.UUIDField(null=True)
    signed_at = models.DateTimeField(null=True)
    sign_reason = models.CharField(max_length=500, null=True)
    entry = models.UUIDField()


class FormField(Kept):
    """One field of a form, as it was headed and as which field of the house or of an earlier form it counts."""

    form = models.ForeignKey(FormRequest, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    heading = models.CharField(max_length=80)
    code = models.CharField(max_length=64)
    kind = models.CharField(max_length=10)
    choices = models.TextField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["form", "code"], name="form_asks_a_field_once")
        ]


class FormSubject(Kept):
    """A village or a firm of which a form asks: how many fields were held, on their way, and asked."""

    form = models.ForeignKey(FormRequest, on_delete=models.PROTECT, related_name="+")
    place = PlaceCodeField()
    organisation = models.UUIDField(null=True)
    subject = models.CharField(max_length=32)
    held = models.PositiveIntegerField(default=0)
    under_way = models.PositiveIntegerField(default=0)
    to_ask = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["form", "subject"], name="form_subject_once")
        ]
        indexes = [models.Index(fields=["subject", "sent_at"], name="form_subject_sent")]


class FormQuestion(Kept):
    """One field that was asked of one subject, once, whichever forms wait for it; a draft of its answer is kept here."""

    form = models.ForeignKey(FormRequest, on_delete=models.PROTECT, related_name="+")
    place = PlaceCodeField()
    organisation = models.UUIDField(null=True)
    subject = models.CharField(max_length=32)
    code = models.CharField(max_length=64)
    number = models.PositiveIntegerField()
    asked_at = models.DateTimeField()
    value = models.CharField(max_length=500, null=True)
    why = models.CharField(max_length=500, null=True)
    saved_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "code"],
                condition=models.Q(closed_at=None),
                name="asked_of_a_subject_once",
            )
        ]


class HeldValue(Kept):
    """What a subject answered about a field nobody else holds: used for every later form until it is too old."""

    place = PlaceCodeField()
    organisation = models.UUIDField(null=True)
    subject = models.CharField(max_length=32)
    code = models.CharField(max_length=64)
    value = models.CharField(max_length=500, null=True)
    why = models.CharField(max_length=500, null=True)
    given_at = models.DateTimeField()
    mandate = models.UUIDField(null=True)
    entry = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "code"], name="held_of_a_subject_once")
        ]
