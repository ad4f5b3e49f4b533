"""Count the whole lattice at once: a sparse product *contexts × youths* by *youths × columns*.

The same product with the keys of the accompagnements gives the sum of keys of every cell, from
which its published number is drawn (`arrondi`).
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy import sparse

from data.arrondi import publier_nombres
from data.catalogue import (
    AGES,
    CHAMPS_QUALITE,
    CONSTATS,
    INTENSITES,
    LISTE_DU_CHAMP,
    Condition,
    Indicateur,
    Listes,
)
from data.contextes import Contextes
from data.faits import ENSEMBLES_ACTES, Actes, Entiers, Faits, classer_intensite
from data.paquet import SANS_PART, emballer_exact


@dataclass(frozen=True, slots=True)
class ColonneJeunes:
    """A column counted in youths; `plafond`: the column that caps it (−1: none)."""

    nom: str
    conditions: tuple[Condition, ...]
    plafond: int


@dataclass(frozen=True, slots=True)
class ColonneEvenements:
    """A column counted in events: sum over these (field, codes) of the counts; codes None: all.

    `base`: place of its denominator among the columns of events (itself for a base).
    """

    nom: str
    comptes: tuple[tuple[str, frozenset[str] | None], ...]
    base: int


@dataclass
class Plan:
    """The columns to count, in the order they are packed."""

    jeunes: list[ColonneJeunes] = field(default_factory=list)
    evenements: list[ColonneEvenements] = field(default_factory=list)

    def mise_en_page(self) -> str:
        """JSON of the names, as `paquet.MiseEnPage` reads it."""
        return json.dumps(
            {"jeunes": [c.nom for c in self.jeunes], "evenements": [c.nom for c in self.evenements]}
        )


def _comptes(condition: Condition) -> tuple[tuple[str, frozenset[str] | None], ...]:
    if condition.champ == "partenaires":
        return (("partenaires_territoire", None), ("partenaires_hors", None))
    return ((condition.champ, condition.codes),)


def dresser_plan(catalogue: dict[str, Indicateur]) -> Plan:
    """Every column that the indicators of youths need, each once."""
    plan = Plan()
    plan.jeunes.append(ColonneJeunes("effectif", (), -1))
    for champ, _, _ in CHAMPS_QUALITE:
        if champ not in CONSTATS:
            plan.jeunes.append(ColonneJeunes(f"renseigne/{champ}", (Condition(champ),), 0))
    for ind in catalogue.values():
        if not (ind.de_jeunes or ind.famille == "qualite_saisie") or ind.id == "effectif":
            continue
        for serie in ind.series:
            if not serie.modalites:
                continue
            base = len(plan.jeunes)
            plan.jeunes.append(ColonneJeunes(ind.colonne(serie.code), serie.base, 0))
            plan.jeunes.extend(
                ColonneJeunes(ind.colonne(serie.code, m.code), (*serie.base, *m.conditions), base)
                for m in serie.modalites
            )
            if ind.famille == "evenements":
                base_e = len(plan.evenements)
                plan.evenements.append(
                    ColonneEvenements(ind.colonne(), _comptes(serie.base[-1]), base_e)
                )
                plan.evenements.extend(
                    ColonneEvenements(ind.colonne("", m.code), _comptes(m.conditions[0]), base_e)
                    for m in serie.modalites
                )
    return plan


@dataclass(frozen=True, slots=True)
class Masques:
    """Bit set of the codes of each field."""

    de: dict[str, dict[str, int]]

    @classmethod
    def tirer(cls, listes: Listes) -> Masques:
        """From the closed lists, and the application's own (ages, intensities)."""
        de = {nom: {v.code: 1 << (v.rang - 1) for v in valeurs} for nom, valeurs in listes.items()}
        de["age"] = {c: 1 << i for i, (c, _) in enumerate(AGES)}
        de["intensite"] = {c: 1 << i for i, (c, _, _) in enumerate(INTENSITES)}
        return cls(de)

    def ensemble(self, champ: str, codes: frozenset[str]) -> int:
        """Bit set of these codes of a field."""
        liste = self.de[LISTE_DU_CHAMP.get(champ, champ)]
        return sum(liste[c] for c in codes)


