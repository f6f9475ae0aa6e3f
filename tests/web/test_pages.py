"""Every page of the registry answers, in both languages, under the strict policy; a refusal keeps what was typed."""

import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client

from mingbai.kernel.actors import Actor
from mingbai.kernel.registry import REGISTRY
from tests.conftest import VILLAGE, House, house_of
from tests.filled import fill

PASSWORD = "a long sentence for tests"


@pytest.fixture(scope="module")
def served(
    templates: dict[str, tuple[Path, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """A story account with something in every table."""
    for house in house_of("story", templates, tmp_path_factory.mktemp("served") / "account"):
        fill(house)
        house.settle()
        yield house


def signed_in(house: House, name: str, actor: Actor) -> Client:
    """Return a browser in which somebody has signed in."""
    ask = {"place": VILLAGE, "person": str(actor.person), "username": name}
    house.do("mandates.open_login", ask)
    get_user_model().objects.create_user(name, password=PASSWORD)
    client = Client()
    answered = client.post("/sign-in/", {"login": name, "password": PASSWORD})
    assert (answered.status_code, answered.headers["Location"]) == (302, "/home/")
    return client


@pytest.fixture(scope="module")
def clients(served: House) -> dict[str, Client]:
    """One browser for each kind of visitor."""
    people = {role: served.person(f"某{role}", role) for role in ("keeper", "desk", "overseer")}
    return {"anyone": Client()} | {
        role: signed_in(served, f"{role}-page", actor) for role, actor in people.items()
    }


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("role", ["anyone", "keeper", "desk", "overseer"])
def test_every_form_and_table_answers(clients: dict[str, Client], role: str, language: str) -> None:
    paths = [f"/do/{name.replace('.', '/')}/" for name in REGISTRY.commands]
    paths += [f"/ask/{name.replace('.', '/')}/?place={VILLAGE}" for name in REGISTRY.queries]
    paths += [
        "/",
        "/places/",
        f"/places/{VILLAGE}/",
        "/check/",
        "/verify/",
        "/sign-in/",
        f"/places/{VILLAGE}/ask/",
    ]
    paths += [
        "/home/",
        "/everything/",
        "/about-me/",
        "/store/",
        "/store/in/",
        "/store/out/",
        "/store/count/",
        "/hat/",
        "/firms/",
        "/posts/",
    ]
    for path in paths:
        answered = clients[role].get(path, headers={"accept-language": language})
        assert answered.status_code in (200, 302, 401, 403, 422), (path, answered.status_code)
        assert "'self'" in answered.headers["Content-Security-Policy"]
        text = answered.content.decode()
        assert "style=" not in text and "<script" not in text, path
        if language == "zh-hans" and answered.status_code == 200:
            shown = re.sub(
                r"<[^>]+>|[\w.-]+@|\S*\d\S*", " ", text.split("</header>")[-1].split("<footer")[0]
            )
            assert not re.search(r"\b(the|is|of|and|not)\b", shown), (path, shown.strip()[:200])


def test_a_refusal_keeps_what_was_typed_and_says_what_to_do(clients: dict[str, Client]) -> None:
    sent = {
        "item": "mask",
        "quantity": "600",
        "unit": "只",
        "recipient": "东口",
        "request_id": str(uuid.uuid4()),
    }
    answered = clients["keeper"].post("/store/out/", sent, headers={"accept-language": "zh-hans"})
    text = answered.content.decode()
    assert answered.status_code == 422
    for said in ("没有发出", "SUP-1", 'value="600"', 'value="东口"', "您写的都还在"):
        assert said in text


def test_a_form_sent_twice_is_one_act(clients: dict[str, Client], served: House) -> None:
    before = len(served.ask("supplies.account", {"place": VILLAGE}))
    sent = {
        "item": "mask",
        "quantity": "1",
        "unit": "只",
        "recipient": "东口",
        "request_id": str(uuid.uuid4()),
    }
    for _twice in range(2):
        assert clients["keeper"].post("/store/out/", sent).status_code == 302
    assert len(served.ask("supplies.account", {"place": VILLAGE})) == before + 1


def test_tables_are_taken_home(clients: dict[str, Client]) -> None:
    address = f"/ask/supplies/account/?place={VILLAGE}&format="
    book = clients["overseer"].get(address + "xlsx")
    assert book.content[:2] == b"PK"
    text = clients["overseer"].get(address + "csv").content.decode("utf-8-sig")
    assert text.count("\n") > 5


@pytest.mark.parametrize(
    "address",
    [
        *("/levels/", "/levels/measures/", "/directives/", "/decisions/", "/gates/"),
        *("/inspections/", "/burden/", f"/inspections/{VILLAGE}/", f"/inspections/{VILLAGE}/book/"),
    ],
)
def test_an_address_that_names_no_place_is_refused_in_words(
    clients: dict[str, Client], address: str
) -> None:
    for wrong in ("a/b", "110112", "999999999999"):
        answered = clients["desk"].get(address, {"place": wrong}, headers={"accept-language": "zh"})
        assert answered.status_code == 422, (address, wrong)
        assert '<html lang="zh-Hans"' in answered.content.decode()


def test_what_is_private_never_stands_in_an_address(clients: dict[str, Client]) -> None:
    text = clients["keeper"].get(f"/ask/people/people/?place={VILLAGE}").content.decode()
    assert re.search(r'<form[^>]*method="post"', text)


def test_five_wrong_passwords_slow_down_one_name_from_one_address_alone(served: House) -> None:
    call_command("createcachetable", database="running", verbosity=0)
    get_user_model().objects.create_user("slow", password=PASSWORD)
    wrong: dict[str, Any] = {"login": "slow", "password": "wrong"}
    codes = [
        Client().post("/sign-in/", wrong, REMOTE_ADDR="10.1.1.1").status_code
        for _number in range(6)
    ]
    assert codes[0] == 200 and codes[-1] == 429
    right = {"login": "slow", "password": PASSWORD}
    assert Client().post("/sign-in/", right, REMOTE_ADDR="10.1.1.2").status_code == 302


def test_an_unknown_page_and_our_own_fault_are_said_plainly(clients: dict[str, Client]) -> None:
    answered = clients["anyone"].get("/no/such/page/")
    assert answered.status_code == 404
    assert answered.headers["X-Frame-Options"] == "DENY"
    assert answered.headers["X-Content-Type-Options"] == "nosniff"
