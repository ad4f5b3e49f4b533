"""The accessibility statement: what is aimed at, what was tested, what was not, what is known."""

from __future__ import annotations

from dashboard import balises as html
from dashboard.nombres import nombre
from dashboard.pages.methode.section import Section, enumeration, paragraphes


def composer() -> Section:
    """No percentage and no third party: nobody else has evaluated it."""
    return Section(
        "accessibilite",
        "Déclaration d’accessibilité",
        [
            *paragraphes(
                [
                    html.Strong("Conformité non évaluée par un tiers. "),
                    "L’application vise le référentiel français (RGAA) et les règles "
                    "internationales WCAG 2.2, niveau AA. Aucun taux de conformité n’est donné, "
                    "parce qu’aucun audit indépendant n’a été fait.",
                ]
            ),
            html.H3("Ce qui est vérifié"),
            enumeration(
                "Chaque page, dans le navigateur Chromium, par l’outil automatique axe, en "
                f"trois largeurs (390, {nombre(1280)} et {nombre(1920)} pixels), panneaux fermés "
                "et ouverts. Un tel outil ne voit qu’une partie des défauts.",
                "Le clavier : tout ce qui se clique s’atteint et s’active sans souris, le point "
                "où l’on se trouve est visible.",
                "Les contrastes des textes, par le même outil, et l’agrandissement à 400 % : rien "
                "ne se perd, seuls les tableaux défilent de côté.",
                "Chaque graphique a une phrase qui dit ce qu’il montre, et un tableau des mêmes "
                "nombres, à une touche (T). Les flèches passent d’une valeur à l’autre, et chacune "
                "est dite.",
            ),
            html.H3("Ce qui ne l’a pas été"),
            enumeration(
                "Les lecteurs d’écran, avec des personnes qui s’en servent tous les jours.",
                "Firefox, Safari et les navigateurs des téléphones.",
                "L’impression, au-delà d’un coup d’œil, et les fichiers téléchargés.",
            ),
            html.H3("Ce que l’on sait imparfait"),
            enumeration(
                "Sur un téléphone, les tableaux larges défilent de côté ; leur bord s’estompe là "
                "où ils continuent.",
                "Les pages ont besoin de JavaScript pour s’afficher.",
            ),
            html.H3("Signaler un défaut"),
            *paragraphes(
                "Adressez-vous à la personne qui tient l’application dans votre service. Si la "
                "réponse ne convient pas, le Défenseur des droits peut être saisi."
            ),
        ],
    )
