"""The journal: who consulted what, when, under which policy; never a figure.

Contract, confidentialité, Access, last line. Kept apart from everything else: under SQLite a file
of its own (`passerelle-journal.sqlite`) beside the application's store, under PostgreSQL a table
of the schema `application`. Entries older than 12 months are erased by each day's first write and
by `python -m data journal`.

A reader waits for a place in a queue, never for a disk; one thread per process writes the queue in
batches. Exact figures are the exception: they leave only once their entry is written. When the
store cannot be written, what waits is said on stderr and tried again; when the queue is full,
readers wait, then are refused. Nothing is dropped in silence: what could not be written when the
process ends is written to stderr.
"""

from __future__ import annotations

import atexit
import csv
import datetime as dt
import os
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.schema import CreateIndex, CreateTable

from data import schema as t
from data.application import SCHEMA, maintenant, url_de_l_application
from data.refus import neutraliser

FICHIER = "passerelle-journal.sqlite"
POLITIQUE_EXACTE = "exact"
CAPACITE = 20_000
"""Most entries that wait; more make readers wait."""

PAR_LOT = 2_000
"""Entries written by one transaction."""

PATIENCE = 5.0
"""Seconds that a reader waits for a place in a full queue, or for an exact entry to be written."""

REPOS = 5.0
"""Seconds without an entry after which the thread ends and closes its connection."""

PREMIER_DELAI, DERNIER_DELAI = 0.5, 30.0
"""Seconds between two attempts at a store that cannot be written: doubled up to the last. Who is
refused exact figures in the meantime has it tried at once."""

_VERROU_DE_CREATION = 0x4A4F_5552
"""Number of the advisory lock under PostgreSQL."""

metadata = sa.MetaData()
# A row holds the entries that differ by their question alone: a page asks hundreds at once.

