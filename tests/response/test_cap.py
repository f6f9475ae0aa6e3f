"""Alerts as CAP 1.2: held against the OASIS schema and read by another library; malformed ones are refused with their line."""

import datetime as dt
import re
import uuid

import pytest
from cap_tools import Alert, AlertState, MsgType, Status
from cap_tools.models import Reference
from capvalidator import Validator
from hypothesis import given
from hypothesis import strategies as st
from xsdata.formats.dataclass.parsers import XmlParser

from mingbai.domains.response import cap
from mingbai.kernel.actors import Actor
from mingbai.kernel.refusals import Refused
from tests.conftest import TONGZHOU, TOWN, VILLAGE, House
from tests.response.conftest import clock, declare, stand

AT = dt.datetime(2020, 3, 1, 16, 0, tzinfo=dt.UTC)


def holds(xml: str) -> bool:
    """Tell whether a message follows the OASIS schema of CAP 1.2."""
    return bool(Validator(xml.encode()).schema()[0])


def read_by_another(xml: str) -> Alert:
    """Return a message as another library reads it."""
    return XmlParser().from_string(xml, Alert)


@pytest.fixture
def town(story: House) -> Actor:
    """The town's desk, which has published a notice in two versions."""
    desk = story.person("郎致远", "desk", TOWN)
    ask = {
        "place": TOWN,
        "number": "7号",
        "title": "留两个口",
        "text": "自三月二日起留东口、西口。",
    }
    ask |= {"places": [VILLAGE], "for_everyone": True, "title_en": "Two gates stay open"}
    first = story.do("response.publish_notice", ask, as_=desk).result["notice"]
    story.do("account.move_clock", {"to": "2020-01-28T09:00:00+08:00"})
    later = {
        "place": TOWN,
        "notice": first,
        "title": "留三个口",
        "text": "再开南口 <白天> & 周末。",
    }
    story.do("response.revise_notice", later | {"reason": "村民意见"}, as_=desk)
    return desk


def test_alerts_hold_against_the_schema_and_supersede_each_other(story: House, town: Actor) -> None:
    rows = story.ask("response.alerts", {"place": TOWN})
    assert [row.message_kind for row in rows] == ["Update", "Alert"]
    texts = [
        story.ask("response.cap_message", {"place": TOWN, "alert": row.alert}).cap_xml
        for row in reversed(rows)
    ]
    assert all(holds(text) for text in texts)
    first, second = (read_by_another(text) for text in texts)
    assert first.status is Status.EXERCISE, "a story is an exercise, for whoever reads it"
    assert (first.msg_type, second.msg_type) == (MsgType.ALERT, MsgType.UPDATE)
    assert second.references_to_list() == [Reference.from_alert(first)]
    assert [one.language for one in second.infos] == ["zh-CN", "en-US"]
    assert second.infos[0].description == "再开南口 <白天> & 周末。"
    assert first.infos[1].headline == "Two gates stay open"
    (area,) = second.infos[0].areas
    assert [(one.value_name.value, one.value.value) for one in area.geocodes] == [
        (cap.GEOCODE, VILLAGE)
    ]
    state = AlertState()
    for one in (first, second):
        state.ingest(one)
    assert state.alerts == [second], "the newer message stands in the place of the older"


def told_live(house: House, place: str) -> list[str]:
    """Return the English headlines of what a reader of all messages of a place holds for true, by the other library."""
    state = AlertState()
    rows = house.ask("response.alerts", {"place": place})
    for row in reversed([row for row in rows if row.place == place]):
        ask = {"place": place, "alert": row.alert}
        xml = house.ask("response.cap_message", ask).cap_xml
        assert holds(xml), xml
        state.ingest(read_by_another(xml))
    live = [one for one in state.alerts if one.msg_type is not MsgType.CANCEL]
    return [
        str(info.headline).partition(": ")[2]
        for one in live
        for info in one.infos
        if info.language == "en-US"
    ]


def test_a_change_that_is_withdrawn_is_taken_back_by_a_message_too(
    story: House, district: Actor, mayor: Actor
) -> None:
    """Rows: Z26. Whoever reads the messages in their order never waits for a level that does not come."""
    ahead = declare(story, district, TONGZHOU, "II", effective_at=clock("02-05"))
    assert told_live(story, TONGZHOU) == ["response level II from 5 Feb 2020, 00:00"]
    back = {"place": TONGZHOU, "change": ahead, "reason": "误报"}
    stand(story, "01-28", "10:00")
    story.do("response.withdraw_change", back, as_=district)
    assert told_live(story, TONGZHOU) == []
    newest = story.ask("response.alerts", {"place": TONGZHOU})[0]
    assert newest.message_kind == "Cancel" and "“II”" in newest.headline
    stand(story, "01-29", "10:00")
    declare(story, district, TONGZHOU, "I")
    now = "response level I from 29 Jan 2020, 10:00"
    assert told_live(story, TONGZHOU) == [now]
    ahead = declare(story, district, TONGZHOU, "II", effective_at=clock("03-02"))
    assert told_live(story, TONGZHOU) == [
        "response level II from 2 Mar 2020, 00:00",
        f"{now}, until 2 Mar 2020, 00:00",
    ]
    stand(story, "01-30", "10:00")
    story.do("response.withdraw_change", back | {"change": ahead}, as_=district)
    assert told_live(story, TONGZHOU) == ["“II” from 2 Mar 2020, 00:00 does not come", now]
    stand(story, "01-31", "10:00")
    declare(story, district, TONGZHOU, "III")
    asked = declare(story, mayor, TOWN, "I")
    assert told_live(story, TOWN) == ["response level I from 31 Jan 2020, 10:00"], asked
    eased = declare(story, mayor, TOWN, "IV")
    sign = {"place": TONGZHOU, "change": eased}
    story.do("response.sign_easier", sign, as_=district)
    stand(story, "02-01", "10:00")
    declare(story, district, TONGZHOU, "I")
    assert told_live(story, TOWN)[-1] == "response level I from 31 Jan 2020, 10:00"


