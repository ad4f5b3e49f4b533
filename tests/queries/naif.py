"""True figures of any question, counted the plain way from the raw forms.

Written from the contract (données §2 and §3) and from nothing else: no module of the project is
imported here. Slow, short, one youth at a time; what the package counts must equal it.
"""

from __future__ import annotations

import csv
import datetime as dt
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, cached_property
from pathlib import Path

import pandas as pd

REFERENCE = Path(__file__).resolve().parents[2] / "data" / "reference"

CLES = {
    "territoires": ("code",),
    "associations": ("sigle",),
    "colleges": ("code",),
    "postes": ("college", "association", "debut", "plan_pauvrete"),
    "conditions": ("college", "association", "date"),
    "usagers": ("association", "usager"),
    "situations": ("association", "usager", "date"),
    "interventions": ("association", "intervention"),
    "actions_ponctuelles": ("association", "action"),
    "actions_projet": ("association", "action"),
}
FICHE = ("sexe", "naissance", "debut", "territoire", "origine", "fonction_ecole", "demande")
FICHE = (*FICHE, "demande_scolarite")
SITUATION = (
    "college",
    "classe",
    "hebergement",
    "configuration",
    "mesures",
    "aides",
    "ressources",
)
ACTES = (
    "present",
    "lieu",
    "objectifs",
    "modalites",
    "famille",
    "objectifs_famille",
    "partenaires_territoire",
    "partenaires_hors",
)
ACTION = (
    "lieu_action",
    "type",
    "thematique",
    "initiative",
    "porteur",
    "partenaires",
    "financements",
    "objectifs",
    "communication",
)
AGES = ("moins_10", *(str(a) for a in range(10, 17)), "17_plus")
CLASSES_D_INTENSITE = ("1_2", "3_5", "6_10", "11_20", "21_40", "plus_40")
ANCIENNETES = ("moins_1", "1_2", "3_5", "6_10", "plus_10")
PROPRES = {"part_alses": "collegiens", "croises": "alses", "jeunes_par_poste": "alses"}

Ligne = dict[str, str]
Livraison = Mapping[str, pd.DataFrame]
"""Form → its rows as text; a column that the file lacks is lacking."""


@cache
def listes() -> dict[str, dict[str, str]]:
    """Closed lists: field → code → group, in list order."""
    sortie: dict[str, dict[str, str]] = {}
    with (REFERENCE / "nomenclatures.csv").open(encoding="utf-8", newline="") as f:
        for ligne in sorted(csv.DictReader(f), key=lambda x: (x["champ"], int(x["ordre"]))):
            sortie.setdefault(ligne["champ"], {})[ligne["code"]] = ligne["groupe"]
    return sortie


@cache
def indicateurs() -> dict[str, dict[str, str]]:
    """The rows of the contract's catalogue."""
    with (REFERENCE / "indicateurs.csv").open(encoding="utf-8", newline="") as f:
        return {ligne["id"]: ligne for ligne in csv.DictReader(f)}


def croisables() -> list[str]:
    """Indicators that may be crossed."""
    return [nom for nom, ligne in indicateurs().items() if ligne["croisable"] == "oui"]


def codes(liste: str, groupe: str | None = None, sauf: Iterable[str] = ()) -> tuple[str, ...]:
    """Codes of a list (of a group), in order."""
    return tuple(
        c for c, g in listes()[liste].items() if (groupe is None or g == groupe) and c not in sauf
    )


def decouper(texte: object) -> frozenset[str]:
    """The values of a cell; nothing when it is empty or the column was never there."""
    if not isinstance(texte, str):
        return frozenset()
    return frozenset(x for x in texte.split("|") if x)


def en_date(texte: object) -> dt.date | None:
    return dt.date.fromisoformat(texte) if isinstance(texte, str) and texte else None


def bornes(annee: int) -> tuple[dt.date, dt.date]:
    """First and last day of the school year that begins in `annee`."""
    return dt.date(annee, 9, 1), dt.date(annee + 1, 8, 31)


def code_association(nom: str) -> str:
    """Code in URLs of the plain names that the tests give."""
    return nom.lower().replace(" ", "-")


@dataclass(frozen=True, eq=False)
class Jeune:
    """One accompagnement. `valeurs`: what fiche and reference situation say; `actes`: all the
    interventions of the year; `posees`: columns that some file brought for it."""

    association: str
    usager: str
    annee: int
    valeurs: dict[str, frozenset[str]]
    places: dict[str, str]
    interventions: tuple[Ligne, ...]
    posees: frozenset[str]

    @property
    def identite(self) -> tuple[str, str, str]:
        return self.association, self.usager, f"{self.annee}-{self.annee + 1}"

    def dans(self, population: str) -> bool:
        if population == "alses":
            return any(i["acteur"] == "alses" for i in self.interventions)
        if population == "collegiens":
            return bool(self.valeurs["classe"] & set(codes("classe", "collège")))
        return True

    def actes(self, population: str) -> list[Ligne]:
        """The interventions behind a figure (§2.8)."""
        if population == "alses":
            return [i for i in self.interventions if i["acteur"] == "alses"]
        return list(self.interventions)

    def lire(self, champ: str, population: str) -> frozenset[str]:
        """The answer of the youth to one field."""
        if champ == "acteur":
            return frozenset(i["acteur"] for i in self.interventions)
        if champ == "intensite":
            n = len(self.actes(population))
            rang = next((i for i, x in enumerate((2, 5, 10, 20, 40)) if n <= x), 5)
            return frozenset({CLASSES_D_INTENSITE[rang]})
        if champ in ACTES:
            return frozenset().union(*(decouper(i.get(champ)) for i in self.actes(population)))
        return self.valeurs[champ]


