"""The workshop of a publication: everything that is counted of a school year, before it is packed.

Nothing here leaves the process: `publication` has it audited, packs what may be published and
stores it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from data import schema as t
from data.activite import champs_non_poses, compter_activite
from data.arrondi import cles, publier_nombres
from data.catalogue import POPULATIONS, Indicateur, Listes, charger
from data.comptage import (
    Masques,
    Matiere,
    Plan,
    PlanCroise,
    arrondir_parts,
    compter,
    compter_croises,
    dresser_plan,
    dresser_plan_croise,
    emballer_exacts,
    extraire,
    joindre,
    tirer_nombres,
    tirer_parts,
)
from data.contextes import Contextes, dresser, placer
from data.faits import Faits, ecrire_annee, lire
from data.formulaires import FORMULAIRES
from data.paquet import PAS, emballer_activite, emballer_exact, emballer_publie
from data.rangement import Lot
from data.temoin import reconnaitre
from data.treillis import (
    CHAMP_DU_PROFIL,
    DEPARTEMENT,
    FILTRES_PERMIS,
    PROFILS,
    TYPES_CROISABLES,
    TYPES_CUMULABLES,
    TYPES_D_ASSOCIATION,
    TYPES_EXACTS,
    Geographie,
    ecrire_cle,
    est_un_entete,
    lire_geographie,
)

Cle = tuple[str, str, str, str]
"""(population, kind of place, place, filters); population « croises » for the crossings."""


@dataclass(slots=True)
class Decompte:
    """What was counted in the contexts of one population of one year.

    `n`: true numbers, (contexts, columns of the plan). `cinquiemes`: published numbers in fives,
    same shape. `parts`: whole per cents of events, (contexts, columns of events). `entetes`:
    contexts whose number of youths is exact for everyone (rule 7). `exacts`: packed true answers.
    """

    cles: list[Cle]
    n: npt.NDArray[np.int32]
    cinquiemes: npt.NDArray[np.uint16]
    parts: npt.NDArray[np.uint8]
    entetes: npt.NDArray[np.bool_]
    exacts: list[bytes]

    def emballer(self, annee: str) -> Lot:
        """Packed published answers, by key; places for exact readers only are left out."""
        p = self.cinquiemes.astype("<u2")
        return {
            ecrire_cle(annee, *cle): (
                "",
                emballer_publie(
                    p[i].tobytes(),
                    self.parts[i].tobytes(),
                    int(self.n[i, 0]) if self.entetes[i] else None,
                ),
            )
            for i, cle in enumerate(self.cles)
            if cle[1] not in TYPES_EXACTS
        }

    def rendre_les_exacts(self, annee: str) -> Lot:
        """Packed true answers, by key, with the association that owns each."""
        return {
            ecrire_cle(annee, *cle): (proprietaire(cle[1], cle[2]), contenu)
            for cle, contenu in zip(self.cles, self.exacts, strict=True)
        }


@dataclass(slots=True)
class AnneeComptee:
    """A school year (or a cumul), counted. `croises`: None for a cumul."""

    nom: str
    matieres: dict[str, Matiere]
    jeunes: dict[str, Decompte]
    croises: Decompte | None


class Atelier:
    """What every year's count needs: lists, catalogue, columns, places, secret.

    Raises LivraisonRefusee when the secret is not the one of what was published.
    """

    def __init__(self, conn: sa.Connection) -> None:
        self.conn = conn
        self.listes: Listes = t.lire_listes(conn)
        self.catalogue: dict[str, Indicateur] = charger(self.listes)
        self.plan: Plan = dresser_plan(self.catalogue)
        self.croise: PlanCroise = dresser_plan_croise(self.catalogue)
        self.masques = Masques.tirer(self.listes)
        self.geographie: Geographie = lire_geographie(conn)
        self.secret = reconnaitre(conn)
        self.associations = {a["id"]: a for a in self.geographie.associations.values()}
        self._faits: dict[int, Faits] = {}

    def pages(self) -> dict[str, str]:
        """Layouts, as JSON, by name."""
        return {
            "jeunes": self.plan.mise_en_page(),
            "croises": json.dumps({"jeunes": self.croise.noms, "evenements": []}),
            "activite": json.dumps({"jeunes": [], "evenements": []}),
        }

    def extraire(self, annee: int) -> dict[str, Matiere]:
        """What is counted of a year, by population."""
        faits = self.faits(annee)
        association = [self.associations[i] for i in faits.association.tolist()]
        valeurs = cles(
            self.secret,
            (
                (a["sigle"], p, ecrire_annee(annee))
                for a, p in zip(association, faits.pseudonyme, strict=True)
            ),
        )
        places = placer(
            self.geographie,
            annee,
            [a["code"] for a in association],
            faits.college,
            faits.territoire,
        )
        profils = {p: self._profil(faits, CHAMP_DU_PROFIL[p]) for p in PROFILS}
        return {
            population: extraire(
                self.plan, self.masques, faits, population, valeurs, places, profils
            )
            for population in POPULATIONS
        }

    def _profil(self, faits: Faits, champ: str) -> list[str | None]:
        code_du_bit = {1 << (v.rang - 1): v.code for v in self.listes[champ]}
        return [code_du_bit.get(b) for b in faits.champs[champ].tolist()]

    def compter_annee(self, annee: int, matieres: dict[str, Matiere]) -> AnneeComptee:
        """Everything that is asked of a year about youths."""
        return AnneeComptee(
            ecrire_annee(annee),
            matieres,
            {
                population: self._compter(population, matiere, tuple(FILTRES_PERMIS))
                for population, matiere in matieres.items()
            },
            self._croiser(matieres["alses"]),
        )

    def compter_cumul(self, nom: str, annees: Sequence[dict[str, Matiere]]) -> AnneeComptee:
        """Three years together (collèges only)."""
        matieres = {p: joindre([a[p] for a in annees]) for p in POPULATIONS}
        return AnneeComptee(
            nom,
            matieres,
            {p: self._compter(p, m, TYPES_CUMULABLES) for p, m in matieres.items()},
            None,
        )

    def _compter(self, population: str, matiere: Matiere, types: tuple[str, ...]) -> Decompte:
        contextes = dresser(matiere.places, matiere.profils, types)
        comptes = compter(matiere, contextes)
        return Decompte(
            [(population, *cle) for cle in contextes.cles],
            comptes.n.astype(np.int32),
            (tirer_nombres(self.plan, comptes, self.secret) // PAS).astype(np.uint16),
            tirer_parts(self.plan, comptes),
            np.array(
                [est_un_entete(population, type_, filtres) for type_, _, filtres in contextes.cles],
                dtype=bool,
            ),
            emballer_exacts(comptes),
        )

    def _croiser(self, matiere: Matiere) -> Decompte:
        contextes = self.contextes_croises(matiere)
        comptes = compter_croises(self.croise, self.plan, matiere, contextes)
        p = publier_nombres(self.secret, comptes.n, comptes.sommes, comptes.plafonds)
        n32 = comptes.n.astype("<u4")
        return Decompte(
            [("croises", *cle) for cle in contextes.cles],
            comptes.n.astype(np.int32),
            (p // PAS).astype(np.uint16),
            np.zeros((len(n32), 0), dtype=np.uint8),
            np.zeros(len(n32), dtype=bool),
            [emballer_exact(ligne.tobytes(), b"", 0, 0) for ligne in n32],
        )

    def contextes_croises(self, matiere: Matiere) -> Contextes:
        """Contexts in which crossings are asked."""
        return dresser(matiere.places, {}, TYPES_CROISABLES, filtres=0)

    def compter_activite(self, annee: int) -> tuple[Lot, Lot]:
        """Published and exact activity of a year, of every place."""
        mois = self._mois_sans_saisie(annee)
        tardives = self._saisies_tardives(annee)
        publie: Lot = {}
        exact: Lot = {}
        nom = ecrire_annee(annee)
        for lieu, (p, e) in compter_activite(
            self.conn, self.geographie, self.listes, annee, self.secret
        ).items():
            cle = ecrire_cle(nom, "activite", *lieu)
            if lieu in mois:
                p["mois_sans_saisie"] = e["mois_sans_saisie"] = mois[lieu]
                p["saisies_tardives"], e["saisies_tardives"] = tardives[lieu]
            if lieu[0] not in TYPES_EXACTS:
                publie[cle] = ("", emballer_activite(p))
            exact[cle] = (proprietaire(*lieu), emballer_activite(e))
        return publie, exact

    def faits(self, annee: int) -> Faits:
        """The facts of a year, read once."""
        if annee not in self._faits:
            self._faits = {annee: lire(self.conn, annee)}
        return self._faits[annee]

    def _places(self, annee: int) -> dict[str, list[str | None]]:
        faits = self.faits(annee)
        return placer(
            self.geographie,
            annee,
            [self.associations[i]["code"] for i in faits.association.tolist()],
            faits.college,
            faits.territoire,
        )

    def _mois_sans_saisie(self, annee: int) -> dict[tuple[str, str], int]:
        """Months of the school year without any intervention, of each place that has some."""
        faits = self.faits(annee)
        vus: dict[tuple[str, str], int] = defaultdict(int)
        for type_, lieux in self._places(annee).items():
            for lieu, mois in zip(lieux, faits.mois.tolist(), strict=True):
                if lieu is not None:
                    vus[type_, lieu] |= mois
        return {lieu: 12 - m.bit_count() for lieu, m in vus.items()}

    def _saisies_tardives(
        self, annee: int
    ) -> dict[tuple[str, str], tuple[list[int | None], list[int]]]:
        """Late interventions of each place that has some interventions: what is published of them
        (whole per cent, published number of the youths they are about), and the true counts (late
        ones, all).

        A share of events (confidentialité, rule 6): None when one youth makes up more than half.
        """
        faits = self.faits(annee)
        s = t.saisies_tardives.c
        requete = sa.select(s.usager, s.nombre).where(s.annee == annee)
        notees = dict(self.conn.execute(requete).all())
        toutes = faits.actes["ps"].nombre
        # A correction may have moved an intervention since.
        tardives = np.minimum([notees.get(u, 0) for u in faits.usager.tolist()], toutes)
        cles_ = cles(
            self.secret,
            (
                (self.associations[a]["sigle"], p, ecrire_annee(annee))
                for a, p in zip(faits.association.tolist(), faits.pseudonyme, strict=True)
            ),
        )
        sortie: dict[tuple[str, str], tuple[list[int | None], list[int]]] = {}
        for type_, lieux in self._places(annee).items():
            membres: dict[str, list[int]] = defaultdict(list)
            for i, lieu in enumerate(lieux):
                if lieu is not None:
                    membres[lieu].append(i)
            for lieu, rangs in membres.items():
                siennes = tardives[rangs]
                nombre, total = int(siennes.sum()), int(toutes[rangs].sum())
                qui = siennes > 0
                n = np.array([qui.sum()])
                somme = np.array([cles_[rangs][qui].sum()])
                p = publier_nombres(self.secret, n, somme, np.array([len(rangs)]))
                part = int(arrondir_parts(np.array([nombre]), np.array([total]))[0])
                seul = 2 * int(siennes.max()) > nombre
                sortie[type_, lieu] = ([None if seul else part, int(p[0])], [nombre, total])
        return sortie

    def non_poses(self, annee: int) -> dict[tuple[str, str], list[str]]:
        """Columns no file brought for a place that has forms that year (« non posé »)."""
        faits = self.faits(annee)
        fiches = {"usagers": "usager", "situations": "situation", "interventions": "interventions"}
        attendus = [f"{forme}.{c}" for forme in fiches for c in FORMULAIRES[forme].facultatives]
        vus: dict[tuple[str, str], list[int]] = {}
        colonnes = [faits.posees[f].tolist() for f in fiches.values()]
        for type_, lieux in self._places(annee).items():
            for lieu, *posees in zip(lieux, *colonnes, strict=True):
                if lieu is None:
                    continue
                deja = vus.setdefault((type_, lieu), [0, 0, 0])
                for i, p in enumerate(posees):
                    deja[i] |= p
        sortie: dict[tuple[str, str], list[str]] = {}
        for place, masques in vus.items():
            poses = {
                f"{forme}.{c}"
                for forme, masque in zip(fiches, masques, strict=True)
                for i, c in enumerate(FORMULAIRES[forme].facultatives)
                if masque >> i & 1
            }
            sortie[place] = [c for c in attendus if c not in poses]
        # Where there is nobody: what the whole département was not asked either. An empty place
        # must not be told from one of a few youths.
        nulle_part = sortie.get(("departement", DEPARTEMENT), [])
        for place in self.geographie.lieux():
            sortie.setdefault(place, list(nulle_part))
        for place, champs in champs_non_poses(self.conn, self.geographie, annee).items():
            sortie.setdefault(place, []).extend(sorted(champs))
        return {place: champs for place, champs in sortie.items() if champs}


def proprietaire(type_: str, lieu: str) -> str:
    """Association (code) whose records an exact answer holds; "" when it holds several's."""
    return lieu.split("/")[0] if type_ in TYPES_D_ASSOCIATION else ""
