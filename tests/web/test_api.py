"""The API: the same rules as every face, told in codes that programs rely on."""

import hashlib
import json
import uuid
from typing import Any

import pytest
from django.test import Client

from mingbai.kernel.actors import Actor
from mingbai.kernel.models import Point
from mingbai.kernel.registry import REGISTRY
from tests.conftest import NEIGHBOUR, VILLAGE, House

POINT = "/api/places/add_point"
STORE = {"place": VILLAGE, "kind": "store", "name": "村委会仓库"}


ENGLISH = {"accept-language": "en"}


def token_of(account: House, actor: Actor, token: str = "a-key-for-tests") -> dict[str, str]:
    """Open a program's key for a person; return the header that carries it."""
    digest = hashlib.sha256(f"mingbai/token/1/{token}".encode()).hexdigest()
    account.do(
        "mandates.open_token", {"person": str(actor.person), "digest": digest, "label": "tests"}
    )
    return {"authorization": f"Bearer {token}"}


def post(path: str, body: Any, headers: dict[str, str] | None = None) -> Any:
    """Post a body as JSON; text is sent as it is."""
    content = body if isinstance(body, str | bytes) else json.dumps(body)
    return Client().post(path, content, content_type="application/json", headers=headers or {})


def test_an_act_its_resend_and_its_conflict(account: House, keeper: Actor) -> None:
    headers = token_of(account, keeper) | {"idempotency-key": str(uuid.uuid4())}
    first = post(POINT, STORE, headers)
    assert (first.status_code, first.json()["outcome"]) == (200, "accepted")
    second = post(POINT, STORE, headers)
    assert (second.status_code, second.json()["outcome"]) == (200, "already_done")
    assert second.json()["entry"] == first.json()["entry"]
    third = post(POINT, STORE | {"name": "另一个"}, headers)
    assert (third.status_code, third.json()["code"]) == (409, "REQ-1")
    assert Point.objects.count() == 1


def test_every_refusal_has_its_code(account: House, keeper: Actor) -> None:
    headers = token_of(account, keeper)
    post(POINT, STORE, headers)
    for body, extra, status, code in [
        (STORE, {}, 422, "PLC-3"),
        (STORE | {"place": NEIGHBOUR}, {}, 403, "ACC-5"),
        (STORE | {"kind": "castle"}, {}, 422, "ASK-1"),
        (STORE | {"age": 1}, {}, 422, "ASK-2"),
        ("{", {}, 422, "API-1"),
        ("[]", {}, 422, "API-1"),
        (b"\xff\xfe", {}, 422, "API-1"),
        (STORE, {"idempotency-key": "x"}, 422, "API-2"),
        (STORE, {"mingbai-at": "yesterday"}, 422, "API-2"),
        (STORE, {"mingbai-at": "2999-01-01T00:00:00+08:00"}, 422, "ASK-3"),
        (STORE, {"mingbai-at": "0001-01-01T00:00:00+14:00"}, 422, "ASK-6"),
        ("[" * 100_000, {}, 422, "API-1"),
        (STORE | {"name": "\u202e倒着读"}, {}, 422, "ASK-1"),
        (STORE, {"mingbai-known": "guessed"}, 422, "API-2"),
        (STORE, {"mingbai-mandate": str(uuid.uuid4())}, 403, "ACC-3"),
        ("x" * 2_000_000, {}, 413, "API-3"),
    ]:
        answer = post(POINT, body, headers | extra)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content
        assert set(answer.json()) == {"code", "message", "facts"}
    assert post(POINT, STORE).status_code == 401
    assert post(POINT, STORE, {"authorization": "Bearer nobody"}).json()["code"] == "API-4"


def test_queries_by_address_and_by_body(account: House, keeper: Actor) -> None:
    headers = token_of(account, keeper)
    post(POINT, STORE, headers)
    by_address = Client().get("/api/places/points", {"place": VILLAGE})
    by_body = post("/api/places/points", {"place": VILLAGE})
    assert by_address.json() == by_body.json()
    assert by_address.json()["rows"][0]["name"] == STORE["name"]
    assert Client().get("/api/people/people", {"place": VILLAGE}).status_code == 401
    private = Client().get("/api/people/people", {"place": VILLAGE, "text": "陆"}, headers=headers)
    assert private.status_code in (405, 422), "a name must not stand in an address"


def test_the_description_names_every_command_and_query(account: House) -> None:
    described = Client().get("/api/openapi.json").json()
    for name in [*REGISTRY.commands, *REGISTRY.queries]:
        assert "/api/" + name.replace(".", "/") in described["paths"], name
    text = json.dumps(described)
    assert "$defs" not in text
    asked = described["paths"]["/api/enterprise/dossier"]["get"]["parameters"]
    needed = {one["name"]: one["required"] for one in asked}
    assert needed == {"place": False, "organisation": True}, "a firm's place is filled in"


def test_the_log_is_published_without_a_body(account: House) -> None:
    account.do("people.add_person", {"place": VILLAGE, "name": "欧阳明白", "phone": "16099887766"})
    sealed = account.settle()
    client = Client()
    assert client.get("/log/checkpoint").content.decode() == sealed.note
    assert client.get("/health").json()["sealed"] == sealed.size
    width = sealed.size % 256
    hashes = client.get(f"/log/tile/0/000.p/{width}")
    assert len(hashes.content) == 32 * width
    assert client.get("/log/tile/0/001").status_code == 404
    assert client.get("/log/receipt/nothing-behind-this").status_code == 422


@pytest.mark.parametrize("path", ["/log/tile/9/zzz", "/log/tile/0/000.p/0", "/log/tile/-1/000"])
def test_a_tile_that_is_none(account: House, path: str) -> None:
    account.do("places.add_point", STORE)
    account.settle()
    assert Client().get(path).status_code == 404


def test_a_program_is_answered_in_json_also_where_there_is_nothing(account: House) -> None:
    for path in ("/api/supplies/no_such", "/api/jobs/x", "/log/tile/9/000"):
        answered = Client().get(path)
        assert (answered.status_code, answered.json()["code"]) == (404, "API-8"), path
    page = Client().get("/no/such/page/")
    assert page.headers["Content-Type"].startswith("text/html")


def test_a_note_that_is_too_long_is_told_in_characters(account: House, keeper: Actor) -> None:
    ask = {"place": VILLAGE, "item": "m", "quantity": 1, "unit": "只", "recipient": "x"}
    answered = post(
        "/api/supplies/issue_goods", ask | {"note": "长" * 501}, token_of(account, keeper) | ENGLISH
    )
    assert "500 characters" in answered.json()["facts"]["fields"]["note"]
