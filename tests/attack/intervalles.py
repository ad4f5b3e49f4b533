"""T2 and T3: what published numbers leave possible, and what adding up narrows.

All the cells of a database are one tall matrix: blocks of rows (a year or a cumul, a population),
one column per group of youths. Bounds only ever hold the truth: propagation is sound.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from tests.attack.enumeration import (
    ARRONDI,
    EXACT,
    MASQUE,
    REFUSE,
    Recu,
    rangs,
    sensible,
)
from tests.attack.groupes import (
    DES_ACTES,
    TOUS,
    Groupe,
    colonnes,
    connus,
    groupe,
    groupe_du_filtre,
    inclusions,
    questions,
    sommes,
    unions,
)
from tests.attack.treillis import PERMIS, VIDE, Entiers, Treillis, ordonner
from tests.queries.naif import codes
from tests.queries.protection import Seuils

INFINI = 100_000
POPULATIONS = ("alses", "ps", "collegiens", "autres")
"""« autres »: followed, but not by an ALSES (ps less alses)."""

Masque = npt.NDArray[np.bool_]


@dataclass
class Bornes:
    """Least and greatest possible count of every cell, (rows, columns)."""

    bas: Entiers
    haut: Entiers

    @classmethod
    def larges(cls, forme: tuple[int, int]) -> Bornes:
        """Nothing known."""
        return cls(np.zeros(forme, dtype=np.int32), np.full(forme, INFINI, dtype=np.int32))  # type: ignore[arg-type]

    def copier(self) -> Bornes:
        """The same, to be narrowed apart."""
        return Bornes(self.bas.copy(), self.haut.copy())


def observer(treillis: Treillis, recu: Recu, population: str, seuils: Seuils) -> Bornes:
    """What the rows received say of each cell, by the published rule alone."""
    rang = colonnes()
    forme = (len(treillis), len(rang))
    b = Bornes.larges(forme)
    # Least and greatest published number of a same group, under different caps.
    petit = np.full(forme, INFINI, dtype=np.int32)
    grand = np.full(forme, -1, dtype=np.int32)

    def voir(j: int, p: Entiers, ou: Masque) -> None:
        petit[:, j] = np.where(ou, np.minimum(petit[:, j], p), petit[:, j])
        grand[:, j] = np.where(ou, np.maximum(grand[:, j], p), grand[:, j])

    def plafonner(j: int, haut: Entiers | int, ou: Masque) -> None:
        b.haut[:, j] = np.where(ou, np.minimum(b.haut[:, j], haut), b.haut[:, j])

    def relever(j: int, bas: Entiers | int, ou: Masque) -> None:
        b.bas[:, j] = np.where(ou, np.maximum(b.bas[:, j], bas), b.bas[:, j])

    for q in questions():
        ici = rangs(q)
        base = rang[q.base]
        refuse = (recu.statut[:, ici] == REFUSE).all(axis=1)
        if q.genre != "effectif":
            plafonner(base, seuils.assiette - 1, refuse)
        vue = (recu.base[:, ici].max(axis=1)) if q.genre not in ("effectif", "evenements") else None
        if vue is not None:
            voir(base, vue, vue >= 0)
            relever(0, vue, vue >= 0)
            if q.base == TOUS:
                # Capped by itself: the fives of the true number.
                plafonner(0, vue + 4, vue >= 0)
        if q.genre == "evenements":
            relever(
                base, seuils.assiette - 4, np.isin(recu.statut[:, ici], (ARRONDI, MASQUE)).any(1)
            )
        for k, (modalite, g) in enumerate(q.cellules):
            j, c = ici.start + k, rang[g]
            statut, n = recu.statut[:, j], recu.effectif[:, j]
            if q.genre == "effectif":
                exact = statut == EXACT
                relever(c, n, exact)
                plafonner(c, n, exact)
            if modalite == q.deduit and q.deduit:
                continue
            plancher = seuils.sensible if sensible(q.indicateur, modalite) else seuils.plancher
            masque = statut == MASQUE
            plafonner(c, plancher - 1, masque)
            if plancher == 5:
                voir(c, np.zeros_like(n), masque)
            shown = (statut == ARRONDI) & (n >= 0)
            voir(c, n, shown)
            if q.genre not in ("effectif",):
                relever(base, n, shown)
            if q.genre == "evenements":
                relever(c, plancher - 4, statut == ARRONDI)
        if q.manquants is not None:
            # « Non renseigné » = published population − published known answers.
            e = rangs(questions()[0]).start
            total, nr = recu.effectif[:, e], recu.manquants[:, ici].max(axis=1)
            voir(rang[connus(q.manquants)], total - nr, (nr > 0) & (total >= 0))
    for (profil, valeur), (sous, sur) in treillis.filtrees.items():
        if valeur != VIDE:
            c = rang[groupe_du_filtre(profil, valeur)]
            p, g = (
                np.minimum(petit[sous, 0], petit[sur, c]),
                np.maximum(grand[sous, 0], grand[sur, c]),
            )
            petit[sous, 0] = petit[sur, c] = p
            grand[sous, 0] = grand[sur, c] = g
    vu = grand >= 0
    b.bas = np.where(vu, np.maximum(b.bas, grand - 4), b.bas)
    b.haut = np.where(vu, np.minimum(b.haut, petit + 4), b.haut)
    # One group, two published numbers: the smaller one was capped, the larger one rounded up.
    b.bas = np.where(grand > petit, np.maximum(b.bas, petit + 1), b.bas)
    annuler(treillis, b, population)
    return b


def annuler(treillis: Treillis, b: Bornes, population: str) -> None:
    """Cells that are empty by what they ask."""
    rang = colonnes()
    college = codes("classe", "collège")
    for (profil, valeur), (lignes, _) in treillis.filtrees.items():
        if valeur == VIDE:
            nuls = [j for g, j in rang.items() if any(c == profil and not s for c, _, s in g)]
        else:
            ((champ, bons, _),) = groupe_du_filtre(profil, valeur)
            assert bons is not None
            nuls = [
                j
                for g, j in rang.items()
                if any(c == champ and not s and v is not None and not v & bons for c, v, s in g)
            ]
        if nuls:
            b.haut[np.ix_(lignes, nuls)] = 0
        if population == "collegiens" and profil == "classe" and valeur not in college:
            b.haut[lignes] = 0


Somme = tuple[Entiers, Entiers, Entiers, Entiers | None, Entiers | None]
"""Parents, kids, where each parent's kids begin, columns of parents and of kids (None: all)."""


