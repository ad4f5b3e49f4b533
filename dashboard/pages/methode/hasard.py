"""What is certain and what chance may explain: how the sentences and comparisons judge.

Thresholds are those of `queries.statistiques` and `queries.reponses`.
"""

from __future__ import annotations

from dashboard import balises as html
from dashboard.nombres import nombre
from dashboard.pages.methode.section import Section, enumeration, paragraphes
from queries.reponses import ECART_CERTAIN
from queries.statistiques import ATTENDU_MINIMUM, MINIMUM, RISQUES


def composer() -> Section:
    """The three answers a gap may have, small numbers, the ordinary variation of collèges."""
    ordinaire, rare = (nombre(100 * (1 - risque)) for risque in RISQUES)
    return Section(
        "hasard",
        "Ce qui est certain, ce que le hasard explique",
        [
            *paragraphes(
                "Une phrase n’affirme un ordre, un écart ou un changement que lorsqu’il est "
                "certain. Chaque écart entre deux parts reçoit l’une de ces trois réponses."
            ),
            enumeration(
                [
                    html.Strong("L’arrondi ne permet pas de l’affirmer. "),
                    f"Deux nombres publiés à moins de {ECART_CERTAIN} l’un de l’autre peuvent être "
                    "dans l’ordre inverse : rien n’est affirmé. Un lecteur de chiffres exacts "
                    "n’est pas concerné.",
                ],
                [
                    html.Strong("Le hasard peut l’expliquer. "),
                    "L’écart est réel, mais deux groupes de cette taille diffèrent souvent autant "
                    "sans raison. Le test est celui de l’égalité de deux proportions, au seuil de "
                    f"95 %. Il demande au moins {MINIMUM} réponses de chaque côté et "
                    f"{ATTENDU_MINIMUM} jeunes attendus dans chaque case ; sinon la phrase ne se "
                    "prononce pas.",
                ],
                [
                    html.Strong("Il dépasse le hasard. "),
                    "Il reste à en chercher la cause : un public différent, une pratique, une "
                    "façon de remplir la fiche. Sur vingt écarts sans cause, un en moyenne dépasse "
                    "ce seuil.",
                ],
            ),
            html.H3("Petits nombres"),
            *paragraphes(
                f"Sous {MINIMUM} réponses connues, une part s’écrit « 8 des 12 » : en pour cent, "
                "un jeune de plus la ferait trop bouger. Un chiffre qui repose sur moins de la "
                "moitié des réponses porte un avertissement partout où il apparaît. Pour un "
                "collège, le cumul de trois ans donne des nombres plus sûrs."
            ),
            html.H3("Pourquoi pas de classement des collèges"),
            *paragraphes(
                "Dans une liste triée, les plus petits collèges occupent les deux bouts, quelle "
                "que soit leur pratique : peu de jeunes, donc beaucoup de hasard. La page Comparer "
                "dessine plutôt chaque collège selon sa taille, entre deux courbes : celle où "
                f"restent {ordinaire} % des collèges si tous se ressemblent, et celle où en "
                f"restent {rare} %. Entre elles, c’est la variation ordinaire. Les courbes "
                "viennent de la loi binomiale exacte ; pour des chiffres arrondis elles sont "
                "élargies de ce que l’arrondi peut ajouter. Un collège dont le nombre est "
                "caché est nommé sous le dessin, jamais placé au hasard."
            ),
            html.H3("Collèges comparables"),
            *paragraphes(
                "Ce sont ceux qui ressemblent le plus au collège choisi par ce que vous pouvez "
                "en voir : éducation prioritaire, nombre de jeunes accompagnés, leurs classes, "
                "postes. La distance est montrée critère par critère, et la liste se modifie."
            ),
        ],
    )