def _champs(faits: Faits, actes: Actes) -> dict[str, Entiers]:
    champs = dict(faits.champs)
    champs |= {c: actes.ensembles[c] for c in ENSEMBLES_ACTES}
    champs["partenaires"] = champs["partenaires_territoire"] | champs["partenaires_hors"]
    champs["intensite"] = classer_intensite(actes.nombre)
    return champs


def _remplir(
    condition: Condition, champs: dict[str, Entiers], masques: Masques
) -> npt.NDArray[np.bool_]:
    valeurs = champs[condition.champ]
    if condition.codes is None:
        vrai: npt.NDArray[np.bool_] = valeurs != 0
    else:
        vrai = (valeurs & masques.ensemble(condition.champ, condition.codes)) != 0
    return ~vrai if condition.sauf else vrai


@dataclass(frozen=True, slots=True)
class Matiere:
    """What is counted of the youths of one year and population.

    `jeunes`: (youths, columns) of 0/1, sparse; `evenements`: (youths, columns of events);
    `nombre`: interventions of each youth; `cles`: 32-bit keys; `places`, `profils`: of each youth.
    """

    jeunes: sparse.csr_array
    evenements: Entiers
    nombre: Entiers
    cles: Entiers
    places: dict[str, list[str | None]]
    profils: dict[str, list[str | None]]

    def __len__(self) -> int:
        return len(self.cles)

    def restreindre(self, qui: Entiers) -> Matiere:
        """The same of these youths only (their ranks)."""
        return Matiere(
            self.jeunes[qui],
            self.evenements[qui],
            self.nombre[qui],
            self.cles[qui],
            {t: [v[i] for i in qui] for t, v in self.places.items()},
            {p: [v[i] for i in qui] for p, v in self.profils.items()},
        )


def extraire(
    plan: Plan,
    masques: Masques,
    faits: Faits,
    population: str,
    cles: Entiers,
    places: dict[str, list[str | None]],
    profils: dict[str, list[str | None]],
) -> Matiere:
    """The youths of a population of the year, ready to be counted."""
    actes = faits.actes["alses" if population == "alses" else "ps"]
    qui = {
        "alses": faits.alses,
        "collegiens": faits.collegien,
        "ps": np.ones(len(faits), dtype=bool),
    }[population]
    retenus = np.flatnonzero(qui)
    champs = {nom: valeurs[retenus] for nom, valeurs in _champs(faits, actes).items()}
    deja: dict[Condition, npt.NDArray[np.bool_]] = {}
    matrice = np.ones((len(retenus), len(plan.jeunes)), dtype=bool)
    for j, colonne in enumerate(plan.jeunes):
        for condition in colonne.conditions:
            if condition not in deja:
                deja[condition] = _remplir(condition, champs, masques)
            matrice[:, j] &= deja[condition]
    evenements = np.zeros((len(retenus), len(plan.evenements)), dtype=np.int64)
    for j, c in enumerate(plan.evenements):
        for champ, codes in c.comptes:
            table = actes.comptes[champ][retenus]
            if codes is None:
                evenements[:, j] += table.sum(axis=1)
            else:
                m = masques.ensemble(champ, codes)
                evenements[:, j] += table[:, [r for r in range(table.shape[1]) if m >> r & 1]].sum(
                    axis=1
                )
    return Matiere(
        sparse.csr_array(matrice.astype(np.int64)),
        evenements,
        actes.nombre[retenus],
        cles[retenus],
        {t: [v[i] for i in retenus] for t, v in places.items()},
        {p: [v[i] for i in retenus] for p, v in profils.items()},
    )


def joindre(matieres: list[Matiere]) -> Matiere:
    """Accompagnements of several years together (three-year cumul, contract §2.14)."""
    return Matiere(
        sparse.csr_array(sparse.vstack([m.jeunes for m in matieres])),
        np.concatenate([m.evenements for m in matieres]),
        np.concatenate([m.nombre for m in matieres]),
        np.concatenate([m.cles for m in matieres]),
        {t: [x for m in matieres for x in m.places[t]] for t in matieres[0].places},
        {p: [x for m in matieres for x in m.profils[p]] for p in matieres[0].profils},
    )


