"""The glossary: one word for one thing, the title of every field in both languages."""

from collections.abc import Callable
from typing import TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

T = TypeVar("T", bound=type)
TERMS: dict[str, Promise] = {}
NARROWED: dict[tuple[type, str], Promise] = {}


def terms(added: dict[str, Promise]) -> None:
    """Register words; one word has one meaning."""
    for word, meaning in added.items():
        assert TERMS.get(word, meaning) == meaning, f"two meanings for {word}"
        TERMS[word] = meaning


def narrowed(word: str, meaning: Promise) -> Callable[[T], T]:
    """Call a field of one ask or row by the word its users have for it: a household's code is its number."""

    def of(kind: T) -> T:
        NARROWED[kind, word] = meaning
        return kind

    return of


def title(word: str, kind: type | None = None) -> Promise | str:
    """Return the title of a field; where its ask or row has a narrower word for it, that one."""
    if kind is not None and (kind, word) in NARROWED:
        return NARROWED[kind, word]
    return TERMS.get(word, word.replace("_", " "))


terms(
    {
        "place": _("Place"),
        "at": _("When it happened"),
        "as_of": _("As of"),
        "name": _("Name"),
        "note": _("Note"),
        "reason": _("Reason"),
        "code": _("Code"),
        "level": _("Level"),
        "kind": _("Kind"),
        "text": _("Text"),
        "unit": _("Unit"),
        "role": _("Role"),
        "person": _("Person"),
        "entry": _("Entry"),
        "id": _("Id"),
        "now": _("The account's time"),
        "entries": _("Entries"),
        "sealed": _("Sealed entries"),
        "rows": _("Rows"),
        "places": _("Places"),
    }
)
