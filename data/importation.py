"""Loading a delivery: all of it or nothing, in one transaction (contract, données §1)."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from data import schema as t
from data.audit.propagation import AuditImpossible
from data.ecriture import Portee, ecrire
from data.faits import annees_saisies, recalculer
from data.integrite import BaseAbimee, verifier
from data.lecture import Livraison, ouvrir_livraison
from data.nomenclature import Listes, charger
from data.progression import Progression
from data.publication import publier, reste_a_publier
from data.refus import LivraisonRefusee, MauvaisAppel, Refus, compter_lignes, ecrire_rapport
from data.remises import noter_les_remises
from data.secret_session import juger
from data.temoin import reconnaitre
from data.validation import Verdict, valider
from data.verrou import ecrire_seul

__all__ = ["Bilan", "LivraisonRefusee", "MauvaisAppel", "Refus", "importer", "mettre_a_jour"]


@dataclass(frozen=True, slots=True)
class Bilan:
    """What an import did. `comptes`: rows loaded, by form; `duree`: seconds.

    `deja_chargee`: the same content had been loaded as delivery `numero`; nothing changed.
    """

    numero: int
    deja_chargee: bool
    comptes: dict[str, int] = field(default_factory=dict)
    refus: list[Refus] = field(default_factory=list)
    avertissements: list[str] = field(default_factory=list)
    duree: float = 0.0

    @property
    def lignes_refusees(self) -> int:
        """Rows refused (a row may have several faults)."""
        return compter_lignes(self.refus)


def importer(
    engine: Engine,
    chemin: Path | str,
    *,
    operateur: str,
    tolerer: bool = False,
    rapport: Path | None = None,
    synthetique: bool = False,
    progression: Progression | None = None,
    aujourd_hui: dt.date | None = None,
) -> Bilan:
    """Load the delivery at that path (folder, `.zip`, `.xlsx`).

    `tolerer` loads the good rows when others are refused. `rapport`: CSV file that lists every
    refused row. `synthetique`: demonstration data, marked as such for good. `aujourd_hui` bounds
    the dates (default: today).
    Raises MauvaisAppel (nothing at that path, report that cannot be written) and LivraisonRefusee,
    which both leave the database as it was.
    """
    debut = time.monotonic()
    chemin = Path(chemin)
    _verifier_rapport(rapport, chemin)
    try:
        with ouvrir_livraison(chemin, progression) as livraison:
            _verifier_la_base(engine)
            t.creer(engine)
            with ecrire_seul(engine) as conn:
                _regler(conn)
                _verifier_le_secret(conn, reelle=not synthetique)
                bilan = _charger(
                    conn,
                    livraison,
                    operateur=operateur,
                    tolerer=tolerer,
                    synthetique=synthetique,
                    progression=progression,
                    aujourd_hui=aujourd_hui or dt.date.today(),
                    debut=debut,
                )
    except LivraisonRefusee as refusee:
        if rapport:
            ecrire_rapport(rapport, refusee.refus, refusee.message)
        raise
    if rapport:
        ecrire_rapport(rapport, bilan.refus)
    return bilan


def _charger(
    conn: sa.Connection,
    livraison: Livraison,
    *,
    operateur: str,
    tolerer: bool,
    synthetique: bool,
    progression: Progression | None,
    aujourd_hui: dt.date,
    debut: float,
) -> Bilan:
    connue = _retrouver(conn, livraison.empreinte)
    en_retard = reste_a_publier(conn)
    if connue is not None and not connue.refusees:
        if en_retard:
            publier_a_nouveau(conn, progression)
        return Bilan(
            connue.numero,
            True,
            avertissements=livraison.avertissements,
            duree=time.monotonic() - debut,
        )
    listes_changees = charger(conn)
    listes = Listes.lire(conn)
    verdict = valider(conn, livraison, listes, aujourd_hui, progression)
    refusees = compter_lignes(verdict.refus)
    if refusees and not tolerer:
        raise LivraisonRefusee(_dire_refus(verdict, refusees), verdict.refus)
    inchangee = connue and connue.derniere and connue.refusees == refusees
    if connue and inchangee and not (listes_changees or en_retard):
        # Nothing came in between: the rows refused then are refused again, the others are loaded.
        return Bilan(
            connue.numero,
            True,
            refus=verdict.refus,
            avertissements=livraison.avertissements,
            duree=time.monotonic() - debut,
        )
    portee = ecrire(conn, verdict, listes, progression)
    portee.toutes |= listes_changees or en_retard
    comptes = {nom: len(tableau.gardees) for nom, tableau in verdict.tableaux.items()}
    numero = (conn.scalar(sa.select(sa.func.max(t.livraisons.c.numero))) or 0) + 1
    conn.execute(
        sa.insert(t.livraisons).values(
            numero=numero,
            recue_le=dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0),
            empreinte=livraison.empreinte,
            operateur=operateur,
            synthetique=synthetique,
            comptes=comptes,
            refusees=refusees,
            avertissements=livraison.avertissements,
        )
    )
    noter_les_remises(conn, verdict, numero)
    refus = verdict.refus
    # The forms are written: their memory is for counting now.
    verdict.tableaux.clear()
    refaire(conn, portee, livraison=numero, motif=f"Livraison n° {numero}", progression=progression)
    return Bilan(
        numero,
        False,
        comptes,
        refus,
        livraison.avertissements,
        time.monotonic() - debut,
    )


def refaire(
    conn: sa.Connection,
    portee: Portee,
    *,
    livraison: int,
    motif: str,
    progression: Progression | None,
) -> None:
    """Recompute the facts of the years that changed, and publish what follows from them.

    Raises LivraisonRefusee when the audit cannot be brought to its end: nothing is published.
    """
    if portee.toutes or portee.annees:
        recalculer(conn, None if portee.toutes else portee.annees, progression)
    try:
        publier(conn, livraison=livraison, motif=motif, progression=progression)
    except AuditImpossible as impossible:
        raise LivraisonRefusee(
            f"{impossible} Les chiffres d'avant restent en place ; rien n'a été modifié. "
            "Signalez-le à la personne qui tient l'application : la livraison n'est pas en cause."
        ) from impossible


def mettre_a_jour(engine: Engine, progression: Progression | None = None) -> bool:
    """Bring the base to what this version of the program works with; whether it published anew.

    Its tables, its closed lists, then the answers, when some are not as they would be published
    today. Raises BaseIncompatible, LivraisonRefusee: what was published before stays.
    """
    t.creer(engine)
    with ecrire_seul(engine) as conn:
        _regler(conn)
        listes_changees = charger(conn)
        a_publier = reste_a_publier(conn) or (listes_changees and bool(annees_saisies(conn)))
        if not a_publier:
            return False
        _verifier_le_secret(conn, reelle=t.contient_du_reel(conn), refus="Mise à jour refusée")
        publier_a_nouveau(conn, progression)
    return True


def publier_a_nouveau(conn: sa.Connection, progression: Progression | None) -> None:
    """Recompute every school year and publish what follows, no delivery having come."""
    livraison = conn.scalar(sa.select(sa.func.max(t.livraisons.c.numero))) or 0
    refaire(
        conn,
        Portee(toutes=True),
        livraison=livraison,
        motif="Mise à jour de Passerelle",
        progression=progression,
    )


@dataclass(frozen=True, slots=True)
class _Connue:
    numero: int
    refusees: int
    derniere: bool


def _retrouver(conn: sa.Connection, empreinte: str) -> _Connue | None:
    """The latest delivery with that content."""
    table = t.livraisons.c
    trouvee = conn.execute(
        sa.select(table.numero, table.refusees)
        .where(table.empreinte == empreinte)
        .order_by(table.numero.desc())
        .limit(1)
    ).first()
    if trouvee is None:
        return None
    derniere = conn.scalar(sa.select(sa.func.max(table.numero)))
    return _Connue(trouvee.numero, trouvee.refusees, trouvee.numero == derniere)


def _dire_refus(verdict: Verdict, refusees: int) -> str:
    lignes = "1 ligne refusée" if refusees == 1 else f"{refusees} lignes refusées"
    fichiers = list(dict.fromkeys(r.fichier for r in verdict.refus))
    return (
        f"Livraison refusée : {lignes} ({', '.join(fichiers)}). Rien n'a été modifié. "
        "Corrigez-les, ou chargez les autres lignes avec --tolerer."
    )


def _verifier_le_secret(
    conn: sa.Connection, *, reelle: bool, refus: str = "Livraison refusée"
) -> None:
    """Real figures rounded under a guessable secret would not be protected; nor would any under
    two secrets."""
    defaut = juger("SECRET_ARRONDI", reconnaitre(conn).decode("utf-8", "replace"))
    if reelle and defaut:
        raise LivraisonRefusee(
            f"{refus} : {defaut}, et l'arrondi de données réelles serait devinable. "
            "Tirez-en un au hasard (par exemple avec « openssl rand -hex 32 »), gardez-en une "
            "copie en lieu sûr, et ne le changez plus jamais. Rien n'a été modifié."
        )


def _verifier_la_base(engine: Engine) -> None:
    """What is written on a damaged file would be lost with it."""
    try:
        verifier(engine)
    except BaseAbimee as abimee:
        raise LivraisonRefusee(f"Livraison refusée. {abimee} Rien n'a été modifié.") from abimee


def _verifier_rapport(rapport: Path | None, chemin: Path) -> None:
    """The report must be writable, and may not overwrite the delivery."""
    if rapport is None:
        return
    vise, livraison = rapport.resolve(), chemin.resolve()
    if vise == livraison or (chemin.is_dir() and vise.is_relative_to(livraison)):
        raise MauvaisAppel(
            f"Le rapport « {rapport} » écraserait la livraison : écrivez-le ailleurs."
        )
    if rapport.is_dir() or not vise.parent.is_dir():
        raise MauvaisAppel(f"Le rapport « {rapport} » ne peut pas être écrit : dossier inexistant.")


def _regler(conn: sa.Connection) -> None:
    """More cache while half a million rows are written."""
    if conn.dialect.name == "sqlite":
        conn.exec_driver_sql("PRAGMA cache_size = -262144")
