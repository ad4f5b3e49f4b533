"""A section of the methods page, and the little that its texts are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dashboard import balises as html
from dashboard.balises import Enfants


@dataclass(frozen=True, slots=True)
class Section:
    """`ancre`: what an address may end with; `contenu`: what stands under its title."""

    ancre: str
    titre: str
    contenu: Sequence[Enfants]

    def ecrire(self, numero: int) -> Markup:
        """The section as a card, its title a heading of level 2."""
        titre = html.H2(
            [html.Span(str(numero), className="numero"), html.Span(self.titre)],
            id=f"titre-{self.ancre}",
        )
        return html.Section(
            [titre, *self.contenu],
            id=self.ancre,
            className="carte texte",
            **{"aria-labelledby": f"titre-{self.ancre}"},
        )


def paragraphes(*textes: Enfants) -> list[Markup]:
    """One paragraph for each text."""
    return [html.P(texte) for texte in textes]


def enumeration(*lignes: Enfants) -> Markup:
    """A list with bullets."""
    return html.Ul([html.Li(ligne) for ligne in lignes], className="puces")


def definitions(*couples: tuple[Enfants, Enfants]) -> Markup:
    """Words and what they mean."""
    return html.Dl(
        [html.Div([html.Dt(mot), html.Dd(sens)]) for mot, sens in couples], className="mots"
    )


def tableau(
    legende: str,
    colonnes: Sequence[str],
    lignes: Sequence[Sequence[Enfants]],
    *,
    nombres: bool = False,
) -> Markup:
    """A table with a caption; the first cell of a row names it.

    `nombres`: the other cells are numbers, aligned on the right. It scrolls by itself, with the
    keyboard too, where the screen is too narrow.
    """
    classe = "nombre" if nombres else ""
    entetes = [
        html.Th(titre, scope="col", className=classe if rang else "")
        for rang, titre in enumerate(colonnes)
    ]
    rangees = [
        html.Tr([html.Th(nom, scope="row"), *(html.Td(x, className=classe) for x in reste)])
        for nom, *reste in lignes
    ]
    return html.Div(
        html.Table(
            [html.Caption(html.Span(legende)), html.Thead(html.Tr(entetes)), html.Tbody(rangees)],
            className="tableau",
        ),
        className="defile",
        tabIndex=0,
        role="region",
        **{"aria-label": legende},
    )
