"""The printed figures, and how each is counted from the deliveries.

`IMPRIMES` must be equal after rounding; `APPROCHES` are those the documents themselves round
(« environ », « plus de la moitié »). What the data model cannot express is in neither.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pandas as pd

from tests import RACINE
from tests.data.comptes import COLLEGE, PROFESSIONNELS, PUBLICS, SERVICES, Comptes, lire

PARTENAIRES = {
    "etablissement_scolaire",
    "ssd",
    "protection_enfance",
    "soins",
    "chrs",
    "pjj",
    "centre_social",
    "association",
    "mission_locale",
    "commune",
    "autre_partenaire",
}
AUTRES_PARTENAIRES = PARTENAIRES - {"etablissement_scolaire"}
TERRITOIRES = (
    "cambrai",
    "douai",
    "valenciennes",
    "sambre-avesnois",
    "vne",
    "lille",
    "flandres",
)
SIMONE, MICHEL = "lille-nina-simone", "lille-louise-michel"


@cache
def lire_publies() -> dict[str, dict[str, str]]:
    """The printed figures, by id."""
    with (RACINE / "data/reference/chiffres_publies.csv").open(encoding="utf-8", newline="") as f:
        return {r["id"]: r for r in csv.DictReader(f)}


class Nord:
    """The default demonstration, and its school years counted when first asked."""

    def __init__(self, livraisons: list[Path]) -> None:
        self.livraisons = livraisons
        self._annees: dict[int, Comptes] = {}

    def __getitem__(self, annee: int) -> Comptes:
        if annee not in self._annees:
            self._annees[annee] = Comptes(self.livraisons, annee)
        return self._annees[annee]

    def postes(self, jour: str, plan: bool | None = None, **ou: str) -> tuple[float, int]:
        """ETP and number of collèges of the posts open that day."""
        p = lire(self.livraisons[0], "postes")
        colleges = lire(self.livraisons[0], "colleges").set_index("code")["territoire"]
        p = p[(p["debut"] <= jour) & ((p["fin"] == "") | (p["fin"] >= jour))]
        if plan is not None:
            p = p[p["plan_pauvrete"] == ("oui" if plan else "non")]
        if "territoire" in ou:
            p = p[p["college"].map(colleges) == ou["territoire"]]
        if "association" in ou:
            p = p[p["association"] == ou["association"]]
        return float(p["etp"].astype(float).sum()), int(p["college"].nunique())


def effectif(c: Comptes, population: str = "alses", **ou: str) -> int:
    return len(c.population(population, **ou))


def _collegiens(c: Comptes) -> int:
    return int(c.jeunes["classe"].isin(COLLEGE).sum())


def _ressources_total(c: Comptes) -> float:
    r = c.population("alses")["ressources"]
    r = r[r != ""].str.split("|")
    return float(100 * r.map(len).sum() / len(r))


def _mesure_connue(c: Comptes) -> int:
    m = c.population("alses")["mesures"].str.split("|").map(set)
    return int(m.map(lambda s: bool(s - {"", "aucune"})).sum())


def hors(c: Comptes, population: str = "alses", **ou: str) -> float:
    dehors = c.mentions("partenaires_hors", population, **ou).sum()
    return float(
        100 * dehors / (dehors + c.mentions("partenaires_territoire", population, **ou).sum())
    )


def _lieu(c: Comptes, code: str) -> float:
    lieux = c.fiches("alses")["lieu"]
    return float(100 * (lieux[lieux != ""] == code).mean())


def _part_mentions(c: Comptes, codes: set[str], parmi: set[str] | None = None) -> float:
    m = c.mentions("partenaires_territoire")
    base = m if parmi is None else m[m.index.isin(parmi)]
    return float(100 * base[base.index.isin(codes)].sum() / base.sum())


def _objectifs_moyens(c: Comptes) -> float:
    return float(c.reunion("objectifs").map(len).mean())


def _revus(n: Nord) -> float:
    avant = n[2022].population("alses", association="Itinéraires")["usager"]
    apres = n[2023].population("alses", association="Itinéraires")["usager"]
    return float(100 * avant.isin(set(apres)).mean())


def _conditions(n: Nord) -> pd.DataFrame:
    """The conditions known on 31 August 2021 (every post they bear on is open in 2020-2021)."""
    c = lire(n.livraisons[0], "conditions")
    c = c[c["date"] <= "2021-08-31"]
    assert len(c) == 17
    return c


Calcul = Callable[[Nord], float]


def p20(champ: str, *codes: str, population: str = "alses", annee: int = 2020) -> Calcul:
    return lambda n: n[annee].part(champ, codes, population)


def p21(champ: str, *codes: str, population: str = "alses", **ou: str) -> Calcul:
    return lambda n: n[2021].part(champ, codes, population, **ou)


def p21_parmi(
    champ: str, codes: set[str], parmi: set[str], population: str = "alses", **ou: str
) -> Calcul:
    return lambda n: n[2021].part(champ, codes, population, parmi, **ou)


def reunion(champ: str, code: str, population: str = "alses", annee: int = 2021) -> Calcul:
    return lambda n: n[annee].part_reunion(champ, code, population)


IMPRIMES: dict[str, Calcul] = {
    # page of 2019
    "p19-postes-juillet-2019": lambda n: n.postes("2019-07-15")[0],
    "p19-colleges-juillet-2019": lambda n: n.postes("2019-07-15")[1],
    "p19-table-liste-total": lambda n: n.postes("2019-07-15")[0],
    "p19-postes-rentree-2019": lambda n: n.postes("2019-09-01")[0] - n.postes("2019-08-31")[0],
    "p19-table-deploiement-total": lambda n: n.postes("2019-09-01", plan=True)[0],
    # flyer (undated)
    "fl-alses-postes": lambda n: n.postes("2022-01-01")[0],
    "fl-alses-colleges": lambda n: n.postes("2022-01-01")[1],
    # note of 2020
    "n20-alses-debut-2019": lambda n: n.postes("2019-01-01")[0],
    "n20-alses-2020": lambda n: n.postes("2021-01-01")[0],
    "n20-eleves-2019": lambda n: effectif(n[2019]),
    "n20-eleves-2020": lambda n: effectif(n[2020]),
    "n20-eleves-evol": lambda n: effectif(n[2020]) - effectif(n[2019]),
    "n20-collegiens-part-ps-2019": lambda n: 100 * _collegiens(n[2019]) / len(n[2019].jeunes),
    "n20-collegiens-part-ps": lambda n: 100 * _collegiens(n[2020]) / len(n[2020].jeunes),
    "n20-collegiens-ps": lambda n: _collegiens(n[2020]),
    "n20-collegiens-autre-educ": lambda n: 100 * (1 - effectif(n[2020]) / _collegiens(n[2020])),
    "n20-sexe-garcons": p20("sexe", "garcon"),
    "n20-sexe-filles": p20("sexe", "fille"),
    "n20-sexe-filles-2019": p20("sexe", "fille", annee=2019),
    "n20-sexe-garcons-ps": p20("sexe", "garcon", population="ps"),
    "n20-nouveaux-effectif": lambda n: int(
        (n[2020].population("alses")["anciennete"] == "nouveau").sum()
    ),
    "n20-nouveaux-part": p20("anciennete", "nouveau"),
    "n20-nouveaux-part-ps": p20("anciennete", "nouveau", population="ps"),
    "n20-origine-college": p20("origine", "etablissement_scolaire"),
    "n20-origine-college-2019": p20("origine", "etablissement_scolaire", annee=2019),
    "n20-origine-college-evol": lambda n: (
        p20("origine", "etablissement_scolaire")(n)
        - p20("origine", "etablissement_scolaire", annee=2019)(n)
    ),
    "n20-fonction-direction-vs": p20("fonction_ecole", "direction", "vie_scolaire"),
    "n20-fonction-enseignants": p20("fonction_ecole", "professeur"),
    "n20-fonction-ass": p20("fonction_ecole", "as_infirmiere"),
    "n20-classe-4e-3e": p20("classe", "4e", "3e"),
    "n20-demande-parcours-scolaire": p20("demande", "scolarite"),
    "n20-demande-parler": p20("demande", "parler"),
    "n20-demande-loisirs": p20("demande", "loisirs"),
    **{
        f"n20-demande-{nom}": lambda n, code=code: int(
            (n[2020].population("alses")["demande"] == code).sum()
        )
        for nom, code in (
            ("famille", "famille"),
            ("sante", "sante"),
            ("mobilite", "mobilite"),
            ("aides-admin", "administratif"),
        )
    },
    **{
        f"n20-objectif-{nom}": lambda n, code=code: n[2020].nombre_reunion("objectifs", code)
        for nom, code in (
            ("famille", "famille"),
            ("sante", "sante"),
            ("mobilite", "mobilite"),
            ("aides-admin", "administratif"),
        )
    },
    "n20-objectif-famille-part": reunion("objectifs", "famille", annee=2020),
    "n20-objectif-scolaire": reunion("objectifs", "scolarite", annee=2020),
    "n20-avec-parents": lambda n: len(n[2020].reunion("famille")),
    "n20-avec-parents-part": lambda n: 100 * len(n[2020].reunion("famille")) / effectif(n[2020]),
    # report of 2021-2022
    "r21-alses-total": lambda n: n.postes("2022-01-01")[0],
    "r21-alses-colleges": lambda n: n.postes("2022-01-01")[1],
    "r21-jeunes": lambda n: effectif(n[2021]),
    "r21-jeunes-ps": lambda n: len(n[2021].jeunes),
    **{f"r21-jeunes-{t}": lambda n, t=t: effectif(n[2021], territoire=t) for t in TERRITOIRES},
    "r21-jeunes-total-tableau": lambda n: sum(effectif(n[2021], territoire=t) for t in TERRITOIRES),
    **{
        f"r21-postes-{t}": lambda n, t=t: n.postes("2022-01-01", territoire=t)[0]
        for t in TERRITOIRES
        if t != "douai"  # 12 printed: contradicts the total of 73
    },
    **{
        f"r21-plan-{t}": lambda n, t=t: n.postes("2022-01-01", plan=True, territoire=t)[0]
        for t in ("cambrai", "douai", "sambre-avesnois", "lille")
    },
    "r21-postes-total": lambda n: n.postes("2022-01-01")[0],
    "r21-plan-total": lambda n: n.postes("2022-01-01", plan=True)[0],
    "r21-filles-ps": p21("sexe", "fille", population="ps"),
    "r21-filles-2020": p20("sexe", "fille"),
    "r21-filles-evol": lambda n: p21("sexe", "fille")(n) - p20("sexe", "fille")(n),
    "r21-age-10-13": p21("age", "10", "11", "12", "13"),
    "r21-age-14": p21("age", "14"),
    "r21-age-14-2020": p20("age", "14"),
    "r21-age-14-evol": lambda n: p21("age", "14")(n) - p20("age", "14")(n),
    "r21-age-12": p21("age", "12"),
    "r21-age-12-2020": p20("age", "12"),
    "r21-age-12-evol": lambda n: p21("age", "12")(n) - p20("age", "12")(n),
    "r21-age-13-2020": p20("age", "13"),
    "r21-age-13-evol": lambda n: p21("age", "13")(n) - p20("age", "13")(n),
    "r21-ulis": p21("classe", "ulis_upe2a"),
    "r21-ulis-2020": p20("classe", "ulis_upe2a"),
    "r21-classe-3e": p21("classe", "3e"),
    "r21-classe-3e-douai": lambda n: (
        p21("classe", "3e", territoire="douai")(n) - p21("classe", "3e")(n)
    ),
    "r21-mesures-part": lambda n: 100 * _mesure_connue(n[2021]) / effectif(n[2021]),
    "r21-mesures-medico-psy": lambda n: n[2021].part_ensemble("mesures", ["psy"]),
    "r21-mesures-medico-psy-ps": lambda n: n[2021].part_ensemble("mesures", ["psy"], "ps"),
    "r21-classique": p21("configuration", "couple"),
    "r21-classique-ps": p21("configuration", "couple", population="ps"),
    "r21-monoparentale": p21("configuration", "monoparentale"),
    "r21-monoparentale-ps": p21("configuration", "monoparentale", population="ps"),
    "r21-ressources-total": lambda n: _ressources_total(n[2021]),
    "r21-sans-salaire": lambda n: 100 - n[2021].part_ensemble("ressources", ["salaire"]),
    "r21-sans-salaire-ps": lambda n: 100 - n[2021].part_ensemble("ressources", ["salaire"], "ps"),
    "r21-origine-partenaires": p21("origine", *PARTENAIRES),
    "r21-origine-partenaires-ps": p21("origine", *PARTENAIRES, population="ps"),
    "r21-origine-pros": p21("origine", *PROFESSIONNELS),
    "r21-origine-pros-ps": p21("origine", *PROFESSIONNELS, population="ps"),
    "r21-origine-publics": p21("origine", *PUBLICS),
    "r21-origine-publics-ps": p21("origine", *PUBLICS, population="ps"),
    **{
        f"r21-publics-{nom}{suffixe}": p21_parmi("origine", {code}, PUBLICS, population)
        for nom, code in (("jeune", "jeune"), ("familles", "famille"), ("amis", "amis"))
        for suffixe, population in (("", "alses"), ("-ps", "ps"))
    },
    "r21-partenaires-ecoles": p21_parmi("origine", {"etablissement_scolaire"}, PARTENAIRES),
    "r21-partenaires-ecoles-ps": p21_parmi(
        "origine", {"etablissement_scolaire"}, PARTENAIRES, "ps"
    ),
    **{
        f"r21-fonction-as-inf-{t}": p21("fonction_ecole", "as_infirmiere", territoire=t)
        for t in ("valenciennes", "douai", "cambrai")
    },
    "r21-fonction-profs-sambre": lambda n: (
        p21("fonction_ecole", "professeur", territoire="sambre-avesnois")(n)
        - p21("fonction_ecole", "professeur")(n)
    ),
    "r21-autres-partenaires": p21_parmi("origine", AUTRES_PARTENAIRES, PARTENAIRES),
    "r21-autres-partenaires-social": p21_parmi(
        "origine", {"ssd", "protection_enfance", "soins", "chrs", "pjj"}, AUTRES_PARTENAIRES
    ),
    "r21-pros-etablissement": p21_parmi("origine", {"presence_college"}, PROFESSIONNELS),
    "r21-pros-etablissement-ps": p21_parmi("origine", {"presence_college"}, PROFESSIONNELS, "ps"),
    "r21-pros-rue": p21_parmi("origine", {"travail_rue"}, PROFESSIONNELS),
    "r21-pros-rue-ps": p21_parmi("origine", {"travail_rue"}, PROFESSIONNELS, "ps"),
    **{
        f"r21-pros-rue-{t}": p21_parmi("origine", {"travail_rue"}, PROFESSIONNELS, territoire=t)
        for t in ("cambrai", "douai", "valenciennes")
    },
    "r21-demande-scolarite": p21("demande", "scolarite"),
    "r21-demande-scolarite-ps": p21("demande", "scolarite", population="ps"),
    "r21-demande-loi": p21("demande", "loi"),
    "r21-demande-loi-ps": p21("demande", "loi", population="ps"),
    "r21-demande-famille": p21("demande", "famille"),
    "r21-demande-famille-ps": p21("demande", "famille", population="ps"),
    "r21-scol-relationnelles": p21("demande_scolarite", "relationnel"),
    "r21-scol-apprentissage": p21("demande_scolarite", "apprentissage"),
    "r21-scol-deux-premieres": p21("demande_scolarite", "relationnel", "apprentissage"),
    "r21-scol-absent-exclusion": p21("demande_scolarite", "absenteisme", "exclusion"),
    "r21-scol-orientation": p21("demande_scolarite", "orientation"),
    "r21-scol-exclusion": p21("demande_scolarite", "exclusion"),
    "r21-scol-exclusion-vne": p21("demande_scolarite", "exclusion", territoire="vne"),
    "r21-scol-absenteisme": p21("demande_scolarite", "absenteisme"),
    "r21-scol-absenteisme-valenciennes": p21(
        "demande_scolarite", "absenteisme", territoire="valenciennes"
    ),
    **{
        f"r21-lieu-{nom}": lambda n, code=code: _lieu(n[2021], code)
        for nom, code in (
            ("etablissement", "etablissement"),
            ("local", "local"),
            ("autres-structures", "autre_structure"),
            ("exterieur", "exterieur"),
            ("domicile", "domicile"),
            ("distanciel", "distanciel"),
        )
    },
    **{
        f"r21-lieu-{nom}-ps": reunion("lieu", code, "ps")
        for nom, code in (
            ("etablissement", "etablissement"),
            ("local", "local"),
            ("autres-structures", "autre_structure"),
            ("exterieur", "exterieur"),
            ("domicile", "domicile"),
            ("distanciel", "distanciel"),
        )
    },
    "r21-lieu-autres-structures-ratio": lambda n: (
        reunion("lieu", "autre_structure", "ps")(n) / _lieu(n[2021], "autre_structure")
    ),
    "r21-lieu-domicile-ratio": lambda n: (
        reunion("lieu", "domicile", "ps")(n) / _lieu(n[2021], "domicile")
    ),
    "r21-obj-famille-ecoute": reunion("objectifs_famille", "ecoute"),
    "r21-obj-famille-ecoute-ps": reunion("objectifs_famille", "ecoute", "ps"),
    "r21-obj-famille-parentale": reunion("objectifs_famille", "parentalite"),
    "r21-obj-famille-parentale-ps": reunion("objectifs_famille", "parentalite", "ps"),
    "r21-partenaires-territoire-ps": lambda n: 100 - hors(n[2021], "ps"),
    "r21-partenaires-territoire-ecoles": lambda n: _part_mentions(
        n[2021], {"etablissement_scolaire"}
    ),
    "r21-droit-commun-social": lambda n: _part_mentions(
        n[2021],
        SERVICES,
        set(n[2021].mentions("partenaires_territoire").index) - {"etablissement_scolaire"},
    ),
    "r21-droit-commun-social-dpt": lambda n: _part_mentions(n[2021], {"ssd"}, SERVICES),
    "r21-partenaires-hors-min": lambda n: min(hors(n[2021], territoire=t) for t in TERRITOIRES),
    "r21-partenaires-hors-max": lambda n: max(hors(n[2021], territoire=t) for t in TERRITOIRES),
    # Itinéraires, 2023-2024
    "i23-alses-postes": lambda n: n.postes("2024-01-01", association="Itinéraires")[0],
    "i23-alses-colleges": lambda n: n.postes("2024-01-01", association="Itinéraires")[1],
    "i23-alses-eleves": lambda n: effectif(n[2023], association="Itinéraires"),
    "i23-alses-evol-eff": lambda n: (
        effectif(n[2023], association="Itinéraires") - effectif(n[2022], association="Itinéraires")
    ),
    "i23-alses-evol-pct": lambda n: (
        100
        * effectif(n[2023], association="Itinéraires")
        / effectif(n[2022], association="Itinéraires")
        - 100
    ),
    "i23-alses-evol-simone": lambda n: (
        effectif(n[2023], college=SIMONE) - effectif(n[2022], college=SIMONE)
    ),
    "i23-alses-4e-3e": lambda n: n[2023].part("classe", ["4e", "3e"], association="Itinéraires"),
    "i23-alses-4e-3e-2022": lambda n: n[2022].part(
        "classe", ["4e", "3e"], association="Itinéraires"
    ),
    "i23-alses-6e-5e": lambda n: n[2023].part("classe", ["6e", "5e"], association="Itinéraires"),
    "i23-alses-6e-5e-2022": lambda n: n[2022].part(
        "classe", ["6e", "5e"], association="Itinéraires"
    ),
    "i23-alses-filles": lambda n: effectif(n[2023], association="Itinéraires", sexe="fille"),
    "i23-alses-garcons": lambda n: effectif(n[2023], association="Itinéraires", sexe="garcon"),
    "i23-alses-nouveaux-simone": lambda n: n[2023].part("anciennete", ["nouveau"], college=SIMONE),
    "i23-alses-nouveaux-michel": lambda n: n[2023].part("anciennete", ["nouveau"], college=MICHEL),
    "i23-alses-croises-eff": lambda n: effectif(n[2023], association="Itinéraires", croise="oui"),
    "i23-alses-croises-part": lambda n: n[2023].part("croise", ["oui"], association="Itinéraires"),
    "i23-alses-croises-michel": lambda n: n[2023].part("croise", ["oui"], college=MICHEL),
    "i23-alses-croises-simone": lambda n: n[2023].part("croise", ["oui"], college=SIMONE),
}
"""Printed figure → how it is counted. What the model cannot express is not here."""

APPROCHES: dict[str, tuple[Calcul, float, float]] = {
    # id: computed, lowest, highest: what « environ », « presque », « plus de » allow
    "n20-objectifs-moyenne-min": (lambda n: _objectifs_moyens(n[2020]), 2, 3),
    "n20-objectifs-moyenne-max": (lambda n: _objectifs_moyens(n[2020]), 2, 3),
    # Conditions known in 2020-2021: the 17 rows of March 2020.
    "n20-sans-presentation": (
        lambda n: 100 * float((_conditions(n)["presentation"] == "non").mean()),
        50,
        53,
    ),
    "n20-decouvre-fonction": (
        lambda n: 100 * float((_conditions(n)["anciennete_alses"].astype(float) < 1).mean()),
        88,
        90,
    ),
    "r21-mesures-effectif": (lambda n: _mesure_connue(n[2021]), 445, 455),
    "i23-alses-deja-connus": (_revus, 50.1, 60),
    # No whole number out of 484 gives 49.5 %: the nearest is 240 (49.6 %).
    "i23-alses-croises-2022": (
        lambda n: n[2022].part("croise", ["oui"], association="Itinéraires"),
        49.4,
        49.6,
    ),
}
