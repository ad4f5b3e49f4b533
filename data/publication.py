"""Compute the answers of the lattice and store those that changed.

Runs inside the transaction of an import (or of an erasure): readers keep the answers they had
until it commits, then see all the new ones at once. A school year is published again when its
facts were recomputed (`etats_annees` no longer knows it) or when the columns changed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable

import numpy as np
import sqlalchemy as sa

from data import schema as t
from data.activite import champs_non_poses, compter_activite
from data.arrondi import cles, lire_secret
from data.catalogue import POPULATIONS, Listes, charger
from data.comptage import (
    Masques,
    Matiere,
    Plan,
    PlanCroise,
    compter,
    dresser_plan,
    dresser_plan_croise,
    emballer,
    emballer_croises,
    extraire,
    joindre,
)
from data.contextes import dresser, placer
from data.faits import Faits, annees_saisies, ecrire_annee, lire
from data.formulaires import FORMULAIRES
from data.paquet import emballer_activite
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
    lire_geographie,
)

Progression = Callable[[str, int, int], None]
Lot = dict[str, tuple[str, bytes]]
"""Key of a context → the association that owns it ("" when none does), packed answers."""

ANNEES_DU_CUMUL = 3


def publier(
    conn: sa.Connection, *, livraison: int, motif: str, progression: Progression | None = None
) -> int:
    """Publish every school year whose facts changed. Returns the number of the publication.

    `livraison`: the latest delivery behind the figures; `motif`: why, in French.
    """
    atelier = _Atelier(conn)
    numero: int = (conn.scalar(sa.select(sa.func.max(t.publications.c.numero))) or 0) + 1
    annees = annees_saisies(conn)
    pages = {nom: _mise_en_page(conn, nom, contenu) for nom, contenu in atelier.pages().items()}
    empreinte = hashlib.sha256(json.dumps(sorted(pages.items())).encode()).hexdigest()
    connues = dict(
        conn.execute(sa.select(t.etats_annees.c.annee, t.etats_annees.c.empreinte)).all()
    )
    a_faire = [a for a in annees if connues.get(ecrire_annee(a)) != empreinte]
    matieres: dict[int, dict[str, Matiere]] = {}

    def matiere(annee: int) -> dict[str, Matiere]:
        if annee not in matieres:
            matieres[annee] = atelier.extraire(annee)
        return matieres[annee]

    vues = {ecrire_annee(a) for a in annees}
    for rang, annee in enumerate(a_faire):
        if progression:
            progression(f"Publication {ecrire_annee(annee)}", rang, len(a_faire))
        publies, exacts = atelier.compter_annee(annee, matiere(annee))
        _ranger(conn, ecrire_annee(annee), pages["jeunes"], numero, publies["jeunes"], "jeunes")
        _ranger(conn, ecrire_annee(annee), pages["croises"], numero, publies["croises"], "croises")
        _ranger_exacts(
            conn,
            ecrire_annee(annee),
            ((pages[nom], lot) for nom, lot in exacts.items()),
        )
        publie, exact = atelier.compter_activite(annee)
        _ranger(conn, ecrire_annee(annee), pages["activite"], numero, publie, "activite")
        _ranger_exacts(conn, ecrire_annee(annee), [(pages["activite"], exact)], activite=True)
        _ranger_non_poses(conn, ecrire_annee(annee), atelier.non_poses(annee))
        conn.execute(sa.delete(t.etats_annees).where(t.etats_annees.c.annee == ecrire_annee(annee)))
        conn.execute(
            sa.insert(t.etats_annees).values(annee=ecrire_annee(annee), empreinte=empreinte)
        )
    for debut in annees:
        trois = list(range(debut, debut + ANNEES_DU_CUMUL))
        if not set(trois) <= set(annees):
            continue
        nom = f"{debut}-{debut + ANNEES_DU_CUMUL}"
        vues.add(nom)
        if set(trois) & set(a_faire):
            publie, exact = atelier.compter_cumul(nom, [matiere(a) for a in trois])
            _ranger(conn, nom, pages["jeunes"], numero, publie, "jeunes")
            _ranger_exacts(conn, nom, [(pages["jeunes"], exact)])
        for ancienne in [a for a in matieres if a < debut]:
            del matieres[ancienne]
    _oublier(conn, vues, numero)
    conn.execute(
        sa.insert(t.publications).values(
            numero=numero,
            livraison=livraison,
            date=dt.datetime.now(dt.UTC).replace(tzinfo=None),
            motif=motif,
        )
    )
    return numero


class _Atelier:
    """What every year's count needs: lists, catalogue, columns, places, secret."""

    def __init__(self, conn: sa.Connection) -> None:
        self.conn = conn
        self.listes: Listes = t.lire_listes(conn)
        catalogue = charger(self.listes)
        self.plan: Plan = dresser_plan(catalogue)
        self.croise: PlanCroise = dresser_plan_croise(catalogue)
        self.masques = Masques.tirer(self.listes)
        self.geographie: Geographie = lire_geographie(conn)
        self.secret = lire_secret()
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

    def compter_annee(
        self, annee: int, matieres: dict[str, Matiere]
    ) -> tuple[dict[str, Lot], dict[str, Lot]]:
        """Published and exact answers of a year, by layout."""
        publies: dict[str, Lot] = {"jeunes": {}, "croises": {}}
        exacts: dict[str, Lot] = {"jeunes": {}, "croises": {}}
        nom = ecrire_annee(annee)
        for population, matiere in matieres.items():
            publie, exact = self._compter(nom, population, matiere, tuple(FILTRES_PERMIS))
            publies["jeunes"] |= publie
            exacts["jeunes"] |= exact
        matiere = matieres["alses"]
        contextes = dresser(matiere.places, {}, TYPES_CROISABLES, filtres=0)
        p, e = emballer_croises(self.croise, self.plan, matiere, contextes, self.secret)
        for (type_, lieu, _), a, b in zip(contextes.cles, p, e, strict=True):
            cle = ecrire_cle(nom, "croises", type_, lieu)
            publies["croises"][cle] = ("", a)
            exacts["croises"][cle] = (_proprietaire(type_, lieu), b)
        return publies, exacts

    def compter_cumul(self, nom: str, annees: list[dict[str, Matiere]]) -> tuple[Lot, Lot]:
        """Published and exact answers of three years together (collèges only)."""
        publie: Lot = {}
        exact: Lot = {}
        for population in POPULATIONS:
            ensemble = joindre([a[population] for a in annees])
            p, e = self._compter(nom, population, ensemble, TYPES_CUMULABLES)
            publie |= p
            exact |= e
        return publie, exact

    def _compter(
        self, annee: str, population: str, matiere: Matiere, types: tuple[str, ...]
    ) -> tuple[Lot, Lot]:
        contextes = dresser(matiere.places, matiere.profils, types)
        comptes = compter(matiere, contextes)
        entetes = np.array(
            [
                population != "collegiens"
                and not filtres
                and type_ in ("departement", "territoire")
                for type_, _, filtres in contextes.cles
            ],
            dtype=bool,
        )
        p, e = emballer(self.plan, comptes, self.secret, entetes)
        publie: Lot = {}
        exact: Lot = {}
        for (type_, lieu, filtres), a, b in zip(contextes.cles, p, e, strict=True):
            cle = ecrire_cle(annee, population, type_, lieu, filtres)
            if type_ not in TYPES_EXACTS:
                publie[cle] = ("", a)
            exact[cle] = (_proprietaire(type_, lieu), b)
        return publie, exact

    def compter_activite(self, annee: int) -> tuple[Lot, Lot]:
        """Published and exact activity of a year, of every place."""
        mois = self._mois_sans_saisie(annee)
        publie: Lot = {}
        exact: Lot = {}
        nom = ecrire_annee(annee)
        for lieu, (p, e) in compter_activite(
            self.conn, self.geographie, self.listes, annee, self.secret
        ).items():
            cle = ecrire_cle(nom, "activite", *lieu)
            if lieu in mois:
                p["mois_sans_saisie"] = e["mois_sans_saisie"] = mois[lieu]
            if lieu[0] not in TYPES_EXACTS:
                publie[cle] = ("", emballer_activite(p))
            exact[cle] = (_proprietaire(*lieu), emballer_activite(e))
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


