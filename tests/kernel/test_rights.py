"""Policy, retention, reactions, messages, pictures and every person's rights, through commands alone."""

import datetime as dt
import io
import struct
from uuid import UUID
from zlib import compress, crc32

import pytest
from PIL import Image

from mingbai.kernel import attachments, jobs
from mingbai.kernel.acting import link_digest
from mingbai.kernel.actors import Actor
from mingbai.kernel.clock import machine_now
from mingbai.kernel.commands.measures import RETENTION, delete_due
from mingbai.kernel.identity import random_link
from mingbai.kernel.models import (
    Attachment,
    Correction,
    Job,
    Measure,
    Message,
    OpenItem,
    Person,
    Policy,
)
from mingbai.kernel.places import parent_of
from mingbai.kernel.policy import PARAMETERS, coming, in_force
from mingbai.kernel.reactions import REACTIONS
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import REGISTRY
from mingbai.kernel.rows import Store
from mingbai.kernel.words import Via
from mingbai.kernel.worker import work_once
from tests.conftest import NEIGHBOUR, TONGZHOU, TOWN, VILLAGE, House

DAYS = "supplies.floor_days"


def value(place: str, **more: dt.datetime) -> int:
    """Return the days that goods should last, as in force at a place."""
    return in_force(Store(), DAYS, place, more.get("at", machine_now()), more.get("known_at"))


def test_the_nearest_place_that_says_something_is_followed(account: House) -> None:
    assert value(VILLAGE) == PARAMETERS[DAYS].default
    account.do("policy.put", {"place": TONGZHOU, "policy": DAYS, "value": 7})
    assert value(VILLAGE) == value(NEIGHBOUR) == 7
    account.do("policy.put", {"place": VILLAGE, "policy": DAYS, "value": 5})
    assert (value(VILLAGE), value(NEIGHBOUR), value(TOWN)) == (5, 7, 7)
    assert account.faults() == []


def test_what_happened_is_judged_by_what_was_in_force_and_known_then(account: House) -> None:
    before = machine_now()
    account.do("policy.put", {"place": TOWN, "policy": DAYS, "value": 9})
    assert value(VILLAGE, at=before) == 3 and value(VILLAGE) == 9
    tomorrow = machine_now() + dt.timedelta(days=1)
    account.do("policy.put", {"place": TOWN, "policy": DAYS, "value": 4, "starts_at": tomorrow})
    assert value(VILLAGE) == 9 and value(VILLAGE, at=tomorrow) == 4
    assert value(VILLAGE, at=tomorrow, known_at=before) == 3
    carried = coming(Store(), VILLAGE, machine_now(), machine_now() + dt.timedelta(hours=72))
    assert [one["value"] for one in carried if one["name"] == DAYS] == [9, 4]


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        ({"policy": DAYS, "value": 0}, "POL-1"),
        ({"policy": DAYS, "value": 1000}, "POL-1"),
        ({"policy": "no.such", "value": 1}, "POL-2"),
        ({"policy": DAYS, "value": 5, "starts_at": "2020-01-01T00:00:00+08:00"}, "POL-3"),
    ],
)
def test_a_policy_out_of_its_bounds_is_refused(
    account: House, ask: dict[str, object], code: str
) -> None:
    with pytest.raises(Refused, match=code):
        account.do("policy.put", ask | {"place": VILLAGE})
    assert Policy.objects.count() == 0


def test_a_lapsed_measure_brings_the_day_forward_and_the_day_erases(account: House) -> None:
    measure = {"code": "level-1", "name_zh": "一级响应", "name_en": "Level I", "keep_days": 0}
    account.do("measures.begin_measure", measure | {"place": TOWN})
    ask = {"place": TOWN, "purpose": "register", "measure": "level-1"}
    people = [
        account.do("people.add_person", ask | {"name": f"人{n}", "phone": f"1600000000{n}"}).result[
            "person"
        ]
        for n in range(3)
    ]
    other = account.do("people.add_person", {"place": TOWN, "name": "别人"}).result["person"]
    lapsed = account.do("measures.lapse", {"place": TOWN, "code": "level-1"}).result
    assert lapsed["people"] == 3
    work_once({})
    assert Job.objects.get(kind=RETENTION).accepted == 3
    assert {str(row.delete_after) for row in Person.objects.filter(id__in=people)} == {
        lapsed["delete_after"]
    }
    delete_due(machine_now() + dt.timedelta(days=2))
    assert Person.objects.filter(id__in=people, erased_at=None).count() == 0
    assert Person.objects.get(id=other).erased_at is None
    delete_due(machine_now() + dt.timedelta(days=2))
    with pytest.raises(Refused, match="RET-2"):
        account.do("measures.lapse", {"place": TOWN, "code": "level-1"})
    account.settle()
    assert account.faults() == []


