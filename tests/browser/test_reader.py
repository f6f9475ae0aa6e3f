"""The optional reader: a real camera picture of a printed pass, read on a phone whose browser has no reader, with no network."""

from importlib.util import find_spec

import pytest

from mingbai.domains.movement.models import Crossing
from tests.browser.gates import alone, filmed, photographed
from tests.browser.phones import enrol
from tests.conftest import required


@pytest.fixture(autouse=True)
def reader() -> None:
    """The package of the reader, which is built and installed apart."""
    if find_spec("mingbai_reader") is None:
        (pytest.fail if required("reader") else pytest.skip)(
            "SKIPPED: the optional reader is not installed (python tools/reader.py DIR, then pip install the wheel)."
        )


def test_a_pass_before_the_camera_is_read_on_the_phone_with_no_network(
    phones, served, gate, tmp_path
) -> None:
    film = filmed(photographed(gate.good), tmp_path / "pass.mjpeg")
    phone = phones("reader")
    phone.close()
    phone.flags += [
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]
    phone.open()
    enrol(phone, served.house, gate.guard)
    phone.shows("gate")
    assert not phone.page.evaluate("'BarcodeDetector' in window")
    alone(phone)
    phone.page.reload(wait_until="domcontentloaded")
    phone.ready()
    phone.shows("gate")
    phone.until("!document.getElementById('look').hidden")
    before = Crossing.objects.count()
    phone.tap("#look")
    phone.shows("verdict")
    assert phone.page.locator("#card").get_attribute("data-reason") in ("valid", "offline")
    phone.tap("#way-in")
    phone.shows("gate")
    phone.offline(False)
    phone.drained()
    assert Crossing.objects.count() == before + 1
    assert phone.faults == []
