"""The QR code of an address: drawn on the server, no image is fetched from anywhere."""

from __future__ import annotations

import segno
from markupsafe import Markup


def dessiner_le_code(adresse: str) -> Markup:
    """The QR code of an address, as SVG."""
    code = segno.make(adresse, error="m", micro=False)
    dessin = code.svg_inline(scale=5, dark="#1c2b39", light="#ffffff", border=2, omitsize=True)
    largeur, hauteur = code.symbol_size(scale=5, border=2)
    # Its size, and what a style sheet may make of it.
    entete = f'<svg role="img" aria-label="Code à scanner" width="{largeur}" height="{hauteur}" '
    return Markup(dessin.replace("<svg ", entete, 1))


def abreger(adresse: str) -> str:
    """An address as it is read aloud: without `https://`."""
    return adresse.partition("://")[2] or adresse
