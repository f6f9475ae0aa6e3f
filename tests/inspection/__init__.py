"""Tests of the inspection desk."""
