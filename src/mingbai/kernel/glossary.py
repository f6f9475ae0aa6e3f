"""The glossary: one word for one thing, the title of every field in both languages."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TERMS: dict[str, Promise] = {}


def terms(added: dict[str, Promise]) -> None:
    """Register words; one word has one meaning."""
    for word, meaning in added.items():
        assert TERMS.get(word, meaning) == meaning, f"two meanings for {word}"
        TERMS[word] = meaning


def title(word: str) -> Promise | str:
    """Return the title of a field."""
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
