"""Mutated deliveries: never a crash, never half a load, each refusal said in French."""

from __future__ import annotations

import random
import re
import shutil
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from data import importation
from data.refus import LivraisonRefusee, MauvaisAppel
from tests.pannes import empreinte
from tests.pannes.bases import BaseSqlite
from tests.pannes.mutations import ecrire
from tests.pannes.table import Constat

ANGLAIS = re.compile(
    r"Traceback|Error\b|Exception|\b(?:invalid|unexpected|expected|cannot|could not|failed|not "
    r"found|must be|unable|missing|error|bad|None)\b"
)
"""Words that only a message nobody translated has."""


@contextmanager
def sans_publier() -> Iterator[None]:
    """The audit of what is loaded is another matter, and long: rows and facts only."""
    vrai = importation.publier

    def publier(conn: sa.Connection, **options: Any) -> int:
        return 0

    importation.publier = publier
    try:
        yield
    finally:
        importation.publier = vrai


def juger_le_refus(refusee: LivraisonRefusee | MauvaisAppel, noms: set[str]) -> str:
    """What is wrong with the way a refusal is said; "" when nothing is."""
    if not refusee.message.endswith((".", "…")):
        return f"message sans fin : {refusee.message[:200]!r}"
    # What comes from the delivery is quoted: it may be in any language.
    dit = re.sub(r"«[^»]*»", "« »", refusee.message)
    if ANGLAIS.search(dit):
        return f"message qui n’est pas en français : {refusee.message[:200]!r}"
    for refus in getattr(refusee, "refus", ()):
        if refus.fichier not in noms or refus.ligne < 2 or not refus.colonne:
            return f"refus sans lieu : {refus!r:.300}"
        if not refus.raison or not refus.que_faire or ANGLAIS.search(refus.raison):
            return f"refus sans raison : {refus!r:.300}"
        if len(refus.valeur) > 1_000:
            return f"refus qui répète {len(refus.valeur)} signes"
    return ""


def eprouver(
    base: BaseSqlite,
    combien: int,
    graine: int,
    dossier: Path,
    dire: Callable[[str], None] = lambda _: None,
) -> Constat:
    """Load `combien` mutated deliveries on the base, each from the same state."""
    constat = Constat("livraisons abîmées")
    issues: Counter[str] = Counter()
    # One engine for all: what SQLAlchemy has compiled is kept.
    with base.ouverte() as engine, sans_publier():
        depart = empreinte.prendre(engine)
        for rang in range(combien):
            hasard = random.Random(f"{graine}-{rang}")
            ici = dossier / f"l{rang}"
            ici.mkdir()
            chemin, fait = ecrire(hasard, ici / "livraison")
            issue, manque = _charger(engine, chemin, depart, complet=rang % 50 == 0)
            if issue != "refusées":
                engine.dispose()
                base.remettre()
            issues[issue] += 1
            constat.noter(not manque, f"n° {rang} ({fait[:200]}) : {manque}")
            shutil.rmtree(ici)
            if manque:
                dire(constat.manques[-1])
            if rang % 100 == 99:
                dire(f"{rang + 1} sur {combien} : {dict(issues)}")
    constat.detail = ", ".join(f"{n} {issue}" for issue, n in issues.most_common())
    return constat


def _charger(engine: Engine, chemin: Path, depart: str, *, complet: bool) -> tuple[str, str]:
    """What became of a delivery, and what is wrong with that ("" when nothing is)."""
    noms = {"livraison"} | {
        p.relative_to(chemin).as_posix() for p in chemin.rglob("*") if p.is_file()
    }
    with engine.connect() as temoin:
        version = temoin.exec_driver_sql("PRAGMA data_version").scalar_one()
        temoin.rollback()
        try:
            bilan = importation.importer(engine, chemin, operateur="pannes")
        except (LivraisonRefusee, MauvaisAppel) as refusee:
            ecrite = temoin.exec_driver_sql("PRAGMA data_version").scalar_one() != version
            if ecrite or (complet and empreinte.prendre(engine) != depart):
                return "refusées", "la base a changé"
            if not chemin.is_dir():
                noms |= {r.fichier for r in getattr(refusee, "refus", ())}
            return "refusées", juger_le_refus(refusee, noms)
        except BaseException as erreur:
            if isinstance(erreur, KeyboardInterrupt):
                raise
            lieu = traceback.extract_tb(erreur.__traceback__)[-1]
            chute = f"{type(erreur).__name__} {erreur!s:.200} ({lieu.filename}:{lieu.lineno})"
            print("".join(traceback.format_exception(erreur)[-4:]), file=sys.stderr)
            return "tombées", chute
        lues = len(bilan.refus)
    return "chargées", f"{lues} refus acceptés" if lues else ""
