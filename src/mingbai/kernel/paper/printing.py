"""Printing: a sheet is a typst file, its figures and words come as one JSON value."""

import io
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import justmytype_intl_cjk
import typst
import zxingcpp
from PIL import Image

from mingbai.kernel.attachments import drawn_anew

SHEETS = Path(__file__).resolve().parent / "sheets"
FONTS = Path(justmytype_intl_cjk.__file__).parent / "fonts"


class SheetFault(RuntimeError):
    """A sheet can't be set: our own fault."""


@lru_cache(maxsize=1)
def compiler() -> Any:
    """Return the compiler, with the packaged font alone, so that every machine sets the same sheet."""
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS]
    )
    return typst.Compiler(root=str(SHEETS), font_paths=fonts)


def sheet(name: str, data: dict[str, Any], *, at: int = 0) -> bytes:
    """Return a sheet as PDF; `at` is the moment written into the file (Unix seconds)."""
    return _set(name, data, at, "pdf")


def picture(name: str, data: dict[str, Any]) -> bytes:
    """Return a sheet's pages as one PNG at 200 dots an inch, to be looked at and read back."""
    return _set(name, data, 0, "png")


def _set(name: str, data: dict[str, Any], at: int, kind: str) -> bytes:
    found, warnings = compiler().compile_with_warnings(
        SHEETS / f"{name}.typ",
        format=kind,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False, default=str)},
        **({"ppi": 200.0} if kind == "png" else {"timestamp": at}),
    )
    if warnings:
        raise SheetFault(f"{name}: {warnings[0]}")
    assert isinstance(found, bytes), "a sheet that is one file"
    return found


def qr_inline(text: str) -> str:
    """Return a QR code as SVG that stands in a page and takes the size that the page gives it."""
    found = qr_svg(text)
    drawn = found[found.index("<svg") :]
    size = drawn.split('width="', 1)[1].split('"', 1)[0]
    return drawn.replace("<svg ", f'<svg viewBox="0 0 {size} {size}" aria-hidden="true" ', 1)


def qr_svg(text: str) -> str:
    """Return a QR code as SVG; it holds a link or a signed head, never a number of a person."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    return str(code.to_svg())


def qr_path(text: str) -> str:
    """Return a QR code as SVG of one path, a run of dark modules each: small enough to set thousands, sharp at any size.

    The light rim of four modules that readers need belongs to it.
    """
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    image: Any = code.to_image()
    drawn = memoryview(image)
    assert drawn.shape is not None
    size, dots, runs = drawn.shape[0], drawn.tobytes(), []
    for line in range(size):
        row = dots[line * size : (line + 1) * size]
        at = row.find(0)
        while at >= 0:
            end = row.find(255, at)
            end = size if end < 0 else end
            runs.append(f"M{at} {line}.5h{end - at}")
            at = row.find(0, end)
    path = "".join(runs)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}">'
        f'<path stroke="#000" d="{path}"/></svg>'
    )


def qr_text(content: bytes) -> str:
    """Return what the code in a picture says; nothing when none can be read."""
    drawn, _width, _height = drawn_anew(content)
    with Image.open(io.BytesIO(drawn)) as picture_of:
        found = zxingcpp.read_barcodes(picture_of)
    return found[0].text if found else ""
