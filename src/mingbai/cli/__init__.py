"""Command line: the verbs that programs and operators call."""