def _age(valeur: object, annee: int) -> tuple[frozenset[str], frozenset[str]]:
    if not isinstance(valeur, str) or not valeur:
        return frozenset(), frozenset()
    age = (annee + 1) - int(valeur) - 1
    detail = "moins_10" if age < 10 else "17_plus" if age >= 17 else str(age)
    bande = (
        "moins_10" if age < 10 else "10_13" if age <= 13 else "14_16" if age <= 16 else "17_plus"
    )
    return frozenset({detail}), frozenset({bande})


def _annee_scolaire(jour: str) -> int:
    return int(jour[:4]) - (jour[5:7] < "09")


def _compter_les_tardives(livraisons: Sequence[Livraison]) -> dict[tuple[str, str, int], int]:
    """(association, usager, school year) → interventions that came for the first time when an
    earlier delivery of the association already went beyond their date in that school year."""
    connues: set[tuple[str, str]] = set()
    tenues: dict[tuple[str, int], str] = {}
    sortie: dict[tuple[str, str, int], int] = {}
    for livraison in livraisons:
        lignes = (
            livraison["interventions"].to_dict("records") if ("interventions" in livraison) else []
        )
        for x in lignes:
            annee = _annee_scolaire(x["date"])
            cle = (x["association"], x["intervention"])
            if cle not in connues and x["date"] < tenues.get((x["association"], annee), ""):
                qui = (x["association"], x["usager"], annee)
                sortie[qui] = sortie.get(qui, 0) + 1
        for x in lignes:
            connues.add((x["association"], x["intervention"]))
            ou = (x["association"], _annee_scolaire(x["date"]))
            tenues[ou] = max(tenues.get(ou, ""), x["date"])
    return sortie


