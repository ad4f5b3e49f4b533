"""Backup and restoration of all that is stored, in one file, whatever the engine.

The file is a ZIP archive: `manifeste.json` (format, date, steps, and SHA-256 of each member), then
one member per store: an SQLite database, or a dump of PostgreSQL in its custom format. Each store
is read at one instant and restored whole or not at all. The secrets (rounding, sessions) are not
stored with the data and are never in it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from data import application, journal
from data import schema as t
from data.verrou import VERROU

FORMAT = 1
MANIFESTE = "manifeste.json"
BLOC = 1 << 20
PATIENCE = 10.0
"""Seconds that a restoration waits for whoever writes an SQLite file."""


class SauvegardeImpossible(RuntimeError):
    """Nothing was written, or what was there stays as it was. French text."""


@dataclass(frozen=True, slots=True)
class Magasin:
    """One store. `schema`: of its tables under PostgreSQL, when it has one to itself."""

    nom: str
    titre: str
    url: sa.URL
    metadata: sa.MetaData
    revisions: str = ""
    schema: str = ""

    @property
    def moteur(self) -> str:
        return self.url.get_backend_name()

    @property
    def fichier(self) -> Path:
        """Under SQLite."""
        return Path(str(self.url.database))


def enumerer() -> list[Magasin]:
    """The stores that the settings name; under PostgreSQL the journal is in the application's."""
    base, appli, consultations = (
        sa.make_url(url)
        for url in (
            t.url_de_la_base(),
            application.url_de_l_application(),
            journal.url_du_journal(),
        )
    )
    magasins = [
        Magasin("base", "la base consolidée", base, t.metadata, t.TABLE_DES_REVISIONS),
        Magasin(
            "application",
            "la base de l’application",
            appli,
            application.metadata,
            application.TABLE_DES_REVISIONS,
            application.SCHEMA,
        ),
    ]
    if consultations != appli:
        magasins.append(Magasin("journal", "le journal", consultations, journal.metadata))
    return magasins


def sauvegarder(fichier: Path, *, remplacer: bool = False) -> list[str]:
    """Write everything to that file; titles of what is in it. Raises SauvegardeImpossible."""
    if fichier.is_dir() or not fichier.absolute().parent.is_dir():
        raise SauvegardeImpossible(f"« {fichier} » ne peut pas être écrit : dossier inexistant.")
    if fichier.exists() and not remplacer:
        raise SauvegardeImpossible(
            f"« {fichier} » existe déjà : choisissez un autre nom, ou ajoutez --remplacer."
        )
    with tempfile.TemporaryDirectory(
        prefix=".sauvegarde-", dir=fichier.absolute().parent
    ) as dossier:
        copies = {m: Path(dossier) / m.nom for m in enumerer() if _existe(m)}
        if not any(m.nom == "base" for m in copies):
            raise SauvegardeImpossible("La base est vide : il n’y a rien à sauvegarder.")
        for magasin, copie in copies.items():
            copier = _copier_sqlite if magasin.moteur == "sqlite" else _copier_postgresql
            copier(magasin, copie)
        archive = Path(dossier) / "archive.zip"
        _empaqueter(archive, copies)
        os.replace(archive, fichier)
    return [m.titre for m in copies]


