"""The interventions of a school year, as columns of text.

They share out what each youth holds (`tenues`) so that the union over the year gives it back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from data.demo.cohorte import Cohorte
from data.demo.departement import ALSES, EDUCATEUR, Departement, lire_codes
from data.demo.fiches import Table, Textes, en_dates, en_textes
from data.demo.registre import Annee
from data.demo.repartition import Booleens, Cible, Entiers, Reels, ajuster, chiffrer
from data.demo.tenues import Tenues


def _ranger(m: Booleens, colonnes: int) -> tuple[Entiers, Entiers]:
    """Each youth's values in a row (n × `colonnes`, 0 beyond) and how many."""
    n = m.shape[0]
    tailles = np.minimum(m.sum(axis=1), colonnes)
    ligne, code = np.nonzero(m)
    combien = m.sum(axis=1)
    rang = np.arange(len(ligne)) - np.repeat(np.cumsum(combien) - combien, combien)
    valeurs = np.zeros((n, colonnes), dtype=np.int64)
    ok = rang < colonnes
    valeurs[ligne[ok], rang[ok]] = code[ok]
    return valeurs, tailles


def _paires(codes: Sequence[str]) -> Textes:
    """Text of each pair of codes (index i × number of codes + j); equal or unknown: one."""
    return en_textes(
        ["|".join(dict.fromkeys(c for c in (x, y) if c)) for x in codes for y in codes]
    )


