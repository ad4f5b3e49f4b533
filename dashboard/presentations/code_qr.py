"""The QR code of an address: drawn on the server, no image is fetched from anywhere."""

from __future__ import annotations

import segno
from markupsafe import Markup


def dessiner_le_code(adresse: str) -> Markup:
    """The QR code of an address, as SVG."""
    code = segno.make(adresse, error="m", micro=False)
    return Markup(code.svg_inline(scale=5, dark="#1c2b39", light="#ffffff", border=2))


def abreger(adresse: str) -> str:
    """An address as it is read aloud: without `https://`."""
    return adresse.partition("://")[2] or adresse