def restaurer(fichier: Path, *, remplacer: bool = False, seulement: str = "") -> list[str]:
    """Put back what is in that file; titles of what was. Raises SauvegardeImpossible.

    `seulement`: name of the one store to put back; the others are not looked at, and stay as they
    are. Every checksum is verified before anything is touched. With the accounts, nobody stays
    logged in. Files prepared from what is replaced go.
    """
    magasins = {m.nom: m for m in enumerer()}
    with contextlib.ExitStack() as pile:
        try:
            archive = pile.enter_context(zipfile.ZipFile(fichier))
            manifeste = json.loads(archive.read(MANIFESTE))
            membres: dict[str, dict[str, Any]] = manifeste["membres"]
            revision = str(manifeste["revision"])
            connu = manifeste["format"] == FORMAT
        except (OSError, zipfile.BadZipFile, KeyError, TypeError, ValueError) as erreur:
            raise SauvegardeImpossible(
                f"« {fichier} » n’est pas une sauvegarde de Passerelle, ou il est abîmé."
            ) from erreur
        if not connu or revision > t.REVISION or not set(membres) <= set(magasins):
            raise SauvegardeImpossible(
                f"« {fichier} » ne convient pas à cette version de Passerelle ou à ses réglages "
                f"(étape « {revision} », {', '.join(membres)})."
            )
        if seulement:
            if seulement not in membres:
                raise SauvegardeImpossible(
                    f"« {fichier} » ne contient pas « {seulement} » à part : il contient "
                    f"{', '.join(membres)}."
                )
            membres = {seulement: membres[seulement]}
        for nom, membre in membres.items():
            _verifier_le_membre(magasins[nom], membre, remplacer=remplacer)
        dossier = Path(pile.enter_context(tempfile.TemporaryDirectory(prefix="passerelle-")))
        copies = {magasins[nom]: dossier / nom for nom in membres}
        for magasin, copie in copies.items():
            _extraire(archive, magasin.nom, copie, membres[magasin.nom]["sha256"])
        faits: list[str] = []
        for magasin, copie in copies.items():
            remettre = _remettre_sqlite if magasin.moteur == "sqlite" else _remettre_postgresql
            try:
                remettre(magasin, copie)
            except SauvegardeImpossible as erreur:
                deja = f" Déjà rétabli : {', '.join(faits)}." if faits else ""
                raise SauvegardeImpossible(f"{erreur}{deja}") from erreur
            faits.append(magasin.titre)
        if "application" in membres:
            _fermer_les_portes()
        application.effacer_les_travaux()
    return faits


def _verifier_le_membre(magasin: Magasin, membre: dict[str, Any], *, remplacer: bool) -> None:
    """Whether it may be put back there. Raises SauvegardeImpossible."""
    if membre["moteur"] != magasin.moteur:
        raise SauvegardeImpossible(
            f"Cette sauvegarde vient de {membre['moteur']} et {magasin.titre} est "
            f"sous {magasin.moteur} : réglez DATABASE_URL sur le même moteur."
        )
    if not remplacer and _occupe(magasin):
        raise SauvegardeImpossible(
            f"Il y a déjà quelque chose dans {magasin.titre} : ajoutez --remplacer "
            "pour le perdre et rétablir la sauvegarde (--seulement n’en rétablit qu’une partie)."
        )


def _fermer_les_portes() -> None:
    """Sessions and links of that time, closed since perhaps, let nobody in."""
    with application.transaction() as conn:
        for table in (application.sessions, application.liens, application.demandes_oidc):
            conn.execute(sa.delete(table))


# --- the archive ----------------------------------------------------------------------------------


def _empaqueter(archive: Path, copies: dict[Magasin, Path]) -> None:
    membres = {}
    for magasin, copie in copies.items():
        membres[magasin.nom] = {
            "moteur": magasin.moteur,
            "octets": copie.stat().st_size,
            "sha256": _condenser(copie),
        }
    base = next(m for m in copies if m.nom == "base")
    engine = t.ouvrir(base.url.render_as_string(hide_password=False), lecture_seule=True)
    with engine.connect() as conn:
        revision = t.lire_la_revision(conn)
    engine.dispose()
    manifeste = {
        "format": FORMAT,
        "faite_le": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "revision": revision,
        "membres": membres,
    }
    # Nobody else may read it, from its first byte on.
    os.close(os.open(archive, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600))
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as zip_:
        zip_.writestr(MANIFESTE, json.dumps(manifeste, ensure_ascii=False, indent=1))
        for magasin, copie in copies.items():
            # A dump of PostgreSQL is compressed already.
            genre = zipfile.ZIP_DEFLATED if magasin.moteur == "sqlite" else zipfile.ZIP_STORED
            zip_.write(copie, magasin.nom, genre)


def _extraire(archive: zipfile.ZipFile, nom: str, copie: Path, empreinte: str) -> None:
    try:
        with archive.open(nom) as source, copie.open("wb") as f:
            shutil.copyfileobj(source, f, BLOC)
    except (zipfile.BadZipFile, KeyError, EOFError) as erreur:
        raise SauvegardeImpossible(_dire_abimee(nom)) from erreur
    if _condenser(copie) != empreinte:
        raise SauvegardeImpossible(_dire_abimee(nom))


