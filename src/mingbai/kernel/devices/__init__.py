"""Phones: enrolment, the bundle they carry, and the envelopes they send; docs/sync.md is the protocol."""