def test_a_measure_that_is_not_registered_is_refused(account: House) -> None:
    with pytest.raises(Refused, match="RET-2"):
        account.do("people.add_person", {"place": TOWN, "name": "某", "measure": "none"})
    assert Measure.objects.count() == 0


def test_a_wish_is_answered_and_judged_again_by_another_person_only(account: House) -> None:
    person = account.person("陆秀芬", "keeper")
    desk = account.person("郎致远", "desk", TOWN)
    above = account.person("米岚", "desk", TONGZHOU)
    wish = account.do(
        "rights.ask_correction",
        {"place": VILLAGE, "what": "name", "text": "名字写错了"},
        as_=person,
    ).result["correction"]
    (waits,) = account.ask("rights.waiting_wishes", {"place": TOWN}, as_=desk)
    assert waits.text == "名字写错了"
    answer = {"place": VILLAGE, "correction": wish, "outcome": "kept", "text": "与证件一致"}
    account.do("rights.answer_correction", answer, as_=desk)
    assert [row.text for row in account.ask("messages.mine", as_=person)]
    again = account.do(
        "rights.appeal", {"place": VILLAGE, "correction": wish, "text": "请再看"}, as_=person
    ).result["correction"]
    assert OpenItem.objects.get(subject=UUID(again).hex).place == TONGZHOU
    second = {"place": VILLAGE, "correction": again, "outcome": "mended", "text": "改了"}
    with pytest.raises(Refused, match="RGT-3"):
        account.do("rights.answer_correction", second, as_=desk)
    account.do("rights.answer_correction", second, as_=above)
    rows = account.ask("rights.my_wishes", as_=person)
    assert [(row.outcome, row.appeal) for row in rows] == [("kept", False), ("mended", True)]
    assert Message.objects.count() == 2
    assert account.faults() == []


def test_the_slip_alone_opens_the_rights_of_its_household(account: House) -> None:
    head = account.do(
        "people.add_person", {"place": VILLAGE, "name": "戚建洋", "phone": "16012345679"}
    ).result["person"]
    account.do("people.add_household", {"place": VILLAGE, "code": "001", "head": head})
    account.do("people.add_household", {"place": VILLAGE, "code": "002"})
    tokens = {code: random_link() for code in ("001", "002")}
    for code, token in tokens.items():
        account.do(
            "supplies.give_slip",
            {"place": VILLAGE, "household": code, "link_digest": link_digest(token)},
        )
    (row,) = account.ask("rights.record_by_slip", {"token": tokens["001"]})
    assert (row.name, row.phone) == ("戚**", "160******79")
    assert [one.text for one in account.ask("messages.by_slip", {"token": tokens["001"]})]
    wish = {"place": VILLAGE, "what": "phone", "text": "换号了", "token": tokens["001"]}
    account.do("rights.ask_correction", wish)
    assert len(account.ask("rights.wishes_by_slip", {"token": tokens["001"]})) == 1
    assert account.ask("rights.record_by_slip", {"token": tokens["002"]}) == []
    with pytest.raises(Refused, match="RGT-1"):
        account.do("rights.ask_correction", wish | {"token": tokens["002"]})
    with pytest.raises(Refused, match="LNK-1"):
        account.ask("rights.record_by_slip", {"token": "K" * 26})
    assert Correction.objects.count() == 1


def test_the_table_of_reactions_has_no_ring_and_names_what_there_is() -> None:
    for name, reactions in REACTIONS.items():
        assert name in REGISTRY.commands
        for reaction in reactions:
            if reaction.how == "with":
                assert reaction.run in REGISTRY.commands
                assert reaction.alone or REGISTRY.commands[name].many is None, (
                    "a chunk's act can't run another"
                )
            if reaction.how == "after":
                assert reaction.run in REGISTRY.planners

    def reached(name: str, seen: tuple[str, ...]) -> None:
        assert name not in seen, f"a ring: {seen}"
        for reaction in REACTIONS.get(name, ()):
            reached(reaction.run, (*seen, name))

    for name in REACTIONS:
        reached(name, ())


