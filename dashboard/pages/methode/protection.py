"""How the figures are protected, and who sees what (contract, confidentialité).

Thresholds are those of the policies themselves, words those of the answers.
"""

from __future__ import annotations

from markupsafe import Markup

from dashboard import balises as html
from dashboard.nombres import nombre, pourcentage
from dashboard.pages.methode.section import (
    Section,
    definitions,
    enumeration,
    paragraphes,
    tableau,
)
from queries.lecteur import PARTAGE, PROTEGE
from queries.reponses import PROFESSIONNELS_MINIMUM, STATUTS

EXEMPLE = (
    ("6e", 9, 10),
    ("5e", 11, 10),
    ("4e", 13, 15),
    ("3e", 7, 5),
    ("ULIS / UPE2A", 1, 0),
)
"""An invented collège: classe, true number, published number. One draw among those possible."""

BASE, BASE_PUBLIEE = 41, 40
"""Youths of the invented collège whose classe is known: true, published."""


def composer() -> Section:
    """The rule, one example on invented numbers, who sees what, the words for a blank."""
    return Section(
        "protection",
        "Comment les chiffres sont protégés",
        [
            *paragraphes(
                "Les chiffres parlent de mineurs, de leur santé, de leur famille, de la protection "
                "de l’enfance. Un collège en compte souvent une quarantaine : les petits nombres y "
                "sont partout. Les cacher ne suffit pas, car une soustraction entre deux tableaux "
                "les retrouve. D’où la règle suivante.",
                html.Strong("Un groupe de jeunes, un seul nombre publié."),
            ),
            html.H3("La règle"),
            enumeration(
                [
                    html.Strong("Arrondi. "),
                    "Tout nombre de jeunes est arrondi à un multiple de 5, au-dessus ou "
                    "au-dessous, par un tirage fait une fois pour toutes : il ne s’écarte jamais "
                    "de plus de 4. Le même groupe a le même nombre partout : à l’écran, dans un "
                    "fichier, après un nouvel import. Le redemander n’apprend rien.",
                ],
                [
                    html.Strong("Plafond. "),
                    "Un nombre publié ne dépasse pas le nombre de jeunes de sa base, arrondi "
                    "au-dessous. Deux écrans peuvent donc différer de 5 quand leurs bases "
                    "diffèrent.",
                ],
                [
                    html.Strong("Assiette. "),
                    f"Une question n’est détaillée que si sa base publiée atteint "
                    f"{PROTEGE.assiette} jeunes ({PARTAGE.assiette} pour qui n’a qu’un lien).",
                ],
                [
                    html.Strong("Plancher. "),
                    f"Sous {PROTEGE.plancher} ({PARTAGE.plancher} pour qui n’a qu’un lien, "
                    f"{PARTAGE.plancher_sensible} pour les réponses les plus sensibles), ni le "
                    "nombre ni le pourcentage ne sont montrés. Zéro n’est pas montré non plus : "
                    "de zéro à quatre, tout se ressemble.",
                ],
                [
                    html.Strong("Tout le reste s’en déduit. "),
                    "Pourcentages, écarts, rangs, moyennes, phrases, hauteurs des barres sont "
                    "calculés sur les nombres publiés, jamais sur les vrais.",
                ],
                [
                    html.Strong("Liste finie de questions. "),
                    "On ne peut pas additionner librement des lieux ou des filtres : chaque lieu "
                    "a sa réponse, et un total est la somme des nombres montrés.",
                ],
            ),
            html.H3("Ce qui fait exception"),
            enumeration(
                "Le nombre total de jeunes du département et de chaque territoire est exact, comme "
                "dans le rapport imprimé (pour les jeunes accompagnés par les ALSES et pour "
                "l’ensemble de la Prévention Spécialisée). L’audit peut décider d’arrondir l’un "
                "d’eux s’il permettait de retrouver un petit nombre.",
                "Ce qui ne compte pas des jeunes est exact : actions, postes, collèges, conditions "
                "d’exercice. L’ancienneté des professionnels n’est pas donnée quand moins de "
                f"{PROFESSIONNELS_MINIMUM} postes sont derrière.",
                "Pour les interventions et les partenaires cités, seule la part est donnée, "
                "à l’unité, si assez de jeunes sont derrière et si aucun d’eux ne pèse plus de la "
                "moitié.",
            ),
            html.H3("Un exemple"),
            *_donner_un_exemple(),
            html.H3("Certain ou pas certain"),
            *paragraphes(
                "Un nombre publié 35 peut cacher tout nombre entre 31 et 39. Une hausse, une "
                "baisse, un ordre ne sont donc affirmés que si les deux nombres publiés diffèrent "
                "d’au moins 10. En dessous, la page dit que l’écart n’est pas certain, et il ne "
                "faut pas le commenter."
            ),
            html.H3("Qui voit quoi"),
            *_dire_qui_voit_quoi(),
            html.H3("Les mots qui remplacent un nombre"),
            _definir_les_blancs(),
        ],
    )


