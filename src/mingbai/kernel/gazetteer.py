"""The gazetteer: the official list of places that ships with the product."""

import csv
import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

SOURCE = Path(__file__).resolve().parent.parent / "data" / "places.csv.gz"
CODE = re.compile(r"\d{12}", re.ASCII)
LEVELS = ("province", "prefecture", "county", "town", "village")


class PlaceLine(NamedTuple):
    """One place of the list."""

    code: str
    name: str
    level: str


class GazetteerFault(ValueError):
    """The list of places is not one."""


def read(path: Path | None = None) -> Iterator[PlaceLine]:
    """Give every place of a list: gzipped CSV with code, name and level."""
    with gzip.open(path or SOURCE, "rt", encoding="utf-8") as file:
        rows = csv.reader(file)
        if next(rows, None) != ["code", "name", "level"]:
            raise GazetteerFault("line 1 does not name the columns")
        for number, row in enumerate(rows, 2):
            if len(row) != 3 or not CODE.fullmatch(row[0]) or not row[1] or row[2] not in LEVELS:
                raise GazetteerFault(f"line {number} is not a place")
            yield PlaceLine._make(row)


def is_grouping(name: str) -> bool:
    """Tell whether a name is that of no place of its own: it only gathers what lies right under a wider one."""
    return name in ("市辖区", "县") or "直辖" in name


def short_name(name: str, level: str) -> str:
    """Return a place's name as people say it: a village without the words for its committee."""
    if level != "village":
        return name
    for ending in ("村民委员会", "社区居民委员会", "居民委员会", "社区居委会", "村委会", "居委会"):
        if name.endswith(ending) and len(name) > len(ending):
            stem = name.removesuffix(ending)
            if ending.startswith("社区"):
                return stem if stem.endswith("社区") else stem + "社区"
            if ending.startswith("村"):
                return stem if stem.endswith("村") else stem + "村"
            return stem
    return name
