"""Measures, printed and never asserted: `python -m tests.bench` (`make bench`).

Two measures, each in processes of its own so that time and memory are theirs alone:
(a) ten years of demonstration at a scale that gives 4.4 million interventions: making the
    deliveries (apart), then importing, counting and publishing them all;
(b) the server time of a change of filter on a full chapter, at ×1 and at ×10 data.

`--essai` does the same at a small scale, to see that the bench itself works.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SECRET = "mesure : 7f3a9c5e1b8d4f60a2c4e6f8091b3d5e"
INTERVENTIONS_VISEES = 4_400_000
REPETITIONS = 200
"""Changes of filter measured on each chapter."""


@dataclass(frozen=True)
class Echelle:
    """How much data: (a) years and scale, (b) years and the two scales."""

    annees: int
    echelle: float
    annees_lecture: int
    echelles_lecture: tuple[float, float]


PLEINE = Echelle(10, 2.5, 2, (1.0, 10.0))
ESSAI = Echelle(3, 0.05, 2, (0.05, 0.5))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one step in this process, or all of them in processes of their own."""
    analyseur = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    analyseur.add_argument("--essai", action="store_true", help="petite échelle")
    analyseur.add_argument("--base", metavar="URL", help="mesurer une base PostgreSQL vide aussi")
    analyseur.add_argument("--etape", choices=["engendrer", "importer", "lire"])
    analyseur.add_argument("--dossier", type=Path)
    analyseur.add_argument("--annees", type=int)
    analyseur.add_argument("--echelle", type=float)
    options = analyseur.parse_args(arguments)
    if options.etape == "engendrer":
        return _rendre(_engendrer(options.dossier, options.annees, options.echelle))
    if options.etape == "importer":
        return _rendre(_importer(options.dossier))
    if options.etape == "lire":
        return _rendre(_lire())
    _tout(ESSAI if options.essai else PLEINE, options.base)
    return 0