def remplir_interventions(
    cohorte: Cohorte, a: Annee, t: Tenues, noms: Textes
) -> tuple[Table, Entiers]:
    """The `interventions` of the year, and the day of each youth's first one (n)."""
    reg, dep, codes = cohorte.registre, cohorte.dep, lire_codes()
    hasard = cohorte.hasard(a.annee, 7)
    n = len(a)
    totaux = t.par_alses + t.par_educateur
    rows = int(totaux.sum())
    jeune = np.repeat(np.arange(n), totaux)
    place = np.arange(rows) - np.repeat(np.cumsum(totaux) - totaux, totaux)
    alses = place < t.par_alses[jeune]
    place = np.where(alses, place, place - t.par_alses[jeune])
    nombre = np.where(alses, t.par_alses[jeune], t.par_educateur[jeune])
    porteur = alses | (a.part[jeune] == EDUCATEUR)  # the rows that make the youth's sets known

    jour = _jours(hasard, reg.debut[a.jeunes], a.annee, jeune, dep.debuts_tardifs)
    premiers = np.full(n, date(a.annee + 1, 8, 31).toordinal(), dtype=np.int64)
    np.minimum.at(premiers, jeune, jour)

    lieu = _placer(hasard, dep, a.annee, t, jeune, place, alses)

    valeurs, tailles = _ranger(t.ensembles["objectifs"], 5)
    m = np.maximum(tailles[jeune], 1)
    u = hasard.random(rows)
    premier = np.where(porteur, place % m, (u * 7919).astype(np.int64) % m)
    second = np.where(u < 0.32, (premier + 1 + (u * 104729).astype(np.int64)) % m, premier)
    o1, o2 = valeurs[jeune, premier], valeurs[jeune, second]
    vide = (hasard.random(rows) < 0.03) & (place >= tailles[jeune])
    o1[vide] = o2[vide] = 0
    objectifs = _paires(codes["objectifs"])[o1 * len(codes["objectifs"]) + o2]

    # Family: in the first rows of those who have it, and in one row out of four.
    membres, n_membres = _ranger(t.ensembles["famille"], 5)
    buts, n_buts = _ranger(t.ensembles["objectifs_famille"], 5)
    assez = np.maximum(n_membres, n_buts)
    u = hasard.random(rows)
    famille = porteur & t.drapeaux["avec_famille"][jeune] & ((place < assez[jeune]) | (u < 0.2))
    rang = np.where(place < assez[jeune], place, (u * 7919).astype(np.int64))
    f = np.where(famille, membres[jeune, rang % np.maximum(n_membres[jeune], 1)], 0)
    b1 = np.where(famille, buts[jeune, rang % np.maximum(n_buts[jeune], 1)], 0)
    autre = (rang + 1) % np.maximum(n_buts[jeune], 1)
    b2 = np.where(famille & (u * 5 % 1 < 0.3), buts[jeune, autre], b1)
    k = len(codes["objectifs_famille"])

    # Partners: in the last row of those who have them, and in one row out of four.
    u = hasard.random(rows)
    avec = t.drapeaux["avec_partenaires"][jeune] & ((place == nombre - 1) | (u < 0.24))
    avec &= porteur | (u < 0.12)
    terr, hors = _associer(hasard, dep, a, jeune, alses, avec)

    u = hasard.random(rows)
    seul = t.drapeaux["seul"][jeune] & ((~famille & ~avec) | (u < 0.15) | (place == 0))
    interne = t.drapeaux["avec_interne"][jeune] & ((u > 0.93) | (place == nombre // 2))
    masque = seul * 1 + famille * 2 + avec * 4 + interne * 8
    modalites = en_textes(
        ["|".join(c for i, c in enumerate(codes["modalites"][1:]) if x >> i & 1) for x in range(16)]
    )[masque]
    chance = np.where(avec & ~seul, 0.25, np.where(famille & ~seul, 0.6, 0.94))
    present = np.where(hasard.random(rows) < chance, 1, 2)
    present[hasard.random(rows) < 0.006] = 0

    siennes = reg.association[a.jeunes]
    table: Table = {
        "association": en_textes([s for s, _ in dep.associations])[siennes][jeune].tolist(),
        "intervention": [f"{a.annee % 100}{i:07d}" for i in range(1, rows + 1)],
        "usager": noms[a.jeunes][jeune].tolist(),
        "date": en_dates(jour).tolist(),
        "acteur": en_textes(["educateur", "alses"])[alses.astype(np.int64)].tolist(),
        "present": en_textes(["", "oui", "non"])[present].tolist(),
        "lieu": en_textes(codes["lieu"])[lieu].tolist(),
        "objectifs": objectifs.tolist(),
        "modalites": modalites.tolist(),
        "famille": en_textes(codes["famille"])[f].tolist(),
        "objectifs_famille": _paires(codes["objectifs_famille"])[b1 * k + b2].tolist(),
        "partenaires_territoire": terr.tolist(),
        "partenaires_hors": hors.tolist(),
    }
    return table, premiers


def _jours(
    hasard: np.random.Generator,
    debut: Entiers,
    annee: int,
    jeune: Entiers,
    tardifs: float,
) -> Entiers:
    """Ordinal day of each intervention: a school day, from the start of the follow-up on."""
    n = len(debut)
    rentree = date(annee, 9, 1).toordinal()
    fin = date(annee + 1, 8, 31).toordinal()
    ouvre = np.maximum(debut, rentree)
    ouvre = np.where(hasard.random(n) < tardifs, rentree, ouvre)
    ferme = np.maximum(rentree + 308 + hasard.integers(-40, 20, n), ouvre + 1)
    ferme = np.minimum(np.where(hasard.random(n) < 0.06, fin, ferme), fin)
    u = hasard.random(len(jeune))
    jour = ouvre[jeune] + (u * (ferme - ouvre + 1)[jeune]).astype(np.int64)
    semaine = jour % 7  # ordinal days: 0 is a Sunday, 6 a Saturday
    jour += np.where(semaine == 0, 1, np.where(semaine == 6, 2, 0))
    return np.asarray(np.minimum(jour, fin), dtype=np.int64)


def _placer(
    hasard: np.random.Generator,
    dep: Departement,
    annee: int,
    t: Tenues,
    jeune: Entiers,
    place: Entiers,
    alses: Booleens,
) -> Entiers:
    """Place of each intervention (index in the list, 0 unknown).

    Each youth is met at least once in each of the youth's places; the rest is drawn so that the
    interventions of ALSES have the year's exact shares.
    """
    codes = lire_codes()["lieu"]
    k = len(codes)
    m = t.ensembles["lieu"]
    valeurs, tailles = _ranger(m, k - 1)
    masque = (m.astype(np.int64) @ (1 << np.arange(k, dtype=np.int64)))[jeune]
    porteur = alses | (t.par_alses[jeune] == 0)
    impose = porteur & (place < tailles[jeune])
    lieu = np.zeros(len(jeune), dtype=np.int64)
    lieu[impose] = valeurs[jeune[impose], place[impose]]
    libre = np.flatnonzero(~impose)

    cible = dep.lieux_alses(annee)
    n_alses = int(alses.sum())
    voulu = np.zeros(k, dtype=np.int64)
    muets = libre[alses[libre]]
    for code, nombre in chiffrer(n_alses, cible).items():
        voulu[codes.index(code)] = nombre
    muets = hasard.permutation(muets)[: voulu[0]]
    tires = np.setdiff1d(libre, muets, assume_unique=True)

    # Weights by set of places: fitted so that expected counts are the wanted ones.
    ensembles = np.arange(1 << k)
    dedans = (ensembles[:, None] >> np.arange(k)[None, :] & 1).astype(float)
    dedans[:, 0] = 0
    tires_alses = tires[alses[tires]]
    lignes = np.bincount(masque[tires_alses], minlength=1 << k)
    reste = np.maximum(voulu - np.bincount(lieu[alses & impose], minlength=k), 0)
    reste[0] = 0
    utiles = np.flatnonzero(lignes)
    poids = dedans + 1e-12
    if len(utiles):
        poids[utiles] = ajuster(dedans[utiles] + 1e-12, lignes[utiles].astype(float), reste)
    cumul = np.cumsum(poids, axis=1)
    cumul /= cumul[:, -1:]
    u = hasard.random(len(tires))
    lieu[tires] = (u[:, None] > cumul[masque[tires]]).sum(axis=1)

    _corriger(hasard, lieu, reste, tires_alses, masque)
    # Rows of a crossed follow-up by an educator: same places, unknown from time to time.
    muets_educ = libre[~alses[libre]]
    lieu[muets_educ[hasard.random(len(muets_educ)) < 0.02]] = 0
    return lieu


def _corriger(
    hasard: np.random.Generator, lieu: Entiers, voulu: Entiers, libres: Entiers, masque: Entiers
) -> None:
    """Move a few rows from the places that have too many to those that have too few.

    `voulu` (per place): what the rows `libres` should hold in all. A row moves only to a place
    of its youth (`masque`).
    """
    for _ in range(4):
        ecart = np.bincount(lieu[libres], minlength=len(voulu)) - voulu
        if not np.abs(ecart).sum():
            return
        for trop in np.flatnonzero(ecart > 0).tolist():
            ici = hasard.permutation(libres[lieu[libres] == trop])
            for peu in np.flatnonzero(ecart < 0).tolist():
                n = min(int(ecart[trop]), -int(ecart[peu]))
                if n <= 0:
                    continue
                bons = ici[(masque[ici] >> peu & 1 == 1) & (lieu[ici] == trop)][:n]
                lieu[bons] = peu
                ecart[trop] -= len(bons)
                ecart[peu] += len(bons)


def _associer(
    hasard: np.random.Generator,
    dep: Departement,
    a: Annee,
    jeune: Entiers,
    alses: Booleens,
    avec: Booleens,
) -> tuple[Textes, Textes]:
    """Partners of each intervention, on and off the territory, as text.

    A row with partners mentions one, or a school and another, on the territory; or one off it.
    """
    codes = lire_codes()["partenaires"]
    ecole = codes.index("etablissement_scolaire")
    vide = len(codes)
    rows = len(jeune)
    seul = np.zeros(rows, dtype=np.int64)
    double = np.zeros(rows, dtype=np.bool_)
    dehors = np.zeros(rows, dtype=np.int64)
    par_alses = np.flatnonzero(avec & alses)
    par_educ = np.flatnonzero(avec & ~alses)
    hors_alses = 0
    mentions_alses = 0
    a_hors: list[Entiers] = []
    a_deux: list[Entiers] = []
    for z, (code, _) in enumerate(dep.territoires):
        ici = hasard.permutation(par_alses[a.territoire[jeune[par_alses]] == z])
        deux = round(0.06 * len(ici))
        mentions = len(ici) + deux
        hors = round(dep.hors_territoire.get(code, 8.0) * mentions / 100)
        a_hors.append(ici[:hors])
        a_deux.append(ici[hors : hors + deux])
        hors_alses += hors
        mentions_alses += mentions
    ici = hasard.permutation(par_educ)
    deux = round(0.08 * len(ici))
    mentions = len(ici) + deux
    part = (100 - dep.territoire_ps(a.annee)) / 100
    hors = round(part * (mentions_alses + mentions)) - hors_alses
    hors = min(max(hors, 0), len(ici) - deux)
    a_hors.append(ici[:hors])
    a_deux.append(ici[hors : hors + deux])
    for groupe, par, part_n in ((par_alses, slice(0, -1), ALSES), (par_educ, slice(-1, None), 1)):
        h = np.concatenate([*a_hors[par], np.zeros(0, dtype=np.int64)])
        d = np.concatenate([*a_deux[par], np.zeros(0, dtype=np.int64)])
        double[d] = True
        simples = np.setdiff1d(np.setdiff1d(groupe, h), d)
        n = len(simples) + 2 * len(d)
        if not n:
            continue
        compte = np.zeros(len(codes), dtype=np.int64)
        _descendre(dep.partenaires(part_n, a.annee), n, compte, codes)
        autres = hasard.permutation(
            np.repeat(np.arange(len(codes)), np.where(np.arange(len(codes)) == ecole, 0, compte))
        )
        ordre = hasard.permutation(simples)
        seul[d] = autres[: len(d)]
        reste = autres[len(d) :]
        seul[ordre[: len(reste)]] = reste
        seul[ordre[len(reste) :]] = ecole
        dehors[h] = hasard.choice(
            np.arange(1, len(codes)), size=len(h), p=_POIDS_HORS / _POIDS_HORS.sum()
        )
    lexique = en_textes([*codes, *(f"etablissement_scolaire|{c}" if c else "" for c in codes)])
    return (
        np.asarray(lexique[seul + double * vide], dtype=object),
        np.asarray(en_textes(codes)[dehors], dtype=object),
    )


_POIDS_HORS: Reels = np.array([10, 16, 15, 8, 17, 4, 11, 7, 6, 2, 1, 2, 1], dtype=float)
"""Partners met off the territory, in list order: care, child protection, insertion first."""


def _descendre(cible: Cible, n: int, compte: Entiers, codes: Sequence[str]) -> None:
    """Counts of the leaves of a nested target, out of `n`."""
    for code, nombre in chiffrer(n, cible).items():
        if code in cible.enfants:
            _descendre(cible.enfants[code], nombre, compte, codes)
        elif code:
            compte[codes.index(code)] += nombre
