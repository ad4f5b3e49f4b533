"""Which cells an attacker knows for certain, and which tables to withhold so that none is.

Contract, confidentialité: « a table that lets any cell of 1–4 be known for certain is withheld,
for good, and the audit repeated until none is left ».
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.audit import noyau
from data.audit.charpente import Charpente
from data.audit.explication import Borne, Explication, Relations, bornes_d_un_reste
from data.audit.programmes import PETIT
from data.audit.propagation import Bornes, Nombres, rouages
from data.audit.savoir import ASSIETTE, PAS, Publiables, cacher, tableaux
from data.audit.trame import Place, Rangs
from data.treillis import FILTRES_PERMIS, est_un_entete

ANNEAUX = 4
"""How far from a cell a table to withhold is looked for, in relations, when nothing explains it."""

VOISINES = 4000
"""Most cells looked at around one: in a small base nearly all are hidden, and all are related."""

PATIENCE = 5
"""Times one source is hidden for each cell found; then twice as many each time."""

Cellule = tuple[int, int]
Drapeaux = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Trouvaille:
    """A small cell known for certain. `cellules`: itself, or those around an unpublished rest.
    `bornes`: the bounds that make it known; none when linear programming found it."""

    cellules: tuple[Cellule, ...]
    bornes: tuple[Borne, ...] = ()


def petites(verite: Nombres) -> Drapeaux:
    """The cells of 1 to 4 youths."""
    p: Drapeaux = (verite >= 1) & (verite <= PETIT)
    return p


def compter_petites(charpente: Charpente, verite: Nombres) -> int:
    """Cells of 1 to 4 youths that are protected, the unpublished rests included."""
    return int(petites(verite[charpente.visees]).sum()) + compter_restes(charpente, verite)


def chercher(
    charpente: Charpente,
    bornes: Bornes,
    verite: Nombres,
    connues: Drapeaux | None = None,
    lignes: Drapeaux | None = None,
) -> list[Trouvaille]:
    """Small cells whose bounds meet, the unpublished rests included.

    `connues`: cells the attacker knew beforehand. `lignes`: rows to look at, when nothing is to be
    found in the others.
    """
    lignes = charpente.visees if lignes is None else lignes & charpente.visees
    qui = np.flatnonzero(lignes)
    certaines = petites(verite[qui]) & (bornes.bas[qui] == bornes.haut[qui])
    if connues is not None:
        certaines &= ~connues[qui]
    trouvees = [
        Trouvaille(((int(r), int(k)),), ((int(r), int(k), False), (int(r), int(k), True)))
        for r, k in ((qui[i], k) for i, k in np.argwhere(certaines))
    ]
    return trouvees + _restes_de_lignes(charpente, bornes, verite, connues, lignes)


def compter_restes(charpente: Charpente, verite: Nombres) -> int:
    """Unpublished rests of 1 to 4 youths (« sans collège », profile unknown) that are no row."""
    total = 0
    for f in charpente.familles:
        if f.reste and f.cellule:
            reste = verite[f.parents] - np.add.reduceat(verite[f.enfants], f.debuts, axis=0)
            total += int((petites(reste) & f.colonnes)[charpente.visees[f.parents]].sum())
    return total


def _restes_de_lignes(
    charpente: Charpente,
    bornes: Bornes,
    verite: Nombres,
    connues: Drapeaux | None,
    lignes: Drapeaux,
) -> list[Trouvaille]:
    roues = rouages(charpente)
    relations, colonnes = noyau.chercher_les_restes(
        bornes.bas,
        bornes.haut,
        verite,
        np.zeros((0, 0), dtype=bool) if connues is None else connues,
        lignes,
        np.array([f.reste and f.cellule for f in charpente.familles]),
        roues,
        PETIT,
    )
    trouvees = []
    for q, colonne in zip(relations.tolist(), colonnes.tolist(), strict=True):
        parent = int(roues.l_parent[q])
        enfants = roues.l_enfants[roues.l_debuts[q] : roues.l_debuts[q + 1]].tolist()
        trouvees.append(
            Trouvaille(
                tuple((x, colonne) for x in (parent, *enfants)),
                tuple(bornes_d_un_reste(parent, enfants, colonne)),
            )
        )
    return trouvees


class Retenue:
    """Withholds tables of one frame, the cheapest first. `nouvelles`: those it added, as (row,
    table); `arrondies`: rows whose headline is no longer exact. `donnees`: whether each table is
    answered, withheld or not (rows, tables). `autre`, `liens`: the other frame,
    and the cells of the two that count the same youths (`jumeler`)."""

    def __init__(self, charpente: Charpente, pub: Publiables) -> None:
        self.charpente, self.pub = charpente, pub
        self._entetes = np.array(
            [
                est_un_entete(p, type_, f) and not charpente.tables[0].membres
                for p, type_, _, f in charpente.cles
            ],
            dtype=bool,
        )
        self.autre: Retenue | None = None
        self.liens: tuple[Rangs, Rangs, Rangs, Rangs] | None = None
        self._jumelles: dict[Cellule, list[Cellule]] | None = None
        self.nouvelles: list[tuple[int, int]] = []
        self.arrondies: list[int] = []
        self._par_lieu: dict[tuple[str, str], list[int]] | None = None
        self._caches: tuple[tuple[int, int], Drapeaux] | None = None
        self._ailleurs: tuple[Drapeaux, Drapeaux] | None = None
        self.relations = Relations(charpente)
        self._tables_de: dict[int, list[int]] = {}
        for rang, table in enumerate(charpente.tables):
            for k in {table.base_auditee, *(k for _, k in table.membres)}:
                self._tables_de.setdefault(k, []).append(rang)
        self._posees = tableaux(charpente).posees
        self.donnees = self._posees.copy()
        self._lisibles = np.zeros(charpente.forme, dtype=bool)
        for rang, table in enumerate(charpente.tables):
            if table.membres:
                self.donnees[:, rang] &= PAS * pub.p[:, table.base].astype(np.int64) >= ASSIETTE
            colonnes = [table.base_auditee, *(k for _, k in table.membres)]
            self._lisibles[:, colonnes] |= self.donnees[:, [rang]]

    def retenir(
        self,
        trouvailles: Sequence[Trouvaille],
        explication: Explication | None,
        connues: Drapeaux | None = None,
        effort: int = 0,
    ) -> bool:
        """Withhold what makes these cells known. Returns whether anything could be.

        `explication`: where the attacker's bounds come from (None: the nearest table will do).
        `connues`: what it knows otherwise, which it is no use hiding. `effort`: how many times it
        was tried already: one source is hidden for each cell; then, in a small place, what stands
        under it too (the same table under a filter), in every population; then more sources.
        """
        if not trouvailles:
            return False
        caches = self.caches() if connues is None else self.caches() | connues
        caches = caches.copy()
        faites: set[Cellule] = set()
        agi = False
        for t in trouvailles:
            candidates = self._choisir(t, explication, caches)
            if not candidates:
                agi |= self._tout_cacher(t.cellules[0][0], effort, caches)
                continue
            # What was withheld for another cell may be enough for this one: see next round.
            if faites.intersection(candidates):
                continue
            combien = 1 << min(max(effort - PATIENCE, 0), 6)
            ici = self._place(t.cellules[0][0]) if effort > PATIENCE else None
            for choisie in sorted(candidates, key=lambda c: self._prix(c, caches, ici))[:combien]:
                faites.add(choisie)
                for cellule in (choisie, *self._dessous(choisie, effort)):
                    self._cacher(*cellule, caches)
                    if self.autre is not None:
                        for jumelle in self._jumelles_de(cellule):
                            self.autre._cacher(*jumelle, self.autre.caches().copy())
        return agi or bool(faites)

    def _choisir(
        self, t: Trouvaille, explication: Explication | None, caches: Drapeaux
    ) -> list[Cellule]:
        """What may be hidden: where the bounds come from, else what is nearest; headlines, which
        are exact (rule 7), only when they alone say it."""
        sources = self._visibles(explication.sources(t.bornes) if explication else [], caches)
        candidates = sources or self._autour(t.cellules, caches)
        return [c for c in candidates if not self._est_un_entete(c)] or candidates

    def _est_un_entete(self, cellule: Cellule) -> bool:
        ligne, colonne = cellule
        return colonne == 0 and bool(self._entetes[ligne])

    def _tout_cacher(self, ligne: int, effort: int, caches: Drapeaux) -> bool:
        """When no table near a cell is left to hide: every table of its context, in every
        population; then of its place. Of what is beside the parts of a place, that place's.
        Returns whether anything was left."""
        filtres = self.charpente.cles[ligne][3]
        type_, lieu = self._place(ligne)
        lignes = self._du_lieu(type_, lieu)
        if effort < PATIENCE or FILTRES_PERMIS[type_] > 1:
            lignes = [i for i in lignes if self.charpente.cles[i][3] == filtres]
        # Those that would be refused too: « too few » says how few at the most.
        restantes = [
            (i, rang)
            for i in lignes
            for rang in np.flatnonzero(self._posees[i] & ~self.pub.retenues[i]).tolist()
        ]
        # « Effectif » is the first table: of a headline, the last to be given up.
        sans_entetes = [(i, rang) for i, rang in restantes if rang or not self._entetes[i]]
        for i, rang in sans_entetes or restantes:
            table = self.charpente.tables[rang]
            self.pub.retenues[i, rang] = True
            self.nouvelles.append((i, rang))
            caches[i, [table.base_auditee, *(k for _, k in table.membres)]] = True
        return bool(restantes)

    def _du_lieu(self, type_: str, lieu: str) -> list[int]:
        """Rows of a place."""
        if self._par_lieu is None:
            self._par_lieu = {}
            for i, (_, t, x, _) in enumerate(self.charpente.cles):
                self._par_lieu.setdefault((t, x), []).append(i)
        return self._par_lieu[type_, lieu]

    def _visibles(self, cellules: Sequence[Cellule], caches: Drapeaux) -> list[Cellule]:
        ailleurs = self._lisibles_ailleurs()
        return [c for c in cellules if (self._lisibles[c] and not caches[c]) or ailleurs[c]]

    def _lisibles_ailleurs(self) -> Drapeaux:
        """Cells whose youths the other frame shows."""
        if self.autre is None or self.liens is None:
            return np.zeros_like(self._lisibles)
        caches = self.autre.caches()
        if self._ailleurs is None or self._ailleurs[0] is not caches:
            ra, ka, rb, kb = self.liens
            vues = self.autre._lisibles[rb, kb] & ~caches[rb, kb]
            ailleurs = np.zeros_like(self._lisibles)
            ailleurs[ra[vues], ka[vues]] = True
            self._ailleurs = (caches, ailleurs)
        return self._ailleurs[1]

    def _jumelles_de(self, cellule: Cellule) -> list[Cellule]:
        """Cells of the other frame that count the same youths."""
        if self.liens is None:
            return []
        if self._jumelles is None:
            self._jumelles = {}
            for r, k, x, m in zip(*(x.tolist() for x in self.liens), strict=True):
                self._jumelles.setdefault((r, k), []).append((x, m))
        return self._jumelles.get(cellule, [])

    def caches(self) -> Drapeaux:
        """Cells not to be read anywhere, as long as nothing more is withheld."""
        fait = (len(self.nouvelles), len(self.arrondies))
        if self._caches is None or self._caches[0] != fait:
            self._caches = (fait, cacher(self.charpente, self.pub))
        return self._caches[1]

    def _dessous(self, cellule: Cellule, effort: int) -> list[Cellule]:
        """The same youths under one more filter, in a small place: other roads to the same cell."""
        ligne, colonne = cellule
        population, type_, lieu, filtres = self.charpente.cles[ligne]
        if not effort or colonne == 0 or FILTRES_PERMIS[type_] > 1:
            return []
        voulus = set(filtres.split("&")) - {""}
        return [
            (i, colonne)
            for i in self._du_lieu(type_, lieu)
            if i != ligne
            and voulus <= set(self.charpente.cles[i][3].split("&"))
            and (effort > 1 or self.charpente.cles[i][0] == population)
        ]

    def _autour(self, cellules: Sequence[Cellule], caches: Drapeaux) -> list[Cellule]:
        """The nearest cells that can be read."""
        ici = np.array(cellules, dtype=np.int64)
        visibles = self._lisibles & ~caches | self._lisibles_ailleurs()
        lignes, colonnes = noyau.chercher_autour(
            np.ascontiguousarray(ici[:, 0]),
            np.ascontiguousarray(ici[:, 1]),
            visibles,
            rouages(self.charpente),
            ANNEAUX,
            VOISINES,
        )
        return list(zip(lignes.tolist(), colonnes.tolist(), strict=True))

    def _place(self, ligne: int) -> Place:
        """Where a row is; of what is beside the parts of a place, that place."""
        _, type_, lieu, _ = self.charpente.cles[ligne]
        return self.charpente.restes.get((type_, lieu), (type_, lieu))

    def _prix(self, cellule: Cellule, caches: Drapeaux, ici: Place | None) -> tuple[int, bool, int]:
        """What is lost by hiding: headlines last (rounded, then not given at all), before them the
        charts of the département that the report prints; then tables, worth the youths they tell
        of. `ici`: the place where they are looked for first: what is hidden elsewhere closes one
        road at a time."""
        ligne, colonne = cellule
        _, type_, _, filtres = self.charpente.cles[ligne]
        rang = 0
        if self._est_un_entete(cellule):
            rang = 2 if self.pub.entetes[ligne] else 3
        elif type_ == "departement" and not filtres:
            rang = 1
        tables = len(self._montrees(ligne, colonne, caches))
        ailleurs = ici is not None and self._place(ligne) != ici
        return rang, ailleurs, max(tables, 1) * (int(self.pub.n[ligne, 0]) + ASSIETTE)

    def _montrees(self, ligne: int, colonne: int, caches: Drapeaux) -> list[int]:
        """Tables in which this cell can be read."""
        if caches[ligne, colonne]:
            return []
        return [rang for rang in self._tables_de.get(colonne, []) if self.donnees[ligne, rang]]

    def _cacher(self, ligne: int, colonne: int, caches: Drapeaux) -> None:
        if colonne == 0 and self.pub.entetes[ligne]:
            # A headline is rounded before it is withheld: the report still has its number.
            self.pub.entetes[ligne] = False
            self.arrondies.append(ligne)
            return
        for rang in self._montrees(ligne, colonne, caches):
            self.pub.retenues[ligne, rang] = True
            self.nouvelles.append((ligne, rang))
            table = self.charpente.tables[rang]
            caches[ligne, [table.base_auditee, *(k for _, k in table.membres)]] = True


def jumeler(a: Retenue, b: Retenue, liens: tuple[Rangs, Rangs, Rangs, Rangs]) -> None:
    """Let two frames know the cells they share (`charpente.relier`): what one hides, the other
    must not show."""
    ra, ka, rb, kb = liens
    a.autre, b.autre = b, a
    a.liens, b.liens = (ra, ka, rb, kb), (rb, kb, ra, ka)
