"""Rules of the enterprise desk: pure functions, and the sentence of every refusal."""

from mingbai.domains.enterprise.rules import deciding, refusing

__all__ = ["deciding", "refusing"]
