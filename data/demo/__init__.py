"""Synthetic deliveries: whole school years drawn from a seed, in the contract's format.

No record is real. On the Nord, the shares counted from them equal the printed ones after rounding
(contract, données §5); a second, fictional département has no printed figure to reach.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from data.demo import nord
from data.demo.actions import remplir_actions
from data.demo.cohorte import Cohorte, ordonner_annees
from data.demo.departement import Departement
from data.demo.ecriture import ecrire_livraison
from data.demo.fiches import identifier, remplir_situations, remplir_usagers
from data.demo.fictif import decrire as decrire_fictif
from data.demo.interventions import remplir_interventions
from data.demo.places import remplir_reference
from data.demo.tenues import tenir


def engendrer(
    dossier: Path,
    *,
    annees: int = 6,
    echelle: float = 1.0,
    graine: int = 2021,
    departement: str = "nord",
    progression: Callable[[str], None] | None = None,
) -> list[Path]:
    """Write synthetic deliveries under `dossier`; returns their folders in loading order.

    First the reference tables (`00-reference`), then one delivery per school year, oldest first
    (`2021-2022`…), all associations together. `annees`: 1 to 10 school years, always with
    2021-2022. `echelle` multiplies youths and interventions; the printed figures are reached at
    1. `departement`: `nord` or `fictif`. Same arguments, same files, to the byte.

    Raises ValueError for an unknown département or a number out of range, FileExistsError when
    a delivery folder is already there.
    """
    if not 1 <= annees <= 10:
        raise ValueError(f"de 1 à 10 années scolaires, pas {annees}")
    if echelle <= 0:
        raise ValueError(f"l’échelle est un nombre positif, pas {echelle}")
    dire = progression or (lambda message: None)
    dep = _decrire(departement, echelle, graine)
    cohorte = Cohorte(dep, graine)
    for annee in ordonner_annees(annees):
        cohorte.tirer(annee)
    cohorte.conclure()
    noms = identifier(cohorte)

    livraisons = [ecrire_livraison(dossier / "00-reference", remplir_reference(dep))]
    dire("Territoires, associations, collèges et postes")
    for annee in sorted(cohorte.annees):
        a = cohorte.annees.pop(annee)
        tenues = tenir(cohorte, a)
        interventions, premiers = remplir_interventions(cohorte, a, tenues, noms)
        nom = f"{annee}-{annee + 1}"
        livraisons.append(
            ecrire_livraison(
                dossier / nom,
                {
                    "usagers": remplir_usagers(cohorte, a, noms),
                    "situations": remplir_situations(cohorte, a, tenues, noms, premiers),
                    "interventions": interventions,
                    **remplir_actions(cohorte, a, noms),
                },
            )
        )
        dire(f"Année scolaire {nom} : {len(interventions['usager'])} interventions")
    return livraisons


def _decrire(departement: str, echelle: float, graine: int) -> Departement:
    if departement == "nord":
        return nord.decrire(echelle)
    if departement == "fictif":
        return decrire_fictif(echelle, graine)
    raise ValueError(f"département inconnu : {departement} (nord, fictif)")