@dataclass(frozen=True, slots=True)
class Comptes:
    """Of each context: true counts `n` and sums of keys (contexts, columns of youths), events,
    the most events of one youth (contexts, columns of events), interventions, median in halves."""

    n: Entiers
    sommes: Entiers
    evenements: Entiers
    maximum: Entiers
    interventions: Entiers
    mediane: Entiers


def compter(matiere: Matiere, contextes: Contextes) -> Comptes:
    """Every count of these contexts."""
    c, k = len(contextes.cles), len(matiere)
    lignes, colonnes = contextes.lignes, contextes.colonnes
    appartenance = sparse.csr_array(
        (np.ones(len(lignes), dtype=np.int64), (lignes, colonnes)), shape=(c, k)
    )
    ponderee = matiere.jeunes.copy()
    ponderee.data = ponderee.data * np.repeat(matiere.cles, np.diff(matiere.jeunes.indptr))
    maximum = np.zeros((c, matiere.evenements.shape[1]), dtype=np.int64)
    for j in range(maximum.shape[1]):
        np.maximum.at(maximum[:, j], lignes, matiere.evenements[colonnes, j])
    return Comptes(
        (appartenance @ matiere.jeunes).toarray(),
        (appartenance @ ponderee).toarray(),
        np.asarray(appartenance @ matiere.evenements),
        maximum,
        np.asarray(appartenance @ matiere.nombre),
        _medianes(lignes, matiere.nombre[colonnes], c),
    )


def _medianes(groupes: Entiers, valeurs: Entiers, n: int) -> Entiers:
    """Median of each group, in halves (the mean of the two middle values doubled)."""
    ordre = np.lexsort((valeurs, groupes))
    tailles = np.bincount(groupes, minlength=n)
    debuts = np.concatenate([[0], np.cumsum(tailles)[:-1]])
    triees = valeurs[ordre]
    bas, haut = debuts + (tailles - 1) // 2, debuts + tailles // 2
    somme: Entiers = triees[bas] + triees[haut]
    return somme


def arrondir_parts(numerateur: Entiers, denominateur: Entiers) -> Entiers:
    """Whole per cents, halves up; 0 where the denominator is."""
    sur = np.maximum(denominateur, 1)
    parts: Entiers = (200 * numerateur + sur) // (2 * sur) * (denominateur > 0)
    return parts


def tirer_nombres(plan: Plan, comptes: Comptes, secret: bytes) -> Entiers:
    """Published number of every column of youths of each context (rules 1 and 2)."""
    plafonds = np.array([c.plafond for c in plan.jeunes])
    p = comptes.n.copy()
    libres, tenues = np.flatnonzero(plafonds < 0), np.flatnonzero(plafonds >= 0)
    p[:, libres] = publier_nombres(secret, comptes.n[:, libres], comptes.sommes[:, libres], None)
    p[:, tenues] = publier_nombres(
        secret, comptes.n[:, tenues], comptes.sommes[:, tenues], comptes.n[:, plafonds[tenues]]
    )
    return p


def tirer_parts(plan: Plan, comptes: Comptes) -> npt.NDArray[np.uint8]:
    """Whole per cent of events of each context; `SANS_PART` where one youth weighs too much."""
    bases = np.array([c.base for c in plan.evenements], dtype=np.int64)
    parts = arrondir_parts(comptes.evenements, comptes.evenements[:, bases])
    parts[2 * comptes.maximum > comptes.evenements] = SANS_PART
    return parts.astype(np.uint8)


def emballer_exacts(comptes: Comptes) -> list[bytes]:
    """Packed true answers of each context."""
    n32, e32 = comptes.n.astype("<u4"), comptes.evenements.astype("<u4")
    return [
        emballer_exact(
            n32[i].tobytes(),
            e32[i].tobytes(),
            int(comptes.interventions[i]),
            int(comptes.mediane[i]),
        )
        for i in range(len(n32))
    ]


@dataclass(frozen=True, slots=True)
class PlanCroise:
    """Columns of the crossings, in the order they are packed, and the indicators crossed."""

    noms: list[str]
    indicateurs: list[Indicateur]


