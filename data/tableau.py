"""A form in memory: each column as its distinct texts and, per row, which of them.

Half a million interventions hold a few hundred distinct cells per column: only these are read and
judged; the rest is arithmetic on compact integer arrays.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.cellules import LONGUEUR_MAXIMALE, Faute, Lecteur, est_erreur, lire_texte
from data.formulaires import Formulaire
from data.lecture import Feuille
from data.progression import Progression
from data.refus import Refus, abreger, typographier

Entiers = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]
Masque = npt.NDArray[np.bool_]
Objets = npt.NDArray[np.object_]

CELLULE_EN_ERREUR = Faute(
    "Cellule en erreur dans le tableur", "Corrigez la formule, ou laissez la cellule vide."
)


def en_objets(valeurs: Sequence[Any]) -> Objets:
    """A one-dimensional array of objects, tuples included."""
    sortie = np.empty(len(valeurs), dtype=object)
    sortie[:] = valeurs
    return sortie


@dataclass(slots=True)
class Cellules:
    """One column. `codes` (n,): index in `textes`, trimmed; `valeurs`: what each text means.

    `litterales`: each text means itself.
    """

    textes: list[str]
    codes: Codes
    valeurs: list[Any] = field(default_factory=list)
    fautes: dict[int, Faute] = field(default_factory=dict)
    litterales: bool = False

    def lire(self, lecteur: Lecteur, vide: Any) -> None:
        """Read every distinct text; empty ones are `vide`."""
        self.litterales = lecteur is lire_texte
        if self.litterales and not any(
            t.startswith("#") or len(t) > LONGUEUR_MAXIMALE for t in self.textes
        ):
            self.valeurs = [t or vide for t in self.textes]
            return
        self.valeurs = []
        for i, texte in enumerate(self.textes):
            valeur = vide
            if est_erreur(texte):
                valeur = CELLULE_EN_ERREUR
            elif texte:
                valeur = lecteur(texte)
            if isinstance(valeur, Faute):
                self.fautes[i] = valeur
                valeur = vide
            self.valeurs.append(valeur)

    def parmi(self, condition: Callable[[int], bool]) -> Masque:
        """Rows whose distinct text (given by its index) meets the condition."""
        choix = np.fromiter(
            (condition(i) for i in range(len(self.textes))), dtype=bool, count=len(self.textes)
        )
        return choix[self.codes]

    def vides(self) -> Masque:
        """Rows whose cell is empty."""
        # Texts are trimmed and distinct: the empty one comes once at most.
        vide = self.textes.index("") if "" in self.textes else -1
        vides: Masque = self.codes == vide
        return vides

    def illisibles(self) -> Masque:
        """Rows whose cell could not be read."""
        if not self.fautes:
            return np.zeros(len(self.codes), dtype=bool)
        return self.parmi(self.fautes.__contains__)

    def entiers(self, absent: int = -1) -> Entiers:
        """Values per row as integers; `absent` where there is none."""
        distincts = [absent if v is None else int(v) for v in self.valeurs]
        return np.array(distincts, dtype=np.int64)[self.codes]

    def canoniques(self) -> Entiers:
        """Per row, one number per distinct meaning (per distinct text, where it has none)."""
        if self.litterales:
            return self.codes.astype(np.int64)
        vus: dict[Any, int] = {}
        distincts = [
            vus.setdefault((True, t) if i in self.fautes else (False, v), len(vus))
            for i, (t, v) in enumerate(zip(self.textes, self.valeurs, strict=True))
        ]
        return np.array(distincts, dtype=np.int64)[self.codes]


@dataclass(slots=True)
class Tableau:
    """A form being judged. `bonnes` (n,): rows without a fault so far; `doubles`: rows that repeat
    another one word for word, loaded once."""

    formulaire: Formulaire
    fichier: str
    lignes: Entiers
    colonnes: dict[str, Cellules]
    bonnes: Masque
    doubles: Masque
    refus: list[Refus] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.lignes)

    @property
    def gardees(self) -> Entiers:
        """Indexes of the rows to load."""
        return np.flatnonzero(self.bonnes & ~self.doubles)

    def refuser(self, lignes: Masque, colonne: str, raison: str, que_faire: str) -> None:
        """Refuse these rows for one fault of one column."""
        ou = np.flatnonzero(lignes)
        self.refuser_une_a_une([(int(i), raison, que_faire) for i in ou], colonne)

    def refuser_une_a_une(self, fautes: Sequence[tuple[int, str, str]], colonne: str) -> None:
        """Refuse rows, each for its own reason: (row index, reason, what to do)."""
        cellules = self.colonnes.get(colonne)
        for i, raison, que_faire in fautes:
            valeur = cellules.textes[int(cellules.codes[i])] if cellules else ""
            self.refus.append(
                Refus(
                    self.fichier,
                    int(self.lignes[i]),
                    colonne,
                    abreger(valeur),
                    typographier(raison),
                    typographier(que_faire),
                )
            )
            self.bonnes[i] = False

    def refuser_les_fautes(self, colonne: str) -> None:
        """Refuse the rows whose cell of that column could not be read."""
        cellules = self.colonnes[colonne]
        if cellules.fautes:
            ou = np.flatnonzero(cellules.illisibles())
            lues = [(int(i), cellules.fautes[int(cellules.codes[i])]) for i in ou]
            self.refuser_une_a_une([(i, f.raison, f.que_faire) for i, f in lues], colonne)


@contextmanager
def _sans_ramasse_miettes() -> Iterator[None]:
    """No garbage collection while millions of cells are made: none of them is in a cycle, and
    looking for cycles among them takes longer than reading them."""
    actif = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if actif:
            gc.enable()


def charger(feuille: Feuille, progression: Progression | None = None) -> Tableau:
    """The whole form, encoded. Rows whose known cells are all empty are left out."""
    noms = feuille.colonnes
    index: dict[str, dict[str, int]] = {nom: {} for nom in noms}
    codes: dict[str, list[Codes]] = {nom: [] for nom in noms}
    lignes: list[Entiers] = []
    with _sans_ramasse_miettes():
        for lot in feuille.lots(progression):
            lignes.append(lot.lignes)
            for nom in noms:
                dans_lot, distincts = pd.factorize(en_objets(lot.colonnes[nom]))
                connus = index[nom]
                places = np.fromiter(
                    (connus.setdefault(t.strip(), len(connus)) for t in distincts),
                    dtype=np.int32,
                    count=len(distincts),
                )
                codes[nom].append(places[dans_lot])
    n = sum(map(len, lignes))
    colonnes = {
        nom: Cellules(
            list(index.pop(nom)),
            np.concatenate(codes.pop(nom)) if n else np.zeros(0, dtype=np.int32),
        )
        for nom in noms
    }
    numeros = np.concatenate(lignes) if n else np.zeros(0, dtype=np.int64)
    pleines = np.zeros(n, dtype=bool)
    for cellules in colonnes.values():
        pleines |= ~cellules.vides()
    if not pleines.all():
        numeros = numeros[pleines]
        for cellules in colonnes.values():
            cellules.codes = cellules.codes[pleines]
    return Tableau(
        feuille.formulaire,
        feuille.nom,
        numeros,
        colonnes,
        np.ones(len(numeros), dtype=bool),
        np.zeros(len(numeros), dtype=bool),
    )


def reperer_doubles(tableau: Tableau) -> None:
    """A key twice in the delivery: different contents refuse all of these rows, identical ones
    load once (contract, données §1)."""
    cle = [c for c in tableau.formulaire.cle if c in tableau.colonnes]
    complet = np.ones(len(tableau), dtype=bool)
    numero = np.zeros(len(tableau), dtype=np.int64)
    for nom in cle:
        cellules = tableau.colonnes[nom]
        if tableau.formulaire.colonne(nom).requise:
            complet &= ~cellules.vides() & ~cellules.illisibles()
        canon = cellules.canoniques()
        numero = numero * (int(canon.max(initial=0)) + 1) + canon
        if len(cle) > 2:
            numero = pd.factorize(numero)[0].astype(np.int64)
    ou = np.flatnonzero(complet)
    ordre = ou[np.argsort(numero[ou], kind="stable")]
    pareil = numero[ordre][1:] == numero[ordre][:-1]
    if not pareil.any():
        return
    avant, apres = ordre[:-1][pareil], ordre[1:][pareil]
    differe = np.zeros(len(avant), dtype=bool)
    for cellules in tableau.colonnes.values():
        canon = cellules.canoniques()
        differe |= canon[avant] != canon[apres]
    groupe = np.zeros(len(tableau), dtype=np.int64)
    groupe[ordre] = np.concatenate(([0], np.cumsum(~pareil)))
    en_conflit = set(groupe[avant[differe]].tolist())
    tableau.doubles[apres] = True
    if not en_conflit:
        return
    membres: dict[int, list[int]] = {}
    for i in ordre[np.isin(groupe[ordre], list(en_conflit))].tolist():
        membres.setdefault(int(groupe[i]), []).append(i)
    fautes = []
    for lignes in membres.values():
        for i in lignes:
            autre = int(tableau.lignes[lignes[0] if i != lignes[0] else lignes[1]])
            fautes.append(
                (
                    i,
                    f"Même clé ({', '.join(tableau.formulaire.cle)}) que la ligne {autre}, avec un "
                    "contenu différent",
                    "Gardez une seule de ces lignes, ou corrigez la clé.",
                )
            )
            tableau.doubles[i] = False
    tableau.refuser_une_a_une(sorted(fautes), _colonne_de_la_cle(tableau))


def _colonne_de_la_cle(tableau: Tableau) -> str:
    """The column of the key that a person looks at first: its own identifier."""
    cle = tableau.formulaire.cle
    return cle[1] if cle[0] == "association" else cle[0]
