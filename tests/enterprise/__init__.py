"""The enterprise desk: dossiers, decisions at once, checks afterwards, who is not due, and the rule as data."""
