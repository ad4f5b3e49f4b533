"""A service put in a new version while it is being asked: no request may be lost.

`python -m tests.rechargement [--clients 20] [--tours 5]` asks without a pause while the service is
reloaded, and prints how many requests were answered and how many failed.

Reloading is what `docs/exploitation.md` says: USR2 to the master starts a second one, with the new
code, on the same socket; once its workers answer, TERM to the first one lets its own end what they
have begun.
"""

from __future__ import annotations

import argparse
import http.client
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tests import RACINE
from tests.port import trouver_port

SECONDES_AU_PLUS = 120


@dataclass
class Bilan:
    """What the clients saw: answers, failures (in words), which masters answered."""

    reponses: int = 0
    echecs: list[str] = field(default_factory=list)


class Service:
    """gunicorn, known by the file that holds the number of its master."""

    def __init__(self, base: str, dossier: Path) -> None:
        self.port = trouver_port()
        self.adresse = f"http://127.0.0.1:{self.port}"
        self.pid = dossier / "passerelle.pid"
        self._premier = subprocess.Popen(
            # The command, not `python -m gunicorn`: started again by USR2 as a script, that one
            # takes gunicorn's own `http` for Python's, and does not start.
            [str(Path(sys.executable).with_name("gunicorn")), "app:server"]
            + ["--config", "python:dashboard.gunicorn", "--bind", f"127.0.0.1:{self.port}"]
            + ["--pid", str(self.pid), "--log-level", "warning"],
            cwd=RACINE,
            env={**os.environ, "DATABASE_URL": base, "WEB_CONCURRENCY": "2"},
        )
        attendre(lambda: demander(self.adresse, "/sante") == 200)

    def recharger(self) -> None:
        """One reload, as the runbook has it. Returns once the first master is gone."""
        ancien = int(self.pid.read_text())
        os.kill(ancien, signal.SIGUSR2)
        nouveau = self.pid.with_name(f"{self.pid.name}.2")
        attendre(nouveau.exists)
        # The second master writes its number before its workers are there: wait for them.
        attendre(lambda: len(fils(int(nouveau.read_text()))) >= 2)
        os.kill(ancien, signal.SIGTERM)
        attendre(lambda: not vivant(ancien))
        attendre(lambda: self.pid.exists() and int(self.pid.read_text()) != ancien)

    def arreter(self) -> None:
        """Stop whichever master there is."""
        for fichier in (self.pid, self.pid.with_name(f"{self.pid.name}.2")):
            if fichier.exists():
                os.kill(int(fichier.read_text()), signal.SIGKILL)
        self._premier.kill()
        self._premier.wait()


@contextmanager
def servir(base: str, dossier: Path) -> Iterator[Service]:
    """A service on this base; `dossier`: where its number is written."""
    service = Service(base, dossier)
    try:
        yield service
    finally:
        service.arreter()


def attendre(condition: object) -> None:
    """Wait until it holds. Raises RuntimeError."""
    limite = time.monotonic() + SECONDES_AU_PLUS
    while not condition():  # type: ignore[operator]
        if time.monotonic() > limite:
            raise RuntimeError("Le service ne se recharge pas.")
        time.sleep(0.05)


def vivant(numero: int) -> bool:
    """Whether a process runs, and is more than a number waiting to be read."""
    try:
        etat = Path(f"/proc/{numero}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return etat != "Z"


def fils(numero: int) -> list[str]:
    """Children of a process."""
    try:
        return Path(f"/proc/{numero}/task/{numero}/children").read_text().split()
    except OSError:
        return []


def demander(adresse: str, chemin: str) -> int:
    """Status of one request on a connection of its own; 0 when there is no answer."""
    lien = http.client.HTTPConnection(urlsplit(adresse).netloc, timeout=60)
    try:
        lien.request("GET", chemin, headers={"Connection": "close"})
        reponse = lien.getresponse()
        reponse.read()
        return reponse.status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        lien.close()


def solliciter(adresse: str, clients: int, chemins: list[str], fini: threading.Event) -> Bilan:
    """Ask without a pause, with so many clients at once, until told that it is over."""
    bilan, verrou = Bilan(), threading.Lock()

    def insister(rang: int) -> None:
        while not fini.is_set():
            chemin = chemins[rang % len(chemins)]
            statut = demander(adresse, chemin)
            with verrou:
                bilan.reponses += 1
                if statut != 200:
                    bilan.echecs.append(f"{chemin} : {statut or 'pas de réponse'}")

    fils_ = [threading.Thread(target=insister, args=(rang,)) for rang in range(clients)]
    for un in fils_:
        un.start()
    for un in fils_:
        un.join()
    return bilan


def essayer(service: Service, clients: int, tours: int) -> Bilan:
    """Reload so many times under so many clients."""
    fini = threading.Event()
    resultats: list[Bilan] = []
    chemins = ["/api/v1/indicateurs/sexe", "/situations", "/assets/passerelle.css", "/pret"]
    charge = threading.Thread(
        target=lambda: resultats.append(solliciter(service.adresse, clients, chemins, fini))
    )
    charge.start()
    try:
        for _ in range(tours):
            time.sleep(0.5)
            service.recharger()
        time.sleep(0.5)
    finally:
        fini.set()
        charge.join()
    return resultats[0]


def main() -> int:
    """Measure on the database of the settings."""
    analyseur = argparse.ArgumentParser(description="Recharger sans perdre une demande.")
    analyseur.add_argument("--clients", type=int, default=20)
    analyseur.add_argument("--tours", type=int, default=5)
    options = analyseur.parse_args()
    import tempfile

    from data.schema import url_de_la_base

    with (
        tempfile.TemporaryDirectory() as dossier,
        servir(url_de_la_base(), Path(dossier)) as service,
    ):
        if demander(service.adresse, "/pret") != 200:
            print("Le service n’est pas prêt : donnez DATABASE_URL et SECRET_ARRONDI d’une base.")
            return 2
        bilan = essayer(service, options.clients, options.tours)
    print(
        f"{options.tours} rechargements, {options.clients} clients : {bilan.reponses} demandes, "
        f"{len(bilan.echecs)} perdues"
    )
    for echec in sorted(set(bilan.echecs)):
        print(f"  {echec} ({bilan.echecs.count(echec)})")
    return 1 if bilan.echecs else 0


if __name__ == "__main__":
    sys.exit(main())