@dataclass(frozen=True)
class Bloc:
    """Rows of a year (or cumul) and population. `debut`: its first row in the tall matrix;
    `lignes`: the rows of its lattice it has."""

    annee: str
    population: str
    treillis: Treillis
    debut: int
    lignes: Entiers

    @property
    def fin(self) -> int:
        return self.debut + len(self.lignes)


@dataclass
class Charpente:
    """Every relation between the cells of a database."""

    blocs: list[Bloc]
    sommes: list[Somme] = field(default_factory=list)
    dominees: list[tuple[Entiers, Entiers, Entiers]] = field(default_factory=list)

    @property
    def forme(self) -> tuple[int, int]:
        return self.blocs[-1].fin, len(colonnes())

    def bloc(self, annee: str, population: str) -> Bloc:
        """One block. Raises StopIteration."""
        return next(b for b in self.blocs if (b.annee, b.population) == (annee, population))

    def nommer(self, ligne: int, colonne: int) -> str:
        """A cell, in words."""
        b = next(b for b in self.blocs if b.debut <= ligne < b.fin)
        lieu, filtres = b.treillis.lignes[b.lignes[ligne - b.debut]]
        g = list(colonnes())[colonne]
        texte = " et ".join(
            f"{'sans ' if s else ''}{c}={_citer(v)}" for c, v, s in sorted(g, key=str)
        )
        filtre = ",".join(f"{p}={v}" for p, v in filtres)
        return f"{b.annee} {b.population} {lieu[0]}:{lieu[1]} [{filtre}] {texte or 'effectif'}"


def _citer(valeurs: frozenset[str] | None) -> str:
    if valeurs is None:
        return "*"
    return "|".join(sorted(valeurs)) if len(valeurs) < 4 else "…"


