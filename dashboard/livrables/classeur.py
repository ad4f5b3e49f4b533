"""A chapter as XLSX: the answers behind all its charts, as the address of the page selects them."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.contexte import Contexte
from dashboard.exports import en_xlsx, lecture_de, ligne_plate, nommer_fichier
from dashboard.livrables.noms import EXACT
from data.catalogue import CHAPITRES
from queries.question import Question
from queries.reponses import Reponse, repondre
from queries.selection import ecrire_lieux

PAR_INDICATEUR = ("Question", "Indicateur", "Population", "Unité", "Base", "Définition")
"""Lines of the reading sheet that each indicator has of its own."""

DERNIERES = ("Colonne ", "Statut ")


@dataclass(frozen=True, slots=True)
class Classeur:
    """The file. `politique`: the least protective one its figures are under."""

    nom: str
    octets: bytes
    politique: str


def ecrire(chapitre: str, ctx: Contexte) -> Classeur:
    """The workbook of a chapter: one tidy sheet, and what to know to read it.

    Raises QuestionRefusee, BaseIndisponible.
    """
    questions: list[Question] = []
    for indicateur in ctx.etat.catalogue.values():
        if indicateur.chapitre == chapitre:
            questions += ctx.selection.questions(indicateur)
    reponses = repondre(questions, ctx.lecteur, ctx.depot)
    numero, titre = CHAPITRES[chapitre]
    lignes = [x for r in reponses for x in ligne_plate(r, synthetique=ctx.etat.synthetique)]
    lecture = [("Chapitre", f"{numero}. {titre}"), *_rassembler_la_lecture(reponses, ctx)]
    exact = any(r.politique.exacte for r in reponses)
    s = ctx.selection
    morceaux = [
        *([EXACT] if exact else []),
        chapitre,
        *s.annees,
        *(code for _, code in ecrire_lieux(s.lieux, ctx.lecteur)),
        *(v for _, valeurs in s.filtres for v in valeurs),
    ]
    politiques = {r.politique.nom for r in reponses}
    politique = next((p for p in ("exact", "protege", "partage") if p in politiques), "")
    return Classeur(
        nommer_fichier(morceaux, "xlsx"),
        en_xlsx(lignes, lecture, f"Passerelle – {titre}"),
        politique,
    )


def _rassembler_la_lecture(reponses: list[Reponse], ctx: Contexte) -> list[tuple[str, str]]:
    """The reading sheets of all the indicators as one: what they share once, first; then what
    each has of its own; then columns and statuses."""
    par_indicateur: dict[str, list[Reponse]] = {}
    for reponse in reponses:
        par_indicateur.setdefault(reponse.indicateur.id, []).append(reponse)
    communs: dict[tuple[str, str], None] = {}
    propres: list[tuple[str, str]] = []
    dernieres: dict[tuple[str, str], None] = {}
    for siennes in par_indicateur.values():
        for nom, texte in lecture_de(siennes, ctx.etat):
            if nom in PAR_INDICATEUR:
                propres.append((nom, texte))
            elif nom.startswith(DERNIERES):
                dernieres[nom, texte] = None
            else:
                communs[nom, texte] = None
    return [*communs, *propres, *dernieres]