def _rendre(mesures: dict[str, object]) -> int:
    """The last line a step writes: its measures."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({**mesures, "memoire": usage.ru_maxrss / 1024, "cpu": usage.ru_utime}))
    return 0


# --- Steps, each in a process of its own ----------------------------------------------------------


def _engendrer(dossier: Path, annees: int, echelle: float) -> dict[str, object]:
    from data.demo import engendrer

    debut = time.perf_counter()
    livraisons = engendrer(dossier, annees=annees, echelle=echelle)
    duree = time.perf_counter() - debut
    return {"duree": duree, "livraisons": [str(x) for x in livraisons]}


def _importer(dossier: Path) -> dict[str, object]:
    import sqlalchemy as sa

    from data import schema as t
    from data.importation import importer
    from data.nomenclature import initialiser

    engine = t.ouvrir()
    initialiser(engine)
    durees: dict[str, float] = {}
    debut = time.perf_counter()
    for chemin in sorted(dossier.iterdir()):
        avant = time.perf_counter()
        importer(engine, chemin, operateur="mesure", synthetique=True)
        durees[chemin.name] = time.perf_counter() - avant
        print(f"  {chemin.name} : {durees[chemin.name]:.1f} s", flush=True)
    duree = time.perf_counter() - debut
    with engine.connect() as conn:
        comptes = {
            table.name: conn.scalar(sa.select(sa.func.count()).select_from(table))
            for table in (t.interventions, t.accompagnements, t.reponses, t.reponses_exactes)
        }
        if engine.dialect.name == "postgresql":
            taille = conn.scalar(sa.text("SELECT pg_database_size(current_database())"))
        else:
            conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            pages, octets = (
                conn.scalar(sa.text(f"PRAGMA {x}")) for x in ("page_count", "page_size")
            )
            taille = (pages or 0) * (octets or 0)
    engine.dispose()
    return {"duree": duree, "comptes": comptes, "taille": (taille or 0) / 2**20}


def _lire() -> dict[str, object]:
    from data.catalogue import CHAPITRES
    from queries.depot import Depot

    depot = Depot()
    debut = time.perf_counter()
    depot.etat()
    mesures: dict[str, object] = {"ouverture": 1000 * (time.perf_counter() - debut)}
    chapitres: dict[str, object] = {}
    for chapitre in CHAPITRES:
        froides, chaudes = mesurer_chapitre(depot, chapitre)
        chapitres[chapitre] = {"froid": _resumer(froides), "chaud": _resumer(chaudes)}
    neuves, revues = _mesurer_page()
    chapitres["page entière"] = {"froid": _resumer(neuves), "chaud": _resumer(revues)}
    return {**mesures, "chapitres": chapitres}


def _mesurer_page() -> tuple[list[float], list[float]]:
    """Milliseconds of changes of filter on a whole page, as the server answers the browser: the
    filter bar and ten cards of /accompagnements drawn, JSON included.

    First list: views nobody asked this process for before; second: the same asked again.
    """
    from dashboard.serveur import creer_application
    from queries.depot import Depot
    from queries.question import NORD, Lieu
    from queries.selection import Selection, ecrire

    etat = Depot().etat()
    client = creer_application().server.test_client()
    rappels = {r["output"]: r for r in json.loads(client.get("/_dash-dependencies").data)}
    cartes = [i.id for i in etat.catalogue.values() if i.chapitre == "accompagnements"][:10]
    chemin = "/accompagnements"

    def appeler(sortie: str, valeurs: dict[str, object]) -> float:
        rappel = next(
            r
            for nom, r in sorted(rappels.items(), key=lambda x: x[0] != sortie)
            if sortie in nom and not r["clientside_function"]
        )
        noms = rappel["output"].strip(".").split("...")
        sorties = [dict(zip(("id", "property"), n.rsplit(".", 1), strict=True)) for n in noms]
        corps = {
            "output": rappel["output"],
            "outputs": sorties if len(sorties) > 1 else sorties[0],
            "changedPropIds": ["adresse.search"],
        }
        for genre, cle in (("inputs", "inputs"), ("state", "state")):
            corps[cle] = [
                {**e, "value": valeurs.get(f"{e['id']}.{e['property']}")} for e in rappel[genre]
            ]
        debut = time.perf_counter()
        reponse = client.post("/_dash-update-component", json=corps)
        duree = 1000 * (time.perf_counter() - debut)
        assert reponse.status_code == 200, reponse.data[:300]
        return duree

    def changer(requete: str) -> float:
        valeurs: dict[str, object] = {
            "adresse.pathname": chemin,
            "adresse.search": requete,
            "page.data": [chemin, etat.publication],
            "visibles.data": cartes,
            "dessinees.data": {},
            "etroit.data": False,
        }
        return appeler("barre.children", valeurs) + appeler("dessinees.data", valeurs)

    lieux = [NORD, *(Lieu("territoire", c) for c in etat.geographie.territoires)]
    vues = [
        "?" + ecrire(Selection((annee,), (lieu,), filtres), etat)
        for annee in etat.annees
        for lieu in lieux
        for filtres in ((), (("sexe", ("fille",)),), (("sexe", ("garcon",)),))
    ]
    changer(vues[0])
    return [changer(v) for v in vues[1:]], [changer(v) for v in vues[1:13] for _ in range(4)]


def mesurer_chapitre(
    depot: object, chapitre: str, repetitions: int = REPETITIONS
) -> tuple[list[float], list[float]]:
    """Milliseconds of changes of filter on a chapter: every indicator × the département and its
    territoires + the reference (whole of PS), whatever the page draws of it.

    Cold: nothing of the answers is kept by the process. Warm: asked before.
    """
    from queries.depot import Depot
    from queries.lecteur import Lecteur
    from queries.question import NORD, Lieu, Question
    from queries.reponses import repondre

    assert isinstance(depot, Depot)
    etat = depot.etat()
    lecteur = Lecteur()
    lieux = [NORD, *(Lieu("territoire", c) for c in etat.geographie.territoires)]
    filtres: list[tuple[tuple[str, str], ...]] = [()]
    for profil, liste in (("sexe", "sexe"), ("age", "tranche_age"), ("classe", "classe")):
        filtres += [((profil, v.code),) for v in etat.listes[liste]]
    etats = list(itertools.product(etat.annees, filtres))
    froides: list[float] = []
    chaudes: list[float] = []
    for rang in range(repetitions):
        annee, choisis = etats[rang % len(etats)]
        questions = []
        for indicateur in etat.catalogue.values():
            if indicateur.chapitre != chapitre:
                continue
            siens = choisis if indicateur.de_jeunes else ()
            questions += [Question(indicateur.id, annee, x, "alses", siens) for x in lieux]
            if "ps" in indicateur.comparaisons and not indicateur.population:
                questions.append(Question(indicateur.id, annee, NORD, "ps", siens))
        depot.etat().contextes.clear()
        for durees in (froides, chaudes):
            debut = time.perf_counter()
            repondre(questions, lecteur, depot)
            durees.append(1000 * (time.perf_counter() - debut))
    return froides, chaudes


def _resumer(durees: list[float]) -> dict[str, float]:
    return {
        "mediane": statistics.median(durees),
        "p95": statistics.quantiles(durees, n=20)[-1],
    }


# --- The whole bench ------------------------------------------------------------------------------


def _lancer(etape: str, url: str, *arguments: str) -> dict[str, object]:
    """One step in its own process; its measures. Raises CalledProcessError."""
    acheve = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--etape", etape, *arguments],
        env={**os.environ, "DATABASE_URL": url, "SECRET_ARRONDI": SECRET},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    *lignes, derniere = acheve.stdout.splitlines()
    for ligne in lignes:
        print(ligne, flush=True)
    mesures: dict[str, object] = json.loads(derniere)
    return mesures


def _tout(echelle: Echelle, base: str | None) -> None:
    with tempfile.TemporaryDirectory(prefix="passerelle-bench-") as nom:
        dossier = Path(nom)
        _mesurer_import(dossier / "import", echelle, base)
        _mesurer_lecture(dossier / "lecture", echelle)


def _construire(dossier: Path, annees: int, echelle: float, url: str) -> dict[str, object]:
    dossier.mkdir(parents=True)
    livraisons = dossier / "livraisons"
    fabrique = _lancer(
        *("engendrer", url, "--dossier", str(livraisons)),
        *("--annees", str(annees), "--echelle", str(echelle)),
    )
    print(f"  fabrique : {fabrique['duree']:.1f} s, {fabrique['memoire']:.0f} Mo", flush=True)
    charge = _lancer("importer", url, "--dossier", str(livraisons))
    print(
        f"  import, comptage et publication : {charge['duree']:.1f} s "
        f"({charge['cpu']:.1f} s de processeur), {charge['memoire']:.0f} Mo au plus, "
        f"base de {charge['taille']:.0f} Mo, {charge['comptes']}",
        flush=True,
    )
    return charge


def _mesurer_import(dossier: Path, echelle: Echelle, base: str | None) -> None:
    print(
        f"(a) {echelle.annees} années à l’échelle {echelle.echelle} "
        f"(visé : {INTERVENTIONS_VISEES} interventions en moins de 240 s et 2 000 Mo)"
    )
    for url in filter(None, (f"sqlite:///{dossier / 'base.sqlite'}", base)):
        print(f"  {url.split(':')[0]}", flush=True)
        _construire(dossier / url.split(":")[0], echelle.annees, echelle.echelle, url)


def _mesurer_lecture(dossier: Path, echelle: Echelle) -> None:
    print("(b) un changement de filtre sur un chapitre entier, en millisecondes (médiane, p95)")
    lues: list[dict[str, dict[str, dict[str, float]]]] = []
    for fois in echelle.echelles_lecture:
        print(f"  échelle {fois}", flush=True)
        url = f"sqlite:///{dossier / f'base-{fois}.sqlite'}"
        _construire(dossier / str(fois), echelle.annees_lecture, fois, url)
        mesures = _lancer("lire", url)
        print(f"  ouverture : {mesures['ouverture']:.1f} ms ; {mesures['memoire']:.0f} Mo")
        chapitres = mesures["chapitres"]
        assert isinstance(chapitres, dict)
        lues.append(chapitres)
    petite, grande = echelle.echelles_lecture
    print(f"  {'chapitre':<18}{'lecture':<8}{f'×{petite:g}':>16}{f'×{grande:g}':>16}{'rapport':>9}")
    for chapitre, lecture in itertools.product(lues[0], ("froid", "chaud")):
        a, b = (x[chapitre][lecture] for x in lues)
        print(
            f"  {chapitre:<18}{lecture:<8}"
            + "".join(f"{x['mediane']:>8.2f}{x['p95']:>8.2f}" for x in (a, b))
            + f"{b['mediane'] / a['mediane']:>9.2f}"
        )


if __name__ == "__main__":
    sys.exit(main())