def dresser(annees: Mapping[str, Treillis], cumuls: Sequence[str] = ()) -> Charpente:
    """The relations of these school years and cumuls."""
    blocs: list[Bloc] = []
    debut = 0
    for nom in (*annees, *cumuls):
        treillis = annees[nom] if nom in annees else annees[f"{nom[:4]}-{int(nom[:4]) + 1}"]
        lignes = np.arange(len(treillis))
        if nom not in annees:
            lignes = np.flatnonzero([lieu[0] == "college" for lieu, _ in treillis.lignes])
        for population in POPULATIONS:
            blocs.append(Bloc(nom, population, treillis, debut, lignes))
            debut += len(lignes)
    ch = Charpente(blocs)
    rang = colonnes()
    actes = np.array(
        [j for g, j in rang.items() if any(c in DES_ACTES for c, _, _ in g)], dtype=np.int64
    )
    fixes = np.setdiff1d(np.arange(len(rang)), actes)
    montants = np.array(
        [j for g, j in rang.items() if j in actes and _croissant(g)], dtype=np.int64
    )
    par_genre: dict[str, list[Somme]] = {}
    for b in blocs:
        place = np.full(len(b.treillis), -1, dtype=np.int64)
        place[b.lignes] = np.arange(b.debut, b.fin)
        for k, (parents, enfants, debuts) in enumerate(b.treillis.familles):
            if (place[parents] >= 0).all() and (place[enfants] >= 0).all():
                par_genre.setdefault(f"lignes {k}", []).append(
                    (place[parents], place[enfants], debuts, None, None)
                )
            elif (place[parents] >= 0).any():
                _restreindre(par_genre, f"lignes {k}", place, parents, enfants, debuts)
        for (profil, valeur), (sous, sur) in b.treillis.filtrees.items():
            ou = (place[sous] >= 0) & (place[sur] >= 0)
            if valeur != VIDE and ou.any():
                _relier_filtre(par_genre, profil, valeur, place[sous][ou], place[sur][ou])
    for nom in (*annees, *cumuls):
        al, ps, co, au = (ch.bloc(nom, p) for p in POPULATIONS)
        n = len(al.lignes)
        deux = np.stack([np.arange(al.debut, al.fin), np.arange(au.debut, au.fin)], 1).ravel()
        par_genre.setdefault("ps = alses + autres", []).append(
            (np.arange(ps.debut, ps.fin), deux, 2 * np.arange(n), fixes, fixes)
        )
        ch.dominees.append((np.arange(al.debut, al.fin), np.arange(ps.debut, ps.fin), montants))
        _relier_collegiens(par_genre, al, ps, co)
    for nom in cumuls:
        for population in POPULATIONS:
            c = ch.bloc(nom, population)
            trois = [
                ch.bloc(f"{a}-{a + 1}", population).debut + c.lignes
                for a in range(int(nom[:4]), int(nom[5:]))
            ]
            par_genre.setdefault("cumul", []).append(
                (
                    np.arange(c.debut, c.fin),
                    np.stack(trois, 1).ravel(),
                    len(trois) * np.arange(len(c.lignes)),
                    None,
                    None,
                )
            )
            # A year is in several cumuls: one family each, no kid twice.
            ch.sommes.extend(par_genre.pop("cumul"))
    ch.sommes.extend(_joindre(parts) for parts in par_genre.values())
    return ch


def _croissant(g: Groupe) -> bool:
    """Whether more interventions can only bring a youth in."""
    return not any(s or c == "intensite" for c, _, s in g)


def _restreindre(
    par_genre: dict[str, list[Somme]],
    nom: str,
    place: Entiers,
    parents: Entiers,
    enfants: Entiers,
    debuts: Entiers,
) -> None:
    tailles = np.diff(np.append(debuts, len(enfants)))
    de = np.repeat(np.arange(len(parents)), tailles)
    bons = (place[parents] >= 0) & (np.minimum.reduceat(place[enfants], debuts) >= 0)
    if bons.any():
        garde = bons[de]
        suite = np.concatenate([[0], np.cumsum(tailles[bons])[:-1]])
        par_genre.setdefault(nom, []).append(
            (place[parents[bons]], place[enfants[garde]], suite, None, None)
        )


