"""The whole report as HTML: one section per chapter, one per chart, identifiers that stay.

Used for paper (`dashboard.livrables.pdf`) and for the screen. Identifiers: `chapitre-<code>` for
a chapter, the indicator for a chart, `introduction`, `methode`.
"""

from __future__ import annotations

from markupsafe import Markup

from dashboard import balises as html
from dashboard.livrables.avancement import Avancer, sans_le_dire
from dashboard.livrables.mots import (
    METHODE,
    SOMMAIRE,
    TUS,
    annoter,
    paragraphes,
    rassembler_les_tus,
)
from dashboard.nombres import INSECABLE
from dashboard.presentations import bandes
from dashboard.presentations.vues import VueDessinee
from dashboard.rapport.composition import INTRODUCTION, Chapitre, Rapport


def ecrire(rapport: Rapport, avancer: Avancer = sans_le_dire) -> Markup:
    """Everything after the title: contents, introduction, chapters, method. Headings from level 2
    (chapters) to 4."""
    chapitres = []
    for rang, chapitre in enumerate(rapport.chapitres):
        avancer(
            f"Chapitre {chapitre.numero} : {chapitre.titre}", 100 * rang // len(rapport.chapitres)
        )
        chapitres.append(ecrire_le_chapitre(chapitre, rapport))
    introduction = rapport.commentaires.get(INTRODUCTION, "")
    return html.joindre(
        ecrire_le_sommaire(rapport),
        html.Section(
            [html.H2("Introduction"), commenter(introduction)],
            id=INTRODUCTION,
            className="chapitre-rapport",
        )
        if introduction
        else None,
        chapitres,
        html.Section(
            [html.H2("Méthode"), [html.P(t) for t in METHODE]],
            id="methode",
            className="chapitre-rapport",
        ),
    )


def ecrire_le_sommaire(rapport: Rapport) -> Markup:
    """Links to the chapters and to their charts."""
    return html.Nav(
        [
            html.H2(SOMMAIRE, id="titre-sommaire"),
            html.Ol(
                [
                    html.Li(
                        [
                            html.A(f"{c.numero}. {c.titre}", href=f"#chapitre-{c.code}"),
                            html.Ol(
                                [
                                    html.Li(
                                        html.A(f"{v.numero} {v.titre}", href=f"#{v.indicateur}")
                                    )
                                    for v in c.vues
                                ]
                            )
                            if c.vues
                            else None,
                        ]
                    )
                    for c in rapport.chapitres
                ]
            ),
        ],
        className="sommaire-rapport",
        **{"aria-labelledby": "titre-sommaire"},
    )


def ecrire_le_chapitre(chapitre: Chapitre, rapport: Rapport) -> Markup:
    """One chapter: the author's words, its charts, what cannot be shown."""
    return html.Section(
        [
            html.H2(f"{chapitre.numero}. {chapitre.titre}"),
            commenter(chapitre.commentaire),
            [ecrire_la_vue(v, rapport.commentaires.get(v.indicateur, "")) for v in chapitre.vues],
            ecrire_les_tues(chapitre),
        ],
        id=f"chapitre-{chapitre.code}",
        className="chapitre-rapport" if chapitre.vues else "chapitre-rapport court",
    )


def ecrire_la_vue(vue: VueDessinee, commentaire: str = "") -> Markup:
    """One chart: title, sentence, bars with their figures, what must be known, the author's
    words."""
    tete, *suite = vue.phrases
    return html.Section(
        [
            html.H3([html.Span(vue.numero, className="numero"), f" {vue.titre}"]),
            html.P(
                [html.Strong(tete), f" {' '.join(suite)}" if suite else None],
                className="phrase-rapport",
            ),
            bandes.dessiner(vue),
            html.P(annoter(vue), className="notes-rapport"),
            commenter(commentaire),
        ],
        id=vue.indicateur,
        className="vue-rapport",
    )


def ecrire_les_tues(chapitre: Chapitre) -> Markup | None:
    """What cannot be shown, and why; None when nothing."""
    lignes = [
        html.Li([html.Strong(titres), f"{INSECABLE}– {pourquoi}"])
        for titres, pourquoi in rassembler_les_tus(chapitre)
    ]
    if not lignes:
        return None
    return html.Section([html.H3(TUS), html.Ul(lignes)], className="tues-rapport")


def commenter(texte: str) -> Markup | None:
    """What the author wrote, as paragraphs; None when nothing."""
    dits = paragraphes(texte)
    return html.Div([html.P(p) for p in dits], className="commentaire-rapport") if dits else None
