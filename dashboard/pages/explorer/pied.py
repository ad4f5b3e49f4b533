"""The foot of a crossing: bases, files, when a difference is certain."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from dashboard import balises as html
from dashboard.nombres import (
    INSECABLE,
    date_longue,
    pluriel,
)
from dashboard.pages.explorer.vue import Vue, adresser
from queries.reponses import NOTE_ARRONDI, NOTE_EXACT
from queries.selection import ecrire_lieux


def composer_pied(vue: Vue) -> Markup:
    """Notes, source, files."""
    x, ctx = vue.croisement, vue.ctx
    notes: list[Any] = []
    if x.repondu:
        exact = x.politique.exacte
        base = pluriel(x.total or 0, "jeune a répondu", "jeunes ont répondu")
        notes.append(html.Span(f"{'' if exact else 'Environ '}{base} aux deux questions."))
        notes += [html.Span(t) for t in _expliquer_les_bases(vue)]
        if not exact:
            notes.append(html.Span(NOTE_ARRONDI, className="protection"))
        else:
            notes.append(html.Strong(f"{NOTE_EXACT}.", className="exact"))
    livraison = ctx.etat.livraison
    source = (
        f"Source : Base de Données Commune, livraison n°{INSECABLE}{livraison.numero} du "
        f"{date_longue(livraison.date)}"
    )
    if ctx.etat.synthetique:
        source += " – données de démonstration, synthétiques"
    return html.Footer(
        [
            html.P([y for note in notes for y in (note, " ")], className="notes"),
            html.P(f"{source}.", className="source"),
            _outils(vue),
            _expliquer(),
        ],
        className="pied-carte",
    )


def _expliquer_les_bases(vue: Vue) -> list[str]:
    """What the per cents are a share of."""
    x, par_ligne = vue.croisement, vue.sens == "ligne"
    autre, mot = (x.b, "ligne") if par_ligne else (x.a, "colonne")
    marges = x.lignes if par_ligne else x.colonnes
    if autre.series[0].multiple:
        return [
            f"Base d’une {mot} : les jeunes de cette réponse, moins la part de ceux qui n’ont pas "
            f"répondu à l’autre question, car « {autre.titre} » admet plusieurs réponses."
        ]
    textes = [f"Base d’une {mot} : la somme de ses cases."]
    if any(m.masquees and m.base is not None for m in marges):
        textes.append(
            "Quand il y en a de masquées, c’est le milieu de ce que cette somme peut être."
        )
    return textes


def adresse_api(vue: Vue, format_: str) -> str:
    """Address of the same cells as a file."""
    x, ctx = vue.croisement, vue.ctx
    paires = [("annee", ctx.selection.annee), *ecrire_lieux(ctx.selection.lieux, ctx.lecteur)]
    paires += [("croiser", x.b.id), ("format", format_)]
    return f"/api/v1/indicateurs/{x.a.id}?{urlencode(paires)}"


def _outils(vue: Vue) -> Markup:
    nom = f"« {vue.croisement.a.titre} × {vue.croisement.b.titre} »"
    outils = [
        html.A(
            titre,
            href=adresse_api(vue, format_),
            download="",
            **{"aria-label": f"Télécharger les chiffres {nom} en {titre}"},
        )
        for format_, titre in (("csv", "CSV"), ("xlsx", "XLSX"))
    ]
    outils.append(
        html.Button(
            "Copier le lien",
            type="button",
            className="lien",
            **{"data-lien": adresser(vue), "aria-label": f"Copier le lien vers {nom}"},
        )
    )
    return html.Ul([html.Li(x) for x in outils], className="outils")


def _expliquer() -> Markup:
    """How a difference is found certain."""
    return html.Details(
        [
            html.Summary("Quand un écart est-il certain ?"),
            html.Ul(
                [
                    html.Li(
                        "Une case est comparée à ce qu’elle serait si les deux questions étaient "
                        "sans lien : le total de sa ligne fois celui de sa colonne, divisé par le "
                        "nombre de réponses. Le « résidu » mesure l’écart, en écarts types."
                    ),
                    html.Li(
                        "L’écart doit tenir quels que soient les vrais nombres derrière les "
                        "nombres publiés (à 4 près), et atteindre 10 jeunes ; un chiffre exact "
                        "n’a pas cette réserve."
                    ),
                    html.Li(
                        "Il doit dépasser ce que le hasard donnerait : au plus une chance sur "
                        "vingt de se tromper une seule fois dans tout le tableau, et 30 jeunes au "
                        "moins de chaque côté de la comparaison."
                    ),
                    html.Li("Un écart n’est pas une cause."),
                ],
                className="puces",
            ),
        ],
        className="pourquoi",
    )