def _dire_abimee(nom: str) -> str:
    return (
        f"La sauvegarde est abîmée (« {nom} » n’a pas l’empreinte annoncée) : prenez-en une autre. "
        "Rien n’a été changé."
    )


def _condenser(fichier: Path) -> str:
    with fichier.open("rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


# --- what is there --------------------------------------------------------------------------------


def _existe(magasin: Magasin) -> bool:
    if magasin.moteur == "sqlite":
        return magasin.fichier.is_file()
    with _connecter(magasin) as conn:
        premiere = next(iter(magasin.metadata.tables))
        return bool(sa.inspect(conn).has_table(premiere, schema=magasin.schema or None))


def _occupe(magasin: Magasin) -> bool:
    """Whether a restoration would lose something; the closed lists are in every base."""
    if magasin.moteur == "sqlite" and not magasin.fichier.is_file():
        return False
    try:
        with _connecter(magasin) as conn:
            schema = (magasin.schema or None) if magasin.moteur == "postgresql" else None
            presentes = set(sa.inspect(conn).get_table_names(schema=schema))
            return any(
                conn.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first()
                for table in magasin.metadata.sorted_tables
                if table.name in presentes and table.name != t.nomenclatures.name
            )
    except sa.exc.DatabaseError:
        return True  # Unreadable: whoever restores must say that it may be lost.


@contextlib.contextmanager
def _connecter(magasin: Magasin) -> Iterator[sa.Connection]:
    engine: Engine = t.ouvrir(magasin.url.render_as_string(hide_password=False), lecture_seule=True)
    traduction = {None: magasin.schema or None} if magasin.moteur == "postgresql" else {}
    try:
        with engine.connect().execution_options(schema_translate_map=traduction) as conn:
            yield conn
    finally:
        engine.dispose()


# --- SQLite ---------------------------------------------------------------------------------------


def _copier_sqlite(magasin: Magasin, copie: Path) -> None:
    try:
        with (
            contextlib.closing(sqlite3.connect(magasin.fichier, timeout=PATIENCE)) as source,
            contextlib.closing(sqlite3.connect(copie)) as cible,
        ):
            source.backup(cible)
            # One file, without its log.
            cible.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.DatabaseError as erreur:
        raise SauvegardeImpossible(
            f"Le fichier de {magasin.titre} est illisible ({erreur}) : rétablissez une sauvegarde."
        ) from erreur
    _verifier_sqlite(magasin, copie)


def _verifier_sqlite(magasin: Magasin, copie: Path) -> None:
    try:
        with contextlib.closing(sqlite3.connect(copie)) as conn:
            (verdict,) = conn.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as erreur:
        verdict = str(erreur)
    if verdict != "ok":
        raise SauvegardeImpossible(
            f"Le fichier de {magasin.titre} est corrompu ({verdict}). Rien n’a été changé."
        )


def _remettre_sqlite(magasin: Magasin, copie: Path) -> None:
    """Through SQLite itself, so that those who have the file open see what is put back."""
    _verifier_sqlite(magasin, copie)
    magasin.fichier.parent.mkdir(parents=True, exist_ok=True)
    if not magasin.fichier.exists():
        os.close(os.open(magasin.fichier, os.O_CREAT | os.O_WRONLY, 0o600))
    fin = time.monotonic() + PATIENCE

    def patienter(etat: int, _: int, __: int) -> None:
        if etat in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and time.monotonic() > fin:
            raise SauvegardeImpossible(
                f"Quelqu’un écrit dans {magasin.titre} : arrêtez l’application et les imports, "
                "puis recommencez. Rien n’y a été changé."
            )

    with contextlib.closing(sqlite3.connect(copie)) as source:
        try:
            with contextlib.closing(sqlite3.connect(magasin.fichier)) as cible:
                source.backup(cible, progress=patienter)
                return
        except sqlite3.DatabaseError as erreur:
            if erreur.sqlite_errorcode not in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
                raise SauvegardeImpossible(
                    f"{magasin.titre[0].upper()}{magasin.titre[1:]} ne peut pas être rétablie "
                    f"({erreur})."
                ) from erreur
    # Nothing that SQLite can open: a new file in its place.
    for suffixe in ("-wal", "-shm"):
        Path(f"{magasin.fichier}{suffixe}").unlink(missing_ok=True)
    voisine = magasin.fichier.with_name(f".{magasin.fichier.name}.restauration")
    shutil.copyfile(copie, voisine)
    voisine.chmod(0o600)
    os.replace(voisine, magasin.fichier)


# --- PostgreSQL -----------------------------------------------------------------------------------


def _trouver(programme: str) -> str:
    trouve = shutil.which(programme)
    if trouve:
        return trouve
    versions = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{programme}"),
        key=lambda chemin: float(chemin.parts[-3]),
    )
    if not versions:
        raise SauvegardeImpossible(
            f"Le programme « {programme} » est introuvable : installez les outils clients de "
            "PostgreSQL (paquet postgresql-client), de la version du serveur ou plus récents."
        )
    return str(versions[-1])


