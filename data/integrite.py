"""A database that is not well: what it says, in French, and whether an SQLite file is whole.

A file is damaged by a disk, a copy made while it was written, a transfer cut short. Nothing of it
must be read as if it were right: an import and `python -m data etat` begin with SQLite's own check
of the whole file; when the application starts, it checks that nothing of the file is missing. Under
PostgreSQL, the server checks the pages that it reads (`initdb --data-checksums`).
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from data import schema as t
from data.paquet import MiseEnPage, deplier

MUETTE = "La base de données ne répond pas. Réessayez dans un instant."
ABIMEE = (
    "La base de données est abîmée : rien n’en est lu. Il faut en rétablir une sauvegarde ; "
    "prévenez la personne qui tient l’application."
)
PLEINE = "Le disque est plein : rien n’a été écrit. Libérez de la place, puis recommencez."
ILLISIBLE = (
    "Le fichier de la base de données est introuvable, ou ne peut pas être ouvert : vérifiez "
    "qu’il est à sa place, et le droit de le lire."
)
INTERDITE = "La base de données ne peut pas être modifiée d’ici : vérifiez le droit d’y écrire."
OCCUPEE = "La base de données est occupée par quelqu’un d’autre. Réessayez dans un instant."
DISQUE = (
    "Le disque de la base de données ne répond pas comme il faut : rien n’a été écrit. Faites-le "
    "vérifier, puis recommencez."
)
ACCES = "Un fichier ne peut pas être lu ou écrit : vérifiez qu’il est à sa place, et ses droits."

_SQLITE = (
    (
        ("malformed", "not a database", "could not decode", "database corruption")
        + ("unsupported file format",),
        ABIMEE,
    ),
    (("disk is full",), PLEINE),
    (("unable to open",), ILLISIBLE),
    (("readonly",), INTERDITE),
    (("locked",), OCCUPEE),
    (("disk i/o error",), DISQUE),
)
"""What SQLite says → what a person is told."""

_POSTGRESQL = (
    (("XX001", "XX002"), ABIMEE),
    (("53100",), PLEINE),
    (("42501", "25006"), INTERDITE),
    (("55P03",), OCCUPEE),
    (("58030",), DISQUE),
)
"""SQLSTATE → what a person is told."""

_PLEIN = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_EN_TETE = b"SQLite format 3\0"


class BaseAbimee(Exception):
    """The file is not whole. French text."""

    def __init__(self) -> None:
        super().__init__(ABIMEE)


def dire_la_panne(erreur: BaseException) -> str:
    """What an error of the database or of its disk means, in French. Quotes nothing of it."""
    if isinstance(erreur, OSError):
        return PLEINE if erreur.errno in _PLEIN else ACCES
    origine = getattr(erreur, "orig", None) or erreur
    etat = getattr(origine, "sqlstate", None)
    if etat:
        return next((dit for etats, dit in _POSTGRESQL if etat in etats), MUETTE)
    texte = str(origine).lower()
    return next((dit for mots, dit in _SQLITE if any(m in texte for m in mots)), MUETTE)


def verifier(engine: Engine, *, entierement: bool = False) -> None:
    """Read the whole SQLite file and check how it holds together. Raises BaseAbimee; another
    error of the database when it cannot be read at all. Nothing to do under PostgreSQL.

    `entierement`: whether what the indexes repeat is compared too, which takes several times as
    long.
    """
    if engine.dialect.name != "sqlite":
        return
    # A connection of its own: those that are kept hold pages read before the damage.
    neuf = sa.create_engine(engine.url, poolclass=sa.pool.NullPool)
    if t.fichier_sqlite(engine.url) is None:
        neuf = engine
    controle = "integrity_check" if entierement else "quick_check"
    try:
        with neuf.connect() as conn:
            reponses = list(conn.exec_driver_sql(f"PRAGMA {controle}(1)").scalars())
    except UnicodeDecodeError as erreur:
        # SQLite quotes what it cannot read, and `sqlite3` cannot read the quotation.
        raise BaseAbimee from erreur
    except sa.exc.DatabaseError as erreur:
        if dire_la_panne(erreur) == ABIMEE:
            raise BaseAbimee from erreur
        raise
    if reponses != ["ok"]:
        raise BaseAbimee


_DEBALLER: dict[str, Callable[[Any], object]] = {
    t.mises_en_page.name: MiseEnPage.lire,
    t.reponses.name: deplier,
    t.reponses_exactes.name: deplier,
}
"""Tables whose rows are packed."""


def verifier_les_lignes(conn: sa.Connection) -> None:
    """Read every row, and unpack every answer that was published: each has its sum. Raises
    BaseAbimee, or what the database says of a text that is none."""
    try:
        presentes = set(sa.inspect(conn).get_table_names())
        for table in t.metadata.sorted_tables:
            # Those that an older version had not are made by the next import.
            if table.name in presentes:
                deballer = _DEBALLER.get(table.name)
                for ligne in conn.execution_options(yield_per=1_000).execute(sa.select(table)):
                    if deballer:
                        deballer(ligne.contenu)
    except (ValueError, LookupError, TypeError) as erreur:
        raise BaseAbimee from erreur


def verifier_la_taille(engine: Engine) -> None:
    """Whether an SQLite file is one, and has every page that it announces: at once, whatever its
    size. Raises BaseAbimee. A file that is not there yet is not damaged."""
    fichier = t.fichier_sqlite(engine.url)
    if fichier is None or not fichier.is_file() or not fichier.stat().st_size:
        return
    journal = Path(f"{fichier}-wal")
    with fichier.open("rb") as flux:
        tete = flux.read(100)
    if len(tete) < 100 or not tete.startswith(_EN_TETE):
        raise BaseAbimee
    page = int.from_bytes(tete[16:18], "big")
    octets = (65_536 if page == 1 else page) * int.from_bytes(tete[28:32], "big")
    # The page count holds when it was written with the last change; the journal may say more.
    sure = tete[24:28] == tete[92:96] and not (journal.exists() and journal.stat().st_size)
    if sure and fichier.stat().st_size < octets:
        raise BaseAbimee