journal = sa.Table(
    "journal",
    metadata,
    sa.Column("numero", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("quand", sa.DateTime, nullable=False, index=True, comment="UTC"),
    sa.Column("qui", sa.Text, nullable=False, comment="account or viewpoint, and role"),
    sa.Column("quoi", sa.Text, nullable=False, comment="questions answered, or event; one a line"),
    sa.Column("politique", sa.Text, nullable=False, comment="empty for an event"),
    sa.Column("fichier", sa.Boolean, nullable=False),
)


class JournalIndisponible(RuntimeError):
    """The entry cannot be kept: what it is about must not be answered. French text."""

    def __init__(self) -> None:
        super().__init__(
            "Cette consultation ne peut pas être inscrite au journal : rien n’est affiché. "
            "Réessayez dans un instant."
        )


@dataclass(frozen=True, slots=True)
class Entree:
    """One line of the journal. `quand`: UTC, without time zone."""

    qui: str
    quoi: str
    politique: str = ""
    fichier: bool = False
    quand: dt.datetime = field(default_factory=maintenant)

    @property
    def exacte(self) -> bool:
        """Whether it is about exact figures: these wait for their entry."""
        return self.politique == POLITIQUE_EXACTE


def noter(qui: str, quoi: str, *, politique: str = "", fichier: bool = False) -> None:
    """Write one entry: who, what (a question or an event, never a figure), policy, file or not.

    Raises JournalIndisponible when exact figures are asked and the entry cannot be written, or
    when too many entries wait already.
    """
    inscrire([Entree(qui, quoi, politique, fichier)])


def inscrire(entrees: Sequence[Entree]) -> None:
    """Write entries, all of one request. Raises JournalIndisponible, see `noter`."""
    if entrees:
        _ecrivain(url_du_journal()).ajouter(tuple(entrees))


def vider(patience: float = 10.0) -> bool:
    """Wait until everything that was noted is written; whether it is."""
    vides = [e.vider(patience) for e in list(_ecrivains.values())]
    return all(vides)


def url_du_journal() -> str:
    """URL of the store the journal is in."""
    application = sa.make_url(url_de_l_application())
    if application.get_backend_name() != "sqlite" or application.database in (None, "", ":memory:"):
        return application.render_as_string(hide_password=False)
    return f"sqlite:///{Path(str(application.database)).parent / FICHIER}"


def lire(
    *,
    depuis: dt.datetime | None = None,
    qui: str = "",
    exact: bool = False,
    fichiers: bool = False,
) -> Iterator[Entree]:
    """Entries, oldest first: since a time (UTC), whose `qui` contains a text, exact ones, files.

    What is older than 12 months is erased first. Raises sqlalchemy.exc.DBAPIError.
    """
    j = journal.c
    filtres: list[sa.ColumnElement[bool]] = []
    if depuis is not None:
        filtres.append(j.quand >= depuis)
    if qui:
        filtres.append(sa.func.lower(j.qui).contains(qui.lower(), autoescape=True))
    if exact:
        filtres.append(j.politique == POLITIQUE_EXACTE)
    if fichiers:
        filtres.append(j.fichier)
    engine = _ouvrir(url_du_journal())
    try:
        with engine.begin() as conn:
            effacer_les_anciennes(conn)
        with engine.connect().execution_options(yield_per=500) as conn:
            for x in conn.execute(sa.select(journal).where(*filtres).order_by(j.numero)):
                for quoi in x.quoi.split("\n"):
                    yield Entree(x.qui, quoi, x.politique, x.fichier, x.quand)
    finally:
        engine.dispose()


def effacer_les_anciennes(conn: sa.Connection) -> int:
    """Erase the entries older than 12 months; how many there were."""
    return conn.execute(sa.delete(journal).where(journal.c.quand < il_y_a_un_an())).rowcount


def il_y_a_un_an() -> dt.datetime:
    """The same day and time twelve months ago, UTC."""
    instant = maintenant()
    # There is no 29 February the year before.
    jour = min(instant.day, 28) if instant.month == 2 else instant.day
    return instant.replace(year=instant.year - 1, day=jour)


def creer() -> None:
    """Make the store of the journal if it is missing. Raises sqlalchemy.exc.DBAPIError."""
    _ouvrir(url_du_journal()).dispose()


def _ouvrir(url: str) -> Engine:
    """Engine on the store of the journal, created if it is missing."""
    adresse = sa.make_url(url)
    if adresse.get_backend_name() == "sqlite" and adresse.database:
        chemin = Path(adresse.database)
        chemin.parent.mkdir(parents=True, exist_ok=True)
        # Only the owner reads it; the files that SQLite puts beside it follow.
        os.close(os.open(chemin, os.O_CREAT | os.O_RDWR, 0o600))
    engine = t.ouvrir(url)
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(schema_translate_map={None: SCHEMA})
    try:
        with engine.begin() as conn:
            if conn.dialect.name == "postgresql":
                # The role of the web application may write what is there, not make it.
                if sa.inspect(conn).has_table(journal.name, schema=SCHEMA):
                    return engine
                conn.execute(sa.select(sa.func.pg_advisory_xact_lock(_VERROU_DE_CREATION)))
                conn.execute(sa.schema.CreateSchema(SCHEMA, if_not_exists=True))
            else:
                # What is erased leaves no trace in the file.
                conn.exec_driver_sql("PRAGMA secure_delete=ON")
            conn.execute(CreateTable(journal, if_not_exists=True))
            for index in journal.indexes:
                conn.execute(CreateIndex(index, if_not_exists=True))
    except BaseException:
        engine.dispose()
        raise
    return engine


@dataclass(slots=True)
class _Lot:
    """The entries of one request. `ecrit`: set once they are in the store."""

    entrees: tuple[Entree, ...]
    ecrit: threading.Event = field(default_factory=threading.Event)


class _Ecrivain:
    """The queue of one store, and the thread that writes it. Lives in one process."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._condition = threading.Condition()
        self._file: deque[_Lot] = deque()
        self._en_attente = 0
        self._fil: threading.Thread | None = None
        self._en_panne = False
        self._presse = self._relance = False
        self._jour: dt.date | None = None

    def ajouter(self, entrees: tuple[Entree, ...]) -> None:
        exacte = any(e.exacte for e in entrees)
        lot = _Lot(entrees)
        with self._condition:
            if exacte and self._en_panne:
                self._relancer()
                raise JournalIndisponible
            libre = self._condition.wait_for(
                lambda: not self._en_attente or self._en_attente + len(entrees) <= CAPACITE,
                PATIENCE,
            )
            if not libre:
                raise JournalIndisponible
            self._file.append(lot)
            self._en_attente += len(entrees)
            if self._fil is None:
                self._fil = threading.Thread(target=self._ecrire_tout, name="journal", daemon=True)
                self._fil.start()
            self._condition.notify_all()
        if exacte and not lot.ecrit.wait(PATIENCE):
            # The entry stays in the queue: the journal tells of an answer that was refused,
            # never less than what was seen.
            raise JournalIndisponible

    def vider(self, patience: float) -> bool:
        with self._condition:
            self._presse = True
            self._condition.notify_all()
            fini = self._condition.wait_for(lambda: not self._en_attente, patience)
            self._presse = False
            return fini

    def reste(self) -> list[Entree]:
        with self._condition:
            return [e for lot in self._file for e in lot.entrees]

    def _ecrire_tout(self) -> None:
        """The thread: until nothing has come for a while."""
        engine: Engine | None = None
        delai = PREMIER_DELAI
        while True:
            lots = self._prendre()
            if not lots:
                if engine is not None:
                    with _travail:
                        engine.dispose()
                with self._condition:
                    if self._file:
                        engine = None
                        continue
                    self._fil = None
                    return
            try:
                with _travail:
                    engine = engine or _ouvrir(self._url)
                    self._ecrire(engine, [e for lot in lots for e in lot.entrees])
            except (sa.exc.SQLAlchemyError, OSError) as erreur:
                if not self._en_panne:
                    _dire(
                        "Le journal des consultations ne peut pas être écrit "
                        f"({type(erreur).__name__}) : nouvel essai jusqu’à ce qu’il le soit."
                    )
                self._manquer(delai)
                delai = min(2 * delai, DERNIER_DELAI)
                continue
            if self._en_panne:
                _dire("Le journal des consultations s’écrit de nouveau.")
            delai = PREMIER_DELAI
            self._reussir(lots)

    def _prendre(self) -> list[_Lot]:
        """The requests to write together, still in the queue; none after a long silence."""
        with self._condition:
            if not self._condition.wait_for(lambda: bool(self._file), REPOS):
                return []
            lots: list[_Lot] = []
            combien = 0
            for lot in self._file:
                if lots and combien + len(lot.entrees) > PAR_LOT:
                    break
                lots.append(lot)
                combien += len(lot.entrees)
            return lots

    def _ecrire(self, engine: Engine, entrees: list[Entree]) -> None:
        aujourd_hui = maintenant().date()
        with engine.begin() as conn:
            if self._jour != aujourd_hui:
                effacer_les_anciennes(conn)
            conn.execute(sa.insert(journal), _grouper(entrees))
        self._jour = aujourd_hui

    def _reussir(self, lots: list[_Lot]) -> None:
        with self._condition:
            self._en_panne = False
            for lot in lots:
                self._file.popleft()
                self._en_attente -= len(lot.entrees)
                lot.ecrit.set()
            self._condition.notify_all()

    def _manquer(self, delai: float) -> None:
        with self._condition:
            self._en_panne = True
            self._condition.wait_for(lambda: self._presse or self._relance, delai)
            # Pressed: tried again at once, then not faster than ten times a second.
            if self._presse or self._relance:
                self._condition.wait(0.1)
            self._relance = False

    def _relancer(self) -> None:
        """Have the store tried again now: once it is back, the next reader is not refused."""
        if not self._relance:
            self._relance = True
            self._condition.notify_all()


def _grouper(entrees: Iterable[Entree]) -> list[dict[str, Any]]:
    """Rows: the entries of one moment, reader and policy together, each question once."""
    groupes: dict[tuple[Any, ...], dict[str, None]] = {}
    for e in entrees:
        cle = (e.quand, e.qui, e.politique, e.fichier)
        groupes.setdefault(cle, {})[" ".join(e.quoi.split())] = None
    return [
        {
            "quand": quand,
            "qui": " ".join(qui.split()),
            "quoi": "\n".join(quoi),
            "politique": politique,
            "fichier": fichier,
        }
        for (quand, qui, politique, fichier), quoi in groupes.items()
    ]


_ecrivains: dict[str, _Ecrivain] = {}
_verrou = threading.Lock()
_travail = threading.Lock()
"""Held while a thread of this module is at work in the libraries of the database: a process forked
then would find their locks taken for ever."""

_tenu = False
"""Whether the process that forks holds it."""


def _ecrivain(url: str) -> _Ecrivain:
    with _verrou:
        if url not in _ecrivains:
            _ecrivains[url] = _Ecrivain(url)
        return _ecrivains[url]


def _avant_de_bifurquer() -> None:
    global _tenu
    _tenu = _travail.acquire(timeout=PATIENCE)


def _chez_le_parent() -> None:
    global _tenu
    if _tenu:
        _tenu = False
        _travail.release()


def _chez_l_enfant() -> None:
    """The parent's thread is not here, and it is the parent's to write its queue."""
    global _verrou, _travail, _tenu
    _verrou, _travail, _tenu = threading.Lock(), threading.Lock(), False
    _ecrivains.clear()


def _finir() -> None:
    """At the end of the process: write what waits, or say it."""
    vider()
    for ecrivain in list(_ecrivains.values()):
        for e in ecrivain.reste():
            _dire(
                f"Non inscrit au journal : {e.quand:%Y-%m-%d %H:%M:%S} UTC, {e.qui}, {e.quoi}, "
                f"{e.politique or '-'}, {'fichier' if e.fichier else '-'}"
            )


def _dire(texte: str) -> None:
    print(texte, file=sys.stderr, flush=True)


def ecrire_csv(entrees: Iterable[Entree], chemin: Path) -> int:
    """Write entries as CSV: UTF-8 with BOM, `;`, no cell that a spreadsheet would run.

    Returns how many. Raises OSError.
    """
    with chemin.open("w", encoding="utf-8-sig", newline="") as sortie:
        plume = csv.writer(sortie, delimiter=";")
        plume.writerow(("quand_utc", "qui", "quoi", "politique", "fichier"))
        combien = 0
        for e in entrees:
            combien += 1
            champs = (
                f"{e.quand:%Y-%m-%d %H:%M:%S}",
                e.qui,
                e.quoi,
                e.politique,
                "oui" if e.fichier else "non",
            )
            plume.writerow([neutraliser(c) for c in champs])
    return combien


os.register_at_fork(
    before=_avant_de_bifurquer,
    after_in_parent=_chez_le_parent,
    after_in_child=_chez_l_enfant,
)
atexit.register(_finir)
