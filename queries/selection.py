"""The state of a view, as the URL writes it: the same parameters for pages and API.

Contract, interface, « The URL is the state ». An unknown value is ignored with a notice on a page
(`lire` collects them), and refused by the API (which raises on the first notice).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from urllib.parse import parse_qs, urlencode

from data.catalogue import POPULATIONS, Indicateur
from data.treillis import CHAMP_DU_PROFIL, FILTRES_PERMIS, PROFILS, TYPES_CUMULABLES
from queries.depot import Etat
from queries.lecteur import Lecteur
from queries.lieux import colleges_de, existe, lister
from queries.question import NORD, HorsTreillis, Lieu, Question, QuestionRefusee

PARAMETRES: tuple[str, ...] = (
    "annee",
    "territoire",
    "association",
    "college",
    "reseau",
    "poste",
    *PROFILS,
    "population",
    "reference",
    "vue",
)
"""Parameters of page and API URLs, in the order URLs are written."""

PARAMETRES_DE_LIEU = ("territoire", "association", "college", "reseau", "poste")
REFERENCES = {
    "departement": "le Département",
    "ps": "l’ensemble de la Prévention Spécialisée",
    "annee_precedente": "l’année précédente",
    "aucune": "rien",
}
VUES = {"graphique": "Graphique", "tableau": "Tableau"}
PAR = (
    "territoire",
    "association",
    "college",
    "annee",
    "reseau",
    "poste",
    "population",
    *PROFILS,
)
"""Dimensions a question may be split by (API `par`)."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What is looked at: years, places and profile values side by side, population, reference.

    `filtres`: profile → chosen values, in the order of `PROFILS`.
    """

    annees: tuple[str, ...]
    lieux: tuple[Lieu, ...] = (NORD,)
    filtres: tuple[tuple[str, tuple[str, ...]], ...] = ()
    population: str = "alses"
    reference: str = "departement"
    vue: str = "graphique"

    @property
    def annee(self) -> str:
        """The first of the years, the one a page is about."""
        return self.annees[0]

    @property
    def lieu(self) -> Lieu:
        """The first of the places, the one a page is about."""
        return self.lieux[0]

    def profils(self) -> list[tuple[tuple[str, str], ...]]:
        """Every combination of one value of each filter; [()] without any."""
        combinaisons: list[tuple[tuple[str, str], ...]] = [()]
        for profil, valeurs in self.filtres:
            combinaisons = [(*c, (profil, v)) for c in combinaisons for v in valeurs]
        return combinaisons

    def questions(self, indicateur: Indicateur, croiser: str | None = None) -> list[Question]:
        """One question per year × place × combination of profile values.

        Profile filters and population are left out where they do not apply (activity); what
        cannot be summed over three years is asked of the last of them.
        """
        de_jeunes = indicateur.de_jeunes or indicateur.famille == "qualite_saisie"
        annees = self.annees
        if not indicateur.de_jeunes:
            annees = tuple(dict.fromkeys(derniere_annee(a) for a in annees))
        return [
            Question(indicateur.id, annee, lieu, self.population, filtres, croiser)
            for annee in annees
            for lieu in self.lieux
            for filtres in (self.profils() if de_jeunes else [()])
        ]


@dataclass(slots=True)
class Lue:
    """A selection read from parameters, and what had to be ignored, in French."""

    selection: Selection
    avis: list[str] = field(default_factory=list)


def annee_par_defaut(etat: Etat) -> str:
    """The last school year there are answers for."""
    return etat.annees[-1]


def lire(parametres: Mapping[str, Sequence[str]], etat: Etat, lecteur: Lecteur) -> Lue:
    """The selection that these parameters (name → values) write, for this reader."""
    avis: list[str] = []
    annees = _choisir(
        "annee", parametres, (*etat.annees, *etat.cumuls), avis, "Années disponibles"
    ) or [annee_par_defaut(etat)]
    lieux = _lieux(parametres, etat, lecteur, annees, avis)
    if any(_cumul(a) for a in annees) and any(x.type not in TYPES_CUMULABLES for x in lieux):
        avis.append(
            "Question hors du treillis : le cumul de trois ans n’existe que pour les collèges ; "
            "il est ignoré."
        )
        annees = [a for a in annees if not _cumul(a)] or [annee_par_defaut(etat)]
    filtres: list[tuple[str, tuple[str, ...]]] = []
    permis = min(FILTRES_PERMIS[x.type] for x in lieux)
    for profil in PROFILS:
        codes = [v.code for v in etat.listes[CHAMP_DU_PROFIL[profil]]]
        valeurs = _choisir(profil, parametres, codes, avis, "Valeurs possibles")
        if not valeurs:
            continue
        if len(filtres) >= permis:
            pluriel = "s" if permis > 1 else ""
            avis.append(
                f"Question hors du treillis : {permis} filtre{pluriel} de profil au plus pour ce "
                f"lieu ; « {profil} » est ignoré."
            )
            continue
        filtres.append((profil, tuple(valeurs)))
    population = _choisir("population", parametres, POPULATIONS, avis, "Populations") or ["alses"]
    reference = _choisir("reference", parametres, REFERENCES, avis, "Références")
    vue = _choisir("vue", parametres, VUES, avis, "Vues")
    return Lue(
        Selection(
            tuple(annees),
            tuple(lieux),
            tuple(filtres),
            population[0],
            reference[0] if reference else "departement",
            vue[0] if vue else "graphique",
        ),
        avis,
    )


def lire_requete(requete: str, etat: Etat, lecteur: Lecteur) -> Lue:
    """The same of a query string, without `?`; parameters that no selection has are left alone."""
    return lire(parse_qs(requete), etat, lecteur)


def derniere_annee(annee: str) -> str:
    """The school year itself, or the last one of a cumul: « 2019-2022 » → « 2021-2022 »."""
    fin = int(annee.split("-")[1])
    return f"{fin - 1}-{fin}"


def _cumul(annee: str) -> bool:
    debut, fin = annee.split("-")
    return int(fin) - int(debut) == 3


def _choisir(
    nom: str,
    parametres: Mapping[str, Sequence[str]],
    possibles: Iterable[str],
    avis: list[str],
    annonce: str,
) -> list[str]:
    connus = list(possibles)
    choisis: list[str] = []
    for valeur in parametres.get(nom, ()):
        if valeur in connus:
            if valeur not in choisis:
                choisis.append(valeur)
        elif valeur:
            avis.append(
                f"Valeur inconnue pour « {nom} » : « {valeur[:60]} », ignorée. "
                f"{annonce} : {', '.join(connus)}."
            )
    return choisis


def _lieux(
    parametres: Mapping[str, Sequence[str]],
    etat: Etat,
    lecteur: Lecteur,
    annees: Sequence[str],
    avis: list[str],
) -> list[Lieu]:
    """Each place is asked of each year: it exists when it does in every one of them."""
    choix: dict[str, list[str]] = {}
    for nom in PARAMETRES_DE_LIEU:
        connus = [
            x.code
            for x in lister(etat, lecteur, nom, annees[0])
            if all(existe(etat, lecteur, x, a) for a in annees[1:])
        ]
        valeurs = parametres.get(nom, ())
        if nom == "association":
            valeurs = [_sigle(etat, v, connus) for v in valeurs]
        choisis = _choisir(nom, {nom: valeurs}, connus, avis, "Valeurs possibles")
        if choisis:
            choix[nom] = choisis
    if not choix:
        return [NORD]
    try:
        return croiser_lieux(choix, etat, lecteur, annees)
    except QuestionRefusee as erreur:
        avis.append(str(erreur))
        return [NORD]


def _sigle(etat: Etat, valeur: str, connus: Collection[str]) -> str:
    """The code of one of these associations, from its sigle in the manner of a code; any other text
    as it is: what is said of it must not tell that there is such a one elsewhere."""
    for code in connus:
        sigle = str(etat.geographie.associations[code]["sigle"])
        if valeur == sigle.lower().replace(" ", "-"):
            return code
    return valeur


def croiser_lieux(
    choix: Mapping[str, Sequence[str]], etat: Etat, lecteur: Lecteur, annees: Sequence[str]
) -> list[Lieu]:
    """Places of the lattice that these values name: one kind, or association × territoire, or
    (exact readers) association × collège. For a chef de service, a collège means the own
    association's records there. Raises HorsTreillis."""

    def la(lieu: Lieu) -> bool:
        return all(existe(etat, lecteur, lieu, a) for a in annees)

    noms = set(choix)
    if noms == {"college"} and lecteur.par_association:
        propres = [
            Lieu("association_college", f"{a}/{c}")
            for c in choix["college"]
            for a in lecteur.associations
        ]
        return [x for x in propres if la(x)]
    if len(noms) == 1:
        (nom,) = noms
        return [Lieu(nom, c) for c in choix[nom]]
    if noms in ({"association", "territoire"}, {"association", "college"}):
        second = (noms - {"association"}).pop()
        type_ = f"association_{second}"
        if not lecteur.voit_type(type_):
            raise HorsTreillis(
                "Question hors du treillis : une association dans un collège ne se demande qu’en "
                "chiffres exacts."
            )
        paires = [Lieu(type_, f"{a}/{x}") for a in choix["association"] for x in choix[second]]
        trouvees = [p for p in paires if la(p)]
        if trouvees:
            return trouvees
        raise HorsTreillis("Question hors du treillis : cette association n’y a pas de poste.")
    raise HorsTreillis(
        "Question hors du treillis : seuls « association » et « territoire » se combinent."
    )


