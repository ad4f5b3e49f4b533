"""The indicators, declared once: their words in `reference/indicateurs.csv`, their arithmetic here.

Everything that counts, answers, draws or exports an indicator reads this declaration. An
indicator of youths is a set of *series*; a series has a *base* (conditions a youth must meet to
be in the denominator) and *modalités* (a condition each). A condition bears on one field of the
annual facts, held as a bit set of codes (`faits.CHAMPS`); 0 = not filled in.

To add an indicator: one line in `reference/indicateurs.csv`, one entry in `REGLES`.
Rule source: contract, données §2 and §3.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

REFERENCE = Path(__file__).resolve().parent / "reference"

POPULATIONS: dict[str, str] = {
    "alses": "jeunes accompagnés par les ALSES",
    "ps": "jeunes accompagnés par l’ensemble de la Prévention Spécialisée",
    "collegiens": "collégiens accompagnés par la Prévention Spécialisée",
}
"""Code → label of the populations of a year (contract, données §2.3)."""

CHAPITRES: dict[str, tuple[str, str]] = {
    "effectifs": ("0", "Effectifs"),
    "situations": ("1", "Situations des collégiens"),
    "familles": ("2", "Situations des familles"),
    "accompagnements": ("3", "Accompagnements socio-éducatifs"),
    "actions": ("4", "Actions collectives"),
    "deploiement": ("5", "Déploiement"),
}
"""Code → number and title of the report's chapters, in its order."""


@dataclass(frozen=True, slots=True)
class Valeur:
    """One code of a closed list. `rang` is its stable position (1…63)."""

    code: str
    libelle: str
    groupe: str = ""
    ordre: int = 0
    rang: int = 0


Listes = Mapping[str, tuple[Valeur, ...]]
"""Name of a closed list → its values, in list order."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A youth meets it when the field holds one of `codes` (None: any value at all).

    `sauf` reverses it: holds none of `codes`.
    """

    champ: str
    codes: frozenset[str] | None = None
    sauf: bool = False


@dataclass(frozen=True, slots=True)
class Modalite:
    """One value of a series. `conditions` are all to be met."""

    code: str
    libelle: str
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Serie:
    """One series of an indicator.

    `base`: conditions of the denominator; empty = everyone in the population.
    `non_renseigne`: signed sum of columns that gives « non renseigné »; None when it has none.
    `sans_detail`: given of `treillis.TYPES_SANS_DETAIL` as a whole, never under a filter.
    """

    code: str
    libelle: str
    modalites: tuple[Modalite, ...]
    base: tuple[Condition, ...] = ()
    non_renseigne: tuple[tuple[int, str], ...] | None = ()
    multiple: bool = False
    oui_non: bool = False
    sans_detail: bool = False


@dataclass(frozen=True, slots=True)
class Indicateur:
    """One indicator, resolved against the closed lists."""

    id: str
    chapitre: str
    numero: str
    titre: str
    question: str
    champ: str
    choix: str
    unite: str
    base: str
    niveaux: tuple[str, ...]
    comparaisons: tuple[str, ...]
    croisable: bool
    valeurs_sensibles: frozenset[str]
    note: str
    famille: str
    population: str
    series: tuple[Serie, ...] = field(default=(), repr=False)

    @property
    def de_jeunes(self) -> bool:
        """Counted on youths (base, cells and « non renseigné » are youths or their events)."""
        return self.famille in ("jeunes", "evenements")

    def sensible(self, modalite: str) -> bool:
        """Whether the value carries the higher floor in shared links."""
        return "toutes" in self.valeurs_sensibles or modalite in self.valeurs_sensibles

    def colonne(self, serie: str = "", modalite: str | None = None) -> str:
        """Name of the packed column: of the base (no `modalite`) or of a cell."""
        nom = f"{self.id}/{serie}" if serie else self.id
        return nom if modalite is None else f"{nom}//{modalite}"


