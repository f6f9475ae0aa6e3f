"""The journal's own tables: what was accepted, its private values, its tree, and its signed heads."""

from django.db import models

from mingbai.kernel.models.base import PlaceCodeField


class Request(models.Model):
    """A request id that was claimed: the id of the entry that answers it, or one of the asks of an entry that answers many."""

    id = models.UUIDField(primary_key=True, editable=False)
    entry = models.UUIDField(null=True)
    position = models.IntegerField(null=True)

    class Meta:
        db_table = "journal_request"


class Entry(models.Model):
    """One accepted entry; every column but the body is a projection that verify derives again."""

    id = models.UUIDField(primary_key=True, editable=False)
    command = models.CharField(max_length=80)
    place = PlaceCodeField(blank=True)
    mandate = models.UUIDField(null=True)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    body = models.TextField()

    class Meta:
        db_table = "journal_entry"
        indexes = [
            models.Index(fields=["place", "command", "recorded_at"], name="entry_place_command"),
            models.Index(fields=["recorded_at"], name="entry_recorded"),
        ]


class PrivateValue(models.Model):
    """One private field of an entry, with the salt of its commitment; erasure removes the row."""

    id = models.CharField(primary_key=True, max_length=160)  # entry/field, or entry/position
    salt = models.BinaryField()
    value = models.BinaryField()

    class Meta:
        db_table = "journal_private"


class EntryRows(models.Model):
    """The lines of an entry that bound more rows than its body holds; the body holds their root."""

    id = models.UUIDField(primary_key=True, editable=False)
    lines = models.TextField()

    class Meta:
        db_table = "journal_rows"


class EntryAsks(models.Model):
    """The asks that one entry answers, a line of canonical JSON each; the body holds their root."""

    id = models.UUIDField(primary_key=True, editable=False)
    lines = models.TextField()

    class Meta:
        db_table = "journal_asks"


class Waiting(models.Model):
    """An accepted entry's place in the queue to be sequenced: not yet a promise of a number."""

    id = models.BigAutoField(primary_key=True)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "journal_waiting"


class Leaf(models.Model):
    """The dense number and leaf hash of a sequenced entry."""

    seq = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="leaf")
    hash = models.BinaryField()

    class Meta:
        db_table = "journal_leaf"


class Node(models.Model):
    """The hash of a complete subtree: level in the upper bits of its id, index in the lower 48."""

    id = models.BigIntegerField(primary_key=True)
    hash = models.BinaryField()

    class Meta:
        db_table = "journal_node"


class Head(models.Model):
    """The one row that the sequencer locks: how many leaves there are."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    size = models.BigIntegerField()

    class Meta:
        db_table = "journal_head"


class Checkpoint(models.Model):
    """A signed head of the tree."""

    number = models.BigIntegerField(primary_key=True)
    size = models.BigIntegerField()
    sealed_at = models.DateTimeField()
    note = models.TextField()
    time_signature = models.CharField(max_length=128)

    class Meta:
        db_table = "journal_checkpoint"