class Base:
    """What the deliveries say once loaded one after the other.

    A known key with new content replaces the old; an absent column leaves what was there.
    In the tables a missing value (NaN) is a column that no file brought for the row.
    """

    def __init__(self, livraisons: Sequence[Livraison]) -> None:
        self.tables: dict[str, pd.DataFrame] = {}
        for nom, cle in CLES.items():
            lignes: dict[tuple[str, ...], Ligne] = {}
            for livraison in livraisons:
                if nom in livraison:
                    for ligne in livraison[nom].to_dict("records"):
                        lignes.setdefault(tuple(ligne[c] for c in cle), {}).update(ligne)
            self.tables[nom] = pd.DataFrame(list(lignes.values()))
            for c in cle:
                if c not in self.tables[nom]:
                    self.tables[nom][c] = pd.Series(dtype=str)
        self._annees: dict[int, list[Jeune]] = {}
        self.tardives = _compter_les_tardives(livraisons)

    # --- Places (§2.5) --------------------------------------------------------------------------

    def lignes(self, nom: str) -> list[Ligne]:
        """Rows of a table; only the columns that some file brought for the row."""
        return [
            {c: v for c, v in ligne.items() if isinstance(v, str)}
            for ligne in self.tables[nom].to_dict("records")
        ]

    @cached_property
    def colleges(self) -> dict[str, Ligne]:
        return {x["code"]: x for x in self.lignes("colleges")}

    @cached_property
    def associations(self) -> dict[str, str]:
        """Sigle → code in URLs."""
        return {x["sigle"]: code_association(x["nom"]) for x in self.lignes("associations")}

    @cached_property
    def postes(self) -> list[Ligne]:
        return self.lignes("postes")

    def postes_ouverts(self, du: dt.date, au: dt.date) -> list[Ligne]:
        """Posts open on any day from one to the other."""
        return [
            p
            for p in self.postes
            if dt.date.fromisoformat(p["debut"]) <= au
            and (not p.get("fin") or dt.date.fromisoformat(p["fin"]) >= du)
        ]

    def postes_du_premier_janvier(self, annee: int) -> list[Ligne]:
        jour = dt.date(annee + 1, 1, 1)
        return self.postes_ouverts(jour, jour)

    def genre_de_poste(self, college: str, annee: int) -> str | None:
        plans = [
            p.get("plan_pauvrete") == "oui"
            for p in self.postes_du_premier_janvier(annee)
            if p["college"] == college
        ]
        if not plans:
            return None
        return "plan_pauvrete" if any(plans) else "autre"

    @cached_property
    def paires_territoire(self) -> set[str]:
        return {
            f"{self.associations[p['association']]}/{self.colleges[p['college']]['territoire']}"
            for p in self.postes
        }

    @cached_property
    def paires_college(self) -> set[str]:
        return {f"{self.associations[p['association']]}/{p['college']}" for p in self.postes}

    def placer(self, association: str, college: str, territoire: str, annee: int) -> dict[str, str]:
        """Kind of place → place; nowhere: absent. `territoire`: the usager's own."""
        places = {"departement": "nord", "association": self.associations[association]}
        if college:
            fiche = self.colleges[college]
            territoire = fiche["territoire"]
            places["college"] = college
            places["reseau"] = fiche.get("education_prioritaire") or "hors"
            genre = self.genre_de_poste(college, annee)
            if genre:
                places["poste"] = genre
            paire = f"{places['association']}/{college}"
            if paire in self.paires_college:
                places["association_college"] = paire
        if territoire:
            places["territoire"] = territoire
            paire = f"{places['association']}/{territoire}"
            if paire in self.paires_territoire:
                places["association_territoire"] = paire
        return places

    def lieux(self) -> list[tuple[str, str]]:
        """Every place of the lattice."""
        return [
            ("departement", "nord"),
            *(("territoire", x["code"]) for x in self.lignes("territoires")),
            *(("association", c) for c in self.associations.values()),
            *(("association_territoire", p) for p in sorted(self.paires_territoire)),
            *(("college", c) for c in self.colleges),
            *(("reseau", c) for c in ("rep", "rep_plus", "hors")),
            *(("poste", c) for c in ("plan_pauvrete", "autre")),
            *(("association_college", p) for p in sorted(self.paires_college)),
        ]

    # --- Youths (§2.1 to §2.8) ------------------------------------------------------------------

    def annees(self) -> list[int]:
        """School years (first year) with an intervention or an action."""
        jours = list(self.tables["interventions"].get("date", []))
        jours += list(self.tables["actions_ponctuelles"].get("date", []))
        jours += list(self.tables["actions_projet"].get("debut", []))
        dates = [dt.date.fromisoformat(j) for j in jours]
        return sorted({d.year if d.month >= 9 else d.year - 1 for d in dates})

    @cached_property
    def _premieres(self) -> dict[tuple[str, str], str]:
        table = self.tables["interventions"]
        return dict(table.groupby(["association", "usager"])["date"].min())

    def jeunes(self, annee: int) -> list[Jeune]:
        """The accompagnements of the school year that begins in `annee`."""
        if annee not in self._annees:
            self._annees[annee] = list(self._compter(annee))
        return self._annees[annee]

    def _compter(self, annee: int) -> Iterable[Jeune]:
        debut, fin = bornes(annee)
        i = self.tables["interventions"]
        if i.empty:
            return
        fiches = {(u["association"], u["usager"]): u for u in self.lignes("usagers")}
        s = self.tables["situations"]
        s = s[s["date"] <= fin.isoformat()].sort_values("date")
        references = {
            (x["association"], x["usager"]): {c: v for c, v in x.items() if isinstance(v, str)}
            for x in s.drop_duplicates(["association", "usager"], keep="last").to_dict("records")
        }
        de_l_annee = i[i["date"].between(debut.isoformat(), fin.isoformat())]
        for cle, groupe in de_l_annee.groupby(["association", "usager"]):
            fiche, situation = fiches[cle], references.get(cle, {})
            interventions = tuple(
                {c: v for c, v in x.items() if isinstance(v, str)}
                for x in groupe.to_dict("records")
            )
            age, bande = _age(fiche.get("naissance"), annee)
            depuis = fiche.get("debut") or self._premieres[cle]
            premiere = min(x["date"] for x in interventions)
            valeurs = {c: decouper(fiche.get(c)) for c in FICHE}
            valeurs |= {c: decouper(situation.get(c)) for c in SITUATION}
            for c in ("mesures", "aides"):
                if len(valeurs[c]) > 1:
                    valeurs[c] -= {"aucune"}
            valeurs |= {
                "age": age,
                "tranche_age": bande,
                "anciennete": frozenset({"poursuivi" if depuis < debut.isoformat() else "nouveau"}),
                "situation": frozenset({"oui"} if cle in references else ()),
                "debut_coherent": frozenset(
                    {"oui"} if "" < (fiche.get("debut") or "") <= premiere else ()
                ),
            }
            posees = {f"usagers.{c}" for c in fiche} | {f"situations.{c}" for c in situation}
            posees |= {f"interventions.{c}" for x in interventions for c in x}
            yield Jeune(
                *cle,
                annee,
                valeurs,
                self.placer(
                    cle[0], situation.get("college", ""), fiche.get("territoire", ""), annee
                ),
                interventions,
                frozenset(posees),
            )


@dataclass(frozen=True)
class Demande:
    """A question, in plain words. `annee`: « 2021-2022 », or « 2019-2022 »."""

    indicateur: str
    annee: str
    lieu: tuple[str, str] = ("departement", "nord")
    population: str = "alses"
    filtres: tuple[tuple[str, str], ...] = ()
    croiser: str | None = None

    @property
    def annees(self) -> list[int]:
        debut, fin = (int(x) for x in self.annee.split("-"))
        return list(range(debut, fin))

    @property
    def population_reelle(self) -> str:
        return PROPRES.get(self.indicateur, self.population)


Lecture = Callable[[str], frozenset[str]]
Jeunes = tuple[Jeune, ...]


@dataclass(frozen=True)
class Terme:
    """One published number of youths that « non renseigné » adds or takes away; `plafond`: the
    youths of its base, None for the population itself (a plain number, without a cap)."""

    signe: int
    membres: Jeunes
    plafond: Jeunes | None


