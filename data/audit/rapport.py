"""The report of an audit: what was tried, found, withheld, and what protection costs.

It is stored with the publication and shown on the methods page. It holds counts over the whole
lattice only, never a number of youths of a place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from data.atelier import Decompte
from data.audit.charpente import Charpente
from data.audit.examen import Bilan
from data.audit.savoir import ASSIETTE
from data.paquet import PAS, RETENU

NIVEAUX = ("departement", "territoire", "association", "college")


@dataclass(slots=True)
class Rapport:
    """What the audit of one publication says.

    `annees`: school years and cumuls examined. `bilans`: attacker → small cells tried, known for
    certain before anything was withheld, after. `retenues`: tables withheld in force, `nouvelles`
    of them by this audit, `entetes_arrondis`: headlines rounded instead of exact. `tables`: tables
    that would be answered. `programmes`: linear programmes solved. `erreurs`: level → points of
    per cent between published and true shares. `duree`: seconds.
    """

    annees: list[str] = field(default_factory=list)
    bilans: dict[str, dict[str, Any]] = field(default_factory=dict)
    tables: int = 0
    retenues: int = 0
    nouvelles: int = 0
    entetes_arrondis: int = 0
    programmes: int = 0
    erreurs: dict[str, dict[str, float]] = field(default_factory=dict)
    duree: float = 0.0

    def ajouter(self, bilans: Iterable[Bilan]) -> None:
        """Add what the attackers found in one year to what they found in the others."""
        for b in bilans:
            total = self.bilans.setdefault(
                b.nom, {"libelle": b.libelle, "cellules": 0, "avant": 0, "apres": 0}
            )
            for champ in ("cellules", "avant", "apres"):
                total[champ] += getattr(b, champ)

    def en_clair(self) -> dict[str, Any]:
        """As it is stored."""
        return asdict(self)


class Erreurs:
    """Collects the gaps between published and true shares, by level of place."""

    def __init__(self) -> None:
        self._ecarts: dict[str, list[npt.NDArray[np.float64]]] = {n: [] for n in NIVEAUX}

    def relever(self, decompte: Decompte, charpente: Charpente) -> None:
        """Every share that is shown for the ALSES's youths of a place, without a filter."""
        for niveau in NIVEAUX:
            lignes = np.array(
                [
                    i
                    for i, (population, type_, _, filtres) in enumerate(decompte.cles)
                    if population == "alses" and type_ == niveau and not filtres
                ],
                dtype=np.int64,
            )
            if not len(lignes):
                continue
            n, p = decompte.n[lignes], decompte.cinquiemes[lignes].astype(np.int64)
            for table in charpente.tables:
                if table.evenements or "alses" not in table.populations:
                    continue
                base_p, base_n = PAS * p[:, table.base], n[:, table.base]
                for j, _ in table.membres:
                    vu = (
                        (base_p >= ASSIETTE)
                        & (p[:, table.base] != RETENU)
                        & (p[:, j] > 0)
                        & (p[:, j] != RETENU)
                    )
                    if vu.any():
                        publiee = np.floor(100 * PAS * p[vu, j] / base_p[vu] + 0.5)
                        self._ecarts[niveau].append(np.abs(publiee - 100 * n[vu, j] / base_n[vu]))

    def resumer(self) -> dict[str, dict[str, float]]:
        """Level → shares seen, median, 95th centile and worst gap, in points of per cent."""
        resume = {}
        for niveau, morceaux in self._ecarts.items():
            if morceaux:
                ecarts = np.concatenate(morceaux)
                resume[niveau] = {
                    "parts": float(len(ecarts)),
                    "mediane": round(float(np.median(ecarts)), 2),
                    "centile_95": round(float(np.percentile(ecarts, 95)), 2),
                    "pire": round(float(ecarts.max()), 2),
                }
        return resume
