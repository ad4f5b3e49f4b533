"""The sentence of a crossing: what certainly stands out, or that nothing does."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard import phrases
from dashboard.nombres import (
    enumerer,
    pourcentage,
)
from dashboard.pages.explorer.vue import Vue
from data.refus import typographier
from queries.croisements import (
    Case,
)
from queries.reponses import STATUTS

CITEES = 3
"""Most certain differences the sentence gives."""

MARQUES = {1: ("▲", "sur-représenté, certain"), -1: ("▼", "sous-représenté, certain")}
"""Sign of a cell that certainly stands out → its mark, its words."""


def resumer_croisement(vue: Vue) -> str:
    """What certainly stands out, or that nothing does."""
    x = vue.croisement
    lieu = phrases.situer(vue.ctx.etat, vue.ctx.selection.lieu)
    annee = vue.ctx.selection.annee
    if not x.repondu:
        statut = x.reponse.statut
        mots = STATUTS.get(statut, STATUTS["refuse"])
        texte = mots[0].lower() + mots[1:]
        if statut == "non_diffuse":
            texte += (
                " : recoupé avec d’autres, ce tableau laisserait connaître un très petit groupe"
            )
        return f"{lieu} en {annee} : {texte}."
    certaines = x.certaines()
    if not certaines:
        cause = "du hasard" if x.politique.exacte else "du hasard ou de l’arrondi"
        return (
            f"{lieu} en {annee}, aucun écart certain entre « {x.a.titre} » et « {x.b.titre} » : "
            f"les différences que l’on voit peuvent venir {cause}."
        )
    cites = [typographier(_dire_ecart(k, vue)) for k in _varier(certaines)]
    reste = len(certaines) - len(cites)
    phrase = f"{lieu} en {annee}, {cites[0]}"
    if cites[1:]:
        phrase += f". De même, {enumerer(cites[1:])}"
    if reste:
        phrase += (
            f". {reste} autre{'s cases s’écartent' if reste > 1 else ' case s’écarte'} "
            "avec certitude"
        )
    return f"{phrase}."


def _varier(certaines: Sequence[Case]) -> list[Case]:
    """The clearest differences, those above first, one a row and a column: what is below its share
    beside what is above says the same thing twice."""
    gardees: list[Case] = []
    for k in sorted(certaines, key=lambda k: -k.signe):
        if k.signe != gardees[0].signe if gardees else False:
            continue
        if all(k.x != g.x and k.y != g.y for g in gardees):
            gardees.append(k)
    return gardees[:CITEES]


def _dire_ecart(k: Case, vue: Vue) -> str:
    """« Exclusion » est sur-représenté chez « 3e » (35 %, contre 20 % pour l’ensemble)."""
    x = vue.croisement
    ligne, colonne = x.marge(k, "ligne"), x.marge(k, "colonne")
    dedans, de = (colonne, ligne) if vue.sens == "ligne" else (ligne, colonne)
    mot = "sur-représentée" if k.signe > 0 else "sous-représentée"
    phrase = f"la réponse « {dedans.libelle} » est {mot} parmi « {de.libelle} »"
    part, tous = x.part(k, vue.sens), x.part_d_ensemble(dedans)
    if part is None or tous is None:
        return phrase
    exact = x.politique.exacte
    return (
        f"{phrase} ({pourcentage(part, exact=exact)}, contre "
        f"{pourcentage(tous, exact=exact)} pour l’ensemble)"
    )