AGES: tuple[tuple[str, str], ...] = (
    ("moins_10", "Moins de 10 ans"),
    *((str(a), f"{a} ans") for a in range(10, 17)),
    ("17_plus", "17 ans et plus"),
)
INTENSITES: tuple[tuple[str, str, int], ...] = (
    ("1_2", "1 ou 2 interventions", 2),
    ("3_5", "3 à 5", 5),
    ("6_10", "6 à 10", 10),
    ("11_20", "11 à 20", 20),
    ("21_40", "21 à 40", 40),
    ("plus_40", "Plus de 40", 10**9),
)
"""Code, label, last number of interventions of the class."""

ANCIENNETES_POSTE: tuple[tuple[str, str], ...] = (
    ("moins_1", "Moins d’un an"),
    ("1_2", "1 à 2 ans"),
    ("3_5", "3 à 5 ans"),
    ("6_10", "6 à 10 ans"),
    ("plus_10", "Plus de 10 ans"),
)

LISTE_DU_CHAMP: dict[str, str] = {
    "partenaires_territoire": "partenaires",
    "partenaires_hors": "partenaires",
    "present": "oui_non",
    "acteurs": "acteur",
}
"""Field of the annual facts → its closed list, when the names differ."""

CHAMPS_QUALITE: tuple[tuple[str, str, tuple[Condition, ...]], ...] = (
    ("sexe", "Sexe", ()),
    ("age", "Année de naissance", ()),
    ("debut", "Début de l’accompagnement", ()),
    ("territoire_usager", "Territoire de l’équipe", ()),
    ("origine", "Origine de la demande", ()),
    (
        "fonction_ecole",
        "Fonction dans l’établissement",
        (Condition("origine", frozenset({"etablissement_scolaire"})),),
    ),
    ("demande", "Demande principale", ()),
    (
        "demande_scolarite",
        "Demande concernant la scolarité",
        (Condition("demande", frozenset({"scolarite"})),),
    ),
    ("college", "Collège", ()),
    ("classe", "Classe", ()),
    ("hebergement", "Hébergement", ()),
    ("configuration", "Configuration familiale", ()),
    ("mesures", "Mesures", ()),
    ("aides", "Aides financières", ()),
    ("ressources", "Ressources", ()),
    ("present", "Présence du jeune", ()),
    ("lieu", "Lieu", ()),
    ("objectifs", "Objectifs travaillés", ()),
    ("modalites", "Modalités mobilisées", ()),
    ("famille", "Membres de la famille", ()),
    ("objectifs_famille", "Objectifs avec la famille", ()),
    ("partenaires_territoire", "Partenaires sur le territoire", ()),
    ("partenaires_hors", "Partenaires hors territoire", ()),
    ("situation", "Fiche situation", ()),
    ("debut_coherent", "Date de début", (Condition("debut"),)),
)
"""Field, label and restriction of the answer rates of `qualite_saisie`."""

CONSTATS: dict[str, str] = {"situation": "présente", "debut_coherent": "cohérente"}
"""Rates that are not of a field filled in, with the word of their answer: youths who have a
reference situation, youths whose known beginning is not later than an intervention of the year.
Nearly everyone's answer is the same: in detail they would tell of the few others, and cost the
audit more tables than all the rest together."""

ORIGINE_DES_CHAMPS: dict[str, str] = {
    **{
        c: f"usagers.{c}"
        for c in ("sexe", "origine", "fonction_ecole", "demande", "demande_scolarite")
    },
    "age": "usagers.naissance",
    "tranche_age": "usagers.naissance",
    **{
        c: f"situations.{c}"
        for c in ("classe", "hebergement", "configuration", "mesures", "aides", "ressources")
    },
    **{
        c: f"interventions.{c}"
        for c in (
            "present",
            "lieu",
            "objectifs",
            "modalites",
            "famille",
            "objectifs_famille",
            "partenaires_territoire",
            "partenaires_hors",
        )
    },
}
"""Field of the annual facts → form and column it comes from, for « question non posée »."""


def _libelle_mesure(listes: Listes, champ: str) -> tuple[Valeur, ...]:
    return listes[LISTE_DU_CHAMP.get(champ, champ)]


def _manquants(champ: str) -> tuple[tuple[int, str], ...]:
    """Everyone less those whose field is filled in; the band of an age is known as the age is."""
    if champ == "tranche_age":
        champ = "age"
    return ((1, "effectif"), (-1, f"renseigne/{champ}"))


