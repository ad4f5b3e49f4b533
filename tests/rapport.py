"""A report of an audit, as an import stores it (`data.audit.rapport.Rapport`)."""

from __future__ import annotations

from typing import Any

from data.audit.examen import DEPARTEMENT, nommer_les_attaquants
from data.audit.rapport import Rapport

ASSOCIATIONS = ("capep", "itineraires", "secrete-association")
COLLEGES = ("douai-gayant", "secrete-college", *(f"college-{i}" for i in range(6)))


def rediger(*, apres: int = 0) -> dict[str, Any]:
    """Invented results. `apres`: what the reader of every number would still know."""

    def bilan(cellules: int, avant: int, apres: int = 0) -> dict[str, Any]:
        return {"libelle": "à ne pas montrer", "cellules": cellules, "avant": avant, "apres": apres}

    rapport = Rapport(
        annees=["2021-2022", "2019-2022"],
        tables=90,
        retenues=12,
        nouvelles=5,
        entetes_arrondis=1,
        programmes=1234,
        erreurs={
            "departement": _ecart(231, 0.24, 0.51, 0.9),
            "territoire": _ecart(1480, 0.7, 1.8, 3.6),
            "association": _ecart(2711, 1.2, 3.6, 8.8),
            "college": _ecart(3911, 2.6, 8.4, 19.5),
        },
        duree=112.4,
        bilans={
            DEPARTEMENT.nom: bilan(500, 21, apres),
            **{
                a.nom: bilan(300, 20) if a.association else bilan(500, 3)
                for a in nommer_les_attaquants(COLLEGES, ASSOCIATIONS)
            },
        },
    )
    return rapport.en_clair()


def _ecart(parts: int, mediane: float, centile: float, pire: float) -> dict[str, float]:
    return {"parts": float(parts), "mediane": mediane, "centile_95": centile, "pire": pire}