@dataclass(frozen=True)
class Cellule:
    """What is truly behind one row of an answer.

    `membres`, `base`: the youths; `evenements`, `total`, `maximum`: events of the cell, of the
    base, most of one youth (units of events only); `manquants`: true « non renseigné » (None when
    there is none); `termes`: how its published number is made; `valeur`: a plain figure;
    `exact`: not about youths, exact for everyone; `sur_place`: all the youths of the place, when
    the row bears on them whatever the population and the filters.
    """

    serie: str
    modalite: str
    membres: Jeunes = ()
    base: Jeunes = ()
    manquants: int | None = None
    termes: tuple[Terme, ...] | None = None
    evenements: int | None = None
    total: int = 0
    maximum: int = 0
    valeur: Fraction | None = None
    complement: bool = False
    non_pose: bool = False
    sur_place: Jeunes = ()


@dataclass(frozen=True)
class Activite:
    """A row about actions, posts or collèges: counts, exact for everyone but participants."""

    serie: str
    modalite: str
    effectif: int | None
    base: int | None = None
    manquants: int | None = None
    valeur: Fraction | None = None
    part: bool = False
    membres: tuple[tuple[str, str, str], ...] | None = None
    arrondi_a_5: bool = False
    minimum: int = 0
    non_pose: bool = False


@dataclass(frozen=True)
class Serie:
    """How a series of youths reads one of them. `connu`: the parent field is filled in, for
    « non renseigné »; `dedans`: inside the restriction; `base`: in the denominator."""

    code: str
    champs: tuple[str, ...]
    modalites: tuple[str, ...]
    base: Callable[[Lecture], bool]
    a: Callable[[Lecture, str], bool]
    manque: Callable[[Lecture], bool] | None
    termes: tuple[tuple[int, str, str | None], ...] = ()
    complement: bool = False


# Sets of youths that the published « non renseigné » is made of: name → who is in it.
ENSEMBLES: dict[str, Callable[[Lecture], bool]] = {
    "tous": lambda lire: True,
    "orientes_ecole": lambda lire: lire("origine") == {"etablissement_scolaire"},
    "orientes_partenaires": lambda lire: bool(
        lire("origine") & set(codes("origine", "partenaires"))
    ),
    "fonction_connue": lambda lire: bool(
        lire("origine") == {"etablissement_scolaire"} and lire("fonction_ecole")
    ),
    "demande_scolarite": lambda lire: lire("demande") == {"scolarite"},
    "scolarite_connue": lambda lire: bool(
        lire("demande") == {"scolarite"} and lire("demande_scolarite")
    ),
}


def _connu(champ: str) -> str:
    nom = f"{champ} connu"
    ENSEMBLES[nom] = lambda lire: bool(lire(champ))
    return nom


def _manque_simple(champ: str) -> tuple[tuple[int, str, str | None], ...]:
    return ((1, "tous", None), (-1, _connu(champ), "tous"))


def simple(
    champ: str, valeurs: tuple[str, ...] | None = None, *, serie: str = "", parmi: bool = False
) -> Serie:
    """One row per value; base: known answers (`parmi`: that are one of the values)."""
    valeurs = codes(champ) if valeurs is None else valeurs
    return Serie(
        serie,
        (champ,),
        valeurs,
        lambda lire: bool(lire(champ) & set(valeurs)) if parmi else bool(lire(champ)),
        lambda lire, v: v in lire(champ),
        lambda lire: not lire(champ),
        _manque_simple(champ),
    )


def groupes(champ: str, valeurs: dict[str, set[str]], *, parmi: bool = False) -> Serie:
    """One row per set of values."""
    tout = set().union(*valeurs.values())
    return Serie(
        "",
        (champ,),
        tuple(valeurs),
        lambda lire: bool(lire(champ) & tout) if parmi else bool(lire(champ)),
        lambda lire, v: bool(lire(champ) & valeurs[v]),
        lambda lire: not lire(champ),
        _manque_simple(champ),
    )


def _sur_tous(champ: str, oui: set[str], *, manque: bool, noms: tuple[str, str]) -> Serie:
    """Yes or no, of everyone."""
    return Serie(
        "",
        (champ,) if champ != "acteur" else (),
        noms,
        lambda lire: True,
        lambda lire, v: bool(lire(champ) & oui) == (v == noms[0]),
        (lambda lire: not lire(champ)) if manque else (lambda lire: False),
        _manque_simple(champ) if manque else (),
        complement=noms == ("oui", "non"),
    )


