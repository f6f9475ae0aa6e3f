"""Tests of what needs two desks."""
