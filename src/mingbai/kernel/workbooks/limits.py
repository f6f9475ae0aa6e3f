"""Limits: a file from outside is measured before anything opens it, and only what was measured is read.

The reader behind this lays every sheet out as a full rectangle, so one cell at the far corner would
take all the memory there is. Therefore the parts are unpacked here within limits, the corner of every
sheet is found first, and the reader is given a fresh archive of just these parts.
"""

import re
import zipfile
import zlib
from collections import Counter
from io import BytesIO
from xml.parsers import expat

from mingbai.kernel.workbooks.faults import WorkbookFault

FILE_MEGABYTES = 10
UNPACKED_BYTES = 200_000_000
RATIO_MOST = 200
RATIO_FROM_BYTES = 1_000_000
PARTS_MOST = 2_000
ROWS_MOST = 200_000
COLUMNS_MOST = 200
CELLS_MOST = 4_000_000
STEPS = (1_000, 10_000, 50_000, ROWS_MOST)

OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LOCKED = "EncryptedPackage".encode("utf-16-le")
OLD_BOOK = ("Workbook".encode("utf-16-le"), "Book\0".encode("utf-16-le"))
NOT_READ = re.compile(
    r"^(customXml|xl/(externalLinks|media|drawings|charts|embeddings|printerSettings|comments|theme)/)"
)
MACROS = re.compile(rb"macroEnabled|vbaProject|macrosheet", re.IGNORECASE)
SHEET = re.compile(rb"<(?:[\w.-]+:)?sheetData\b")
CELL = re.compile(rb'<c r="([A-Z]{1,3})(?=[0-9])')
ROW = re.compile(rb'<row r="(\d{1,9})"')
NUMBERS = re.compile(rb">\s*(\d{1,9})\s*<")
DISGUISED = re.compile(rb"v\s*>\s*&#")


def measured(data: bytes) -> BytesIO:
    """Return the workbook as a fresh archive of parts within the limits; a WorkbookFault if it is not one."""
    if len(data) > FILE_MEGABYTES * 1_000_000:
        raise WorkbookFault("WBK-5", most=FILE_MEGABYTES)
    if data.startswith(OLD_OFFICE):
        raise WorkbookFault(_old_kind(data))
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            parts = _unpacked(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError):
        raise WorkbookFault("WBK-9" if data.startswith(b"PK\x03\x04") else "WBK-1") from None
    _check_kind(parts)
    _check_extent(parts)
    return _packed(parts)


def _old_kind(data: bytes) -> str:
    if LOCKED in data:
        return "WBK-3"
    return "WBK-2" if any(name in data for name in OLD_BOOK) else "WBK-1"


def _unpacked(archive: zipfile.ZipFile) -> dict[str, bytes]:
    infos = archive.infolist()
    names = [info.filename for info in infos]
    if "[Content_Types].xml" not in names:
        raise WorkbookFault("WBK-1")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise WorkbookFault("WBK-4")
    if any(info.flag_bits & 1 for info in infos):
        raise WorkbookFault("WBK-3")
    if len(set(names)) != len(names):
        raise WorkbookFault("WBK-9")
    if len(infos) > PARTS_MOST or sum(info.file_size for info in infos) > UNPACKED_BYTES:
        raise WorkbookFault("WBK-6")
    for info in infos:
        if info.file_size > RATIO_FROM_BYTES and info.file_size > RATIO_MOST * info.compress_size:
            raise WorkbookFault("WBK-6")
    wanted = [
        name for name in names if name.endswith((".xml", ".rels")) and not NOT_READ.match(name)
    ]
    return {name: archive.read(name) for name in wanted}


def _check_kind(parts: dict[str, bytes]) -> None:
    kinds = parts["[Content_Types].xml"]
    if MACROS.search(kinds):
        raise WorkbookFault("WBK-4")
    if b"spreadsheetml" not in kinds:
        raise WorkbookFault("WBK-1")
    for part in parts.values():
        # An entity of one's own making, or an encoding in which the measuring would see nothing.
        if b"<!DOCTYPE" in part or part.startswith((b"\xff\xfe", b"\xfe\xff", b"\0")):
            raise WorkbookFault("WBK-9")


