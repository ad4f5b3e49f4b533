"""Collèges like another one: a distance anyone can compute again, from what the reader may see.

distance = mean of four gaps, each from 0 (alike) to 1:
- réseau: 0 the same, ½ between REP and REP+, 1 between one of them and none;
- taille: |a − b| / max(a, b), youths accompanied in the year;
- classes: ½ Σ |share a − share b| over the classes, shares of 0 to 1;
- postes: |a − b| / max(a, b), full-time equivalents open on 1 January.
What is not known counts for ½, neither alike nor unlike.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from queries.depot import Depot, Etat
from queries.lecteur import Lecteur
from queries.question import NORD, Lieu, Question
from queries.reponses import Reponse, repondre
from queries.selection import derniere_annee, sous_lieux

PAR_DEFAUT = 5
"""Collèges taken when nobody chose."""

INCONNU = 0.5
CRITERES = ("reseau", "taille", "classes", "postes")


@dataclass(frozen=True, slots=True)
class Portrait:
    """What is known of a collège. `taille`, `classes`: as shown to the reader, None when not;
    `classes`: shares, 0 to 1, a masked one counting half the floor, as on charts."""

    lieu: Lieu
    reseau: str
    etp: float
    taille: float | None
    taille_arrondie: bool
    classes: tuple[float, ...] | None


@dataclass(frozen=True, slots=True)
class Semblable:
    """A collège and its gaps to another. `ecarts`: in the order of `CRITERES`, None: not known."""

    portrait: Portrait
    ecarts: tuple[float | None, ...]

    @property
    def distance(self) -> float:
        """0 (alike) to 1."""
        return sum(INCONNU if e is None else e for e in self.ecarts) / len(self.ecarts)


def colleges_du_lecteur(etat: Etat, lecteur: Lecteur, annee: str) -> list[Lieu]:
    """The collèges this reader may look at, one place each: for a chef de service the own
    association's records there."""
    lieux: dict[str, Lieu] = {}
    for lieu in sous_lieux(NORD, "college", etat, lecteur, annee):
        lieux.setdefault(lieu.second, lieu)
    return list(lieux.values())


def depeindre(
    lieux: Iterable[Lieu], annee: str, etat: Etat, lecteur: Lecteur, depot: Depot
) -> list[Portrait]:
    """Portraits of these collèges, those without a post in the year left out.

    `annee`: a school year, or a three-year cumul (posts are then those of its last year).
    """
    tous = list(lieux)
    n = len(tous)
    derniere = derniere_annee(annee)
    reponses = repondre(
        [
            *(Question("effectif", annee, x) for x in tous),
            *(Question("classe", annee, x) for x in tous),
            *(Question("postes", derniere, x) for x in tous),
        ],
        lecteur,
        depot,
    )
    triples = zip(tous, reponses[:n], reponses[n : 2 * n], reponses[2 * n :], strict=True)
    portraits = []
    for lieu, effectif, classe, postes in triples:
        if effectif.statut == "sans_objet":
            continue
        taille = effectif.lignes[0]
        portraits.append(
            Portrait(
                lieu,
                etat.geographie.colleges[lieu.second]["education_prioritaire"] or "hors",
                sum(x.valeur or 0 for x in postes.serie("etp")),
                taille.effectif,
                taille.statut == "arrondi",
                _repartir(classe),
            )
        )
    return portraits


def _repartir(classe: Reponse) -> tuple[float, ...] | None:
    base = next((x.base for x in classe.lignes if x.base), None)
    if not base or any(x.statut not in ("exact", "arrondi", "masque") for x in classe.lignes):
        return None
    moitie = classe.politique.plancher / 2
    return tuple((moitie if x.effectif is None else x.effectif) / base for x in classe.lignes)


def _relatif(a: float | None, b: float | None) -> float | None:
    if a is None or b is None:
        return None
    return abs(a - b) / max(a, b) if max(a, b) else 0.0


def _entre_reseaux(a: str, b: str) -> float:
    if a == b:
        return 0.0
    return 1.0 if "hors" in (a, b) else 0.5


def comparer(a: Portrait, b: Portrait) -> Semblable:
    """b as seen from a."""
    classes = None
    if a.classes is not None and b.classes is not None:
        ecart = sum(abs(x - y) for x, y in zip(a.classes, b.classes, strict=True)) / 2
        classes = min(ecart, 1.0)
    return Semblable(
        b,
        (
            _entre_reseaux(a.reseau, b.reseau),
            _relatif(a.taille, b.taille),
            classes,
            _relatif(a.etp, b.etp),
        ),
    )


def classer(cible: Portrait, autres: Iterable[Portrait]) -> list[Semblable]:
    """The others, the most alike first; equal ones in the order of lists of choices."""
    trouves = [comparer(cible, x) for x in autres if x.lieu.second != cible.lieu.second]
    return sorted(trouves, key=lambda s: round(s.distance, 9))