def nom_croise(a: str, b: str, modalites: tuple[str, str] | None = None) -> str:
    """Column of a crossing's base, or of one of its cells."""
    return f"{a}*{b}" if modalites is None else f"{a}*{b}//{modalites[0]}|{modalites[1]}"


def dresser_plan_croise(catalogue: dict[str, Indicateur]) -> PlanCroise:
    """Every pair of crossable indicators, in the catalogue's order."""
    indicateurs = [i for i in catalogue.values() if i.croisable]
    croise = PlanCroise([], indicateurs)
    for base, cellules in tables_croisees(croise):
        croise.noms.extend((base, *cellules))
    return croise


def tables_croisees(croise: PlanCroise) -> Iterator[tuple[str, list[str]]]:
    """Base and cells of each crossing, by name, in the order they are packed."""
    for a, b in itertools.combinations(croise.indicateurs, 2):
        yield (
            nom_croise(a.id, b.id),
            [
                nom_croise(a.id, b.id, (x.code, y.code))
                for x in a.series[0].modalites
                for y in b.series[0].modalites
            ],
        )


def conditions_croisees(croise: PlanCroise) -> Iterator[tuple[str, tuple[Condition, ...]]]:
    """Name of each column of the crossings, and what a youth must meet to be counted there."""
    for a, b in itertools.combinations(croise.indicateurs, 2):
        sa, sb = a.series[0], b.series[0]
        yield nom_croise(a.id, b.id), (*sa.base, *sb.base)
        for x in sa.modalites:
            for y in sb.modalites:
                yield (
                    nom_croise(a.id, b.id, (x.code, y.code)),
                    (*sa.base, *x.conditions, *sb.base, *y.conditions),
                )


@dataclass(frozen=True, slots=True)
class ComptesCroises:
    """Of each context: true counts and sums of keys of every column of the crossings, the true
    base of each (contexts, columns)."""

    n: Entiers
    sommes: Entiers
    plafonds: Entiers


def compter_croises(
    croise: PlanCroise, plan: Plan, matiere: Matiere, contextes: Contextes
) -> ComptesCroises:
    """Count the crossings of each context (no profile filter among them)."""
    place = {c.nom: j for j, c in enumerate(plan.jeunes)}
    dense = matiere.jeunes.toarray().astype(np.float64)
    bases = [place[i.colonne(i.series[0].code)] for i in croise.indicateurs]
    cellules = [
        [place[i.colonne(i.series[0].code, m.code)] for m in i.series[0].modalites]
        for i in croise.indicateurs
    ]
    toutes = [j for b, c in zip(bases, cellules, strict=True) for j in (b, *c)]
    rang: dict[int, int] = {}
    for k, j in enumerate(toutes):
        rang.setdefault(j, k)
    forme = (len(contextes.cles), len(croise.noms))
    comptes = ComptesCroises(*(np.zeros(forme, dtype=np.int64) for _ in range(3)))
    for i in range(len(contextes.cles)):
        qui = contextes.colonnes[contextes.lignes == i]
        v = dense[np.ix_(qui, np.array(toutes))]
        n2 = (v.T @ v).astype(np.int64)
        s2 = (v.T @ (v * matiere.cles[qui, None])).astype(np.int64)
        n, s, plafond = [], [], []
        for a in range(len(bases)):
            for b in range(a + 1, len(bases)):
                x, y = rang[bases[a]], rang[bases[b]]
                n.append(n2[x : x + 1, y])
                s.append(s2[x : x + 1, y])
                plafond.append(np.array([len(qui)]))
                cx = np.array([rang[j] for j in cellules[a]])
                cy = np.array([rang[j] for j in cellules[b]])
                bloc = n2[np.ix_(cx, cy)].reshape(-1)
                n.append(bloc)
                s.append(s2[np.ix_(cx, cy)].reshape(-1))
                plafond.append(np.full(len(bloc), n2[x, y]))
        comptes.n[i] = np.concatenate(n)
        comptes.sommes[i] = np.concatenate(s)
        comptes.plafonds[i] = np.concatenate(plafond)
    return comptes
