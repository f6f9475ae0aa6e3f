"""Tests of the movement desk."""
