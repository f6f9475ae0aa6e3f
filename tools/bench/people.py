"""People: a roster of invented people is read from its workbook and recorded, each person an act of its own."""

import csv
import datetime as dt
import io
import os
import sqlite3

import xlsxwriter
from accounts import FOLDER, VILLAGE, make
from measuring import FULL, memory, probe, spending, tell
from stdnum.cn import ric

from mingbai.flows.imports import import_workbook
from mingbai.kernel.actors import OPERATOR
from mingbai.kernel.documents import resident_id
from mingbai.kernel.people_sheet import read_roster
from mingbai.kernel.workbooks.reading import read

COUNT = int(os.environ.get("COUNT", 100_000 if FULL else 3_000))
HEADINGS = ["序号", "姓名", "身份证号", "手机号", "单位", "岗位", "入职日期"]
FAMILY = "陆戚郎米鲍殷祁祝阮骆蒲宿芮储汲邴糜谭"
GIVEN = "明白清和安宁文远秀芬建洋致岚国英丽华"
DAYS = 20_000
# Counties of four cities: with one number a day in each, there are documents for more than a million.
COUNTIES = [
    *(f"1101{number:02d}" for number in (1, 2, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19)),
    *(f"1201{number:02d}" for number in (1, 2, 3, 4, 5, 6, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19)),
    *(f"3101{number:02d}" for number in (1, 4, 5, 6, 7, 9, 10, 12, 13, 14, 15, 16, 17, 18, 20)),
    *(f"5001{number:02d}" for number in range(1, 21)),
]
WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]


def person(number: int) -> list[str]:
    """Return an invented person; the sequence code 000 is given to nobody."""
    name = (
        FAMILY[number % len(FAMILY)]
        + GIVEN[number // 18 % len(GIVEN)]
        + GIVEN[number // 324 % len(GIVEN)]
    )
    born = dt.date(1945, 1, 1) + dt.timedelta(days=number // len(COUNTIES) % DAYS)
    first = COUNTIES[number % len(COUNTIES)] + born.strftime("%Y%m%d") + "000"
    total = sum(int(digit) * weight for digit, weight in zip(first, WEIGHTS, strict=True))
    document = first + "10X98765432"[total % 11]
    return [
        str(number + 1),
        name,
        document,
        f"160{number:08d}",
        f"第{number % 50 + 1}队",
        "装卸",
        "2020-02-01",
    ]


def workbook(rows: list[list[str]]) -> bytes:
    """Return a roster as offices keep it."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("花名册")
        sheet.write_row(0, 0, ["用工花名册"])
        sheet.write_row(1, 0, HEADINGS)
        for number, row in enumerate(rows):
            sheet.write_row(number + 2, 0, row)
    return out.getvalue()


def reading(content: bytes, rows: list[list[str]]) -> None:
    """Measure how a roster is read, beside csv and beside python-stdnum."""
    with spending() as ours:
        people = read_roster(read(content), year=2020)
    assert len(people) == len(rows) and all(one.outcome == "ok" for one in people)
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    with spending() as plain:
        assert sum(1 for _row in csv.reader(io.StringIO(text.getvalue()))) == len(rows)
    few = rows[:20_000]
    with spending() as stdnum:
        for row in few:
            ric.is_valid(row[2])
    with spending() as checking:
        for row in few:
            resident_id(row[2])
    tell(
        "import",
        f"reading {COUNT:,} people from .xlsx ({len(content) / 1e6:.1f} MB): CPU {ours.cpu:.2f} s = "
        f"{COUNT / ours.cpu:,.0f} a CPU second, {ours.cpu / plain.cpu:.0f} times csv.reader alone; "
        f"checking a document takes {checking.cpu / stdnum.cpu:.3f} of python-stdnum",
    )


def bare(rows: list[list[str]]) -> float:
    """Return the CPU seconds in which bare SQLite takes the same rows, in one transaction with an index."""
    connection = sqlite3.connect(FOLDER.parent / "bare.sqlite3")
    connection.execute("CREATE TABLE person (a, name, document UNIQUE, phone, team, post, since)")
    with spending() as spent:
        connection.executemany("INSERT INTO person VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        connection.commit()
    connection.close()
    return spent.cpu


def main() -> None:
    """Read and record a roster, then send it once more."""
    make()
    rows = [person(number) for number in range(COUNT)]
    content = workbook(rows)
    rate = probe(FOLDER)
    reading(content, rows)
    with spending() as spent:
        found = import_workbook("people.roster", content, VILLAGE, as_=OPERATOR)
    assert found.totals["ok"] == COUNT, found.totals
    peer = bare(rows)
    tell(
        "import",
        f"recording {COUNT:,} people, a sealed act each: {spent.each(COUNT)}, "
        f"{COUNT / spent.cpu:,.0f} a CPU second, {COUNT / spent.wall / rate:.2f} of the probe; "
        f"{spent.cpu / peer:.0f} times the CPU of bare rows in one transaction; {memory()}",
    )
    with spending() as again:
        found = import_workbook("people.roster", content, VILLAGE, as_=OPERATOR)
    assert found.totals["duplicate"] == COUNT, found.totals
    tell("import", f"the same file once more, nothing doubled: {again.each(COUNT)}")
    probe(FOLDER)


if __name__ == "__main__":
    main()
