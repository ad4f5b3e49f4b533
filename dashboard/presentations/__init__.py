"""Presentations: slides made of live charts, frozen to be shown to others, led in a meeting."""
