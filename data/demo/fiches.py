"""The record forms of the youths of a school year: usagers and situations, as columns of text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from data.demo.cohorte import Cohorte
from data.demo.departement import lire_codes
from data.demo.registre import Annee
from data.demo.repartition import Booleens, Entiers
from data.demo.tenues import Tenues

Textes = NDArray[np.object_]
Table = dict[str, list[str]]
"""Column → cells, all columns of the same length."""


def en_textes(valeurs: Sequence[str]) -> Textes:
    """An array of strings to index by code."""
    t = np.empty(len(valeurs), dtype=object)
    t[:] = valeurs
    return t


def identifier(cohorte: Cohorte) -> Textes:
    """Pseudonym of every youth of the register, such as `ITI-2021-00417`: made of nothing real."""
    reg, dep = cohorte.registre, cohorte.dep
    annees = [date.fromordinal(int(d)).year for d in reg.debut]
    return en_textes(
        [
            f"{dep.prefixes[a]}-{an}-{n:05d}"
            for a, an, n in zip(reg.association.tolist(), annees, reg.numero.tolist(), strict=True)
        ]
    )


def remplir_usagers(cohorte: Cohorte, a: Annee, noms: Textes) -> Table:
    """The `usagers` of the year, one row each."""
    reg, dep, codes = cohorte.registre, cohorte.dep, lire_codes()
    j = np.sort(a.jeunes)
    hasard = np.random.default_rng([cohorte.graine, 77])
    muet = hasard.random(len(reg)) < 0.01
    perdu = hasard.random(len(reg)) < dep.sans_territoire
    jours = en_dates(reg.debut[j])
    # An empty start reads as the first intervention: the same year, for those new that year.
    jours = np.where(muet[j] & cohorte.debutants[j], "", jours)
    table: Table = {
        "association": en_textes([s for s, _ in dep.associations])[reg.association[j]].tolist(),
        "usager": noms[j].tolist(),
    }
    table["sexe"] = en_textes(codes["sexe"])[reg.codes["sexe"][j]].tolist()
    naissance = reg.naissance[j]
    table["naissance"] = en_textes(["", *(str(y) for y in range(1980, 2031))])[
        np.where(naissance > 0, naissance - 1979, 0)
    ].tolist()
    table["debut"] = jours.tolist()
    territoires = en_textes([c for c, _ in dep.territoires])[reg.territoire[j]]
    table["territoire"] = np.where(perdu[j], "", territoires).tolist()
    for champ in ("origine", "fonction_ecole", "demande", "demande_scolarite"):
        table[champ] = en_textes(codes[champ])[reg.codes[champ][j]].tolist()
    return table


def en_dates(jours: Entiers) -> Textes:
    """ISO dates of ordinal days."""
    if not len(jours):
        return en_textes([])
    premier = int(jours.min())
    lexique = en_textes(
        [date.fromordinal(premier + i).isoformat() for i in range(int(jours.max()) - premier + 1)]
    )
    return np.asarray(lexique[jours - premier], dtype=object)


def _ensembles_en_texte(m: Booleens, codes: Sequence[str]) -> Textes:
    """Each row's codes joined by `|`."""
    poids = 1 << np.arange(m.shape[1], dtype=np.int64)
    masques = m.astype(np.int64) @ poids
    uniques, inverse = np.unique(masques, return_inverse=True)
    lexique = en_textes(
        ["|".join(c for i, c in enumerate(codes) if u >> i & 1 and c) for u in uniques.tolist()]
    )
    return np.asarray(lexique[inverse], dtype=object)


def remplir_situations(
    cohorte: Cohorte, a: Annee, t: Tenues, noms: Textes, premiers: Entiers
) -> Table:
    """The `situations` of the year: one row per youth, two for those whose life changed.

    `premiers` (n): ordinal day of each youth's first intervention of the year.
    """
    reg, dep, codes = cohorte.registre, cohorte.dep, lire_codes()
    hasard = cohorte.hasard(a.annee, 5)
    n = len(a)
    fin = date(a.annee + 1, 8, 31).toordinal()
    jour = np.minimum(premiers + hasard.integers(0, 9, n), fin)
    change = (hasard.random(n) < 0.11) & (jour < fin - 40)
    absent = hasard.random(n) < dep.sans_fiche
    change &= ~absent

    colonnes: dict[str, Textes] = {
        "association": en_textes([s for s, _ in dep.associations])[reg.association[a.jeunes]],
        "usager": noms[a.jeunes],
        "college": en_textes([*(c.code for c in dep.colleges), ""])[a.college],
        "classe": en_textes(codes["classe"])[a.codes["classe"]],
        "hebergement": en_textes(codes["hebergement"])[a.codes["hebergement"]],
        "configuration": en_textes(codes["configuration"])[a.codes["configuration"]],
        "mesures": _ensembles_en_texte(t.ensembles["mesures"], codes["mesures"]),
        "aides": _ensembles_en_texte(t.ensembles["aides"], codes["aides"]),
        "ressources": _ensembles_en_texte(t.ensembles["ressources"], codes["ressources"]),
    }
    non = codes["mesure_connue"].index("non")
    colonnes["mesures"] = np.where(
        a.codes["mesure_connue"] == non, "aucune", colonnes["mesures"]
    ).astype(object)
    colonnes["aides"] = np.where(a.codes["aide_connue"] == non, "aucune", colonnes["aides"]).astype(
        object
    )

    # The earlier row of those whose situation changed: other lodging, household or collège.
    avant = {c: v[change].copy() for c, v in colonnes.items()}
    m = int(change.sum())
    sort = hasard.random(m)
    avant["hebergement"][sort < 0.35] = "deux_parents"
    avant["configuration"][(sort > 0.3) & (sort < 0.6)] = "couple"
    avant["mesures"][(sort > 0.55) & (sort < 0.8)] = "aucune"
    demenage = np.flatnonzero((sort > 0.88) & (a.college[change] >= 0))
    if len(demenage):
        college = a.college[change][demenage]
        for i, c in zip(demenage.tolist(), college.tolist(), strict=True):
            voisins = np.flatnonzero(dep.territoire_du_college == dep.territoire_du_college[c])
            autre = int(voisins[hasard.integers(len(voisins))])
            avant["college"][i] = dep.colleges[autre].code
    tard = jour.copy()
    tard[change] += hasard.integers(20, 1 + np.maximum(21, (fin - jour[change]).clip(max=200)))
    tard = np.minimum(tard, fin)

    absentes = dep.colonnes_absentes(a.annee)
    table: Table = {}
    for c in ("association", "usager"):
        table[c] = [*avant[c].tolist(), *colonnes[c][~absent].tolist()]
    table["date"] = [*en_dates(jour[change]).tolist(), *en_dates(tard[~absent]).tolist()]
    for c in colonnes:
        if c not in table and c not in absentes:
            table[c] = [*avant[c].tolist(), *colonnes[c][~absent].tolist()]
    return table
