"""The field app in a real browser: enrolled face to face, a day without a network, killed, and everything arrives once."""

import time
from typing import Any

import pytest

from mingbai.domains.supplies.models import Line
from mingbai.kernel.models import Envelope
from tests.browser.phones import Phone, Serving, enrol
from tests.conftest import VILLAGE, House

RECORDS = 21
POST = "东口卡点"
MASK = {"code": "mask", "name_zh": "一次性口罩", "name_en": "masks", "base_unit": "只"}


@pytest.fixture(scope="module")
def keeper(served):
    """A keeper whose store has many masks."""
    house: House = served.house
    house.do("goods.add_goods", MASK | {"place": VILLAGE})
    person = house.person("陆秀芬", "keeper")
    received = {"place": VILLAGE, "item": "mask", "quantity": 100_000, "unit": "只"}
    house.do(
        "supplies.receive_goods",
        received | {"origin_kind": "donation", "origin": "邻村"},
        as_=person,
    )
    house.settle()
    return person


@pytest.fixture
def field(served, phones, keeper):
    """A keeper's phone, enrolled."""
    phone = phones()
    enrol(phone, served.house, keeper)
    return phone


def give(phone: Phone, quantity: int, recipient: str = POST) -> None:
    """Give out masks."""
    phone.page.click("[data-goods=mask]")
    phone.page.fill("#recipient", recipient)
    phone.page.fill("#quantity", str(quantity))
    phone.page.click("#give-form .btn--wide")
    phone.shows("store")


def came(phone: Phone) -> int:
    """Return how many records of a phone the account has."""
    return Envelope.objects.filter(device=phone.device).count()


def test_the_desk_and_the_phone_compare_four_words(house, browser, desk, tmp_path) -> None:
    desk.sign_in(house, "keeper")
    desk.page.goto(house.url + "/phones/")
    desk.page.fill("#label", "old phone")
    desk.page.click("button[value=invite]")
    code = desk.page.inner_text("p.code").split("#")[1].strip()
    assert desk.page.locator(".qr svg").count() == 1
    opened = Phone(browser.browser_type, tmp_path / "phone", house.url, [])
    opened.goto("#" + code)
    opened.until("document.getElementById('spoken').textContent.length > 3")
    spoken = opened.page.inner_text("#spoken").split()
    desk.page.goto(house.url + "/phones/")
    assert len(desk.page.inner_text("p.big-n").split()) == len(spoken) == 4
    assert desk.faults == [] and opened.page.evaluate("location.hash") == ""
    desk.page.click("button[value=confirm]")
    opened.ready()
    opened.shows("store")
    assert opened.faults == []
    opened.close()


class Thin:
    """A network on which the account takes what was sent and its first answers are lost."""

    def __init__(self, served: Serving, lose: int) -> None:
        self.served, self.lose, self.lost = served, lose, 0

    def __call__(self, route: Any) -> None:
        """Carry one sending."""
        if self.lost < self.lose:
            self.lost += 1
            self.served.post("/api/sync", route.request.post_data_buffer)
            route.abort()
        else:
            route.continue_()


def test_nothing_is_lost_or_doubled_by_a_killed_phone_a_killed_server_lost_answers_and_two_pages(
    field, served
) -> None:
    """All of it to the same 21 records: no network, the browser killed, the server killed, two answers lost, two tabs at once."""
    before = Line.objects.count()
    field.offline()
    field.page.reload(wait_until="domcontentloaded")
    field.ready()
    for _ in range(RECORDS):
        give(field, 1)
    assert field.waiting() == RECORDS and str(RECORDS) in field.page.inner_text("#waiting")
    kept = field.call(
        "vault", "return JSON.stringify([await it.all('queue'), await it.all('log')]);"
    )
    assert POST[:2] not in kept, "what was saved can't be read on the phone"
    field.kill()
    field.open(offline=True)
    field.goto()
    field.ready()
    assert field.waiting() == RECORDS and came(field) == 0
    served.kill()
    thin = Thin(served, 2)
    field.context.route("**/api/sync", thin)
    field.offline(False)
    field.sync()
    assert field.waiting() == RECORDS, "nobody answers, and all of it stays"
    other = field.context.new_page()
    field.watch(other)
    other.goto(f"{served.url}/field/", wait_until="domcontentloaded")
    other.wait_for_selector("[data-goods=mask]")
    served.start()
    end = time.monotonic() + 90
    while field.waiting():
        assert time.monotonic() < end, (field.waiting(), field.faults)
        for page in (field.page, other):
            page.evaluate("window.dispatchEvent(new Event('online'))")
        field.page.wait_for_timeout(100)
    assert thin.lost == 2 and came(field) == RECORDS and Line.objects.count() == before + RECORDS
    numbers = Envelope.objects.filter(device=field.device).values_list("sequence", flat=True)
    assert sorted(numbers) == list(range(1, RECORDS + 1))
    assert field.faults == []