def series(nom: str) -> tuple[Serie, ...]:
    """The series of an indicator whose unit is the youth."""
    if nom in (
        *("sexe", "age", "tranche_age", "classe", "hebergement", "configuration", "demande"),
        *("ressources", "objectifs", "famille", "objectifs_famille", "modalites"),
    ):
        return (simple(nom, AGES if nom == "age" else None),)
    match nom:
        case "anciennete":
            serie = simple("anciennete")
            # Known of everyone by its very definition (§2.7).
            return (Serie("", (), *_corps(serie)[:3], lambda lire: False),)
        case "part_alses":
            noms = ("alses", "educateur")
            return (_sur_tous("acteur", {"alses"}, manque=False, noms=noms),)
        case "croises":
            return (_sur_tous("acteur", {"educateur"}, manque=False, noms=("oui", "non")),)
        case "mesure_connue":
            oui = set(codes("mesures", sauf=["aucune"]))
            return (_sur_tous("mesures", oui, manque=True, noms=("oui", "non")),)
        case "avec_famille":
            oui = set(codes("famille"))
            return (_sur_tous("famille", oui, manque=True, noms=("oui", "non")),)
        case "mesures" | "aides":
            return (simple(nom, codes(nom, sauf=["aucune"]), parmi=True),)
        case "ressources_hors_salaire":
            salaire = set(codes("ressources", "salaire"))
            return (
                Serie(
                    "",
                    ("ressources",),
                    ("sans_salaire", "avec_salaire"),
                    lambda lire: bool(lire("ressources")),
                    lambda lire, v: bool(lire("ressources") & salaire) == (v == "avec_salaire"),
                    lambda lire: not lire("ressources"),
                    _manque_simple("ressources"),
                ),
            )
        case "origine_groupe":
            noms_g = ("professionnels", "publics", "partenaires")
            return (groupes("origine", {g: set(codes("origine", g)) for g in noms_g}),)
        case "origine_publics" | "origine_professionnels":
            groupe = nom.removeprefix("origine_")
            return (simple("origine", codes("origine", groupe), parmi=True),)
        case "autres_partenaires":
            autres = codes("origine", "partenaires", sauf=["etablissement_scolaire"])
            return (simple("origine", autres, parmi=True),)
        case "origine_partenaires":
            ecole = {"etablissement_scolaire"}
            autres_p = set(codes("origine", "partenaires", sauf=ecole))
            valeurs = {"etablissement_scolaire": ecole, "autres_partenaires": autres_p}
            return (groupes("origine", valeurs, parmi=True),)
        case "fonction_ecole":
            return (
                Serie(
                    "",
                    ("fonction_ecole",),
                    codes("fonction_ecole"),
                    ENSEMBLES["fonction_connue"],
                    lambda lire, v: v in lire("fonction_ecole"),
                    lambda lire: (
                        not lire("origine")
                        or (ENSEMBLES["orientes_ecole"](lire) and not lire("fonction_ecole"))
                    ),
                    (
                        *_manque_simple("origine"),
                        (1, "orientes_ecole", "orientes_partenaires"),
                        (-1, "fonction_connue", "tous"),
                    ),
                ),
            )
        case "demande_scolarite":
            return (
                Serie(
                    "",
                    ("demande_scolarite",),
                    codes("demande_scolarite"),
                    ENSEMBLES["scolarite_connue"],
                    lambda lire, v: v in lire("demande_scolarite"),
                    lambda lire: (
                        not lire("demande")
                        or (lire("demande") == {"scolarite"} and not lire("demande_scolarite"))
                    ),
                    (
                        *_manque_simple("demande"),
                        (1, "demande_scolarite", _connu("demande")),
                        (-1, "scolarite_connue", "tous"),
                    ),
                ),
            )
        case "lieu_jeunes":
            return (simple("lieu"),)
        case "demande_objectifs":
            return (simple("demande", serie="demande"), simple("objectifs", serie="objectifs"))
        case "intensite":
            serie = simple("intensite", CLASSES_D_INTENSITE)
            return (Serie("", (), *_corps(serie)[:3], lambda lire: False),)
    raise KeyError(nom)


def _corps(
    serie: Serie,
) -> tuple[tuple[str, ...], Callable[[Lecture], bool], Callable[[Lecture, str], bool]]:
    return serie.modalites, serie.base, serie.a


# Fields of the answer rates: field → column of the form, restriction.
QUALITE: dict[str, tuple[str, Callable[[Lecture], bool]]] = {
    "sexe": ("usagers.sexe", ENSEMBLES["tous"]),
    "age": ("usagers.naissance", ENSEMBLES["tous"]),
    "debut": ("usagers.debut", ENSEMBLES["tous"]),
    "territoire_usager": ("usagers.territoire", ENSEMBLES["tous"]),
    "origine": ("usagers.origine", ENSEMBLES["tous"]),
    "fonction_ecole": ("usagers.fonction_ecole", ENSEMBLES["orientes_ecole"]),
    "demande": ("usagers.demande", ENSEMBLES["tous"]),
    "demande_scolarite": ("usagers.demande_scolarite", ENSEMBLES["demande_scolarite"]),
    **{c: (f"situations.{c}", ENSEMBLES["tous"]) for c in SITUATION},
    **{c: (f"interventions.{c}", ENSEMBLES["tous"]) for c in ACTES},
    "situation": ("", ENSEMBLES["tous"]),
    "debut_coherent": ("usagers.debut", lambda lire: bool(lire("debut"))),
}

COLONNE_DU_CHAMP = {
    "age": "usagers.naissance",
    "tranche_age": "usagers.naissance",
    **{c: f"usagers.{c}" for c in ("sexe", "origine", "fonction_ecole", "demande")},
    "demande_scolarite": "usagers.demande_scolarite",
    **{c: f"situations.{c}" for c in SITUATION},
    **{c: f"interventions.{c}" for c in ACTES},
}

SERVICES = "services sociaux, PJJ, soins"


def mentions(nom: str, intervention: Ligne) -> list[str]:
    """The events of one intervention that an indicator counts, each by its row."""
    partenaires = listes()["partenaires"]
    if nom in ("lieu", "presence"):
        return list(decouper(intervention.get("present" if nom == "presence" else "lieu")))
    ici = decouper(intervention.get("partenaires_territoire"))
    match nom:
        case "implantation":
            ailleurs = decouper(intervention.get("partenaires_hors"))
            return ["territoire"] * len(ici) + ["hors_territoire"] * len(ailleurs)
        case "partenaires":
            noms = {
                "établissements scolaires": "etablissements_scolaires",
                SERVICES: "services_sociaux_pjj_soins",
                "droit commun": "droit_commun",
            }
            return [noms[partenaires[v]] for v in ici]
        case "droit_commun":
            return [
                "services_sociaux_pjj_soins" if partenaires[v] == SERVICES else v
                for v in ici
                if partenaires[v] != "établissements scolaires"
            ]
        case "services":
            return [v for v in ici if partenaires[v] == SERVICES]
    raise KeyError(nom)


