"""Many at once: the same door for imports, jobs, plans and replay, some thousand asks a transaction."""
