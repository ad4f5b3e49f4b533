"""Faults: what the product does when the machine, the network or its inputs fail.

`python -m tests.pannes` runs them at length and prints one table; the `test_*.py` beside are
bounded versions of the same trials.
"""
