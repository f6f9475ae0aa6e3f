"""Rights by the slip alone: a resident corrects, is refused, and appeals to another person, without a sign-in."""

import re
import uuid

import pytest
from django.test import Client

from mingbai.kernel.acting import link_digest
from mingbai.kernel.actors import Actor
from mingbai.kernel.identity import random_link
from tests.conftest import TOWN, VILLAGE, House


@pytest.fixture
def slip(story: House) -> str:
    """The address of a household's slip, as its head opens it."""
    told = {"place": VILLAGE, "name": "戚建洋", "phone": "16012345679", "purpose": "supplies"}
    head = story.do("people.add_person", told).result["person"]
    story.do("people.add_household", {"place": VILLAGE, "code": "001", "head": head})
    token = random_link()
    given = {"place": VILLAGE, "household": "001", "link_digest": link_digest(token)}
    story.do("supplies.give_slip", given)
    return f"/slip/{token}/mine/"


def read(browser: Client, address: str) -> str:
    """Return a page in Chinese."""
    return browser.get(address, headers={"accept-language": "zh-hans"}).content.decode()


def sent(browser: Client, address: str, **told: str) -> str:
    """Send a form of the page; return where it leads."""
    ask = {"place": VILLAGE, "request_id": str(uuid.uuid4())} | told
    answered = browser.post(address, ask)
    assert answered.status_code == 302, answered.content.decode()
    return answered.headers["Location"]


def test_a_resident_corrects_is_refused_and_appeals_once(story: House, slip: str) -> None:
    resident = Client()
    page = read(resident, slip)
    assert "发放物资" in page and "supplies" not in re.sub(r'(href|src)="[^"]*"', "", page)
    assert "戚**" in page and "16012345679" not in page
    there = sent(resident, slip, what="phone", text="这是我儿子的号")
    assert there.startswith(f"{slip}#wish-")
    wish = there.split("#wish-")[1]
    page = read(resident, slip)
    assert f'id="wish-{wish}"' in page and "等值班室决定" in page
    assert "这是我儿子的号" not in page, "a slip can be lost"

    desk: Actor = story.person("郎致远", "desk", TOWN)
    kept = {"place": VILLAGE, "correction": wish, "outcome": "kept", "text": "与登记表一致"}
    story.do("rights.answer_correction", kept, as_=desk)
    page = read(resident, slip)
    assert "与登记表一致" in page and "请另一个人复核" in page

    again = sent(resident, slip, correction=wish, text="请再看看").split("#wish-")[1]
    page = read(resident, slip)
    assert f'id="wish-{again}"' in page and "等另一个人复核" in page
    assert f'name="correction" value="{wish}"' not in page, "one appeal for one answer"
    twice = {"place": VILLAGE, "correction": wish, "text": "x", "request_id": str(uuid.uuid4())}
    refused = resident.post(slip, twice, headers={"accept-language": "zh-hans"})
    assert refused.status_code == 422 and "RGT-6" in refused.content.decode()
