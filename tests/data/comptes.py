"""Counting a delivery the plain way: pandas over its CSV files, straight from the contract.

Nothing here comes from the package under test; it is slow, short and easy to check by eye
(contract, données §2). One `Comptes` per school year.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

COLLEGE = {"6e", "5e", "4e", "3e", "ulis_upe2a", "segpa", "relais"}
PROFESSIONNELS = {
    "presence_college",
    "travail_rue",
    "presence_sociale",
    "action_collective",
    "accueil_local",
    "relais_collegue",
}
PUBLICS = {"jeune", "famille", "amis"}
SERVICES = {"ssd", "protection_enfance", "pjj", "soins"}
_CLE = ["association", "usager"]


def lire(dossier: Path, nom: str) -> pd.DataFrame:
    """One file of a delivery, every cell as text, empty when not filled in."""
    return pd.read_csv(dossier / f"{nom}.csv", sep=";", dtype=str, keep_default_na=False)


class Comptes:
    """The figures of one school year, from the deliveries loaded up to it.

    `jeunes`: one row per accompagnement, with `alses`, `croise`, `territoire`, `age`, …
    """

    def __init__(self, livraisons: list[Path], annee: int) -> None:
        reference, *annees = livraisons
        lues = [d for d in annees if int(d.name[:4]) <= annee]
        dossier = next(d for d in lues if d.name == f"{annee}-{annee + 1}")
        self.dossier = dossier
        self.annee = annee
        colleges = lire(reference, "colleges").set_index("code")["territoire"]
        debut, fin = f"{annee}-09-01", f"{annee + 1}-08-31"

        toutes = pd.concat([lire(d, "interventions") for d in lues])
        premieres = toutes.groupby(_CLE)["date"].min()
        self.interventions = toutes[toutes["date"].between(debut, fin)].copy()
        situations = pd.concat([lire(d, "situations") for d in lues])
        situations = situations[situations["date"] <= fin]
        derniere = situations.sort_values("date").drop_duplicates(_CLE, keep="last")
        usagers = pd.concat([lire(d, "usagers") for d in lues]).drop_duplicates(_CLE, keep="last")

        acteurs = self.interventions.groupby(_CLE)["acteur"].agg(set).rename("acteurs")
        j = acteurs.reset_index()
        j = j.merge(usagers, on=_CLE, how="left", validate="1:1")
        j = j.merge(derniere, on=_CLE, how="left", validate="1:1")
        j["alses"] = j["acteurs"].map(lambda s: "alses" in s)
        j["croise"] = j["acteurs"].map(lambda s: "oui" if "educateur" in s else "non")
        j["territoire"] = j["college"].map(colleges).fillna(j["territoire"])
        naissance = pd.to_numeric(j["naissance"], errors="coerce")
        age = annee + 1 - naissance - 1
        j["age"] = age.map(lambda x: "" if pd.isna(x) else str(int(x)))
        depuis = j["debut"].where(
            j["debut"] != "", pd.Series(premieres.reindex(pd.MultiIndex.from_frame(j[_CLE])).values)
        )
        j["anciennete"] = (depuis >= debut).map({True: "nouveau", False: "poursuivi"})
        self.jeunes = j.fillna("")
        self._lues: dict[tuple[object, ...], pd.Series[Any]] = {}

    def population(self, nom: str, **ou: str) -> pd.DataFrame:
        """Youths of a population (`alses`, `ps`), at a place (`territoire=…`, `college=…`)."""
        j = self.jeunes
        if nom == "alses":
            j = j[j["alses"]]
        for champ, valeur in ou.items():
            j = j[j[champ] == valeur]
        return j

    def part(
        self,
        champ: str,
        codes: Iterable[str],
        population: str = "alses",
        parmi: Iterable[str] | None = None,
        **ou: str,
    ) -> float:
        """Per cent of the known answers (or of those among `parmi`) that are one of `codes`."""
        reponses = self.population(population, **ou)[champ]
        base = reponses[reponses != ""] if parmi is None else reponses[reponses.isin(set(parmi))]
        return float(100 * base.isin(set(codes)).mean())

    def part_ensemble(
        self, champ: str, codes: Iterable[str], population: str = "alses", **ou: str
    ) -> float:
        """The same for a several-valued field of situations: holds at least one of `codes`."""
        voulus = set(codes)
        valeurs = self.population(population, **ou)[champ]
        valeurs = valeurs[valeurs != ""].map(lambda t: set(t.split("|")) - {"aucune"})
        valeurs = valeurs[valeurs.map(len) > 0]
        return float(100 * valeurs.map(lambda s: bool(s & voulus)).mean())

    def fiches(self, population: str = "alses", **ou: str) -> pd.DataFrame:
        """The interventions behind a figure: those of ALSES only for population `alses`."""
        f = self.interventions
        if population == "alses":
            f = f[f["acteur"] == "alses"]
        return f.merge(self.population(population, **ou)[_CLE], on=_CLE)

    def reunion(self, champ: str, population: str = "alses", **ou: str) -> pd.Series[Any]:
        """Each youth's values of a field of interventions over the year (those who have any)."""
        cle = ("reunion", champ, population)
        if ou:
            tous = self.reunion(champ, population)
            ici = pd.MultiIndex.from_frame(self.population(population, **ou)[_CLE])
            return tous[tous.index.isin(ici)]
        if cle in self._lues:
            return self._lues[cle]
        f = self.fiches(population, **ou)[[*_CLE, champ]]
        f = f[f[champ] != ""]
        f = f.assign(**{champ: f[champ].str.split("|")}).explode(champ)
        self._lues[cle] = f.groupby(_CLE)[champ].agg(set)
        return self._lues[cle]

    def part_reunion(self, champ: str, code: str, population: str = "alses", **ou: str) -> float:
        """Per cent of the youths with a known answer who hold `code` at least once."""
        return float(100 * self.reunion(champ, population, **ou).map(lambda s: code in s).mean())

    def nombre_reunion(self, champ: str, code: str, population: str = "alses") -> int:
        """Youths who hold `code` at least once over the year."""
        return int(self.reunion(champ, population).map(lambda s: code in s).sum())

    def mentions(self, champ: str, population: str = "alses", **ou: str) -> pd.Series[int]:
        """Number of mentions of each value (a value counts once per intervention)."""
        cle = ("mentions", champ, population, *sorted(ou.items()))
        if cle not in self._lues:
            f = self.fiches(population, **ou)[champ]
            eclate = f[f != ""].map(lambda t: sorted(set(t.split("|")))).explode()
            self._lues[cle] = eclate.value_counts()
        return self._lues[cle]
