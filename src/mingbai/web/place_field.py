"""The place field: a place is read and typed by its name; a code works too, and stands there where a name is not enough."""

import re
import unicodedata

from mingbai.kernel.place_search import LOOKED_THROUGH, search
from mingbai.kernel.places import prefix_of
from mingbai.kernel.queries.places import name_of_place
from mingbai.kernel.refusals import Refused

CODE = re.compile(r"(?:^|\s)(\d{12})$")


def named(text: str, under: str) -> set[str]:
    """Return the codes of the places under another one that have exactly this name, as people say it or as it is registered.

    None are returned where too many are alike to tell.
    """
    alike = search(text, under=prefix_of(under), most=LOOKED_THROUGH)
    if len(alike) == LOOKED_THROUGH:
        return set()
    return {row.place for row in alike if text in (row.name, name_of_place(row.place))}


def typed_place(text: str, under: str) -> str:
    """PLC-9 写名即可: a place is typed by its code, or by a name that one place alone has under the office that types it."""
    text = unicodedata.normalize("NFKC", text).strip()
    if (code := CODE.search(text)) is not None:
        return code[1]
    found = named(text, under)
    if len(found) != 1:
        raise Refused("PLC-9", place=text)
    return found.pop()


def spelled(code: str, under: str) -> str:
    """Return a place as its field shows it: by its name, with the code where that name alone does not tell which."""
    name = name_of_place(code)
    return name if name and named(name, under) == {code} else f"{name} {code}".strip()
