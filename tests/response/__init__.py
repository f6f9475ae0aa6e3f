"""Tests of the response desk."""