Regle = Callable[[str, Listes], tuple[Serie, ...]]


def _codes(
    champ: str,
    *,
    groupe: str = "",
    sauf: str = "",
    parents: tuple[Condition, ...] = (),
    manquants: tuple[tuple[int, str], ...] | None = None,
    multiple: bool = False,
    serie: str = "",
    libelle: str = "",
) -> Regle:
    """One modality per code of the list (of a group; but for one code)."""

    def construire(_: str, listes: Listes) -> tuple[Serie, ...]:
        valeurs = [
            v
            for v in _libelle_mesure(listes, champ)
            if (not groupe or v.groupe == groupe) and v.code != sauf
        ]
        tous = None if not (groupe or sauf) else frozenset(v.code for v in valeurs)
        return (
            Serie(
                serie,
                libelle,
                tuple(
                    Modalite(v.code, v.libelle, (Condition(champ, frozenset({v.code})),))
                    for v in valeurs
                ),
                (*parents, Condition(champ, tous)),
                manquants if manquants is not None else _manquants(champ),
                multiple,
            ),
        )

    return construire


def _groupes(champ: str, noms: tuple[tuple[str, str, str], ...]) -> Regle:
    """One modality per group of the list: (code, label, group)."""

    def construire(_: str, listes: Listes) -> tuple[Serie, ...]:
        valeurs = _libelle_mesure(listes, champ)
        return (
            Serie(
                "",
                "",
                tuple(
                    Modalite(
                        code,
                        libelle,
                        (Condition(champ, frozenset(v.code for v in valeurs if v.groupe == g)),),
                    )
                    for code, libelle, g in noms
                ),
                (Condition(champ),),
                _manquants(champ),
            ),
        )

    return construire


def _oui_non(
    champ: str,
    oui: str,
    non: str,
    *,
    codes: frozenset[str] | None = None,
    sauf: str = "",
    manquants: tuple[tuple[int, str], ...] = (),
    noms: tuple[str, str] = ("oui", "non"),
    connue: bool = False,
    inverse: bool = False,
) -> Regle:
    """Two modalities: the field holds one of the codes, or does not."""

    def construire(_: str, listes: Listes) -> tuple[Serie, ...]:
        tous = codes
        if sauf:
            tous = frozenset(v.code for v in _libelle_mesure(listes, champ) if v.code != sauf)
        if inverse:
            tous = frozenset(
                v.code for v in _libelle_mesure(listes, champ) if v.groupe == "salaire"
            )
        vrai = Condition(champ, tous, inverse)
        faux = Condition(champ, tous, not inverse)
        return (
            Serie(
                "",
                "",
                (Modalite(noms[0], oui, (vrai,)), Modalite(noms[1], non, (faux,))),
                (Condition(champ),) if connue else (),
                manquants,
                oui_non=noms == ("oui", "non"),
            ),
        )

    return construire


def _liste_fixe(champ: str, valeurs: tuple[tuple[str, str], ...], *, connue: bool = True) -> Regle:
    """Codes of the application itself (ages, classes of intensity)."""

    def construire(_: str, __: Listes) -> tuple[Serie, ...]:
        return (
            Serie(
                "",
                "",
                tuple(Modalite(c, t, (Condition(champ, frozenset({c})),)) for c, t in valeurs),
                (Condition(champ),) if connue else (),
                _manquants(champ) if connue else (),
            ),
        )

    return construire


def _plusieurs(*regles: Regle) -> Regle:
    def construire(nom: str, listes: Listes) -> tuple[Serie, ...]:
        return tuple(s for r in regles for s in r(nom, listes))

    return construire


_ECOLE = frozenset({"etablissement_scolaire"})
_SOCIAL = "services sociaux, PJJ, soins"
_DROIT_COMMUN = "droit commun"


def _origine_partenaires(_: str, listes: Listes) -> tuple[Serie, ...]:
    partenaires = frozenset(v.code for v in listes["origine"] if v.groupe == "partenaires")
    return (
        Serie(
            "",
            "",
            (
                Modalite(
                    "etablissement_scolaire",
                    "Établissements scolaires",
                    (Condition("origine", _ECOLE),),
                ),
                Modalite(
                    "autres_partenaires",
                    "Autres partenaires",
                    (Condition("origine", partenaires - _ECOLE),),
                ),
            ),
            (Condition("origine", partenaires),),
            _manquants("origine"),
        ),
    )


