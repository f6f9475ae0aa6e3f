"""Packs: what a specification says of how many go into a box, and what a quantity is in the smallest unit."""

import re
import unicodedata
from collections.abc import Iterable

COUNTED = (
    "只 个 枚 把 瓶 箱 盒 包 袋 桶 套 件 双 副 支 台 条 卷 块 张 片 顶 床 辆 罐 提 捆 板 听 壶 筒 根 份 组 "
    "具 部 本 粒 管 盘 面 扎 打 架 pc box bottle pack packet bag carton case roll pair set"
)
WEIGHED = "ml l g kg mg cm mm m 毫升 升 克 千克 公斤 斤 吨 ton 厘米 毫米 米 寸 码 层 w v"
MEASURES = frozenset(WEIGHED.split())
UNITS = MEASURES | frozenset(COUNTED.split())
TWINS = {"个": "只", "只": "个"}  # people write either for the same mask
SAME = {"付": "副", "pcs": "pc", "pieces": "pc", "piece": "pc", "boxes": "box"}
PLURAL = re.compile(r"(?:bottle|pack|packet|bag|carton|case|roll|pair|set|ton)s")
CHAIN_MOST = 5

INNER = r"([a-z]{1,8}|[\u4e00-\u9fff]{1,2})"
NUMBER = r"(\d{1,7})"
SIZED = re.compile(rf"{NUMBER}{INNER}(?:/|每|per)1?{INNER}")
EACH = re.compile(rf"(?:每|1){INNER}(?:=|装|内装|含|有)?{NUMBER}{INNER}")
NESTED = re.compile(rf"{NUMBER}{INNER}(?:/{INNER})?[x*×]{NUMBER}{INNER}(?=/|每)")
FILLED = re.compile(rf"{NUMBER}{INNER}装")


def unit_name(text: str) -> str:
    """Return a unit in one spelling: 付 is 副, boxes are box."""
    unit = unicodedata.normalize("NFKC", text).strip().lower().rstrip(".")
    unit = unit[:-1] if PLURAL.fullmatch(unit) else unit
    return SAME.get(unit, unit)


def unit_in_brackets(text: str) -> str | None:
    """Return the unit at the end of a name or heading in brackets, as in 数量（只）."""
    found = re.search(r"\(([^()]{1,8})\)$", unicodedata.normalize("NFKC", text).strip())
    unit = unit_name(found[1].removeprefix("单位:")) if found else ""
    return unit if unit in UNITS else None


def packs_in(specification: str, *, unit: str = "") -> dict[str, tuple[int, str]]:
    """Return {pack unit: (how many, of which unit)}; 500ml/瓶 tells what a bottle is and is no pack."""
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", specification)).lower()
    found: dict[str, tuple[int, str]] = {}
    for size, inner, middle, _number, outer in NESTED.findall(text):
        if middle in ("", outer):
            found[unit_name(outer)] = int(size), unit_name(inner)
    for size, inner, written in SIZED.findall(text):
        outer = written[0] if written not in UNITS and written[0] in UNITS else written
        found[unit_name(outer)] = int(size), unit_name(inner)
    for outer, size, inner in EACH.findall(text):
        found.setdefault(unit_name(outer), (int(size), unit_name(inner)))
    if not found and unit and (filled := FILLED.search(text)):
        found[unit] = int(filled[1]), unit_name(filled[2])
    return {
        outer: (size, inner)
        for outer, (size, inner) in found.items()
        if size > 0 and inner != outer
    }


class Packs:
    """The packs and the smallest unit of one item, gathered from all its lines."""

    def __init__(self) -> None:
        self.packs: dict[str, tuple[int, str]] = {}
        self._units: dict[str, None] = {}
        self._measured: dict[str, tuple[int, str]] = {}

    def learn(self, specification: str, units: Iterable[str]) -> None:
        """Take in what one line says; what an earlier line said of the same pack stays."""
        self._units |= dict.fromkeys(filter(None, units))
        unit = next(iter(self._units), "")
        for outer, pack in packs_in(specification, unit=unit).items():
            known = self._measured if pack[1] in MEASURES else self.packs
            known.setdefault(outer, pack)

    @property
    def base(self) -> str | None:
        """Return the smallest unit of the item, in which the account is kept; None if none is written."""
        packs = self._sound({})
        for unit in [*packs, *self._units]:
            inner = unit
            for _step in range(CHAIN_MOST):
                inner = packs[inner][1] if inner in packs else inner
            return inner
        return None

    @property
    def plain(self) -> bool:
        """Return whether only one unit can be meant when none is written."""
        return not self._sound({}) and len(self._units) <= 1

    def size(self, unit: str, specification: str = "") -> int | None:
        """Return how many of the smallest unit one of these is; None if nothing tells."""
        packs, base, size = self._sound(packs_in(specification, unit=unit)), self.base, 1
        if base and unit not in packs and TWINS.get(unit) == base:
            return size
        for _step in range(CHAIN_MOST):
            if unit == base:
                return size
            if unit not in packs:
                return None
            size, unit = size * packs[unit][0], packs[unit][1]
        return None

    def of_line(self, specification: str) -> tuple[int, str, str] | None:
        """Return (how many, of which unit, in which pack) as this line's specification or the item has it."""
        own = {u: p for u, p in packs_in(specification).items() if p[1] not in MEASURES}
        for outer, (size, inner) in (own or self._sound({})).items():
            return size, inner, outer
        return None

    def _sound(self, own: dict[str, tuple[int, str]]) -> dict[str, tuple[int, str]]:
        """Return the packs that hold; a measure is a pack only where the item is also counted in it."""
        packs = self._measured | self.packs | own
        return {
            outer: pack
            for outer, pack in packs.items()
            if pack[1] not in MEASURES or pack[1] in self._units
        }
