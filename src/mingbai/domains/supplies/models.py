"""Tables of the supplies desk: places where goods can be, lots, balances, and the numbered lines of each book."""

from django.db import models
from django.db.models import Q

from mingbai.kernel.models import Goods, Kept, PlaceCodeField


class Location(Kept):
    """Where goods can be: a store, a household, a shipment, a donor, the loss of a place."""

    place = PlaceCodeField()
    kind = models.CharField(max_length=12)
    reference = models.CharField(max_length=60)
    name = models.CharField(max_length=80, null=True)
    person = models.UUIDField(null=True)
    floored = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["place", "kind", "reference"], name="location_once")
        ]
        indexes = [models.Index(fields=["place", "kind", "name"], name="location_name")]


class Lot(Kept):
    """Goods that came together: one source, one batch, one day of expiry."""

    goods = models.ForeignKey(Goods, on_delete=models.PROTECT, related_name="+")
    batch = models.CharField(max_length=60, null=True)
    expires_on = models.DateField(null=True)
    origin_kind = models.CharField(max_length=12)
    origin = models.CharField(max_length=80, null=True)
    wish = models.CharField(max_length=500, null=True)
    place = PlaceCodeField()
    came_at = models.DateTimeField()


class Balance(Kept):
    """How much of a lot is at a location; never negative where goods can really be."""

    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="+")
    goods = models.ForeignKey(Goods, on_delete=models.PROTECT, related_name="+")
    place = PlaceCodeField()
    quantity = models.BigIntegerField()
    floored = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["location", "lot"], name="balance_once"),
            models.CheckConstraint(
                condition=Q(floored=False) | Q(quantity__gte=0), name="never_negative"
            ),
        ]
        indexes = [
            models.Index(fields=["location", "goods"], name="balance_goods"),
            models.Index(fields=["place", "goods"], name="balance_place"),
        ]


class Book(Kept):
    """A place's account book: how far its lines are numbered."""

    place = PlaceCodeField(unique=True)
    last_line = models.BigIntegerField()


class Line(Kept):
    """One numbered line of a place's account; a wrong one is reversed by another, never edited."""

    place = PlaceCodeField()
    number = models.BigIntegerField()
    entry = models.UUIDField()
    kind = models.CharField(max_length=12)
    goods = models.ForeignKey(Goods, on_delete=models.PROTECT, related_name="+", db_index=False)
    quantity = models.BigIntegerField()
    change = models.BigIntegerField()
    party = models.ForeignKey(Location, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    mandate = models.UUIDField(null=True)
    reverses = models.BigIntegerField(null=True)
    counted = models.BigIntegerField(null=True)
    note = models.CharField(max_length=500, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["place", "number"], name="line_once"),
            models.UniqueConstraint(
                fields=["place", "reverses"],
                condition=Q(reverses__isnull=False),
                name="reversed_once",
            ),
        ]
        indexes = [models.Index(fields=["place", "goods", "kind", "at", "change"], name="line_use")]


class Move(Kept):
    """The one primitive: so much of a lot from here to there."""

    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="+")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="+")
    source = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+", db_index=False)
    destination = models.ForeignKey(
        Location, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    quantity = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=1), name="a_move_moves_something")
        ]


class Shipment(Kept):
    """Goods on their way between two places; closed when what was sent is accounted for."""

    place = PlaceCodeField(db_index=True)
    to_place = PlaceCodeField(db_index=True)
    goods = models.ForeignKey(Goods, on_delete=models.PROTECT, related_name="+")
    transit = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    quantity = models.BigIntegerField()
    received = models.BigIntegerField(null=True)
    damaged = models.BigIntegerField(null=True)
    sent_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, null=True)


class WriteOff(Kept):
    """A write-off that one person proposes and another signs."""

    place = PlaceCodeField(db_index=True)
    goods = models.ForeignKey(Goods, on_delete=models.PROTECT, related_name="+")
    quantity = models.BigIntegerField()
    apart = models.BooleanField(default=False)
    reason = models.CharField(max_length=500, null=True)
    proposed_by = models.UUIDField(null=True)
    proposed_at = models.DateTimeField()
    signed_by = models.UUIDField(null=True)
    signed_at = models.DateTimeField(null=True)


class Offer(Kept):
    """Surplus that a place offers to its neighbours."""

    place = PlaceCodeField(db_index=True)
    goods = models.ForeignKey(Goods, on_delete=models.PROTECT, related_name="+")
    quantity = models.BigIntegerField()
    note = models.CharField(max_length=500, null=True)
    offered_at = models.DateTimeField()
    taken_by = PlaceCodeField(null=True)
    taken_at = models.DateTimeField(null=True)


class Floor(Kept):
    """For how many days goods should last at a place before somebody is told."""

    place = PlaceCodeField()
    goods = models.ForeignKey(Goods, on_delete=models.PROTECT, related_name="+")
    days = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["place", "goods"], name="floor_once")]


class Question(Kept):
    """A question about a line, and the answer that stands on its entry."""

    place = PlaceCodeField(db_index=True)
    line = models.BigIntegerField()
    text = models.CharField(max_length=500, null=True)
    asked_at = models.DateTimeField()
    answer = models.CharField(max_length=500, null=True)
    answered_at = models.DateTimeField(null=True)
    shown = models.BooleanField(default=False)


class Confirmation(Kept):
    """A recipient confirmed a line: by the link on the slip, or on paper that the keeper entered."""

    place = PlaceCodeField()
    line = models.BigIntegerField()
    how = models.CharField(max_length=10)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["place", "line"], name="confirmed_once")]


class Obligation(Kept):
    """An overseer's word that a place keeps this account from a day on."""

    place = PlaceCodeField(unique=True)
    text = models.CharField(max_length=500, null=True)
    opened_at = models.DateTimeField()
    mandate = models.UUIDField(null=True)


class Handover(Kept):
    """A store changes hands: what the account says is there, signed by who leaves and who comes."""

    place = PlaceCodeField(db_index=True)
    leaving = models.UUIDField(null=True)
    coming = models.UUIDField()
    left_at = models.DateTimeField()
    came_at = models.DateTimeField(null=True)
    through_line = models.BigIntegerField()
