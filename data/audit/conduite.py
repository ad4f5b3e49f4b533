"""The audit of everything a publication is about to change: years, crossings, cumuls.

It runs inside the transaction of the import and changes, in place, what is about to be published:
tables withheld, headlines rounded. Raises AuditImpossible: the import is then refused as a whole.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from scipy import sparse

from data import schema as t
from data.atelier import AnneeComptee, Atelier, Decompte
from data.audit.charpente import (
    Charpente,
    dresser_charpente,
    dresser_croisements,
    relier,
)
from data.audit.cumul import Composante, Cumuls, ExamenDesCumuls
from data.audit.examen import Annee, Cadre, Examen, Vue, nommer_les_attaquants
from data.audit.memoire import (
    CROISES,
    JEUNES,
    Changements,
    Passe,
    deballer_souvenir,
    emballer_souvenir,
    signer,
)
from data.audit.propagation import AuditImpossible, Bornes, Nombres
from data.audit.rapport import Erreurs, Rapport
from data.audit.retenue import Retenue
from data.audit.savoir import Publiables, cacher
from data.audit.trame import AUTRES
from data.comptage import Matiere, compter_croises
from data.contextes import Contextes, dresser
from data.faits import ecrire_annee
from data.paquet import RETENU
from data.treillis import FILTRES_PERMIS, TYPES_EXACTS, ecrire_cle, est_un_entete

Progression = Callable[[str, int, int], None]
ENTETE = "entete"
"""Name under which a headline that is no longer exact is remembered."""


def auditer(
    conn: sa.Connection,
    atelier: Atelier,
    annees: Sequence[AnneeComptee],
    cumuls: Sequence[tuple[AnneeComptee, Sequence[str]]],
    *,
    numero: int,
    progression: Progression | None,
) -> Rapport:
    """Examine these school years and cumuls (with the years each adds up), in place."""
    return _Conduite(conn, atelier, numero, progression).mener(annees, cumuls)


class _Conduite:
    def __init__(
        self,
        conn: sa.Connection,
        atelier: Atelier,
        numero: int,
        progression: Progression | None,
    ) -> None:
        self.conn, self.atelier, self.numero = conn, atelier, numero
        self.progression = progression
        self.rapport = Rapport()
        self.erreurs = Erreurs()
        self.associations = list(atelier.geographie.associations)
        colleges = atelier.geographie.colleges
        self.colleges = sorted(colleges, key=lambda c: (colleges[c]["territoire"], c))
        self.etapes, self.fait = 1, 0

    def mener(
        self,
        annees: Sequence[AnneeComptee],
        cumuls: Sequence[tuple[AnneeComptee, Sequence[str]]],
    ) -> Rapport:
        debut = time.monotonic()
        attaquants = 1 + len(nommer_les_attaquants(self.colleges, self.associations))
        self.etapes = max((len(annees) + bool(cumuls)) * attaquants, 1)
        etats: dict[str, Bornes] = {}
        verites: dict[str, Nombres] = {}
        for comptee in annees:
            self.rapport.annees.append(comptee.nom)
            etat = self._examiner_annee(comptee)
            if cumuls:
                etats[comptee.nom], verites[comptee.nom] = self._restreindre(etat, comptee.nom)
        if cumuls:
            self.rapport.annees.extend(comptee.nom for comptee, _ in cumuls)
            self._examiner_les_cumuls(cumuls, etats, verites)
        self.rapport.erreurs = self.erreurs.resumer()
        self.rapport.retenues = (
            self.conn.scalar(
                sa.select(sa.func.count())
                .select_from(t.retenues)
                .where(t.retenues.c.tableau != ENTETE)
            )
            or 0
        )
        self.rapport.duree = round(time.monotonic() - debut, 1)
        return self.rapport

    def _annoncer(self, nom: str) -> Callable[[str], None]:
        def dire(_: str) -> None:
            if self.progression:
                self.progression(f"Audit {nom}", self.fait, self.etapes)
            self.fait = min(self.fait + 1, self.etapes)

        return dire

    # ── one school year ──────────────────────────────────────────────────────────────────

    def _examiner_annee(self, comptee: AnneeComptee) -> Vue:
        a, debut = self.atelier, int(comptee.nom[:4])
        charpente = dresser_charpente(a.plan, a.catalogue, a.listes, a.geographie, debut)
        croisee = dresser_croisements(a.plan, a.croise, a.catalogue, a.listes, a.geographie, debut)
        assert comptee.croises is not None
        matieres = _avec_les_autres(comptee.matieres, charpente)
        principal = Cadre(charpente, _assembler_jeunes(charpente, comptee, matieres))
        croise = Cadre(croisee, self._assembler_croises(croisee, comptee))
        self._reprendre_les_retenues(comptee.nom, principal)
        self._reprendre_les_retenues(comptee.nom, croise)
        passe = Passe(
            lambda genre, qui: self._lire(comptee.nom, genre, qui),
            matieres,
            charpente,
            croisee,
            self.associations,
        )
        connu = passe.rappeler()
        principal.ancien, croise.ancien = connu.get(JEUNES), connu.get(CROISES)
        siens = _Siens(a, matieres, charpente, croisee)
        gardees: dict[tuple[str, str], bytes] = {}

        def garder(association: str, vue: Vue, commune: Vue) -> None:
            for genre, cadre, sien, commun, verite in (
                (JEUNES, principal, vue.principal, commune.principal, vue.verite),
                (CROISES, croise, vue.croise, commune.croise, vue.verite_croisee),
            ):
                # Elsewhere it knows what every reader does, which is kept once.
                presente = cadre.pub.n[:, :1] > verite[:, :1]
                plus = presente | (sien.bas > commun.bas) | (sien.haut < commun.haut)
                gardees[genre, association] = emballer_souvenir(cadre.charpente, sien, verite, plus)

        annee = Annee(
            comptee.nom,
            principal,
            croise,
            relier(charpente, croisee),
            self.associations,
            self.colleges,
            siens,
            passe.rappeler,
            garder,
        )
        examen = Examen(annee)
        self.rapport.ajouter(examen.mener(self._annoncer(comptee.nom)))
        self._appliquer(comptee.nom, principal, list(comptee.jeunes.values()), examen.retenues[0])
        self._appliquer(comptee.nom, croise, [comptee.croises], examen.retenues[1])
        self.rapport.programmes += principal.programmes.resolus + croise.programmes.resolus
        self.erreurs.relever(comptee.jeunes["alses"], charpente)
        etat = examen.base()
        self._oublier(comptee.nom)
        self._garder(
            comptee.nom,
            JEUNES,
            "",
            emballer_souvenir(charpente, etat.principal, etat.verite, None),
        )
        self._garder(
            comptee.nom,
            CROISES,
            "",
            emballer_souvenir(croisee, etat.croise, etat.verite_croisee, None),
        )
        self._garder(comptee.nom, "signature", "", signer(matieres))
        for (genre, association), contenu in gardees.items():
            self._garder(comptee.nom, genre, association, contenu)
        return etat

    def _assembler_croises(self, charpente: Charpente, comptee: AnneeComptee) -> Publiables:
        """The crossings; the columns of the year that stand beside them are the year's own."""
        assert comptee.croises is not None
        colonnes = len(self.atelier.plan.jeunes)
        pub = _assembler(charpente, [comptee.croises], None)
        alses = comptee.jeunes["alses"]
        rang = {cle: i for i, cle in enumerate(alses.cles)}
        croises = {cle[1:]: i for i, cle in enumerate(comptee.croises.cles)}
        for ligne, cle in enumerate(charpente.cles):
            entiere = np.zeros(colonnes + comptee.croises.n.shape[1], dtype=np.int32)
            if cle in rang:
                entiere[:colonnes] = alses.n[rang[cle]]
            if cle[1:] in croises:
                entiere[colonnes:] = comptee.croises.n[croises[cle[1:]]]
            pub.n[ligne] = entiere[charpente.representant]
        charpente.remplir(pub.n)
        return pub

    # ── three years together ─────────────────────────────────────────────────────────────

    def _examiner_les_cumuls(
        self,
        cumuls: Sequence[tuple[AnneeComptee, Sequence[str]]],
        etats: dict[str, Bornes],
        verites: dict[str, Nombres],
    ) -> None:
        a = self.atelier
        charpente = self._charpente_des_colleges(int(cumuls[0][0].nom[:4]))
        neufs = {comptee.nom: comptee for comptee, _ in cumuls}
        trios = self._annees_des_cumuls() | {c.nom: tuple(noms) for c, noms in cumuls}
        noms = sorted({nom for trio in trios.values() for nom in trio})
        siens: dict[str, _Siens] = {}
        for nom in noms:
            matieres = _avec_les_autres(a.extraire(int(nom[:4])), charpente)
            siens[nom] = _Siens(a, matieres, charpente, None)
            if nom not in etats:
                etats[nom], verites[nom] = self._relire(nom)
                # What was remembered before they were counted tells nothing of them.
                _recompter_les_autres(
                    charpente, verites[nom], _compter_les_autres(charpente, matieres)
                )
        composantes = [Composante(nom, etats[nom], verites[nom]) for nom in noms]
        for nom, trio in sorted(trios.items()):
            annees = tuple(noms.index(x) for x in trio)
            if nom not in neufs:
                etat, verite = self._relire(nom)
                _recompter_les_autres(charpente, verite, np.sum([verites[x] for x in trio], axis=0))
                composantes.append(Composante(nom, etat, verite, annees=annees))
                continue
            cadre = self._encadrer_le_cumul(neufs[nom], charpente)
            composantes.append(
                Composante(nom, Bornes.larges(charpente.forme), cadre.pub.n, cadre, annees)
            )

        def siens_de(association: str) -> list[Nombres]:
            return [siens[nom].jeunes(association) for nom in noms]

        examen = ExamenDesCumuls(
            Cumuls(charpente, composantes, self.associations, self.colleges, siens_de)
        )
        titre = ", ".join(neufs)
        self.rapport.ajouter(examen.mener(self._annoncer(titre)))
        for place, retenue in examen.retenues.items():
            cadre = examen.cadre(place)
            comptee = neufs[composantes[place].nom]
            self._appliquer(comptee.nom, cadre, list(comptee.jeunes.values()), retenue)
            self.rapport.programmes += cadre.programmes.resolus
            self._oublier(comptee.nom)
            self._garder(
                comptee.nom,
                JEUNES,
                "",
                emballer_souvenir(charpente, examen.bornes()[place], cadre.pub.n, None),
            )
            matieres = _avec_les_autres(comptee.matieres, charpente)
            self._garder(comptee.nom, "signature", "", signer(matieres))

    def _encadrer_le_cumul(self, comptee: AnneeComptee, charpente: Charpente) -> Cadre:
        matieres = _avec_les_autres(comptee.matieres, charpente)
        cadre = Cadre(charpente, _assembler_jeunes(charpente, comptee, matieres))
        self._reprendre_les_retenues(comptee.nom, cadre)
        signature, contenu = (self._lire(comptee.nom, genre) for genre in ("signature", JEUNES))
        if signature is not None and contenu is not None:
            cadre.ancien = deballer_souvenir(contenu, charpente).reprendre(
                Changements(signature, matieres, charpente).compter()
            )
        return cadre

    def _annees_des_cumuls(self) -> dict[str, tuple[str, ...]]:
        """Cumuls published before, and the years each adds up."""
        noms = self.conn.scalars(sa.select(t.savoirs.c.annee).distinct()).all()
        longs = {nom: range(int(nom[:4]), int(nom[5:])) for nom in noms}
        return {
            nom: tuple(ecrire_annee(x) for x in annees)
            for nom, annees in longs.items()
            if len(annees) > 1
        }

    def _charpente_des_colleges(self, debut: int) -> Charpente:
        a = self.atelier
        return dresser_charpente(
            a.plan, a.catalogue, a.listes, a.geographie, debut, types=("college",)
        )

    def _restreindre(self, etat: Vue, nom: str) -> tuple[Bornes, Nombres]:
        """Bounds and truth of a year, in the rows of a cumul."""
        a, debut = self.atelier, int(nom[:4])
        charpente = self._charpente_des_colleges(debut)
        entiere = dresser_charpente(a.plan, a.catalogue, a.listes, a.geographie, debut)
        lignes = np.array([entiere.numero[cle] for cle in charpente.cles], dtype=np.int64)
        b = etat.principal
        return Bornes(b.bas[lignes], b.haut[lignes]), etat.verite[lignes]

    def _relire(self, nom: str) -> tuple[Bornes, Nombres]:
        """Bounds and truth of a year that this publication does not change."""
        charpente = self._charpente_des_colleges(int(nom[:4]))
        contenu = self._lire(nom, JEUNES)
        if contenu is None:
            raise AuditImpossible(f"L’audit de l’année {nom} manque : publiez-la à nouveau.")
        souvenir = deballer_souvenir(contenu, charpente)
        return souvenir.bornes, souvenir.verite

    # ── what is kept ─────────────────────────────────────────────────────────────────────

    def _lire(self, annee: str, genre: str, attaquant: str = "") -> bytes | None:
        s = t.savoirs.c
        contenu = self.conn.scalar(
            sa.select(s.contenu).where(s.annee == annee, s.genre == genre, s.attaquant == attaquant)
        )
        return None if contenu is None else bytes(contenu)

    def _oublier(self, annee: str) -> None:
        self.conn.execute(sa.delete(t.savoirs).where(t.savoirs.c.annee == annee))

    def _garder(self, annee: str, genre: str, attaquant: str, contenu: bytes) -> None:
        self.conn.execute(
            sa.insert(t.savoirs).values(
                annee=annee, genre=genre, attaquant=attaquant, contenu=contenu
            )
        )

    def _reprendre_les_retenues(self, annee: str, cadre: Cadre) -> None:
        """Withheld once, withheld for good."""
        rang = {table.nom: i for i, table in enumerate(cadre.charpente.tables)}
        ligne = {
            _ecrire_cle(annee, cadre.charpente, i): i for i in range(len(cadre.charpente.cles))
        }
        r = t.retenues.c
        for cle, tableau in self.conn.execute(sa.select(r.cle, r.tableau).where(r.annee == annee)):
            if cle not in ligne:
                continue
            if tableau == ENTETE:
                cadre.pub.entetes[ligne[cle]] = False
            elif tableau in rang:
                cadre.pub.retenues[ligne[cle], rang[tableau]] = True

    def _appliquer(
        self, annee: str, cadre: Cadre, decomptes: Sequence[Decompte], retenue: Retenue
    ) -> None:
        """Write what is withheld into what is about to be published, and remember it."""
        charpente, pub = cadre.charpente, cadre.pub
        nouvelles = [
            {
                "cle": _ecrire_cle(annee, charpente, ligne),
                "tableau": nom,
                "annee": annee,
                "publication": self.numero,
            }
            for ligne, nom in [
                *((i, charpente.tables[k].nom) for i, k in retenue.nouvelles),
                *((i, ENTETE) for i in retenue.arrondies),
            ]
        ]
        if nouvelles:
            self.conn.execute(sa.insert(t.retenues), nouvelles)
        self.rapport.nouvelles += len(retenue.nouvelles)
        self.rapport.entetes_arrondis += len(retenue.arrondies)
        for k, table in enumerate(charpente.tables):
            if table.membres:
                self.rapport.tables += int((retenue.donnees[:, k] | pub.retenues[:, k]).sum())
        if not pub.retenues.any() and pub.entetes.all():
            return
        caches = cacher(charpente, pub)
        for decompte in decomptes:
            lignes = _lignes(charpente, decompte)
            vus = np.flatnonzero(lignes >= 0)
            croisee = bool(charpente.tables[0].membres)
            colonnes = charpente.colonne_du_plan
            if croisee:
                colonnes = colonnes[-decompte.cinquiemes.shape[1] :]
            ici = caches[lignes[vus]][:, colonnes]
            decompte.cinquiemes[vus] = np.where(ici, RETENU, decompte.cinquiemes[vus])
            decompte.entetes[vus] &= pub.entetes[lignes[vus]]


