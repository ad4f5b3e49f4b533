"""Two questions crossed: cells, the base of each row and column, what stands out (contract, the
lattice: département, territoire, association; population `alses`; one year; no profile filter).

The base of a row is the sum of its cells when each youth is in one of them at most; when some are
masked, the middle of what that sum may be, given them and the number of the value itself. When a
youth may be in several (several answers to the other question), it is the number of the value
itself, less the share of those who did not answer the other question; when that share is more
than `MANQUANTS`, there are no per cents to give.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import inf

from data.catalogue import Indicateur
from data.treillis import TYPES_CROISABLES
from queries.depot import Depot, Etat
from queries.lecteur import Lecteur, Politique
from queries.lieux import existe, territoire_de
from queries.question import NORD, Lieu, Question
from queries.reponses import Ligne, Reponse, arrondir, intervalle, repondre
from queries.residus import INCONNU, Bornes, residu, seuil, signe_certain

ECART_MINIMAL = 10
"""Least distance, in youths, between a published cell and what is expected of it (rule 5)."""


TOLERANCE = 0.2
"""Greatest part of a base that masked cells may leave unknown, on either side."""

MANQUANTS = 0.1
"""Greatest share of the answers to one question that may lack the other, where a base is estimated
from the first alone."""

SANS_BASE: dict[str, str] = {
    "petite": "Effectif trop faible pour être détaillé",
    "masquee": "Trop de cases masquées pour en donner des parts",
    "reponses": "Trop de ces jeunes n’ont pas répondu à l’autre question",
    "inconnue": "Base non publiée",
}
"""Why a row or a column has no per cents → its words."""


@dataclass(frozen=True, slots=True)
class Marge:
    """A row or a column. `base`: youths its per cents are a share of, None when there are none to
    give; `pourquoi` then says why (a key of `SANS_BASE`). `bornes`: what the true base may be.
    `masquees`: cells of it that are masked."""

    code: str
    libelle: str
    base: float | None
    bornes: Bornes
    masquees: int = 0
    pourquoi: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One cell. `ligne`: the published row. `signe`: 1 certainly over-represented, −1 under, 0 not
    certain. `residu`: adjusted residual of the published numbers, None when there is none."""

    x: str
    y: str
    ligne: Ligne
    bornes: Bornes
    residu: float | None
    signe: int


@dataclass(frozen=True, slots=True)
class Croisement:
    """The values of `a` in rows, those of `b` in columns. `total`: youths who answered both."""

    a: Indicateur
    b: Indicateur
    reponse: Reponse
    lignes: tuple[Marge, ...]
    colonnes: tuple[Marge, ...]
    total: float | None
    cases: tuple[tuple[Case, ...], ...]
    """Cells, row by row."""

    @property
    def politique(self) -> Politique:
        """The policy it is answered under."""
        return self.reponse.politique

    @property
    def repondu(self) -> bool:
        """Whether some cell can be shown, were it as « moins de »."""
        return self.total is not None

    def certaines(self) -> list[Case]:
        """Cells that certainly stand out, the greatest residual first."""
        toutes = [k for rang in self.cases for k in rang if k.signe]
        return sorted(toutes, key=lambda k: -abs(k.residu or 0))

    def part(self, case: Case, sens: str) -> float | None:
        """Per cent of a cell in its row (`ligne`) or column (`colonne`), whole unless exact."""
        marge = self.marge(case, sens)
        if case.ligne.effectif is None or not marge.base:
            return None
        decimales = 1 if self.politique.exacte else 0
        return arrondir(min(100 * case.ligne.effectif / marge.base, 100), decimales)

    def part_d_ensemble(self, marge: Marge) -> float | None:
        """Per cent of a row or column among those who answered both."""
        if marge.base is None or not self.total:
            return None
        decimales = 1 if self.politique.exacte else 0
        return arrondir(min(100 * marge.base / self.total, 100), decimales)

    def marge(self, case: Case, sens: str) -> Marge:
        """The row or the column of a cell."""
        marges, code = (self.lignes, case.x) if sens == "ligne" else (self.colonnes, case.y)
        return next(m for m in marges if m.code == code)