def _donner_un_exemple() -> list[Markup]:
    """Shares are computed here as the pages compute them."""
    lignes = [
        (
            classe,
            nombre(vrai),
            nombre(publie) if publie else f"moins de {PROTEGE.plancher}",
            pourcentage(100 * vrai / BASE, exact=True),
            pourcentage(int(100 * publie / BASE_PUBLIEE + 0.5)) if publie else "–",
        )
        for classe, vrai, publie in EXEMPLE
    ]
    lignes.append(("Base (classe connue)", nombre(BASE), nombre(BASE_PUBLIEE), "", ""))
    return [
        html.P(
            [
                "Ce collège et ses nombres sont ",
                html.Strong("inventés"),
                " pour l’exemple : aucune donnée de l’application n’y figure.",
            ]
        ),
        tableau(
            "Exemple inventé : la classe de 41 collégiens",
            ("Classe", "Vrai nombre", "Nombre montré", "Vraie part", "Part montrée"),
            lignes,
            nombres=True,
        ),
        *paragraphes(
            "Les 13 élèves de 4e pouvaient devenir 10 ou 15 : le tirage a donné 15. L’unique élève "
            "d’ULIS n’apparaît pas, et rien ne dit s’il y en a zéro, un ou quatre. La part des 4e "
            "est montrée à 38 % au lieu de 31,7 % : dans un seul collège, un écart de quelques "
            "points ne veut rien dire. Au niveau d’un territoire ou du département, "
            "le même arrondi pèse beaucoup moins."
        ),
    ]


def _dire_qui_voit_quoi() -> list[Markup]:
    protege = (
        "arrondis, pourcentages à l’unité",
        str(PROTEGE.assiette),
        str(PROTEGE.plancher),
    )
    exact = ("exacts, une décimale", "aucune", "aucun")
    partage = (
        "arrondis, pourcentages à l’unité",
        str(PARTAGE.assiette),
        f"{PARTAGE.plancher} ({PARTAGE.plancher_sensible} pour les réponses sensibles)",
    )
    return [
        tableau(
            "Ce que voit chacun. Assiette : base à partir de laquelle une question est détaillée. "
            "Plancher : plus petit nombre montré.",
            ("Qui", "De quoi", "Nombres", "Assiette", "Plancher"),
            [
                ("Agent du Département", "tous les lieux", *protege),
                (
                    "Agent du Département habilité",
                    "tous les lieux, une fois les chiffres exacts allumés ; chaque consultation "
                    "est inscrite au journal",
                    *exact,
                ),
                (
                    "Chef de service",
                    "les fiches de sa propre association : ensemble, par territoire, par collège",
                    *exact,
                ),
                (
                    "Chef de service",
                    "le département, les territoires, les collèges où son association a un poste",
                    *protege,
                ),
                (
                    "Porteur d’un lien, invité, salle devant un écran projeté",
                    "ce que montre le lien ou l’écran",
                    *partage,
                ),
                ("Administrateur des comptes", "aucun chiffre", "–", "–", "–"),
            ],
        ),
        *paragraphes(
            "Pour un chef de service, les autres associations et les collèges sans poste de la "
            "sienne n’existent pas : ni leur nom, ni leurs chiffres ne lui parviennent, sauf ce "
            "qu’impriment déjà les documents publics (page « Publications »). Ses "
            "chiffres exacts portent la mention « chiffres exacts – ne pas diffuser » : il les "
            "connaît déjà, puisque son équipe a rempli les fiches, mais les montrer à d’autres "
            "retirerait la protection.",
            "Un chiffre est protégé selon la personne qui le lit, jamais selon celle qui le "
            "montre.",
        ),
    ]


def _definir_les_blancs() -> Markup:
    s = STATUTS
    return definitions(
        (
            f"{s['masque'].format(plancher=PROTEGE.plancher)}",
            "Le nombre publié est sous le plancher : le vrai est entre 0 et "
            f"{PROTEGE.plancher - 1}. La barre est hachurée, à la moitié du plancher, jamais "
            f"absente. Pour qui n’a qu’un lien, c’est « moins de {PARTAGE.plancher} », ou "
            f"« moins de {PARTAGE.plancher_sensible} ».",
        ),
        (
            s["refuse"],
            "Il y a trop peu de réponses connues dans ce lieu pour en donner le détail. Essayer "
            "le territoire ou, pour un collège, le cumul de trois ans.",
        ),
        (
            s["non_diffuse"],
            "L’audit a trouvé que ce tableau, rapproché d’autres, ferait connaître un petit "
            "nombre. Il est retiré pour toujours.",
        ),
        (s["non_pose"], "Aucune fiche concernant ce lieu et cette année n’avait la question."),
        (s["sans_objet"], "Le collège n’a eu aucun poste d’ALSES ouvert de toute l’année."),
        ("Non renseigné", "La question était posée, la fiche est restée vide. C’est un nombre."),
    )
