"""The overview: a few figures, what certainly changed and where, the collèges, the chapters."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from markupsafe import Markup

from dashboard import balises as html
from dashboard import chiffres_cles, geographie, graphiques, phrases, tableaux
from dashboard.contexte import Contexte
from dashboard.fragments import fragment
from dashboard.nombres import INSECABLE, annee_d_avant, points, pourcentage
from dashboard.pages.chapitre import INTRODUCTIONS
from data.catalogue import CHAPITRES
from queries.changements import Changement, chercher
from queries.lecteur import Role
from queries.lieux import colleges_de, lister, nommer
from queries.question import NORD, Lieu, Question
from queries.reponses import repondre
from queries.selection import Selection, derniere_annee, ecrire

PLUS_DE_CHANGEMENTS = 8


def composer(ctx: Contexte) -> list[Any]:
    """The page; for a chef de service it opens on « Mes collèges »."""
    s = ctx.selection
    annee = derniere_annee(s.annee)
    tete = html.Header(
        [
            html.P(f"Année scolaire {annee}", className="surtitre"),
            html.H1(_titre(ctx)),
            html.P(_phrase(ctx, annee), className="introduction"),
        ],
        className="tete-page",
    )
    blocs = [tete, _chiffres(ctx, annee), _changements(ctx, annee), _chapitres(ctx)]
    if ctx.lecteur.role is Role.CHEF:
        blocs.insert(1, _mes_colleges(ctx, annee))
    return [fragment(*blocs), geographie.composer(ctx)]


def _titre(ctx: Contexte) -> str:
    lieu = ctx.selection.lieu
    if lieu == NORD:
        return "Les ALSES du Nord"
    return f"Les ALSES{INSECABLE}: {nommer(ctx.etat, lieu)}"


def _phrase(ctx: Contexte, annee: str) -> str:
    (effectif,) = repondre(
        [Question("effectif", annee, ctx.selection.lieu)], ctx.lecteur, ctx.depot
    )
    return " ".join(phrases.resumer(effectif, ctx.etat))


def _chiffres(ctx: Contexte, annee: str) -> Markup:
    return html.Section(
        [
            html.H2("En quelques chiffres", className="hors-vue"),
            chiffres_cles.ecrire(chiffres_cles.chiffrer(ctx, annee)),
        ]
    )


def _changements(ctx: Contexte, annee: str) -> Markup:
    lieu = ctx.selection.lieu
    lieux = [lieu]
    if lieu == NORD:
        lieux += list(lister(ctx.etat, ctx.lecteur, "territoire"))
    trouves = chercher(lieux, annee, ctx.etat, ctx.lecteur, ctx.depot)
    titre = html.H2(f"Ce qui a changé depuis {annee_d_avant(annee)}", id="titre-changements")
    if annee_d_avant(annee) not in ctx.etat.annees:
        contenu: Any = html.P("Il n’y a pas d’année précédente dans la base.")
    elif not trouves:
        contenu = html.P("Aucun changement certain n’apparaît ici.")
    else:
        contenu = html.Ol(
            [html.Li(_changement(c, ctx)) for c in _varier(trouves)], className="changements"
        )
    return html.Section(
        [
            titre,
            html.P(
                "Seuls les changements certains sont cités, du plus grand au plus petit.",
                className="aide",
            ),
            contenu,
        ],
        className="carte",
        **{"aria-labelledby": "titre-changements"},
    )


def _varier(trouves: list[Changement]) -> list[Changement]:
    """The largest ones, two at most for one indicator, so that they do not all tell one story."""
    gardes: list[Changement] = []
    for x in trouves:
        memes = sum(1 for g in gardes if g.reponse.indicateur.id == x.reponse.indicateur.id)
        if memes < 2:
            gardes.append(x)
        if len(gardes) == PLUS_DE_CHANGEMENTS:
            break
    return gardes


def _changement(x: Changement, ctx: Contexte) -> list[Any]:
    ind = x.reponse.indicateur
    exact = x.reponse.politique.exacte
    s: Selection = replace(ctx.selection, lieux=(x.lieu,), filtres=(), population="alses")
    requete = ecrire(s, ctx.etat, ctx.lecteur)
    return [
        html.Span(
            ("▲ " if x.ecart > 0 else "▼ ") + points(x.ecart, exact=exact),
            className="ecart " + ("hausse" if x.ecart > 0 else "baisse"),
        ),
        html.Span(
            [
                html.Strong(nommer(ctx.etat, x.lieu)),
                f"{INSECABLE}: « {x.apres.libelle} », "
                f"{pourcentage(x.avant.part or 0, exact=exact)} → "
                f"{pourcentage(x.apres.part or 0, exact=exact)} ",
                html.Lien(
                    ind.titre,
                    href=f"/{ind.chapitre}{'?' + requete if requete else ''}#{ind.id}",
                ),
                tableaux.avertir((x.avant, x.apres)),
            ]
        ),
    ]


def _chapitres(ctx: Contexte) -> Markup:
    requete = ecrire(ctx.selection, ctx.etat, ctx.lecteur)
    suite = f"?{requete}" if requete else ""
    return html.Section(
        [
            html.H2("Les chapitres du rapport"),
            html.Ul(
                [
                    html.Li(
                        html.Lien(
                            [
                                html.Span(numero, className="numero"),
                                html.Strong(titre),
                                html.Span(INTRODUCTIONS[code]),
                            ],
                            href=f"/{code}{suite}",
                        )
                    )
                    for code, (numero, titre) in CHAPITRES.items()
                ],
                className="sommaire",
            ),
        ]
    )


def _mes_colleges(ctx: Contexte, annee: str) -> Markup:
    """One row a collège of the chef's own, exact."""
    lecteur = ctx.lecteur
    lieux = [
        Lieu("association_college", f"{a}/{code}")
        for code in colleges_de(ctx.etat, lecteur.associations, annee)
        for a in lecteur.associations
        if (a, code) in ctx.etat.geographie.paires_college()
    ]
    colonnes: tuple[tuple[str, str, str, str], ...] = (
        ("Jeunes", "effectif", "", ""),
        ("Filles", "sexe", "", "fille"),
        ("Nouveaux", "anciennete", "", "nouveau"),
        ("Demande de scolarité", "demande", "", "scolarite"),
        ("Famille associée", "avec_famille", "", "oui"),
        ("Aussi suivis par le club", "croises", "", "oui"),
    )
    lignes = []
    for lieu in lieux:
        reponses = repondre(
            [Question(ind, annee, lieu) for _, ind, _, _ in colonnes], lecteur, ctx.depot
        )
        requete = ecrire(replace(ctx.selection, lieux=(lieu,)), ctx.etat, lecteur)
        lignes.append(
            html.Tr(
                [
                    html.Th(
                        html.Lien(
                            nommer(ctx.etat, Lieu("college", lieu.second)),
                            href=f"/situations?{requete}",
                        ),
                        scope="row",
                    ),
                    *(
                        html.Td(
                            graphiques.etiquette(
                                r.ligne(modalite, serie) if modalite else r.lignes[0],
                                r.politique.plancher,
                                exact=True,
                            ),
                            className="nombre",
                        )
                        for r, (_, _, serie, modalite) in zip(reponses, colonnes, strict=True)
                    ),
                ]
            )
        )
    return html.Section(
        [
            html.H2("Mes collèges", id="titre-mes-colleges"),
            html.P("Chiffres exacts – ne pas diffuser.", className="bandeau exact"),
            html.Div(
                html.Table(
                    [
                        html.Thead(
                            html.Tr(
                                [
                                    html.Th("Collège", scope="col"),
                                    *(
                                        html.Th(t, scope="col", className="nombre")
                                        for t, *_ in colonnes
                                    ),
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
        ],
        className="carte",
        **{"aria-labelledby": "titre-mes-colleges"},
    )
