"""Measures, printed and never asserted (`make bench`)."""
