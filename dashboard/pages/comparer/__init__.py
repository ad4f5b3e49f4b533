"""Compare: two to six places of one kind side by side, on any indicators (contract, Pages)."""

from __future__ import annotations

from typing import Any

from dashboard import balises as html
from dashboard.choix import dire_avis
from dashboard.contexte import Contexte
from dashboard.fragments import fragment
from dashboard.nombres import annee_lisible
from dashboard.pages.comparer import comparables, depart, panneaux, synthese, variation
from dashboard.pages.comparer.choix import BarreDeComparaison, choisir_lieux
from dashboard.pages.comparer.vue import PARAMETRES, Vue, preparer
from queries.reponses import NOTE_EXACT

__all__ = ["COURT", "PARAMETRES", "TITRE", "barre", "composer"]

TITRE, COURT = "Comparer des lieux", "Comparer"


def barre(ctx: Contexte) -> list[Any]:
    """What stands above the page."""
    return BarreDeComparaison(ctx).composer()


def composer(ctx: Contexte) -> list[Any]:
    """The page: what is compared, the leading gaps, the panels, the collèges and chance."""
    vue = preparer(ctx)
    if not vue.lieux:
        return [fragment(dire_avis(vue.avis), _tete(vue)), *depart.composer(vue.ctx)]
    corps: list[Any] = [choisir_lieux(vue), fragment(synthese.composer(vue))]
    corps += [panneaux.composer(vue, ind) for ind in vue.indicateurs]
    if vue.de_colleges:
        corps += [variation.composer(vue), comparables.composer(vue)]
    # Last, so that everything ignored on the way is told.
    return [fragment(dire_avis(vue.avis), _tete(vue)), *corps]


def _tete(vue: Vue) -> Any:
    ctx = vue.ctx
    if not vue.lieux:
        phrase = (
            "Deux à six collèges, associations ou territoires côte à côte, à la même échelle, "
            "avec le repère dans chaque graphique."
        )
    elif len(vue.lieux) == 1:
        phrase = (
            "Un seul lieu pour l’instant, comparé à son repère : ajoutez-en un pour les mettre "
            "côte à côte."
        )
    else:
        phrase = (
            f"{len(vue.lieux)} lieux côte à côte, à la même échelle, avec le repère dans chaque "
            "graphique."
        )
    morceaux: list[Any] = [
        html.P(f"Année scolaire {annee_lisible(ctx.selection.annee)}", className="surtitre"),
        html.H1(TITRE),
        html.P(phrase, className="introduction"),
    ]
    if any(r.politique.exacte for r in vue.reponses.values()):
        morceaux.append(html.P(f"{NOTE_EXACT}.", className="bandeau exact"))
    return html.Header(morceaux, className="tete-page")
