"""An account with something in every table, made through commands alone."""

import hashlib
import uuid

from mingbai.kernel.acting import link_digest
from mingbai.kernel.actors import Actor
from mingbai.kernel.identity import random_link
from mingbai.kernel.words import Via
from tests.conftest import TOWN, VILLAGE, House


def fill(house: House) -> dict[str, str]:
    """Put something into every table of the kernel; return the ids that tests ask for."""
    person = house.do(
        "people.add_person",
        {
            "place": VILLAGE,
            "name": "陆秀芬",
            "document_kind": "resident_id",
            "document_number": "110112196003070009",
            "phone": "16012345678",
            "delete_after": "2020-12-31",
        },
    ).result["person"]
    other = house.do(
        "people.add_person", {"place": VILLAGE, "name": "戚建洋", "phone": "16012345679"}
    ).result["person"]
    for place, name, kind in [
        (VILLAGE, "村委会仓库", "store"),
        (VILLAGE, "东口", "gate"),
        (VILLAGE, "西口", "gate"),
    ]:
        house.do("places.add_point", {"place": place, "name": name, "kind": kind})
    house.do("places.add_alias", {"place": TOWN, "name": "潮县镇"})
    team = house.do(
        "organisations.add_organisation",
        {"place": VILLAGE, "name": "村委会", "kind": "committee", "purpose": "村里的事"},
    ).result["organisation"]
    house.do(
        "organisations.join",
        {"place": VILLAGE, "organisation": team, "person": person, "position": "保管员"},
    )
    house.do("people.add_household", {"place": VILLAGE, "code": "001", "head": person})
    house.do("people.add_household", {"place": VILLAGE, "code": "T-01", "registered": False})
    house.do("people.join_household", {"place": VILLAGE, "code": "T-01", "person": other})
    keeper = {
        "place": VILLAGE,
        "person": person,
        "role": "keeper",
        "capacity": "保管员",
        "organisation": team,
    }
    house.do("mandates.give", keeper | {"ends_at": "2031-01-01T00:00:00+08:00"})
    desk = house.do(
        "mandates.give", {"place": VILLAGE, "person": other, "role": "desk", "capacity": "值班"}
    ).result["mandate"]
    house.do("mandates.open_login", {"place": VILLAGE, "person": person, "username": "keeper-1"})
    digest = hashlib.sha256(b"mingbai/token/1/for-tests").hexdigest()
    house.do("mandates.open_token", {"person": person, "digest": digest, "label": "phone"})
    mask = {
        "place": VILLAGE,
        "code": "mask",
        "name_zh": "一次性口罩",
        "name_en": "masks",
        "base_unit": "只",
    }
    entry = house.do("goods.add_goods", mask).entry
    house.do("goods.add_pack", {"place": VILLAGE, "item": "mask", "unit": "盒", "size": 50})
    reader = Actor(person=uuid.UUID(other), via=Via.PAGE)
    house.do(
        "people.reveal",
        {"place": VILLAGE, "person": person, "field": "phone", "reason": "联系取货"},
        as_=reader,
    )
    house.do(
        "journal.give_receipt",
        {"place": VILLAGE, "entry": str(entry), "digest": link_digest(random_link())},
        as_=Actor(person=uuid.UUID(person), via=Via.PAGE),
    )
    return {"person": person, "other": other, "team": team, "desk": desk, "entry": str(entry)}
