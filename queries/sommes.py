"""Several published answers taken together: the sum of the published parts, never a union query
(contract, confidentialité, treillis)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from data.paquet import PAS
from queries.reponses import Ligne, Reponse, arrondir
from queries.statistiques import Compte

Comptes = dict[tuple[str, str], Compte]
"""(series, modality) → youths counted, where both numbers are shown."""


def compter(reponse: Reponse) -> Comptes:
    """The shares of youths of an answer, as counts; nothing for what is not counted in youths.

    « Non » of a yes/no is base − « oui »: it says nothing that « oui » does not.
    """
    if reponse.indicateur.unite != "jeune":
        return {}
    miroirs = {(s.code, s.modalites[1].code) for s in reponse.indicateur.series if s.oui_non}
    return {
        (x.serie, x.modalite): Compte(x.effectif, x.base, 0 if x.statut == "exact" else PAS - 1)
        for x in reponse.lignes
        if x.part is not None
        and x.effectif is not None
        and x.base
        and (x.serie, x.modalite) not in miroirs
    }


def additionner(reponses: Sequence[Reponse]) -> tuple[Reponse, Comptes]:
    """Answers to one indicator as one: shares of the summed counts, and these counts.

    A value that one of them does not show is not given: those who hide it are those who have few.
    The rows keep the share and the base alone: a sum of rounded numbers is not known within 4.
    `reponses`: one at least, all of one indicator.
    """
    premiere = reponses[0]
    comptes: Comptes = {}
    lignes = []
    tous = [compter(r) for r in reponses]
    for rang, x in enumerate(premiere.lignes):
        siennes = [r.lignes[rang] for r in reponses]
        parts = [c.get((x.serie, x.modalite)) for c in tous]
        gardes = [c for c in parts if c is not None]
        if len(gardes) < len(parts):
            statut = next((y.statut for y in siennes if not y.affichee), "refuse")
            # Several « moins de 5 » may well make more than five.
            statut = "refuse" if statut == "masque" else statut
            lignes.append(Ligne(x.serie, x.modalite, x.libelle, statut))
            continue
        compte = Compte(
            sum(c.x for c in gardes), sum(c.n for c in gardes), sum(c.marge for c in gardes)
        )
        comptes[x.serie, x.modalite] = compte
        lignes.append(
            Ligne(
                x.serie,
                x.modalite,
                x.libelle,
                "arrondi" if compte.marge else "exact",
                base=compte.n,
                part=arrondir(100 * compte.part, 0 if compte.marge else 1),
            )
        )
    return replace(premiere, lignes=tuple(lignes)), comptes