def _relier_filtre(
    par_genre: dict[str, list[Somme]], profil: str, valeur: str, sous: Entiers, sur: Entiers
) -> None:
    """Under a filter, a group is the group « and the filter » of the row without it."""
    rang = colonnes()
    v = groupe_du_filtre(profil, valeur)
    ((champ, bons, _),) = v
    assert bons is not None
    ici, dessus = [], []
    for g, j in rang.items():
        if not any(c == champ for c, _, _ in g):
            cible = rang.get(groupe(*g, *v))
            if cible is not None:
                ici.append(j)
                dessus.append(cible)
        else:
            siens = [c for c in g if c[0] == champ]
            if all(not s and (w is None or bons <= w) for _, w, s in siens):
                reste = rang.get(frozenset(c for c in g if c[0] != champ))
                if reste is not None:
                    par_genre.setdefault(f"égal {profil}={valeur} {j}", []).append(
                        (sous, sous, np.arange(len(sous)), np.array([j]), np.array([reste]))
                    )
    par_genre.setdefault(f"filtre {profil}={valeur}", []).append(
        (sur, sous, np.arange(len(sous)), np.array(dessus), np.array(ici))
    )


def _relier_collegiens(par_genre: dict[str, list[Somme]], al: Bloc, ps: Bloc, co: Bloc) -> None:
    rang, treillis = colonnes(), co.treillis
    place = np.full(len(treillis), -1, dtype=np.int64)
    place[co.lignes] = np.arange(len(co.lignes))
    classes = codes("classe", "collège")
    parents, enfants, debuts = [], [], []
    for i in co.lignes:
        lieu, filtres = treillis.lignes[i]
        deja = dict(filtres).get("classe")
        if deja is None and len(filtres) < PERMIS.get(lieu[0], 1):
            kids = [treillis.rang[lieu, ordonner((*filtres, ("classe", c)))] for c in classes]
        elif deja in classes:
            kids = [i]
        else:
            continue
        debuts.append(len(enfants))
        parents.append(place[i])
        enfants.extend(place[kids])
    p, e, d = (np.array(x, dtype=np.int64) for x in (parents, enfants, debuts))
    # One family for the rows above, one for the rows under a class: no kid twice in either.
    seuls = np.diff(np.append(d, len(e))) == 1
    for garde in (seuls, ~seuls):
        if not garde.any():
            continue
        dans = np.repeat(garde, np.diff(np.append(d, len(e))))
        tailles = np.diff(np.append(d, len(e)))[garde]
        suite = np.concatenate([[0], np.cumsum(tailles)[:-1]])
        genre = f"collégiens {garde is seuls}"
        par_genre.setdefault(genre, []).append(
            (co.debut + p[garde], ps.debut + e[dans], suite, None, None)
        )
        alses = np.array([rang[groupe(("acteur", frozenset({"alses"}), False))]])
        par_genre.setdefault(f"{genre} alses", []).append(
            (co.debut + p[garde], al.debut + e[dans], suite, alses, np.array([0]))
        )


def _joindre(parts: list[Somme]) -> Somme:
    decalages = np.cumsum([0, *(len(p[1]) for p in parts)])
    return (
        np.concatenate([p[0] for p in parts]),
        np.concatenate([p[1] for p in parts]),
        np.concatenate([p[2] + d for p, d in zip(parts, decalages, strict=False)]),
        parts[0][3],
        parts[0][4],
    )


class Contradiction(AssertionError):
    """Bounds that exclude each other: the attack would not be sound."""


def propager(
    ch: Charpente,
    b: Bornes,
    sales: Masque | None = None,
    progression: Callable[[str], None] | None = None,
) -> int:
    """Narrow `b` until nothing moves; returns the number of sweeps.

    `sales`: rows whose bounds may have moved (None: all).
    """
    sales = np.ones(len(b.bas), dtype=bool) if sales is None else sales.copy()
    tours = 0
    while sales.any():
        tours += 1
        if progression:
            progression(f"balayage {tours} : {int(sales.sum())} lignes")
        neufs = _dans_les_lignes(b, np.flatnonzero(sales))
        vus = sales | neufs
        for somme in ch.sommes:
            touches = _entre_les_lignes(b, somme, vus)
            neufs[touches] = True
            vus[touches] = True
        for dessous, dessus, cols in ch.dominees:
            ou = np.flatnonzero(vus[dessous] | vus[dessus])
            if len(ou):
                x, y = np.ix_(dessous[ou], cols), np.ix_(dessus[ou], cols)
                bas = np.maximum(b.bas[y], b.bas[x])
                haut = np.minimum(b.haut[x], b.haut[y])
                neufs[dessus[ou]] |= (bas != b.bas[y]).any(axis=1)
                neufs[dessous[ou]] |= (haut != b.haut[x]).any(axis=1)
                b.bas[y], b.haut[x] = bas, haut
        sales = neufs
        vides = b.bas[neufs] > b.haut[neufs]
        if vides.any():
            raise Contradiction(f"{int(vides.sum())} intervalles vides")
    return tours