def _check_extent(parts: dict[str, bytes]) -> None:
    sheets = [part for part in parts.values() if SHEET.search(part)]
    cells = 0
    for sheet in sheets:
        rows, columns = _corner(sheet)
        if rows > ROWS_MOST:
            raise WorkbookFault("WBK-7", most=f"{ROWS_MOST:,}")
        if columns > COLUMNS_MOST:
            raise WorkbookFault("WBK-8", most=COLUMNS_MOST)
        cells += rows * columns
    if cells > CELLS_MOST:
        raise WorkbookFault("WBK-6")
    for strings in parts.values():
        named = b"<si" in strings or b":si" in strings
        if named and _spelled_out(strings, sheets) > UNPACKED_BYTES:
            raise WorkbookFault("WBK-6")


def _corner(sheet: bytes) -> tuple[int, int]:
    """Return how many rows and columns the sheet's filled cells span, never fewer than there are."""
    columns, rows = CELL.findall(sheet), ROW.findall(sheet)
    body = sheet.find(b"<sheetData"), sheet.rfind(b"</sheetData>")
    # Every cell and row names its own place, and none carries a prefix; else each element is walked.
    if (
        body[0] >= 0
        and sheet.count(b"<c", *body) == len(columns)
        and sheet.count(b"<row", *body) == len(rows)
        and sheet.find(b":c", *body) < 0
    ):
        spans = (max(map(int, rows), default=0), *STEPS)
        row = next((row for row in spans if row <= ROWS_MOST and not _beyond(sheet, row)), None)
        column = max((column_number(name.decode()) for name in set(columns)), default=0)
        if row is not None and column <= COLUMNS_MOST and row * column <= CELLS_MOST // 2:
            return row, column
    return Walk(sheet).corner


def _beyond(sheet: bytes, row: int) -> bool:
    """Return whether a cell says that it lies below this row, whatever row it is written in."""
    digits = str(row)
    higher = [
        rf"{digits[:at]}[{int(digit) + 1}-9]\d{{{len(digits) - at - 1}}}"
        for at, digit in enumerate(digits)
        if digit != "9"
    ]
    above = "|".join([*higher, rf"\d{{{len(digits) + 1},}}"])
    return re.search(rf'<c r="[A-Z]+0*(?:{above})"'.encode(), sheet) is not None


def _spelled_out(strings: bytes, sheets: list[bytes]) -> int:
    """Return about how many bytes the shared strings take once each cell has its own copy."""
    lengths = [len(text) for text in re.split(rb"<(?:[\w.-]+:)?si\b", strings)[1:]]
    cells = sum(sheet.count(b"<c") + sheet.count(b":c") for sheet in sheets)
    if not lengths or max(lengths) * cells <= UNPACKED_BYTES:
        return 0
    if any(DISGUISED.search(sheet) for sheet in sheets):
        return max(lengths) * cells
    uses = Counter(number for sheet in sheets for number in NUMBERS.findall(sheet))
    return sum(lengths[int(at)] * times for at, times in uses.items() if int(at) < len(lengths))


def _packed(parts: dict[str, bytes]) -> BytesIO:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    packed.seek(0)
    return packed


class Walk:
    """Walks a sheet element by element and finds the far corner of the cells that hold something."""

    def __init__(self, sheet: bytes) -> None:
        self.corner = (0, 0)
        self._row = self._column = 0
        self._cell = False
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._begins
        parser.EndElementHandler = self._ends
        try:
            parser.Parse(sheet, True)
        except expat.ExpatError:
            raise WorkbookFault("WBK-9") from None

    def _begins(self, tag: str, given: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "c":
            self._cell = True
            place = re.fullmatch(r"([A-Za-z]{1,7})(\d{1,9})", given["r"]) if "r" in given else None
            if "r" in given and not place:
                raise WorkbookFault("WBK-9")
            self._column = column_number(place[1]) if place else self._column + 1
            self._filled_row = int(place[2]) if place else self._row
        elif name == "row":
            self._row = _number(given["r"]) if "r" in given else self._row + 1
            self._column = 0
        elif name in {"v", "is"} and self._cell:
            rows, columns = self.corner
            self.corner = max(rows, self._filled_row), max(columns, self._column)
            if self.corner[0] > ROWS_MOST:
                raise WorkbookFault("WBK-7", most=f"{ROWS_MOST:,}")

    def _ends(self, tag: str) -> None:
        if tag.rpartition(":")[2] == "c":
            self._cell = False


def _number(text: str) -> int:
    if not re.fullmatch(r"\d{1,9}", text):
        raise WorkbookFault("WBK-9")
    return int(text)


def column_number(letters: str) -> int:
    """Return the number of a column named as spreadsheets name them: A is 1, AA is 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number
