"""`make attack`: every attack on the demonstration database, as a table.

    python -m tests.attack [--base URL --secret FICHIER] [--echelle N] [--annees N] [--processus N]

Without `--base` the demonstration (Nord, six years, ×1) is made anew, through the import. Exits 1
when an attack is red or a mutation is not caught.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from tests.attack.campagne import NIVEAUX, Campagne, Resultat, attaquer, contraster, lire_tout
from tests.attack.corrections import corriger, sonder
from tests.attack.enumeration import Guichet
from tests.attack.epreuves import repeter, sortir_du_perimetre, unir
from tests.attack.intervalles import juger, propager
from tests.attack.mutations import MUTATIONS, SECRET, fabriquer, lancer
from tests.commandes import commander

GRAINES = ((7, b"un premier secret pour les essais"), (8, b"un second secret pour les essais"))
"""Seeds and secrets of the other départements (T10)."""


def dire(texte: str) -> None:
    """A progress line, on the error stream."""
    print(f"{time.strftime('%H:%M:%S')} {texte}", file=sys.stderr, flush=True)


def ecrire(resultats: list[Resultat]) -> None:
    """The table."""
    print(f"{'attaque':<24} {'rôle':<44} {'cellules':>12} {'connues':>9} {'fausses':>8}  détail")
    for r in resultats:
        nombre = f"{r.cellules:,}".replace(",", " ")
        print(
            f"{r.attaque:<24} {r.role[:44]:<44} {nombre:>12} {r.connues:>9} {r.fausses:>8}"
            f"  {r.detail}"
        )
        for exemple in r.exemples[:3]:
            print(f"    {exemple}")
    sys.stdout.flush()


def principal() -> int:
    """The whole campaign. Returns the exit status."""
    lecture = argparse.ArgumentParser(prog="python -m tests.attack", description=__doc__)
    lecture.add_argument("--base", help="URL d’une base SQLite à attaquer (elle est copiée)")
    lecture.add_argument("--secret", type=Path, help="fichier du secret de l’arrondi de cette base")
    lecture.add_argument("--echelle", default="1")
    lecture.add_argument("--annees", default="6")
    lecture.add_argument("--dernieres", type=int, help="n’attaquer que les dernières années")
    lecture.add_argument("--processus", type=int, default=2)
    lecture.add_argument("--programmes", type=int, default=400, help="cellules essayées par T4")
    options = lecture.parse_args()
    debut = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="passerelle-attaque-") as dossier:
        base = Path(dossier) / "passerelle.sqlite"
        url = f"sqlite:///{base}"
        secret = b"un secret pour attaquer la base de demonstration"
        if options.base:
            secret = options.secret.read_bytes().strip()
            shutil.copyfile(options.base.removeprefix("sqlite:///"), base)
        os.environ["SECRET_ARRONDI"] = secret.decode()
        if not options.base:
            dire("Base de démonstration…")
            commander(url, "demo", "--echelle", options.echelle, "--annees", options.annees)
        offertes = Guichet(url).json("annees")["annees"]
        campagne = lire_tout(
            url,
            secret,
            processus=options.processus,
            dire=dire,
            annees=offertes[-options.dernieres :] if options.dernieres else None,
        )
        resultats = attaquer(campagne, dire, programmes=options.programmes)
        resultats += sortir_du_perimetre(url, secret, campagne.annees[-1])
        resultats += [
            repeter(url, campagne.annees[-1]),
            unir(url, list(campagne.annees)),
        ]
        ecrire(resultats)
        print("\nLa politique naïve, pour comparer (mêmes questions, mêmes attaques)")
        ecrire(contraster(campagne, dire))
        _ecrire_erreurs(campagne)
        modele = Path(dossier) / "modele.sqlite"
        _avec_secret(SECRET, lambda: fabriquer(f"sqlite:///{modele}"))
        autres = corriger(Path(dossier), dire)
        autres.append(sonder(Path(dossier), dire))
        for graine, autre in GRAINES:
            autres.append(_autre_departement(Path(dossier), graine, autre))
        print("\nT8 et T10")
        ecrire(autres)
        resultats += autres
        print("\nT9 mutations", flush=True)
        mutations = []
        for nom in MUTATIONS:
            dire(f"T9 {nom}")
            vue, par = lancer(nom, modele)
            mutations.append((nom, vue, par))
            motif = par.splitlines()[0] if par else ""
            print(f"{nom:<32} {'vue' if vue else 'NON VUE':<8} {motif}", flush=True)
    t3 = next(r for r in resultats if r.attaque == "T3 intervalles")
    e = campagne.ecarts["departement"]
    connues, hors_contrat = (
        sum(r.connues for r in resultats if r.hors_contrat is x) for x in (False, True)
    )
    print(
        f"\nPetites cellules (1 à 4) connues avec certitude : {connues} sur {t3.cellules} (et "
        f"{hors_contrat} par deux associations qui se diraient leurs fiches) ; "
        f"tables retenues : {e.retenues} sur {e.repondues}. "
        f"Mutations vues : {sum(v for _, v, _ in mutations)} sur {len(mutations)}. "
        f"Durée : {(time.monotonic() - debut) / 60:.0f} min."
    )
    rouge = any(r.rouge for r in resultats) or not all(v for _, v, _ in mutations)
    return 1 if rouge else 0


def _avec_secret(secret: bytes, faire: object) -> None:
    avant = os.environ["SECRET_ARRONDI"]
    os.environ["SECRET_ARRONDI"] = secret.decode()
    try:
        faire()  # type: ignore[operator]
    finally:
        os.environ["SECRET_ARRONDI"] = avant


def _autre_departement(dossier: Path, graine: int, secret: bytes) -> Resultat:
    """T10: T1 and T3 on a fictional département drawn from another seed, under another secret."""
    url = f"sqlite:///{dossier / f'fictif-{graine}.sqlite'}"
    _avec_secret(secret, lambda: fabriquer(url, graine=graine, echelle=0.3))
    c = lire_tout(url, secret, ("departement",), dire=dire)
    b = c.bornes["departement"]
    propager(c.charpente, b)
    bilan = juger(c.charpente, b, c.vrai, c.cibles)
    e = c.ecarts["departement"]
    return Resultat(
        "T10 autre département",
        f"Département, graine {graine}",
        bilan.cellules,
        bilan.connues,
        bilan.fausses + e.fautes,
        f"{e.retenues} tables retenues sur {e.repondues}",
        (*e.exemples, *bilan.exemples),
    )


def _ecrire_erreurs(c: Campagne) -> None:
    print("\nÉcart des parts publiées, en points (sans filtre, toutes années et populations)")
    for niveau in NIVEAUX:
        v = c.erreurs.get(niveau) or [0.0]
        print(
            f"{niveau:<14} parts {len(v):>7}  médiane {np.median(v):4.1f}  "
            f"95 % {np.percentile(v, 95):4.1f}  pire {max(v):4.1f}"
        )


if __name__ == "__main__":
    raise SystemExit(principal())