def _ecrire_cle(annee: str, charpente: Charpente, ligne: int) -> str:
    population, *lieu = charpente.cles[ligne]
    if charpente.tables[0].membres:
        population = "croises"
    return ecrire_cle(annee, population, *lieu)


def _lignes(charpente: Charpente, decompte: Decompte) -> npt.NDArray[np.int64]:
    """Row of each context of a count; −1 for the places of exact readers only."""
    return np.array(
        [
            charpente.numero.get(("alses", *cle[1:]) if cle[0] == "croises" else cle, -1)
            for cle in decompte.cles
        ],
        dtype=np.int64,
    )


def _assembler(
    charpente: Charpente,
    decomptes: Sequence[Decompte],
    representant: npt.NDArray[np.int64] | None,
) -> Publiables:
    """Counts by context to rows of the frame; an empty context counts nobody."""
    r, k = charpente.forme
    colonnes = decomptes[0].cinquiemes.shape[1]
    pub = Publiables(
        np.zeros((r, k), dtype=np.int32),
        np.zeros((r, colonnes), dtype=np.uint16),
        np.array(
            [
                est_un_entete(population, type_, filtres) and not charpente.tables[0].membres
                for population, type_, _, filtres in charpente.cles
            ],
            dtype=bool,
        ),
        np.zeros((r, len(charpente.tables)), dtype=bool),
    )
    for decompte in decomptes:
        lignes = _lignes(charpente, decompte)
        vus = np.flatnonzero(lignes >= 0)
        pub.p[lignes[vus]] = decompte.cinquiemes[vus]
        if representant is not None:
            pub.n[lignes[vus]] = decompte.n[np.ix_(vus, representant)]
    charpente.remplir(pub.n)
    return pub