def ecrire(selection: Selection, etat: Etat, lecteur: Lecteur | None = None) -> str:
    """Query string of a selection, without `?`; defaults are left out."""
    paires: list[tuple[str, str]] = []
    if selection.annees != (annee_par_defaut(etat),):
        paires.extend(("annee", a) for a in selection.annees)
    paires.extend(ecrire_lieux(selection.lieux, lecteur))
    paires.extend((p, v) for p, valeurs in selection.filtres for v in valeurs)
    if selection.population != "alses":
        paires.append(("population", selection.population))
    if selection.reference != "departement":
        paires.append(("reference", selection.reference))
    if selection.vue != "graphique":
        paires.append(("vue", selection.vue))
    return encoder(paires)


def ecrire_lieux(lieux: Iterable[Lieu], lecteur: Lecteur | None = None) -> list[tuple[str, str]]:
    """Parameters that name these places (all of one kind)."""
    paires: dict[tuple[str, str], None] = {}
    for lieu in lieux:
        if lieu.type == "departement":
            continue
        if lieu.type in ("association_territoire", "association_college"):
            if not (lieu.type == "association_college" and lecteur and lecteur.par_association):
                paires["association", lieu.association] = None
            paires[lieu.type.split("_")[1], lieu.second] = None
        else:
            paires[lieu.type, lieu.code] = None
    return list(paires)


