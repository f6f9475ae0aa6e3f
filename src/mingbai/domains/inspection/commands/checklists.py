"""Commands on checklists: data with versions, which a desk publishes for its place and everything under it."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from mingbai.domains.inspection.models import Checklist, ChecklistItem
from mingbai.domains.inspection.words import (
    AppliesTo,
    CheckCode,
    CheckSentence,
    GradeWord,
    LevelWord,
    ListCode,
    LooksAt,
    SectorPrefix,
)
from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Answer, Ask
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import command
from mingbai.kernel.words import Moment, OpenName, PlaceCode, Role

ITEMS_MOST = 60


class CheckItem(Ask):
    """One item of a list: its code, its sentence in both languages, and at which levels alone it applies."""

    code: CheckCode
    text_zh: CheckSentence
    text_en: CheckSentence
    levels: list[LevelWord] = Field(default_factory=list, max_length=5)


class PublishChecklist(Ask):
    """Publish a checklist, or its next version."""

    place: PlaceCode
    checklist: ListCode
    name_zh: OpenName
    name_en: OpenName
    looks_at: LooksAt
    applies_to: AppliesTo
    sectors: list[SectorPrefix] = Field(default_factory=list, max_length=20)
    levels: list[LevelWord] = Field(default_factory=list, max_length=5)
    grades: list[GradeWord] = Field(default_factory=list, max_length=3)
    starts_at: Moment | None = None
    check_items: list[CheckItem] = Field(min_length=1, max_length=ITEMS_MOST)


class Published(Answer):
    """The list's version."""

    version: int


@command(role={Role.DESK}, title=_("Publish a checklist"))
def publish_checklist(acting: Acting, ask: PublishChecklist) -> Published:
    """Publish a checklist for a place and everything under it; a visit keeps the version that it was booked with."""
    if ask.sectors and ask.applies_to != "firm":
        raise Refused("INS-22")
    if len({one.code for one in ask.check_items}) < len(ask.check_items):
        raise Refused("INS-27")
    held = acting.hold_each(Checklist, code=ask.checklist)
    if any(one.place != ask.place for one in held):
        raise Refused("INS-24", checklist=ask.checklist)
    for one in ask.check_items:
        check_sentence(acting, one, [row.id for row in held])
    version = max((one.version for one in held), default=0) + 1
    added = acting.add(
        Checklist(
            code=ask.checklist,
            version=version,
            place=ask.place,
            name_zh=ask.name_zh,
            name_en=ask.name_en,
            looks_at=ask.looks_at,
            applies_to=ask.applies_to,
            sectors=" ".join(ask.sectors),
            levels=" ".join(ask.levels),
            grades=" ".join(ask.grades),
            starts_at=ask.starts_at or acting.at,
            recorded_at=acting.now,
        )
    )
    acting.add_all(
        [
            ChecklistItem(
                checklist_id=added.id,
                number=number,
                code=one.code,
                text_zh=one.text_zh,
                text_en=one.text_en,
                levels=" ".join(one.levels),
            )
            for number, one in enumerate(ask.check_items, 1)
        ]
    )
    return Published(version=version)


def check_sentence(acting: Acting, item: CheckItem, own: list[UUID]) -> None:
    """INS-16 一码一句: an item's code says the same on every list, or nobody could tell what was looked at before."""
    for row in acting.find(ChecklistItem, code=item.code):
        if row.checklist_id not in own and row.text_zh != item.text_zh:
            of = acting.see(Checklist, id=row.checklist_id)
            raise Refused("INS-16", item=item.code, checklist=of.code if of else "")


class WithdrawChecklist(Ask):
    """Withdraw a checklist."""

    place: PlaceCode
    checklist: ListCode


@command(role={Role.DESK}, title=_("Withdraw a checklist"))
def withdraw_checklist(acting: Acting, ask: WithdrawChecklist) -> None:
    """Withdraw a checklist from now on; visits that were booked with it keep their items."""
    held = [
        one
        for one in acting.hold_each(Checklist, code=ask.checklist)
        if one.place == ask.place and one.withdrawn_at is None
    ]
    if not held:
        raise Refused("INS-1")
    for one in held:
        acting.change(one, withdrawn_at=acting.at)