def _dans_les_lignes(b: Bornes, lignes: Entiers) -> Masque:
    """Relations between the columns of a row. Returns the rows that moved (of all)."""
    bouge = np.zeros(len(b.bas), dtype=bool)
    for debut in range(0, len(lignes), 20_000):
        ici = lignes[debut : debut + 20_000]
        bas = np.ascontiguousarray(b.bas[ici].T)
        haut = np.ascontiguousarray(b.haut[ici].T)
        for _ in range(2):
            for x, y in inclusions():
                np.maximum(bas[y], bas[x], out=bas[y])
                np.minimum(haut[x], haut[y], out=haut[x])
            for p, enfants in sommes():
                k = list(enfants)
                sb, sh = bas[k].sum(axis=0), haut[k].sum(axis=0)
                bas[p] = np.maximum(bas[p], sb)
                haut[p] = np.minimum(haut[p], sh)
                for e in k:
                    h = np.minimum(haut[e], haut[p] - (sb - bas[e]))
                    bas[e] = np.maximum(bas[e], bas[p] - (sh - haut[e]))
                    haut[e] = h
                    # sb and sh are those of before: looser, so still sound.
            for p, enfants in unions():
                k = list(enfants)
                sh = haut[k].sum(axis=0)
                haut[p] = np.minimum(haut[p], sh)
                for e in k:
                    bas[e] = np.maximum(bas[e], bas[p] - (sh - haut[e]))
        bas, haut = bas.T, haut.T
        change = ((bas != b.bas[ici]) | (haut != b.haut[ici])).any(axis=1)
        bouge[ici] = change
        b.bas[ici], b.haut[ici] = bas, haut
    return bouge


def _entre_les_lignes(b: Bornes, somme: Somme, sales: Masque) -> Entiers:
    """One family of sums of rows. Returns the rows that moved."""
    parents, enfants, debuts, cp, ce = somme
    actives = sales[parents] | np.logical_or.reduceat(sales[enfants], debuts)
    if not actives.any():
        return np.zeros(0, dtype=np.int64)
    tailles = np.diff(np.append(debuts, len(enfants)))
    rangs_ = np.flatnonzero(actives)
    bouges: list[Entiers] = []
    pas = max(1, int(12_000 / max(tailles[rangs_].mean(), 1)))
    for d in range(0, len(rangs_), pas):
        lot = rangs_[d : d + pas]
        t = tailles[lot]
        suite = np.concatenate([[0], np.cumsum(t)[:-1]])
        e = enfants[np.repeat(debuts[lot] - suite, t) + np.arange(t.sum())]
        p = parents[lot]
        ip = p if cp is None else np.ix_(p, cp)
        ie = e if ce is None else np.ix_(e, ce)
        bp, hp, be, he = b.bas[ip], b.haut[ip], b.bas[ie], b.haut[ie]
        sb, sh = np.add.reduceat(be, suite, axis=0), np.add.reduceat(he, suite, axis=0)
        nbp, nhp = np.maximum(bp, sb), np.minimum(hp, sh)
        nhe = np.minimum(he, np.repeat(nhp - sb, t, axis=0) + be)
        nbe = np.maximum(be, np.repeat(nbp - sh, t, axis=0) + he)
        mp = ((nbp != bp) | (nhp != hp)).any(axis=1)
        me = ((nbe != be) | (nhe != he)).any(axis=1)
        b.bas[ip], b.haut[ip] = nbp, nhp
        b.bas[ie], b.haut[ie] = nbe, nhe
        bouges += [p[mp], e[me]]
    return np.concatenate(bouges)


@dataclass
class Bilan:
    """What an attack knows of the small cells. `cellules`: true counts of 1 to 4; `connues`: with
    certainty; `fausses`: cells whose bounds exclude the truth (the attack itself is wrong);
    `presque`: small cells left with an interval of width ≤ 2."""

    cellules: int = 0
    connues: int = 0
    fausses: int = 0
    presque: int = 0
    exemples: list[str] = field(default_factory=list)

    def __add__(self, autre: Bilan) -> Bilan:
        return Bilan(
            self.cellules + autre.cellules,
            self.connues + autre.connues,
            self.fausses + autre.fausses,
            self.presque + autre.presque,
            [*self.exemples, *autre.exemples][:10],
        )