words = (
    st.text(
        st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufffe\uffff"),
        min_size=1,
        max_size=60,
    )
    .map(str.strip)
    .filter(bool)
)
moments = st.integers(0, 2**32).map(lambda at: dt.datetime.fromtimestamp(at, dt.UTC))
names = st.from_regex(r"\A[\w./-]{1,40}\Z")
infos = st.builds(
    cap.Info,
    language=st.sampled_from(["zh-CN", "en-US"]),
    event=words,
    urgency=st.sampled_from(["Immediate", "Expected", "Future", "Past", "Unknown"]),
    severity=st.sampled_from(["Extreme", "Severe", "Moderate", "Minor", "Unknown"]),
    certainty=st.sampled_from(["Observed", "Likely", "Possible", "Unlikely", "Unknown"]),
    headline=words,
    description=words,
    sender_name=words,
    area=words,
    geocodes=st.lists(st.from_regex(r"\A[0-9]{12}\Z"), max_size=3).map(tuple),
    response=st.sampled_from([None, "Execute", "AllClear"]),
    audience=st.none() | words,
    effective=st.none() | moments,
    onset=st.none() | moments,
    expires=st.none() | moments,
)
messages = st.builds(
    cap.Alert,
    identifier=names,
    sender=names,
    sent=moments,
    status=st.sampled_from(["Actual", "Exercise", "Test"]),
    kind=st.just("Update"),
    infos=st.lists(infos, max_size=2).map(tuple),
    references=st.lists(st.tuples(names, names, moments), min_size=1, max_size=3).map(tuple),
)


@given(messages)
def test_what_is_written_is_read_back_as_it_was(alert: cap.Alert) -> None:
    xml = cap.write(alert)
    assert holds(xml)
    assert cap.read(xml) == alert


GOOD = cap.write(
    cap.Alert(
        identifier="mingbai-1",
        sender="mingbai/abc",
        sent=AT,
        status="Actual",
        kind="Alert",
        infos=(
            cap.Info(
                language="zh-CN",
                event="通知",
                urgency="Expected",
                severity="Minor",
                certainty="Observed",
                headline="题",
                description="文",
                sender_name="某镇",
                area="某村",
                geocodes=("110112106224",),
            ),
        ),
    )
)
TORN = {
    "no zone": ("+08:00</sent>", "Z</sent>", "sent", "时区"),
    "no such status": (">Actual<", ">Real<", "status", "Real"),
    "a space in a name": ("mingbai-1", "mingbai 1", "identifier", "identifier"),
    "a word of nobody": ("<scope>", "<scop>Public</scop><scope>", "scop", "scop"),
    "out of order": ("<event>通知</event>\n", "", "urgency", "event"),
    "twice": ("<event>", "<event>一</event><event>", "event", "event"),
    "an update of nothing": (">Alert<", ">Update<", "msgType", "references"),
    "for some": (">Public<", ">Restricted<", "scope", "restriction"),
    "torn": ("</headline>", "", "headline", ""),
    "empty": (">通知<", "><", "event", "event"),
    "another namespace": ("emergency:cap:1.2", "emergency:cap:1.1", "alert", "alert"),
    "something inside a text": ("题", "<b>题</b>", "headline", "b"),
    "no day": ("2020-03-02T", "2020-02-31T", "sent", "sent"),
}


@pytest.mark.parametrize("name", TORN)
def test_a_malformed_message_is_refused_with_its_line(story: House, name: str) -> None:
    old, new, where, says = TORN[name]
    text = re.sub(re.escape(old), new.replace("\\", "\\\\"), GOOD, count=1)
    assert text != GOOD
    if name not in {"a space in a name", "an update of nothing", "for some", "empty"}:
        assert not holds(text), "the schema is against it too"
    with pytest.raises(Refused) as caught:
        story.ask("response.check_cap", {"content": text})
    assert caught.value.code == "RES-90"
    line = caught.value.facts["line"]
    if name == "torn":
        assert line > 1
    else:
        assert f"<{where}" in text.splitlines()[line - 1]
    assert says in caught.value.sentence() or says == "时区"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "没有 XML",
        '<?xml version="1.0"?>\n<!DOCTYPE a [<!ENTITY x "y">]>\n<a>&x;</a>',
        GOOD.replace("<alert", '<!DOCTYPE alert SYSTEM "file:///etc/passwd">\n<alert', 1),
        "\u0000",
    ],
)
def test_what_is_no_message_is_refused_in_words(story: House, text: str) -> None:
    with pytest.raises(Refused) as caught:
        story.ask("response.check_cap", {"content": text})
    assert caught.value.code in {"RES-90", "ASK-1"}


def test_a_good_message_is_told_in_short(story: House) -> None:
    found = story.ask("response.check_cap", {"content": GOOD})
    assert (found.identifier, found.message_kind) == ("mingbai-1", "Alert")
    assert found.places == [VILLAGE] and found.languages == ["zh-CN"]
    with pytest.raises(Refused) as caught:
        story.ask("response.cap_message", {"place": TOWN, "alert": str(uuid.uuid4())})
    assert caught.value.code == "RES-91"