EVENEMENTS: dict[str, tuple[tuple[str, ...], Callable[[], tuple[str, ...]]]] = {
    "lieu": (("lieu",), lambda: codes("lieu")),
    "presence": (("present",), lambda: codes("oui_non")),
    "implantation": (
        ("partenaires_territoire", "partenaires_hors"),
        lambda: ("territoire", "hors_territoire"),
    ),
    "partenaires": (
        ("partenaires_territoire",),
        lambda: ("etablissements_scolaires", "services_sociaux_pjj_soins", "droit_commun"),
    ),
    "droit_commun": (
        ("partenaires_territoire",),
        lambda: ("services_sociaux_pjj_soins", *codes("partenaires", "droit commun")),
    ),
    "services": (("partenaires_territoire",), lambda: codes("partenaires", SERVICES)),
}

ACTIONS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "actions_thematique": (("", "thematique", "thematique"),),
    "actions_objectifs": (("", "objectifs", "objectifs_action"),),
    "actions_initiative": (
        ("initiative", "initiative", "initiative"),
        ("porteur", "porteur", "porteur"),
    ),
    "actions_partenaires": (
        ("partenaires", "partenaires", "partenaires_action"),
        ("financements", "financements", "financements"),
    ),
    "actions_communication": (
        ("communication", "communication", "communication"),
        ("lieu_action", "lieu_action", "lieu_action"),
    ),
}
"""Indicator → (series, column, list)."""


