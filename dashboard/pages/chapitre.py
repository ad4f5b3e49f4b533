"""A chapter of the report: a sticky index, one card per indicator."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from dash import html as composants
from markupsafe import Markup

from dashboard import balises as html
from dashboard import cartes, geographie, graphiques, tableaux
from dashboard.contexte import Contexte
from dashboard.fragments import fragment
from dashboard.nombres import INSECABLE, enumerer
from data.catalogue import CHAPITRES, Indicateur
from queries.comparaisons import alentours
from queries.lieux import NOMS_DES_TYPES, nommer
from queries.reponses import STATUTS, Reponse, repondre
from queries.selection import derniere_annee, ecrire

CHAPITRE_DE_LA_CARTE = "deploiement"
TYPES_DE_COLLEGE = ("college", "association_college")

INTRODUCTIONS = {
    "effectifs": "Combien de jeunes sont accompagnés, par combien d’ALSES.",
    "situations": "Qui sont les collégiens accompagnés\u00a0: sexe, âge, classe, hébergement, "
    "mesures et aides.",
    "familles": "Dans quelles familles vivent-ils, et de quoi vivent ces familles.",
    "accompagnements": "D’où vient la demande, ce qui est travaillé, où, et avec qui.",
    "actions": "Les actions collectives\u00a0: combien, sur quoi, avec qui.",
    "deploiement": "Où sont les ALSES, dans quelles conditions ils exercent, et comment les "
    "fiches sont remplies.",
}


def indicateurs(chapitre: str, ctx: Contexte) -> list[Indicateur]:
    """The chapter's indicators, in the report's order."""
    return [i for i in ctx.etat.catalogue.values() if i.chapitre == chapitre]


def composer(chapitre: str, ctx: Contexte, plies: dict[str, str] | None = None) -> list[Any]:
    """The page, its cards still empty; `plies`: those folded away, when `plier` was asked."""
    plies = plier(chapitre, ctx) if plies is None else plies
    siens = indicateurs(chapitre, ctx)
    numero, titre = CHAPITRES[chapitre]
    tete = html.Header(
        [
            html.P(f"Chapitre {numero}", className="surtitre"),
            html.H1(titre),
            html.P(INTRODUCTIONS[chapitre], className="introduction"),
        ],
        className="tete-page",
    )
    index = composants.Nav(
        id="index",
        className="index",
        **{
            "aria-label": "Sections du chapitre",
            "data-html": str(ecrire_index(chapitre, ctx, plies)),
        },
    )
    carte = [geographie.composer(ctx)] if chapitre == CHAPITRE_DE_LA_CARTE else []
    return [
        fragment(tete),
        composants.Div(
            [
                index,
                composants.Div(
                    [
                        fragment(dire(chapitre, ctx, plies), id="tete-chapitre"),
                        *carte,
                        *(cartes.cadre(i, plies) for i in siens),
                    ],
                    className="cartes",
                ),
            ],
            className="avec-index",
        ),
    ]


def ecrire_index(chapitre: str, ctx: Contexte, plies: dict[str, str]) -> Markup:
    """Links to the cards; those folded away are named without a link."""
    lignes = []
    for ind in indicateurs(chapitre, ctx):
        noms = [html.Span(ind.numero, className="numero"), html.Span(ind.titre)]
        lignes.append(
            html.Li(noms, className="pliee")
            if ind.id in plies
            else html.Li(html.A(noms, href=f"#{ind.id}"))
        )
    return html.Ol(lignes)


def dire(chapitre: str, ctx: Contexte, plies: dict[str, str]) -> list[Markup]:
    """What stands above the cards: how numbers are protected, and for a small place what can be
    said of it, beside its territoire, with what cannot folded into one line."""
    s = ctx.selection
    siens = indicateurs(chapitre, ctx)
    sortie: list[Markup] = []
    politique = ctx.lecteur.politique(s.lieu)
    if politique.exacte:
        sortie.append(
            html.P(
                "Chiffres exacts – ne pas diffuser. Ils ne sortent pas de votre service.",
                className="bandeau exact",
            )
        )
    elif chapitre not in ("actions", "deploiement"):
        sortie.append(
            html.P(
                "Pour protéger les jeunes, les nombres sont arrondis au multiple de 5 et les "
                "pourcentages à l’unité\u00a0; les petits effectifs ne sont pas montrés. Seul le "
                "nombre total de jeunes du département et des territoires est exact.",
                className="bandeau",
            )
        )
    if s.lieu.type not in TYPES_DE_COLLEGE or len(s.lieux) > 1:
        return sortie
    sortie += _preparer_une_reunion(ctx)
    dits = [i for i in siens if i.id not in plies]
    if dits:
        sortie.append(_resumer(dits, ctx))
    if plies:
        sortie.append(_plier([i for i in siens if i.id in plies], plies, ctx))
    return sortie


def _preparer_une_reunion(ctx: Contexte) -> list[Markup]:
    """Ways to what can be shown of this collège to others."""
    if not ctx.lecteur.auteur:
        return []
    s = ctx.selection
    requete = urlencode({"college": s.lieu.second, "annee": derniere_annee(s.annee)})
    return [
        html.Ul(
            [
                html.Li(html.A("Préparer une réunion", href=f"/presentations/reunion?{requete}")),
                html.Li(html.A("Fiche A4 du collège", href=f"/presentations/a4?{requete}")),
            ],
            className="outils",
        )
    ]


def plier(chapitre: str, ctx: Contexte) -> dict[str, str]:
    """Cards folded away: those a collège has nothing to show in → the status that says why."""
    s = ctx.selection
    if s.lieu.type not in TYPES_DE_COLLEGE or len(s.lieux) > 1 or len(s.annees) > 1:
        return {}
    siens = indicateurs(chapitre, ctx)
    questions = [s.questions(i)[0] for i in siens]
    reponses = repondre(questions, ctx.lecteur, ctx.depot)
    refuses = {}
    for r in reponses:
        if not any(x.affichee or x.statut == "masque" for x in r.lignes):
            refuses[r.indicateur.id] = r.statut
        elif all(x.statut == "masque" for x in r.lignes):
            refuses[r.indicateur.id] = "masque"
    return refuses


def _cumul(ctx: Contexte) -> bool:
    debut, fin = ctx.selection.annee.split("-")
    return int(fin) - int(debut) > 1


def _resumer(siens: list[Indicateur], ctx: Contexte) -> Markup:
    """Summary: the leading value of each indicator that can be said, and the territoire's."""
    s = ctx.selection
    colonnes: list[str] = []
    lignes = []
    for ind in siens:
        if ind.choix == "effectif" and ind.id != "effectif":
            continue
        if ind.famille in ("qualite_saisie", "activite"):
            continue
        question = s.questions(ind)[0]
        autour = alentours(question, ind, ctx.etat, ctx.lecteur)
        reponses = repondre(autour or [question], ctx.lecteur, ctx.depot)
        colonnes = colonnes or [
            f"{nommer(ctx.etat, r.question.lieu)} ({NOMS_DES_TYPES[r.question.lieu.type].lower()})"
            for r in reponses
        ]
        ligne = _ligne_de_tete(reponses[0])
        if ligne is None:
            continue
        modalite, serie = ligne.modalite, ligne.serie
        lignes.append(
            html.Tr(
                [
                    html.Th(
                        [
                            html.A(ind.titre, href=f"#{ind.id}"),
                            " ",
                            ligne.libelle if modalite else "",
                        ],
                        scope="row",
                    ),
                    *(
                        html.Td(
                            [
                                graphiques.etiquette(
                                    r.ligne(modalite, serie),
                                    r.politique.plancher,
                                    exact=r.politique.exacte,
                                ),
                                tableaux.avertir([r.ligne(modalite, serie)]),
                            ],
                            className="nombre",
                        )
                        for r in reponses
                    ),
                ]
            )
        )
    enfants: list[Any] = [
        html.H2("Ce que l’on peut dire ici"),
        html.Div(
            html.Table(
                [
                    html.Thead(
                        html.Tr(
                            [
                                html.Th("Réponse la plus fréquente", scope="col"),
                                *(html.Th(t, scope="col", className="nombre") for t in colonnes),
                            ]
                        )
                    ),
                    html.Tbody(lignes),
                ],
                className="tableau",
            ),
            className="defile",
            tabIndex=0,
        ),
    ]
    if not lignes:
        return html.Section([], className="vide")
    return html.Section(enfants, className="carte resume")