def _environnement(url: sa.URL) -> dict[str, str]:
    """How the programs of PostgreSQL find the server; no password on a command line."""
    noms = {
        "PGHOST": url.host,
        "PGPORT": url.port,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
        "PGSSLMODE": url.query.get("sslmode"),
        "PGOPTIONS": url.query.get("options"),
    }
    return {**os.environ, **{nom: str(valeur) for nom, valeur in noms.items() if valeur}}


def _tables(magasin: Magasin) -> list[str]:
    """Names of the tables of the consolidated base, in their schema, quoted."""
    with _connecter(magasin) as conn:
        schema = conn.scalar(sa.select(sa.func.current_schema()))
        citer = conn.dialect.identifier_preparer.quote_identifier
    noms = [*(x.name for x in magasin.metadata.sorted_tables), magasin.revisions]
    return [f"{citer(str(schema))}.{citer(nom)}" for nom in noms]


def _copier_postgresql(magasin: Magasin, copie: Path) -> None:
    choix = [f"--schema={magasin.schema}"] if magasin.schema else []
    if not magasin.schema:
        choix = [f"--table={nom}" for nom in _tables(magasin)]
    acheve = subprocess.run(
        [_trouver("pg_dump"), "--format=custom", "--no-owner", "--no-privileges"]
        + [f"--file={copie}", *choix],
        env=_environnement(magasin.url),
        capture_output=True,
        text=True,
        check=False,
    )
    if acheve.returncode:
        raise SauvegardeImpossible(
            f"PostgreSQL n’a pas donné {magasin.titre} : {_dernieres_lignes(acheve.stderr)}"
        )


def _remettre_postgresql(magasin: Magasin, copie: Path) -> None:
    """In one transaction, committed only when all of the dump has been read."""
    if magasin.schema:
        effacer = f"DROP SCHEMA IF EXISTS {magasin.schema} CASCADE;"
    else:
        effacer = f"DROP TABLE IF EXISTS {', '.join(_tables(magasin))} CASCADE;"
    debut = (
        "SET client_min_messages = warning; BEGIN; "
        f"SELECT pg_advisory_xact_lock({VERROU}); {effacer}\n"
    )
    with tempfile.TemporaryFile() as erreurs, tempfile.TemporaryFile() as lecture:
        psql = subprocess.Popen(
            [_trouver("psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=-"],
            env=_environnement(magasin.url),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=erreurs,
        )
        source = subprocess.Popen(
            [_trouver("pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(copie)],
            stdout=subprocess.PIPE,
            stderr=lecture,
        )
        assert psql.stdin is not None
        assert source.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            psql.stdin.write(debut.encode())
            shutil.copyfileobj(source.stdout, psql.stdin, BLOC)
        source.stdout.close()
        lu = source.wait()
        with contextlib.suppress(BrokenPipeError):
            if not lu:
                psql.stdin.write(b"\nCOMMIT;\n")
            psql.stdin.close()
        if psql.wait() or lu:
            raise SauvegardeImpossible(
                f"PostgreSQL n’a pas repris {magasin.titre}, qui reste comme avant : "
                f"{_dernieres_lignes(_relire(erreurs) or _relire(lecture))}"
            )


def _relire(fichier: IO[bytes]) -> str:
    fichier.seek(0)
    return fichier.read().decode("utf-8", "replace")


def _dernieres_lignes(texte: str) -> str:
    return " ; ".join(texte.strip().splitlines()[-2:])
