"""A presentation as one HTML file that opens without a network and asks for nothing."""

from __future__ import annotations

import base64
import hashlib
import io
from functools import lru_cache

import segno
from flask import render_template
from markupsafe import Markup

from dashboard.livrables.series import avertir
from dashboard.pieces import ASSETS
from dashboard.presentations import diapos
from dashboard.presentations.figer import Jeu

FEUILLES = ("presentation.css", "presentation-seule.css")
SCRIPT = "presentation-seule.js"
POLICE_AU_PLUS = 60_000
"""Largest font, bytes, that is put in the file."""


def ecrire(jeu: Jeu, lien: str = "") -> bytes:
    """The file. `lien`: address of the shared page, when there is one. Needs the application."""
    feuille, script = _habits()
    politique = "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_empreinte(feuille)}'",
            # Bars are as wide as their style says; nothing there loads anything.
            "style-src-attr 'unsafe-inline'",
            f"script-src '{_empreinte(script)}'",
            "img-src data:",
            "font-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    return render_template(
        "livrable_seule.html",
        jeu=jeu,
        diapos=diapos.ecrire(jeu),
        gel=diapos.dire_le_gel(jeu),
        avertissement=avertir(v.politique for v in jeu.vues),
        politique=politique,
        feuille=Markup(feuille),
        script=Markup(script),
        lien=lien,
        code=_dessiner(lien) if lien else "",
    ).encode()


def _dessiner(lien: str) -> Markup:
    sortie = io.BytesIO()
    code = segno.make(lien, error="m", micro=False)
    code.save(sortie, kind="svg", scale=5, dark="#1c2b39", light="#ffffff", border=2, xmldecl=False)
    return Markup(sortie.getvalue().decode())


@lru_cache(maxsize=1)
def _habits() -> tuple[str, str]:
    """The style sheet and the script, whole."""
    feuille = _police() + "\n".join((ASSETS / nom).read_text(encoding="utf-8") for nom in FEUILLES)
    script = (ASSETS / SCRIPT).read_text(encoding="utf-8")
    # Either would end the element that it is in.
    assert "</style" not in feuille
    assert "</script" not in script
    return feuille, script


def _police() -> str:
    for fichier in sorted((ASSETS / "vendor").glob("source-sans-3-*.woff2")):
        octets = fichier.read_bytes()
        if len(octets) <= POLICE_AU_PLUS:
            return (
                '@font-face{font-family:"Source Sans 3 Variable";font-weight:200 900;'
                f'src:url("data:font/woff2;base64,{base64.b64encode(octets).decode()}")'
                ' format("woff2")}\n'
            )
    return ""


def _empreinte(texte: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(texte.encode()).digest()).decode()
