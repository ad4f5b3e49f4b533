"""Integers that add up: quotas that round to a printed share, tables with fixed margins, draws.

Nothing here knows what is counted. Everything is exact: what is asked is what comes out, as long
as the margins allow it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

Entiers = NDArray[np.int64]
Reels = NDArray[np.float64]
Booleens = NDArray[np.bool_]

INCONNU = ""
"""The code of an answer that is not filled in."""


@dataclass(frozen=True, slots=True)
class Exact:
    """`part` per cent of the known answers hold one of `codes`, to within `tolerance` points."""

    codes: tuple[str, ...]
    part: float
    tolerance: float = 0.45


@dataclass(frozen=True, slots=True)
class Cible:
    """How the answers to one field should be spread.

    `parts`: weight of each code (any total). `exacts`: printed shares. `effectifs`: printed
    counts. `connus`: share of the youths whose answer is known, 0–1. `enfants`: how those of
    one code (then a group, not an answer) are spread in turn.
    """

    parts: Mapping[str, float]
    exacts: tuple[Exact, ...] = ()
    effectifs: Mapping[str, int] = field(default_factory=dict)
    connus: float = 0.97
    enfants: Mapping[str, Cible] = field(default_factory=dict)

    def feuilles(self, code: str) -> tuple[str, ...]:
        """The answers that `code` stands for: itself, or those of its group."""
        if code not in self.enfants:
            return (code,)
        enfant = self.enfants[code]
        return tuple(f for c in enfant.parts for f in enfant.feuilles(c))


def repartir(total: int, poids: Sequence[float] | Reels | Entiers) -> Entiers:
    """Share `total` units in proportion to `poids` (largest remainder); shape of `poids`."""
    p = np.asarray(poids, dtype=float)
    somme = p.sum()
    if total <= 0 or somme <= 0:
        return np.zeros(p.shape, dtype=np.int64)
    brut = p * (total / somme)
    bas: Entiers = np.floor(brut + 1e-9).astype(np.int64)
    manque = total - int(bas.sum())
    ordre = np.argsort(-(brut - bas), kind="stable")
    bas[ordre[:manque]] += 1
    return bas


def _essayer(
    base: int, cible: Cible, deja: Mapping[str, int], base_deja: int
) -> tuple[float, dict[str, int]]:
    """Counts for one base and how far they are from the printed shares (0: all hold)."""
    restant = {c: w for c, w in cible.parts.items() if c not in cible.effectifs}
    compte: dict[str, int] = {c: n for c, n in cible.effectifs.items() if c in cible.parts}
    ecart = 0.0
    for exact in cible.exacts:
        libres = [c for c in exact.codes if c in restant]
        if len(libres) != len(exact.codes):
            continue  # a sum of shares fixed above: checked below
        voulu = round(exact.part * (base + base_deja) / 100)
        voulu -= sum(deja.get(c, 0) for c in exact.codes)
        if voulu < 0:
            ecart -= voulu
        parts = repartir(max(voulu, 0), [restant.pop(c) for c in libres])
        compte.update({c: int(n) for c, n in zip(libres, parts, strict=True)})
    reste = base - sum(compte.values())
    if restant and sum(restant.values()) > 0:
        if reste < 0:
            ecart -= reste
        parts = repartir(max(reste, 0), list(restant.values()))
        compte.update({c: int(n) for c, n in zip(restant, parts, strict=True)})
    else:
        compte.update(dict.fromkeys(restant, 0))
    manque = base - sum(compte.values())
    if manque and compte:  # all codes fixed, the rounding of their sum left one over
        premier = max(compte, key=lambda c: compte[c])
        compte[premier] += manque
    for exact in cible.exacts:
        obtenu = sum(compte.get(c, 0) + deja.get(c, 0) for c in exact.codes)
        part = 100 * obtenu / max(base + base_deja, 1)
        ecart += max(0.0, abs(part - exact.part) - exact.tolerance)
    return ecart, compte


def chiffrer(
    n: int, cible: Cible, deja: Mapping[str, int] | None = None, base_deja: int = 0
) -> dict[str, int]:
    """Counts of each code among `n` youths, `INCONNU` included; they sum to `n`.

    The base (known answers) is moved a little around `cible.connus` until every printed share
    holds. `deja`, `base_deja`: youths counted elsewhere that the shares bear on as well.
    """
    deja = deja or {}
    voulue = min(n, round(n * cible.connus))
    meilleur: tuple[float, dict[str, int]] | None = None
    bases = sorted(
        range(max(0, voulue - 60), min(n, voulue + 60) + 1), key=lambda b: (abs(b - voulue), b)
    )
    if cible.connus >= 1:
        bases = [n]
    elif not cible.exacts:
        bases = [voulue]
    for base in bases:
        ecart, compte = _essayer(base, cible, deja, base_deja)
        if meilleur is None or ecart < meilleur[0]:
            meilleur = (ecart, {**compte, INCONNU: n - base})
        if ecart == 0:
            break
    assert meilleur is not None
    compte = meilleur[1]
    trop = sum(compte.values()) - n
    if trop:  # printed counts that do not fit a scaled population: cut the largest
        for code in sorted(compte, key=lambda c: -compte[c]):
            retire = max(-(10**9), min(trop, compte[code]))
            compte[code] -= retire
            trop -= retire
            if not trop:
                break
    return compte


def ajuster(prior: Reels, lignes: Reels | Entiers, colonnes: Reels | Entiers) -> Reels:
    """Iterative proportional fitting of `prior` (Z × C) to row sums (Z) and column sums (C)."""
    m = prior.astype(float).copy()
    for _ in range(120):
        s = m.sum(axis=1)
        m *= np.divide(lignes, s, out=np.zeros_like(s), where=s > 0)[:, None]
        s = m.sum(axis=0)
        m *= np.divide(colonnes, s, out=np.zeros_like(s), where=s > 0)[None, :]
        if np.abs(m.sum(axis=1) - lignes).max() < 1e-7:
            break
    return m


def arrondir(m: Reels, lignes: Entiers, colonnes: Entiers) -> Entiers:
    """Round `m` (Z × C) to integers that keep the integer margins `lignes` and `colonnes`.

    A transport problem on what the floors leave over (its vertices are integral). Cells keep
    their floor or floor + 1 whenever the margins allow it.
    """
    bas = np.floor(m + 1e-6).astype(np.int64)
    r = lignes - bas.sum(axis=1)
    c = colonnes - bas.sum(axis=0)
    if not r.any() and not c.any():
        return bas
    z, k = m.shape
    if r.min() < 0 or c.min() < 0:
        bas[:] = 0
        r, c = lignes.copy(), colonnes.copy()
    cout = -(m - bas).ravel()
    lignes_eq = np.kron(np.eye(z), np.ones(k))
    colonnes_eq = np.kron(np.ones(z), np.eye(k))
    # A second unit in a cell costs more than a first: bounds 0–1, opened only when needed.
    for plafond in (1, 2, None):
        bornes = [(0, plafond if m.flat[i] > 0 or plafond is None else 0) for i in range(z * k)]
        sol = linprog(
            cout + np.where(m.ravel() > 0, 0.0, 10.0),
            A_eq=np.vstack([lignes_eq, colonnes_eq]),
            b_eq=np.concatenate([r, c]),
            bounds=bornes,
            method="highs",
        )
        if sol.x is not None and sol.status == 0:
            ajout: Entiers = np.rint(sol.x).astype(np.int64).reshape(z, k)
            return np.asarray(bas + ajout, dtype=np.int64)
    raise ValueError("marges incompatibles")


def tableau(
    prior: Reels,
    lignes: Entiers,
    colonnes: Entiers,
    plancher: Entiers | None = None,
    fixes: Mapping[tuple[int, int], int] | None = None,
) -> Entiers:
    """Integer table (Z × C) close to `prior`, with the given margins.

    `plancher`: counts each cell must reach (youths already placed). `fixes`: cells whose value
    is imposed. Margins that cannot hold are loosened on the column side, never on the rows.
    """
    z, k = prior.shape
    sol = np.zeros((z, k), dtype=np.int64) if plancher is None else plancher.copy()
    p = np.maximum(prior.astype(float), 1e-9)
    for (i, j), n in (fixes or {}).items():
        sol[i, j] = max(n, int(sol[i, j]))
        p[i, j] = 0.0
    cible = ajuster(np.maximum(prior, 1e-9), lignes, colonnes)
    p = np.where(p > 0, np.maximum(cible - sol, 0.02 * cible + 1e-9), 0.0)
    r = np.maximum(lignes - sol.sum(axis=1), 0)
    c = np.maximum(colonnes - sol.sum(axis=0), 0)
    if c.sum() != r.sum():
        c = repartir(int(r.sum()), np.where(c > 0, c, 0) if c.sum() else np.ones(k))
    if not r.sum():
        return sol
    if (p.sum(axis=1)[r > 0] <= 0).any() or (p.sum(axis=0)[c > 0] <= 0).any():
        p = p + 1e-6
    return sol + arrondir(ajuster(p, r, c), r, c)


def affecter(
    hasard: np.random.Generator, table: Entiers, zones: Entiers, prefere: Entiers | None = None
) -> Entiers:
    """Give each youth of `zones` (n) a column of `table` (Z × C) so that its counts are met.

    `prefere` (n, −1 = none): what a youth keeps when the counts allow it.
    """
    codes = np.full(len(zones), -1, dtype=np.int64)
    for z in range(table.shape[0]):
        ici = np.flatnonzero(zones == z)
        if not len(ici):
            continue
        ici = hasard.permutation(ici)
        reste = table[z].copy()
        if prefere is not None:
            for c in range(table.shape[1]):
                garde = ici[prefere[ici] == c][: reste[c]]
                codes[garde] = c
                reste[c] -= len(garde)
            ici = ici[codes[ici] < 0]
        valeurs = np.repeat(np.arange(table.shape[1]), reste)
        if len(valeurs) != len(ici):
            raise ValueError(f"zone {z} : {len(valeurs)} places pour {len(ici)} jeunes")
        codes[ici] = hasard.permutation(valeurs)
    return codes


def affecter_en_ordre(
    hasard: np.random.Generator, table: Entiers, zones: Entiers, rang: Reels
) -> Entiers:
    """Like `affecter`, columns in order of `rang` (n): the youngest get the first columns."""
    codes = np.full(len(zones), -1, dtype=np.int64)
    for z in range(table.shape[0]):
        ici = np.flatnonzero(zones == z)
        ici = ici[np.argsort(rang[ici] + hasard.normal(0, 0.25, len(ici)), kind="stable")]
        codes[ici] = np.repeat(np.arange(table.shape[1]), table[z])
    return codes


def composer(
    hasard: np.random.Generator, comptes: Entiers, capacite: Entiers, deja: Booleens | None = None
) -> Booleens:
    """Draw sets: `comptes[v]` youths hold value v; everyone at least one, at most `capacite`.

    Returns a boolean matrix (n youths × V values). When there are fewer mentions than youths,
    the first value makes up for it; when there are more than there is room for, the largest
    values lose the surplus.
    """
    n, v = len(capacite), len(comptes)
    m = np.zeros((n, v), dtype=np.bool_)
    if not n:
        return m
    comptes = np.minimum(comptes, n).astype(np.int64)
    if comptes.sum() < n:
        comptes = comptes.copy()
        comptes[int(np.argmax(comptes))] += n - int(comptes.sum())
    mentions = hasard.permutation(np.repeat(np.arange(v), comptes))
    m[np.arange(n), mentions[:n]] = True
    reste = mentions[n:]
    if not len(reste):
        return m
    places = hasard.permutation(np.repeat(np.arange(n), np.minimum(capacite, 5) - 1))
    places = places[: len(reste)]
    tailles = m.sum(axis=1)
    refuses: list[int] = list(reste[len(places) :])
    for j, val in zip(places.tolist(), reste[: len(places)].tolist(), strict=True):
        if m[j, val]:
            refuses.append(val)
        else:
            m[j, val] = True
            tailles[j] += 1
    for val in refuses:
        libres = np.flatnonzero(~m[:, val] & (tailles < capacite))
        if not len(libres):
            # No room among those who lack it: someone full gives up a value held by one who
            # has room and lacks that one.
            _echanger(hasard, m, tailles, capacite, val)
            continue
        j = int(libres[hasard.integers(len(libres))])
        m[j, val] = True
        tailles[j] += 1
    return m


def _echanger(
    hasard: np.random.Generator, m: Booleens, tailles: Entiers, capacite: Entiers, val: int
) -> None:
    """Place one more mention of `val` by moving another value of a full youth elsewhere."""
    avec_place = np.flatnonzero(tailles < capacite)
    pleins = np.flatnonzero(~m[:, val])
    for j in hasard.permutation(pleins)[:200].tolist():
        for autre in np.flatnonzero(m[j]).tolist():
            accueil = avec_place[~m[avec_place, autre]]
            if len(accueil):
                k = int(accueil[0])
                m[j, autre] = False
                m[j, val] = True
                m[k, autre] = True
                tailles[k] += 1
                return
