"""Tables of the movement desk: columns, constraints, indexes; no rules."""
