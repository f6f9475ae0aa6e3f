"""Saying: the function that marks a sentence for translation, for rules that know nothing of the web."""

from django.utils.translation import gettext_lazy as _

__all__ = ["_"]