@dataclass(frozen=True, slots=True)
class Offre:
    """A crossing there is, and how many of its cells can be shown (None: nobody asked)."""

    a: Indicateur
    b: Indicateur
    montrees: int | None
    cases: int

    @property
    def part(self) -> float:
        """Share of the cells that can be shown, 0 to 1."""
        return 1.0 if self.montrees is None else self.montrees / max(self.cases, 1)


def croisables(etat: Etat) -> list[Indicateur]:
    """Indicators that may be crossed, in the report's order."""
    return [i for i in etat.catalogue.values() if i.croisable]


def lieu_croisable(lieu: Lieu, etat: Etat, lecteur: Lecteur) -> Lieu:
    """The place itself, or the smallest one around it that crossings are answered for."""
    candidats = [lieu]
    if lieu.association:
        candidats.append(Lieu("association", lieu.association))
    territoire = territoire_de(etat, lieu)
    if territoire:
        candidats.append(Lieu("territoire", territoire))
    return next(
        (x for x in candidats if x.type in TYPES_CROISABLES and existe(etat, lecteur, x)), NORD
    )


def offrir(annee: str, lieu: Lieu, etat: Etat, lecteur: Lecteur, depot: Depot) -> list[Offre]:
    """Every crossing, those whose cells can mostly be shown first, then the most detailed.

    To an exact reader every cell is shown: nothing is asked, and the report's order is kept.
    """
    paires = list(combinations(croisables(etat), 2))
    if lecteur.politique(lieu).exacte:
        return [Offre(a, b, None, _nombre_de_cases(a, b)) for a, b in paires]
    questions = [Question(a.id, annee, lieu, croiser=b.id) for a, b in paires]
    offres = [
        Offre(a, b, sum(x.affichee for x in r.lignes), len(r.lignes))
        for (a, b), r in zip(paires, repondre(questions, lecteur, depot), strict=True)
    ]
    return sorted(offres, key=lambda o: (-o.part, -o.cases))


def _nombre_de_cases(a: Indicateur, b: Indicateur) -> int:
    return len(a.series[0].modalites) * len(b.series[0].modalites)


def croiser(
    a: Indicateur, b: Indicateur, annee: str, lieu: Lieu, lecteur: Lecteur, depot: Depot
) -> Croisement:
    """The values of `a` by those of `b`. Raises what `repondre` raises."""
    croisee, seule_a, seule_b = repondre(
        [
            Question(a.id, annee, lieu, croiser=b.id),
            Question(a.id, annee, lieu),
            Question(b.id, annee, lieu),
        ],
        lecteur,
        depot,
    )
    return _dresser(a, b, croisee, seule_a, seule_b)


def _dresser(
    a: Indicateur, b: Indicateur, croisee: Reponse, seule_a: Reponse, seule_b: Reponse
) -> Croisement:
    serie_a, serie_b = a.series[0], b.series[0]
    total = next((x.base for x in croisee.lignes if x.base is not None), None)
    par_code = {x.modalite: x for x in croisee.lignes}
    rangs = [[par_code[f"{x.code}|{y.code}"] for y in serie_b.modalites] for x in serie_a.modalites]
    politique = croisee.politique

    def borner_case(ligne: Ligne, x: str, y: str) -> Bornes:
        sensible = a.sensible(x) or b.sensible(y)
        plancher = max(politique.plancher, politique.plancher_sensible if sensible else 0)
        return borner(ligne, plancher)

    bornes = [
        [
            borner_case(ligne, x.code, y.code)
            for ligne, y in zip(rang, serie_b.modalites, strict=True)
        ]
        for rang, x in zip(rangs, serie_a.modalites, strict=True)
    ]
    du_total = INCONNU if total is None else _borner_base(total, politique)
    lignes = tuple(
        _marge(
            (x.code, x.libelle),
            rang,
            siennes,
            _propre(seule_a, x.code, a),
            du_total,
            une=not serie_b.multiple,
            politique=politique,
        )
        for x, rang, siennes in zip(serie_a.modalites, rangs, bornes, strict=True)
    )
    colonnes = tuple(
        _marge(
            (y.code, y.libelle),
            [rang[j] for rang in rangs],
            [rang[j] for rang in bornes],
            _propre(seule_b, y.code, b),
            du_total,
            une=not serie_a.multiple,
            politique=politique,
        )
        for j, y in enumerate(serie_b.modalites)
    )
    essais = sum(x.affichee or x.statut == "masque" for rang in rangs for x in rang)
    limite = seuil(essais)
    ecart = 0 if politique.exacte else ECART_MINIMAL
    cases = tuple(
        tuple(
            Case(
                m.code,
                k.code,
                ligne,
                siennes,
                _residu(ligne, m, k, total),
                signe_certain(siennes, m.bornes, k.bornes, du_total, limite=limite, ecart=ecart),
            )
            for ligne, siennes, k in zip(rang, bornes_du_rang, colonnes, strict=True)
        )
        for rang, bornes_du_rang, m in zip(rangs, bornes, lignes, strict=True)
    )
    return Croisement(a, b, croisee, lignes, colonnes, total, cases)


