"""A private PostgreSQL server for the tests, thrown away with its data when they end."""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import sqlalchemy as sa

from tests.bench.processus import famille
from tests.port import trouver_port

UTILISATEUR = "passerelle"
SECONDES_DE_DEMARRAGE = 60


class PostgresqlAbsent(Exception):
    """The server's programs are not on this machine; the message says how to get them."""


def trouver_programmes() -> Path:
    """Folder of `initdb` and `postgres`, the newest version; raises `PostgresqlAbsent`."""
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda initdb: float(initdb.parts[-3]),
    )
    if versions:
        return versions[-1].parent
    initdb = shutil.which("initdb")
    if initdb is None:
        raise PostgresqlAbsent(
            "PostgreSQL est introuvable : « make test » l’installe, ou dit à qui le demander."
        )
    return Path(initdb).resolve().parent


class Postgresql:
    """A server of its own, which can be stopped and started again at the same address on the same
    data. Use as a context: started at the beginning, thrown away with its data at the end.

    `url`: of its first database. PostgreSQL refuses to run as root: it then runs as the account of
    the Debian package, or failing that as `nobody`. Raises PostgresqlAbsent when it is made.
    """

    def __init__(self) -> None:
        self._programmes = trouver_programmes()
        compte = _choisir_compte()
        self._utilisateur = compte.pw_uid if compte else None
        self._groupe = compte.pw_gid if compte else None
        self._mot_de_passe = secrets.token_urlsafe(16)
        self._port = trouver_port()
        self._adresse = f"{UTILISATEUR}:{self._mot_de_passe}@127.0.0.1:{self._port}/postgres"
        self.url = f"postgresql+psycopg://{self._adresse}"
        # Not pytest's temporary folder, which another account could not enter.
        self._dossier = Path(tempfile.mkdtemp(prefix="passerelle-postgresql-"))
        self._processus: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Postgresql:
        try:
            self._initialiser()
            self.demarrer()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.arreter()
        shutil.rmtree(self._dossier, ignore_errors=True)

    def demarrer(self) -> None:
        """Start, and wait until it answers. Raises RuntimeError when it does not."""
        journal = self._dossier / "journal"
        commande: list[str | Path] = [
            *(self._programmes / "postgres", "-D", self._dossier / "donnees", "-F"),
            *("-c", "listen_addresses=127.0.0.1", "-c", f"port={self._port}"),
            *("-c", "unix_socket_directories=", "-c", "full_page_writes=off"),
        ]
        with journal.open("ab") as sortie:
            self._processus = subprocess.Popen(
                commande,
                cwd=self._dossier,
                stdout=sortie,
                stderr=subprocess.STDOUT,
                user=self._utilisateur,
                group=self._groupe,
            )
        _attendre(self._processus, f"postgresql://{self._adresse}", journal)

    @property
    def pid(self) -> int:
        """Of the master of the running server."""
        assert self._processus is not None
        return self._processus.pid

    def arreter(self, *, brutal: bool = False) -> None:
        """Stop, whoever is connected: in good order, or at once and without a last word, as a
        crash would (the next start then recovers from the log)."""
        if self._processus is None:
            return
        self._processus.send_signal(signal.SIGQUIT if brutal else signal.SIGINT)
        try:
            self._processus.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._processus.kill()
            self._processus.wait()
        self._processus = None

    @contextmanager
    def tombe(self) -> Iterator[None]:
        """Crashed, then started again."""
        self.arreter(brutal=True)
        try:
            yield
        finally:
            self.demarrer()

    @contextmanager
    def gele(self) -> Iterator[None]:
        """Frozen, with all that it started: connections stay, nobody answers."""
        siens = famille(self.pid)
        for pid in siens:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in siens:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def _initialiser(self) -> None:
        secret = self._dossier / "mot-de-passe"
        secret.write_text(self._mot_de_passe, encoding="ascii")
        if self._utilisateur is not None:
            for chemin in (self._dossier, secret):
                shutil.chown(chemin, self._utilisateur, self._groupe)
        commande: list[str | Path] = [
            *(self._programmes / "initdb", "--pgdata", self._dossier / "donnees"),
            *("--username", UTILISATEUR, "--auth", "scram-sha-256", "--pwfile", secret),
            *("--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"),
        ]
        subprocess.run(
            commande,
            cwd=self._dossier,
            check=True,
            capture_output=True,
            user=self._utilisateur,
            group=self._groupe,
        )


@contextmanager
def lancer_postgresql() -> Iterator[str]:
    """A server as long as the context lasts: the URL of its first database."""
    with Postgresql() as serveur:
        yield serveur.url


def ordonner(serveur: str | sa.URL, ordre: str) -> None:
    """Have a server do what no transaction may hold (`CREATE DATABASE`…)."""
    engine = sa.create_engine(serveur, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)
    with engine.connect() as lien:
        lien.execute(sa.text(ordre))


def recopier(serveur: str | sa.URL, modele: str, nom: str) -> None:
    """Make the database of that name a copy of the model, whatever it was. Nobody may be connected
    to the model."""
    ordonner(serveur, f"DROP DATABASE IF EXISTS {nom} WITH (FORCE)")
    ordonner(serveur, f"CREATE DATABASE {nom} TEMPLATE {modele}")


def _choisir_compte() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _attendre(serveur: subprocess.Popen[bytes], adresse: str, journal: Path) -> None:
    limite = time.monotonic() + SECONDES_DE_DEMARRAGE
    while True:
        try:
            psycopg.connect(adresse, connect_timeout=2).close()
            return
        except psycopg.OperationalError as erreur:
            if serveur.poll() is not None or time.monotonic() > limite:
                raise RuntimeError(
                    f"PostgreSQL ne démarre pas :\n{journal.read_text(errors='replace')}"
                ) from erreur
            time.sleep(0.05)
