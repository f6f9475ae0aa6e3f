"""Passwords in tests: hashed as the product does, in one round instead of a million."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class OneRound(PBKDF2PasswordHasher):
    """The product's own way, whose hashes a served account reads too; it costs a third of a second less each time."""

    iterations = 1
