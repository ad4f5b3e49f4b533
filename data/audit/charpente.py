"""The frame of the audit: which cells there are, and how they add up.

A *row* is a context (population × place × profile filters, `trame`), empty or not: whether anybody
stands in it is what an attacker wants to know. A *column* is a set of youths
(`regions`); the same column may be shown by several tables. A cell is a row and a column.

Rows add up in *familles* (a place and its parts, a context and one more filter, a population and
another one); columns by `Partage`. Contract, confidentialité, « Audit at import ».
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from data.audit.noyau import Rouages, Tableaux
from data.audit.regions import (
    AGES_DE_LA_TRANCHE,
    DEBUT_COHERENT,
    DEBUT_CONNU,
    SITUATION_PRESENTE,
    Partage,
    Region,
    Vocabulaire,
    lire_region,
    trouver_partages,
)
from data.audit.trame import AUTRES, Place, Rangs, Relation, Soustraction, Trame
from data.catalogue import POPULATIONS, Condition, Indicateur, Listes
from data.comptage import Plan, PlanCroise, conditions_croisees, tables_croisees
from data.faits import ENSEMBLES_ACTES
from data.treillis import FILTRES_PERMIS, PROFILS, TYPES_CROISABLES, Geographie

POPULATIONS_ORDONNEES: tuple[str, ...] = tuple(POPULATIONS)
PROPRES_A_LA_POPULATION = frozenset({"intensite", *ENSEMBLES_ACTES, "partenaires"})
"""Fields that do not mean the same for two populations: an ALSES's own interventions, or all of
them (contract, données §2.8)."""

SUIVI_PAR_UN_ALSES: Region = frozenset({("acteurs", frozenset({(True, frozenset({"alses"}))}))})


@dataclass(frozen=True, slots=True)
class Famille:
    """Row relations of one kind: parent = sum of its children (+ rest).

    `parents` (m,), `debuts` (m,) into `enfants` (e,): rows; a row is a child once at most.
    `reste`: whether youths of the parent may be in no child. `borne`: whether those are youths of
    the parent that no child counts (else the parent only counts more than its children).
    `cellule`: whether the audit counts the rest as a cell (« sans collège », profile unknown; not
    the youths of the other educators, whom no place sets apart). `colonnes`: bool (K,), the columns
    the relation holds for.
    """

    nom: str
    parents: Rangs
    debuts: Rangs
    enfants: Rangs
    reste: bool
    colonnes: npt.NDArray[np.bool_]
    borne: bool = True
    cellule: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """What is answered together: a base and its values (columns of the plan and of the audit).

    `membres`: (column of the plan, column of the audit) of each value shown; `evenements`: only
    the share of events is given (rule 6). `populations`: those it is asked of. `sans_detail`:
    never under a filter, nor of a collège (`catalogue.Serie`).
    """

    nom: str
    base: int
    base_auditee: int
    membres: tuple[tuple[int, int], ...]
    evenements: bool
    populations: frozenset[str]
    sans_detail: bool = False


@dataclass(frozen=True)
class Charpente:
    """Rows, columns, tables and relations of one school year (or cumul)."""

    populations: tuple[str, ...]
    cles: tuple[tuple[str, str, str, str], ...]
    numero: dict[tuple[str, str, str, str], int] = field(repr=False)
    regions: tuple[Region, ...]
    representant: Rangs
    colonne_du_plan: Rangs
    partages: tuple[Partage, ...]
    tables: tuple[Table, ...]
    familles: tuple[Famille, ...]
    egales: tuple[tuple[Rangs, int, Rangs, int], ...]
    lignes_egales: tuple[tuple[Rangs, Rangs], ...]
    nulles: tuple[tuple[Rangs, Rangs], ...]
    visibles: npt.NDArray[np.bool_] = field(repr=False)
    """Rows that may be asked about, (rows,); the others are what places leave beside their
    parts."""
    restes: dict[Place, Place] = field(repr=False)
    """Places that nobody can ask about → those they are left of."""
    soustraction: Soustraction = field(repr=False)
    rouages: list[Rouages] = field(default_factory=list, repr=False)
    """The same relations as arrays, when `propagation` has made them."""
    tableaux: list[Tableaux] = field(default_factory=list, repr=False)
    """The tables as arrays, when `savoir` has made them."""

    @cached_property
    def visees(self) -> npt.NDArray[np.bool_]:
        """Rows whose cells are protected, (rows,): not those of the youths whom no ALSES follows,
        whom no question sets apart and whose total the headlines tell (rule 7)."""
        return np.array([population != AUTRES for population, *_ in self.cles])

    @property
    def suivis(self) -> int:
        """Column of the plan that tells the youths whom an ALSES follows."""
        return int(self.representant[self.regions.index(SUIVI_PAR_UN_ALSES)])

    @property
    def forme(self) -> tuple[int, int]:
        """(rows, columns)."""
        return len(self.cles), len(self.regions)

    def ligne(self, population: str, type_: str, lieu: str, filtres: str = "") -> int:
        """Number of a row."""
        return self.numero[population, type_, lieu, filtres]

    def remplir(self, nombres: npt.NDArray[np.int32] | Rangs) -> None:
        """Reckon the numbers of the rows nobody can ask about, (rows,) or (rows, columns), from
        the others; in place."""
        s = self.soustraction
        if len(s.lignes):
            parts = np.add.reduceat(nombres[s.enfants], s.debuts, axis=0)
            nombres[s.lignes] = nombres[s.parents] - parts


def dresser_charpente(
    plan: Plan,
    catalogue: dict[str, Indicateur],
    listes: Listes,
    geographie: Geographie,
    annee: int,
    *,
    types: tuple[str, ...] | None = None,
) -> Charpente:
    """The frame of a school year that begins in `annee`.

    `types`: kinds of place, when not all of them (a cumul has collèges only).
    """
    vocabulaire = Vocabulaire.tirer(listes)
    conditions = [c.conditions for c in plan.jeunes]
    voulus = tuple(FILTRES_PERMIS) if types is None else types
    trame = Trame(listes, geographie, annee, voulus, (*POPULATIONS_ORDONNEES, AUTRES))
    regions, colonne = _numeroter_regions(tuple(conditions), vocabulaire)
    familles = _familles_de_profils(trame, len(regions))
    familles += _familles_de_lieux(trame, len(regions))
    familles += _familles_de_populations(trame, regions)
    identites = _identites(trame, {r: i for i, r in enumerate(regions)})
    tables = _dresser_tables(plan, catalogue, colonne)
    return _achever(trame, regions, colonne, vocabulaire, familles, tables, identites)


def dresser_croisements(
    plan: Plan,
    croise: PlanCroise,
    catalogue: dict[str, Indicateur],
    listes: Listes,
    geographie: Geographie,
    annee: int,
) -> Charpente:
    """The frame of the crossings of a school year: population `alses`, no filter.

    Its columns are those of the crossing plan, then those of the plan, which it shares with the
    frame of the year: that is how what the one tells reaches the other (`relier`).
    """
    vocabulaire = Vocabulaire.tirer(listes)
    conditions = [c.conditions for c in plan.jeunes] + [c for _, c in conditions_croisees(croise)]
    trame = Trame(listes, geographie, annee, TYPES_CROISABLES, ("alses",), filtres=0)
    regions, colonne = _numeroter_regions(tuple(conditions), vocabulaire)
    tables = []
    rang = {nom: len(plan.jeunes) + i for i, nom in enumerate(croise.noms)}
    for nom, membres in tables_croisees(croise):
        base = rang[nom]
        tables.append(
            Table(
                nom,
                base - len(plan.jeunes),
                int(colonne[base]),
                tuple((rang[m] - len(plan.jeunes), int(colonne[rang[m]])) for m in membres),
                False,
                frozenset({"alses"}),
            )
        )
    familles = _familles_de_lieux(trame, len(regions))
    return _achever(trame, regions, colonne, vocabulaire, familles, tuple(tables), ([], [], []))


def relier(principale: Charpente, croisee: Charpente) -> tuple[Rangs, Rangs, Rangs, Rangs]:
    """Cells of the two frames that count the same youths: (rows, columns) of the one, of the other.

    A crossing with a profile is the value under that filter.
    """
    rang = {r: i for i, r in enumerate(principale.regions)}
    valeurs = _valeurs_de_profil(principale)
    paires: list[tuple[int, int, int, int]] = []
    for c, region in enumerate(croisee.regions):
        vises: list[tuple[str, int]] = []
        if region in rang:
            vises.append(("", rang[region]))
        for condition in region:
            filtre = valeurs.get(condition)
            reste = region - {condition}
            if filtre is not None and reste in rang:
                vises.append((filtre, rang[reste]))
        for ligne, (population, type_, lieu, _) in enumerate(croisee.cles):
            for filtre, k in vises:
                dans = principale.numero.get((population, type_, lieu, filtre))
                if dans is not None:
                    paires.append((dans, k, ligne, c))
    a = np.array(paires, dtype=np.int64).reshape(-1, 4)
    return a[:, 0], a[:, 1], a[:, 2], a[:, 3]


def _valeurs_de_profil(charpente: Charpente) -> dict[object, str]:
    """Condition of a region → the profile filter that says the same."""
    filtres = {f for _, _, _, f in charpente.cles if f and "&" not in f}
    sortie: dict[object, str] = {}
    for filtre in filtres:
        profil, code = filtre.split("=")
        codes = AGES_DE_LA_TRANCHE[code] if profil == "age" else frozenset({code})
        sortie[profil, codes] = filtre
    return sortie


@lru_cache(maxsize=8)
def _numeroter_regions(
    conditions: tuple[tuple[Condition, ...], ...], vocabulaire: Vocabulaire
) -> tuple[tuple[Region, ...], Rangs]:
    """Distinct regions, and the region of each column of the plan. The same from one school year
    to the next."""
    toutes = [lire_region(c, vocabulaire) for c in conditions]
    regions = tuple(dict.fromkeys(toutes))
    rang = {r: i for i, r in enumerate(regions)}
    return regions, np.array([rang[r] for r in toutes], dtype=np.int64)


def _achever(
    trame: Trame,
    regions: tuple[Region, ...],
    colonne: Rangs,
    vocabulaire: Vocabulaire,
    familles: list[Famille],
    tables: tuple[Table, ...],
    identites: Identites,
) -> Charpente:
    cles = trame.cles()
    representant = np.array(
        [int(np.flatnonzero(colonne == i)[0]) for i in range(len(regions))], dtype=np.int64
    )
    return Charpente(
        trame.populations,
        cles,
        {c: i for i, c in enumerate(cles)},
        regions,
        representant,
        colonne,
        trouver_partages(regions, vocabulaire),
        tables,
        tuple(f for f in familles if len(f.parents)),
        tuple(identites[0]),
        tuple(identites[1]),
        tuple(identites[2]),
        trame.visibles,
        trame.restes,
        trame.soustraction(),
    )


Identites = tuple[
    list[tuple[Rangs, int, Rangs, int]], list[tuple[Rangs, Rangs]], list[tuple[Rangs, Rangs]]
]


def _assembler(
    nom: str,
    relations: list[Relation],
    reste: bool,
    colonnes: npt.NDArray[np.bool_],
    *,
    borne: bool = True,
    cellule: bool = True,
) -> Famille:
    relations = [r for r in relations if r[1]]
    tailles = np.array([len(e) for _, e in relations], dtype=np.int64)
    return Famille(
        nom,
        np.array([p for p, _ in relations], dtype=np.int64),
        np.concatenate([[0], np.cumsum(tailles)[:-1]]).astype(np.int64)
        if len(tailles)
        else tailles,
        np.array([x for _, e in relations for x in e], dtype=np.int64),
        reste,
        colonnes,
        borne,
        cellule,
    )


def _familles_de_profils(trame: Trame, colonnes: int) -> list[Famille]:
    """A context = the same with each value of one more filter + those whose value is unknown."""
    toutes = np.ones(colonnes, dtype=bool)
    familles = []
    for profil in PROFILS:
        for strict in (False, True):
            # A collégien's class is known by definition (contract, données §2.3).
            relations = [
                r
                for population in trame.populations
                if strict
                is (profil == "anciennete" or (profil == "classe" and population == "collegiens"))
                for r in trame.par_profil(profil, population)
            ]
            nom = f"{profil} toujours connu" if strict else profil
            familles.append(_assembler(nom, relations, not strict, toutes))
    return familles


def _familles_de_lieux(trame: Trame, colonnes: int) -> list[Famille]:
    """A place = its parts, those that no answer names included."""
    toutes = np.ones(colonnes, dtype=bool)
    return [_assembler(c.nom, trame.par_lieux(c), c.reste, toutes) for c in trame.coupes]


def _familles_de_populations(trame: Trame, regions: Sequence[Region]) -> list[Famille]:
    """The whole of prévention spécialisée = the ALSES's youths + the others, whom a population of
    its own counts; it holds the collégiens."""
    n = trame.par_population
    decalage = dict(zip(trame.populations, trame.decalages(), strict=True))
    propres = np.array([bool(PROPRES_A_LA_POPULATION & {c for c, _ in r}) for r in regions])
    actes = np.array(
        [bool(set(ENSEMBLES_ACTES) & {c for c, _ in r}) and _croissante(r) for r in regions]
    )
    toutes = np.ones(len(regions), dtype=bool)
    return [
        _assembler(
            nom,
            [(decalage["ps"] + i, [decalage[x] + i for x in parts]) for i in range(n)],
            reste,
            colonnes,
            borne=borne,
            cellule=False,
        )
        for nom, parts, colonnes, reste, borne in (
            ("alses et autres", ("alses", AUTRES), ~propres, False, True),
            ("actes des alses", ("alses",), actes, True, False),
            ("collegiens", ("collegiens",), toutes, True, True),
        )
    ]


def _croissante(region: Region) -> bool:
    """Whether more interventions can only bring more youths in."""
    return all(
        all(isinstance(x, tuple) and x[0] for x in valeurs)
        for champ, valeurs in region
        if champ in ENSEMBLES_ACTES or champ == "partenaires"
    )


def _identites(trame: Trame, rang: dict[Region, int]) -> Identites:
    """Cells that count the same youths, and cells that are nobody by definition.

    « Girls » of a context are the number of youths of the context filtered by girls; the class 6e
    of the collégiens is that of everyone; an ALSES's collégiens of a class are its youths of the
    class. Equal cells: (rows, column, rows, column); equal rows; null cells: (rows, columns).
    """
    egales: list[tuple[Rangs, int, Rangs, int]] = []
    nulles: list[tuple[Rangs, Rangs]] = []
    tout = rang[frozenset()]

    par_valeur: dict[tuple[str, str], tuple[list[int], list[int]]] = {}
    filtrees: dict[tuple[str, str], list[int]] = {}
    for decalage in trame.decalages():
        for place, taille in enumerate(trame.taille):
            debut = decalage + trame.depart[place]
            for i, combinaison in enumerate(trame.combinaisons[:taille]):
                for p, code in combinaison:
                    filtrees.setdefault((p, code), []).append(debut + i)
                    sans = frozenset(x for x in combinaison if x != (p, code))
                    parents, enfants = par_valeur.setdefault((p, code), ([], []))
                    parents.append(debut + trame.numero_combinaison[sans])
                    enfants.append(debut + i)
    for (p, code), (parents, enfants) in par_valeur.items():
        champ, codes = (p, frozenset({code})) if p != "age" else ("age", AGES_DE_LA_TRANCHE[code])
        colonne = rang.get(frozenset({(champ, codes)}))
        if colonne is not None:
            egales.append((np.array(parents), colonne, np.array(enfants), tout))
        lignes = np.array(filtrees[p, code])
        vides = []
        for region, k in rang.items():
            valeurs = dict(region).get(champ)
            if valeurs is None:
                continue
            if codes.isdisjoint(valeurs):
                vides.append(k)
            elif codes <= valeurs:
                reste = frozenset((c, v) for c, v in region if c != champ)
                if reste in rang:
                    egales.append((lignes, k, lignes, rang[reste]))
        nulles.append((lignes, np.array(vides, dtype=np.int64)))
    egales += _situations_presentes(trame, rang, filtrees)
    connu, coherent = rang.get(DEBUT_CONNU), rang.get(DEBUT_COHERENT)
    if connu is not None and coherent is not None:
        # Who was followed before the year began was followed before its first intervention.
        suivis = np.array(filtrees["anciennete", "poursuivi"], dtype=np.int64)
        egales.append((suivis, coherent, suivis, connu))
    decalage_de = dict(zip(trame.populations, trame.decalages(), strict=True))
    dedans: list[int] = []
    dehors: list[int] = []
    for place, taille in enumerate(trame.taille):
        for i, combinaison in enumerate(trame.combinaisons[:taille]):
            classe = dict(combinaison).get("classe")
            if classe is not None:
                cible = dedans if classe in trame.classes_du_college else dehors
                cible.append(trame.depart[place] + i)
    d = np.array(dedans, dtype=np.int64)
    lignes_egales = [(decalage_de["ps"] + d, decalage_de["collegiens"] + d)]
    tenus = rang.get(SUIVI_PAR_UN_ALSES)
    if tenus is not None:
        egales.append((decalage_de["collegiens"] + d, tenus, decalage_de["alses"] + d, tout))
        # An ALSES's youths are all followed by one.
        siens = decalage_de["alses"] + np.arange(trame.par_population)
        egales.append((siens, tenus, siens, tout))
        # Those of everyone who are followed by one are its youths.
        egales.append((decalage_de["ps"] + np.arange(trame.par_population), tenus, siens, tout))
        autres = decalage_de[AUTRES] + np.arange(trame.par_population)
        nulles.append((autres, np.array([tenus])))
        aucun = rang.get(frozenset({("acteurs", frozenset({(False, frozenset({"alses"}))}))}))
        if aucun is not None:
            nulles.append((siens, np.array([aucun])))
            egales.append((autres, aucun, autres, tout))
    nulles.append(
        (decalage_de["collegiens"] + np.array(dehors, dtype=np.int64), np.arange(len(rang)))
    )
    return egales, lignes_egales, nulles


def _situations_presentes(
    trame: Trame, rang: dict[Region, int], filtrees: dict[tuple[str, str], list[int]]
) -> list[tuple[Rangs, int, Rangs, int]]:
    """Where a class or a collège is known, so is a situation: everyone there has one."""
    situation = rang.get(SITUATION_PRESENTE)
    if situation is None:
        return []
    lignes = {x for (profil, _), siennes in filtrees.items() if profil == "classe" for x in siennes}
    for population, decalage in zip(trame.populations, trame.decalages(), strict=True):
        if population == "collegiens":
            lignes.update(range(decalage, decalage + trame.par_population))
            continue
        for place, (type_, _) in enumerate(trame.places):
            if type_ in ("college", "reseau", "poste"):
                debut = decalage + trame.depart[place]
                lignes.update(range(debut, debut + trame.taille[place]))
    toutes = np.array(sorted(lignes), dtype=np.int64)
    return [(toutes, situation, toutes, rang[frozenset()])]


def _dresser_tables(
    plan: Plan, catalogue: dict[str, Indicateur], colonne: Rangs
) -> tuple[Table, ...]:
    """Every table that can be answered about youths; « effectif » is a table of its own."""
    rang = {c.nom: j for j, c in enumerate(plan.jeunes)}
    partout = frozenset(POPULATIONS_ORDONNEES)
    tables = [Table("effectif", 0, int(colonne[0]), (), False, partout)]
    for ind in catalogue.values():
        if not (ind.de_jeunes or ind.famille == "qualite_saisie") or ind.id == "effectif":
            continue
        populations = frozenset({ind.population}) if ind.population else partout
        for serie in ind.series:
            if not serie.modalites:
                continue
            base = rang[ind.colonne(serie.code)]
            membres = tuple(
                (j, int(colonne[j]))
                for m in serie.modalites
                if not (serie.oui_non and m.code == "non")
                for j in (rang[ind.colonne(serie.code, m.code)],)
            )
            tables.append(
                Table(
                    plan.jeunes[base].nom,
                    base,
                    int(colonne[base]),
                    membres,
                    ind.famille == "evenements",
                    populations,
                    serie.sans_detail,
                )
            )
    return tuple(tables)