def _ligne_de_tete(reponse: Reponse) -> Any:
    montrees = [x for x in reponse.lignes if x.affichee and (x.part is not None or not x.modalite)]
    if not montrees:
        return None
    return max(montrees, key=lambda x: x.part or 0)


def _plier(siens: list[Indicateur], refuses: dict[str, str], ctx: Contexte) -> Markup:
    par_statut: dict[str, list[str]] = {}
    for ind in siens:
        par_statut.setdefault(refuses[ind.id], []).append(f"{ind.numero} {ind.titre}")
    lignes: list[Any] = []
    plancher = ctx.lecteur.politique(ctx.selection.lieu).plancher
    for statut, titres in par_statut.items():
        mots = STATUTS[statut].format(plancher=plancher)
        lignes.append(
            html.P(
                [
                    html.Strong(f"{mots}{INSECABLE}: "),
                    f"{enumerer(titres)}.",
                ]
            )
        )
    cumul = next(
        (
            c
            for c in reversed(ctx.etat.cumuls)
            if c.split("-")[1] >= ctx.selection.annee.split("-")[1]
        ),
        ctx.etat.cumuls[-1] if ctx.etat.cumuls else None,
    )
    if cumul and not _cumul(ctx) and ctx.selection.lieu.type in ("college", "association_college"):
        requete = ecrire(replace(ctx.selection, annees=(cumul,)), ctx.etat, ctx.lecteur)
        lignes.append(
            html.P(
                html.Lien(
                    f"Voir le cumul de trois ans ({cumul}), qui permet d’en dire plus",
                    href=f"{ctx.chemin}?{requete}",
                )
            )
        )
    return html.Div(lignes, className="plies")
