"""Addresses of the files of `assets/`, which browsers keep for a year: another one when a file
changes."""

from __future__ import annotations

from pathlib import Path

ASSETS = Path(__file__).resolve().parent.parent / "assets"


def adresse_de_la_piece(nom: str) -> str:
    """Address of a file of `assets/`; another one when it changes."""
    return f"/assets/{nom}?m={(ASSETS / nom).stat().st_mtime:.0f}"


def adresses_des_feuilles() -> list[str]:
    """Addresses of the style sheets of every page. The fonts may not be there."""
    noms = ("vendor/polices.css", "passerelle.css")
    return [adresse_de_la_piece(nom) for nom in noms if (ASSETS / nom).exists()]
