"""T8: two imports of one database, and an association that changes its own records to probe.

A correction must leave every other number as it was; a probe must teach nothing of the others.
"""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import sqlalchemy as sa

from tests.attack.campagne import Campagne, Resultat, lire_tout, resumer
from tests.attack.connaissances import compter_siens, croiser_imports
from tests.attack.enumeration import enumerer
from tests.attack.groupes import questions
from tests.attack.intervalles import empiler
from tests.attack.mutations import ANNEE, INDICATEURS, SECRET, fabriquer

COUPS = 6
"""Times an association changes its records."""

Dire = Callable[[str], None]


def _charger(url: str, lignes: list[dict[str, str]]) -> None:
    """Import a delivery of fiches usager."""
    from data import schema as t
    from data.importation import importer

    with tempfile.TemporaryDirectory() as dossier:
        with (Path(dossier) / "usagers.csv").open("w", encoding="utf-8", newline="") as f:
            sortie = csv.DictWriter(f, list(lignes[0]), delimiter=";")
            sortie.writeheader()
            sortie.writerows(lignes)
        engine = t.ouvrir(url)
        importer(engine, Path(dossier), operateur="attaque", synthetique=True)
        engine.dispose()


def _usagers(url: str) -> list[tuple[str, str, str]]:
    """Code of the association, sigle, usager."""
    moteur = sa.create_engine(url)
    with moteur.connect() as lien:
        lignes = lien.execute(
            sa.text(
                "select a.code, a.sigle, u.usager from usagers u join associations a "
                "on a.id = u.association order by u.id"
            )
        ).all()
    moteur.dispose()
    return [(str(c), str(s), str(u)) for c, s, u in lignes]


def _lire(url: str) -> Campagne:
    return lire_tout(url, SECRET, ("departement",), annees=[ANNEE], indicateurs=INDICATEURS)


def _fabriquer(dossier: Path, nom: str) -> str:
    os.environ["SECRET_ARRONDI"] = SECRET.decode()
    url = f"sqlite:///{dossier / nom}.sqlite"
    fabriquer(url)
    return url


def corriger(dossier: Path, dire: Dire = lambda _: None) -> list[Resultat]:
    """Two imports: what a few corrected records change, and what the two together tell."""
    url = _fabriquer(dossier, "correction")
    avant = _lire(url)
    lecteur = avant.lecteur
    treillis = lecteur.treillis(int(ANNEE[:4]))
    lecteur.guichet.entrer("departement")
    premier = enumerer(lecteur.guichet, treillis, ANNEE, "ps", INDICATEURS)
    qui = _usagers(url)[::40][:4]
    _charger(url, [{"association": s, "usager": u, "sexe": "fille"} for _, s, u in qui])
    dire("T8 correction importée")
    apres = _lire(url)
    second = enumerer(apres.lecteur.guichet, treillis, ANNEE, "ps", INDICATEURS)
    # Where the youths of a row are the same and nothing about their sexe is asked, nothing moves.
    intactes = [i for i, (_, filtres) in enumerate(treillis.lignes) if "sexe" not in dict(filtres)]
    autres = [
        j
        for q in questions()
        if q.indicateur in INDICATEURS and q.indicateur != "sexe"
        for j in range(_debut(q), _debut(q) + len(q.cellules))
    ]
    zone = np.ix_(intactes, autres)
    bouge = (premier.statut[zone] != second.statut[zone]) | (
        premier.effectif[zone] != second.effectif[zone]
    )
    # A table may be withheld later on; it may not speak with another number.
    bouge &= second.statut[zone] != 5
    e = avant.ecarts["departement"] + apres.ecarts["departement"]
    resultats = [
        Resultat("T8 deux imports", "Département", int(bouge.size), 0, int(bouge.sum()) + e.fautes)
    ]
    rien = np.zeros(avant.charpente.forme, dtype=np.int32)
    # Cells that the correction did not touch are one unknown, read twice.
    memes = avant.vrai == apres.vrai
    fixes = avant.bornes["departement"].copier()
    fixes.bas[~memes], fixes.haut[~memes] = 0, 100_000
    bilan = croiser_imports(
        apres.charpente,
        [(fixes, rien), (apres.bornes["departement"], rien)],
        apres.vrai,
        apres.cibles,
    )
    resultats.append(resumer("T8 deux imports, ensemble", "Département", bilan))
    return resultats


def _debut(q: object) -> int:
    from tests.attack.enumeration import rangs

    return int(rangs(q).start)  # type: ignore[arg-type]


def sonder(dossier: Path, dire: Dire = lambda _: None) -> Resultat:
    """An association changes the sexe of its own youths again and again, and reads each time the
    numbers of the places it shares."""
    url = _fabriquer(dossier, "sonde")
    campagne = _lire(url)
    association = campagne.lecteur.treillis(int(ANNEE[:4])).carte.associations[0]
    siens = [(s, u) for c, s, u in _usagers(url) if c == association]
    lectures = []
    for coup in range(COUPS):
        if coup:
            _charger(
                url,
                [
                    {
                        "association": s,
                        "usager": u,
                        "sexe": ("fille", "garcon", "")[(k * (coup + 2) + coup) % 3],
                    }
                    for k, (s, u) in enumerate(siens)
                ],
            )
            campagne = _lire(url)
        own = empiler(campagne.charpente, compter_siens(campagne.comptes, [association]))
        lectures.append((campagne.bornes["departement"], own))
        dire(f"T8 sonde, import {coup + 1} sur {COUPS}")
    bilan = croiser_imports(campagne.charpente, lectures, campagne.vrai - own, campagne.cibles)
    return resumer("T8 sonde", f"chef {association} + Département", bilan, f"{COUPS} imports")