def _proprietaire(type_: str, lieu: str) -> str:
    """Association (code) whose records an exact answer holds; "" when it holds several's."""
    return lieu.split("/")[0] if type_ in TYPES_D_ASSOCIATION else ""


def _mise_en_page(conn: sa.Connection, nom: str, contenu: str) -> int:
    """Identifier of a layout, kept for ever once used."""
    trouve = conn.scalar(
        sa.select(t.mises_en_page.c.id).where(
            t.mises_en_page.c.nom == nom, t.mises_en_page.c.contenu == contenu
        )
    )
    if trouve is not None:
        return int(trouve)
    identifiant: int = (conn.scalar(sa.select(sa.func.max(t.mises_en_page.c.id))) or 0) + 1
    conn.execute(sa.insert(t.mises_en_page).values(id=identifiant, nom=nom, contenu=contenu))
    return identifiant


def _genre(cle: str) -> str:
    population = cle.split("|", 2)[1]
    return population if population in ("croises", "activite") else "jeunes"


def _ranger(conn: sa.Connection, annee: str, page: int, numero: int, lot: Lot, genre: str) -> None:
    """Store the published answers of a year that changed; keep those they replace."""
    r = t.reponses
    deja = {
        cle: (mise, publication, bytes(contenu))
        for cle, mise, publication, contenu in conn.execute(
            sa.select(r.c.cle, r.c.mise_en_page, r.c.publication, r.c.contenu).where(
                r.c.annee == annee
            )
        )
        if _genre(cle) == genre
    }
    nouveaux, changes, remplaces = [], [], []
    for cle, (_, contenu) in lot.items():
        avant = deja.pop(cle, None)
        ligne = {
            "cle": cle,
            "annee": annee,
            "mise_en_page": page,
            "publication": numero,
            "contenu": contenu,
        }
        if avant is None:
            nouveaux.append(ligne)
        elif avant[0] != page or avant[2] != contenu:
            changes.append(ligne)
            remplaces.append((cle, avant))
    remplaces.extend(deja.items())
    if remplaces:
        conn.execute(
            sa.insert(t.reponses_anterieures),
            [
                {"cle": cle, "mise_en_page": m, "publication": p, "contenu": c}
                for cle, (m, p, c) in remplaces
            ],
        )
        _effacer(conn, r, [cle for cle, _ in remplaces])
    if nouveaux or changes:
        conn.execute(sa.insert(r), nouveaux + changes)


