"""People at a desk: masked, opened only with a reason that stays in the account, signed in by what was given in person."""

import re
import uuid

import pytest
from django.test import Client

from mingbai.kernel.models import Entry, Look
from tests.conftest import TOWN, VILLAGE, House
from tests.web.test_pages import PASSWORD, signed_in

NUMBER = "16099887766"


@pytest.fixture
def at_desk(story: House) -> Client:
    """The town desk's browser."""
    return signed_in(story, "town-desk", story.person("郎致远", "desk", TOWN))


@pytest.fixture
def resident(story: House) -> str:
    """Somebody of the village with a phone."""
    return str(
        story.do(
            "people.add_person", {"place": VILLAGE, "name": "欧阳明白", "phone": NUMBER}
        ).result["person"]
    )


def test_a_place_that_names_none_leaves_the_search_as_it_was_typed(at_desk: Client) -> None:
    refused = at_desk.post("/people/", {"place": "马头镇村", "text": "欧阳"})
    page = refused.content.decode()
    assert refused.status_code == 422 and "PLC-9" in page
    assert 'value="欧阳"' in page and 'value="马头镇村"' in page


def test_a_sealed_field_is_opened_with_a_reason_and_shown_once(
    story: House, at_desk: Client, resident: str
) -> None:
    listed = at_desk.post("/people/", {"place": VILLAGE, "text": "欧阳"}).content.decode()
    assert "160******66" in listed and NUMBER not in listed
    path = f"/people/{VILLAGE}/{resident}/phone/"
    for door in (path, f"/sign-ins/?person={resident}", f"/do/mandates/give/?person={resident}"):
        assert f'href="{door}' in listed, "the list leads a desk to what it may do"
    assert NUMBER not in at_desk.get(path).content.decode()
    without = at_desk.post(path, {"request_id": str(uuid.uuid4())})
    assert without.status_code == 422 and NUMBER not in without.content.decode()
    assert Look.objects.count() == 0
    opened = at_desk.post(path, {"request_id": str(uuid.uuid4()), "reason": "联系取货"})
    assert NUMBER in opened.content.decode()
    assert opened.headers["Cache-Control"] == "no-store"
    assert Look.objects.get().reason == "联系取货"
    assert NUMBER not in "".join(Entry.objects.values_list("body", flat=True))


def test_a_wrong_phone_is_taken_out_at_the_desk(
    story: House, at_desk: Client, resident: str
) -> None:
    listed = at_desk.post("/people/", {"place": VILLAGE, "text": "欧阳"}).content.decode()
    path = f"/do/people/correct_document/?person={resident}&amp;place={VILLAGE}"
    assert f'href="{path}"' in listed
    form = at_desk.get(path.replace("&amp;", "&"), headers={"accept-language": "zh-hans"})
    page = form.content.decode()
    assert '<option value="phone">电话</option>' in page and NUMBER not in page
    sent = {"place": VILLAGE, "person": resident, "request_id": str(uuid.uuid4())}
    both = at_desk.post(
        "/do/people/correct_document/", sent | {"emptied": "phone", "phone": NUMBER}
    )
    assert both.status_code == 422 and "PER-13" in both.content.decode()
    done = at_desk.post("/do/people/correct_document/", sent | {"emptied": "phone"})
    assert done.status_code == 302
    listed = at_desk.post("/people/", {"place": VILLAGE, "text": "欧阳"}).content.decode()
    assert "160******66" not in listed and "欧阳明白" in listed


def test_a_form_sent_again_is_no_new_look_and_opens_nothing(
    story: House, at_desk: Client, resident: str
) -> None:
    path, sent = (
        f"/people/{VILLAGE}/{resident}/phone/",
        {"request_id": str(uuid.uuid4()), "reason": "联系取货"},
    )
    assert NUMBER in at_desk.post(path, sent).content.decode()
    again = at_desk.post(path, sent)
    assert again.status_code == 409 and NUMBER not in again.content.decode()
    assert Look.objects.count() == 1