def _autres_partenaires(_: str, listes: Listes) -> tuple[Serie, ...]:
    valeurs = [v for v in listes["origine"] if v.groupe == "partenaires" and v.code not in _ECOLE]
    return (
        Serie(
            "",
            "",
            tuple(
                Modalite(v.code, v.libelle, (Condition("origine", frozenset({v.code})),))
                for v in valeurs
            ),
            (Condition("origine", frozenset(v.code for v in valeurs)),),
            _manquants("origine"),
        ),
    )


def _implantation(_: str, __: Listes) -> tuple[Serie, ...]:
    return (
        Serie(
            "",
            "",
            (
                Modalite("territoire", "Sur le territoire", (Condition("partenaires_territoire"),)),
                Modalite("hors_territoire", "Hors territoire", (Condition("partenaires_hors"),)),
            ),
            (Condition("partenaires"),),
            None,
        ),
    )


def _mentions(quoi: str) -> Regle:
    def construire(_: str, listes: Listes) -> tuple[Serie, ...]:
        champ = "partenaires_territoire"
        par_groupe: dict[str, frozenset[str]] = {}
        for v in listes["partenaires"]:
            par_groupe[v.groupe] = par_groupe.get(v.groupe, frozenset()) | {v.code}
        social = par_groupe.get(_SOCIAL, frozenset())
        commun = par_groupe.get(_DROIT_COMMUN, frozenset())
        ecoles = par_groupe.get("établissements scolaires", frozenset())
        m_social = Modalite(
            "services_sociaux_pjj_soins",
            "Services sociaux, PJJ, soins",
            (Condition(champ, social),),
        )
        modalites: tuple[Modalite, ...]
        if quoi == "groupes":
            modalites = (
                Modalite(
                    "etablissements_scolaires",
                    "Établissements scolaires",
                    (Condition(champ, ecoles),),
                ),
                m_social,
                Modalite(
                    "droit_commun", "Autres structures de droit commun", (Condition(champ, commun),)
                ),
            )
            base = Condition(champ)
        else:
            groupe = _SOCIAL if quoi == "services" else _DROIT_COMMUN
            codes = tuple(
                Modalite(v.code, v.libelle, (Condition(champ, frozenset({v.code})),))
                for v in listes["partenaires"]
                if v.groupe == groupe
            )
            modalites = codes if quoi == "services" else (m_social, *codes)
            base = Condition(champ, social if quoi == "services" else social | commun)
        return (Serie("", "", modalites, (base,), None),)

    return construire


def _qualite(_: str, __: Listes) -> tuple[Serie, ...]:
    return (
        *(
            Serie(
                champ,
                libelle,
                (
                    Modalite(
                        "renseigne",
                        f"{libelle} : {CONSTATS.get(champ, 'renseigné')}",
                        (Condition(champ),),
                    ),
                ),
                restriction,
                (),
                sans_detail=champ in CONSTATS,
            )
            for champ, libelle, restriction in CHAMPS_QUALITE
        ),
        Serie("interventions_par_jeune", "Interventions par jeune", (), (), ()),
        Serie("mois_sans_saisie", "Mois sans saisie", (), (), ()),
        Serie("saisies_tardives", "Saisies tardives", (), (), ()),
    )


def _serie_activite(serie: str, libelle: str, liste: str, *, multiple: bool = False) -> Regle:
    def construire(_: str, listes: Listes) -> tuple[Serie, ...]:
        return (
            Serie(
                serie,
                libelle,
                tuple(Modalite(v.code, v.libelle) for v in listes[liste]),
                (),
                (),
                multiple,
            ),
        )

    return construire


def _activite_fixe(*series: tuple[str, str, tuple[tuple[str, str], ...]]) -> Regle:
    def construire(_: str, __: Listes) -> tuple[Serie, ...]:
        return tuple(
            Serie(code, libelle, tuple(Modalite(c, t) for c, t in valeurs), (), ())
            for code, libelle, valeurs in series
        )

    return construire


