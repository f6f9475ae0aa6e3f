"""One desk each: a desk's whole job in one folder; no desk imports another."""
