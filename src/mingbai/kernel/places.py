"""Places: the hierarchy that their codes carry, and whether a code is one."""

from functools import lru_cache

from mingbai.kernel.models import Place
from mingbai.kernel.refusals import Refused
from mingbai.kernel.rows import Store
from mingbai.kernel.words import Level

ROOT = "000000000000"


def prefix_of(code: str) -> str:
    """Return the digits that this place and everything under it begin with."""
    if code == ROOT:
        return ""
    for digits in (2, 4, 6, 9):
        if not int(code[digits:]):
            return code[:digits]
    return code


def is_under(code: str, above: str) -> bool:
    """Tell whether a place is another one or lies under it."""
    return code.startswith(prefix_of(above))


def parent_of(code: str) -> str:
    """Return the code of the place one level above; the whole country is above a province."""
    prefix = prefix_of(code)
    for digits in (9, 6, 4, 2):
        if len(prefix) > digits:
            return code[:digits].ljust(12, "0")
    return ROOT


def level_of(code: str) -> Level:
    """Return the level that a code stands at."""
    return {
        0: Level.COUNTRY,
        2: Level.PROVINCE,
        4: Level.PREFECTURE,
        6: Level.COUNTY,
        9: Level.TOWN,
        12: Level.VILLAGE,
    }[len(prefix_of(code))]


@lru_cache(maxsize=100_000)
def _known(database: str, code: str) -> bool:
    if not Store().fetch(Place, {"code": code}, limit=2):
        raise LookupError(code)
    return True


def check_place(store: Store, code: str) -> None:
    """PLC-1 地名在册: an act is at a place of the official list."""
    try:
        _known(str(store.connection.settings_dict["NAME"]), code)
    except LookupError:
        raise Refused("PLC-1", place=code) from None