def picture(**exif: str) -> bytes:
    """Return a picture as a phone takes it, with what the camera writes into it."""
    made = Image.new("RGB", (2400, 1200), "red")
    data = Image.Exif()
    data[0x010E] = exif.get("text", "GPS 39.8 116.9 陆秀芬")
    out = io.BytesIO()
    made.save(out, "JPEG", exif=data)
    return out.getvalue()


def test_a_picture_is_kept_without_what_the_camera_wrote(account: House) -> None:
    account.do(
        "goods.add_goods",
        {"place": VILLAGE, "code": "m", "name_zh": "口罩", "name_en": "m", "base_unit": "只"},
    )
    act = account.do(
        "supplies.receive_goods",
        {"place": VILLAGE, "item": "m", "quantity": 5, "unit": "只"}
        | {"origin_kind": "donation", "origin": "邻村"},
    )
    keeper = account.person("陆秀芬", "keeper")
    made = attachments.keep(picture())
    assert (made.width, made.height) == (1600, 800)
    ask = {"place": VILLAGE, "act": act.entry, "name": made.name, "digest": made.digest}
    ask |= {"size": made.size, "width": made.width, "height": made.height}
    account.do("attachments.attach", ask, as_=keeper)
    (row,) = account.ask("attachments.of_act", {"place": VILLAGE, "act": act.entry}, as_=keeper)
    content = attachments.opened(row.name, row.digest)
    assert b"GPS" not in content and Image.open(io.BytesIO(content)).size == (1600, 800)
    assert b"JFIF" not in attachments.path_of(made.name).read_bytes(), "it lies encrypted"
    with pytest.raises(Refused, match="ATT-3"):
        account.do("attachments.attach", ask | {"act": UUID(int=1), "name": "x"}, as_=keeper)
    assert Attachment.objects.count() == 1
    assert account.faults() == []


@pytest.mark.parametrize("content", [b"", b"no picture", b"\xff\xd8\xff\xe0" + bytes(100)])
def test_what_is_no_picture_is_refused(account: House, content: bytes) -> None:
    with pytest.raises(Refused, match="ATT-1"):
        attachments.keep(content)
    assert not (account.folder / "attachments").exists()


def test_a_picture_that_would_fill_the_memory_is_refused_unopened(account: House) -> None:
    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", crc32(kind + content))
        for kind, content in ((b"IHDR", header), (b"IDAT", compress(b"")), (b"IEND", b""))
    )
    with pytest.raises(Refused, match="ATT-2"):
        attachments.keep(bomb)


def test_work_that_follows_from_an_act_is_there_when_the_act_is(account: House) -> None:
    measure = {"code": "m", "name_zh": "措施", "name_en": "M", "keep_days": 30, "place": TOWN}
    account.do("measures.begin_measure", measure)
    account.do("people.add_person", {"place": TOWN, "name": "某", "measure": "m"})
    account.do("measures.lapse", {"place": TOWN, "code": "m"})
    job = Job.objects.get(kind=RETENTION)
    assert (job.total, job.done) == (1, 0)
    assert jobs.go_on(job.id)
    assert account.faults() == []


def test_whoever_is_answered_reads_why_and_who_looked(account: House) -> None:
    person = account.do(
        "people.add_person", {"place": VILLAGE, "name": "戚建洋", "phone": "16012345679"}
    ).result["person"]
    account.do("people.add_household", {"place": VILLAGE, "code": "001", "head": person})
    token = random_link()
    slip = {"place": VILLAGE, "household": "001", "link_digest": link_digest(token)}
    account.do("supplies.give_slip", slip)
    desk = account.person("郎致远", "desk", TOWN)
    look = {"place": VILLAGE, "person": person, "field": "phone", "reason": "通知领货"}
    account.do("people.reveal", look, as_=desk)
    wish = {"place": VILLAGE, "what": "phone", "text": "应当是 16098765432", "token": token}
    wished = account.do("rights.ask_correction", wish).result["correction"]
    answer = {"place": VILLAGE, "correction": wished, "outcome": "kept", "text": "要看本人证件"}
    account.do("rights.answer_correction", answer, as_=desk)
    (row,) = account.ask("rights.wishes_by_slip", {"token": token})
    assert (row.reason, row.office) == ("要看本人证件", "desk")
    assert row.text == "", "a slip can be lost"
    (seen,) = account.ask("rights.looks_by_slip", {"token": token})
    assert (seen.what, seen.office, seen.reason) == ("phone", "desk", "通知领货")
    own = Actor(person=UUID(person), via=Via.PAGE)
    assert account.ask("rights.my_wishes", as_=own)[0].text == "应当是 16098765432"
    assert account.ask("rights.looks_at_me", as_=own) == [seen]


