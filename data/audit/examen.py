"""The audit of one school year: every attacker, until none of them knows a small cell (`Examen`).

Withholding only takes knowledge away: an attacker who had nothing stays without, so each is tried
until clean, one after the other. Contract, confidentialité, « Audit at import ».
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from data.audit.charpente import Charpente
from data.audit.explication import Explication
from data.audit.memoire import CROISES, JEUNES
from data.audit.programmes import Programmes, connaitre
from data.audit.propagation import AuditImpossible, Bornes, Nombres, propager, resserrer, verifier
from data.audit.retenue import (
    PATIENCE,
    Cellule,
    Retenue,
    Trouvaille,
    chercher,
    compter_petites,
    jumeler,
)
from data.audit.savoir import (
    Publiables,
    ajouter_les_marges_du_college,
    retrancher,
    savoir_du_departement,
    savoir_prealable,
)
from data.audit.trame import Rangs

Drapeaux = npt.NDArray[np.bool_]
Trouvees = tuple[list[Trouvaille], list[Trouvaille]]
"""Small cells known for certain, in the main frame and in the crossings."""

REPRISES = 40
"""Most times an attacker is tried again after tables were withheld."""


COLLEGES_ENSEMBLE = 6
"""School heads tried together."""


@dataclass(slots=True)
class Cadre:
    """One frame with what is about to be published in it."""

    charpente: Charpente
    pub: Publiables
    ancien: Bornes | None = None
    programmes: Programmes = field(init=False)

    def __post_init__(self) -> None:
        self.programmes = Programmes(self.charpente)


@dataclass(slots=True)
class Annee:
    """A school year to examine.

    `siens(association)`: true numbers of its own youths in the main frame and in the crossings.
    `rappeler(association)`: what it kept of the last publication about the others' youths, by
    frame (`memoire.Passe`); `garder`: keep what it knows now, beside the reader of every number.
    `liens`: cells the two frames share (`charpente.relier`).
    """

    nom: str
    principal: Cadre
    croise: Cadre
    liens: tuple[Rangs, Rangs, Rangs, Rangs]
    associations: Sequence[str]
    colleges: Sequence[str]
    siens: Callable[[str], tuple[Nombres, Nombres]]
    rappeler: Callable[[str], dict[str, Bornes]]
    garder: Callable[[str, Vue, Vue], None]


@dataclass(slots=True)
class Bilan:
    """What an attacker found, of so many small cells: the first time, and the last."""

    nom: str
    libelle: str
    cellules: int = 0
    avant: int = 0
    apres: int = 0


@dataclass(frozen=True, slots=True)
class Attaquant:
    """Who tries: the reader of every protected number, an association with its own records, or
    school heads with the margins of their collèges."""

    nom: str
    libelle: str
    association: str = ""
    colleges: tuple[str, ...] = ()


DEPARTEMENT = Attaquant("departement", "Lecteur de tous les chiffres protégés")


def nommer_les_attaquants(colleges: Sequence[str], associations: Sequence[str]) -> list[Attaquant]:
    """Those who know more than the published numbers.

    `colleges`: those of one territoire end to end. School heads are tried six by six, of different
    territoires: what they cannot know together none of them knows, and none of them stands in a
    sum with another by which it could learn what the other, being of the six, knows beforehand.
    """
    groupes = max(-(-len(colleges) // COLLEGES_ENSEMBLE), 1)
    return [
        *(
            Attaquant(
                f"colleges:{i + 1}",
                "Chefs d’établissement, avec leurs marges",
                colleges=tuple(colleges[i::groupes]),
            )
            for i in range(groupes if colleges else 0)
        ),
        *(
            Attaquant(f"association:{a}", "Association, avec ses fiches", association=a)
            for a in associations
        ),
    ]


@dataclass(slots=True)
class Vue:
    """Bounds of the two frames for one attacker, and the truth it is after.

    `changees`: cells it knows more about, to begin with, than the reader of every number (None:
    all of them); `touchees`: rows of the two frames in which it knows more in the end.
    `connues`: cells it knew beforehand, which it is no use hiding.
    """

    principal: Bornes
    croise: Bornes
    verite: Nombres
    verite_croisee: Nombres
    changees: tuple[Drapeaux, Drapeaux] | None = None
    touchees: tuple[Drapeaux, Drapeaux] | None = None
    connues: Drapeaux | None = None


class Examen:
    """The attackers of one year."""

    def __init__(self, annee: Annee) -> None:
        self.annee = annee
        self.retenues = (
            Retenue(annee.principal.charpente, annee.principal.pub),
            Retenue(annee.croise.charpente, annee.croise.pub),
        )
        jumeler(*self.retenues, annee.liens)
        self._base: Vue | None = None
        self._cellules = 0
        self._explications: tuple[Explication, Explication] | None = None
        self._prealables: dict[tuple[str, ...], Drapeaux] = {}

    def mener(self, progression: Callable[[str], None]) -> list[Bilan]:
        """Try every attacker, withholding tables (in place) until none finds anything.

        The reader of every number first, then those who know more. Returns what each found.
        Raises AuditImpossible.
        """
        a = self.annee
        bilans = self._epuiser([DEPARTEMENT], progression)
        return bilans + self._epuiser(
            nommer_les_attaquants(a.colleges, a.associations), progression
        )

    def _epuiser(
        self, attaquants: list[Attaquant], progression: Callable[[str], None]
    ) -> list[Bilan]:
        """Try these attackers until none finds anything.

        During a round the bounds stay those of its beginning: they are tighter than what will be
        published, so that nobody found clean has to be tried again.
        """
        bilans: dict[str, Bilan] = {}
        restants = attaquants
        for tour in range(REPRISES):
            encore: list[Attaquant] = []
            agi = False
            for attaquant, vue, trouvees, cellules in self._essayer(restants, progression):
                combien = sum(len(x) for x in trouvees)
                if attaquant.nom not in bilans:
                    bilans[attaquant.nom] = Bilan(
                        attaquant.nom, attaquant.libelle, cellules, combien
                    )
                bilans[attaquant.nom].apres = combien
                if combien:
                    encore.append(attaquant)
                    agi |= self._retenir(attaquant, vue, trouvees, tour)
            if not encore:
                return list(bilans.values())
            if not agi and tour > PATIENCE:
                # Nothing is left to withhold: what is known then must not come from this.
                encore = [a for a in encore if not self._savait_deja(a)]
                if encore:
                    break
                return list(bilans.values())
            restants = encore
            self._base = self._explications = None
        raise AuditImpossible(
            f"L’audit n’a pas abouti pour {self.annee.nom} : de petits effectifs resteraient "
            "connus avec certitude."
        )

    def _savait_deja(self, attaquant: Attaquant) -> bool:
        """Whether all that an attacker finds it would find if nothing were published now: in what
        was published before and in what it knows by itself."""
        trouvees = self._chercher(attaquant)
        cadres = (self.annee.principal, self.annee.croise)
        avant = [(c.pub.retenues.copy(), c.pub.entetes.copy()) for c in cadres]
        for c in cadres:
            c.pub.retenues[:], c.pub.entetes[:] = True, False
        self._base = None
        sans = self._chercher(attaquant)
        for c, (retenues, entetes) in zip(cadres, avant, strict=True):
            c.pub.retenues[:], c.pub.entetes[:] = retenues, entetes
        self._base = None
        # Found by a linear programme alone, it is not explained away.
        return bool(trouvees) and trouvees <= sans

    def _chercher(self, attaquant: Attaquant) -> set[tuple[int, tuple[Cellule, ...]]]:
        """Small cells an attacker knows by propagation: (frame, cells)."""
        vue = self.voir(attaquant)
        vues = (
            (self.annee.principal.charpente, vue.principal, vue.verite),
            (self.annee.croise.charpente, vue.croise, vue.verite_croisee),
        )
        return {(i, t.cellules) for i, v in enumerate(vues) for t in chercher(*v)}

    def _essayer(
        self, attaquants: list[Attaquant], progression: Callable[[str], None]
    ) -> list[tuple[Attaquant, Vue, Trouvees, int]]:
        """What each of these attackers knows and finds, and how many small cells it tried.

        They look at the same bounds, each on its own copy: as many at a time as there are cores.
        What they find is withheld after they have all looked.
        """
        base = self.base()

        def essayer(attaquant: Attaquant) -> tuple[Vue | None, Trouvees, int]:
            vue = self.voir(attaquant)
            trouvees = self._trouver(vue)
            if attaquant.colleges and any(trouvees):
                # What follows from the margins alone is nothing new.
                vue.connues = self._deja_su(attaquant.colleges)
                trouvees = self._trouver(vue)
            cellules = self._petites(vue)
            if any(trouvees):
                return vue, trouvees, cellules
            if attaquant.association:
                self.annee.garder(attaquant.association, vue, base)
            return None, trouvees, cellules

        with ThreadPoolExecutor(os.cpu_count()) as equipe:
            taches = [equipe.submit(essayer, a) for a in attaquants]
            faits = []
            for attaquant, tache in zip(attaquants, taches, strict=True):
                progression(attaquant.nom)
                vue, trouvees, cellules = tache.result()
                faits.append((attaquant, vue or base, trouvees, cellules))
        return faits

    def base(self) -> Vue:
        """What the reader of every protected number knows, at its fixpoint (kept until something
        is withheld)."""
        if self._base is None:
            p, c = self.annee.principal, self.annee.croise
            vue = Vue(_savoir(p), _savoir(c), p.pub.n, c.pub.n)
            self._propager(vue)
            self._base = vue
        return self._base

    def voir(self, attaquant: Attaquant) -> Vue:
        """What an attacker knows, at its fixpoint."""
        if attaquant is DEPARTEMENT:
            return self.base()
        vue = self._commencer(attaquant)
        self._propager(vue)
        return vue

    def _commencer(self, attaquant: Attaquant) -> Vue:
        """What an attacker starts from: the base, and what it knows besides."""
        base = self.base()
        p, c = self.annee.principal.charpente, self.annee.croise.charpente
        if attaquant.colleges:
            principal = base.principal.copier()
            connues = ajouter_les_marges_du_college(p, base.verite, principal, attaquant.colleges)
            return Vue(
                principal,
                base.croise.copier(),
                base.verite,
                base.verite_croisee,
                (connues, np.zeros(c.forme, dtype=bool)),
                connues=connues,
            )
        siens, siens_croises = self.annee.siens(attaquant.association)
        propres = [_lignes_propres(x, attaquant.association) for x in (p, c)]
        principal, changees = retrancher(base.principal, siens, propres[0])
        croise, changees_croisees = retrancher(base.croise, siens_croises, propres[1])
        ancien = self.annee.rappeler(attaquant.association)
        if JEUNES in ancien:
            changees |= resserrer(principal, ancien[JEUNES])
        if CROISES in ancien:
            changees_croisees |= resserrer(croise, ancien[CROISES])
        return Vue(
            principal,
            croise,
            base.verite - siens,
            base.verite_croisee - siens_croises,
            (changees, changees_croisees),
        )

    def _retenir(
        self,
        attaquant: Attaquant,
        vue: Vue,
        trouvees: Trouvees,
        effort: int,
    ) -> bool:
        """Withhold what makes these cells known, in both frames."""
        fonds = self._expliquer_la_base()
        depart = self._commencer(attaquant) if attaquant is not DEPARTEMENT else None
        agi = False
        for i, retenue in enumerate(self.retenues):
            # What one frame gives away often comes from the other: one at a time.
            if agi or not trouvees[i]:
                continue
            explication = fonds[i]
            if depart is not None:
                assert depart.changees is not None
                explication = Explication(
                    retenue.relations,
                    (depart.principal, depart.croise)[i],
                    depart.changees[i],
                    fonds[i],
                )
            connues = vue.connues if i == 0 else None
            agi |= retenue.retenir(trouvees[i], explication, connues, effort)
        return agi

    def _deja_su(self, colleges: tuple[str, ...]) -> Drapeaux:
        """Cells that the heads of these collèges know without any publication, elsewhere too: the
        only collège of a réseau is the réseau. Nothing that is withheld changes it."""
        if colleges not in self._prealables:
            p = self.annee.principal
            self._prealables[colleges] = savoir_prealable(p.charpente, p.pub.n, colleges)
        return self._prealables[colleges]

    def _expliquer_la_base(self) -> tuple[Explication, Explication]:
        if self._explications is None:
            p, c = self.annee.principal, self.annee.croise
            principal, croise = _savoir(p), _savoir(c)
            lp, kp, lc, kc = self.annee.liens
            _transmettre(self.base().principal, lp, kp, croise, lc, kc)
            _transmettre(self.base().croise, lc, kc, principal, lp, kp)
            self._explications = (
                Explication(self.retenues[0].relations, principal),
                Explication(self.retenues[1].relations, croise),
            )
        return self._explications

    def _petites(self, vue: Vue) -> int:
        """Small cells this attacker is after. School heads are after the same as every reader."""
        if vue.verite is self.base().verite and self._cellules:
            return self._cellules
        p, c = self.annee.principal.charpente, self.annee.croise.charpente
        cellules = compter_petites(p, vue.verite) + compter_petites(c, vue.verite_croisee)
        if vue.verite is self.base().verite:
            self._cellules = cellules
        return cellules

    def _propager(self, vue: Vue) -> None:
        """Both frames to their common fixpoint."""
        p, c = self.annee.principal.charpente, self.annee.croise.charpente
        lp, kp, lc, kc = self.annee.liens
        changees, croisees = vue.changees or (None, None)
        touchees, touchees_croisees = np.zeros(p.forme[0], bool), np.zeros(c.forme[0], bool)
        if changees is not None and croisees is not None:
            touchees, touchees_croisees = np.any(changees, axis=1), np.any(croisees, axis=1)
        while True:
            touchees |= propager(vue.principal, p, changees)
            transmises = _transmettre(vue.principal, lp, kp, vue.croise, lc, kc)
            touchees_croisees |= np.any(transmises, axis=1)
            croisees = transmises if croisees is None else croisees | transmises
            # The first time, everything is to be seen.
            touchees_croisees |= propager(vue.croise, c, None if changees is None else croisees)
            changees = _transmettre(vue.croise, lc, kc, vue.principal, lp, kp)
            if not changees.any():
                break
            touchees |= np.any(changees, axis=1)
            croisees = np.zeros(c.forme, dtype=bool)
        if vue.changees is not None:
            vue.touchees = (touchees, touchees_croisees)

    def _trouver(self, vue: Vue) -> Trouvees:
        """Small cells known for certain in each frame, by propagation, else by programmes."""
        p, c = self.annee.principal, self.annee.croise
        verifier(vue.principal, vue.verite)
        verifier(vue.croise, vue.verite_croisee)
        touchees = vue.touchees or (None, None)
        trouvees = (
            chercher(p.charpente, vue.principal, vue.verite, vue.connues, touchees[0]),
            chercher(c.charpente, vue.croise, vue.verite_croisee, None, touchees[1]),
        )
        if any(trouvees):
            return trouvees
        base = self.base()
        references: tuple[tuple[Bornes, Nombres] | None, ...] = (None, None)
        if vue is not base:
            references = ((base.principal, base.verite), (base.croise, base.verite_croisee))
        cellules = connaitre(p.programmes, vue.principal, vue.verite, vue.connues, references[0])
        croisees = connaitre(c.programmes, vue.croise, vue.verite_croisee, None, references[1])
        return [Trouvaille((x,)) for x in cellules], [Trouvaille((x,)) for x in croisees]


def _savoir(cadre: Cadre) -> Bornes:
    bornes = savoir_du_departement(cadre.charpente, cadre.pub)
    if cadre.ancien is not None:
        resserrer(bornes, cadre.ancien)
    return bornes


def _lignes_propres(charpente: Charpente, association: str) -> Drapeaux:
    """Rows that hold an association's records and nobody else's."""
    return np.array(
        [
            type_ in ("association", "association_territoire", "hors_territoire")
            and lieu.split("/")[0] == association
            for _, type_, lieu, _ in charpente.cles
        ]
    )


def _transmettre(
    source: Bornes, ls: Rangs, ks: Rangs, cible: Bornes, lc: Rangs, kc: Rangs
) -> Drapeaux:
    """Give the bounds of shared cells to the other frame. Returns the cells that moved."""
    bas, haut = source.bas[ls, ks], source.haut[ls, ks]
    mieux = (bas > cible.bas[lc, kc]) | (haut < cible.haut[lc, kc])
    bouge = np.zeros(cible.bas.shape, dtype=bool)
    bouge[lc[mieux], kc[mieux]] = True
    np.maximum.at(cible.bas, (lc[mieux], kc[mieux]), bas[mieux])
    np.minimum.at(cible.haut, (lc[mieux], kc[mieux]), haut[mieux])
    return bouge
