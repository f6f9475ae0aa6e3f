"""Numbers, days and minutes are written in one way for people, and in ISO for programs."""

import datetime as dt

from django.utils import translation

from mingbai.kernel.clock import UTC
from mingbai.kernel.refusals import Refused
from mingbai.kernel.said import said_day, said_moment, short_day

MORNING = dt.datetime(2020, 3, 5, 0, 30, tzinfo=UTC)


def test_a_refusal_writes_figures_and_times_as_the_pages_do() -> None:
    asked = Refused("SUP-1", on_hand=2400, asked=60000, short=57600, unit="只")
    until = Refused("INS-9", until=dt.date(2020, 3, 5))
    later = Refused("RES-8", moment=MORNING)
    with translation.override("en"):
        assert "2,400" in asked.sentence() and "60,000" in asked.sentence()
        assert "by 5 Mar 2020 at" in until.sentence()
        assert "at 5 Mar 2020, 08:30." in later.sentence()
    with translation.override("zh-hans"):
        assert "2,400" in asked.sentence() and "60,000" in asked.sentence()
        assert "2020 年 3 月 5 日" in until.sentence()
        assert "2020 年 3 月 5 日 08:30" in later.sentence()


def test_a_program_reads_the_same_facts_as_they_are() -> None:
    assert Refused("SUP-1", on_hand=2400, asked=60000, short=57600, unit="只").as_json()[
        "facts"
    ] == {
        "on_hand": 2400,
        "asked": 60000,
        "short": 57600,
        "unit": "只",
    }
    told = Refused("RES-8", moment=MORNING).as_json()["facts"]
    assert told == {"moment": "2020-03-05T00:30:00+00:00"}
    told = Refused("INS-9", until=dt.date(2020, 3, 5)).as_json()["facts"]
    assert told == {"until": "2020-03-05"}


def test_a_moment_stands_on_the_day_that_it_is_at_the_place() -> None:
    late = dt.datetime(2020, 3, 4, 16, 5, tzinfo=UTC)
    with translation.override("en"):
        assert said_day(late) == "5 Mar 2020" and said_moment(late) == "5 Mar 2020, 00:05"
        assert short_day(dt.date(2020, 3, 5)) == "5 Mar"
