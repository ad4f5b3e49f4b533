"""A private PostgreSQL server for the tests, thrown away with its data when they end."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import sqlalchemy as sa

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


@contextmanager
def lancer_postgresql() -> Iterator[str]:
    """Starts a server on a free port of 127.0.0.1 and gives the URL of its first database.

    PostgreSQL refuses to run as root: it then runs as the account of the Debian package, or
    failing that as `nobody`.
    """
    programmes = trouver_programmes()
    compte = _choisir_compte()
    # Not pytest's temporary folder, which another account could not enter.
    dossier = Path(tempfile.mkdtemp(prefix="passerelle-postgresql-"))
    mot_de_passe = secrets.token_urlsafe(16)
    fichier_mot_de_passe = dossier / "mot-de-passe"
    fichier_mot_de_passe.write_text(mot_de_passe, encoding="ascii")
    if compte is not None:
        for chemin in (dossier, fichier_mot_de_passe):
            shutil.chown(chemin, compte.pw_uid, compte.pw_gid)
    identite: dict[str, int] = {}
    if compte is not None:
        identite = {"user": compte.pw_uid, "group": compte.pw_gid}
    try:
        subprocess.run(
            [programmes / "initdb", "--pgdata", dossier / "donnees", "--username", UTILISATEUR]
            + ["--auth", "scram-sha-256", "--pwfile", fichier_mot_de_passe]
            + ["--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"],
            cwd=dossier,
            check=True,
            capture_output=True,
            **identite,  # type: ignore[arg-type]
        )
        port = trouver_port()
        with (dossier / "journal").open("wb") as journal:
            serveur = subprocess.Popen(
                [programmes / "postgres", "-D", dossier / "donnees", "-F"]
                + ["-c", "listen_addresses=127.0.0.1", "-c", f"port={port}"]
                + ["-c", "unix_socket_directories=", "-c", "full_page_writes=off"],
                cwd=dossier,
                stdout=journal,
                stderr=subprocess.STDOUT,
                **identite,  # type: ignore[arg-type]
            )
        adresse = f"{UTILISATEUR}:{mot_de_passe}@127.0.0.1:{port}/postgres"
        try:
            _attendre(serveur, f"postgresql://{adresse}", dossier / "journal")
            yield f"postgresql+psycopg://{adresse}"
        finally:
            serveur.terminate()
            try:
                serveur.wait(timeout=10)
            except subprocess.TimeoutExpired:
                serveur.kill()
                serveur.wait()
    finally:
        shutil.rmtree(dossier, ignore_errors=True)


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
