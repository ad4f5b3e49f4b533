"""The annual facts: one row per accompagnement, with what is counted of it.

An accompagnement is one (association, usager, school year) with at least one intervention dated
in that year (contract, données §2.2). Everything that a figure counts of a youth is settled here
once: reference situation, place, age, ancienneté, the unions and counts of the interventions of
the year, apart for the ALSES's own and for everyone's (§2.8).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from data import schema as t
from data.catalogue import AGES, INTENSITES, LISTE_DU_CHAMP, Valeur

Entiers = npt.NDArray[np.int64]
Progression = Callable[[str, int, int], None]

CHAMPS_FICHES = (
    "sexe",
    "classe",
    "hebergement",
    "configuration",
    "origine",
    "fonction_ecole",
    "demande",
    "demande_scolarite",
    "anciennete",
)
"""Single-valued fields of the facts, stored as `rang`."""

ENSEMBLES_FICHES = ("mesures", "aides", "ressources")
"""Several-valued fields of the reference situation, stored as bit sets."""

ENSEMBLES_ACTES = (
    "present",
    "lieu",
    "objectifs",
    "modalites",
    "famille",
    "objectifs_famille",
    "partenaires_territoire",
    "partenaires_hors",
)
"""Fields of interventions, as the bit set of the union over the year."""

COMPTES_ACTES = ("present", "lieu", "partenaires_territoire", "partenaires_hors")
"""Fields whose values are also counted intervention by intervention (units of events)."""


def ecrire_annee(debut: int) -> str:
    """School year as people write it: 2021 → « 2021-2022 »."""
    return f"{debut}-{debut + 1}"


def annee_scolaire(jour: dt.date) -> int:
    """First year of the school year a day belongs to (1 September – 31 August)."""
    return jour.year if jour.month >= 9 else jour.year - 1


@dataclass(frozen=True, slots=True)
class Actes:
    """What a youth's interventions of the year add up to, for one reading of them.

    `nombre`: interventions (n,). `ensembles`: field → bit set (n,). `comptes`: field →
    interventions by value, (n, values of the list in rang order). A youth without any has zeros.
    """

    nombre: Entiers
    ensembles: dict[str, Entiers]
    comptes: dict[str, Entiers]


@dataclass(frozen=True, slots=True)
class Faits:
    """The accompagnements of one school year; every array has one entry per accompagnement.

    `champs` holds bit sets (0 = not filled in): single-valued fields have one bit.
    `actes`: "alses" (its own interventions only) and "ps" (all of them).
    """

    annee: int
    usager: Entiers
    association: Entiers
    pseudonyme: list[str]
    college: list[str | None]
    territoire: list[str | None]
    alses: npt.NDArray[np.bool_]
    collegien: npt.NDArray[np.bool_]
    champs: dict[str, Entiers]
    actes: dict[str, Actes]
    posees: dict[str, Entiers]
    mois: Entiers

    def __len__(self) -> int:
        return len(self.usager)


def bits(rangs: Entiers) -> Entiers:
    """Ranks (0 = empty) to one-bit sets."""
    sortie: Entiers = np.where(rangs > 0, np.int64(1) << np.maximum(rangs - 1, 0), 0)
    return sortie


def _colonnes(conn: sa.Connection, requete: sa.Select[Any], largeur: int) -> Entiers:
    """Integer result of a query as a (rows, columns) array, read by chunks."""
    morceaux: list[Entiers] = []
    # On the statement: set on the connection, it would bear on everything executed after.
    resultat = conn.execute(requete.execution_options(yield_per=50_000))
    for lot in resultat.partitions():
        morceaux.append(np.array([tuple(r) for r in lot], dtype=np.int64))
    if not morceaux:
        return np.zeros((0, largeur), dtype=np.int64)
    return np.concatenate(morceaux)


def _rang(valeurs: Iterable[Valeur], code: str) -> int:
    return next(v.rang for v in valeurs if v.code == code)


def _cumuler(lignes: Entiers, debuts: Entiers, listes: dict[str, tuple[Valeur, ...]]) -> Actes:
    """Unions and counts over groups of interventions sorted by usager.

    `lignes`: (m, 1 + len(ENSEMBLES_ACTES)), first column ignored; `debuts`: first row of each.
    """
    ensembles: dict[str, Entiers] = {}
    comptes: dict[str, Entiers] = {}
    for i, champ in enumerate(ENSEMBLES_ACTES, start=1):
        colonne = lignes[:, i]
        if champ in ("present", "lieu"):
            colonne = bits(colonne)
        ensembles[champ] = np.bitwise_or.reduceat(colonne, debuts)
        if champ in COMPTES_ACTES:
            taille = max(v.rang for v in listes[LISTE_DU_CHAMP.get(champ, champ)])
            table = np.zeros((len(debuts), taille), dtype=np.int64)
            for r in range(taille):
                table[:, r] = np.add.reduceat((colonne >> r) & 1, debuts)
            comptes[champ] = table
    nombre = np.diff(np.append(debuts, len(lignes)))
    return Actes(nombre, ensembles, comptes)


def _etendre(actes: Actes, ou: Entiers, n: int) -> Actes:
    """The same facts spread over `n` youths, zeros where a youth has none."""

    def poser(a: Entiers) -> Entiers:
        sortie = np.zeros((n, *a.shape[1:]), dtype=np.int64)
        sortie[ou] = a
        return sortie

    return Actes(
        poser(actes.nombre),
        {c: poser(a) for c, a in actes.ensembles.items()},
        {c: poser(a) for c, a in actes.comptes.items()},
    )


def _lire_interventions(conn: sa.Connection, annee: int) -> Entiers:
    i = t.interventions.c
    mois, jour = (sa.cast(sa.extract(x, i.date), sa.Integer) for x in ("month", "day"))
    requete = sa.select(
        i.usager, *(i[c] for c in ENSEMBLES_ACTES), i.acteur, i.posees, mois, jour
    ).where(i.annee == annee)
    return _colonnes(conn, requete, len(ENSEMBLES_ACTES) + 5)


def _premiers_jours(annee: int, mois: Entiers, jours: Entiers, debuts: Entiers) -> list[str]:
    """Date (ISO) of the first intervention of each group, in the school year that begins in
    `annee`."""
    rangs = np.minimum.reduceat((mois - 9) % 12 * 32 + jours, debuts)
    dates = []
    for rang in rangs.tolist():
        mois_scolaire, jour = divmod(rang, 32)
        mois_civil = (mois_scolaire + 8) % 12 + 1
        dates.append(dt.date(annee + (mois_civil < 9), mois_civil, jour).isoformat())
    return dates


def _situations(conn: sa.Connection) -> tuple[Entiers, npt.NDArray[np.str_], list[str | None]]:
    """All situations sorted by usager and date: integers, dates (ISO), collèges."""
    s = t.situations.c
    champs = ("classe", "hebergement", "configuration", "mesures", "aides", "ressources", "posees")
    requete = sa.select(s.usager, s.date, s.college, *(s[c] for c in champs)).order_by(
        s.usager, s.date
    )
    lignes = conn.execute(requete).all()
    entiers = np.array([(r[0], *r[3:]) for r in lignes], dtype=np.int64).reshape(len(lignes), 8)
    dates = np.array([r[1].isoformat() for r in lignes], dtype="U10")
    return entiers, dates, [r[2] for r in lignes]


def annees_saisies(conn: sa.Connection) -> list[int]:
    """School years (first year) that hold at least one intervention or action, ascending."""
    annees = set(conn.scalars(sa.select(t.interventions.c.annee).distinct()))
    annees |= set(conn.scalars(sa.select(t.actions.c.annee).distinct()))
    return sorted(annees)


def recalculer(
    conn: sa.Connection, annees: set[int] | None = None, progression: Progression | None = None
) -> None:
    """Recompute `accompagnements` of these school years (first years; None: all).

    Runs inside the caller's transaction. The years recomputed are to be published again
    (`etats_annees` forgets them).
    """
    a_faire = sorted(set(annees_saisies(conn)) | set(_annees_en_faits(conn)))
    if annees is not None:
        a_faire = [a for a in a_faire if a in annees]
    if not a_faire:
        return
    listes = t.lire_listes(conn)
    u = t.usagers.c
    fiches = conn.execute(
        sa.select(
            u.id,
            u.association,
            u.sexe,
            u.naissance,
            u.debut,
            u.territoire,
            u.origine,
            u.fonction_ecole,
            u.demande,
            u.demande_scolarite,
            u.posees,
        ).order_by(u.id)
    ).all()
    premieres: dict[int, dt.date] = {}
    if any(f[4] is None for f in fiches):
        i = t.interventions.c
        premieres = dict(
            conn.execute(sa.select(i.usager, sa.func.min(i.date)).group_by(i.usager)).all()
        )
    situations = _situations(conn)
    territoire_du = dict(conn.execute(sa.select(t.colleges.c.code, t.colleges.c.territoire)).all())
    par_id = {f[0]: f for f in fiches}
    collegiens = {v.rang for v in listes["classe"] if v.groupe == "collège"}
    alses = _rang(listes["acteur"], "alses")
    nouveau, poursuivi = (_rang(listes["anciennete"], c) for c in ("nouveau", "poursuivi"))
    for rang, annee in enumerate(a_faire):
        if progression:
            progression(f"Faits annuels {ecrire_annee(annee)}", rang, len(a_faire))
        conn.execute(sa.delete(t.accompagnements).where(t.accompagnements.c.annee == annee))
        conn.execute(sa.delete(t.etats_annees).where(t.etats_annees.c.annee == ecrire_annee(annee)))
        lignes = _lire_interventions(conn, annee)
        if not len(lignes):
            continue
        lignes = lignes[np.argsort(lignes[:, 0], kind="stable")]
        ids, debuts = np.unique(lignes[:, 0], return_index=True)
        acteur, posees, mois, jours = (lignes[:, i] for i in (-4, -3, -2, -1))
        actes = {"ps": _cumuler(lignes, debuts, listes)}
        siennes = lignes[acteur == alses]
        les_siens, debuts_siens = np.unique(siennes[:, 0], return_index=True)
        actes["alses"] = _etendre(
            _cumuler(siennes, debuts_siens, listes), np.searchsorted(ids, les_siens), len(ids)
        )
        acteurs = np.bitwise_or.reduceat(bits(acteur), debuts)
        posees_i = np.bitwise_or.reduceat(posees, debuts)
        mois_i = np.bitwise_or.reduceat(bits(mois), debuts)
        premiers = _premiers_jours(annee, mois, jours, debuts)
        reference = _situations_de_reference(situations, ids, f"{annee + 1}-08-31")
        premier_jour = dt.date(annee, 9, 1)
        resumes = _resumer(actes)
        insertions = []
        entiers, _, college_des = situations
        for k, identifiant in enumerate(ids.tolist()):
            f = par_id[identifiant]
            s = reference[k]
            college = college_des[s] if s >= 0 else None
            sit = entiers[s].tolist() if s >= 0 else [0] * 8
            debut = f[4] or premieres[identifiant]
            insertions.append(
                {
                    "annee": annee,
                    "usager": identifiant,
                    "association": f[1],
                    "alses": bool(acteurs[k] & (1 << (alses - 1))),
                    "collegien": sit[1] in collegiens,
                    "college": college,
                    "territoire": territoire_du[college] if college else f[5],
                    "sexe": f[2],
                    "age": annee - f[3] if f[3] else None,
                    "anciennete": poursuivi if debut < premier_jour else nouveau,
                    "classe": sit[1],
                    "hebergement": sit[2],
                    "configuration": sit[3],
                    "mesures": sit[4],
                    "aides": sit[5],
                    "ressources": sit[6],
                    "origine": f[6],
                    "fonction_ecole": f[7],
                    "demande": f[8],
                    "demande_scolarite": f[9],
                    "acteurs": int(acteurs[k]),
                    "debut_connu": f[4] is not None,
                    "territoire_usager": f[5] is not None,
                    "posees_usager": f[10],
                    "posees_situation": sit[7],
                    "posees_interventions": int(posees_i[k]),
                    "mois": int(mois_i[k]),
                    "actes": {**resumes[k], "premier": premiers[k]},
                }
            )
        conn.execute(sa.insert(t.accompagnements), insertions)


def _annees_en_faits(conn: sa.Connection) -> list[int]:
    return list(conn.scalars(sa.select(t.accompagnements.c.annee).distinct()))


def _situations_de_reference(
    situations: tuple[Entiers, npt.NDArray[np.str_], list[str | None]], ids: Entiers, fin: str
) -> list[int]:
    """For each usager, the row of its latest situation dated on or before `fin` (ISO); −1: none."""
    entiers, dates, _ = situations
    gardees = np.flatnonzero(dates <= fin)
    usagers = entiers[gardees, 0]
    derniere = np.searchsorted(usagers, ids, side="right") - 1
    if not len(usagers):
        return [-1] * len(ids)
    bonnes = (derniere >= 0) & (usagers[np.maximum(derniere, 0)] == ids)
    return np.where(bonnes, gardees[np.maximum(derniere, 0)], -1).tolist()  # type: ignore[no-any-return]


def _resumer(actes: dict[str, Actes]) -> list[dict[str, Any]]:
    """Per accompagnement, the JSON of both readings: [number, sets…, counts by field…]."""
    sorties: list[dict[str, Any]] = [{} for _ in actes["ps"].nombre]
    for nom, a in actes.items():
        tete = np.stack([a.nombre, *(a.ensembles[c] for c in ENSEMBLES_ACTES)], axis=1).tolist()
        comptes = zip(*(a.comptes[c].tolist() for c in COMPTES_ACTES), strict=True)
        for sortie, e, c in zip(sorties, tete, comptes, strict=True):
            if e[0]:
                sortie[nom] = [*e, *c]
    return sorties


def _relire_actes(
    lignes: list[dict[str, Any]], nom: str, listes: dict[str, tuple[Valeur, ...]]
) -> Actes:
    largeur = 1 + len(ENSEMBLES_ACTES)
    vide: list[Any] = [*([0] * largeur), *([] for _ in COMPTES_ACTES)]
    contenus = [ligne.get(nom, vide) for ligne in lignes]
    tete = np.array([c[:largeur] for c in contenus], dtype=np.int64).reshape(len(lignes), largeur)
    comptes: dict[str, Entiers] = {}
    for i, champ in enumerate(COMPTES_ACTES, start=largeur):
        taille = max(v.rang for v in listes[LISTE_DU_CHAMP.get(champ, champ)])
        blocs = [c[i] + [0] * (taille - len(c[i])) for c in contenus]
        comptes[champ] = np.array(blocs, dtype=np.int64).reshape(len(lignes), taille)
    return Actes(
        tete[:, 0], {c: tete[:, i] for i, c in enumerate(ENSEMBLES_ACTES, start=1)}, comptes
    )


def classer_age(age: int | None, listes: dict[str, tuple[Valeur, ...]]) -> tuple[int, int]:
    """Bit sets (age of the chart, band) of an age on 1 January; (0, 0) when not known."""
    if age is None:
        return 0, 0
    place = min(max(age, 9), 17) - 9
    bande = "moins_10" if age < 10 else "10_13" if age < 14 else "14_16" if age < 17 else "17_plus"
    assert len(AGES) == 9
    return 1 << place, 1 << (_rang(listes["tranche_age"], bande) - 1)


def lire(conn: sa.Connection, annee: int) -> Faits:
    """The accompagnements of a school year (its first year), ordered by usager."""
    listes = t.lire_listes(conn)
    a, u = t.accompagnements, t.usagers
    lignes = (
        conn.execute(
            sa.select(a, u.c.usager.label("pseudonyme"), u.c.debut.label("debut"))
            .join(u, u.c.id == a.c.usager)
            .where(a.c.annee == annee)
            .order_by(a.c.usager)
        )
        .mappings()
        .all()
    )

    def entiers(nom: str) -> Entiers:
        return np.array([ligne[nom] for ligne in lignes], dtype=np.int64)

    champs: dict[str, Entiers] = {c: bits(entiers(c)) for c in CHAMPS_FICHES}
    champs |= {c: entiers(c) for c in (*ENSEMBLES_FICHES, "acteurs")}
    ages = [classer_age(ligne["age"], listes) for ligne in lignes]
    champs["age"] = np.array([x for x, _ in ages], dtype=np.int64)
    champs["tranche_age"] = np.array([x for _, x in ages], dtype=np.int64)
    champs["debut"] = entiers("debut_connu")
    champs["territoire_usager"] = entiers("territoire_usager")
    champs["college"] = np.array([ligne["college"] is not None for ligne in lignes], dtype=np.int64)
    contenus = [_en_json(ligne["actes"]) for ligne in lignes]
    fin = dt.date(annee + 1, 8, 31)
    situations = _premieres_situations(conn)
    champs["situation"] = np.array(
        [situations.get(ligne["usager"], dt.date.max) <= fin for ligne in lignes], dtype=np.int64
    )
    premiers = _lire_premiers(conn, annee, lignes, contenus)
    champs["debut_coherent"] = np.array(
        [
            ligne["debut"] is not None and ligne["debut"].isoformat() <= premier
            for ligne, premier in zip(lignes, premiers, strict=True)
        ],
        dtype=np.int64,
    )
    return Faits(
        annee=annee,
        usager=entiers("usager"),
        association=entiers("association"),
        pseudonyme=[ligne["pseudonyme"] for ligne in lignes],
        college=[ligne["college"] for ligne in lignes],
        territoire=[ligne["territoire"] for ligne in lignes],
        alses=entiers("alses").astype(bool),
        collegien=entiers("collegien").astype(bool),
        champs=champs,
        actes={nom: _relire_actes(contenus, nom, listes) for nom in ("alses", "ps")},
        posees={c: entiers(f"posees_{c}") for c in ("usager", "situation", "interventions")},
        mois=entiers("mois"),
    )


def _premieres_situations(conn: sa.Connection) -> dict[int, dt.date]:
    """Usager → date of the first situation."""
    s = t.situations.c
    return dict(conn.execute(sa.select(s.usager, sa.func.min(s.date)).group_by(s.usager)).all())


def _lire_premiers(
    conn: sa.Connection, annee: int, lignes: Sequence[Any], contenus: list[dict[str, Any]]
) -> list[str]:
    """Date (ISO) of the first intervention of each accompagnement of the year.

    Facts that were settled before it was kept with them have it from the forms.
    """
    connus: dict[int, dt.date] = {}
    if any("premier" not in contenu for contenu in contenus):
        i = t.interventions.c
        requete = sa.select(i.usager, sa.func.min(i.date)).where(i.annee == annee)
        connus = dict(conn.execute(requete.group_by(i.usager)).all())
    return [
        contenu.get("premier") or connus[ligne["usager"]].isoformat()
        for ligne, contenu in zip(lignes, contenus, strict=True)
    ]


def _en_json(valeur: Any) -> dict[str, Any]:
    contenu: dict[str, Any] = json.loads(valeur) if isinstance(valeur, str) else valeur
    return contenu


def classer_intensite(nombre: Entiers) -> Entiers:
    """Bit set of the class of intensity of each number of interventions (0: none)."""
    bornes = np.array([haut for _, _, haut in INTENSITES], dtype=np.int64)
    place = np.searchsorted(bornes, nombre)
    return np.where(nombre > 0, np.int64(1) << np.minimum(place, len(bornes) - 1), 0)
