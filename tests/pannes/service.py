"""The served application while something fails under it, and the imports that meet a full disk."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from queries.depot import Depot
from tests import RACINE
from tests.bench.processus import famille
from tests.pannes import empreinte, morts
from tests.pannes.bases import Base, BasePostgresql, BaseSqlite
from tests.pannes.clients import (
    INDISPONIBLE,
    Client,
    Vue,
    composer_les_demandes,
    ouvrir_point_de_vue,
    solliciter,
)
from tests.pannes.table import Constat
from tests.postgresql import Postgresql
from tests.serveur import Serveur


def lire(adresse: str, delai: float = 60) -> tuple[int, str]:
    """Status and text of a page; an error of the connection is status 0."""
    try:
        with urllib.request.urlopen(adresse, timeout=delai) as reponse:
            return reponse.status, reponse.read().decode("utf-8", "replace")
    except urllib.error.HTTPError as erreur:
        return erreur.code, erreur.read().decode("utf-8", "replace")
    except (OSError, http.client.HTTPException) as erreur:
        return 0, str(erreur)


ABSENCE_ENTIERE = 1.0
"""Seconds from which an absence lasts until everything that readers ask was refused to each."""


def attendre(essai: Callable[[], bool], secondes: float = 60) -> bool:
    """Whether it comes true in that time."""
    fin = time.monotonic() + secondes
    while not essai():
        if time.monotonic() > fin:
            return False
        time.sleep(0.2)
    return True


def partir_et_revenir(
    serveur: Serveur, partir: Callable[[], None], revenir: Callable[[], None], quoi: str
) -> Constat:
    """The database goes away under the service, then comes back: nobody starts anything again."""
    constat = Constat(f"base partie puis revenue ({quoi})")
    page = f"{serveur.adresse}/api/v1/annees"
    constat.noter(lire(page)[0] == 200, f"avant : {lire(page)}")
    partir()
    statut, texte = lire(page)
    dite = statut == 503 and any(mot in texte for mot in INDISPONIBLE)
    constat.noter(dite, f"pendant : {statut} {texte[:300]}")
    statut, texte = lire(f"{serveur.adresse}/rapport")
    constat.noter(
        statut in (200, 503) and "Traceback" not in texte, f"pendant, une page : {statut}"
    )
    revenir()
    constat.noter(attendre(lambda: lire(page)[0] == 200), f"après : {lire(page)}")
    constat.detail = "dite en français pendant, servie après sans rien relancer"
    return constat


def retirer_le_fichier(base: BaseSqlite, dossier: Path) -> Constat:
    """An SQLite file taken away, then put back."""
    ailleurs = base.fichier.with_suffix(".ailleurs")
    with Serveur(base.url, APPLICATION_URL=f"sqlite:///{dossier}/application.sqlite") as serveur:
        return partir_et_revenir(
            serveur,
            lambda: _deplacer(base.fichier, ailleurs),
            lambda: _deplacer(ailleurs, base.fichier),
            "fichier SQLite",
        )


def redemarrer_postgresql(
    postgresql: Postgresql, dossier: Path, absences: Sequence[float], *, anonymes: int = 2
) -> Constat:
    """PostgreSQL crashes under readers who go on asking, and is started again (`_priver`)."""
    constat = Constat("PostgreSQL tombé puis relancé")
    return _priver(constat, postgresql, postgresql.tombe, dossier, absences, anonymes)


def geler_postgresql(
    postgresql: Postgresql, dossier: Path, absences: Sequence[float], *, anonymes: int = 2
) -> Constat:
    """PostgreSQL freezes, its connections kept, then goes on: nobody waits for it for ever."""
    constat = Constat("PostgreSQL gelé puis dégelé")
    return _priver(constat, postgresql, postgresql.gele, dossier, absences, anonymes)


def _priver(
    constat: Constat,
    postgresql: Postgresql,
    panne: Callable[[], contextlib.AbstractContextManager[None]],
    dossier: Path,
    absences: Sequence[float],
    anonymes: int,
) -> Constat:
    """Readers go on asking while the database is away so many seconds, as many times as there are
    `absences`: nobody starts anything else, no session is lost.

    `anonymes`: readers without a session, beside those of two viewpoints that see exact figures.
    """
    base, journal = BasePostgresql(postgresql.url), dossier / "service.journal"
    with Serveur(base.url, APPLICATION_URL=base.url, journal=journal) as serveur:
        clients = _reunir(serveur.port, base.url, anonymes)
        _distinguer(constat, clients)
        processus = famille(serveur.pid)
        with solliciter(clients):
            pannes = [_partir_et_revenir(constat, panne, clients, x) for x in absences]
        constat.noter(famille(serveur.pid) == processus, "un processus du service a changé")
    vues = [vue for client in clients for vue in client.vues]
    for vue in vues:
        constat.noter(not vue.defaut, vue.defaut)
        constat.noter(
            vue.statut == 200 or any(p.couvre(vue) for p in pannes),
            f"refusée alors que PostgreSQL répondait : {vue.demande}",
        )
    ecrit = journal.read_text(encoding="utf-8")
    for signe in ("erreur imprévue", "Traceback"):
        constat.noter(signe not in ecrit, f"au journal technique : {signe}")
    refus = [vue for vue in vues if vue.statut == 503]
    retours = [max([0.0, *(v.fin - p.revenu for v in refus if p.couvre(v))]) for p in pannes]
    constat.detail = (
        f"{len(vues)} réponses ; {len(refus)} refus dits en français, {len(pannes)} absences ; "
        f"le dernier au plus {max(retours):.1f} s après le retour ; "
        f"la plus longue attente {max(v.fin - v.debut for v in vues):.1f} s"
    )
    return constat


class Panne(NamedTuple):
    """Instants of the monotonic clock: PostgreSQL is about to go, answers again, and everything was
    answered since."""

    part: float
    revenu: float
    rentre: float

    def couvre(self, vue: Vue) -> bool:
        """Whether a request may have met it."""
        return self.part <= vue.fin and vue.debut < self.rentre


def _partir_et_revenir(
    constat: Constat,
    panne: Callable[[], contextlib.AbstractContextManager[None]],
    clients: list[Client],
    absence: float,
) -> Panne:
    constat.noter(_tous(clients, 200, time.monotonic()), "avant : tout n’a pas été répondu")
    part = time.monotonic()
    with panne():
        parti = time.monotonic()
        time.sleep(absence)
        if absence >= ABSENCE_ENTIERE:
            constat.noter(_tous(clients, 503, parti), "pendant : tout n’a pas été refusé")
    revenu = time.monotonic()
    constat.noter(_tous(clients, 200, revenu), "après : tout n’est pas revenu")
    rentre = time.monotonic()
    # And stays: a connection of before may still lie in a drawer.
    constat.noter(_tous(clients, 200, rentre), "après : tout n’est pas resté")
    return Panne(part, revenu, rentre)


def _reunir(port: int, base: str, anonymes: int) -> list[Client]:
    depot = Depot(base)
    etat = depot.etat()
    depot.fermer()
    demandes = composer_les_demandes(port, etat)
    chef = f"chef:{next(iter(etat.geographie.associations))}"
    cookies = ["habilite", chef]
    return [
        *(Client(port, demandes, ouvrir_point_de_vue(port, valeur)) for valeur in cookies),
        *(Client(port, demandes) for _ in range(anonymes)),
    ]


def _distinguer(constat: Constat, clients: list[Client]) -> None:
    """Two viewpoints are not answered alike: one taken for another would be seen."""
    habilite, chef, anonyme = (tuple(c.attendus.values()) for c in clients[:3])
    distincts = len({habilite, chef, anonyme}) == 3
    constat.noter(distincts, "les points de vue ne se distinguent pas")


def _tous(clients: list[Client], statut: int, instant: float) -> bool:
    """Whether each of them comes to be answered so, whatever it asks, by requests begun since."""
    return attendre(lambda: all(client.tout_repondu(statut, instant) for client in clients))


def _deplacer(de: Path, vers: Path) -> None:
    de.replace(vers)


# --- Disk full ----------------------------------------------------------------------------------


@contextlib.contextmanager
def petit_disque(point: Path, octets: int) -> Iterator[None]:
    """A file system of that size (tmpfs: asks for an administrator)."""
    point.mkdir()
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={octets}", "tmpfs", str(point)], check=True
    )
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(point)], check=True)


def importer_disque_plein(modele: Path, livraison: Path, dossier: Path) -> Constat:
    """Imports on disks ever larger: refused in French, the old base whole, until one fits."""
    constat = Constat("disque plein (import)")
    refusees = 0
    for rang, marge in enumerate((8_000, 100_000, 300_000, 600_000, 900_000, 20_000_000)):
        point = dossier / f"disque{rang}"
        with petit_disque(point, modele.stat().st_size + 40_000 + marge):
            base = BaseSqlite(modele, point / "b")
            with base.ouverte() as engine:
                avant = empreinte.prendre(engine)
            acheve = subprocess.run(
                [sys.executable, "-m", "data", "importer", str(livraison)],
                cwd=RACINE,
                env={**os.environ, "DATABASE_URL": base.url},
                capture_output=True,
                text=True,
                check=False,
            )
            with base.ouverte() as engine:
                apres = empreinte.prendre(engine)
        if acheve.returncode == 0:
            constat.noter(apres != avant, "chargée, et rien n’a changé")
            continue
        refusees += 1
        dit = acheve.stderr.splitlines()[-1] if acheve.stderr else ""
        constat.noter(
            acheve.returncode == 1 and apres == avant and "disque" in dit.lower(),
            f"marge {marge} : code {acheve.returncode}, {dit!r}, intacte : {apres == avant}",
        )
    constat.detail = f"{refusees} refusées, base d’avant intacte"
    return constat


def servir_disque_plein(modele: Path, dossier: Path) -> Constat:
    """The application's store on a full disk: a page still answers."""
    constat = Constat("disque plein (magasin de l’application)")
    point = dossier / "disque-magasin"
    base = BaseSqlite(modele, dossier / "base-magasin")
    with petit_disque(point, 1_000_000):
        url = f"sqlite:///{point}/application.sqlite"
        with Serveur(base.url, APPLICATION_URL=url) as serveur:
            with contextlib.suppress(OSError), (point / "plein").open("wb", 0) as plein:
                while True:
                    plein.write(bytes(4096))
            for chemin in ("/", "/situations", "/api/v1/annees", "/presentations", "/rapport"):
                statut, texte = lire(serveur.adresse + chemin)
                bon = statut in (200, 503) and "Traceback" not in texte
                constat.noter(bon, f"{chemin} : {statut} {texte[:200]}")
            statut, _ = lire(f"{serveur.adresse}/")
            constat.noter(statut == 200, f"la page d’accueil : {statut}")
    constat.detail = "chaque page répond"
    return constat


