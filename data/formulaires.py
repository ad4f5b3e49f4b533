"""The files of a delivery: their columns, types, lists and keys (contract, données §1).

`FORMULAIRES` is the one declaration that reading, validating, writing templates and
« question non posée » share.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Nature(Enum):
    """What a cell holds."""

    TEXTE = "texte"
    CODE = "code"
    CODES = "codes"
    DATE = "date"
    ENTIER = "entier"
    NOMBRE = "nombre"
    ANNEE = "année"
    ASSOCIATION = "association"
    TERRITOIRE = "territoire"
    COLLEGE = "collège"
    USAGER = "usager"
    USAGERS = "usagers"


@dataclass(frozen=True, slots=True)
class Colonne:
    """One column: `liste` is the nomenclature of a coded one."""

    nom: str
    nature: Nature
    liste: str = ""
    requise: bool = False


@dataclass(frozen=True, slots=True)
class Formulaire:
    """One file of a delivery. `cle` names the columns that identify a row."""

    nom: str
    colonnes: tuple[Colonne, ...]
    cle: tuple[str, ...]
    reference: bool = False

    @property
    def facultatives(self) -> tuple[str, ...]:
        """Optional columns, in order: bit i of `posees` is the i-th of them."""
        return tuple(c.nom for c in self.colonnes if not c.requise)

    def colonne(self, nom: str) -> Colonne:
        """The column of that name. Raises KeyError."""
        for c in self.colonnes:
            if c.nom == nom:
                return c
        raise KeyError(nom)


def _c(nom: str, nature: Nature, liste: str = "", *, requise: bool = False) -> Colonne:
    return Colonne(nom, nature, liste, requise)


_ASSOCIATION = _c("association", Nature.ASSOCIATION, requise=True)
_COLLEGE = _c("college", Nature.COLLEGE)

_ACTION = (
    _COLLEGE,
    _c("lieu_action", Nature.CODE, "lieu_action"),
    _c("thematique", Nature.CODE, "thematique"),
    _c("initiative", Nature.CODE, "initiative"),
    _c("porteur", Nature.CODE, "porteur"),
    _c("partenaires", Nature.CODES, "partenaires_action"),
    _c("financements", Nature.CODES, "financements"),
    _c("objectifs", Nature.CODES, "objectifs_action"),
    _c("communication", Nature.CODES, "communication"),
    _c("usagers", Nature.USAGERS),
    _c("autres_jeunes", Nature.ENTIER),
)

FORMULAIRES: dict[str, Formulaire] = {
    f.nom: f
    for f in (
        Formulaire(
            "territoires",
            (_c("code", Nature.TEXTE, requise=True), _c("nom", Nature.TEXTE, requise=True)),
            ("code",),
            reference=True,
        ),
        Formulaire(
            "associations",
            (_c("sigle", Nature.TEXTE, requise=True), _c("nom", Nature.TEXTE, requise=True)),
            ("sigle",),
            reference=True,
        ),
        Formulaire(
            "colleges",
            (
                _c("code", Nature.TEXTE, requise=True),
                _c("nom", Nature.TEXTE, requise=True),
                _c("commune", Nature.TEXTE, requise=True),
                _c("territoire", Nature.TERRITOIRE, requise=True),
                _c("education_prioritaire", Nature.CODE, "education_prioritaire"),
                _c("latitude", Nature.NOMBRE),
                _c("longitude", Nature.NOMBRE),
            ),
            ("code",),
            reference=True,
        ),
        Formulaire(
            "postes",
            (
                _c("college", Nature.COLLEGE, requise=True),
                _ASSOCIATION,
                _c("etp", Nature.NOMBRE, requise=True),
                _c("plan_pauvrete", Nature.CODE, "oui_non"),
                _c("debut", Nature.DATE, requise=True),
                _c("fin", Nature.DATE),
            ),
            ("college", "association", "debut", "plan_pauvrete"),
            reference=True,
        ),
        Formulaire(
            "conditions",
            (
                _c("college", Nature.COLLEGE, requise=True),
                _ASSOCIATION,
                _c("date", Nature.DATE, requise=True),
                _c("anciennete_prevention", Nature.NOMBRE),
                _c("anciennete_alses", Nature.NOMBRE),
                _c("equipe_quartier", Nature.CODE, "equipe_quartier"),
                _c("convention", Nature.CODE, "convention"),
                _c("projet_annuel", Nature.CODE, "projet_annuel"),
                _c("local", Nature.CODE, "oui_non"),
                _c("presentation", Nature.CODE, "oui_non"),
            ),
            ("college", "association", "date"),
        ),
        Formulaire(
            "usagers",
            (
                _ASSOCIATION,
                _c("usager", Nature.TEXTE, requise=True),
                _c("sexe", Nature.CODE, "sexe"),
                _c("naissance", Nature.ANNEE),
                _c("debut", Nature.DATE),
                _c("territoire", Nature.TERRITOIRE),
                _c("origine", Nature.CODE, "origine"),
                _c("fonction_ecole", Nature.CODE, "fonction_ecole"),
                _c("demande", Nature.CODE, "demande"),
                _c("demande_scolarite", Nature.CODE, "demande_scolarite"),
            ),
            ("association", "usager"),
        ),
        Formulaire(
            "situations",
            (
                _ASSOCIATION,
                _c("usager", Nature.USAGER, requise=True),
                _c("date", Nature.DATE, requise=True),
                _COLLEGE,
                _c("classe", Nature.CODE, "classe"),
                _c("hebergement", Nature.CODE, "hebergement"),
                _c("configuration", Nature.CODE, "configuration"),
                _c("mesures", Nature.CODES, "mesures"),
                _c("aides", Nature.CODES, "aides"),
                _c("ressources", Nature.CODES, "ressources"),
            ),
            ("association", "usager", "date"),
        ),
        Formulaire(
            "interventions",
            (
                _ASSOCIATION,
                _c("intervention", Nature.TEXTE, requise=True),
                _c("usager", Nature.USAGER, requise=True),
                _c("date", Nature.DATE, requise=True),
                _c("acteur", Nature.CODE, "acteur", requise=True),
                _c("present", Nature.CODE, "oui_non"),
                _c("lieu", Nature.CODE, "lieu"),
                _c("objectifs", Nature.CODES, "objectifs"),
                _c("modalites", Nature.CODES, "modalites"),
                _c("famille", Nature.CODES, "famille"),
                _c("objectifs_famille", Nature.CODES, "objectifs_famille"),
                _c("partenaires_territoire", Nature.CODES, "partenaires"),
                _c("partenaires_hors", Nature.CODES, "partenaires"),
            ),
            ("association", "intervention"),
        ),
        Formulaire(
            "actions_ponctuelles",
            (
                _ASSOCIATION,
                _c("action", Nature.TEXTE, requise=True),
                _c("date", Nature.DATE, requise=True),
                *_ACTION,
                _c("type", Nature.CODE, "type_action_ponctuelle"),
            ),
            ("association", "action"),
        ),
        Formulaire(
            "actions_projet",
            (
                _ASSOCIATION,
                _c("action", Nature.TEXTE, requise=True),
                _c("projet", Nature.TEXTE, requise=True),
                _c("debut", Nature.DATE, requise=True),
                _c("fin", Nature.DATE),
                *_ACTION,
                _c("type", Nature.CODE, "type_action_projet"),
            ),
            ("association", "action"),
        ),
    )
}
"""Every form and reference table, in the order in which references can be resolved."""
