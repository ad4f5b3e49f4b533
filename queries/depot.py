"""Read access to the answers: the only door between the web application and the database.

Everything a process keeps is keyed by the number of the publication, read in the same
transaction as the answers: after an import the next question sees all of the new ones.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from data import schema as t
from data.catalogue import Indicateur, Valeur, charger
from data.integrite import ABIMEE, BaseAbimee, dire_la_panne, verifier, verifier_la_taille
from data.paquet import (
    Exact,
    MiseEnPage,
    PaquetAbime,
    Publie,
    deballer_activite,
    deballer_exact,
    deballer_publie,
)
from data.treillis import Geographie, lire_geographie
from queries.audits import Audit, Publication, lire_audits, lire_publications
from queries.lecteur import TOUTES
from queries.remises import Remise, lire_remises

_DERNIERE = sa.select(sa.func.max(t.publications.c.numero))
"""Asked at each request: written once."""

RETENUES = 20_000
"""Most unpacked answers kept in memory by a process (about 2 kB each)."""

SECONDES_AVANT_DE_VERIFIER = 5.0
"""The first pages come before the check of the whole file."""


Droits = tuple[str, ...]
"""Codes of the associations whose exact answers a reader may have (`Lecteur.droits`)."""

REGLAGE_DES_DROITS = "passerelle.associations"
"""Setting of a transaction that the row-level security of PostgreSQL reads (`data.roles`)."""


class BaseIndisponible(RuntimeError):
    """The database cannot be read, or holds no publication yet. French text."""


@dataclass(frozen=True, slots=True)
class Livraison:
    """The delivery that figures come from."""

    numero: int
    date: dt.datetime
    synthetique: bool

    @property
    def texte(self) -> str:
        """« livraison n° 7 du 12 octobre 2023 » without its first word: number and ISO date."""
        return f"{self.numero} ({self.date:%Y-%m-%d})"


@dataclass(slots=True)
class Etat:
    """What one publication says besides the answers themselves.

    `rapprochements`: of demonstration data, id of a printed figure → computed, difference, state,
    explanation. `gardes`: what was computed once from this publication, by name. `contextes`:
    unpacked answers; the exact ones apart for each entitlement.
    """

    publication: int
    livraison: Livraison
    livraisons: tuple[Livraison, ...]
    synthetique: bool
    listes: dict[str, tuple[Valeur, ...]]
    catalogue: dict[str, Indicateur]
    geographie: Geographie
    annees: tuple[str, ...]
    cumuls: tuple[str, ...]
    non_poses: dict[tuple[str, str, str], frozenset[str]]
    pages: dict[str, MiseEnPage]
    pages_par_id: dict[int, MiseEnPage]
    publications: tuple[Publication, ...] = ()
    audits: tuple[Audit, ...] = ()
    rapprochements: dict[str, tuple[str, str, str, str]] = field(default_factory=dict)
    remises: tuple[Remise, ...] = ()
    contextes: dict[tuple[str, Droits | None], Any] = field(default_factory=dict)
    gardes: dict[Any, Any] = field(default_factory=dict)

    @property
    def demonstration(self) -> bool:
        """Whether every delivery is synthetic: one real one is enough for the data to be real."""
        return all(x.synthetique for x in self.livraisons)

    @property
    def audit(self) -> Audit | None:
        """The latest audit; None when there is none yet."""
        return self.audits[-1] if self.audits else None


class Depot:
    """Answers of the consolidated database. One per process, shared by its threads."""

    def __init__(self, url: str | None = None) -> None:
        self._engine = t.ouvrir(url, lecture_seule=True, interactif=True)
        self._etat: Etat | None = None
        self._verrou = threading.Lock()
        self._abime: tuple[int, int] | None = None
        self._surveille = 0
        self._verifie: tuple[int, tuple[int, int] | None] | None = None
        # A worker forked after a first reading must not share its parent's connections.
        os.register_at_fork(after_in_child=lambda: self._engine.dispose(close=False))

    @contextmanager
    def _lecture(self) -> Iterator[sa.Connection]:
        if self._abime is not None and self._abime == self._designer():
            raise BaseIndisponible(ABIMEE)
        self._faire_verifier()
        try:
            with self._engine.connect() as conn:
                if conn.dialect.name == "sqlite":
                    conn.exec_driver_sql("BEGIN")
                yield conn
        except (sa.exc.DBAPIError, sa.exc.TimeoutError) as erreur:
            raise BaseIndisponible(dire_la_panne(erreur)) from erreur
        except (PaquetAbime, UnicodeDecodeError) as erreur:
            # `sqlite3` says so of a text that is none, and of an error that quotes one.
            raise BaseIndisponible(ABIMEE) from erreur

    def fermer(self) -> None:
        """Close the connections that are kept."""
        self._engine.dispose()

    def verifier(self) -> None:
        """Read the whole SQLite file, to be sure that it holds together. What is found damaged is
        read no more, until another file stands at its place. Raises BaseIndisponible."""
        vu = self._designer()
        try:
            verifier(self._engine)
        except BaseAbimee as erreur:
            self._abime = vu
            raise BaseIndisponible(str(erreur)) from erreur
        except sa.exc.DBAPIError as erreur:
            raise BaseIndisponible(dire_la_panne(erreur)) from erreur

    def _designer(self) -> tuple[int, int] | None:
        fichier = t.fichier_sqlite(self._engine.url)
        return None if fichier is None else t.designer(fichier)

    def surveiller(self) -> None:
        """From now on in this process, check the whole file aside: now, and when another one
        stands at its place. Not before a fork: a child must not be born while SQLite works."""
        self._surveille = os.getpid()
        self._verifie = None

    def _faire_verifier(self) -> None:
        """Once for each process and file: that nothing of it is missing, at once; the whole of it
        aside and a little later, since nobody should wait for it."""
        vu = (os.getpid(), self._designer())
        if self._verifie == vu:
            return
        self._verifie = vu
        try:
            verifier_la_taille(self._engine)
        except BaseAbimee as erreur:
            self._abime = vu[1]
            raise BaseIndisponible(str(erreur)) from erreur
        if vu[1] is not None and self._surveille == os.getpid():
            plus_tard = threading.Timer(SECONDES_AVANT_DE_VERIFIER, self._verifier_a_part)
            plus_tard.daemon = True
            plus_tard.start()

    def _verifier_a_part(self) -> None:
        try:
            self.verifier()
        except BaseIndisponible as erreur:
            print(erreur, file=sys.stderr, flush=True)

    def etat(self) -> Etat:
        """The current publication. Raises BaseIndisponible when there is none."""
        with self._lecture() as conn:
            return self._actualiser(conn)

    def _actualiser(self, conn: sa.Connection) -> Etat:
        numero = self._numero(conn)
        if numero is None:
            raise BaseIndisponible("Aucune livraison n’a encore été chargée dans la base.")
        etat = self._etat
        if etat is None or etat.publication != numero:
            with self._verrou:
                try:
                    etat = _lire_etat(conn, numero)
                except (ValueError, LookupError, TypeError) as erreur:
                    # What an import wrote can be read again, unless the disk has changed it.
                    raise BaseIndisponible(ABIMEE) from erreur
                self._etat = etat
        return etat

    def _numero(self, conn: sa.Connection) -> int | None:
        """Number of the publication in force; None when the database is still empty."""
        try:
            numero: int | None = conn.scalar(_DERNIERE)
        except (sa.exc.OperationalError, sa.exc.ProgrammingError) as erreur:
            conn.rollback()
            if sa.inspect(conn).has_table(t.publications.name):
                raise erreur
            return None
        return numero

    def lit_les_fiches(self) -> bool:
        """Whether these answers are read with an account that may read the records too, which is
        never needed. Raises BaseIndisponible."""
        with self._lecture() as conn:
            return t.lit_les_fiches(conn)

    def lire(
        self, cles: Iterable[str], cles_exactes: Iterable[str] = (), droits: Droits = ()
    ) -> tuple[Etat, dict[str, Any], dict[str, Any]]:
        """Unpacked answers of these contexts: published, exact. A context without a row is absent.

        `droits`: associations whose exact answers may be read; the others do not exist.
        Values: `paquet.Publie`, `paquet.Exact`, or a dict of activity.
        """
        with self._lecture() as conn:
            etat = self._actualiser(conn)
            return (
                etat,
                self._chercher(conn, etat, cles, None),
                self._chercher(conn, etat, cles_exactes, tuple(sorted(droits))),
            )

    def _chercher(
        self, conn: sa.Connection, etat: Etat, cles: Iterable[str], droits: Droits | None
    ) -> dict[str, Any]:
        """`droits`: of the exact answers; None: the published ones."""
        trouves: dict[str, Any] = {}
        manquants: list[str] = []
        for cle in dict.fromkeys(cles):
            garde = etat.contextes.get((cle, droits), False)
            if garde is False:
                manquants.append(cle)
            elif garde is not None:
                trouves[cle] = garde
        if not manquants:
            return trouves
        table = t.reponses if droits is None else t.reponses_exactes
        permis = sa.true() if droits is None else _permettre(conn, droits)
        lus: dict[str, Any] = dict.fromkeys(manquants)
        for i in range(0, len(manquants), 500):
            requete = sa.select(table.c.cle, table.c.mise_en_page, table.c.contenu).where(
                table.c.cle.in_(manquants[i : i + 500]), permis
            )
            for cle, page, contenu in conn.execute(requete):
                mise = etat.pages_par_id[page]
                lus[cle] = _deballer(cle, contenu, mise, exactes=droits is not None)
        if len(etat.contextes) > RETENUES:
            etat.contextes.clear()
        for cle, valeur in lus.items():
            etat.contextes[cle, droits] = valeur
            if valeur is not None:
                trouves[cle] = valeur
        return trouves


def _permettre(conn: sa.Connection, droits: Droits) -> sa.ColumnElement[bool]:
    """Tell PostgreSQL, for this transaction, whose exact answers may be read; the same in SQL."""
    if conn.dialect.name == "postgresql":
        conn.execute(
            sa.select(sa.func.set_config(REGLAGE_DES_DROITS, ",".join(filter(None, droits)), True))
        )
    if TOUTES in droits:
        return sa.true()
    return t.reponses_exactes.c.association.in_([d for d in droits if d])


def _deballer(cle: str, contenu: bytes, page: MiseEnPage, *, exactes: bool) -> Any:
    """Raises PaquetAbime."""
    if "|activite|" in cle:
        return deballer_activite(contenu)
    reponse: Publie | Exact
    reponse = deballer_exact(contenu, page) if exactes else deballer_publie(contenu, page)
    return reponse


def _lire_les_annees(conn: sa.Connection) -> list[str]:
    """Years and cumuls that have answers, in order. Raises BaseIndisponible when this version of
    the program cannot read the base."""
    revision = t.lire_la_revision(conn)
    if revision > t.REVISION:
        raise BaseIndisponible(t.dire_trop_recente(revision))
    publiees = set(conn.scalars(sa.select(t.etats_annees.c.annee)))
    annees = sorted(conn.scalars(sa.select(t.reponses.c.annee).distinct()))
    if revision != t.REVISION or {a for a in annees if _duree(a) == 1} - publiees:
        raise BaseIndisponible(
            "La base vient d’une version plus ancienne de Passerelle : la personne qui tient "
            "l’application doit la mettre à jour (« python -m data migrer »)."
        )
    return annees


def _lire_etat(conn: sa.Connection, numero: int) -> Etat:
    annees = _lire_les_annees(conn)
    listes = t.lire_listes(conn)
    livraisons = tuple(
        Livraison(ligne.numero, ligne.recue_le, ligne.synthetique)
        for ligne in conn.execute(
            sa.select(
                t.livraisons.c.numero, t.livraisons.c.recue_le, t.livraisons.c.synthetique
            ).order_by(t.livraisons.c.numero)
        )
    )
    if not livraisons:
        raise BaseIndisponible("Aucune livraison n’a encore été chargée dans la base.")
    pages: dict[str, MiseEnPage] = {}
    par_id: dict[int, MiseEnPage] = {}
    for ligne in conn.execute(sa.select(t.mises_en_page).order_by(t.mises_en_page.c.id)):
        par_id[ligne.id] = pages[ligne.nom] = MiseEnPage.lire(ligne.contenu)
    return Etat(
        publication=numero,
        livraison=livraisons[-1],
        livraisons=livraisons,
        synthetique=any(x.synthetique for x in livraisons),
        listes=listes,
        catalogue=charger(listes),
        geographie=lire_geographie(conn),
        annees=tuple(a for a in annees if _duree(a) == 1),
        cumuls=_dresser_cumuls(annees),
        non_poses={
            (q.annee, q.lieu_type, q.lieu): frozenset(q.champs)
            for q in conn.execute(sa.select(t.questions_non_posees))
        },
        pages=pages,
        pages_par_id=par_id,
        publications=lire_publications(conn),
        audits=lire_audits(conn),
        rapprochements=_lire_rapprochements(conn),
        remises=lire_remises(conn),
    )


def _lire_rapprochements(conn: sa.Connection) -> dict[str, tuple[str, str, str, str]]:
    """None in a base that no delivery was loaded into since they are kept."""
    if not sa.inspect(conn).has_table(t.rapprochements.name):
        return {}
    r = t.rapprochements.c
    lignes = conn.execute(sa.select(r.id, r.calcule, r.ecart, r.etat, r.explication))
    return {x.id: (x.calcule, x.ecart, x.etat, x.explication) for x in lignes}


def _dresser_cumuls(annees: list[str]) -> tuple[str, ...]:
    """Every three school years in a row, whether or not a collège has youths in them."""
    debuts = {int(a.split("-")[0]) for a in annees if _duree(a) == 1}
    return tuple(f"{a}-{a + 3}" for a in sorted(debuts) if {a + 1, a + 2} <= debuts)


def _duree(annee: str) -> int:
    debut, fin = annee.split("-")
    return int(fin) - int(debut)