# --- Slow clients -------------------------------------------------------------------------------


def servir_des_lents(modele: Path, dossier: Path, combien: int = 30) -> Constat:
    """Clients that send one byte at a time, while another one asks for a page."""
    constat = Constat(f"{combien} clients lents")
    base = BaseSqlite(modele, dossier / "base-lents")
    url = f"sqlite:///{dossier}/application-lents.sqlite"
    with Serveur(base.url, APPLICATION_URL=url) as serveur, contextlib.ExitStack() as pile:
        lents = []
        for _ in range(combien):
            lent = pile.enter_context(socket.create_connection(("127.0.0.1", serveur.port)))
            lent.sendall(b"POST /_dash-update-component HTTP/1.1\r\nHost: localhost\r\n")
            lents.append(lent)
        attentes = []
        for tour in range(10):
            for lent in lents:
                with contextlib.suppress(OSError):
                    lent.sendall(b"X-A: 1\r\n"[tour % 8 : tour % 8 + 1])
            debut = time.monotonic()
            statut, texte = lire(f"{serveur.adresse}/api/v1/annees", delai=20)
            attentes.append(time.monotonic() - debut)
            constat.noter(statut == 200, f"tour {tour} : {statut} {texte[:100]}")
            time.sleep(0.5)
    constat.detail = f"la plus longue attente d’un autre : {max(attentes):.1f} s"
    return constat