_POSTES = (("plan_pauvrete", "Plan pauvreté"), ("autre", "Autres postes"))

REGLES: dict[str, Regle] = {
    "effectif": lambda _, __: (Serie("", "", (), (), None),),
    "part_alses": _oui_non(
        "acteurs",
        "Accompagné par un ALSES",
        "Par un autre éducateur seulement",
        codes=frozenset({"alses"}),
        noms=("alses", "educateur"),
    ),
    "postes": _activite_fixe(("nombre", "Nombre de postes", _POSTES), ("etp", "ETP", _POSTES)),
    "jeunes_par_poste": lambda _, __: (Serie("", "", (), (), None),),
    "sexe": _codes("sexe"),
    "age": _liste_fixe("age", AGES),
    "tranche_age": _codes("tranche_age"),
    "classe": _codes("classe"),
    "anciennete": _codes("anciennete", manquants=()),
    "hebergement": _codes("hebergement"),
    "mesure_connue": _oui_non(
        "mesures",
        "Mesure connue",
        "Pas de mesure connue",
        sauf="aucune",
        manquants=_manquants("mesures"),
    ),
    "mesures": _codes("mesures", sauf="aucune", multiple=True, manquants=_manquants("mesures")),
    "aides": _codes("aides", sauf="aucune", multiple=True, manquants=_manquants("aides")),
    "configuration": _codes("configuration"),
    "ressources": _codes("ressources", multiple=True),
    "ressources_hors_salaire": _oui_non(
        "ressources",
        "Sans aucun salaire",
        "Avec au moins un salaire",
        noms=("sans_salaire", "avec_salaire"),
        manquants=_manquants("ressources"),
        connue=True,
        inverse=True,
    ),
    "origine_groupe": _groupes(
        "origine",
        (
            ("professionnels", "Professionnels de la Prévention Spécialisée", "professionnels"),
            ("publics", "Publics", "publics"),
            ("partenaires", "Partenaires", "partenaires"),
        ),
    ),
    "origine_publics": _codes("origine", groupe="publics"),
    "origine_partenaires": _origine_partenaires,
    "fonction_ecole": _codes(
        "fonction_ecole",
        parents=(Condition("origine", _ECOLE),),
        manquants=(
            *_manquants("origine"),
            (1, "origine_partenaires//etablissement_scolaire"),
            (-1, "fonction_ecole"),
        ),
    ),
    "autres_partenaires": _autres_partenaires,
    "origine_professionnels": _codes("origine", groupe="professionnels"),
    "demande": _codes("demande"),
    "demande_scolarite": _codes(
        "demande_scolarite",
        parents=(Condition("demande", frozenset({"scolarite"})),),
        manquants=(*_manquants("demande"), (1, "demande//scolarite"), (-1, "demande_scolarite")),
    ),
    "lieu": _codes("lieu"),
    "lieu_jeunes": _codes("lieu", multiple=True),
    "objectifs": _codes("objectifs", multiple=True),
    "demande_objectifs": _plusieurs(
        _codes("demande", serie="demande", libelle="Demande principale"),
        _codes("objectifs", serie="objectifs", libelle="Objectifs travaillés", multiple=True),
    ),
    "famille": _codes("famille", multiple=True),
    "avec_famille": _oui_non(
        "famille",
        "Famille associée",
        "Famille non associée",
        manquants=_manquants("famille"),
    ),
    "objectifs_famille": _codes("objectifs_famille", multiple=True),
    "modalites": _codes("modalites", multiple=True),
    "implantation": _implantation,
    "partenaires": _mentions("groupes"),
    "droit_commun": _mentions("droit_commun"),
    "services": _mentions("services"),
    "croises": _oui_non(
        "acteurs",
        "Aussi suivi par l’équipe de quartier",
        "Suivi par l’ALSES seulement",
        codes=frozenset({"educateur"}),
    ),
    "intensite": _plusieurs(
        _liste_fixe("intensite", tuple((c, t) for c, t, _ in INTENSITES), connue=False),
        lambda _, __: (Serie("mediane", "Médiane", (), (), None),),
    ),
    "presence": _codes("present"),
    "actions_nombre": _plusieurs(
        _serie_activite("ponctuelle", "Actions ponctuelles", "type_action_ponctuelle"),
        _serie_activite("projet", "Actions dans un projet", "type_action_projet"),
    ),
    "actions_thematique": _serie_activite("", "", "thematique"),
    "actions_objectifs": _serie_activite("", "", "objectifs_action", multiple=True),
    "actions_initiative": _plusieurs(
        _serie_activite("initiative", "À l’initiative de", "initiative"),
        _serie_activite("porteur", "Porté par", "porteur"),
    ),
    "actions_partenaires": _plusieurs(
        _serie_activite("partenaires", "Partenaires", "partenaires_action", multiple=True),
        _serie_activite("financements", "Financements", "financements", multiple=True),
    ),
    "actions_participants": _activite_fixe(
        ("", "", (("suivis", "Jeunes déjà suivis"), ("nouveaux", "Nouveaux contacts")))
    ),
    "actions_communication": _plusieurs(
        _serie_activite("communication", "Communication", "communication", multiple=True),
        _serie_activite("lieu_action", "Lieu", "lieu_action"),
    ),
    "colleges_equipes": _activite_fixe(
        ("", "", (("rep", "REP"), ("rep_plus", "REP+"), ("hors", "Hors éducation prioritaire")))
    ),
    "conditions": _plusieurs(
        _serie_activite("equipe_quartier", "Équipe de quartier", "equipe_quartier"),
        _serie_activite("convention", "Convention", "convention"),
        _serie_activite("projet_annuel", "Projet annuel", "projet_annuel"),
        _serie_activite("local", "Local ou bureau", "oui_non"),
        _serie_activite("presentation", "Présentation formelle de la fonction", "oui_non"),
    ),
    "anciennete_alses": _activite_fixe(
        ("prevention", "En prévention spécialisée", ANCIENNETES_POSTE),
        ("alses", "Comme ALSES", ANCIENNETES_POSTE),
    ),
    "qualite_saisie": _qualite,
}
"""Identifier → how its series are made from the closed lists."""

