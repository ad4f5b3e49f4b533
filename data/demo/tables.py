"""Tables of one field by zone: the year's target, the territoires' leanings, the imposed cells."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from data.demo.departement import ALSES, Departement, Zones, lire_codes
from data.demo.repartition import Booleens, Cible, Entiers, chiffrer, composer, repartir, tableau


def dresser(
    dep: Departement,
    champ: str,
    part: int,
    annee: int,
    zones: Zones,
    lignes: Entiers,
    plancher: Entiers | None = None,
    deja: Entiers | None = None,
) -> Entiers:
    """Integer table (Z × codes of `champ`) for `lignes` youths per zone.

    `plancher`: youths of each cell already there. `deja` (per code): youths of the other part,
    when the target bears on both.
    """
    codes = lire_codes()[champ]
    rang = {c: i for i, c in enumerate(codes)}
    z = len(lignes)
    table = np.zeros((z, len(codes)), dtype=np.int64)
    sol = np.zeros_like(table) if plancher is None else plancher
    fixes = dep.fixes(champ, annee) if part == ALSES else ()

    def remplir(noeud: Cible, rangees: Entiers) -> None:
        noms = [*noeud.parts, ""] if noeud.connus < 1 else list(noeud.parts)
        feuilles = {c: [rang[f] for f in noeud.feuilles(c)] for c in noms}
        deja_ici = (
            {c: int(sum(deja[i] for i in feuilles[c])) for c in noeud.parts}
            if deja is not None
            else {}
        )
        deja_feuilles = sum(deja_ici.values())
        compte = chiffrer(int(rangees.sum()), noeud, deja_ici, deja_feuilles)
        if plancher is not None:
            _relever(compte, {c: int(sol[:, feuilles[c]].sum()) for c in noms})
        prior = np.zeros((z, len(noms)))
        dur: dict[tuple[int, int], int] = {}
        for i in range(z):
            t = zones.territoires[i]
            prior[i] = [
                max(compte[c], 0.02)
                * dep.pencher(champ, part, annee, t, c)
                * max(int(rangees[i]), 1e-6)
                for c in noms
            ]
        colonnes = np.array([compte[c] for c in noms], dtype=np.int64)
        inconnus = np.zeros(z, dtype=np.int64)
        if "" in noms:
            inconnus = repartir(compte[""], rangees)
            for f in fixes:
                if f.code == "" and f.effectif is not None and f.zone in zones.noms:
                    reste = inconnus[zones.noms.index(f.zone)] - f.effectif
                    inconnus[zones.noms.index(f.zone)] = f.effectif
                    inconnus[int(np.argmax(rangees))] += reste
            if plancher is None or (inconnus >= sol[:, 0]).all():
                for i in range(z):
                    dur[i, len(noms) - 1] = int(inconnus[i])
        for f in fixes:
            if f.code in noms and f.code and f.zone in zones.noms:
                i = zones.noms.index(f.zone)
                connus = int(rangees[i] - inconnus[i])
                n = f.effectif if f.effectif is not None else round((f.part or 0) * connus / 100)
                dur[i, noms.index(f.code)] = min(n, connus)
        sol_ici = np.stack([sol[:, feuilles[c]].sum(axis=1) for c in noms], axis=1)
        rempli = tableau(prior, rangees, colonnes, sol_ici, dur)
        for j, c in enumerate(noms):
            if c in noeud.enfants:
                remplir(noeud.enfants[c], rempli[:, j])
            else:
                table[:, rang[c]] += rempli[:, j]

    remplir(dep.cible(champ, part, annee), lignes.astype(np.int64))
    return table


def _relever(compte: dict[str, int], minimum: Mapping[str, int]) -> None:
    """Raise the counts that are below what is already there, lower the largest to pay for it."""
    for code, n in minimum.items():
        manque = n - compte.get(code, 0)
        if manque <= 0:
            continue
        compte[code] = n
        for autre in sorted(compte, key=lambda c: minimum.get(c, 0) - compte[c]):
            if autre == code:
                continue
            cede = min(manque, max(0, compte[autre] - minimum.get(autre, 0)))
            compte[autre] -= cede
            manque -= cede
            if not manque:
                break


def compter(zones: Entiers, codes: Entiers, z: int, k: int) -> Entiers:
    """Counts (z × k) of `codes` by `zones`."""
    return np.asarray(np.bincount(zones * k + codes, minlength=z * k).reshape(z, k), dtype=np.int64)


def composer_par_zone(
    dep: Departement,
    hasard: np.random.Generator,
    champ: str,
    part: int,
    annee: int,
    territoires: Entiers,
    capacite: Entiers,
    comptes: Entiers,
) -> Booleens:
    """Sets of values of a multiple choice (n × codes of the list), by territoire.

    `comptes` (per code of the list): youths who hold it, département as a whole.
    """
    codes = lire_codes()[champ]
    n = len(territoires)
    m = np.zeros((n, len(codes)), dtype=np.bool_)
    if not n:
        return m
    presents = np.flatnonzero(comptes)
    zs = len(dep.territoires)
    lignes_n = np.bincount(territoires, minlength=zs)
    mentions = int(comptes.sum())
    if mentions < n:
        comptes = comptes.copy()
        comptes[presents[int(np.argmax(comptes[presents]))]] += n - mentions
        mentions = n
    lignes = repartir(mentions, lignes_n.astype(float))
    prior = np.array(
        [
            [
                max(lignes_n[t], 1e-6) * comptes[c] * dep.pencher(champ, part, annee, t, codes[c])
                for c in presents
            ]
            for t in range(zs)
        ]
    )
    table = tableau(prior, lignes, comptes[presents])
    for t in range(zs):
        ici = np.flatnonzero(territoires == t)
        if len(ici):
            m[np.ix_(ici, presents)] = composer(hasard, table[t], capacite[ici])
    return m


def compter_multiple(champ: str, cible: Cible, n: int) -> Entiers:
    """Youths holding each code of the list, out of `n` who answered (shares in per cent)."""
    codes = lire_codes()[champ]
    comptes = np.zeros(len(codes), dtype=np.int64)
    for code, part in cible.parts.items():
        comptes[codes.index(code)] = cible.effectifs.get(code, round(part * n / 100))
    return comptes