def test_an_appeal_goes_above_whoever_answered_and_never_back_to_them(account: House) -> None:
    person = account.person("陆秀芬", "keeper")
    judges = [
        account.person(f"值班{n}", "desk", place) for n, place in enumerate((TOWN, TONGZHOU, TOWN))
    ]
    wish = {"place": VILLAGE, "what": "name", "text": "写错了"}
    now = account.do("rights.ask_correction", wish, as_=person).result["correction"]
    answer = {"place": VILLAGE, "outcome": "kept", "text": "与证件一致"}
    for judge, above in ((judges[0], TONGZHOU), (judges[1], parent_of(TONGZHOU))):
        account.do("rights.answer_correction", answer | {"correction": now}, as_=judge)
        ask = {"place": VILLAGE, "correction": now, "text": "请再看"}
        now = account.do("rights.appeal", ask, as_=person).result["correction"]
        assert OpenItem.objects.get(subject=UUID(now).hex).place == above
        with pytest.raises(Refused, match="RGT-6"):
            account.do("rights.appeal", ask, as_=person)
        assert account.ask("rights.waiting_wishes", {"place": TOWN}, as_=judges[2]) != []
    for judge in judges[:2]:
        with pytest.raises(Refused, match="RGT-3"):
            account.do("rights.answer_correction", answer | {"correction": now}, as_=judge)
    account.do("rights.answer_correction", answer | {"correction": now}, as_=judges[2])
    assert OpenItem.objects.filter(done_at=None, kind="rights.correction").count() == 0


def test_a_desk_reads_the_wishes_of_its_own_place_only(account: House) -> None:
    """A code that ends in 0 is a village of its own, not the beginning of nine others."""
    other = account.do("people.add_person", {"place": "110112106211", "name": "外村人"}).result
    wish = {"place": "110112106211", "what": "name", "text": "别村的事", "person": other["person"]}
    account.do("rights.ask_correction", wish)
    desk = account.person("某", "desk", "110112106210")
    assert account.ask("rights.waiting_wishes", {"place": "110112106210"}, as_=desk) == []


def test_a_wrong_phone_is_taken_out_and_the_document_stays(account: House) -> None:
    told = {"place": VILLAGE, "name": "戚建洋", "phone": "16012345679"}
    told |= {"document_kind": "resident_id", "document_number": "110112196003070009"}
    person = account.do("people.add_person", told).result["person"]
    desk = account.person("郎致远", "desk", TOWN)
    ask = {"place": VILLAGE, "person": person, "emptied": "phone"}
    with pytest.raises(Refused, match="PER-13"):
        account.do("people.correct_document", ask | {"phone": "16098765432"}, as_=desk)
    account.do("people.correct_document", ask, as_=desk)
    row = Person.objects.get(id=person)
    assert (row.phone_sealed, row.phone_index, row.phone_mask) == (None, None, None)
    assert row.document_mask == "110*************09" and row.document_sealed is not None
    look = {"place": VILLAGE, "person": person, "field": "phone", "reason": "通知领货"}
    for command, again in (("correct_document", ask), ("reveal", look)):
        with pytest.raises(Refused, match="PER-9"):
            account.do(f"people.{command}", again, as_=desk)
    number = ask | {"emptied": "document_number", "phone": "16098765432"}
    account.do("people.correct_document", number, as_=desk)
    row.refresh_from_db()
    assert (row.document_kind, row.document_index, row.document_mask) == (None, None, None)
    assert row.phone_mask == "160******32", "the other field may be written by the same act"
    whose = account.do("people.add_person", told).result["person"]
    assert whose != person, "the number is free for whose it is"
    account.settle()
    assert account.faults() == []
