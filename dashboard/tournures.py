"""How each indicator is said in French: the words around its leading value.

A turn of phrase is one of three: a share of youths who do something (`Part`: `{part}` and `{des}`
are filled in); groups that have a name of their own (`Groupes`); the most frequent answer
(`Tete`, singular and plural).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """« pour {part} {des}, la famille est associée à l’accompagnement »."""

    texte: str


@dataclass(frozen=True, slots=True)
class Groupes:
    """Value → its name with the article, and « nombreux » in its gender."""

    noms: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Tete:
    """What the leading answer is: « l’âge le plus fréquent », « les âges les plus fréquents ».

    `parmi`: among whom, where it is not the youths of the population.
    """

    un: str
    plusieurs: str
    parmi: str | None = None


def _frequent(un: str, plusieurs: str, *, feminin: bool = False, parmi: str | None = None) -> Tete:
    e = "e" if feminin else ""
    le = "la" if feminin else "le"
    return Tete(f"{un} {le} plus fréquent{e}", f"{plusieurs} les plus fréquent{e}s", parmi)


TOURNURES: dict[str, Part | Groupes | Tete] = {
    "part_alses": Part("{part} {des} le sont par un ALSES"),
    "sexe": Groupes({"fille": ("les filles", "nombreuses"), "garcon": ("les garçons", "nombreux")}),
    "age": _frequent("l’âge", "les âges"),
    "tranche_age": _frequent("la classe d’âge", "les classes d’âge", feminin=True),
    "classe": _frequent("la classe", "les classes", feminin=True),
    "anciennete": Groupes(
        {
            "nouveau": ("les nouveaux accompagnements", "nombreux"),
            "poursuivi": ("les accompagnements poursuivis", "nombreux"),
        }
    ),
    "hebergement": _frequent("l’hébergement", "les hébergements"),
    "mesure_connue": Part("{part} {des} ont une mesure de protection ou médico-sociale connue"),
    "mesures": _frequent("la prise en charge", "les prises en charge", feminin=True),
    "aides": _frequent("l’aide financière", "les aides financières", feminin=True),
    "configuration": _frequent(
        "la configuration familiale", "les configurations familiales", feminin=True
    ),
    "ressources": _frequent("la ressource familiale", "les ressources familiales", feminin=True),
    "ressources_hors_salaire": Part("{part} {des} vivent dans une famille sans aucun salaire"),
    "origine_groupe": _frequent(
        "l’origine de la demande", "les origines de la demande", feminin=True
    ),
    "origine_publics": _frequent(
        "la sollicitation par les publics", "les sollicitations par les publics", feminin=True
    ),
    "origine_partenaires": _frequent(
        "l’orientation par les partenaires", "les orientations par les partenaires", feminin=True
    ),
    "fonction_ecole": _frequent(
        "la fonction dans l’établissement scolaire à l’origine de la demande",
        "les fonctions dans l’établissement scolaire à l’origine de la demande",
        feminin=True,
    ),
    "autres_partenaires": _frequent(
        "le partenaire hors école à l’origine de la demande",
        "les partenaires hors école à l’origine de la demande",
    ),
    "origine_professionnels": _frequent(
        "l’orientation par les professionnels de la Prévention Spécialisée",
        "les orientations par les professionnels de la Prévention Spécialisée",
        feminin=True,
    ),
    "demande": _frequent("la demande principale", "les demandes principales", feminin=True),
    "demande_scolarite": _frequent(
        "la demande concernant la scolarité", "les demandes concernant la scolarité", feminin=True
    ),
    "lieu": _frequent("le lieu", "les lieux", parmi="des interventions"),
    "lieu_jeunes": _frequent("le lieu de rencontre", "les lieux de rencontre"),
    "objectifs": _frequent("l’objectif travaillé", "les objectifs travaillés"),
    "famille": _frequent("le membre de la famille mobilisé", "les membres de la famille mobilisés"),
    "avec_famille": Part("pour {part} {des}, la famille est associée à l’accompagnement"),
    "objectifs_famille": _frequent(
        "l’objectif travaillé avec la famille", "les objectifs travaillés avec la famille"
    ),
    "modalites": _frequent("la modalité mobilisée", "les modalités mobilisées", feminin=True),
    "implantation": Part("{part} {des} se trouvent sur le territoire"),
    "partenaires": _frequent(
        "le partenaire mobilisé sur le territoire",
        "les partenaires mobilisés sur le territoire",
        parmi="",
    ),
    "droit_commun": _frequent(
        "la structure de droit commun", "les structures de droit commun", feminin=True, parmi=""
    ),
    "services": _frequent("le service mobilisé", "les services mobilisés", parmi=""),
    "croises": Part("{part} {des} sont aussi suivis par l’équipe de quartier"),
    "intensite": _frequent("l’intensité", "les intensités", feminin=True),
    "presence": Part("le jeune est présent dans {part} {des}"),
    "actions_thematique": _frequent("la thématique", "les thématiques", feminin=True, parmi=""),
    "actions_objectifs": _frequent("l’objectif", "les objectifs", parmi="des actions"),
}
"""Indicator → how it is said. Those that are not here are said by series (`dashboard.phrases`)."""