def _assembler_jeunes(
    charpente: Charpente, comptee: AnneeComptee, matieres: dict[str, Matiere]
) -> Publiables:
    """The same of the main frame, with the population that nobody counts."""
    pub = _assembler(charpente, list(comptee.jeunes.values()), charpente.representant)
    _recompter_les_autres(charpente, pub.n, _compter_les_autres(charpente, matieres))
    charpente.remplir(pub.n)
    return pub


def _compter_les_autres(charpente: Charpente, matieres: dict[str, Matiere]) -> Nombres:
    appartenance, jeunes = _placer(charpente, AUTRES, matieres[AUTRES])
    return np.asarray((appartenance @ jeunes).todense(), dtype=np.int32)


def _recompter_les_autres(charpente: Charpente, n: Nombres, comptes: Nombres) -> None:
    """Put what was counted of the others, (rows, columns), in its place."""
    lignes = np.flatnonzero([population == AUTRES for population, *_ in charpente.cles])
    n[lignes] = comptes[lignes]


def _avec_les_autres(matieres: dict[str, Matiere], charpente: Charpente) -> dict[str, Matiere]:
    """What is counted of each population, and of the youths whom no ALSES follows."""
    ps = matieres["ps"]
    qui = np.flatnonzero(ps.jeunes[:, [charpente.suivis]].toarray()[:, 0] == 0)
    return matieres | {AUTRES: ps.restreindre(qui)}


