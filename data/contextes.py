"""Which youths stand in which context of the lattice (arrays; used at publication only)."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.treillis import DEPARTEMENT, FILTRES_PERMIS, PROFILS, Geographie, ecrire_filtres


@dataclass(frozen=True, slots=True)
class Contextes:
    """Membership of youths in contexts.

    `cles`: (type, lieu, filtres) of each context, (c,). `lignes`, `colonnes`: context and youth of
    each membership, both (m,).
    """

    cles: list[tuple[str, str, str]]
    lignes: npt.NDArray[np.int64]
    colonnes: npt.NDArray[np.int64]


def placer(
    geographie: Geographie,
    annee: int,
    associations: list[str],
    colleges: list[str | None],
    territoires: list[str | None],
) -> dict[str, list[str | None]]:
    """The place of each kind of each youth or action; None: nowhere of that kind."""
    genre = geographie.genre_de_poste(annee)
    paires_t = {"/".join(p) for p in geographie.paires_territoire()}
    paires_c = {"/".join(p) for p in geographie.paires_college()}
    places: dict[str, list[str | None]] = {
        "departement": [DEPARTEMENT] * len(associations),
        "territoire": list(territoires),
        "association": list(associations),
        "college": list(colleges),
        "association_territoire": [],
        "association_college": [],
        "reseau": [],
        "poste": [],
    }
    for a, c, tr in zip(associations, colleges, territoires, strict=True):
        at, ac = f"{a}/{tr}", f"{a}/{c}"
        places["association_territoire"].append(at if at in paires_t else None)
        places["association_college"].append(ac if ac in paires_c else None)
        places["reseau"].append(
            (geographie.colleges[c]["education_prioritaire"] or "hors") if c else None
        )
        places["poste"].append(genre.get(c) if c else None)
    return places


def dresser(
    places: dict[str, list[str | None]],
    profils: dict[str, list[str | None]],
    types: tuple[str, ...] = tuple(FILTRES_PERMIS),
    filtres: int | None = None,
) -> Contextes:
    """Every non-empty context of these youths.

    `places`: kind → place of each youth; `profils`: filter → code of each youth (None: unknown);
    `filtres`: most filters together, when fewer than the lattice allows.
    """
    cles: list[tuple[str, str, str]] = []
    lignes: list[npt.NDArray[np.int64]] = []
    colonnes: list[npt.NDArray[np.int64]] = []
    codes = {p: _numeroter(v) for p, v in profils.items()}
    for type_ in types:
        noms_lieux, lieux = _numeroter(places[type_])
        for d in range((FILTRES_PERMIS[type_] if filtres is None else filtres) + 1):
            for choix in itertools.combinations(PROFILS, d):
                combine = lieux.copy()
                for p in choix:
                    noms, numeros = codes[p]
                    combine = np.where(
                        (combine < 0) | (numeros < 0), -1, combine * len(noms) + numeros
                    )
                presents = np.flatnonzero(combine >= 0)
                if not len(presents):
                    continue
                uniques, inverse = np.unique(combine[presents], return_inverse=True)
                for valeur in uniques.tolist():
                    choisis = []
                    for p in reversed(choix):
                        noms, _ = codes[p]
                        valeur, r = divmod(valeur, len(noms))
                        choisis.append((p, noms[r]))
                    cles.append((type_, noms_lieux[valeur], ecrire_filtres(tuple(choisis))))
                lignes.append(inverse.astype(np.int64) + (len(cles) - len(uniques)))
                colonnes.append(presents)
    vide = np.zeros(0, dtype=np.int64)
    return Contextes(
        cles,
        np.concatenate(lignes) if lignes else vide,
        np.concatenate(colonnes) if colonnes else vide,
    )


def _numeroter(valeurs: list[str | None]) -> tuple[list[str], npt.NDArray[np.int64]]:
    """Distinct values, and the number of each entry among them (−1: None)."""
    noms = sorted({v for v in valeurs if v is not None})
    rang = {v: i for i, v in enumerate(noms)}
    return noms, np.array([-1 if v is None else rang[v] for v in valeurs], dtype=np.int64)
