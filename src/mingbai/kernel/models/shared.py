"""What desks share: goods with their packs, open items, and links that open one thing to whoever holds them."""

from django.db import models

from mingbai.kernel.models.base import Kept, PlaceCodeField


class Goods(Kept):
    """A kind of goods, counted in its base unit; a line's product and a store's item are the same row."""

    code = models.CharField(max_length=40, unique=True)
    name_zh = models.CharField(max_length=60, unique=True)
    name_en = models.CharField(max_length=60)
    base_unit = models.CharField(max_length=10)
    lent = models.BooleanField(default=False)


class Pack(Kept):
    """A pack of goods: how many base units one holds."""

    goods = models.ForeignKey(Goods, on_delete=models.PROTECT, related_name="+")
    unit = models.CharField(max_length=10)
    size = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["goods", "unit"], name="pack_once"),
            models.CheckConstraint(condition=models.Q(size__gte=1), name="pack_holds_something"),
        ]


class OpenItem(Kept):
    """Something that waits for somebody: asked, seen, acted on, done; it knows when it is due and who hears of it next."""

    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=120)
    place = PlaceCodeField()
    role = models.CharField(max_length=20)
    person = models.UUIDField(null=True)
    asked_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    acted_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    raises_to = models.CharField(max_length=20, null=True)
    raised_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=40, null=True)
    because = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject", "place"],
                condition=models.Q(done_at=None),
                name="one_open_item_of_a_kind",
            )
        ]
        indexes = [models.Index(fields=["place", "role", "done_at"], name="item_owner")]


class Link(Kept):
    """128 random bits that open one thing for one purpose until an end; known here by their digest."""

    digest = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=40)
    subject = models.CharField(max_length=120)
    place = PlaceCodeField()
    ends_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    entry = models.UUIDField()