def _ranger_exacts(
    conn: sa.Connection, annee: str, lots: Iterable[tuple[int, Lot]], *, activite: bool = False
) -> None:
    e = t.reponses_exactes
    motif = e.c.cle.like("%|activite|%")
    conn.execute(sa.delete(e).where(e.c.annee == annee, motif if activite else ~motif))
    for page, lot in lots:
        if lot:
            conn.execute(
                sa.insert(e),
                [
                    {
                        "cle": cle,
                        "annee": annee,
                        "association": association,
                        "mise_en_page": page,
                        "contenu": contenu,
                    }
                    for cle, (association, contenu) in lot.items()
                ],
            )


def _ranger_non_poses(
    conn: sa.Connection, annee: str, champs: dict[tuple[str, str], list[str]]
) -> None:
    q = t.questions_non_posees
    conn.execute(sa.delete(q).where(q.c.annee == annee))
    if champs:
        conn.execute(
            sa.insert(q),
            [
                {"annee": annee, "lieu_type": type_, "lieu": lieu, "champs": noms}
                for (type_, lieu), noms in champs.items()
            ],
        )


def _effacer(conn: sa.Connection, table: sa.Table, cles_: list[str]) -> None:
    for i in range(0, len(cles_), 500):
        conn.execute(sa.delete(table).where(table.c.cle.in_(cles_[i : i + 500])))


def _oublier(conn: sa.Connection, vues: set[str], numero: int) -> None:
    """Withdraw the answers of school years that hold nothing any more."""
    for annee in set(conn.scalars(sa.select(t.reponses.c.annee).distinct())) - vues:
        for genre in ("jeunes", "croises", "activite"):
            _ranger(conn, annee, 0, numero, {}, genre)
        conn.execute(sa.delete(t.reponses_exactes).where(t.reponses_exactes.c.annee == annee))
        q = t.questions_non_posees
        conn.execute(sa.delete(q).where(q.c.annee == annee))
        conn.execute(sa.delete(t.etats_annees).where(t.etats_annees.c.annee == annee))
