"""Server time per page and per change of filter of a ten-chart page, in process and over HTTP."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable

from queries.depot import Depot, Etat
from queries.question import NORD, Lieu
from queries.selection import Selection, ecrire
from tests.bench.machine import Mesure
from tests.bench.rappels import CARTES, CHEMIN, Ecran, EnProcessus, ParHttp, Porte, lire_rappels
from tests.serveur import Serveur

FILTRES: tuple[tuple[tuple[str, tuple[str, ...]], ...], ...] = (
    (),
    (("sexe", ("fille",)),),
    (("sexe", ("garcon",)),),
)
REVUES, FOIS = 12, 8
"""Views that are asked again, and how many times."""

DASH = ("/", "/effectifs", "/situations", "/familles", CHEMIN, "/actions", "/deploiement")
DASH_APRES = ("/comparer", "/evolution", "/explorer", "/qualite", "/publications", "/methode")
A_PART = ("/presentations", "/rapport")


def mesurer(base: str) -> None:
    """Print them. `base`: URL of a loaded database."""
    from dashboard.serveur import creer_application

    etat = Depot(base).etat()
    vues = dresser_les_vues(etat)
    porte = EnProcessus(creer_application(base).server)
    print("Temps du serveur (médiane, p95, puis rapports à la boucle étalon)")
    print("  dans le processus, en temps de processeur")
    _changements(porte, etat, vues, time.process_time)
    _pages(porte, time.process_time)
    print("  par HTTP, gunicorn comme dans le Procfile, en temps d’horloge", flush=True)
    with Serveur(base) as serveur:
        lien = ParHttp(serveur.port)
        _changements(lien, etat, vues, time.perf_counter)
        lien.fermer()


def dresser_les_vues(etat: Etat) -> list[str]:
    """Queries of a ten-chart page: every year, the département and its territoires, three filters;
    two that follow one another have neither place nor filter in common."""
    lieux = [NORD, *(Lieu("territoire", c) for c in etat.geographie.territoires)]
    return [
        "?" + ecrire(Selection((annee,), (lieu,), filtres), etat)
        for annee in etat.annees
        for filtres in FILTRES
        for lieu in lieux
    ]


def choisir_les_cartes(etat: Etat) -> list[str]:
    """The ten indicators of the page."""
    chapitre = CHEMIN.strip("/")
    return [i.id for i in etat.catalogue.values() if i.chapitre == chapitre][:CARTES]


def _changements(porte: Porte, etat: Etat, vues: list[str], horloge: Callable[[], float]) -> None:
    ecran = Ecran(lire_rappels(porte), choisir_les_cartes(etat), etat.publication)
    ecran.changer(porte, vues[0])
    neuves = vues[1 : len(vues) // 2]
    suites: tuple[tuple[str, Iterable[str]], ...] = (
        ("jamais vue", neuves),
        ("déjà vue", [v for _ in range(FOIS) for v in neuves[-REVUES:]]),
    )
    # The views asked again are in memory, whichever process answers.
    for nom, demandees in suites:
        mesure = Mesure(horloge)
        octets = 0
        if nom == "déjà vue":
            for vue in neuves[-REVUES:] * 3:
                ecran.changer(porte, vue)
        for vue in demandees:
            demandes = ecran.demandes(vue)
            mesure.chronometrer(lambda d=demandes: [porte.demander(*x) for x in d])  # type: ignore[misc]
        octets = sum(len(porte.demander(*d)) for d in ecran.demandes(neuves[-1]))
        print(f"    {'filtre, vue ' + nom:<26}{mesure.dire()}   {octets / 1000:.0f} ko", flush=True)


def _pages(porte: EnProcessus, horloge: Callable[[], float]) -> None:
    """The request that fills each page, after its first time."""
    ecran = Ecran(lire_rappels(porte), [], 0)
    for chemin in (*DASH, *DASH_APRES):
        _page(chemin, ecran.ouvrir(chemin), porte, horloge)
    for chemin in A_PART:
        _page(chemin, ("GET", chemin, None), porte, horloge)


def _page(
    chemin: str,
    demande: tuple[str, str, bytes | None],
    porte: EnProcessus,
    horloge: Callable[[], float],
) -> None:
    mesure = Mesure(horloge)
    premiere = Mesure(horloge).chronometrer(lambda: porte.demander(*demande))
    for _ in range(12):
        mesure.chronometrer(lambda: porte.demander(*demande))
    print(f"    {chemin:<26}{mesure.dire()}   la première fois {premiere:.0f} ms", flush=True)


def ecrire_les_demandes(base: str) -> bytes:
    """Every request of the load, as JSON: [[method, path, body], …] by view."""
    etat = Depot(base).etat()
    from dashboard.serveur import creer_application

    porte = EnProcessus(creer_application(base).server)
    ecran = Ecran(lire_rappels(porte), choisir_les_cartes(etat), etat.publication)
    return json.dumps(
        [[[m, c, b.decode()] for m, c, b in ecran.demandes(v)] for v in dresser_les_vues(etat)]
    ).encode()
