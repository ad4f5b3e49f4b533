"""Where to begin, when the address names nothing to compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dash import html as composants
from markupsafe import Markup

from dashboard import balises as html
from dashboard import couleurs as c
from dashboard import graphiques
from dashboard.contexte import Contexte
from dashboard.figures import encadrer
from dashboard.fragments import fragment
from dashboard.nombres import enumerer
from dashboard.pages.comparer.choix import lister_genre, vers
from dashboard.pages.comparer.vue import LIEUX_ENSEMBLE, nommer_ici, propre_au_chef
from data.refus import typographier
from queries.lecteur import PROTEGE
from queries.lieux import lister, nommer, territoire_de
from queries.question import Lieu, Question
from queries.reponses import Reponse, repondre
from queries.selection import derniere_annee


def composer(ctx: Contexte) -> list[Any]:
    """Comparisons to open, group by group, then the territoires by size."""
    return [fragment(_proposer(ctx)), _dessiner(ctx)]


def _dessiner(ctx: Contexte) -> composants.Section:
    """The youths of each territoire: what there is to compare."""
    reponses = _territoires(ctx)
    annee = reponses[0].question.annee
    lignes = [replace(r.lignes[0], libelle=nommer(ctx.etat, r.question.lieu)) for r in reponses]
    figure = graphiques.barres(
        [graphiques.Trace("Jeunes accompagnés", lignes, c.LIEU)], etroit=ctx.etroit
    )
    phrase = f"Jeunes accompagnés par les ALSES en {annee} : " + enumerer(
        [f"{x.libelle} {graphiques.etiquette(x, PROTEGE.plancher)}" for x in lignes]
    )
    return composants.Section(
        [
            fragment(
                html.H2("Les territoires", id="titre-territoires"),
                html.P(f"{phrase}.", className="phrase"),
            ),
            encadrer("graphe-territoires", figure, typographier(f"{phrase}.")),
        ],
        className="carte",
        **{"aria-labelledby": "titre-territoires"},
    )


def _territoires(ctx: Contexte) -> list[Reponse]:
    """The number of youths of each, the largest first."""
    annee = derniere_annee(ctx.selection.annee)
    lieux = lister(ctx.etat, ctx.lecteur, "territoire")
    reponses = repondre([Question("effectif", annee, x) for x in lieux], ctx.lecteur, ctx.depot)
    return sorted(reponses, key=lambda r: -(r.lignes[0].effectif or 0))


def _proposer(ctx: Contexte) -> Markup:
    groupes = _du_chef(ctx) if propre_au_chef(ctx) else []
    groupes += _des_territoires(ctx)
    if not propre_au_chef(ctx):
        groupes += _des_reseaux(ctx) + _des_colleges(ctx)
    return html.Section(
        [
            html.H2("Par où commencer", id="titre-depart"),
            html.P(
                "Choisissez ci-dessus ce que vous voulez comparer, ou partez d’une de ces "
                "comparaisons : tout se change ensuite.",
                className="question",
            ),
            *(
                html.Div(
                    [html.H3(titre), html.Ul([html.Li(html.Lien(t, a)) for t, a in liens])],
                    className="groupe-depart",
                )
                for titre, liens in groupes
                if liens
            ),
        ],
        className="carte depart",
        **{"aria-labelledby": "titre-depart"},
    )


Groupe = tuple[str, list[tuple[str, str]]]


def _lien(ctx: Contexte, lieux: Sequence[Lieu], titre: str = "") -> tuple[str, str]:
    nom = titre or enumerer([nommer_ici(ctx, x).split(" (")[0] for x in lieux])
    return nom, vers(ctx, lieux, garder=False)


def _des_territoires(ctx: Contexte) -> list[Groupe]:
    """Two by two, from the largest to the smallest."""
    lieux = [r.question.lieu for r in _territoires(ctx)]
    paires = [lieux[i : i + 2] for i in range(0, len(lieux), 2)]
    if len(paires) > 1 and len(paires[-1]) == 1:
        paires[-2:] = [[*paires[-2], *paires[-1]]]
    liens = [_lien(ctx, p) for p in paires if len(p) > 1]
    if len(lieux) > 2:
        liens.append(
            _lien(
                ctx,
                lieux[:LIEUX_ENSEMBLE],
                f"Les {min(len(lieux), LIEUX_ENSEMBLE)} plus grands ensemble",
            )
        )
    return [("Des territoires de taille voisine", liens)]


def _des_reseaux(ctx: Contexte) -> list[Groupe]:
    liens = [
        _lien(ctx, list(lister(ctx.etat, ctx.lecteur, "reseau")), "REP, REP+ et hors"),
        _lien(
            ctx,
            list(lister(ctx.etat, ctx.lecteur, "poste")),
            "Collèges avec un poste plan pauvreté, et les autres",
        ),
    ]
    return [("Réseaux et types de poste", liens)]


def _des_colleges(ctx: Contexte) -> list[Groupe]:
    """The collèges of each territoire with a post in the year, six at most."""
    annee = derniere_annee(ctx.selection.annee)
    debut = int(annee[:4])
    equipes = {p["college"] for p in ctx.etat.geographie.postes_de_l_annee(debut)}
    liens = []
    for territoire in lister(ctx.etat, ctx.lecteur, "territoire"):
        siens = [
            x
            for x in lister_genre(ctx, "college")
            if x.second in equipes and territoire_de(ctx.etat, x) == territoire.code
        ]
        if len(siens) > 1:
            nom = nommer(ctx.etat, territoire)
            combien = f" ({LIEUX_ENSEMBLE} sur {len(siens)})" * (len(siens) > LIEUX_ENSEMBLE)
            liens.append(_lien(ctx, siens[:LIEUX_ENSEMBLE], f"{nom}{combien}"))
    return [("Des collèges d’un même territoire", liens)]


def _du_chef(ctx: Contexte) -> list[Groupe]:
    """The own collèges together, each beside those like it; the own association."""
    colleges = lister_genre(ctx, "college")
    groupes: list[Groupe] = []
    if len(colleges) > 1:
        combien = f" ({LIEUX_ENSEMBLE} sur {len(colleges)})" * (len(colleges) > LIEUX_ENSEMBLE)
        groupes.append(
            ("Mes collèges", [_lien(ctx, colleges[:LIEUX_ENSEMBLE], f"Côte à côte{combien}")])
        )
    seuls = []
    for x in colleges:
        adresse = vers(ctx, [x], garder=False)
        joint = "&" if "?" in adresse else "?"
        seuls.append((nommer_ici(ctx, x), f"{adresse}{joint}repere=comparables"))
    groupes.append(("Un de mes collèges et ceux qui lui ressemblent", seuls))
    associations = lister_genre(ctx, "association")
    groupes.append(
        (
            "Mon association et le Département",
            [_lien(ctx, associations[:LIEUX_ENSEMBLE])] if associations else [],
        )
    )
    return groupes
