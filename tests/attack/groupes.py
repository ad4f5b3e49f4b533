"""What every question counts: the groups of youths that the public catalogue speaks of.

An attacker knows the contract: what the base of a question is, which values add up to it, which
group lies inside which. Written from the contract (données §2 and §3); no module of the project is
imported here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from tests.queries.naif import AGES, CLASSES_D_INTENSITE, codes, croisables, listes

Condition = tuple[str, frozenset[str] | None, bool]
"""Field; codes of which the youth has one (None: any answer at all); True: has none of them."""

Groupe = frozenset[Condition]
"""Youths who meet every condition; the empty set is everyone."""

TOUS: Groupe = frozenset()
BANDES = {
    "moins_10": frozenset({"moins_10"}),
    "10_13": frozenset({"10", "11", "12", "13"}),
    "14_16": frozenset({"14", "15", "16"}),
    "17_plus": frozenset({"17_plus"}),
}
PROFILS = ("sexe", "age", "classe", "anciennete")
DES_ACTES = frozenset(
    ("present", "lieu", "objectifs", "modalites", "famille", "objectifs_famille", "partenaires")
    + ("partenaires_territoire", "partenaires_hors", "intensite")
)
"""Fields read on the interventions behind a figure: they differ from population to population."""

UNIQUES = frozenset(
    ("sexe", "age", "classe", "anciennete", "hebergement", "configuration", "origine")
    + ("fonction_ecole", "demande", "demande_scolarite", "intensite")
)
"""Fields with one value at most."""

SOCIAL = "services sociaux, PJJ, soins"
ECOLE = frozenset({"etablissement_scolaire"})


@dataclass(frozen=True)
class Question:
    """One series of an indicator. `cellules`: code of each row and its youths; `genre`: unique
    (the rows add up to the base), multiple, evenements; `deduit`: the row that is the base less
    the other one; `manquants`: the field whose known answers make « non renseigné » (None: another
    rule); `colonnes`: form columns it comes from; `population`: its own."""

    indicateur: str
    serie: str
    base: Groupe
    cellules: tuple[tuple[str, Groupe], ...]
    genre: str = "unique"
    deduit: str = ""
    manquants: str | None = None
    colonnes: frozenset[str] = frozenset()
    population: str = ""


def valeurs_du_filtre(profil: str) -> tuple[str, ...]:
    """Codes of a profile filter."""
    return codes("tranche_age" if profil == "age" else profil)


def groupe_du_filtre(profil: str, code: str) -> Groupe:
    """The youths a profile filter keeps."""
    return frozenset({(profil, BANDES[code] if profil == "age" else frozenset({code}), False)})


def groupe(*conditions: Condition) -> Groupe:
    """These conditions together, without those that another one implies."""
    tout = frozenset(conditions)
    return frozenset(c for c in tout if not any(d != c and _implique(d, c) for d in tout))


def _c(champ: str, valeurs: Iterable[str] | None = None, sauf: bool = False) -> Condition:
    return champ, None if valeurs is None else frozenset(valeurs), sauf


def _implique(c: Condition, d: Condition) -> bool:
    if c[0] != d[0]:
        return False
    if not c[2] and not d[2]:
        return d[1] is None or (c[1] is not None and c[1] <= d[1])
    if c[2] and d[2]:
        assert c[1] is not None
        assert d[1] is not None
        return d[1] <= c[1]
    return not c[2] and c[0] in UNIQUES and c[1] is not None and not (c[1] & (d[1] or frozenset()))


def dedans(a: Groupe, b: Groupe) -> bool:
    """Whether every youth of `a` is in `b`, whatever the data."""
    return all(any(_implique(c, d) for c in a) for d in b)


_FORMES = {
    "usagers": ("sexe", "origine", "fonction_ecole", "demande", "demande_scolarite"),
    "situations": ("classe", "hebergement", "configuration", "mesures", "aides", "ressources"),
    "interventions": tuple(DES_ACTES - {"partenaires", "intensite"}),
}
_ORIGINE = {c: f"{forme}.{c}" for forme, champs in _FORMES.items() for c in champs}
_ORIGINE |= {"age": "usagers.naissance", "debut": "usagers.debut", "college": "situations.college"}
_ORIGINE |= {"territoire_usager": "usagers.territoire", "debut_coherent": "usagers.debut"}
DE_LA_SITUATION = frozenset((*_FORMES["situations"], "college"))


def _simple(
    nom: str,
    champ: str,
    valeurs: Iterable[str],
    *,
    serie: str = "",
    parmi: bool = False,
    parents: tuple[Condition, ...] = (),
    manquants: str | None = "",
) -> Question:
    """One row per value; base: known answers (`parmi`: that are one of the values)."""
    valeurs = tuple(valeurs)
    return Question(
        nom,
        serie,
        groupe(*parents, _c(champ, valeurs if parmi else None)),
        tuple((v, groupe(*parents, _c(champ, [v]))) for v in valeurs),
        "unique" if champ in UNIQUES else "multiple",
        "",
        champ if manquants == "" else manquants,
        frozenset({_ORIGINE[champ]} if champ in _ORIGINE else ()),
    )


def _groupes(nom: str, champ: str, noms: dict[str, Iterable[str]], *, parmi: bool) -> Question:
    tous = frozenset(v for valeurs in noms.values() for v in valeurs)
    return Question(
        nom,
        "",
        groupe(_c(champ, tous if parmi else None)),
        tuple((m, groupe(_c(champ, valeurs))) for m, valeurs in noms.items()),
        manquants=champ,
        colonnes=frozenset({_ORIGINE[champ]}),
    )


def _oui_non(
    nom: str,
    champ: str,
    oui: Iterable[str],
    noms: tuple[str, str] = ("oui", "non"),
    population: str = "",
) -> Question:
    oui = frozenset(oui)
    return Question(
        nom,
        "",
        TOUS,
        ((noms[0], groupe(_c(champ, oui))), (noms[1], groupe(_c(champ, oui, True)))),
        deduit="non" if noms[1] == "non" else "",
        manquants=None if champ == "acteur" else champ,
        colonnes=frozenset({_ORIGINE[champ]} if champ in _ORIGINE else ()),
        population=population,
    )


def _evenements(
    nom: str, base: Condition, noms: dict[str, Condition], colonnes: tuple[str, ...]
) -> Question:
    return Question(
        nom,
        "",
        groupe(base),
        tuple((m, groupe(c)) for m, c in noms.items()),
        "evenements",
        colonnes=frozenset(f"interventions.{c}" for c in colonnes),
    )


@cache
def questions() -> tuple[Question, ...]:
    """Every series counted on youths, in the order of the rows of an answer."""
    partenaires = codes("origine", "partenaires")
    social, commun = codes("partenaires", SOCIAL), codes("partenaires", "droit commun")
    salaire = frozenset(codes("ressources", "salaire"))
    pt = "partenaires_territoire"
    liste = [
        Question("effectif", "", TOUS, (("", TOUS),), "effectif"),
        _oui_non("part_alses", "acteur", ["alses"], ("alses", "educateur"), "collegiens"),
        _simple("sexe", "sexe", codes("sexe")),
        _simple("age", "age", AGES),
        Question(
            "tranche_age",
            "",
            groupe(_c("age")),
            tuple((b, groupe(_c("age", v))) for b, v in BANDES.items()),
            manquants="age",
            colonnes=frozenset({"usagers.naissance"}),
        ),
        _simple("classe", "classe", codes("classe")),
        _simple("anciennete", "anciennete", codes("anciennete"), manquants=None),
        _simple("hebergement", "hebergement", codes("hebergement")),
        _oui_non("mesure_connue", "mesures", codes("mesures", sauf=["aucune"])),
        _simple("mesures", "mesures", codes("mesures", sauf=["aucune"]), parmi=True),
        _simple("aides", "aides", codes("aides", sauf=["aucune"]), parmi=True),
        _simple("configuration", "configuration", codes("configuration")),
        _simple("ressources", "ressources", codes("ressources")),
        Question(
            "ressources_hors_salaire",
            "",
            groupe(_c("ressources")),
            (
                ("sans_salaire", groupe(_c("ressources"), _c("ressources", salaire, True))),
                ("avec_salaire", groupe(_c("ressources", salaire))),
            ),
            manquants="ressources",
            colonnes=frozenset({"situations.ressources"}),
        ),
        _groupes(
            "origine_groupe",
            "origine",
            {g: codes("origine", g) for g in ("professionnels", "publics", "partenaires")},
            parmi=False,
        ),
        _simple("origine_publics", "origine", codes("origine", "publics"), parmi=True),
        _groupes(
            "origine_partenaires",
            "origine",
            {"etablissement_scolaire": ECOLE, "autres_partenaires": set(partenaires) - ECOLE},
            parmi=True,
        ),
        _simple(
            "fonction_ecole",
            "fonction_ecole",
            codes("fonction_ecole"),
            parents=(_c("origine", ECOLE),),
            manquants=None,
        ),
        _simple(
            "autres_partenaires",
            "origine",
            [p for p in partenaires if p not in ECOLE],
            parmi=True,
        ),
        _simple(
            "origine_professionnels", "origine", codes("origine", "professionnels"), parmi=True
        ),
        _simple("demande", "demande", codes("demande")),
        _simple(
            "demande_scolarite",
            "demande_scolarite",
            codes("demande_scolarite"),
            parents=(_c("demande", ["scolarite"]),),
            manquants=None,
        ),
        _evenements("lieu", _c("lieu"), {v: _c("lieu", [v]) for v in codes("lieu")}, ("lieu",)),
        _simple("lieu_jeunes", "lieu", codes("lieu")),
        _simple("objectifs", "objectifs", codes("objectifs")),
        _simple("demande_objectifs", "demande", codes("demande"), serie="demande"),
        _simple("demande_objectifs", "objectifs", codes("objectifs"), serie="objectifs"),
        _simple("famille", "famille", codes("famille")),
        _oui_non("avec_famille", "famille", codes("famille")),
        _simple("objectifs_famille", "objectifs_famille", codes("objectifs_famille")),
        _simple("modalites", "modalites", codes("modalites")),
        _evenements(
            "implantation",
            _c("partenaires"),
            {"territoire": _c(pt), "hors_territoire": _c("partenaires_hors")},
            (pt, "partenaires_hors"),
        ),
        _evenements(
            "partenaires",
            _c(pt),
            {
                "etablissements_scolaires": _c(
                    pt, codes("partenaires", "établissements scolaires")
                ),
                "services_sociaux_pjj_soins": _c(pt, social),
                "droit_commun": _c(pt, commun),
            },
            (pt,),
        ),
        _evenements(
            "droit_commun",
            _c(pt, (*social, *commun)),
            {"services_sociaux_pjj_soins": _c(pt, social), **{v: _c(pt, [v]) for v in commun}},
            (pt,),
        ),
        _evenements("services", _c(pt, social), {v: _c(pt, [v]) for v in social}, (pt,)),
        _oui_non("croises", "acteur", ["educateur"], population="alses"),
        Question(
            "intensite",
            "",
            TOUS,
            tuple((v, groupe(_c("intensite", [v]))) for v in CLASSES_D_INTENSITE),
        ),
        _evenements(
            "presence",
            _c("present"),
            {v: _c("present", [v]) for v in codes("oui_non")},
            ("present",),
        ),
    ]
    parents = {
        "fonction_ecole": (_c("origine", ECOLE),),
        "demande_scolarite": (_c("demande", ["scolarite"]),),
        "debut_coherent": (_c("debut"),),
    }
    for champ in (
        *("sexe", "age", "debut", "territoire_usager", "origine", "fonction_ecole", "demande"),
        *("demande_scolarite", "college", "classe", "hebergement", "configuration", "mesures"),
        *("aides", "ressources", "present", "lieu", "objectifs", "modalites", "famille"),
        *("objectifs_famille", "partenaires_territoire", "partenaires_hors"),
        *("situation", "debut_coherent"),
    ):
        restriction = parents.get(champ, ())
        liste.append(
            Question(
                "qualite_saisie",
                champ,
                groupe(*restriction),
                (("renseigne", groupe(*restriction, _c(champ))),),
                "multiple",
                colonnes=frozenset({_ORIGINE[champ]} if champ in _ORIGINE else ()),
            )
        )
    return tuple(liste)


@cache
def colonnes() -> dict[Groupe, int]:
    """Every group that some question counts → its column."""
    rang: dict[Groupe, int] = {TOUS: 0}
    for q in questions():
        for g in (q.base, *(g for _, g in q.cellules)):
            rang.setdefault(g, len(rang))
    return rang


def connus(champ: str) -> Groupe:
    """The youths whose field is filled in."""
    return groupe(_c(champ))


@cache
def inclusions() -> tuple[tuple[int, int], ...]:
    """Pairs of columns (a, b) such that a lies inside b whatever the data."""
    rang = colonnes()
    return tuple(
        (i, j)
        for a, i in rang.items()
        for b, j in rang.items()
        if i != j and (dedans(a, b) or _partenaires(a, b) or _situation(a, b))
    )


def _situation(a: Groupe, b: Groupe) -> bool:
    """Who has an answer of the reference situation has one."""
    return b == connus("situation") and any(c in DE_LA_SITUATION and not sauf for c, _, sauf in a)


def _partenaires(a: Groupe, b: Groupe) -> bool:
    return b == connus("partenaires") and any(
        c in ("partenaires_territoire", "partenaires_hors") and not sauf for c, _, sauf in a
    )


@cache
def sommes() -> tuple[tuple[int, tuple[int, ...]], ...]:
    """Columns that are the sum of others: base of a single choice, band of ages."""
    rang = colonnes()
    trouvees: dict[tuple[int, tuple[int, ...]], None] = {}
    for q in questions():
        if q.genre == "unique" and len(q.cellules) > 1:
            trouvees[rang[q.base], tuple(sorted(rang[g] for _, g in q.cellules))] = None
    for bande in BANDES.values():
        if len(bande) > 1:
            detail = tuple(sorted(rang[groupe(_c("age", [a]))] for a in bande))
            trouvees[rang[groupe(_c("age", bande))], detail] = None
    return tuple(trouvees)


@cache
def unions() -> tuple[tuple[int, tuple[int, ...]], ...]:
    """Columns that are the union of others: base of a multiple choice."""
    rang = colonnes()
    trouvees: dict[tuple[int, tuple[int, ...]], None] = {}
    for q in questions():
        if (q.genre == "multiple" and q.indicateur != "qualite_saisie") or q.genre == "evenements":
            trouvees[rang[q.base], tuple(sorted(rang[g] for _, g in q.cellules))] = None
    return tuple(trouvees)


@cache
def croisements() -> tuple[tuple[Question, Question], ...]:
    """Pairs of questions that may be crossed, in the catalogue's order."""
    par_nom = {q.indicateur: q for q in questions() if q.indicateur in croisables()}
    noms = [n for n in dict.fromkeys(q.indicateur for q in questions()) if n in par_nom]
    return tuple((par_nom[a], par_nom[b]) for i, a in enumerate(noms) for b in noms[i + 1 :])


def codes_du_champ(champ: str) -> tuple[str, ...]:
    """Codes of a field, in the order of its bits."""
    if champ == "age":
        return AGES
    if champ == "intensite":
        return CLASSES_D_INTENSITE
    noms = {"present": "oui_non", "partenaires_territoire": "partenaires"}
    noms |= {"partenaires_hors": "partenaires", "partenaires": "partenaires"}
    return tuple(listes().get(noms.get(champ, champ), {"oui": ""}))
