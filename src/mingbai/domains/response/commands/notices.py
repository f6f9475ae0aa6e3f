"""Commands on notices: published with a version and whom it is for, replaced by the next version, read with a receipt."""

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from mingbai.domains.response.commands.cascade import place_called
from mingbai.domains.response.commands.citing import addressed, cite
from mingbai.domains.response.directive_words import DESKS, OFFICES, Heading, Numbered
from mingbai.domains.response.models import Notice, NoticeReading
from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Answer, Ask
from mingbai.kernel.commands.messages import told
from mingbai.kernel.models import Mandate, Message
from mingbai.kernel.places import check_place, is_under
from mingbai.kernel.refusals import NotAllowed, Refused
from mingbai.kernel.registry import command
from mingbai.kernel.words import LongText, PlaceCode, Reason, Role

PUBLISHED, REPLACED = "notice_published", "notice_replaced"
MOST_PLACES = 100
told(
    {
        PUBLISHED: _("A notice for your office was published. It stands under Notices."),
        REPLACED: _("A notice that was for your office was replaced by a new version."),
    }
)


class PublishNotice(Ask):
    """A notice: number, words, for which offices at which places, and whether everyone may read it."""

    place: PlaceCode
    number: Numbered
    title: Heading
    text: LongText
    title_en: Heading | None = None
    text_en: LongText | None = None
    offices: list[Role] = Field(default=[], max_length=20)
    places: list[PlaceCode] = Field(default=[], max_length=MOST_PLACES)
    for_everyone: bool = False
    cites: list[UUID] = Field(default=[], max_length=50)


class Published(Answer):
    """The notice's id and version, and how many were told."""

    notice: UUID
    version: int
    told: int


@command(role=DESKS, title=_("Publish a notice"))
def publish_notice(acting: Acting, ask: PublishNotice) -> Published:
    """Publish a notice; everyone who holds one of the offices at its places is told, and reads it with a receipt."""
    if acting.find(Notice, place=ask.place, number=ask.number):
        raise Refused("RES-60")
    places = ask.places or [ask.place]
    for code in places:
        check_place(acting.store, code)
        if not is_under(code, ask.place):
            raise Refused("RES-63", name=place_called(acting, code))
    made = acting.add(
        Notice(
            place=ask.place,
            number=ask.number,
            version=1,
            title=ask.title,
            text=ask.text,
            title_en=ask.title_en,
            text_en=ask.text_en,
            offices=",".join(dict.fromkeys(ask.offices)),
            places=",".join(dict.fromkeys(places)),
            for_everyone=ask.for_everyone,
            published_at=acting.now,
            entry=acting.entry,
        )
    )
    cite(acting, made.id, ask.cites)
    return Published(
        notice=made.id, version=1, told=tell_all(acting, PUBLISHED, holders(acting, made))
    )


class ReviseNotice(Ask):
    """The next version of a notice, and what changed."""

    place: PlaceCode
    notice: UUID
    title: Heading
    text: LongText
    reason: Reason
    title_en: Heading | None = None
    text_en: LongText | None = None
    cites: list[UUID] = Field(default=[], max_length=50)


@command(role=DESKS, title=_("Replace a notice by its next version"))
def revise_notice(acting: Acting, ask: ReviseNotice) -> Published:
    """Replace a notice by its next version: the old one stays readable, and is marked wherever it is cited."""
    old = acting.hold(Notice, id=ask.notice)
    if old is None or old.place != ask.place:
        raise Refused("RES-61")
    if old.superseded_by is not None:
        newest = max(one.version for one in acting.find(Notice, place=old.place, number=old.number))
        raise Refused("RES-62", version=newest)
    made = acting.add(
        Notice(
            place=old.place,
            number=old.number,
            version=old.version + 1,
            title=ask.title,
            text=ask.text,
            title_en=ask.title_en,
            text_en=ask.text_en,
            reason=ask.reason,
            offices=old.offices,
            places=old.places,
            for_everyone=old.for_everyone,
            published_at=acting.now,
            entry=acting.entry,
        )
    )
    acting.change(old, superseded_at=acting.now, superseded_by=made.id)
    cite(acting, made.id, ask.cites)
    count = tell_all(acting, REPLACED, holders(acting, made))
    return Published(notice=made.id, version=made.version, told=count)


def holders(acting: Acting, notice: Notice) -> list[Mandate]:
    """Return who holds one of the offices that a notice is for, at one of its places, now."""
    return [
        one
        for role in notice.offices.split(",")
        if role
        for one in acting.find(Mandate, role=role)
        if one.starts_at <= acting.now
        and (one.ends_at is None or acting.now < one.ends_at)
        and addressed(notice, role, one.place)
    ]


def tell_all(acting: Acting, kind: str, mandates: Iterable[Mandate]) -> int:
    """Tell each person once; it stands where they look next."""
    people = {one.person_id: one.place for one in mandates}
    acting.add_all(
        [
            Message(kind=kind, person=person, place=place, made_at=acting.now, because=acting.entry)
            for person, place in people.items()
        ]
    )
    return len(people)


class ReadNotice(Ask):
    """A notice was read."""

    place: PlaceCode
    notice: UUID


@command(role=OFFICES, title=_("Confirm that a notice was read"), shell=False)
def read_notice(acting: Acting, ask: ReadNotice) -> None:
    """Confirm as an office that a notice is for that this version was read; the message that told of it counts as seen."""
    notice = acting.see(Notice, id=ask.notice)
    if notice is None or not is_under(ask.place, notice.place):
        raise Refused("RES-61")
    if acting.mandate is None or not addressed(notice, acting.role, acting.hat.place):
        raise NotAllowed("RES-64")
    if acting.see(NoticeReading, notice_id=notice.id, mandate=acting.mandate) is not None:
        return
    acting.add(
        NoticeReading(
            notice_id=notice.id, mandate=acting.mandate, place=acting.hat.place, read_at=acting.now
        )
    )
    for message in acting.find(Message, person=acting.person, because=notice.entry, seen_at=None):
        acting.change(message, seen_at=acting.now)
