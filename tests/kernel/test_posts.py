"""Posts: nobody is at two at once, also when two book at the same instant; who came, and who else saw it."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import connections

from mingbai.kernel.actors import Actor
from mingbai.kernel.models import Booking, Message
from mingbai.kernel.refusals import NotAllowed, Refused
from tests.conftest import NEIGHBOUR, TOWN, VILLAGE, House

DAY = "2020-01-28"


def clock(text: str, day: str = DAY) -> str:
    """Return a moment of the story."""
    return f"{day}T{text}:00+08:00"


def post(house: House, name: str = "村委会仓库", kind: str = "store", place: str = VILLAGE) -> str:
    """Register a post; return its id."""
    ask = {"place": place, "kind": kind, "name": name}
    found: str = house.do("places.add_point", ask).result["point"]
    return found


def turn(person: Actor, point: str, starts: str, ends: str, place: str = VILLAGE) -> dict[str, str]:
    """Return an ask for a turn of duty."""
    return {
        "place": place,
        "person": str(person.person),
        "point": point,
        "starts_at": clock(starts),
        "ends_at": clock(ends),
    }


def refused(house: House, code: str, name: str, ask: dict[str, Any], **more: Any) -> None:
    """Check that something is refused by a rule."""
    with pytest.raises(Refused) as refusal:
        house.do(name, ask, **more)
    assert refusal.value.code == code, refusal.value


def test_nobody_is_at_two_posts_at_once(story: House) -> None:
    store, gate = post(story), post(story, "东口", "gate")
    keeper, lead = story.person("陆秀芬", "keeper"), story.person("队长", "crew_lead")
    first = story.do("posts.book", turn(keeper, store, "08:00", "12:00"), as_=lead).result
    for starts, ends in [
        ("08:00", "12:00"),
        ("07:00", "08:01"),
        ("11:59", "13:00"),
        ("09:00", "10:00"),
        ("07:00", "13:00"),
    ]:
        refused(story, "PST-2", "posts.book", turn(keeper, gate, starts, ends), as_=lead)
    story.do("posts.book", turn(keeper, gate, "12:00", "16:00"), as_=lead)
    story.do("posts.book", turn(keeper, gate, "06:00", "08:00"), as_=lead)
    story.do("posts.book", turn(lead, store, "08:00", "12:00"), as_=lead)
    refused(story, "PST-2", "posts.book", turn(keeper, gate, "08:00", "09:00"), as_=lead)
    story.do("posts.cancel", {"place": VILLAGE} | first, as_=lead)
    story.do("posts.book", turn(keeper, gate, "08:00", "09:00"), as_=lead)
    assert story.faults() == []


def test_a_turn_that_crosses_midnight_is_seen_from_both_days(story: House) -> None:
    gate, guard = post(story, "东口", "gate"), story.person("守夜的", "guard")
    night = turn(guard, gate, "20:00", "20:00") | {"ends_at": clock("08:00", "2020-01-29")}
    story.do("posts.book", night)
    after = {"starts_at": clock("07:00", "2020-01-29"), "ends_at": clock("09:00", "2020-01-29")}
    refused(story, "PST-2", "posts.book", night | after)
    for on, there in [("2020-01-27", 0), ("2020-01-28", 1), ("2020-01-29", 1), ("2020-01-30", 0)]:
        assert len(story.ask("posts.turns", {"place": VILLAGE, "day": on})) == there


@pytest.mark.parametrize(
    ("starts", "ends", "day"),
    [("08:00", "08:00", DAY), ("09:00", "08:00", DAY), ("08:00", "08:01", "2020-01-29")],
)
def test_a_turn_lasts_and_not_for_ever(story: House, starts: str, ends: str, day: str) -> None:
    ask = turn(story.person("某"), post(story), starts, ends) | {"ends_at": clock(ends, day)}
    refused(story, "PST-1", "posts.book", ask)


def test_two_desks_that_book_one_person_at_the_same_instant_book_them_once(account: House) -> None:
    keeper = account.person("陆秀芬", "keeper")
    posts = [post(account, f"{number}号口", "gate") for number in range(6)]
    desks = [account.person(f"值班{number}", "desk", TOWN) for number in range(6)]
    gate, codes = threading.Barrier(6), []

    def send(number: int) -> None:
        gate.wait()
        try:
            account.do(
                "posts.book", turn(keeper, posts[number], "08:00", "12:00"), as_=desks[number]
            )
            codes.append("done")
        except Refused as refusal:
            codes.append(refusal.code)
        for connection in connections.all():
            connection.close()

    threads = [threading.Thread(target=send, args=[number]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == ["PST-2"] * 5 + ["done"]
    assert Booking.objects.count() == 1
    assert account.faults() == []


def test_who_may_be_booked_and_by_whom(story: House) -> None:
    store = post(story)
    keeper, desk = story.person("陆秀芬", "keeper"), story.person("值班", "desk")
    own = turn(keeper, store, "08:00", "10:00")
    story.do("posts.book", own, as_=keeper)
    assert Message.objects.count() == 0, "nobody is told what they did themselves"
    other = turn(desk, store, "08:00", "10:00")
    refused(story, "PST-6", "posts.book", other, as_=keeper)
    stranger = turn(story.person("邻村的", None, NEIGHBOUR), store, "08:00", "10:00")
    refused(story, "PER-1", "posts.book", stranger, as_=desk)
    helper = story.person("来帮忙的", None, NEIGHBOUR)
    given = {"place": VILLAGE, "person": str(helper.person), "role": "guard", "capacity": "帮忙"}
    story.do("mandates.give", given)
    story.do("posts.book", turn(helper, store, "08:00", "10:00"), as_=desk)
    assert [row.text for row in story.ask("messages.mine", as_=helper)] != []
    elsewhere = turn(keeper, post(story, "邻村仓库", place=NEIGHBOUR), "12:00", "13:00")
    refused(story, "PST-3", "posts.book", elsewhere, as_=desk)
    for role in ("overseer", "clerk", "inspector"):
        refused(story, "ACC-1", "posts.book", own, as_=story.person(role, role))


def test_presence_is_noted_by_who_keeps_the_turn_and_confirmed_by_another(story: House) -> None:
    keeper, second = story.person("陆秀芬", "keeper"), story.person("施长安", "keeper")
    desk = story.person("值班", "desk")
    booked = story.do("posts.book", turn(keeper, post(story), "08:00", "12:00"), as_=desk).result
    ask = {"place": VILLAGE} | booked

    def row() -> Any:
        (found,) = story.ask("posts.turns", {"place": VILLAGE, "day": DAY})
        return found

    refused(story, "PST-7", "posts.note_coming", ask, as_=keeper)
    story.do("account.move_clock", {"to": clock("07:55")})
    refused(story, "PST-5", "posts.note_leaving", ask, as_=keeper)
    refused(story, "PST-5", "posts.confirm", ask, as_=second)
    refused(story, "PST-6", "posts.note_coming", ask, as_=second)
    story.do("posts.note_coming", ask, as_=keeper)
    assert (row().came_at is not None, row().witnessed) == (True, False)
    refused(story, "PST-5", "posts.note_coming", ask, as_=keeper)
    refused(story, "PST-5", "posts.cancel", ask, as_=desk)
    refused(story, "PST-8", "posts.confirm", ask, as_=keeper)
    refused(story, "ACC-7", "posts.confirm", ask)
    story.do("posts.confirm", ask, as_=second)
    assert row().witnessed
    story.do("account.move_clock", {"to": clock("12:01")})
    story.do("posts.note_leaving", ask, as_=keeper)
    refused(story, "PST-5", "posts.note_leaving", ask, as_=keeper)
    (mine,) = story.ask("posts.mine", as_=keeper)
    assert mine.left_at == dt.datetime.fromisoformat(clock("12:01"))
    assert story.ask("posts.mine", as_=second) == []
    assert story.faults() == []


def test_a_coming_that_a_shell_or_the_desk_notes(story: House) -> None:
    """A desk's word is another's; a shell is never the second of two."""
    keeper, desk = story.person("陆秀芬", "keeper"), story.person("值班", "desk")
    for starts, one, witnessed in [("08:00", {}, False), ("10:00", {"as_": desk}, True)]:
        ends = f"{int(starts[:2]) + 1:02d}:00"
        point = post(story, f"{starts}点")
        booked = story.do("posts.book", turn(keeper, point, starts, ends)).result
        story.do("account.move_clock", {"to": clock(starts)})
        story.do("posts.note_coming", {"place": VILLAGE} | booked, **one)
        rows = story.ask("posts.turns", {"place": VILLAGE, "day": DAY})
        assert (
            next(row for row in rows if str(row.booking) == booked["booking"]).witnessed
            is witnessed
        )


def test_the_neighbours_turns_are_not_for_this_village(story: House) -> None:
    keeper = story.person("陆秀芬", "keeper")
    booked = story.do("posts.book", turn(keeper, post(story), "08:00", "12:00")).result
    away = story.person("邻村的", "desk", NEIGHBOUR)
    with pytest.raises(NotAllowed, match="ACC-5"):
        story.ask("posts.turns", {"place": VILLAGE}, as_=away)
    refused(story, "PST-4", "posts.cancel", {"place": NEIGHBOUR} | booked, as_=away)
    with pytest.raises(Refused, match="ACC-4"):
        story.ask("posts.turns", {"place": VILLAGE}, as_=Actor())
