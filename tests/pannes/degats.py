"""SQLite files damaged by a disk or by a copy: named in French, never read as right."""

from __future__ import annotations

import contextlib
import io
import os
import random
from collections import Counter
from pathlib import Path

import sqlalchemy as sa

from data import schema as t
from data.__main__ import REFUSE, main
from data.integrite import ABIMEE
from queries.depot import BaseIndisponible, Depot
from tests.pannes.bases import BaseSqlite
from tests.pannes.table import Constat

PAGE = 4096


def abimer(h: random.Random, fichier: Path) -> str:
    """Damage the file in one way; returns which."""
    octets = bytearray(fichier.read_bytes())
    pages = len(octets) // PAGE
    match h.randrange(6):
        case 0:
            fait, octets = "coupé", octets[: h.randrange(len(octets))]
        case 1:
            fait, debut = "page à zéro", h.randrange(pages) * PAGE
            octets[debut : debut + PAGE] = bytes(PAGE)
        case 2:
            fait = "pages échangées"
            a, b = (x * PAGE for x in h.sample(range(pages), 2))
            octets[a : a + PAGE], octets[b : b + PAGE] = octets[b : b + PAGE], octets[a : a + PAGE]
        case 3:
            fait = "en-tête"
            octets[h.randrange(100)] ^= 1 + h.randrange(255)
        case 4:
            fait, debut = "secteur", h.randrange(len(octets) - 512)
            octets[debut : debut + 512] = h.randbytes(512)
        case _:
            fait = "octets"
            for _ in range(h.choice((1, 4, 40))):
                octets[h.randrange(len(octets))] = h.randrange(256)
    fichier.write_bytes(octets)
    return fait


def lire_tout(url: str) -> tuple[str, str]:
    """Everything that a web process reads of the base: each answer, unpacked, then its state.

    Raises BaseIndisponible.
    """
    depot = Depot(url)
    try:
        depot.verifier()
        etat = depot.etat()
        moteur = sa.create_engine(url, poolclass=sa.pool.NullPool)
        with moteur.connect() as conn:
            try:
                cles = [list(conn.scalars(sa.select(x.c.cle))) for x in _REPONSES]
            except sa.exc.DatabaseError as erreur:
                raise BaseIndisponible(ABIMEE) from erreur
        _, publiees, exactes = depot.lire(*cles)
        return repr((publiees, exactes)), repr((etat.listes, etat.geographie, etat.livraisons))
    finally:
        depot.fermer()


_REPONSES = (t.reponses, t.reponses_exactes)


def dire_l_etat(url: str) -> tuple[int, str]:
    """`python -m data etat`, in this process: exit status, what was written."""
    sorties = io.StringIO()
    ancienne = os.environ.get("DATABASE_URL")
    os.environ["DATABASE_URL"] = url
    try:
        with contextlib.redirect_stdout(sorties), contextlib.redirect_stderr(sorties):
            code = main(["etat"])
    finally:
        os.environ.pop("DATABASE_URL")
        if ancienne is not None:
            os.environ["DATABASE_URL"] = ancienne
    return code, sorties.getvalue()


def _comparer(lu: tuple[str, str] | None, juste: tuple[str, str]) -> str:
    if lu is None:
        return "dit par les pages"
    if lu[0] != juste[0]:
        return "chiffres changés"
    return "rien de changé" if lu == juste else "mots changés"


def eprouver(base: BaseSqlite, combien: int, graine: int) -> Constat:
    """Damage the file `combien` times. Each time it is named, or every figure is what it was.

    The words of the lists and the names of places have no sum of their own: some bytes changed
    inside one of them are not seen, and counted apart.
    """
    constat = Constat("base SQLite abîmée")
    hasard = random.Random(graine)
    juste = lire_tout(base.url)
    issues: Counter[str] = Counter()
    for rang in range(combien):
        base.remettre()
        fait = abimer(hasard, base.fichier)
        code, texte = dire_l_etat(base.url)
        try:
            lu = lire_tout(base.url)
        except BaseIndisponible:
            lu = None
        nommee = (code, texte.strip()) == (REFUSE, ABIMEE)
        pages = _comparer(lu, juste)
        issues["nommée par etat" if nommee else f"tue par etat, {pages}"] += 1
        bon = nommee or (code == 0 and pages in ("rien de changé", "mots changés"))
        constat.noter(bon, f"n° {rang}, {fait} : etat {code} {texte.strip()[:200]!r}, {pages}")
    base.remettre()
    constat.detail = ", ".join(f"{n} {issue}" for issue, n in issues.most_common())
    return constat
