"""What the field app says; the page carries these in the language of whoever opens it."""

from django.utils.functional import Promise

FIELD_WORDS: dict[str, Promise] = {}
