"""What is counted (contract, données §2), in the words of those who fill in the forms."""

from __future__ import annotations

from dashboard import balises as html
from dashboard.pages.methode.section import Section, definitions, paragraphes
from data.catalogue import POPULATIONS


def composer() -> Section:
    """Definitions: what one figure stands for, and what it leaves out."""
    return Section(
        "compte",
        "Ce qui est compté",
        [
            *paragraphes(
                "Tous les chiffres viennent des fiches que les éducateurs remplissent dans la Base "
                "de Données Commune. Rien n’y est ajouté, rien n’est estimé : ce qui n’est pas "
                "écrit dans une fiche n’est pas compté."
            ),
            html.H3("Qui, et quand"),
            definitions(
                (
                    "Année scolaire",
                    "Du 1er septembre au 31 août, ces deux jours compris.",
                ),
                (
                    "Jeune accompagné",
                    [
                        "Un jeune suivi par une association, avec au moins une intervention datée "
                        "de l’année scolaire. ",
                        html.Strong("Un même enfant suivi par deux associations compte deux fois "),
                        "dans le total du département et des territoires : chaque association "
                        "fabrique ses propres pseudonymes, et rien ne permet de les rapprocher.",
                    ],
                ),
                (
                    "Populations",
                    [
                        html.Ul(
                            [
                                html.Li(
                                    f"Les {POPULATIONS['alses']} : au moins une intervention de "
                                    "l’année est celle d’un ALSES. C’est ce qui est montré quand "
                                    "rien d’autre n’est choisi."
                                ),
                                html.Li(
                                    f"Les {POPULATIONS['ps']} : au moins une intervention, de "
                                    "quelque éducateur que ce soit."
                                ),
                                html.Li(
                                    f"Les {POPULATIONS['collegiens']} : parmi les précédents, "
                                    "ceux dont la classe est une classe de collège."
                                ),
                            ],
                            className="puces",
                        )
                    ],
                ),
                (
                    "Âge",
                    "L’âge au 1er janvier de l’année scolaire, d’après l’année de naissance : un "
                    "jeune né en 2008 a 13 ans en 2021-2022.",
                ),
                (
                    "Ancienneté",
                    "« Poursuite » quand l’accompagnement a commencé avant l’année scolaire, "
                    "« nouvel accompagnement » sinon. Si la date de début n’est pas remplie, c’est "
                    "celle de la première intervention connue.",
                ),
                (
                    "Cumul de trois ans",
                    "Pour un collège seulement : la somme des accompagnements de trois années de "
                    "suite. Un jeune suivi trois ans y compte trois fois.",
                ),
            ),
            html.H3("Où"),
            definitions(
                (
                    "Situation de référence",
                    "La dernière fiche situation du jeune à la fin de l’année scolaire, prise "
                    "telle quelle. Elle peut dater d’une année précédente. Ce qui n’y est pas "
                    "rempli n’est pas repris d’une fiche plus ancienne.",
                ),
                (
                    "Lieux",
                    "Le collège est celui de la situation de référence ; le territoire est celui "
                    "du collège ou, sans collège, celui de l’équipe ; l’association est celle qui "
                    "a rempli la fiche. Un jeune a un seul lieu de chaque sorte, ou aucun : ceux "
                    "qui n’en ont pas sont dans le total, jamais montrés à part.",
                ),
                (
                    "Les lieux ne sont pas datés",
                    "Un collège qui devient REP+ est compté comme REP+ pour toutes les années, y "
                    "compris les précédentes. Il en va de même d’un nom ou d’un territoire qui "
                    "change.",
                ),
                (
                    "Réseau et type de poste",
                    "Ceux du collège. Un collège est « plan pauvreté » dès qu’un de ses postes "
                    "ouverts au 1er janvier est financé ainsi.",
                ),
                (
                    "Postes",
                    "Ceux qui sont ouverts au 1er janvier de l’année scolaire. Les conditions "
                    "d’exercice sont les dernières connues au 31 août.",
                ),
                (
                    "Actions collectives",
                    "Comptées l’année de leur date, ou de leur début. Leur lieu est le collège "
                    "écrit sur la fiche. Les filtres de profil ne s’y appliquent pas.",
                ),
            ),
            html.H3("Combien"),
            definitions(
                (
                    "Unité",
                    "La plupart des chiffres comptent des jeunes : un jeune compte une fois, "
                    "quel que soit le nombre de ses interventions. Quelques-uns comptent des "
                    "interventions, des partenaires cités, des actions, des postes ou des "
                    "collèges : c’est écrit sous le graphique.",
                ),
                (
                    "Interventions derrière un chiffre",
                    "Pour les jeunes accompagnés par les ALSES, les seules interventions des "
                    "ALSES. Pour les deux autres populations, toutes les interventions.",
                ),
                (
                    "Base et non renseigné",
                    "Un pourcentage se rapporte aux jeunes dont on connaît la réponse : c’est la "
                    "base, écrite sous chaque graphique. « Non renseigné » n’est jamais une "
                    "réponse : son nombre est donné à côté.",
                ),
                (
                    "Plusieurs réponses possibles",
                    "Quand un jeune peut donner plusieurs réponses (ressources, objectifs, "
                    "partenaires…), les pourcentages s’additionnent à plus de 100 %.",
                ),
                (
                    "Question non posée",
                    "Quand aucune fiche de l’année ne comportait la question, ce n’est pas un "
                    "« non renseigné » : c’est dit.",
                ),
            ),
            html.P(
                "Sous chaque graphique, « Pourquoi ce chiffre ? » donne la définition exacte, le "
                "champ de la fiche, la base et ce qui est exclu."
            ),
        ],
    )