def borner(ligne: Ligne, plancher: int) -> Bornes:
    """What a count may be, from what is published of it."""
    if ligne.effectif is not None:
        bas, haut = intervalle(ligne.effectif, ligne.statut)
        return Bornes(bas, haut)
    return Bornes(0, plancher - 1) if ligne.statut == "masque" else INCONNU


def _borner_base(base: float, politique: Politique) -> Bornes:
    bas, haut = intervalle(base, "exact" if politique.exacte else "arrondi")
    return Bornes(bas, haut)


@dataclass(frozen=True, slots=True)
class _Propre:
    """A value in the answer to its own question: its row, its bounds, those of all who answered."""

    ligne: Ligne
    bornes: Bornes
    base: Bornes


def _propre(seule: Reponse, code: str, indicateur: Indicateur) -> _Propre:
    ligne, politique = seule.ligne(code), seule.politique
    plancher = politique.plancher_sensible if indicateur.sensible(code) else politique.plancher
    base = INCONNU if ligne.base is None else _borner_base(ligne.base, politique)
    return _Propre(ligne, borner(ligne, plancher), base)


def _marge(
    nom: tuple[str, str],
    lignes: Sequence[Ligne],
    bornes: Sequence[Bornes],
    propre: _Propre,
    total: Bornes,
    *,
    une: bool,
    politique: Politique,
) -> Marge:
    """A row, or a column. `une`: each of its youths is in one cell at most."""
    # Those who gave this value, less those who may not have answered the other question.
    manquants = max(propre.base.haut - total.bas, 0) if total.haut < inf else inf
    siennes = Bornes(max(propre.bornes.bas - manquants, 0), propre.bornes.haut)
    if une:
        sommes = Bornes(sum(b.bas for b in bornes), sum(b.haut for b in bornes))
    else:
        sommes = Bornes(max((b.bas for b in bornes), default=0), inf)
    possibles = sommes.dans(siennes).dans(Bornes(0, total.haut))
    masquees = [b for x, b in zip(lignes, bornes, strict=True) if x.statut == "masque"]
    base: float | None = None
    flou = manque = 0.0
    if une:
        base = sum(x.effectif for x in lignes if x.effectif is not None)
        if any(b.haut == inf for b in bornes):
            base = None
        elif masquees:
            base = possibles.milieu
            flou = min(
                sum(b.haut - b.bas for b in masquees) / 2, (possibles.haut - possibles.bas) / 2
            )
    elif propre.ligne.effectif is not None and propre.ligne.base and total.haut < inf:
        connus = min(total.milieu / propre.ligne.base, 1)
        base, manque = arrondir(propre.ligne.effectif * connus, 0), 1 - connus
    pourquoi = ""
    if base is None:
        pourquoi = "petite" if propre.ligne.statut == "masque" else "inconnue"
    elif manque > MANQUANTS:
        pourquoi = "reponses"
    elif base == 0 or base < politique.assiette:
        pourquoi = "petite"
    elif flou > TOLERANCE * base:
        pourquoi = "masquee"
    return Marge(*nom, None if pourquoi else base, possibles, len(masquees), pourquoi)


def _residu(ligne: Ligne, x: Marge, y: Marge, total: float | None) -> float | None:
    if ligne.effectif is None or x.base is None or y.base is None or not total:
        return None
    return residu(ligne.effectif, x.base, y.base, total)
