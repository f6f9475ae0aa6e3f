"""Places: level and hierarchical code, aliases, and points below a village."""

from django.db import models

from mingbai.kernel.models.base import Derived, Kept, PlaceCodeField


class Place(Kept):
    """A place of the official list; four codes stand at two levels, so code and level together are its name."""

    code = PlaceCodeField()
    level = models.CharField(max_length=10)
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "level"], name="place_once")]


class PlaceAlias(Kept):
    """Another name of a place: an old one, a misprint, another spelling."""

    place = PlaceCodeField(db_index=True)
    name = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["place", "name"], name="alias_once")]


class PlaceWord(Derived):
    """The search index of place names: whole names, pinyin, initials and character pairs."""

    place = PlaceCodeField()
    level = models.CharField(max_length=10)
    name = models.CharField(max_length=80)
    pinyin = models.CharField(max_length=240, db_index=True)
    initials = models.CharField(max_length=80, db_index=True)

    class Meta:
        indexes = [models.Index(fields=["name"], name="place_word_name")]


class PlacePair(Derived):
    """Which places hold a pair of characters in their name: how two-character words are found."""

    pair = models.CharField(max_length=4)
    word = models.ForeignKey(PlaceWord, on_delete=models.CASCADE, related_name="pairs")

    class Meta:
        indexes = [models.Index(fields=["pair", "word"], name="place_pair")]


class Point(Kept):
    """A point below a village: a gate, a store, a production line, a works."""

    place = PlaceCodeField(db_index=True)
    kind = models.CharField(max_length=10)
    name = models.CharField(max_length=80)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["place", "kind", "name"], name="point_once")]