_FAMILLES: dict[str, str] = {"intervention": "evenements", "mention": "evenements"}
_ACTIVITE = frozenset({"action", "poste", "collège"})
_POPULATION_PROPRE = {"part_alses": "collegiens", "croises": "alses", "jeunes_par_poste": "alses"}


@lru_cache(maxsize=1)
def _lignes() -> tuple[dict[str, str], ...]:
    with (REFERENCE / "indicateurs.csv").open(encoding="utf-8", newline="") as f:
        return tuple(csv.DictReader(f))


def _famille(ligne: Mapping[str, str]) -> str:
    if ligne["id"] in ("effectif", "jeunes_par_poste", "qualite_saisie", "actions_participants"):
        return {"effectif": "jeunes", "actions_participants": "activite"}.get(
            ligne["id"], ligne["id"]
        )
    if ligne["unite"] in _ACTIVITE:
        return "activite"
    return _FAMILLES.get(ligne["unite"], "jeunes")


def charger(listes: Listes) -> dict[str, Indicateur]:
    """The catalogue, in the report's order, resolved against these closed lists."""
    catalogue: dict[str, Indicateur] = {}
    for ligne in _lignes():
        nom = ligne["id"]
        catalogue[nom] = Indicateur(
            id=nom,
            chapitre=ligne["chapitre"],
            numero=ligne["numero"],
            titre=ligne["titre"],
            question=ligne["question"],
            champ=ligne["champ"],
            choix=ligne["choix"],
            unite=ligne["unite"],
            base=ligne["base"],
            niveaux=tuple(ligne["niveaux"].split("|")),
            comparaisons=tuple(c for c in ligne["comparaisons"].split("|") if c),
            croisable=ligne["croisable"] == "oui",
            valeurs_sensibles=frozenset(v for v in ligne["valeurs_sensibles"].split("|") if v),
            note=ligne["note"],
            famille=_famille(ligne),
            population=_POPULATION_PROPRE.get(nom, ""),
            series=REGLES[nom](nom, listes),
        )
    return catalogue