def test_a_sign_in_is_given_in_person_and_renewed(
    story: House, at_desk: Client, resident: str
) -> None:
    story.do(
        "mandates.give",
        {"place": VILLAGE, "person": resident, "role": "keeper", "capacity": "保管员"},
    )
    passwords = []
    for _time in range(2):
        sent = {
            "place": VILLAGE,
            "person": resident,
            "username": "ouyang",
            "request_id": str(uuid.uuid4()),
        }
        shown = at_desk.post("/sign-ins/", sent).content.decode()
        passwords.append(re.findall(r'big-n code">([^<]+)<', shown)[0])
    assert passwords[0] != passwords[1]
    old, new = ({"login": "ouyang", "password": password} for password in passwords)
    assert Client().post("/sign-in/", old).status_code == 200
    assert Client().post("/sign-in/", new).status_code == 302


def test_a_keeper_gives_no_sign_ins_and_opens_nothing(story: House, resident: str) -> None:
    keeper = signed_in(story, "keeper-1", story.person("陆秀芬", "keeper"))
    assert keeper.get("/sign-ins/").status_code == 403
    path = f"/people/{VILLAGE}/{resident}/phone/"
    refused = keeper.post(path, {"request_id": str(uuid.uuid4()), "reason": "看看"})
    assert refused.status_code == 403 and NUMBER not in refused.content.decode()


def test_the_far_desk_sees_nobody_of_a_place_that_is_not_its_own(
    story: House, resident: str
) -> None:
    far = signed_in(story, "far", story.person("某", "desk", "110112106208"))
    assert far.post("/people/", {"place": VILLAGE}).status_code == 403


def test_a_real_account_asks_for_a_second_lock(account: House) -> None:
    client = signed_in(account, "far-desk", account.person("郎致远", "desk"))
    assert client.get("/home/").headers["Location"] == "/account/2fa/totp/activate/"
    again = client.get("/account/2fa/totp/activate/").headers["Location"]
    assert again.startswith("/account/reauthenticate/")
    assert client.get(again).status_code == 200
    assert client.post(again, {"password": PASSWORD}).status_code == 302
    shown = client.get("/account/2fa/totp/activate/")
    assert shown.status_code == 200 and "<svg" in shown.content.decode()
    guard = signed_in(account, "gate-guard", account.person("某岗", "guard"))
    assert guard.get("/home/").headers["Location"] == "/account/2fa/totp/activate/", "may reveal"
    keeper = signed_in(account, "near-keeper", account.person("陆秀芬", "keeper"))
    assert keeper.get("/home/").status_code == 200


def test_no_form_and_no_table_opens_before_the_second_lock_is_set(account: House) -> None:
    page = signed_in(account, "town-desk", account.person("值班室", "desk", TOWN))
    for address in ("/do/people/add_person/", "/ask/people/people/", "/people/"):
        answered = page.get(address)
        assert (answered.status_code, answered.headers.get("Location")) == (
            302,
            "/account/2fa/totp/activate/",
        ), address
    assert page.get("/ask/places/points/").status_code == 200, "what is public stays so"


def test_the_receipt_of_a_household_does_not_call_its_own_code_the_households(
    at_desk: Client,
) -> None:
    form = at_desk.get("/do/people/add_household/", headers={"accept-language": "zh-hans"})
    assert ">户号</label>" in form.content.decode()
    sent = {"place": VILLAGE, "code": "001", "request_id": str(uuid.uuid4())}
    receipt = at_desk.post("/do/people/add_household/", sent).headers["Location"]
    for language, said in (("zh-hans", "回执码"), ("en", "Code of the receipt")):
        page = at_desk.get(receipt, headers={"accept-language": language}).content.decode()
        assert re.findall("<dt>(.*?)</dt>", page) == [said]
