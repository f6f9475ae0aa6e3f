"""A gate's phone whose browser reads no codes: by photo with a network, and by the number under the code without one."""

import pytest
from PIL import Image

from mingbai.domains.movement.models import Crossing
from mingbai.kernel.models import OpenItem
from tests.browser.gates import HOLDERS, alone, photographed
from tests.browser.phones import Phone, enrol

WITHOUT = """const get = window.fetch.bind(window);
window.fetch = (path, ...how) => path === '/static/scan/reader.js' ? Promise.reject(new TypeError('not here')) : get(path, ...how);"""


@pytest.fixture
def phone(served, phones, gate):
    """A guard's phone in Chromium for Linux, which has no BarcodeDetector: nothing stands in for one."""
    # Where the optional reader is installed, this phone does not get it.
    made = phones()
    made.context.add_init_script(WITHOUT)
    enrol(made, served.house, gate.guard)
    made.shows("gate")
    assert not made.page.evaluate("'BarcodeDetector' in window")
    return made


def typed(phone: Phone, text: str) -> tuple[str, str]:
    """Type what stands under a code, as a guard does; return the verdict and its reason."""
    phone.shows("gate")
    phone.page.evaluate("delete document.getElementById('card').dataset.verdict")
    phone.page.fill("#typed", text)
    phone.page.click("#typed-form .btn")
    phone.until("document.getElementById('card').dataset.verdict !== undefined")
    phone.shows("verdict")
    card = phone.page.locator("#card")
    return str(card.get_attribute("data-verdict")), str(card.get_attribute("data-reason"))


def grouped(number: str) -> str:
    """Return a pass's number as it is printed."""
    return " ".join(number[at : at + 4] for at in range(0, 16, 4)).upper()


def test_a_photo_of_a_printed_pass_is_read_by_the_account_and_kept_nowhere(
    phone, gate, tmp_path
) -> None:
    path = tmp_path / "pass.jpg"
    path.write_bytes(photographed(gate.good))
    assert phone.page.is_visible("#photo-way") and not phone.page.is_visible("#look")
    phone.page.set_input_files("#photo", path)
    phone.shows("verdict")
    assert phone.page.inner_text("#card-word") == "放行"
    assert any(name in phone.page.inner_text("#card-facts") for name in HOLDERS)
    phone.tap("#way-in")
    phone.shows("gate")
    Image.new("RGB", (300, 300), "white").save(path)
    phone.page.set_input_files("#photo", path)
    phone.until("document.getElementById('notice-text').textContent.includes('读不出码')")
    phone.drained()
    assert not list(gate.house.folder.rglob("*.jpg")) and phone.faults == []


def test_without_a_network_a_photo_leads_to_the_number_and_the_number_is_enough(
    phone, gate, tmp_path
) -> None:
    path = tmp_path / "pass.jpg"
    path.write_bytes(photographed(gate.second))
    alone(phone)
    phone.page.set_input_files("#photo", path)
    phone.until("document.getElementById('notice-text').textContent.includes('码下面的号码')")
    before = set(Crossing.objects.values_list("id", flat=True))
    for number in (gate.second, "0123456789abcdef"):
        assert typed(phone, grouped(number)) == ("let_in", "number")
        assert phone.page.inner_text("#card-word") == "先放"
        assert "后四位" in phone.page.inner_text("#card-do")
        phone.tap("#way-in")
    phone.offline(False)
    phone.drained()
    came = Crossing.objects.exclude(id__in=before).order_by("recorded_at", "at")
    assert [(one.permit, one.judged) for one in came] == [
        (gate.second, "valid"),
        ("0123456789abcdef", "unknown"),
    ]
    # A number that was made up is told to the desk, and on the phone.
    assert OpenItem.objects.filter(kind="sync.overruled").count() == 1
    phone.until("!document.getElementById('untold').hidden")
    assert phone.faults == []


def test_with_a_network_the_account_says_what_a_typed_number_is_worth(phone, gate) -> None:
    assert typed(phone, grouped(gate.good)) == ("pass", "valid")
    assert "由账上核过" in phone.page.inner_text("#card-facts")
    phone.tap("#way-in")
    full_width = "".join(chr(ord(one) + 0xFEE0) for one in gate.taken_back)
    assert typed(phone, full_width) == ("stop", "revoked"), "a Chinese keyboard may write it so"
    phone.tap("#next")
    phone.drained()


def test_a_slip_of_the_finger_is_written_only_once_the_card_says_so(phone, gate) -> None:
    before = Crossing.objects.count()
    phone.shows("gate")
    for slip, count in ((gate.good[:15], 15), (f"{gate.good[:15]}g", 16), ("不是号码 1234", 8)):
        phone.page.fill("#typed", slip)
        phone.page.click("#typed-form .btn")
        said = f"现在是 {count} 个"
        phone.until(f"document.getElementById('notice-text').textContent.includes('{said}')")
        assert phone.page.input_value("#typed") == slip, "what was typed stays, to be mended"
    assert typed(phone, "fedcba9876543210") == ("stop", "unknown")
    assert "FEDC BA98 7654 3210" in phone.page.inner_text("#card-facts")
    assert not phone.page.is_visible("#next") and not phone.page.is_visible("#instead")
    phone.tap("#type-again")
    phone.shows("gate")
    assert phone.page.input_value("#typed") == "fedcba9876543210"
    phone.drained()
    assert Crossing.objects.count() == before, "nothing is written of a number typed wrong"
    assert typed(phone, "fedcba9876543210") == ("stop", "unknown")
    phone.tap("#as-it-says")
    phone.until("!document.getElementById('next').hidden")
    phone.tap("#next")
    phone.drained()
    assert Crossing.objects.count() == before + 1
    assert phone.faults == []
