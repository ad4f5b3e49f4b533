"""Presentations that tests need, frozen and shared as the application does it."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.presentations import figer
from queries import partages
from queries.depot import Depot
from queries.lecteur import Lecteur
from queries.presentations import TEXTE, Diapo, Presentation, Variante, Vue

TITRE = "Groupe d’appui d’essai"
NOTE = "Rappeler la visite de mars."


def diapo(*faces: tuple[str, list[tuple[str, str]]], notes: str = "", id: str = "") -> Diapo:
    """A slide; each face: its name, and its charts (indicator, query string)."""
    variantes = tuple(Variante(nom, tuple(Vue(*v) for v in vues)) for nom, vues in faces)
    return Diapo(variantes=variantes, notes=notes, id=id or f"d{abs(hash(variantes)):x}"[:12])


def de_la_reunion(lieu: str = "") -> Presentation:
    """Two charts of one place, a slide with two variants, two charts side by side, words, one
    number."""
    return Presentation(
        TITRE,
        (
            diapo(("", [("sexe", lieu)]), notes=NOTE, id="sexe"),
            diapo(
                ("Les demandes", [("demande", lieu)]),
                ("Les objectifs", [("objectifs", lieu)]),
                id="demande",
            ),
            diapo(("", [("sexe", lieu), ("demande", lieu)]), id="cote"),
            Diapo(
                genre=TEXTE,
                titre="Ce que nous proposons",
                texte="Une rencontre par trimestre.\nUn point sur les absences.",
                id="mots",
            ),
            diapo(("", [("effectif", lieu)]), id="effectif"),
        ),
    )


@dataclass(frozen=True)
class Lien:
    """A shared presentation, and the token of its link."""

    numero: int
    jeton: str
    proprietaire: str

    def __str__(self) -> str:
        return f"/p/{self.jeton}"


def partager(presentation: Presentation, proprietaire: str, lecteur: Lecteur, depot: Depot) -> Lien:
    """Freeze and share in the store in force."""
    jeu = figer.figer(presentation, lecteur, depot)
    numero, jeton = partages.creer(
        proprietaire,
        presentation.titre,
        figer.en_clair(jeu),
        jeu.livraison,
        notes={d.id: d.notes for d in presentation.diapos if d.notes},
        perimetre=lecteur.perimetre,
    )
    return Lien(numero, jeton, proprietaire)
