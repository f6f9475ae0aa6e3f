"""Many at once: the same door for imports, jobs, plans and replay, a thousand asks a transaction."""
