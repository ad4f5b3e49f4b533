"""Sound interval propagation, repeated until no bound moves.

`Bornes` holds, for every cell, the least and the most youths an attacker can be sure of. Each
relation of the frame tightens them; a bound never loosens, so the order does not matter and the
fixpoint is the same. After a first round over everything, only the relations of the cells that
moved are looked at again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.audit.charpente import Charpente, Famille
from data.audit.regions import Partage

Nombres = npt.NDArray[np.int32]
Drapeaux = npt.NDArray[np.bool_]
Rangs = npt.NDArray[np.int64]

INFINI = 1 << 20
"""More youths than there can be anywhere."""

TOURS_MAXIMUM = 300
BEAUCOUP = 0.02
"""Share of cells to look at above which it is quicker to look at all of them."""


class AuditImpossible(RuntimeError):
    """The audit cannot be brought to its end: nothing may be published. French text."""


@dataclass(slots=True)
class Bornes:
    """Least and most youths of each cell, (rows, columns)."""

    bas: Nombres
    haut: Nombres

    def copier(self) -> Bornes:
        """A copy that can be tightened apart."""
        return Bornes(self.bas.copy(), self.haut.copy())


def resserrer(bornes: Bornes, autres: Bornes) -> Drapeaux:
    """Add what other bounds of the same cells tell, in place. Returns the cells that moved."""
    mieux: Drapeaux = (autres.bas > bornes.bas) | (autres.haut < bornes.haut)
    np.maximum(bornes.bas, autres.bas, out=bornes.bas)
    np.minimum(bornes.haut, autres.haut, out=bornes.haut)
    return mieux


def verifier(bornes: Bornes, verite: Nombres) -> None:
    """The auditor knows the truth: bounds that leave it out would be wrong. Raises
    AuditImpossible."""
    if ((verite < bornes.bas) | (verite > bornes.haut)).any():
        raise AuditImpossible(
            "L’audit s’est trompé : des bornes excluent le vrai nombre. Rien n’est publié."
        )


class Trace:
    """When each bound last moved, in steps: what explains a bound moved before it.

    `bas`, `haut`: (rows, columns); 0 = where the attacker started.
    """

    def __init__(self, forme: tuple[int, int]) -> None:
        self.bas = np.zeros(forme, dtype=np.int32)
        self.haut = np.zeros(forme, dtype=np.int32)
        self.pas = 0


class _Course:
    """One propagation: the bounds, the cells that moved in this round, the steps."""

    def __init__(self, bornes: Bornes, charpente: Charpente, trace: Trace | None) -> None:
        self.bornes, self.charpente, self.trace = bornes, charpente, trace
        self.bouges = np.zeros(charpente.forme, dtype=bool)

    def ecrire(self, lignes: Rangs, colonnes: Rangs | int, bas: Nombres, haut: Nombres) -> None:
        """Tighten these cells to these bounds, and mark those that move."""
        b = self.bornes
        avant_b, avant_h = b.bas[lignes, colonnes], b.haut[lignes, colonnes]
        monte, descend = bas > avant_b, haut < avant_h
        if not (monte.any() or descend.any()):
            return
        ks = np.broadcast_to(np.asarray(colonnes), lignes.shape)
        lm, km, ld, kd = lignes[monte], ks[monte], lignes[descend], ks[descend]
        b.bas[lm, km], b.haut[ld, kd] = bas[monte], haut[descend]
        self.bouges[lm, km] = self.bouges[ld, kd] = True
        if self.trace is not None:
            self.trace.bas[lm, km] = self.trace.haut[ld, kd] = self.trace.pas

    def avancer(self) -> None:
        """One more step."""
        if self.trace is not None:
            self.trace.pas += 1


def propager(
    bornes: Bornes,
    charpente: Charpente,
    changees: Drapeaux | None = None,
    trace: Trace | None = None,
) -> Drapeaux:
    """Tighten the bounds to their fixpoint, in place. Returns the rows that moved.

    `changees`: cells whose bounds moved since the last fixpoint (None: all of them). Raises
    AuditImpossible when the bounds contradict one another, or when there is no end to it.
    """
    touchees = np.zeros(charpente.forme[0], dtype=bool)
    a_voir = np.ones(charpente.forme, dtype=bool) if changees is None else changees
    for _ in range(TOURS_MAXIMUM):
        course = _Course(bornes, charpente, trace)
        if np.count_nonzero(a_voir) > BEAUCOUP * a_voir.size:
            _tout_propager(course)
        else:
            _propager_colonnes(course, a_voir)
            _egaler(course, a_voir)
            cellules = np.nonzero(a_voir | course.bouges)
            for famille in charpente.familles:
                _propager_famille(course, famille, *cellules)
        lignes, colonnes = np.nonzero(course.bouges)
        if not len(lignes):
            return touchees
        if (bornes.bas[lignes, colonnes] > bornes.haut[lignes, colonnes]).any():
            raise AuditImpossible(
                "L’audit a rencontré des bornes contradictoires : les réponses préparées ne "
                "s’accordent pas entre elles."
            )
        touchees[lignes] = True
        a_voir = course.bouges
    raise AuditImpossible("L’audit n’a pas abouti : les bornes bougent encore.")


def _tout_propager(course: _Course) -> None:
    """A round over every relation, whole arrays at a time."""
    b = course.bornes
    avant = b.bas.copy(), b.haut.copy()
    # Columns are walked one relation at a time: contiguous when the columns come first.
    bas, haut = np.ascontiguousarray(b.bas.T), np.ascontiguousarray(b.haut.T)
    for partage in course.charpente.partages:
        ks = [partage.parent, *partage.enfants]
        eb, eh = bas[ks], haut[ks]
        _partager(bas, haut, partage)
        course.avancer()
        if course.trace is not None:
            for marque, bouge in (
                (course.trace.bas, bas[ks] != eb),
                (course.trace.haut, haut[ks] != eh),
            ):
                j, i = np.nonzero(bouge)
                marque[i, np.array(ks)[j]] = course.trace.pas
    b.bas[:], b.haut[:] = bas.T, haut.T
    _egaler(course, None)
    for famille in course.charpente.familles:
        _propager_lignes(course, famille)
    course.bouges |= (b.bas != avant[0]) | (b.haut != avant[1])


def _partager(bas: Nombres, haut: Nombres, partage: Partage) -> None:
    """One relation between columns, on arrays (columns, rows)."""
    p, enfants = partage.parent, list(partage.enfants)
    eb, eh = bas[enfants], haut[enfants]
    somme_b, somme_h = eb.sum(axis=0, dtype=np.int32), eh.sum(axis=0, dtype=np.int32)
    np.maximum(bas[p], eb.max(axis=0) if partage.recouvrement else somme_b, out=bas[p])
    if not partage.reste:
        np.minimum(haut[p], somme_h, out=haut[p])
        np.maximum(eb, bas[p] - (somme_h - eh), out=eb)
    np.minimum(
        eh,
        haut[p] if partage.recouvrement else haut[p] - (somme_b - bas[enfants]),
        out=eh,
    )
    bas[enfants], haut[enfants] = eb, eh


def _propager_lignes(course: _Course, f: Famille) -> None:
    """Every row relation of a family."""
    b, c = course.bornes, f.colonnes
    pb, ph, eb, eh = b.bas[f.parents], b.haut[f.parents], b.bas[f.enfants], b.haut[f.enfants]
    somme_b = np.add.reduceat(eb, f.debuts, axis=0)
    somme_h = np.add.reduceat(eh, f.debuts, axis=0)
    plafond = np.zeros_like(ph[:, :1])
    if f.reste:
        plafond = borner_reste(ph, somme_b) if f.borne else np.full_like(plafond, INFINI)
    nb, nh = np.maximum(pb, somme_b), np.minimum(ph, somme_h + plafond)
    tailles = np.diff(np.append(f.debuts, len(f.enfants)))
    de = np.repeat(np.arange(len(f.parents)), tailles)
    nouveau_b = np.maximum(eb, eh + (nb - somme_h - plafond)[de])
    nouveau_h = np.minimum(eh, eb + (nh - somme_b)[de])
    for lignes, avant_b, avant_h, bas, haut in (
        (f.parents, pb, ph, nb, nh),
        (f.enfants, eb, eh, nouveau_b, nouveau_h),
    ):
        course.avancer()
        bas, haut = np.where(c, bas, avant_b), np.where(c, haut, avant_h)
        b.bas[lignes], b.haut[lignes] = bas, haut
        if course.trace is not None:
            for marque, bouge in (
                (course.trace.bas, bas != avant_b),
                (course.trace.haut, haut != avant_h),
            ):
                i, j = np.nonzero(bouge)
                marque[lignes[i], j] = course.trace.pas


def _propager_colonnes(course: _Course, a_voir: Drapeaux) -> None:
    """Every relation between columns, in the rows where one of them moved."""
    colonnes, lignes = np.nonzero(a_voir.T)
    bouts = np.searchsorted(colonnes, np.arange(a_voir.shape[1] + 1))
    de: list[Rangs] = [lignes[bouts[k] : bouts[k + 1]] for k in range(a_voir.shape[1])]
    for partage in course.charpente.partages:
        tous = (partage.parent, *partage.enfants)
        rangees = [de[k] for k in tous if len(de[k])]
        if rangees:
            qui = rangees[0] if len(rangees) == 1 else np.unique(np.concatenate(rangees))
            _propager_partage(course, partage, qui)
            # What moved here is seen by the relations that follow.
            for k in tous:
                bougees = qui[course.bouges[qui, k]]
                if len(bougees):
                    de[k] = np.union1d(de[k], bougees)


def _propager_partage(course: _Course, partage: Partage, qui: Rangs) -> None:
    """One relation between columns, in these rows."""
    p, enfants = partage.parent, np.array(partage.enfants)
    b = course.bornes
    pb, ph = b.bas[qui, p], b.haut[qui, p]
    eb, eh = b.bas[np.ix_(qui, enfants)], b.haut[np.ix_(qui, enfants)]
    somme_b, somme_h = eb.sum(axis=1), eh.sum(axis=1)
    if partage.recouvrement:
        nb, nh = np.maximum(pb, eb.max(axis=1)), ph
        if not partage.reste:
            nh = np.minimum(ph, somme_h)
    else:
        nb, nh = np.maximum(pb, somme_b), ph
        if not partage.reste:
            nh = np.minimum(ph, somme_h)
    course.avancer()
    course.ecrire(qui, p, nb.astype(np.int32), nh.astype(np.int32))
    nouveau_h = nh[:, None] if partage.recouvrement else nh[:, None] - (somme_b[:, None] - eb)
    nouveau_b = eb if partage.reste else nb[:, None] - (somme_h[:, None] - eh)
    course.avancer()
    lignes = np.repeat(qui, len(enfants))
    colonnes = np.tile(enfants, len(qui))
    course.ecrire(
        lignes,
        colonnes,
        np.broadcast_to(nouveau_b, eb.shape).reshape(-1).astype(np.int32),
        np.broadcast_to(nouveau_h, eh.shape).reshape(-1).astype(np.int32),
    )


def _egaler(course: _Course, a_voir: Drapeaux | None) -> None:
    """Cells that count the same youths share their bounds (`a_voir` None: all of them)."""
    if a_voir is None:
        a_voir = np.ones(course.charpente.forme, dtype=bool)
    for lignes_a, lignes_b in course.charpente.lignes_egales:
        i, ks = np.nonzero(a_voir[lignes_a] | a_voir[lignes_b])
        _partager_les_bornes(course, lignes_a[i], ks, lignes_b[i], ks)
    for lignes_a, k, lignes_b, m in course.charpente.egales:
        touche = a_voir[lignes_a, k] | a_voir[lignes_b, m]
        if touche.any():
            x, y = lignes_a[touche], lignes_b[touche]
            _partager_les_bornes(course, x, np.full(len(x), k), y, np.full(len(y), m))


def _partager_les_bornes(course: _Course, x: Rangs, k: Rangs, y: Rangs, m: Rangs) -> None:
    b = course.bornes
    bas = np.maximum(b.bas[x, k], b.bas[y, m])
    haut = np.minimum(b.haut[x, k], b.haut[y, m])
    course.avancer()
    course.ecrire(x, k, bas, haut)
    course.ecrire(y, m, bas, haut)


@dataclass(frozen=True, slots=True)
class Relations:
    """Relations of a family: parents, first child of each, children."""

    parents: Rangs
    debuts: Rangs
    enfants: Rangs


def choisir(famille: Famille, lignes: Drapeaux) -> Relations:
    """The relations of a family that touch one of these rows."""
    tailles = np.diff(np.append(famille.debuts, len(famille.enfants)))
    touche = lignes[famille.parents] | np.logical_or.reduceat(
        lignes[famille.enfants], famille.debuts
    )
    restantes = tailles[touche]
    return Relations(
        famille.parents[touche], _debuts(restantes), famille.enfants[np.repeat(touche, tailles)]
    )


def _debuts(tailles: Rangs) -> Rangs:
    """First place of each group of these sizes."""
    sortie: Rangs = np.cumsum(tailles) - tailles
    return sortie


def _propager_famille(course: _Course, famille: Famille, lignes: Rangs, colonnes: Rangs) -> None:
    """The row relations of a family, for the columns in which these cells moved."""
    largeur = course.charpente.forme[1]
    du_parent, de_l_enfant = _reperer(course.charpente, famille)
    r = np.concatenate([du_parent[lignes], de_l_enfant[lignes]])
    k = np.concatenate([colonnes, colonnes])
    dedans = r >= 0
    r, k = r[dedans], k[dedans]
    vus = np.zeros((len(famille.parents), largeur), dtype=bool)
    vus[r, k] = True
    if famille.reste and famille.borne:
        # The rest is bounded by the number of youths: when that moves, every column does.
        vus |= vus[:, :1]
    vus &= famille.colonnes
    relations, ks = np.nonzero(vus)
    if not len(relations):
        return
    tailles_r = np.diff(np.append(famille.debuts, len(famille.enfants)))
    tailles = tailles_r[relations]
    debuts = _debuts(tailles)
    de = np.repeat(np.arange(len(relations)), tailles)
    enfants = famille.enfants[
        np.arange(int(tailles.sum())) - debuts[de] + famille.debuts[relations][de]
    ]
    parents, kde = famille.parents[relations], ks[de]
    b = course.bornes
    pb, ph = b.bas[parents, ks], b.haut[parents, ks]
    eb, eh = b.bas[enfants, kde], b.haut[enfants, kde]
    somme_b, somme_h = np.add.reduceat(eb, debuts), np.add.reduceat(eh, debuts)
    if not famille.reste:
        plafond = np.zeros(len(ks), dtype=np.int32)
    elif not famille.borne:
        plafond = np.full(len(ks), INFINI, dtype=np.int32)
    else:
        bas_0 = np.add.reduceat(b.bas[famille.enfants, 0], famille.debuts)
        plafond = np.maximum(b.haut[famille.parents, 0] - bas_0, 0)[relations]
    nb, nh = np.maximum(pb, somme_b), np.minimum(ph, somme_h + plafond)
    course.avancer()
    course.ecrire(parents, ks, nb, nh)
    course.avancer()
    course.ecrire(enfants, kde, eh + (nb - somme_h - plafond)[de], eb + (nh - somme_b)[de])


def _reperer(charpente: Charpente, famille: Famille) -> tuple[Rangs, Rangs]:
    """Relation of which each row is the parent, and of which it is a child (−1: none)."""
    cle = famille.nom
    if cle not in charpente.reperes:
        du_parent = np.full(charpente.forme[0], -1, dtype=np.int64)
        de_l_enfant = du_parent.copy()
        tailles = np.diff(np.append(famille.debuts, len(famille.enfants)))
        du_parent[famille.parents] = np.arange(len(famille.parents))
        de_l_enfant[famille.enfants] = np.repeat(np.arange(len(famille.parents)), tailles)
        charpente.reperes[cle] = (du_parent, de_l_enfant)
    return charpente.reperes[cle]


def borner_reste(haut_parent: Nombres, somme_bas: Nombres) -> Nombres:
    """Most youths of a parent that may be in none of its parts, (relations, 1): everyone of the
    parent less everyone of the parts (column 0 counts them all)."""
    reste: Nombres = np.maximum(haut_parent[:, :1] - somme_bas[:, :1], 0)
    return reste
