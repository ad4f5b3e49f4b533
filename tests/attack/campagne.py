"""The attacks in order, on one database and for every role; their results as rows of a table."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from typing import Any

import numpy as np

from tests.attack.connaissances import (
    attaquer_en_association,
    attaquer_en_chef_d_etablissement,
    compter_siens,
)
from tests.attack.enumeration import (
    ARRONDI,
    SEUILS,
    Ecarts,
    Guichet,
    Matiere,
    Recu,
    appliquer,
    comparer,
    comparer_croisements,
    comparer_participants,
    enumerer,
    enumerer_croisements,
    places,
    preparer,
)
from tests.attack.groupes import colonnes, questions
from tests.attack.intervalles import (
    POPULATIONS,
    Bilan,
    Bornes,
    Charpente,
    Masque,
    assembler,
    dresser,
    empiler,
    juger,
    observer,
    propager,
    soustraire,
    viser,
)
from tests.attack.naive import publier_naivement
from tests.attack.programmes import programmer
from tests.attack.treillis import Entiers, Treillis
from tests.attack.verite import Comptes, Jeunes, Verite, compter, croiser

NIVEAUX = ("college", "association", "territoire", "departement")


@dataclass(frozen=True)
class Resultat:
    """A row of the table. `rouge`: the attack found something it must not. `hors_contrat`: of an
    attacker whom the contract does not have us stop; what it knows is shown, and counted apart."""

    attaque: str
    role: str
    cellules: int
    connues: int
    fausses: int
    detail: str = ""
    exemples: tuple[str, ...] = ()
    hors_contrat: bool = False

    @property
    def rouge(self) -> bool:
        return (self.connues > 0 and not self.hors_contrat) or self.fausses > 0


def resumer(attaque: str, role: str, b: Bilan, detail: str = "") -> Resultat:
    """A row from what an attack knows."""
    return Resultat(attaque, role, b.cellules, b.connues, b.fausses, detail, tuple(b.exemples))


@dataclass
class Lecture:
    """What a role read of a year (or cumul) and population. `erreurs`: kind of place → errors of
    shares, in points."""

    ecarts: Ecarts
    bornes: Bornes
    n: Entiers
    erreurs: dict[str, list[float]] = field(default_factory=dict)


class Lecteur:
    """Reads one database in one process."""

    def __init__(self, url: str, secret: bytes, indicateurs: frozenset[str] | None = None) -> None:
        self.indicateurs = indicateurs
        self.verite = Verite(url, secret)
        self.guichet = Guichet(url)
        self._jeunes: dict[int, Jeunes] = {}
        self._treillis: dict[int, Treillis] = {}

    def treillis(self, annee: int) -> Treillis:
        """Rows of a school year."""
        if annee not in self._treillis:
            self._treillis[annee] = Treillis(self.verite.carte(annee))
        return self._treillis[annee]

    def jeunes(self, annee: int) -> Jeunes:
        """Youths of a school year."""
        if annee not in self._jeunes:
            self._jeunes[annee] = self.verite.jeunes(annee)
        return self._jeunes[annee]

    def lire(self, role: str, nom: str, population: str) -> Lecture:
        """T1 on a year (or cumul) and population, and what it says of the cells."""
        annees = list(range(int(nom[:4]), int(nom[5:])))
        treillis = self.treillis(annees[0])
        self.guichet.entrer(role)
        recu = enumerer(self.guichet, treillis, nom, population, self.indicateurs)
        matiere = preparer(
            treillis, self.verite, annees, [self.jeunes(a) for a in annees], population
        )
        tete = places()["effectif", "", ""]
        arrondies = recu.statut[:, tete] == ARRONDI
        attendu = appliquer(treillis, matiere, SEUILS[role], arrondies)
        if len(annees) > 1:
            hors = np.array([lieu[0] != "college" for lieu, _ in treillis.lignes])
            attendu.statut[hors] = 0
            for nombres in (attendu.effectif, attendu.base, attendu.part, attendu.manquants):
                nombres[hors] = -1
        ecarts = comparer(treillis, recu, attendu, matiere, nom)
        if population == "alses" and len(annees) == 1 and self.indicateurs is None:
            ecarts += self._croiser(role, nom, annees[0], treillis)
        return Lecture(
            ecarts,
            observer(treillis, recu, population, SEUILS[role]),
            matiere.n.astype(np.int32),
            mesurer_erreurs(treillis, recu, matiere) if role == "departement" else {},
        )

    def _croiser(self, role: str, nom: str, annee: int, treillis: Treillis) -> Ecarts:
        carte, seuils = treillis.carte, SEUILS[role]
        lieux = [p for p in carte.publics if p[0] in ("departement", "territoire", "association")]
        ecarts = comparer_croisements(
            enumerer_croisements(self.guichet, carte, nom),
            croiser(self.jeunes(annee), lieux),
            self.verite.secret,
            seuils,
            nom,
        )
        return ecarts + comparer_participants(self.guichet, self.verite, carte, annee, seuils)


def mesurer_erreurs(treillis: Treillis, recu: Recu, m: Matiere) -> dict[str, list[float]]:
    """Published share less true share, in points, of each kind of place without filter."""
    rang = colonnes()
    sortie: dict[str, list[float]] = {n: [] for n in NIVEAUX}
    lignes = {
        n: [i for i, (lieu, f) in enumerate(treillis.lignes) if lieu[0] == n and not f]
        for n in NIVEAUX
    }
    entrees = [
        (places()[q.indicateur, q.serie, mod], rang[g], rang[q.base])
        for q in questions()
        if q.genre not in ("effectif", "evenements")
        for mod, g in q.cellules
    ]
    for j, c, base in entrees:
        for niveau, ici in lignes.items():
            vus = [i for i in ici if recu.statut[i, j] == ARRONDI]
            vrai = 100 * m.n[vus, c] / np.maximum(m.n[vus, base], 1)
            sortie[niveau].extend(np.abs(recu.part[vus, j] / 10 - vrai).tolist())
    return sortie


_ICI: Lecteur | None = None


def _ouvrir(url: str, secret: bytes) -> None:
    global _ICI
    _ICI = Lecteur(url, secret)


def _lire(tache: tuple[str, str, str]) -> Lecture:
    assert _ICI is not None
    return _ICI.lire(*tache)


@dataclass
class Campagne:
    """Everything a database says to its readers. `erreurs`: of shares, by kind of place."""

    lecteur: Lecteur
    charpente: Charpente
    vrai: Entiers
    cibles: Masque
    comptes: dict[tuple[str, str], tuple[Comptes, Jeunes]]
    annees: tuple[str, ...]
    bornes: dict[str, Bornes] = field(default_factory=dict)
    ecarts: dict[str, Ecarts] = field(default_factory=dict)
    erreurs: dict[str, list[float]] = field(default_factory=dict)


def lire_tout(
    url: str,
    secret: bytes,
    roles: Sequence[str] = ("departement", "invite"),
    processus: int = 1,
    dire: Callable[[str], None] = lambda _: None,
    annees: Sequence[str] | None = None,
    indicateurs: frozenset[str] | None = None,
    populations: Sequence[str] = ("alses", "ps", "collegiens"),
) -> Campagne:
    """T1 for these roles on every year and cumul; bounds of what they saw, not yet propagated."""
    lecteur = Lecteur(url, secret, indicateurs)
    offertes = lecteur.guichet.json("annees")
    noms = tuple(a for a in offertes["annees"] if annees is None or a in annees)
    cumuls = tuple(
        c
        for c in offertes["cumuls"]
        if all(f"{a}-{a + 1}" in noms for a in range(int(c[:4]), int(c[5:])))
    )
    charpente = dresser({a: lecteur.treillis(int(a[:4])) for a in noms}, cumuls)
    comptes: dict[tuple[str, str], tuple[Comptes, Jeunes]] = {}
    tables: dict[tuple[str, str], Entiers] = {}
    for a in noms:
        j = lecteur.jeunes(int(a[:4]))
        for p in POPULATIONS:
            comptes[a, p] = (compter(lecteur.treillis(int(a[:4])), j, p), j)
            tables[a, p] = comptes[a, p][0].n.astype(np.int32)
    for c in cumuls:
        for p in POPULATIONS:
            tables[c, p] = sum(tables[f"{a}-{a + 1}", p] for a in range(int(c[:4]), int(c[5:])))
    campagne = Campagne(
        lecteur, charpente, empiler(charpente, tables), viser(charpente), comptes, noms
    )
    taches = [(r, nom, p) for r in roles for nom in (*noms, *cumuls) for p in populations]
    parts: dict[str, dict[tuple[str, str], Bornes]] = {r: {} for r in roles}
    for tache, lecture in zip(
        taches, _enchainer(url, secret, lecteur, taches, processus), strict=True
    ):
        role, nom, p = tache
        parts[role][nom, p] = lecture.bornes
        campagne.ecarts[role] = campagne.ecarts.get(role, Ecarts()) + lecture.ecarts
        for niveau, valeurs in lecture.erreurs.items():
            campagne.erreurs.setdefault(niveau, []).extend(valeurs)
        dire(f"T1 {role} {nom} {p} : {lecture.ecarts.lignes} lignes lues")
    campagne.bornes = {r: assembler(charpente, parts[r]) for r in roles}
    return campagne


def _enchainer(
    url: str, secret: bytes, lecteur: Lecteur, taches: list[tuple[str, str, str]], processus: int
) -> Any:
    if processus < 2:
        yield from (lecteur.lire(*t) for t in taches)
        return
    with ProcessPoolExecutor(
        processus, mp_context=get_context("spawn"), initializer=_ouvrir, initargs=(url, secret)
    ) as equipe:
        yield from equipe.map(_lire, taches)


NOMS = {"departement": "Département", "invite": "invité"}


def attaquer(
    c: Campagne,
    dire: Callable[[str], None] = lambda _: None,
    *,
    colleges: Sequence[str] | None = None,
    paires: bool = True,
    programmes: int = 200,
) -> list[Resultat]:
    """T1 to T5 and the pooled part of T8. `colleges`: whose heads attack (None: all)."""
    ch, vrai, cibles = c.charpente, c.vrai, c.cibles
    resultats: list[Resultat] = []

    def noter(r: Resultat) -> None:
        resultats.append(r)
        dire(f"{r.attaque}, {r.role} : {r.connues} sur {r.cellules}")

    for role, e in c.ecarts.items():
        noter(
            Resultat(
                "T1 énumération",
                NOMS[role],
                e.lignes,
                0,
                e.fautes,
                f"{e.retenues} tables retenues sur {e.repondues}",
                tuple(e.exemples),
            )
        )
    for role, b in c.bornes.items():
        noter(resumer("T2 différences", NOMS[role], soustraire(ch, b, vrai, cibles)))
    for role, b in c.bornes.items():
        propager(ch, b, progression=lambda m: dire(f"T3 {m}"))
        noter(resumer("T3 intervalles", NOMS[role], juger(ch, b, vrai, cibles)))
    b = c.bornes["departement"]
    t4 = programmer(ch, b, vrai, cibles, programmes)
    noter(
        resumer(
            "T4 programmes", "Département", t4.bilan, f"{t4.essayees} essayées sur {t4.candidates}"
        )
    )
    carte = c.lecteur.treillis(int(c.annees[-1][:4])).carte
    total = Bilan()
    choisis = list(carte.territoire_du if colleges is None else colleges)
    for college in choisis:
        total += attaquer_en_chef_d_etablissement(ch, b, vrai, cibles, college)
    detail = f"{len(choisis)} collèges, chacun contre tout le reste"
    noter(resumer("T5 marges du collège", "principaux", total, detail))
    for a in carte.associations:
        siens = _siens(c, [a])
        bilan = attaquer_en_association(ch, b, vrai, cibles, siens)
        noter(resumer("T5 données propres", f"chef {a} + Département", bilan))
    if paires:
        ensemble = [
            {p.split("/")[0] for p in carte.paires if p.endswith(f"/{t}")}
            for t in carte.territoires
        ]
        deux = {p for s in ensemble for p in itertools.combinations(sorted(s), 2)}
        for x, y in sorted(deux):
            bilan = attaquer_en_association(ch, b, vrai, cibles, _siens(c, [x, y]))
            ligne = resumer("T8 deux chefs", f"{x} + {y} + Département", bilan, "hors contrat")
            noter(replace(ligne, hors_contrat=True))
    return resultats


def _siens(c: Campagne, associations: list[str]) -> Entiers:
    tables = compter_siens(c.comptes, associations)
    noms = {b.annee for b in c.charpente.blocs}
    for cumul in noms - set(c.annees):
        for p in POPULATIONS:
            tables[cumul, p] = sum(
                tables[f"{a}-{a + 1}", p] for a in range(int(cumul[:4]), int(cumul[5:]))
            )
    return empiler(c.charpente, tables)


def contraster(c: Campagne, dire: Callable[[str], None] = lambda _: None) -> list[Resultat]:
    """The naive policy on the same lattice, under the same attackers."""
    resultats = []
    for secondaire, nom in ((False, "masquer sous 5"), (True, "masquer sous 5 + secondaire")):
        parts: dict[tuple[str, str], Bornes] = {}
        caches = np.zeros(c.charpente.forme, dtype=bool)
        for bloc in c.charpente.blocs:
            if bloc.population == "autres":
                continue
            n = np.zeros((len(bloc.treillis), len(colonnes())), dtype=np.int32)
            n[bloc.lignes] = c.vrai[bloc.debut : bloc.fin]
            b, hidden = publier_naivement(bloc.treillis, n, bloc.population, secondaire=secondaire)
            parts[bloc.annee, bloc.population] = b
            caches[bloc.debut : bloc.fin] = hidden[bloc.lignes]
        b = assembler(c.charpente, parts)
        differences = soustraire(c.charpente, b, c.vrai, c.cibles)
        resultats.append(resumer("T2 différences", nom, differences))
        propager(c.charpente, b, progression=lambda m: dire(f"naïve {m}"))
        resultats.append(
            resumer("T3 cellules masquées", nom, juger(c.charpente, b, c.vrai, caches))
        )
        resultats.append(
            resumer("T3 toutes cellules", nom, juger(c.charpente, b, c.vrai, c.cibles))
        )
    return resultats
