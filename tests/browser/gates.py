"""A village's gate for the browser's tests: passes that hold or do not, and what a guard does on the phone."""

import datetime as dt
import io
from pathlib import Path

from PIL import Image, ImageFilter

from mingbai.flows import pass_sheets, permits
from mingbai.kernel.clock import machine_now
from mingbai.kernel.documents import check_character
from tests.browser.phones import Phone
from tests.conftest import VILLAGE, House
from tests.movement import passes

FRAMES = 30
HOLDERS = ["郝玉兰", "钟立民", "米小禾", "乐长庚"]


def resident(number: int) -> str:
    """Return a well-formed resident ID number of nobody."""
    body = f"330522{1950 + number % 50}{1 + number % 12:02d}{1 + number % 28:02d}000"
    return body + check_character(body)


class Gate:
    """A village with a gate, two guards, and passes that hold, were taken back, or ended."""

    def __init__(self, house: House) -> None:
        self.house = house
        house.do("movement.open_checkpoint", {"place": VILLAGE, "point": "北口"})
        self.guard = house.person("崔国梁", "guard")
        self.people = [passes.person(house, name, 70 + at) for at, name in enumerate(HOLDERS)]
        now = machine_now()
        batch = passes.batch(
            holders=self.people,
            valid_from=(now - dt.timedelta(days=1)).isoformat(),
            valid_to=(now + dt.timedelta(days=2)).isoformat(),
        )
        passes.issue(house, batch)
        self.tokens = passes.tokens()
        self.good, self.second, self.taken_back, self.lost = sorted(self.tokens)
        house.do(
            "movement.revoke_permit",
            {"place": VILLAGE, "permit": self.taken_back, "reason": "人已离村"},
        )
        house.settle()

    def token(self, number: str) -> str:
        """Return the text of a pass's code."""
        return self.tokens[number]


def scan(phone: Phone, text: str) -> tuple[str, str]:
    """Scan a code with a scanner that types; return the verdict and its reason."""
    phone.shows("gate")
    phone.page.evaluate(
        "document.activeElement.blur(); delete document.getElementById('card').dataset.verdict"
    )
    phone.page.evaluate(
        """text => { for (const key of [...text, 'Enter'])
          document.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true })); }""",
        text,
    )
    phone.until("document.getElementById('card').dataset.verdict !== undefined")
    phone.shows("verdict")
    card = phone.page.locator("#card")
    return str(card.get_attribute("data-verdict")), str(card.get_attribute("data-reason"))


def alone(phone: Phone, minutes: int = 0) -> None:
    """Take a phone's network away, and let its last contact lie some minutes back."""
    phone.offline()
    phone.page.evaluate(
        "async () => { await navigator.locks.request('mingbai-sync', () => undefined); }"
    )
    if minutes:
        phone.call("vault", "await it.put({ contact: Date.now() - given * 60 * 1000 });", minutes)


def register(phone: Phone, number: str, name: str, telephone: str = "", seen: bool = False) -> None:
    """Fill the register's form and save it."""
    phone.page.click("#to-register")
    phone.page.fill("#number", number)
    phone.page.fill("#name", name)
    phone.page.fill("#phone", telephone)
    if seen:
        phone.page.check("#card-seen")
    phone.page.click("#register-form .btn--wide")


def photographed(number: str) -> bytes:
    """Return a photo of a printed pass: the product's own sheet as it leaves the printer, held askew in poor light."""
    (card,) = permits.cards(VILLAGE, numbers=[number])
    with Image.open(io.BytesIO(pass_sheets.seen([card]))) as sheet:
        printed = sheet.convert("RGB").crop((0, 0, sheet.width, sheet.height // 4))
    table = Image.new("RGB", (printed.width + 300, printed.height + 300), "#6f6455")
    table.paste(printed, (140, 170))
    askew = table.rotate(7, expand=True, fillcolor="#6f6455").point(lambda dot: 40 + dot * 6 // 10)
    out = io.BytesIO()
    askew.filter(ImageFilter.GaussianBlur(1)).save(out, "JPEG", quality=60)
    return out.getvalue()


def filmed(photo: bytes, to: Path) -> Path:
    """Write a film in which a guard holds a pass before the camera, as a camera gives it."""
    with Image.open(io.BytesIO(photo)) as held:
        frame = Image.new("RGB", (1280, 720), "#8a8378")
        held.thumbnail((1240, 680))
        frame.paste(held, (20, 20))
    out = io.BytesIO()
    frame.save(out, "JPEG", quality=80)
    to.write_bytes(out.getvalue() * FRAMES)
    return to
