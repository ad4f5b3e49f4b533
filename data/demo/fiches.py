"""The record forms of a school year: usagers, situations, interventions, as columns of text.

What a youth holds over the year (objectives, places, family, partners) is drawn first, with exact
counts; the interventions then share it out so that the union over the year gives it back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from data.demo.cohorte import Cohorte
from data.demo.departement import ALSES, EDUCATEUR, Departement, lire_codes
from data.demo.registre import Annee
from data.demo.repartition import (
    Booleens,
    Cible,
    Entiers,
    Reels,
    affecter,
    ajuster,
    chiffrer,
    repartir,
)
from data.demo.tables import composer_par_zone, compter_multiple, dresser

Textes = NDArray[np.object_]
Table = dict[str, list[str]]

_DRAPEAUX = ("mesure_connue", "aide_connue", "avec_famille", "avec_partenaires", "avec_interne")


@dataclass
class Tenues:
    """What each youth of the year holds (n rows): sets as boolean matrices n × codes of the list,
    yes/no as booleans, and how many interventions by an ALSES and by an educator."""

    ensembles: dict[str, Booleens]
    drapeaux: dict[str, Booleens]
    par_alses: Entiers
    par_educateur: Entiers


def textes(valeurs: Sequence[str]) -> Textes:
    """An array of strings to index by code."""
    t = np.empty(len(valeurs), dtype=object)
    t[:] = valeurs
    return t


def identifier(cohorte: Cohorte) -> Textes:
    """Pseudonym of every youth of the register, such as `ITI-2021-00417`: made of nothing real."""
    reg, dep = cohorte.registre, cohorte.dep
    annees = [date.fromordinal(int(d)).year for d in reg.debut]
    return textes(
        [
            f"{dep.prefixes[a]}-{an}-{n:05d}"
            for a, an, n in zip(reg.association.tolist(), annees, reg.numero.tolist(), strict=True)
        ]
    )


# --- what each youth holds ------------------------------------------------------------------------


def tenir(cohorte: Cohorte, a: Annee) -> Tenues:
    """Draw everything that is counted youth by youth over the year."""
    dep = cohorte.dep
    n = len(a)
    hasard = cohorte.hasard(a.annee, 3)
    association = cohorte.registre.association[a.jeunes]
    rythme = np.array([dep.rythmes.get(i, 1.0) for i in range(len(dep.associations))])[association]
    moyenne = np.where(a.part == ALSES, 26.5, 27.0)
    k = np.exp(hasard.normal(np.log(moyenne * rythme) - 0.5, 1.0, n))
    k = np.clip(np.rint(k), 1, 260).astype(np.int64)

    t = Tenues({}, {}, k.copy(), k.copy())
    codes = lire_codes()
    oui = codes["croise"].index("oui")
    alses = np.flatnonzero(a.part == ALSES)
    educ = np.flatnonzero(a.part == EDUCATEUR)
    zones = dep.zones(a.annee)

    def drapeau(champ: str) -> None:
        resultat = np.zeros(n, dtype=np.int64)
        for part, ici, z in ((ALSES, alses, zones), (EDUCATEUR, educ, dep.zones_territoires)):
            if not len(ici) or (champ == "croise" and part == EDUCATEUR):
                continue
            lignes = np.bincount(a.zone[ici], minlength=len(z.noms))
            table = dresser(dep, champ, part, a.annee, z, lignes)
            resultat[ici] = affecter(hasard, table, a.zone[ici])
        a.codes[champ] = resultat
        t.drapeaux[champ] = resultat == oui

    for champ in (*_DRAPEAUX, "croise", "seul"):
        drapeau(champ)
    t.par_alses[educ] = 0
    croises = t.drapeaux["croise"]
    t.par_educateur[alses] = 0
    t.par_educateur[croises] = 1 + hasard.poisson(0.4 * k[croises])

    capacite = np.where(a.part == ALSES, t.par_alses, t.par_educateur)
    restrictions = {
        "mesures": t.drapeaux["mesure_connue"],
        "aides": t.drapeaux["aide_connue"],
        "famille": t.drapeaux["avec_famille"],
        "objectifs_famille": t.drapeaux["avec_famille"],
    }
    for champ in (
        "mesures",
        "aides",
        "ressources",
        "objectifs",
        "famille",
        "objectifs_famille",
        "lieu",
    ):
        m = np.zeros((n, len(codes[champ])), dtype=np.bool_)
        tenu = restrictions.get(champ, np.ones(n, dtype=np.bool_))
        place = capacite if champ in ("objectifs", "famille", "objectifs_famille", "lieu") else None
        deja: Entiers | None = None
        base_deja = 0
        for part, tous in ((ALSES, alses), (EDUCATEUR, educ)):
            ici = tous[tenu[tous]]
            if not len(ici):
                continue
            cible = dep.cible(champ, part, a.annee)
            ici = _taire(hasard, ici, a.territoire, 1 - cible.connus, len(dep.territoires))
            comptes = compter_multiple(champ, cible, len(ici))
            if part == EDUCATEUR and deja is not None:
                communs = dep.communs_multiples.get((champ, a.annee), {})
                for code, pourcent in communs.items():
                    j = codes[champ].index(code)
                    comptes[j] = max(0, round(pourcent * (base_deja + len(ici)) / 100) - deja[j])
            places = np.full(len(ici), 5) if place is None else place[ici]
            m[ici] = composer_par_zone(
                dep, hasard, champ, part, a.annee, a.territoire[ici], places, comptes
            )
            deja, base_deja = m[ici].sum(axis=0), len(ici)
        t.ensembles[champ] = m
    return t


def _taire(
    hasard: np.random.Generator, jeunes: Entiers, territoire: Entiers, part: float, z: int
) -> Entiers:
    """Those of `jeunes` who answer: `part` (0–1) of them do not, spread over the territoires."""
    if part <= 0:
        return jeunes
    lignes = np.bincount(territoire[jeunes], minlength=z)
    muets = repartir(round(part * len(jeunes)), lignes.astype(float))
    garde = np.ones(len(jeunes), dtype=np.bool_)
    for i in range(z):
        ici = np.flatnonzero(territoire[jeunes] == i)
        garde[hasard.permutation(ici)[: muets[i]]] = False
    return jeunes[garde]


# --- usagers and situations -----------------------------------------------------------------------


def remplir_usagers(cohorte: Cohorte, a: Annee, noms: Textes) -> Table:
    """The `usagers` of the year, one row each."""
    reg, dep, codes = cohorte.registre, cohorte.dep, lire_codes()
    j = np.sort(a.jeunes)
    hasard = np.random.default_rng([cohorte.graine, 77])
    muet = hasard.random(len(reg)) < 0.01
    perdu = hasard.random(len(reg)) < dep.sans_territoire
    jours = _dates(reg.debut[j])
    # An empty start reads as the first intervention: the same year, for those new that year.
    jours = np.where(muet[j] & cohorte.debutants[j], "", jours)
    table: Table = {
        "association": textes([s for s, _ in dep.associations])[reg.association[j]].tolist(),
        "usager": noms[j].tolist(),
    }
    table["sexe"] = textes(codes["sexe"])[reg.codes["sexe"][j]].tolist()
    naissance = reg.naissance[j]
    table["naissance"] = textes(["", *(str(y) for y in range(1980, 2031))])[
        np.where(naissance > 0, naissance - 1979, 0)
    ].tolist()
    table["debut"] = jours.tolist()
    territoires = textes([c for c, _ in dep.territoires])[reg.territoire[j]]
    table["territoire"] = np.where(perdu[j], "", territoires).tolist()
    for champ in ("origine", "fonction_ecole", "demande", "demande_scolarite"):
        table[champ] = textes(codes[champ])[reg.codes[champ][j]].tolist()
    return table


def _dates(jours: Entiers) -> Textes:
    """ISO dates of ordinal days."""
    if not len(jours):
        return textes([])
    premier = int(jours.min())
    lexique = textes(
        [date.fromordinal(premier + i).isoformat() for i in range(int(jours.max()) - premier + 1)]
    )
    return np.asarray(lexique[jours - premier], dtype=object)


def _ensembles_en_texte(m: Booleens, codes: Sequence[str]) -> Textes:
    """Each row's codes joined by `|`."""
    poids = 1 << np.arange(m.shape[1], dtype=np.int64)
    masques = m.astype(np.int64) @ poids
    uniques, inverse = np.unique(masques, return_inverse=True)
    lexique = textes(
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
        "association": textes([s for s, _ in dep.associations])[reg.association[a.jeunes]],
        "usager": noms[a.jeunes],
        "college": textes([*(c.code for c in dep.colleges), ""])[a.college],
        "classe": textes(codes["classe"])[a.codes["classe"]],
        "hebergement": textes(codes["hebergement"])[a.codes["hebergement"]],
        "configuration": textes(codes["configuration"])[a.codes["configuration"]],
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
    table["date"] = [*_dates(jour[change]).tolist(), *_dates(tard[~absent]).tolist()]
    for c in colonnes:
        if c not in table and c not in absentes:
            table[c] = [*avant[c].tolist(), *colonnes[c][~absent].tolist()]
    return table


# --- interventions --------------------------------------------------------------------------------


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
    return textes(["|".join(dict.fromkeys(c for c in (x, y) if c)) for x in codes for y in codes])


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
    modalites = textes(
        ["|".join(c for i, c in enumerate(codes["modalites"][1:]) if x >> i & 1) for x in range(16)]
    )[masque]
    chance = np.where(avec & ~seul, 0.25, np.where(famille & ~seul, 0.6, 0.94))
    present = np.where(hasard.random(rows) < chance, 1, 2)
    present[hasard.random(rows) < 0.006] = 0

    siennes = reg.association[a.jeunes]
    table: Table = {
        "association": textes([s for s, _ in dep.associations])[siennes][jeune].tolist(),
        "intervention": [f"{a.annee % 100}{i:07d}" for i in range(1, rows + 1)],
        "usager": noms[a.jeunes][jeune].tolist(),
        "date": _dates(jour).tolist(),
        "acteur": textes(["educateur", "alses"])[alses.astype(np.int64)].tolist(),
        "present": textes(["", "oui", "non"])[present].tolist(),
        "lieu": textes(codes["lieu"])[lieu].tolist(),
        "objectifs": objectifs.tolist(),
        "modalites": modalites.tolist(),
        "famille": textes(codes["famille"])[f].tolist(),
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
    lexique = textes([*codes, *(f"etablissement_scolaire|{c}" if c else "" for c in codes)])
    return (
        np.asarray(lexique[seul + double * vide], dtype=object),
        np.asarray(textes(codes)[dehors], dtype=object),
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


def en_lignes(table: Table) -> Iterable[str]:
    """CSV lines of a table, header first (no cell holds a separator)."""
    yield ";".join(table)
    yield from map(";".join, zip(*table.values(), strict=True))
