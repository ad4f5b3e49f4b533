"""What a column counts, written so that two columns that count the same youths are one.

A *région* maps a field to the values it may take. A field with a single value per youth has a set
of codes; a field with several has literals « holds one of these codes » or « none of them ».
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from data.catalogue import AGES, INTENSITES, LISTE_DU_CHAMP, Condition, Listes
from data.faits import ENSEMBLES_ACTES, ENSEMBLES_FICHES

Codes = frozenset[str]

Litteral = tuple[bool, Codes]
"""(holds one of them?, codes) of a several-valued field."""

Region = frozenset[tuple[str, Codes | frozenset[Litteral]]]

MULTIPLES = frozenset({*ENSEMBLES_FICHES, *ENSEMBLES_ACTES, "partenaires", "acteurs"})
"""Fields of which a youth may have several values."""

AGES_DE_LA_TRANCHE: dict[str, frozenset[str]] = {
    "moins_10": frozenset({"moins_10"}),
    "10_13": frozenset({"10", "11", "12", "13"}),
    "14_16": frozenset({"14", "15", "16"}),
    "17_plus": frozenset({"17_plus"}),
}
"""Band of age → the ages it holds (contract, données §2.6)."""

TOUJOURS_CONNUS = frozenset({"anciennete", "intensite"})
"""Fields that are never empty: every accompagnement has a beginning and an intervention."""

IMPLIQUE: dict[str, tuple[str, Codes]] = {
    "fonction_ecole": ("origine", frozenset({"etablissement_scolaire"})),
    "demande_scolarite": ("demande", frozenset({"scolarite"})),
    "debut_coherent": ("debut", frozenset({"connu"})),
}
"""Field filled in only where another one has this value (contract, données §1): the import sees to
it, so that an attacker may count on it."""

DE_LA_SITUATION = (
    *("college", "classe", "hebergement", "configuration"),
    *("mesures", "aides", "ressources"),
)
"""Fields of the reference situation: one that is filled in says that there is one."""

SITUATION_PRESENTE: Region = frozenset({("situation", frozenset({"connu"}))})
DEBUT_CONNU: Region = frozenset({("debut", frozenset({"connu"}))})
DEBUT_COHERENT: Region = DEBUT_CONNU | {("debut_coherent", frozenset({"connu"}))}

VIDE = ""
"""Stands for « not filled in » among the values of a field."""


@dataclass(frozen=True, slots=True)
class Vocabulaire:
    """Every code of each field."""

    codes: dict[str, Codes] = field(hash=False)

    @classmethod
    def tirer(cls, listes: Listes) -> Vocabulaire:
        """From the closed lists."""
        codes = {nom: frozenset(v.code for v in valeurs) for nom, valeurs in listes.items()}
        codes |= {c: codes[liste] for c, liste in LISTE_DU_CHAMP.items()}
        codes["age"] = frozenset(c for c, _ in AGES)
        codes["intensite"] = frozenset(c for c, _, _ in INTENSITES)
        return cls(codes)

    def de(self, champ: str) -> Codes:
        """Codes of a field; of one that is only known or not, a single stand-in."""
        return self.codes.get(champ, frozenset({"connu"}))


def lire_region(conditions: tuple[Condition, ...], vocabulaire: Vocabulaire) -> Region:
    """The region of these conditions, all to be met."""
    simples: dict[str, Codes] = {}
    multiples: dict[str, set[Litteral]] = {}
    for c in conditions:
        champ, codes = c.champ, c.codes
        if champ in MULTIPLES:
            tous = vocabulaire.de(champ)
            multiples.setdefault(champ, set()).add((not c.sauf, tous if codes is None else codes))
            continue
        if champ == "tranche_age":
            champ = "age"
            codes = (
                None
                if codes is None
                else frozenset().union(*(AGES_DE_LA_TRANCHE[x] for x in codes))
            )
        tous = vocabulaire.de(champ)
        voulus = tous if codes is None else codes
        if c.sauf:
            voulus = (tous | {VIDE}) - voulus
        simples[champ] = simples.get(champ, tous | {VIDE}) & voulus
    for champ in [c for c in simples if c in IMPLIQUE and VIDE not in simples[c]]:
        parent, codes = IMPLIQUE[champ]
        simples[parent] = simples.get(parent, codes) & codes
    for champ in TOUJOURS_CONNUS & set(simples):
        if simples[champ] >= vocabulaire.de(champ):
            del simples[champ]
    region: dict[str, Codes | frozenset[Litteral]] = dict(simples)
    for champ, litteraux in multiples.items():
        region[champ] = frozenset(_epurer(litteraux))
    return frozenset(region.items())


def _epurer(litteraux: set[Litteral]) -> set[Litteral]:
    """Without « holds one of C » where « holds one of a part of C » stands already."""
    return {
        (oui, codes)
        for oui, codes in litteraux
        if not (oui and any(o and autres < codes for o, autres in litteraux))
    }


@dataclass(frozen=True, slots=True)
class Partage:
    """A relation between columns: `parent` = sum of `enfants` (+ an unpublished rest).

    `recouvrement`: the children may overlap: parent ≤ sum of children, parent ≥ each of them.
    `reste`: whether something may be left of the parent (in a covering: always).
    """

    parent: int
    enfants: tuple[int, ...]
    reste: bool
    recouvrement: bool = False


@lru_cache(maxsize=8)
def trouver_partages(regions: tuple[Region, ...], vocabulaire: Vocabulaire) -> tuple[Partage, ...]:
    """Every relation between these columns (their numbers in the list). The same from one school
    year to the next."""
    numero = {r: i for i, r in enumerate(regions)}
    partages: list[Partage] = []
    champs = {champ for r in regions for champ, _ in r}
    for champ in sorted(champs):
        familles: dict[Region, dict[object, int]] = {}
        for r, i in numero.items():
            autres = frozenset((c, v) for c, v in r if c != champ)
            valeur = dict(r).get(champ)
            if valeur is not None:
                familles.setdefault(autres, {})[valeur] = i
        for autres, membres in familles.items():
            parent = numero.get(autres)
            if champ in MULTIPLES:
                partages += _partager_litteraux(champ, membres, parent, vocabulaire)
            else:
                partages += _partager_codes(champ, membres, parent, vocabulaire)
    situation = numero.get(SITUATION_PRESENTE)
    for champ in DE_LA_SITUATION:
        connu = numero.get(lire_region((Condition(champ),), vocabulaire))
        if situation is not None and connu is not None:
            partages.append(Partage(situation, (connu,), reste=True))
    return tuple(partages)


def _partager_codes(
    champ: str, membres: dict[object, int], parent: int | None, vocabulaire: Vocabulaire
) -> list[Partage]:
    ensembles: dict[Codes, int] = {v: i for v, i in membres.items() if isinstance(v, frozenset)}
    if parent is not None:
        vides = frozenset() if champ in TOUJOURS_CONNUS else frozenset({VIDE})
        ensembles[vocabulaire.de(champ) | vides] = parent
    partages = []
    for entier, i in ensembles.items():
        dessous = [e for e in ensembles if e < entier]
        maximaux = [e for e in dessous if not any(e < autre for autre in dessous)]
        for groupe in _grouper(maximaux):
            couvert = frozenset().union(*groupe)
            partages.append(
                Partage(i, tuple(ensembles[e] for e in groupe), reste=couvert != entier)
            )
    return partages


def _grouper(ensembles: list[Codes]) -> list[list[Codes]]:
    """Pack the sets into groups of disjoint ones, the largest first."""
    groupes: list[list[Codes]] = []
    for e in sorted(ensembles, key=lambda x: (-len(x), sorted(x))):
        for groupe in groupes:
            if all(e.isdisjoint(autre) for autre in groupe):
                groupe.append(e)
                break
        else:
            groupes.append([e])
    return groupes


def _partager_litteraux(
    champ: str, membres: dict[object, int], parent: int | None, vocabulaire: Vocabulaire
) -> list[Partage]:
    """« Holds one of C » covers its parts; with « holds none of C » it makes a whole."""
    purs: dict[Litteral, int] = {}
    partages = []
    for valeur, i in membres.items():
        assert isinstance(valeur, frozenset)
        if len(valeur) == 1:
            (litteral,) = valeur
            assert isinstance(litteral, tuple)
            purs[litteral] = i
    tenus = {codes: i for (oui, codes), i in purs.items() if oui}
    for codes, i in tenus.items():
        parties = [c for c in tenus if c < codes]
        feuilles = [c for c in parties if not any(x < c for x in parties)]
        if feuilles:
            couvre = frozenset().union(*feuilles) == codes
            partages.append(Partage(i, tuple(tenus[c] for c in feuilles), not couvre, True))
        partages += [
            Partage(i, (tenus[c],), True)
            for c in parties
            if c not in feuilles and not any(c < autre for autre in parties)
        ]
        if parent is not None and not any(codes < autre for autre in tenus):
            partages.append(Partage(parent, (i,), True))
    # Known, but none of these codes: with those that hold one of them, all that are known.
    for valeur, i in membres.items():
        assert isinstance(valeur, frozenset)
        oui = [c for o, c in valeur if o]
        non = [c for o, c in valeur if not o]
        if len(oui) == 1 and len(non) == 1 and oui[0] in tenus and non[0] in tenus:
            partages.append(Partage(tenus[oui[0]], (tenus[non[0]], i), reste=False))
        elif len(non) == 1 and not oui and parent is not None and non[0] in tenus:
            partages.append(Partage(parent, (tenus[non[0]], i), reste=False))
    return partages
