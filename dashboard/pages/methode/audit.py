"""What the audit attacks, what it found, and what it does not cover."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from dashboard import balises as html
from dashboard.nombres import INSECABLE, date_longue, nombre, pluriel
from dashboard.pages.methode.cout import dire_annees
from dashboard.pages.methode.section import Section, definitions, enumeration, paragraphes, tableau
from queries.audits import Attaque, Audit

NOMS = {
    "departement": ("Lecteur de tous les chiffres protégés", "", ""),
    "colleges": ("Chefs d’établissement", "groupe", "groupes"),
    "association": ("Associations avec leurs propres fiches", "essayée", "essayées"),
    "autre": ("Autres attaquants", "essayé", "essayés"),
}
SANS_AUDIT = (
    "Aucun audit n’est encore enregistré pour ces données : elles ont été chargées par une version "
    "de l’application qui n’en faisait pas. Le prochain import le fera."
)


def composer(audits: Sequence[Audit]) -> Section:
    """The attackers, the results of the latest audit, those of the others, the limits."""
    resultats = _dire_les_resultats(audits) if audits else paragraphes(html.Strong(SANS_AUDIT))
    return Section(
        "audit",
        "L’audit",
        [
            *paragraphes(
                "À chaque import, avant que quiconque voie un chiffre, l’application attaque ce "
                "qu’elle s’apprête à publier. Elle se met à la place de plusieurs lecteurs et "
                "cherche les nombres de 1 à 4 jeunes que l’un d’eux pourrait connaître avec "
                "certitude, en recoupant tous les tableaux : lieux et sous-lieux, totaux et "
                "réponses, filtres, populations, croisements, cumuls, et ce qui a été publié "
                "auparavant.",
                "Un tableau qui laisserait connaître un seul de ces nombres est retiré pour "
                "toujours (« non diffusé »), et l’attaque recommence jusqu’à ce qu’elle ne trouve "
                "plus rien. Si elle n’aboutit pas, la livraison est refusée.",
            ),
            html.H3("Qui attaque"),
            definitions(
                (
                    "Le lecteur de tous les chiffres protégés",
                    "Il voit tout ce que voit un agent du Département, et connaît la règle. Qui "
                    "n’a qu’un lien voit une partie de ce qu’il voit : il ne peut pas en savoir "
                    "plus.",
                ),
                (
                    "Le chef d’établissement",
                    "Il connaît en plus le sexe, l’âge et la classe des jeunes accompagnés de son "
                    "collège. Les collèges sont essayés par petits groupes : ce que plusieurs "
                    "chefs d’établissement ne peuvent pas savoir ensemble, aucun ne le sait seul.",
                ),
                (
                    "L’association",
                    "Elle connaît en plus, exactement, ses propres fiches, et cherche celles des "
                    "autres. Les associations sont essayées une par une.",
                ),
            ),
            *_dire_qui_manque(audits),
            html.H3("Ce que l’audit a trouvé"),
            *resultats,
            html.H3("Ce que l’audit ne couvre pas"),
            enumeration(
                "Il cherche ce qui peut être connu avec certitude. Une forte présomption n’est pas "
                "mesurée.",
                "Il suppose chaque association seule. Deux associations qui réuniraient leurs "
                "fiches, ou une association qui confierait les siennes à quelqu’un d’autre, en "
                "sauraient davantage.",
                "La recherche la plus fine (par programmation linéaire) porte sur les nombres les "
                "mieux cernés seulement : à deux unités près pour le lecteur de tous les chiffres "
                "protégés, à une unité près pour ceux qui savent autre chose.",
                "Il ne regarde ni la taille des réponses ni le temps qu’elles mettent.",
                "Il ne peut rien contre une indiscrétion : une personne qui raconte ce qu’elle "
                "sait, un écran laissé ouvert, un fichier exact transmis.",
            ),
        ],
    )


def _dire_qui_manque(audits: Sequence[Audit]) -> Sequence[object]:
    """Which of these attackers the latest audit left out: it must not be believed to cover them."""
    if not audits:
        return []
    essayes = {a.genre for a in audits[-1].attaques}
    absents = [
        nom
        for genre, nom in (
            ("colleges", "le chef d’établissement"),
            ("association", "l’association"),
        )
        if genre not in essayes
    ]
    if not absents:
        return []
    texte = " et ".join(absents)
    verbe = "n’a pas été essayé" if len(absents) == 1 else "n’ont pas été essayés"
    return paragraphes(
        html.Strong(
            f"Le dernier audit n’a essayé que ceux que le tableau ci-dessous nomme : {texte} "
            f"{verbe}. Ce que ceux-là pourraient déduire n’est donc pas garanti."
        )
    )


def _dire_les_resultats(audits: Sequence[Audit]) -> list[object]:
    dernier = audits[-1]
    suite = [_dresser_la_suite(audits)] if len(audits) > 1 else []
    return [
        *paragraphes(
            f"Dernier audit : le {date_longue(dernier.date.date())}, pour la livraison "
            f"n°{INSECABLE}{dernier.livraison} (publication n°{INSECABLE}{dernier.publication}). "
            f"Années examinées : {dire_annees(dernier)}. Durée : {dire_duree(dernier.duree)}.",
            html.Strong(_conclure(dernier)),
        ),
        tableau(
            "Nombres de 1 à 4 connus avec certitude, selon qui cherche",
            ("Qui cherche", "Essais", "Connus avant retrait", "Connus après"),
            [
                (_nommer(a), nombre(a.cellules), nombre(a.avant), nombre(a.apres))
                for a in dernier.attaques
            ],
            nombres=True,
        ),
        *paragraphes(
            "Un même nombre est essayé par chaque attaquant de la ligne : il compte alors pour "
            "autant d’essais.",
        ),
        enumeration(
            f"Tableaux examinés : {nombre(dernier.tables)}, dont {nombre(dernier.nouvelles)} "
            "retirés par cet audit.",
            f"Tableaux retirés à ce jour, toutes années : {nombre(dernier.retenues)}.",
            f"Totaux arrondis au lieu d’être exacts : {nombre(dernier.entetes)}.",
            f"Programmes linéaires résolus : {nombre(dernier.programmes)}.",
        ),
        *suite,
    ]


def _conclure(audit: Audit) -> str:
    if audit.apres:
        restent = pluriel(audit.apres, "petit nombre reste connu", "petits nombres restent connus")
        return f"{restent} avec certitude."
    return (
        "Aucun nombre de 1 à 4 n’est connu avec certitude de ceux qui ont été essayés : "
        "0 après l’audit."
    )


def _nommer(attaque: Attaque) -> str:
    nom, un, plusieurs = NOMS[attaque.genre]
    return f"{nom} ({pluriel(attaque.attaquants, un, plusieurs)})" if un else nom


def _dresser_la_suite(audits: Sequence[Audit]) -> Markup:
    """Every audit, the latest first: each one bears on the years its import changed."""
    return tableau(
        "Tous les audits : chacun porte sur les années que son import a changées",
        (
            "Date",
            "Livraison",
            "Années examinées",
            "Connus avant retrait",
            "Tableaux retirés",
            "Connus après",
        ),
        [
            (
                date_longue(a.date.date()),
                f"n°{INSECABLE}{a.livraison}",
                dire_annees(a),
                nombre(a.avant),
                nombre(a.nouvelles),
                nombre(a.apres),
            )
            for a in reversed(audits)
        ],
    )


def dire_duree(secondes: float) -> str:
    """« 48 s », « 1 min 52 s »."""
    minutes, reste = divmod(round(secondes), 60)
    texte = f"{reste}{INSECABLE}s"
    return f"{minutes}{INSECABLE}min {texte}" if minutes else texte