def test_a_second_tap_gives_nothing_out_twice(field) -> None:
    field.offline()
    field.page.click("[data-goods=mask]")
    field.page.fill("#recipient", POST)
    field.page.fill("#quantity", "3")
    field.page.evaluate(
        "for (const _ of [1, 2]) document.getElementById('give-form').requestSubmit()"
    )
    field.shows("store")
    time.sleep(0.5)
    assert field.waiting() == 1
    field.offline(False)
    field.drained()
    assert field.faults == []


def test_what_the_account_refuses_is_told_on_the_phone(field, served) -> None:
    give(field, 900_000)
    field.until("document.getElementById('log').textContent.includes('退回')")
    assert field.waiting() == 0
    assert "1" in field.page.inner_text("#untold")
    field.tap("#strip")
    assert POST[:2] not in field.page.inner_text("#log")
    field.tap("#log .btn--quiet")
    field.until("document.getElementById('untold').hidden")
    (row,) = Envelope.objects.filter(device=field.device)
    assert row.outcome == "refused" and row.code == "SUP-1"


def test_one_record_that_can_not_be_taken_holds_no_other_back(field) -> None:
    field.offline()
    for _ in range(5):
        give(field, 1)
    field.call(
        "vault",
        """const queue = await it.all('queue');
        const row = queue[2];
        await new Promise((resolve) => { const request = indexedDB.open('mingbai');
          request.onsuccess = () => { const change = request.result.transaction('queue', 'readwrite');
            change.objectStore('queue').put({ ...row, box: 'AAAA' + row.box.slice(4) }); change.oncomplete = resolve; }; });""",
    )
    first = field.call("vault", "return (await it.all('queue'))[0].seq;")

    def stumble(route):
        with_first = any(one["seq"] == first for one in route.request.post_data_json["envelopes"])
        route.fulfill(status=500, body="{}") if with_first else route.continue_()

    field.context.route("**/api/sync", stumble)
    field.offline(False)
    field.sync()
    field.until("document.getElementById('held').hidden === false")
    assert field.waiting() == 2 and came(field) == 3
    field.tap("#strip")
    assert "2" in field.page.inner_text("#held")
    field.context.unroute("**/api/sync")
    field.tap("#again")
    field.until("document.getElementById('held-text').textContent.includes('1')")
    assert field.waiting() == 1 and came(field) == 4


def test_a_newer_app_keeps_what_an_older_one_saved(field, served) -> None:
    field.offline()
    give(field, 1)
    give(field, 1)
    # Make the store as the first version made it, with the very keys and boxes of this phone, while no app is open.
    field.page.goto(f"{field.url}/field/app.webmanifest")
    field.call(
        "vault",
        """const kept = {};
        for (const name of ['keep', 'queue', 'log']) kept[name] = await it.all(name);
        const held = await new Promise((resolve) => { const request = indexedDB.open('mingbai');
          request.onsuccess = () => resolve(request.result); });
        held.close();
        await new Promise((resolve) => { const gone = indexedDB.deleteDatabase('mingbai'); gone.onsuccess = resolve; });
        await new Promise((resolve) => { const request = indexedDB.open('mingbai', 1);
          request.onupgradeneeded = () => { const keys = { keep: 'name', queue: 'seq', log: 'seq' };
            for (const [name, key] of Object.entries(keys)) request.result.createObjectStore(name, { keyPath: key }); };
          request.onsuccess = () => { const change = request.result.transaction(['keep', 'queue', 'log'], 'readwrite');
            for (const [name, rows] of Object.entries(kept)) for (const row of rows) change.objectStore(name).put(row);
            change.oncomplete = () => { request.result.close(); resolve(); }; }; });""",
    )
    field.goto()
    field.ready()
    assert field.waiting() == 2
    assert field.call("vault", "return it.count('relay');") == 0
    field.offline(False)
    field.drained()
    assert came(field) == 2


