"""The camera at a gate: it is refused, it is not there, it goes away, it comes back, it has a lamp; and a browser's own reader is used.

Chromium for Linux brings no BarcodeDetector. Here one stands in that is asked as the browser's own is, and reads what it is given,
the pictures of the live camera, with the reader that the account uses for photos. The camera is Chromium's own, which plays a film of a
printed pass; it has no lamp, so one stands in for that too.
"""

import base64

import pytest

from mingbai.domains.movement.models import Crossing
from mingbai.kernel.paper import qr_text
from tests.browser.gates import filmed, photographed
from tests.browser.phones import Phone, enrol

FILMING = "--use-fake-device-for-media-stream"
DETECTOR = """window.BarcodeDetector = class {
  static async getSupportedFormats() { return ["qr_code"]; }
  async detect(source) {
    const canvas = document.createElement("canvas");
    canvas.width = source.videoWidth || source.width;
    canvas.height = source.videoHeight || source.height;
    canvas.getContext("2d").drawImage(source, 0, 0);
    const text = await window.readByAccount(canvas.toDataURL("image/jpeg", 0.9));
    return text ? [{ rawValue: text }] : [];
  }
};"""

LAMP = """window.shone = [];
MediaStreamTrack.prototype.getCapabilities = () => ({ torch: true });
MediaStreamTrack.prototype.applyConstraints = async ({ advanced }) => { window.shone.push(advanced); };
null"""


class Reader:
    """Reads pictures as the account does; with its eyes closed it reads nothing."""

    closed = False

    def __call__(self, picture: str) -> str:
        return "" if self.closed else qr_text(base64.b64decode(picture.partition(",")[2]))


@pytest.fixture
def reader():
    """The reader of the phone's browser."""
    return Reader()


@pytest.fixture
def phone(phones, served, gate, reader, tmp_path):
    """A guard's phone with a reader of its own, before whose camera a pass is held; nobody has allowed the camera yet."""
    made: Phone = phones("camera")
    made.close()
    film = filmed(photographed(gate.good), tmp_path / "pass.mjpeg")
    made.flags += [FILMING, f"--use-file-for-fake-video-capture={film}"]
    made.open()
    ready(made, reader)
    enrol(made, served.house, gate.guard)
    made.shows("gate")
    return made


def ready(phone: Phone, reader: Reader) -> None:
    """Give a phone that was just opened its reader."""
    phone.context.expose_function("readByAccount", reader)
    phone.context.add_init_script(DETECTOR)


def says(phone: Phone, words: str) -> None:
    """Wait until the app says something, with the camera closed and its button there."""
    phone.until(f"document.getElementById('notice-text').textContent.includes('{words}')")
    assert phone.page.is_visible("#look") and not phone.page.is_visible("#camera")


def hide(phone: Phone, hidden: bool) -> None:
    """Let the app go behind another, or come back: a headless browser hides no page by itself."""
    phone.page.evaluate(
        """hidden => { Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
          document.dispatchEvent(new Event("visibilitychange")); }""",
        hidden,
    )


def test_the_camera_is_refused_allowed_taken_away_and_back_and_gone(
    phone, served, gate, reader
) -> None:
    before = Crossing.objects.count()
    phone.tap("#look")
    says(phone, "相机打不开")
    assert phone.page.is_visible("#photo-way"), "a photo is the way meanwhile"
    phone.context.grant_permissions(["camera"], origin=served.url)
    phone.tap("#look")
    phone.shows("verdict")
    assert phone.page.locator("#card").get_attribute("data-reason") == "valid"
    # The guard reads the answer slowly, the pass still before the camera: it is one pass, and is scanned once.
    phone.page.wait_for_timeout(3000)
    phone.tap("#way-in")
    phone.shows("gate")
    phone.page.wait_for_timeout(1000)
    assert phone.showing() == "gate"
    reader.closed = True
    assert phone.page.is_visible("#camera") and not phone.page.is_visible("#look")
    # Allowed no more, as when somebody takes it back in the settings: a dead picture is not left standing.
    phone.context.clear_permissions()
    says(phone, "相机断开了")
    phone.context.grant_permissions(["camera"], origin=served.url)
    phone.tap("#look")
    phone.until("!document.getElementById('camera').hidden")
    assert not phone.page.is_visible("#torch"), "this camera has no lamp"
    # A call comes: the camera is let go, and is there again when the guard is.
    hide(phone, True)
    phone.until("document.getElementById('camera').srcObject === null")
    phone.page.evaluate(LAMP)
    hide(phone, False)
    phone.until("document.getElementById('camera').srcObject !== null")
    # At night: the lamp of a camera that has one, on and off again.
    phone.shows("gate")
    for on in (True, False):
        phone.tap("#torch")
        lit = "document.getElementById('torch').getAttribute('aria-pressed')"
        phone.until(f"{lit} === '{str(on).lower()}'")
        assert phone.page.evaluate("window.shone.at(-1)") == [{"torch": on}]
    phone.drained()
    assert Crossing.objects.count() == before + 1
    # The same phone, its camera broken: it says so, and the number is enough.
    phone.close()
    phone.flags = [flag for flag in phone.flags if "fake" not in flag]
    phone.open()
    ready(phone, reader)
    phone.context.grant_permissions(["camera"], origin=served.url)
    phone.goto()
    phone.ready()
    phone.shows("gate")
    phone.tap("#look")
    says(phone, "没有能用的相机")
    phone.page.fill("#typed", gate.second)
    phone.page.click("#typed-form .btn")
    phone.shows("verdict")
    assert phone.faults == []