# --- Two imports at once ------------------------------------------------------------------------


def importer_a_deux(base: Base, une: Path, autre: Path, dossier: Path, combien: int) -> Constat:
    """Two imports at once: each is loaded, or refused because of the other; the base is that of
    one of the two orders."""
    constat = Constat(f"deux imports à la fois ({base.url.split(':')[0].split('+')[0]})")
    attendues = set()
    for ordre in ((une,), (autre,), (une, autre), (autre, une)):
        base.remettre()
        for livraison in ordre:
            if morts.attendre(morts.lancer(base.url, livraison, dossier / "seul")):
                raise RuntimeError((dossier / "seul").read_text(encoding="utf-8"))
        attendues.add(morts.lire(base))
    refusees = 0
    for rang in range(combien):
        base.remettre()
        pids = []
        for nom, livraison in (("a", une), ("b", autre)):
            pids.append((nom, morts.lancer(base.url, livraison, dossier / nom)))
            time.sleep(0.05 * rang)
        codes = {nom: morts.attendre(pid) for nom, pid in pids}
        dits = [
            "Un autre import est en cours" in (dossier / nom).read_text(encoding="utf-8")
            for nom, code in codes.items()
            if code
        ]
        refusees += len(dits)
        constat.noter(
            len(dits) < 2 and all(dits) and morts.lire(base) in attendues, f"n° {rang} : {codes}"
        )
    base.remettre()
    constat.detail = f"{refusees} refusés en français, les autres chargés l’un après l’autre"
    return constat
