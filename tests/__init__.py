"""Tests of Passerelle: one folder per package, and the browser apart."""

from pathlib import Path

RACINE = Path(__file__).resolve().parents[1]