def _placer(
    charpente: Charpente, population: str, matiere: Matiere
) -> tuple[sparse.csr_array, sparse.csr_array]:
    """Rows that each youth stands in (rows, youths), columns that count it (youths, columns)."""
    types = {type_ for _, type_, _, _ in charpente.cles}
    contextes = dresser(
        matiere.places,
        matiere.profils,
        tuple(x for x in FILTRES_PERMIS if x in types and x not in TYPES_EXACTS),
    )
    lignes = np.array(
        [charpente.numero[population, *cle] for cle in contextes.cles], dtype=np.int64
    )
    return (
        sparse.csr_array(
            (
                np.ones(len(contextes.lignes), dtype=np.int64),
                (lignes[contextes.lignes], contextes.colonnes),
            ),
            shape=(len(charpente.cles), len(matiere)),
        ),
        sparse.csr_array(matiere.jeunes[:, charpente.representant]),
    )


class _Siens:
    """True numbers of one association's youths, in the rows of a frame."""

    def __init__(
        self,
        atelier: Atelier,
        matieres: dict[str, Matiere],
        charpente: Charpente,
        croisee: Charpente | None,
    ) -> None:
        self.atelier, self.matieres = atelier, matieres
        self.charpente, self.croisee = charpente, croisee
        self._places: dict[str, tuple[sparse.csr_array, sparse.csr_array]] = {}
        self._sus: dict[str, tuple[Nombres, Nombres]] = {}
        for population, matiere in matieres.items():
            self._places[population] = _placer(charpente, population, matiere)

    def __call__(self, association: str) -> tuple[Nombres, Nombres]:
        if association not in self._sus:
            self._sus[association] = self.jeunes(association), self.croises(association)
        return self._sus[association]

    def jeunes(self, association: str) -> Nombres:
        """(rows, columns) of the main frame."""
        total = np.zeros(self.charpente.forme, dtype=np.int32)
        for population, (appartenance, jeunes) in self._places.items():
            qui = _ceux_de(self.matieres[population], association)
            if len(qui):
                produit = (appartenance[:, qui] @ jeunes[qui]).tocoo()
                total[produit.row, produit.col] += produit.data.astype(np.int32)
        self.charpente.remplir(total)
        return total

    def croises(self, association: str) -> Nombres:
        """(rows, columns) of the frame of the crossings."""
        assert self.croisee is not None
        croisee, a = self.croisee, self.atelier
        total = np.zeros(croisee.forme, dtype=np.int32)
        matiere = self.matieres["alses"]
        qui = _ceux_de(matiere, association)
        if not len(qui):
            return total
        tous = a.contextes_croises(matiere)
        dedans = np.isin(tous.colonnes, qui)
        presents = np.unique(tous.lignes[dedans])
        contextes = Contextes(
            [tous.cles[i] for i in presents],
            np.searchsorted(presents, tous.lignes[dedans]),
            tous.colonnes[dedans],
        )
        comptes = compter_croises(a.croise, a.plan, matiere, contextes)
        lignes = np.array([croisee.numero["alses", *cle] for cle in contextes.cles])
        simples = np.zeros((len(presents), len(a.plan.jeunes)), dtype=np.int64)
        np.add.at(simples, contextes.lignes, matiere.jeunes[contextes.colonnes].toarray())
        total[lignes] = np.concatenate([simples, comptes.n], axis=1)[:, croisee.representant]
        croisee.remplir(total)
        return total


def _ceux_de(matiere: Matiere, association: str) -> npt.NDArray[np.int64]:
    return np.flatnonzero(np.array(matiere.places["association"]) == association)
