"""The printed statements beside the data: found again, explained, or not expressible.

A section of the reconciliation page. What is found of each is worked out in `queries.enonces`,
within the reader's perimeter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

from markupsafe import Markup

from dashboard import balises as html
from dashboard.contexte import Contexte
from dashboard.enonces import dire_la_surete, dire_les_nombres
from dashboard.memoire import Memoire
from dashboard.nombres import INSECABLE, pluriel
from queries.consultation import Releve, ecouter, relever
from queries.enonces import (
    EXPLIQUE,
    INEXPRIMABLE,
    NE_PAS_REUTILISER,
    RETROUVE,
    VERDICTS,
    Bilan,
    Verification,
    choisir,
    compter,
    verifier,
)
from queries.lieux import nomme_un_lieu_cache

PLURIELS = {RETROUVE: "retrouvées", EXPLIQUE: "expliquées", INEXPRIMABLE: "non exprimables"}
"""Verdict → its label for several statements, where it changes."""

_verifiees: Memoire[tuple[list[Verification], Releve]] = Memoire(40)
"""Statements verified for a reader, and the questions they answer: the journal has them each
time."""


def composer(
    ctx: Contexte, document: str, nommer: Callable[[str], str], nettoyer: Callable[[str], str]
) -> Markup:
    """The section. `document`: code of the only one wanted, or ""; `nommer`: what a document is
    called for this reader; `nettoyer`: a quote without the marks of its extraction."""
    toutes = _verifier(ctx)
    montrees = [v for v in choisir(toutes, document=document) if v.verdict != NE_PAS_REUTILISER]
    groupes = [
        html.Details(
            [
                html.Summary(f"{nommer(source)}{INSECABLE}: {pluriel(len(siens), 'phrase')}"),
                html.Ol([_ecrire(v, ctx, nettoyer) for v in siens], className="affirmations"),
            ],
            className=f"chiffres document-{source}",
            open=bool(document) or None,
        )
        for source, siens in (
            (source, list(groupe))
            for source, groupe in groupby(montrees, key=lambda v: v.enonce.source)
        )
    ]
    return html.Section(
        [
            html.H2("Les phrases, une par une", id="titre-phrases"),
            html.P(
                "Ce que les documents affirment en toutes lettres (rangs, comparaisons, "
                "évolutions), confronté aux mêmes données.",
                className="aide",
            ),
            _resumer(compter(toutes)),
            *groupes,
        ],
        className="carte",
        id="phrases",
        **{"aria-labelledby": "titre-phrases"},
    )


def _verifier(ctx: Contexte) -> list[Verification]:
    cle = (ctx.etat.publication, ctx.lecteur)
    gardees = _verifiees.lire(cle)
    if gardees is not None:
        relever(gardees[1])
        return gardees[0]
    with ecouter() as releve:
        toutes = verifier(ctx.depot, ctx.lecteur)
    _verifiees.garder(cle, (toutes, releve))
    return toutes


def _resumer(bilan: Bilan) -> Markup:
    comptes = [
        html.Li([html.Strong(str(n)), f" {PLURIELS.get(verdict, VERDICTS[verdict])}"])
        for verdict, n in bilan.par_verdict.items()
    ]
    surete = (
        f"Des phrases retrouvées, {bilan.certaines} sont certaines malgré l’arrondi, dont "
        f"{bilan.sures} au-delà du hasard{INSECABLE}; {bilan.non_jugees} sont d’une sorte que cela "
        "ne concerne pas (égalité, équilibre, étendue)."
    )
    return html.Div(
        [
            html.Ul(comptes, className="puces"),
            html.P(surete if bilan.par_verdict.get(RETROUVE) else ""),
        ]
    )


def _ecrire(v: Verification, ctx: Contexte, nettoyer: Callable[[str], str]) -> Markup:
    nombres: Sequence[str] = dire_les_nombres(v, ctx.etat)
    textes = [*nombres, dire_la_surete(v) if nombres else "", v.explication]
    citation = f"« {nettoyer(v.enonce.citation).strip()} »"
    if nomme_un_lieu_cache(" ".join((citation, *textes)), ctx.etat, ctx.lecteur):
        # Its verdict is counted all the same.
        citation, textes = "phrase qui nomme un lieu hors de votre périmètre", []
    suites = [html.P(texte) for texte in textes if texte]
    page = f", p.{INSECABLE}{v.enonce.page}" if v.enonce.page else ""
    return html.Li(
        [
            html.P(
                [
                    html.Strong(f"{VERDICTS[v.verdict].capitalize()}{INSECABLE}: "),
                    html.Span(citation, className="cite"),
                    html.Span(page, className="base"),
                ]
            ),
            *suites,
        ],
        className=v.verdict.replace("_", "-"),
    )
