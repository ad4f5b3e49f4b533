"""The deliveries that the figures come from: never how many rows they had."""

from __future__ import annotations

from dashboard import balises as html
from dashboard.balises import Enfants
from dashboard.nombres import INSECABLE, date_longue, enumerer
from dashboard.pages.methode.section import Section, paragraphes, tableau
from queries.depot import Etat


def composer(etat: Etat) -> Section:
    """Number, date, nature, publications of each delivery, the latest first."""
    return Section(
        "livraisons",
        "Les livraisons",
        [
            *paragraphes(
                "Une livraison est un lot de fiches remis par une ou plusieurs associations. Elle "
                "est chargée tout entière ou pas du tout, et remplace les fiches qu’elle corrige. "
                "Chaque publication des chiffres dit de quelle livraison elle vient ; un retrait "
                "de fiches donne lieu, lui aussi, à une publication. Le nombre de fiches n’est pas "
                "montré : ce serait un chiffre exact.",
                _dire_la_nature(etat),
            ),
            tableau(
                f"Livraisons chargées ; la publication en vigueur est la n°{INSECABLE}"
                f"{etat.publication}",
                ("Livraison", "Reçue le", "Nature", "Publications"),
                [
                    (
                        f"n°{INSECABLE}{x.numero}",
                        date_longue(x.date.date()),
                        "synthétique (démonstration)" if x.synthetique else "réelle",
                        _publications(etat, x.numero),
                    )
                    for x in reversed(etat.livraisons)
                ],
            ),
        ],
    )


def _dire_la_nature(etat: Etat) -> Enfants:
    if all(x.synthetique for x in etat.livraisons):
        return [
            html.Strong("Les données montrées sont synthétiques, faites pour la démonstration. "),
            "Aucun jeune réel n’y figure.",
        ]
    if etat.synthetique:
        return html.Strong(
            "Les données montrées mêlent des livraisons réelles et des livraisons synthétiques : "
            "aucun chiffre ne doit en être tiré."
        )
    return "Les données montrées sont réelles."


def _publications(etat: Etat, livraison: int) -> str:
    siennes = [
        f"n°{INSECABLE}{p.numero} du {date_longue(p.date.date())}"
        for p in etat.publications
        if p.livraison == livraison
    ]
    return enumerer(siennes) or "–"
