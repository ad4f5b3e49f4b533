"""The few figures that the overview and the report open on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dashboard import balises as html
from dashboard import graphiques
from dashboard.contexte import Contexte
from dashboard.nombres import INSECABLE, nombre
from queries.comparaisons import annee_precedente
from queries.question import Question
from queries.reponses import Reponse, certain, repondre
from queries.selection import derniere_annee

_CHIFFRES = (
    ("effectif", "alses", "jeunes accompagnés par les ALSES"),
    ("postes", "alses", "ETP d’ALSES"),
    ("colleges_equipes", "alses", "collèges avec un ALSES"),
    ("jeunes_par_poste", "alses", "jeunes par ETP"),
    ("effectif", "ps", "jeunes suivis par l’ensemble de la Prévention Spécialisée"),
)


@dataclass(frozen=True, slots=True)
class Chiffre:
    """One of them. `valeur`: as it is written large; `depuis`: against the year before, or ""."""

    titre: str
    valeur: str
    depuis: str


def chiffrer(ctx: Contexte, annee: str) -> list[Chiffre]:
    """Those of the place looked at. Of a cumul, what is not about youths is of its last year."""
    lieu, catalogue = ctx.selection.lieu, ctx.etat.catalogue
    questions = [
        Question(
            nom, annee if catalogue[nom].de_jeunes else derniere_annee(annee), lieu, population
        )
        for nom, population, _ in _CHIFFRES
    ]
    avant = [annee_precedente(q, catalogue[q.indicateur], ctx.etat) for q in questions]
    reponses = repondre(questions, ctx.lecteur, ctx.depot)
    anciennes = iter(repondre([q for q in avant if q], ctx.lecteur, ctx.depot))
    return [
        Chiffre(titre, _valeur(r), _depuis(r, next(anciennes) if q else None))
        for (_, _, titre), r, q in zip(_CHIFFRES, reponses, avant, strict=True)
    ]


def ecrire(chiffres: Sequence[Chiffre]) -> Markup:
    """The figures as a list."""
    return html.Ul(
        [
            html.Li(
                [
                    html.Span(c.valeur, className="grand"),
                    html.Span(c.titre),
                    html.Span(c.depuis, className="depuis"),
                ]
            )
            for c in chiffres
        ],
        className="chiffres-cles",
    )


def _total(r: Reponse) -> float | None:
    if r.indicateur.id == "postes":
        return sum(x.valeur or 0 for x in r.serie("etp"))
    if r.indicateur.id == "colleges_equipes":
        return sum(x.effectif or 0 for x in r.lignes)
    ligne = r.lignes[0]
    return ligne.valeur if r.indicateur.id == "jeunes_par_poste" else ligne.effectif


def _valeur(r: Reponse) -> str:
    total = _total(r)
    if total is None:
        return graphiques.etiquette(r.lignes[0], r.politique.plancher)
    environ = f"≈{INSECABLE}" if r.lignes[0].statut == "arrondi" else ""
    return environ + nombre(total)


def _depuis(r: Reponse, avant: Reponse | None) -> str:
    if avant is None:
        return ""
    maintenant, alors = _total(r), _total(avant)
    if maintenant is None or alors is None:
        return ""
    annee = avant.question.annee
    arrondi = "arrondi" in (r.lignes[0].statut, avant.lignes[0].statut)
    if arrondi and not certain(avant.lignes[0], r.lignes[0]):
        return f"pas de changement certain depuis {annee}"
    ecart = maintenant - alors
    if not ecart:
        return f"comme en {annee}"
    signe = "+" if ecart > 0 else "−"
    return f"{signe}{INSECABLE}{nombre(abs(ecart), 0 if arrondi else None)} depuis {annee}"
