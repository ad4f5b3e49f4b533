"""A slide as HTML: one message, its charts, what must be known to read them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from dashboard import balises as html
from dashboard.nombres import INSECABLE
from dashboard.presentations import bandes, tableau
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
    cote_a_cote = len(variante.vues) > 1
    # One indicator in two places, or two years, is compared: on one scale.
    meme = len({(v.indicateur, v.suivi) for v in variante.vues}) == 1
    bout = bandes.mesurer_le_bout(variante.vues) if meme else None
    legende, titres = _legender(variante.vues)
    corps = [
        html.Div(_ecrire_la_vue(diapo, v, titre=t, bout=bout), className="vue")
        for v, t in zip(variante.vues, titres, strict=True)
    ]
    return html.Div(
        [
            html.H2(diapo.intituler(rang)),
            html.P(legende, className="legende") if legende else None,
            html.Div(corps, className="corps cote-a-cote" if cote_a_cote else "corps"),
            html.P(dire_le_pied(variante, jeu), className="pied-diapo"),
        ],
        className="face",
        **{"data-variante": rang, "data-nom": variante.nom},
    )


def _ecrire_la_vue(
    diapo: DiapoDessinee, vue: VueDessinee, *, titre: str, bout: float | None
) -> list[Markup | None]:
    suite = " ".join(vue.phrases[1:])
    rangs = bandes.RANGS_AU_PLUS // 2 if titre else bandes.RANGS_AU_PLUS
    tableaux = tableau.dessiner(vue)
    return [
        html.H3(titre) if titre else None,
        html.Div(bandes.dessiner(vue, rangs=rangs, bout=bout), className="en-graphique"),
        html.Details(
            [html.Summary("Tableau"), html.Div(tableaux)],
            className="en-tableau",
            open=diapo.forme == "tableau",
        )
        if tableaux
        else None,
        # Over the years it says what nobody may miss: silent years, the change of the forms.
        html.P(suite, className="suite a-dire" if vue.suivi else "suite") if suite else None,
    ]


def _legender(vues: Sequence[VueDessinee]) -> tuple[str, list[str]]:
    """What is true of the whole slide, and what tells its charts apart: place, year, population,
    and what is counted."""
    sorts = [(v.titre, v.nom, v.periode, v.population) for v in vues]
    communs = [len(set(x)) == 1 for x in zip(*sorts, strict=True)]
    legende = _joindre(x for x, commun in zip(sorts[0][1:], communs[1:], strict=True) if commun)
    if len(vues) == 1:
        return legende, [""]
    propres = [
        _joindre(x for x, commun in zip(s, communs, strict=True) if not commun) or s[0]
        for s in sorts
    ]
    return legende, propres


def _joindre(morceaux: Iterable[str]) -> str:
    return f"{INSECABLE}· ".join(m for m in morceaux if m)


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
