"""What the whole report says besides its charts, whatever it is written in."""

from __future__ import annotations

from dashboard.nombres import INSECABLE
from dashboard.presentations.vues import VueDessinee
from dashboard.rapport.composition import Chapitre, Rapport
from data.refus import typographier
from queries.reponses import NOTE_EXACT

SOMMAIRE = "Sommaire"
SYNTHETIQUE = "Données de démonstration, entièrement synthétiques."
TUS = "Ce qui ne peut être montré ici"
METHODE = (
    "Les chiffres viennent des fiches que remplissent les ALSES dans la Base de Données Commune. "
    "Chaque indicateur est compté une seule fois par livraison ; le même nombre est montré "
    "partout, à l’écran comme dans les fichiers.",
    "Pour protéger les jeunes, les nombres sont arrondis au multiple de 5 et les pourcentages à "
    "l’unité ; les petits effectifs ne sont pas montrés, et ce que des recoupements laisseraient "
    "connaître n’est pas diffusé. Un écart ou une évolution n’est affirmé que lorsqu’il est "
    "certain malgré l’arrondi.",
    "« Moins de 5 » (ou de 10, de 15 selon le lecteur) : le nombre existe et n’est pas montré, "
    "zéro compris. « Effectif trop faible pour être détaillé » : trop peu de jeunes pour une "
    "répartition. « Non diffusé » : le chiffre, recoupé avec d’autres, laisserait connaître un "
    "très petit groupe.",
)
_POLITIQUES = {
    "exact": f"{NOTE_EXACT}. Ils ne sortent pas de votre service.",
    "protege": "Nombres arrondis au multiple de 5 ; ce qui est en dessous de 5 n’est pas montré.",
    "partage": "Nombres arrondis au multiple de 5 ; ce qui est en dessous de 10 n’est pas montré.",
}


def sous_titrer(rapport: Rapport) -> str:
    """« Année scolaire 2022-2023 · édité le 25 novembre 2026 · livraison n° 4 »."""
    return typographier(
        f"Année scolaire {rapport.annee}{INSECABLE}· édité le {rapport.edite_le}{INSECABLE}· "
        f"livraison n°{INSECABLE}{rapport.livraison}"
    )


def dire_le_pied(rapport: Rapport) -> str:
    """At the foot of each page: where the figures come from, what they are."""
    source = f"Source : Base de Données Commune, livraison n°{INSECABLE}{rapport.livraison}"
    if rapport.synthetique:
        source += " (démonstration)"
    quoi = NOTE_EXACT if rapport.politique == "exact" else "nombres arrondis au multiple de 5"
    return typographier(f"{source}{INSECABLE}· {quoi}")


def annoter(vue: VueDessinee) -> str:
    """What must be known to read a chart: base, notes, source."""
    notes = [t for t in (vue.base, *vue.notes, vue.source) if t]
    return " ".join(t if t.endswith(".") else f"{t}." for t in notes)


def dire_la_protection(rapport: Rapport) -> str:
    """What the numbers of this report are."""
    return typographier(_POLITIQUES[rapport.politique])


def rassembler_les_tus(chapitre: Chapitre) -> list[tuple[str, str]]:
    """What a chapter cannot show: titles of one reason together, and the reason."""
    raisons: dict[str, list[str]] = {}
    for titre, pourquoi in chapitre.tues:
        raisons.setdefault(pourquoi, []).append(titre)
    return [
        (typographier(", ".join(titres)), typographier(pourquoi))
        for pourquoi, titres in raisons.items()
    ]


def paragraphes(texte: str) -> list[str]:
    """The paragraphs of what somebody wrote, without the empty ones."""
    return [p.strip() for p in texte.splitlines() if p.strip()]
