"""A slide as HTML: one message, its charts, what must be known to read them."""

from __future__ import annotations

from markupsafe import Markup

from dashboard import balises as html
from dashboard.nombres import INSECABLE
from dashboard.presentations import bandes
from dashboard.presentations.figer import DiapoDessinee, Jeu, VarianteDessinee
from dashboard.presentations.vues import VueDessinee


def ecrire(jeu: Jeu) -> list[Markup]:
    """Every slide, in order."""
    return [ecrire_une(d, i, jeu) for i, d in enumerate(jeu.diapos)]


def ecrire_une(diapo: DiapoDessinee, rang: int, jeu: Jeu) -> Markup:
    """One slide with all its variants, of which a script shows one at a time."""
    faces = [
        _ecrire_la_face(diapo, i, v, jeu) for i, v in enumerate(diapo.variantes)
    ] or _ecrire_le_texte(diapo, jeu)
    return html.Section(
        faces,
        id=f"diapo-{rang + 1}",
        className=f"diapo {diapo.genre}",
        **{
            "data-diapo": diapo.id,
            "data-forme": diapo.forme,
            "aria-label": f"Diapositive {rang + 1} sur {len(jeu.diapos)}",
        },
    )


def _ecrire_la_face(
    diapo: DiapoDessinee, rang: int, variante: VarianteDessinee, jeu: Jeu
) -> Markup:
    corps = [
        html.Div(_ecrire_la_vue(v, titre=len(variante.vues) > 1), className="vue")
        for v in variante.vues
    ]
    premiere = variante.vues[0]
    return html.Div(
        [
            html.H2(diapo.intituler(rang)),
            html.P(premiere.legende, className="legende"),
            html.Div(corps, className="cote-a-cote" if len(corps) > 1 else ""),
            html.P(
                [dire_le_pied(variante, jeu)],
                className="pied-diapo",
            ),
        ],
        className="face",
        **{"data-variante": rang, "data-nom": variante.nom},
    )


def _ecrire_la_vue(vue: VueDessinee, *, titre: bool) -> list[Markup | None]:
    suite = " ".join(vue.phrases[1:])
    return [
        html.H3(f"{vue.titre}{INSECABLE}– {vue.legende}") if titre else None,
        bandes.dessiner(vue),
        html.P(suite, className="suite") if suite else None,
    ]


def dire_le_pied(variante: VarianteDessinee, jeu: Jeu) -> str:
    """What must be known to read the charts of a face: base, notes, source, date."""
    notes = dict.fromkeys(
        texte if texte.endswith(".") else f"{texte}."
        for v in variante.vues
        for texte in (v.base, *v.notes, v.source)
        if texte
    )
    return " ".join([*notes, dire_le_gel(jeu)])


def dire_le_gel(jeu: Jeu) -> str:
    """« Données figées au 25 novembre 2026. »"""
    return f"Données figées au {jeu.fige_le}."


def _ecrire_le_texte(diapo: DiapoDessinee, jeu: Jeu) -> list[Markup]:
    paragraphes = [html.P(p) for p in diapo.texte.split("\n") if p.strip()]
    return [
        html.Div(
            [html.H2(diapo.titre) if diapo.titre else None, html.Div(paragraphes)],
            className="face",
            **{"data-variante": 0},
        )
    ]
