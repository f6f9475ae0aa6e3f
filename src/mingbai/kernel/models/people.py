"""People, households, organisations and teams: stored once, here, and nowhere else."""

from django.db import models

from mingbai.kernel.models.base import Kept, PlaceCodeField


class Person(Kept):
    """A person; the document number and phone are sealed under a key of the person's own."""

    name = models.CharField(max_length=80, null=True)
    initials = models.CharField(max_length=40, null=True)
    place = PlaceCodeField()
    document_kind = models.CharField(max_length=20, null=True)
    document_sealed = models.BinaryField(null=True)
    document_index = models.BinaryField(null=True)
    document_mask = models.CharField(max_length=20, null=True)
    phone_sealed = models.BinaryField(null=True)
    phone_index = models.BinaryField(null=True)
    phone_mask = models.CharField(max_length=20, null=True)
    purpose = models.CharField(max_length=40)
    measure = models.CharField(max_length=40, null=True)
    delete_after = models.DateField(null=True)
    erased_at = models.DateTimeField(null=True)
    recorded_in = models.UUIDField(null=True)  # the act that wrote the person down
    key_wrapped = models.BinaryField(null=True)  # by the master key; erasure removes it

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["document_index"], name="person_document_once"),
        ]
        indexes = [models.Index(fields=["place"], name="person_place")]


class Mention(Kept):
    """This act concerns that person, who was recorded by another: how "what is held about me" and erasure find it."""

    person = models.UUIDField()
    entry = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "entry"], name="mention_once")]


class Household(Kept):
    """A household of a place, registered there or living there as tenants."""

    place = PlaceCodeField()
    code = models.CharField(max_length=20)
    head = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    registered = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["place", "code"], name="household_once")]


class HouseholdMember(Kept):
    """A person belongs to a household from a day on."""

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["household", "person", "since"], name="member_once")
        ]


class Organisation(Kept):
    """An office, firm, committee, site, project or team; a temporary one has an end and a purpose."""

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20)
    place = PlaceCodeField(db_index=True)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    credit_code = models.CharField(max_length=18, null=True)
    sector = models.CharField(max_length=5, null=True)
    address = models.CharField(max_length=200, null=True)
    purpose = models.CharField(max_length=200, null=True)
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["credit_code"], name="organisation_credit_code_once")
        ]


class Membership(Kept):
    """A person belongs to an organisation in some position, from one day to another."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    position = models.CharField(max_length=60)
    since = models.DateField()
    until = models.DateField(null=True)


class Mandate(Kept):
    """A person may act as this role at this place, in this capacity, from one moment to another."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="+"
    )
    role = models.CharField(max_length=20)
    place = PlaceCodeField(db_index=True)
    capacity = models.CharField(max_length=80)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    case = models.UUIDField(null=True)
    given_by = models.UUIDField(null=True)

    class Meta:
        indexes = [models.Index(fields=["person", "role"], name="mandate_person")]


class Login(Kept):
    """The name under which a person signs in; the password lies in the running database."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    username = models.CharField(max_length=60, unique=True)
    closed_at = models.DateTimeField(null=True)


class Token(Kept):
    """A program's key to the API, known here by its digest alone."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    label = models.CharField(max_length=60)
    ends_at = models.DateTimeField(null=True)


class Look(Kept):
    """Somebody looked at what is sealed about a person: who, when, what and why."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    mandate = models.UUIDField(null=True)
    what = models.CharField(max_length=40)
    reason = models.CharField(max_length=500, null=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["person", "at"], name="look_person"),
            models.Index(fields=["mandate", "at"], name="look_mandate"),
        ]
