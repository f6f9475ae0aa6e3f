"""The kernel's tables."""

from mingbai.kernel.models.account import Account
from mingbai.kernel.models.base import Derived, Kept, PlaceCodeField
from mingbai.kernel.models.devices import Device, Envelope, Quarantine
from mingbai.kernel.models.jobs import Job
from mingbai.kernel.models.journal import (
    Checkpoint,
    Entry,
    EntryAsks,
    EntryRows,
    Head,
    Leaf,
    Node,
    PrivateValue,
    Request,
    Waiting,
)
from mingbai.kernel.models.people import (
    Household,
    HouseholdMember,
    Login,
    Look,
    Mandate,
    Membership,
    Mention,
    Organisation,
    Person,
    PersonKey,
    Token,
)
from mingbai.kernel.models.places import Place, PlaceAlias, PlacePair, PlaceWord, Point
from mingbai.kernel.models.rules import (
    Attachment,
    Correction,
    Measure,
    Message,
    Policy,
)
from mingbai.kernel.models.shared import Goods, Link, OpenItem, Pack

__all__ = [
    "Account",
    "Attachment",
    "Checkpoint",
    "Correction",
    "Derived",
    "Device",
    "Entry",
    "EntryAsks",
    "EntryRows",
    "Envelope",
    "Goods",
    "Head",
    "Household",
    "HouseholdMember",
    "Job",
    "Kept",
    "Leaf",
    "Link",
    "Login",
    "Look",
    "Mandate",
    "Measure",
    "Membership",
    "Mention",
    "Message",
    "Node",
    "OpenItem",
    "Organisation",
    "Pack",
    "Person",
    "PersonKey",
    "Place",
    "PlaceAlias",
    "PlaceCodeField",
    "PlacePair",
    "PlaceWord",
    "Point",
    "Policy",
    "PrivateValue",
    "Quarantine",
    "Request",
    "Token",
    "Waiting",
]