@dataclass
class Verite:
    """Answers questions truly. `sans_objet` and `headline` say what the policies need."""

    base: Base
    _choix: dict[tuple[object, ...], Jeunes] = field(default_factory=dict)

    def choisir(self, q: Demande) -> Jeunes:
        """The youths of a question: population, place, filters; of three years for a cumul."""
        cle = (q.annee, q.lieu, q.population_reelle, q.filtres)
        if cle not in self._choix:
            champ = {"age": "tranche_age"}
            self._choix[cle] = tuple(
                j
                for annee in q.annees
                for j in self.base.jeunes(annee)
                if j.dans(q.population_reelle)
                and j.places.get(q.lieu[0]) == q.lieu[1]
                and all(j.valeurs[champ.get(f, f)] == {v} for f, v in q.filtres)
            )
        return self._choix[cle]

    def jamais_posees(self, q: Demande, colonnes: Iterable[str]) -> bool:
        """No file concerning those years and that place had any of the columns.

        A year in which the place has nobody at all is told like the département's.
        """
        voulues = set(colonnes)
        if not voulues:
            return False
        for annee in q.annees:
            jeunes = self.base.jeunes(annee)
            sur_place = [j for j in jeunes if j.places.get(q.lieu[0]) == q.lieu[1]]
            if not jeunes or any(j.posees & voulues for j in sur_place or jeunes):
                return False
        return True

    def sans_objet(self, q: Demande) -> bool:
        """A collège without a post open on any day of the year, population `alses`."""
        type_, code = q.lieu
        if indicateurs()[q.indicateur]["unite"] in ("action", "poste", "collège"):
            return False
        if q.indicateur == "actions_participants" or q.population_reelle != "alses":
            return False
        if type_ not in ("college", "association_college"):
            return False
        return not any(
            p["college"] == code.split("/")[-1]
            and (
                type_ == "college" or self.base.associations[p["association"]] == code.split("/")[0]
            )
            for a in q.annees
            for p in self.base.postes_ouverts(*bornes(a))
        )

    def cellules(self, q: Demande) -> list[Cellule | Activite]:
        """What is behind each row of the answer, in the order of the rows."""
        nom = q.indicateur
        if q.croiser:
            return list(self._croiser(q))
        if nom == "effectif":
            return [Cellule("", "", self.choisir(q))]
        if nom == "jeunes_par_poste":
            etp = sum(
                (Fraction(p["etp"]) for p in self._postes(q)),
                Fraction(0),
            )
            return [Cellule("", "", self.choisir(q), valeur=etp)]
        if nom == "qualite_saisie":
            return list(self._qualite(q))
        if nom in EVENEMENTS:
            return list(self._evenements(q))
        if nom == "actions_participants" or indicateurs()[nom]["unite"] in (
            "action",
            "poste",
            "collège",
        ):
            return list(self._activite(q))
        cellules: list[Cellule | Activite] = []
        for serie in series(nom):
            cellules.extend(self._serie(q, serie))
        if nom == "intensite":
            nombres = [len(j.actes(q.population_reelle)) for j in self.choisir(q)]
            mediane = Fraction(statistics.median(nombres)) if nombres else None
            cellules.append(Cellule("mediane", "mediane", base=self.choisir(q), valeur=mediane))
        return cellules

    def _lecture(self, j: Jeune, q: Demande) -> Lecture:
        return lambda champ: j.lire(champ, q.population_reelle)

    def _parmi(self, q: Demande, qui: Callable[[Lecture], bool]) -> Jeunes:
        return tuple(j for j in self.choisir(q) if qui(self._lecture(j, q)))

    def _serie(self, q: Demande, serie: Serie) -> Iterable[Cellule]:
        base = self._parmi(q, serie.base)
        colonnes = [COLONNE_DU_CHAMP[c] for c in serie.champs]
        manquants = None
        if serie.manque is not None:
            manquants = len(self._parmi(q, serie.manque))
        termes = tuple(
            Terme(
                signe,
                self._parmi(q, ENSEMBLES[quoi]),
                None if plafond is None else self._parmi(q, ENSEMBLES[plafond]),
            )
            for signe, quoi, plafond in serie.termes
        )
        non_pose = self.jamais_posees(q, colonnes)
        for v in serie.modalites:
            membres = tuple(j for j in base if serie.a(self._lecture(j, q), v))
            yield Cellule(
                serie.code,
                v,
                membres,
                base,
                manquants,
                termes,
                complement=serie.complement and v == "non",
                non_pose=non_pose,
            )

    def _evenements(self, q: Demande) -> Iterable[Cellule]:
        champs, modalites = EVENEMENTS[q.indicateur]
        par_jeune = {
            j: [m for i in j.actes(q.population_reelle) for m in mentions(q.indicateur, i)]
            for j in self.choisir(q)
        }
        base = tuple(j for j, m in par_jeune.items() if m)
        total = sum(len(m) for m in par_jeune.values())
        manquants = None
        if indicateurs()[q.indicateur]["unite"] == "intervention":
            manquants = sum(len(j.actes(q.population_reelle)) for j in par_jeune) - total
        non_pose = self.jamais_posees(q, [COLONNE_DU_CHAMP[c] for c in champs])
        for v in modalites():
            nombres = [m.count(v) for m in par_jeune.values()]
            yield Cellule(
                "",
                v,
                tuple(j for j, m in par_jeune.items() if v in m),
                base,
                manquants,
                None,
                sum(nombres),
                total,
                max(nombres, default=0),
                non_pose=non_pose,
            )

    def _croiser(self, q: Demande) -> Iterable[Cellule]:
        (a,), (b,) = series(q.indicateur), series(q.croiser or "")
        base = self._parmi(q, lambda lire: a.base(lire) and b.base(lire))
        non_pose = any(
            self.jamais_posees(q, [COLONNE_DU_CHAMP[c] for c in s.champs]) for s in (a, b)
        )
        for x in a.modalites:
            for y in b.modalites:
                membres = tuple(
                    j for j in base if a.a(self._lecture(j, q), x) and b.a(self._lecture(j, q), y)
                )
                yield Cellule("croisement", f"{x}|{y}", membres, base, non_pose=non_pose)

    def _qualite(self, q: Demande) -> Iterable[Cellule]:
        def connu(lire: Lecture, j: Jeune, champ: str) -> bool:
            if champ == "territoire_usager":
                return bool(j.valeurs["territoire"])
            return bool(lire(champ))

        for champ, (colonne, restriction) in QUALITE.items():
            base = self._parmi(q, restriction)
            membres = tuple(j for j in base if connu(self._lecture(j, q), j, champ))
            non_pose = self.jamais_posees(q, [colonne] if colonne else [])
            yield Cellule(champ, "renseigne", membres, base, 0, (), non_pose=non_pose)
        jeunes = self.choisir(q)
        nombre = sum(len(j.actes(q.population_reelle)) for j in jeunes)
        yield Cellule(
            "interventions_par_jeune",
            "interventions_par_jeune",
            base=jeunes,
            valeur=Fraction(nombre, len(jeunes)) if jeunes else None,
        )
        sur_place = [
            j for a in q.annees for j in self.base.jeunes(a) if j.places.get(q.lieu[0]) == q.lieu[1]
        ]
        mois = {i["date"][5:7] for j in sur_place for i in j.interventions}
        yield Cellule(
            "mois_sans_saisie",
            "mois_sans_saisie",
            base=jeunes,
            valeur=Fraction(12 - len(mois)) if sur_place else None,
        )
        nombres = {j: self.tardives_de(j) for j in sur_place}
        yield Cellule(
            "saisies_tardives",
            "saisies_tardives",
            tuple(j for j, n in nombres.items() if n),
            jeunes,
            evenements=sum(nombres.values()),
            total=sum(len(j.interventions) for j in sur_place),
            maximum=max(nombres.values(), default=0),
            sur_place=tuple(sur_place),
        )

    def tardives_de(self, j: Jeune) -> int:
        """Late interventions of a youth, of those that are still there."""
        notees = self.base.tardives.get((j.association, j.usager, j.annee), 0)
        return min(notees, len(j.interventions))

    # --- Activity (§2.12 and §2.13) -------------------------------------------------------------

    def _postes(self, q: Demande) -> list[Ligne]:
        (annee,) = q.annees
        return [
            p
            for p in self.base.postes_du_premier_janvier(annee)
            if self.base.placer(p["association"], p["college"], "", annee).get(q.lieu[0])
            == q.lieu[1]
        ]

    def _actions(self, q: Demande) -> dict[str, list[Ligne]]:
        (annee,) = q.annees
        debut, fin = bornes(annee)
        sortie: dict[str, list[Ligne]] = {}
        for forme, jour in (("ponctuelle", "date"), ("projet", "debut")):
            nom = "actions_ponctuelles" if forme == "ponctuelle" else "actions_projet"
            sortie[forme] = [
                a
                for a in self.base.lignes(nom)
                if debut <= dt.date.fromisoformat(a[jour]) <= fin
                and self.base.placer(a["association"], a.get("college", ""), "", annee).get(
                    q.lieu[0]
                )
                == q.lieu[1]
            ]
        return sortie

    def _activite(self, q: Demande) -> Iterable[Activite]:
        nom = q.indicateur
        if nom in ("postes", "colleges_equipes"):
            yield from self._compter_postes(q)
            return
        if nom in ("conditions", "anciennete_alses"):
            yield from self._conditions(q)
            return
        actions = self._actions(q)
        toutes = [a for x in actions.values() for a in x]
        if nom == "actions_nombre":
            for forme, lignes in actions.items():
                liste = f"type_action_{forme}"
                sans = sum(not a.get("type") for a in lignes)
                for v in codes(liste):
                    yield Activite(
                        forme,
                        v,
                        sum(a.get("type") == v for a in lignes),
                        len(lignes) or None,
                        sans,
                        non_pose=bool(lignes) and not any("type" in a for a in lignes),
                    )
            return
        if nom == "actions_participants":
            (annee,) = q.annees
            suivis = {
                (a["association"], u, f"{annee}-{annee + 1}")
                for a in toutes
                for u in decouper(a.get("usagers"))
            }
            nouveaux = sum(int(a.get("autres_jeunes") or 0) for a in toutes)
            posees = {c for a in toutes for c in a}
            yield Activite(
                "",
                "suivis",
                len(suivis),
                membres=tuple(sorted(suivis)),
                non_pose=bool(toutes) and "usagers" not in posees,
            )
            yield Activite(
                "",
                "nouveaux",
                nouveaux,
                arrondi_a_5=True,
                non_pose=bool(toutes) and "autres_jeunes" not in posees,
            )
            return
        for serie, colonne, liste in ACTIONS[nom]:
            reponses = [decouper(a.get(colonne)) for a in toutes]
            connues = [r for r in reponses if r]
            for v in codes(liste):
                yield Activite(
                    serie,
                    v,
                    sum(v in r for r in connues),
                    len(connues),
                    len(reponses) - len(connues),
                    part=True,
                    non_pose=bool(toutes) and not any(colonne in a for a in toutes),
                )

    def _compter_postes(self, q: Demande) -> Iterable[Activite]:
        postes = self._postes(q)
        genres = {"plan_pauvrete": True, "autre": False}
        if q.indicateur == "postes":
            siens = {
                g: [p for p in postes if (p.get("plan_pauvrete") == "oui") is plan]
                for g, plan in genres.items()
            }
            for g, lignes in siens.items():
                yield Activite("nombre", g, len(lignes), len(postes) or None)
            for g, lignes in siens.items():
                etp = sum((Fraction(p["etp"]) for p in lignes), Fraction(0))
                yield Activite("etp", g, None, valeur=etp)
            return
        colleges = {p["college"] for p in postes}
        for reseau in ("rep", "rep_plus", "hors"):
            n = sum(
                (self.base.colleges[c].get("education_prioritaire") or "hors") == reseau
                for c in colleges
            )
            yield Activite("", reseau, n, len(colleges) or None)

    def _conditions(self, q: Demande) -> Iterable[Activite]:
        (annee,) = q.annees
        _, fin = bornes(annee)
        attendues = {(p["association"], p["college"]) for p in self._postes(q)}
        fiches: dict[tuple[str, str], Ligne] = {}
        for ligne in sorted(self.base.lignes("conditions"), key=lambda x: x["date"]):
            cle = (ligne["association"], ligne["college"])
            if cle in attendues and dt.date.fromisoformat(ligne["date"]) <= fin:
                fiches[cle] = ligne
        if q.indicateur == "conditions":
            colonnes = {
                "equipe_quartier": "equipe_quartier",
                "convention": "convention",
                "projet_annuel": "projet_annuel",
                "local": "oui_non",
                "presentation": "oui_non",
            }
            for colonne, liste in colonnes.items():
                yield from self._fiches(
                    fiches, len(attendues), colonne, colonne, codes(liste), lambda x: x, 0
                )
            return
        for serie in ("prevention", "alses"):
            yield from self._fiches(
                fiches,
                len(attendues),
                serie,
                f"anciennete_{serie}",
                ANCIENNETES,
                classer_anciennete,
                3,
            )

    def _fiches(
        self,
        fiches: dict[tuple[str, str], Ligne],
        attendues: int,
        serie: str,
        colonne: str,
        valeurs: tuple[str, ...],
        classer: Callable[[str], str],
        minimum: int,
    ) -> Iterable[Activite]:
        connues = [classer(f[colonne]) for f in fiches.values() if f.get(colonne)]
        for v in valeurs:
            yield Activite(
                serie,
                v,
                connues.count(v),
                len(connues),
                attendues - len(connues),
                part=True,
                minimum=minimum,
                non_pose=bool(fiches) and not any(colonne in f for f in fiches.values()),
            )


def classer_anciennete(texte: str) -> str:
    """Class of a number of years."""
    annees = Fraction(texte)
    if annees > 10:
        return "plus_10"
    return next(
        c for c, fin in (("moins_1", 1), ("1_2", 3), ("3_5", 6), ("6_10", 11)) if annees < fin
    )
