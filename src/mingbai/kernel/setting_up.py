"""Setting up: what an account holds before the first person acts."""

import hashlib

from mingbai.kernel.gazetteer import SOURCE
from mingbai.kernel.perform import perform


def load_places(under: str | None = None) -> int:
    """Load the packaged list of places, or the part of it around one place; return how many."""
    digest = hashlib.sha256(SOURCE.read_bytes()).hexdigest()
    return int(perform("places.load", {"list_digest": digest, "under": under}).result["places"])
