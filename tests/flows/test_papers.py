"""Papers: the figures of the account, the day's head in a code that reads back, the same bytes twice."""

import io
import re
from typing import Any

import pytest
import zxingcpp
from django.utils import translation
from PIL import Image

from mingbai.flows import papers
from mingbai.kernel.acting import link_digest
from mingbai.kernel.actors import OPERATOR
from mingbai.kernel.identity import random_link
from mingbai.kernel.paper import picture, qr_svg, sheet
from tests.conftest import VILLAGE, House
from tests.filled import fill


@pytest.fixture
def kept(story: House) -> House:
    """A village with an account whose figures were cut."""
    fill(story)
    story.do("account.move_clock", {"to": "2020-01-29T21:00:00+08:00"})
    story.settle()
    return story


def codes(png: bytes) -> list[str]:
    """Return what the codes on a page say."""
    return [found.text for found in zxingcpp.read_barcodes(Image.open(io.BytesIO(png)))]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_notice_board_sheet_carries_the_signed_head(
    kept: House, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with translation.override(language):
        first, second = papers.notice_board(VILLAGE), papers.notice_board(VILLAGE)
        assert first == second and first[:5] == b"%PDF-"
        shown: dict[str, Any] = {}
        monkeypatch.setattr(
            papers, "sheet", lambda name, data, at=0: shown.update(data) or picture(name, data)
        )
        page = papers.notice_board(VILLAGE)
    head = (kept.folder / "heads" / "latest").read_text("utf-8")
    assert head in codes(page)
    text = str({key: value for key, value in shown.items() if key != "qr"})
    for name in ("陆秀芬", "戚建洋", "京东南永和商行"):
        assert name not in text
    assert bool(re.search(r"[a-z]{4}", shown["words"]["columns"][0])) is (language == "en")


def test_a_slip_opens_the_households_own_lines(kept: House) -> None:
    token = random_link()
    kept.do(
        "supplies.give_slip",
        {"place": VILLAGE, "household": "001", "link_digest": link_digest(token)},
    )
    assert papers.household_slip(token, "https://example.invalid")[:5] == b"%PDF-"
    assert papers.ledger(VILLAGE, OPERATOR, None)[:5] == b"%PDF-"


def test_a_code_reads_back() -> None:
    data = {
        "lang": "en",
        "words": {"product": "x", "columns": ["a", "b", "c"], "nothing": "-"},
        "title": "Slip",
        "posted": "",
        "facts": [["Village", "马头村"]],
        "rows": [["2020-02-12", "口罩", "4 只"]],
        "boxes": [["Keeper", ""]],
        "qr": qr_svg("https://example.invalid/slip/ABC"),
        "head_title": "1",
        "head_code": "x",
        "notes": [],
    }
    assert codes(picture("slip", data)) == ["https://example.invalid/slip/ABC"]
    assert sheet("slip", data) == sheet("slip", data)
