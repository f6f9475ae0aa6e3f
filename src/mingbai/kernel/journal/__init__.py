"""The journal: entries are accepted with the act, then numbered, then sealed under a signed head."""
