"""What a guest will find on a slide, said before the meeting does: much, little, nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dashboard.nombres import pluriel
from dashboard.presentations.figer import DiapoDessinee, VarianteDessinee
from dashboard.presentations.vues import VueDessinee
from data.refus import typographier
from queries.reponses import STATUTS

BIEN, PEU, RIEN = "bien", "peu", "rien"


@dataclass(frozen=True, slots=True)
class Marque:
    """`genre`: `BIEN`, `PEU` or `RIEN`. `texte`: French, "" when all is well. `avis`: what of the
    addresses had to be ignored."""

    genre: str
    texte: str = ""
    avis: tuple[str, ...] = ()


def compter(vue: VueDessinee) -> tuple[int, int]:
    """How many values can be read, of how many."""
    if vue.grand:
        return (1 if vue.montrees else 0), 1
    total = sum(len(t.lignes) for d in vue.dessins for t in d.traces if not t.repere)
    return round(vue.montrees * total), total


def dire_l_avis(avis: str) -> str:
    """What had to be ignored, without the list of what is possible: it is a page long."""
    dit, ignoree, _ = avis.partition(", ignorée.")
    return typographier(dit + ignoree)


def marquer(variante: VarianteDessinee) -> Marque:
    """What a guest will find in this variant."""
    avis = tuple(dict.fromkeys(dire_l_avis(a) for v in variante.vues for a in v.avis))
    if not any(v.montrees for v in variante.vues):
        return Marque(
            RIEN, typographier(f"Ne montrera rien : {_dire_pourquoi(variante.vues)}"), avis
        )
    if any(v.montre_peu for v in variante.vues):
        pauvre = min(variante.vues, key=lambda v: v.montrees)
        lues, total = compter(pauvre)
        ou = f" (« {pauvre.titre} »)" if len(variante.vues) > 1 else ""
        texte = f"Montrera peu : {pluriel(lues, 'valeur')} sur {total}{ou}"
        return Marque(PEU, typographier(texte), avis)
    return Marque(BIEN, "", avis)


def marquer_la_diapo(diapo: DiapoDessinee) -> list[Marque]:
    """The mark of each of its variants; none for words."""
    return [marquer(v) for v in diapo.variantes]


def _dire_pourquoi(vues: Sequence[VueDessinee]) -> str:
    raisons = {v.statut: STATUTS[v.statut] for v in vues if v.statut in STATUTS}
    for statut in ("sans_objet", "non_pose", "non_diffuse", "refuse"):
        if statut in raisons:
            dit = raisons[statut]
            return dit[0].lower() + dit[1:]
    return "nombres trop petits pour être montrés"


def resumer(marques: Iterable[Marque]) -> str:
    """« 2 diapositives montreront peu, 1 ne montrera rien. »; "" when all is well."""
    genres = [m.genre for m in marques]
    dits = []
    for genre, verbe, verbes in (
        (PEU, "montrera peu", "montreront peu"),
        (RIEN, "ne montrera rien", "ne montreront rien"),
    ):
        n = genres.count(genre)
        if n:
            dits.append(f"{pluriel(n, 'diapositive')} {verbes if n > 1 else verbe}")
    return typographier(", ".join(dits) + ".") if dits else ""