def eclater(question: Question, par: str, etat: Etat, lecteur: Lecteur) -> list[Question]:
    """One question per value of `par` inside the reader's perimeter (contract, API `par`).

    A place is split by a smaller kind of place within it. Raises HorsTreillis.
    """
    if par == "annee":
        return [replace(question, annee=a) for a in etat.annees]
    if par == "population":
        return [replace(question, population=p) for p in POPULATIONS]
    if par in PROFILS:
        if par in {p for p, _ in question.filtres}:
            raise HorsTreillis(f"Question hors du treillis : « {par} » est déjà filtré.")
        return [
            replace(question, filtres=(*question.filtres, (par, v.code)))
            for v in etat.listes[CHAMP_DU_PROFIL[par]]
        ]
    return [
        replace(question, lieu=x)
        for x in sous_lieux(question.lieu, par, etat, lecteur, question.annee)
    ]


def sous_lieux(lieu: Lieu, par: str, etat: Etat, lecteur: Lecteur, annee: str) -> list[Lieu]:
    """Places of a kind within a place, inside the reader's perimeter. Raises HorsTreillis.

    For a chef de service a collège means the own association's records there, as in
    `croiser_lieux`."""
    geo = etat.geographie
    if lecteur.par_association and par == "college" and lieu.type in ("departement", "territoire"):
        siens = colleges_de(etat, lecteur.associations, annee)
        return [
            x
            for x in lister(etat, lecteur, "association_college")
            if x.second in siens and lieu.code in (NORD.code, geo.colleges[x.second]["territoire"])
        ]
    if lieu.type == "departement":
        if not lecteur.voit_type(par):
            raise HorsTreillis("Question hors du treillis : ce découpage n’est pas disponible.")
        return list(lister(etat, lecteur, par, annee))
    if lieu.type == "territoire" and par == "college":
        return [
            x
            for x in lister(etat, lecteur, "college", annee)
            if geo.colleges[x.code]["territoire"] == lieu.code
        ]
    if lieu.type == "territoire" and par == "association":
        return [x for x in lister(etat, lecteur, "association_territoire") if x.second == lieu.code]
    if lieu.type == "association" and par == "territoire":
        return [
            x for x in lister(etat, lecteur, "association_territoire") if x.association == lieu.code
        ]
    if lieu.type == "association" and par == "college":
        if lecteur.politique(lieu).exacte:
            return [
                x
                for x in lister(etat, lecteur, "association_college")
                if x.association == lieu.code
            ]
        siens = colleges_de(etat, (lieu.code,), annee)
        return [x for x in lister(etat, lecteur, "college", annee) if x.code in siens]
    if lieu.type == par:
        return [lieu]
    raise HorsTreillis(f"Question hors du treillis : ce lieu ne se découpe pas par « {par} ».")


def joindre(*requetes: str) -> str:
    """One query string of several, some of which may be empty."""
    return "&".join(r for r in requetes if r)


def encoder(paires: Iterable[tuple[str, str]]) -> str:
    """As `urllib.parse.urlencode`: the same few codes come back hundreds of times a page."""
    return "&".join([_encoder_une(nom, valeur) for nom, valeur in paires])


@lru_cache(maxsize=8192)
def _encoder_une(nom: str, valeur: str) -> str:
    return urlencode([(nom, valeur)])