def test_two_phones_hand_over_and_each_record_is_done_once(
    field, phones, served, keeper, tmp_path
) -> None:
    other = phones("other")
    enrol(other, served.house, keeper)
    field.offline()
    for _ in range(3):
        give(field, 1)
    field.tap("#strip")
    with field.page.expect_download() as handed:
        field.page.click("#unsent")
    handed.value.save_as(tmp_path / "unsent.json")
    assert POST[:2] not in (tmp_path / "unsent.json").read_text("utf-8")
    other.tap("#strip")
    for _ in range(2):
        other.page.set_input_files("#take", tmp_path / "unsent.json")
        other.until("document.getElementById('carried').hidden === false")
    other.sync()
    other.until("document.getElementById('give-answers').hidden === false")
    assert came(field) == 3 and came(other) == 0
    with other.page.expect_download() as answered:
        other.page.click("#give-answers")
    answered.value.save_as(tmp_path / "answers.json")
    forged = (tmp_path / "answers.json").read_text("utf-8").replace("accepted", "acceptet")
    (tmp_path / "forged.json").write_text(forged, "utf-8")
    field.page.set_input_files("#take", tmp_path / "forged.json")
    field.until("document.getElementById('notice-text').textContent.includes('签名')")
    assert field.waiting() == 3
    field.page.set_input_files("#take", tmp_path / "answers.json")
    field.until("document.getElementById('unsent').hidden")
    assert field.waiting() == 0
    field.offline(False)
    give_back = other.page.locator("#handed-back")
    give_back.click()
    other.until("document.getElementById('carried').hidden")
    field.sync()
    assert came(field) == 3 and field.faults == [] and other.faults == []


def test_a_file_that_was_made_twice_is_done_once_in_any_order(
    field, phones, served, keeper, tmp_path
) -> None:
    """Two files of one phone, the second with one record more, go by two others; the later one arrives first."""
    field.offline()
    for number, name in ((2, "first"), (1, "second")):
        for _ in range(number):
            give(field, 1)
        field.tap("#strip")
        with field.page.expect_download() as made:
            field.page.click("#unsent")
        made.value.save_as(tmp_path / name)
        field.tap("#strip")
    carriers = [phones("other"), phones("third")]
    for carrier, name, waiting in zip(carriers, ("second", "first"), (3, 2), strict=True):
        enrol(carrier, served.house, keeper)
        carrier.tap("#strip")
        carrier.page.set_input_files("#take", tmp_path / name)
        carrier.until(f"document.getElementById('carried').textContent.includes('{waiting}')")
        carrier.sync()
        carrier.until("document.getElementById('give-answers').hidden === false")
        assert came(field) == 3
        with carrier.page.expect_download() as answered:
            carrier.page.click("#give-answers")
        answered.value.save_as(tmp_path / f"answers-{name}")
    field.tap("#strip")
    for name, gone, left in (("first", 2, 1), ("first", 0, 1), ("second", 1, 0)):
        field.page.set_input_files("#take", tmp_path / f"answers-{name}")
        field.until(f"document.getElementById('notice-text').textContent.includes('{gone}')")
        assert field.waiting() == left
    field.offline(False)
    field.sync()
    assert came(field) == 3
    assert all(one.faults == [] for one in (field, *carriers))


def test_the_field_app_shuts_nobody_out(field) -> None:
    fits = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    assert field.page.evaluate(fits)
    field.page.click("[data-goods=mask]")
    assert field.page.evaluate(fits)
    field.page.click("#strip")
    assert field.page.evaluate(fits)
    assert field.faults == []