def juger(ch: Charpente, b: Bornes, vrai: Entiers, cibles: Masque, exemples: int = 6) -> Bilan:
    """Count what is known for certain among the cells in play."""
    petites = cibles & (vrai >= 1) & (vrai <= 4)
    largeur = b.haut - b.bas
    sues = petites & (largeur == 0)
    faux = cibles & ((b.bas > vrai) | (b.haut < vrai))
    return Bilan(
        int(petites.sum()),
        int((sues & ~faux).sum()),
        int(faux.sum()),
        int((petites & (largeur <= 2) & (largeur > 0)).sum()),
        [f"{ch.nommer(int(i), int(j))} = {vrai[i, j]}" for i, j in np.argwhere(sues)[:exemples]],
    )


def soustraire(ch: Charpente, b: Bornes, vrai: Entiers, cibles: Masque) -> Bilan:
    """T2: every group less a group inside it (row inside row, column inside column), each pair by
    itself: no propagation."""
    total = Bilan()

    def compter(bas: Entiers, haut: Entiers, n: Entiers) -> None:
        petits = (n >= 1) & (n <= 4)
        total.cellules += int(petits.sum())
        total.connues += int((petits & (bas == haut)).sum())
        total.fausses += int(((bas > n) | (haut < n)).sum())
        total.presque += int((petits & (haut - bas <= 2) & (haut > bas)).sum())

    for parents, enfants, debuts, cp, ce in ch.sommes:
        if cp is not None or ce is not None:
            continue
        tailles = np.diff(np.append(debuts, len(enfants)))
        p = np.repeat(parents, tailles)
        bon = tailles.repeat(tailles) > 1
        for d in range(0, len(p), 20_000):
            x, y = (
                p[d : d + 20_000][bon[d : d + 20_000]],
                enfants[d : d + 20_000][bon[d : d + 20_000]],
            )
            joue = cibles[x] & cibles[y]
            compter(
                np.maximum(b.bas[x] - b.haut[y], 0)[joue],
                (b.haut[x] - b.bas[y])[joue],
                (vrai[x] - vrai[y])[joue],
            )
    for x, y in inclusions():
        joue = cibles[:, x] & cibles[:, y]
        compter(
            np.maximum(b.bas[:, y] - b.haut[:, x], 0)[joue],
            (b.haut[:, y] - b.bas[:, x])[joue],
            (vrai[:, y] - vrai[:, x])[joue],
        )
    return total


def empiler(ch: Charpente, tables: Mapping[tuple[str, str], Entiers]) -> Entiers:
    """Tall matrix of the counts of each year and population."""
    haute = np.zeros(ch.forme, dtype=np.int32)
    for bloc in ch.blocs:
        haute[bloc.debut : bloc.fin] = tables[bloc.annee, bloc.population][bloc.lignes]
    return haute


def viser(ch: Charpente) -> Masque:
    """Cells in play: all but the headlines (rule 7)."""
    cibles = np.ones(ch.forme, dtype=bool)
    for bloc in ch.blocs:
        if bloc.population in ("alses", "ps"):
            entetes = bloc.debut + np.flatnonzero(bloc.treillis.entetes[bloc.lignes])
            cibles[entetes, 0] = False
    return cibles


def assembler(ch: Charpente, parts: Mapping[tuple[str, str], Bornes]) -> Bornes:
    """Tall bounds from those of each year and population."""
    haute = Bornes.larges(ch.forme)
    for bloc in ch.blocs:
        part = parts.get((bloc.annee, bloc.population))
        if part is not None:
            haute.bas[bloc.debut : bloc.fin] = part.bas[bloc.lignes]
            haute.haut[bloc.debut : bloc.fin] = part.haut[bloc.lignes]
        elif bloc.population == "autres":
            rien = Bornes.larges((len(bloc.treillis), len(colonnes())))
            annuler(bloc.treillis, rien, "autres")
            haute.haut[bloc.debut : bloc.fin] = rien.haut[bloc.lignes]
    return haute
