"""The tables of the published documents: which files hold them, how they are shown and drawn.

To add a table: its file in `reference/publications/`, its entry in `MODELES`; if bars say
something of it, a branch in `dessiner`.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

Ligne = Mapping[str, str]


class PublicationsInvalides(ValueError):
    """The files contradict each other; the message says which line of which."""


def exiger(vrai: bool, message: str) -> None:
    """Raises PublicationsInvalides with this message unless `vrai`."""
    if not vrai:
        raise PublicationsInvalides(message)


def separer(texte: str) -> tuple[str, ...]:
    """« a|b » → (a, b)."""
    return tuple(x for x in texte.split("|") if x)


def lire_fichier(dossier: Path, nom: str) -> list[dict[str, str]]:
    """The rows of a file of the folder."""
    with (dossier / f"{nom}.csv").open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


@dataclass(frozen=True, slots=True)
class Point:
    """One bar of a chart: `ligne` names it, `serie` its colour; `chiffre`: the figure it draws, or
    "" when it counts rows of a table."""

    ligne: str
    serie: str
    valeur: str
    unite: str
    mesure: str = "effectif"
    environ: bool = False
    chiffre: str = ""


@dataclass(frozen=True, slots=True)
class Graphique:
    """Bars that are compared: all count the same thing."""

    titre: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Colonne:
    """A column of a printed table. `genre`: texte, nombre, date, liste (`|` between values),
    documents (codes of documents) or citation (shown apart, below the table)."""

    champ: str
    titre: str
    genre: str = "texte"


@dataclass(frozen=True, slots=True)
class Tableau:
    """A printed table, or a list made of the documents. `code`: name of its file."""

    code: str
    titre: str
    colonnes: tuple[Colonne, ...]
    lignes: tuple[Ligne, ...]

    @property
    def montrees(self) -> tuple[Colonne, ...]:
        """Columns of the table itself, quotes apart."""
        return tuple(c for c in self.colonnes if c.genre != "citation")

    @property
    def citations(self) -> tuple[str, ...]:
        """The rows as they are printed, each once."""
        champs = [c.champ for c in self.colonnes if c.genre == "citation"]
        toutes = (ligne[champ] for ligne in self.lignes for champ in champs)
        return tuple(dict.fromkeys(x for x in toutes if x))


@dataclass(frozen=True, slots=True)
class Modele:
    """How a file is shown: the card it stands in (or the field that names the card), its caption,
    its columns, the rows kept."""

    carte: str
    titre: str
    colonnes: tuple[Colonne, ...]
    fichier: str = ""
    garder: Callable[[Ligne], bool] = lambda ligne: True


CITATION = Colonne("citation", "Citation", "citation")
_SOMMAIRE = (
    Colonne("numero", "N°"),
    Colonne("titre", "Titre imprimé"),
    Colonne("partie", "Dans"),
    Colonne("element", "Ce que c’est"),
    Colonne("graphique", "Forme probable"),
    Colonne("niveaux", "Niveau"),
    Colonne("page", "Page"),
    Colonne("note", "Remarque"),
    CITATION,
)
_STRUCTURE = (
    Colonne("nom", "Nom"),
    Colonne("developpe", "Nom développé"),
    Colonne("variantes", "Écrit aussi", "liste"),
    Colonne("genre", "Ce que c’est"),
    Colonne("territoires", "Territoires (déduits)", "liste"),
    Colonne("sources", "Documents", "documents"),
    Colonne("note", "Remarque"),
    CITATION,
)
PORTEUSE = "association porteuse ALSES"


def _sommaire(carte: str) -> Modele:
    return Modele(
        carte,
        "Parties, tableaux et graphiques du document",
        _SOMMAIRE,
        "sommaires",
        lambda ligne: ligne["carte"] == carte,
    )


MODELES: dict[str, Modele] = {
    "deploiement_2019": Modele(
        "deploiement-2019",
        "Postes ouverts à la rentrée 2019",
        (
            Colonne("ville", "Ville"),
            Colonne("college", "Collège"),
            Colonne("reseau", "Réseau"),
            Colonne("etp", "ETP", "nombre"),
            Colonne("territoire", "Territoire (déduit)"),
            CITATION,
        ),
    ),
    "liste_2019": Modele(
        "liste-2019",
        "ALSES en poste en juillet 2019",
        (
            Colonne("ville", "Ville"),
            Colonne("college", "Collège"),
            Colonne("structure", "Structure porteuse"),
            Colonne("alses", "ALSES", "nombre"),
            Colonne("territoire", "Territoire (déduit)"),
            CITATION,
        ),
    ),
    "nouveaux_2020": Modele(
        "nouveaux-2020",
        "Les dix-sept postes, mars 2020",
        (
            Colonne("association", "Association"),
            Colonne("college", "Collège"),
            Colonne("reseau", "Réseau"),
            Colonne("debut", "Début", "date"),
            Colonne("equipe", "Équipe de prévention sur le quartier"),
            Colonne("convention", "Convention"),
            Colonne("projet", "Projet annuel"),
            Colonne("local", "Local ou bureau"),
            Colonne("presentation", "Présentation formelle au collège"),
            Colonne("territoire", "Territoire (déduit)"),
        ),
    ),
    "anciennete_2020": Modele(
        "nouveaux-2020",
        "Ancienneté des dix-sept ALSES, regroupée",
        (
            Colonne("anciennete", "Ancienneté dans"),
            Colonne("duree", "Durée"),
            Colonne("postes", "ALSES", "nombre"),
        ),
    ),
    "reunions_2020": Modele(
        "reunions-2020",
        "Les réunions de 2020 et de janvier 2021",
        (
            Colonne("date", "Date", "date"),
            Colonne("reunion", "Réunion"),
            Colonne("groupe", "Groupe"),
            Colonne("format", "Forme"),
            Colonne("participants", "Participants", "nombre"),
            Colonne("invites", "Invités du groupe", "nombre"),
            Colonne("associations", "Associations", "liste"),
            Colonne("note", "Remarque"),
            CITATION,
        ),
    ),
    "colleges_itineraires": Modele(
        "colleges-itineraires",
        "Collèges nommés par le rapport, service par service",
        (
            Colonne("service", "Service"),
            Colonne("college", "Collège"),
            Colonne("ville", "Ville"),
            Colonne("periode", "Année"),
            CITATION,
        ),
    ),
    "associations": Modele(
        "associations",
        "Associations qui portent des postes d’ALSES",
        tuple(c for c in _STRUCTURE if c.champ not in ("genre", "developpe")),
        "structures",
        lambda ligne: ligne["genre"] == PORTEUSE,
    ),
    "institutions": Modele(
        "institutions",
        "Institutions, services et partenaires nommés",
        tuple(c for c in _STRUCTURE if c.champ != "territoires"),
        "structures",
        lambda ligne: ligne["genre"] != PORTEUSE,
    ),
    "controles": Modele(
        "controles",
        "Calculs refaits",
        (
            Colonne("controle", "Contrôle"),
            Colonne("etat", "Résultat"),
            Colonne("calcul", "Calcul"),
            Colonne("obtenu", "Obtenu", "nombre"),
            Colonne("imprime", "Imprimé", "nombre"),
            Colonne("remarque", "Remarque"),
        ),
    ),
    "hypothese_postes": Modele(
        "hypothese-postes",
        "Postes imprimés en 2021-2022 et liste de juillet 2019",
        (
            Colonne("territoire", "Territoire"),
            Colonne("postes", "Postes imprimés", "nombre"),
            Colonne("plan", "dont plan pauvreté, imprimés", "nombre"),
            Colonne("autres", "Hors plan (calcul)", "nombre"),
            Colonne("liste_2019", "Hors plan d’après la liste de 2019", "nombre"),
            Colonne("ecart", "Écart", "nombre"),
        ),
    ),
    "valeurs_implicites": Modele(
        "implicites",
        "Valeurs qui ne sont pas imprimées",
        (
            Colonne("grandeur", "Grandeur"),
            Colonne("valeur", "Valeur", "nombre"),
            Colonne("calcul", "Calcul"),
        ),
    ),
    "sommaire_note_2020": _sommaire("sommaire-note-2020"),
    "sommaire_rapport_2021": _sommaire("sommaire-rapport-2021"),
    "sommaire_itineraires_alses": _sommaire("sommaire-itineraires-alses"),
    "sommaire_itineraires_services": _sommaire("sommaire-itineraires-services"),
}
"""Code of a table → how it is shown, in the order of the cards."""

CONDITIONS = ("equipe", "convention", "projet", "local", "presentation")
REPONSES = {
    "oui": "Oui",
    "non": "Non",
    "en cours": "En cours ou ne sait pas",
    "ne sait pas": "En cours ou ne sait pas",
}
AUTRE_EQUIPE = "Oui"
"""The quartier of one post has the team of another association, named in the cell."""


def _compter(
    titre: str, lignes: Iterable[Ligne], par: str, somme: str, unite: str, *, trier: bool = True
) -> Graphique:
    """Sum of a column by the values of another, the greatest first."""
    totaux: Counter[str] = Counter()
    milliemes = 1000
    for ligne in lignes:
        totaux[ligne[par]] += int(Decimal(ligne[somme]) * milliemes) if somme else milliemes
    couples = totaux.most_common() if trier else list(totaux.items())
    return Graphique(
        titre,
        tuple(
            Point(nom, "", format((Decimal(n) / milliemes).normalize(), "f"), unite)
            for nom, n in couples
        ),
    )


def _conditions(tableau: Tableau) -> Graphique:
    """For each condition, how many posts answer yes, no, or otherwise."""
    titres = {c.champ: c.titre for c in tableau.colonnes}
    points = []
    for champ in CONDITIONS:
        comptes = Counter(REPONSES.get(x[champ].lower(), AUTRE_EQUIPE) for x in tableau.lignes)
        points += [
            Point(titres[champ], serie, str(comptes[serie]), "postes")
            for serie in dict.fromkeys(REPONSES.values())
        ]
    return Graphique("Les conditions de l’exercice, en nombre de postes", tuple(points))


def dessiner(tableau: Tableau) -> list[Graphique]:
    """What a table says as a chart, if anything."""
    code, lignes = tableau.code, tableau.lignes
    if code == "deploiement_2019":
        return [
            _compter("Postes ouverts, par territoire", lignes, "territoire", "etp", "postes"),
            _compter("Postes ouverts, par réseau", lignes, "reseau", "etp", "postes"),
        ]
    if code == "liste_2019":
        return [
            _compter(
                "Postes en juillet 2019, par territoire", lignes, "territoire", "alses", "postes"
            ),
            _compter(
                "Postes en juillet 2019, par structure", lignes, "structure", "alses", "postes"
            ),
        ]
    if code == "nouveaux_2020":
        return [
            _conditions(tableau),
            _compter(
                "Nouveaux postes, par réseau", _nommer_le_reseau(lignes), "reseau", "", "postes"
            ),
        ]
    if code == "anciennete_2020":
        points = [
            Point(x["duree"].capitalize(), f"Dans la {x['anciennete']}", x["postes"], "ALSES")
            for x in lignes
        ]
        return [Graphique("Ancienneté des nouveaux ALSES", tuple(points))]
    if code == "reunions_2020":
        points = [Point(x["reunion"], "", x["participants"], "participants") for x in lignes]
        return [Graphique("Participants de chaque réunion", tuple(points))]
    if code == "hypothese_postes":
        points = [
            Point(x["territoire"], serie, x[champ], "postes")
            for x in lignes
            if x["ecart"] and not x["territoire"].startswith(("Total", "Somme"))
            for serie, champ in (
                ("Hors plan, tableau de 2021-2022", "autres"),
                ("Liste de juillet 2019", "liste_2019"),
            )
        ]
        return [Graphique("Postes hors plan pauvreté", tuple(points))]
    return []


def _nommer_le_reseau(lignes: Iterable[Ligne]) -> list[Ligne]:
    return [{**x, "reseau": x["reseau"] or "Case vide"} for x in lignes]


def lire_tableaux(dossier: Path, documents: Container[str]) -> dict[str, list[Tableau]]:
    """The tables of each card. Raises PublicationsInvalides; `documents`: codes that exist."""
    tableaux: dict[str, list[Tableau]] = {}
    for code, modele in MODELES.items():
        fichier = modele.fichier or code
        lignes = tuple(x for x in lire_fichier(dossier, fichier) if modele.garder(x))
        exiger(bool(lignes), f"{fichier}.csv : aucune ligne pour « {code} »")
        manquants = {c.champ for c in modele.colonnes} - set(lignes[0])
        exiger(not manquants, f"{fichier}.csv : colonnes absentes, {sorted(manquants)}")
        for colonne in modele.colonnes:
            if colonne.genre == "documents":
                codes = {s for x in lignes for s in separer(x[colonne.champ])}
                inconnus = sorted(s for s in codes if s not in documents)
                exiger(not inconnus, f"{fichier}.csv : documents inconnus, {inconnus}")
        tableau = Tableau(code, modele.titre, modele.colonnes, lignes)
        tableaux.setdefault(modele.carte, []).append(tableau)
    return tableaux
