"""Judging a delivery row by row (contract, données §1, « Refused row by row »).

Everything is judged on the distinct texts of a column or on whole arrays; only refused rows are
looked at one by one. Nothing is written here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np
import sqlalchemy as sa

from data import schema as t
from data.cellules import Lecteur, choisir_lecteur, valeur_vide
from data.faits import annee_scolaire
from data.formulaires import FORMULAIRES, Colonne, Formulaire, Nature
from data.lecture import Livraison
from data.nomenclature import Listes, plier
from data.progression import Progression
from data.referentiel import Referentiel, lire_cle_de_lieu
from data.refus import Refus
from data.tableau import Cellules, Entiers, Masque, Tableau, charger, reperer_doubles

AGE_MINIMAL, AGE_MAXIMAL = 3, 30
"""Ages on 1 January between which a year of birth is believed (contract, données §1)."""

PARENTS = {
    "fonction_ecole": ("origine", "etablissement_scolaire"),
    "demande_scolarite": ("demande", "scolarite"),
}
"""Column of the fiche usager that only makes sense beside a code of another one."""

_PAR_REQUETE = 5_000


@dataclass(slots=True)
class Verdict:
    """A judged delivery: its forms, the ids given to what is new, and every refused row.

    `usagers`: form → id of the usager of each row (−1 when unknown); for `usagers` itself, the id
    of each fiche. `participants`: form of actions → (row, id of the usager).
    `codes_associations`: id of a new association → its code in URLs.
    """

    tableaux: dict[str, Tableau]
    referentiel: Referentiel
    usagers: dict[str, Entiers] = field(default_factory=dict)
    participants: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    associations: list[int] = field(default_factory=list)
    codes_associations: dict[int, str] = field(default_factory=dict)
    refus: list[Refus] = field(default_factory=list)


def par_paquets(valeurs: Iterable[Any], taille: int = _PAR_REQUETE) -> Iterator[list[Any]]:
    """Lists of at most `taille` of these values: what one query may name."""
    suite = iter(valeurs)
    while paquet := list(islice(suite, taille)):
        yield paquet


def valider(
    conn: sa.Connection,
    livraison: Livraison,
    listes: Listes,
    aujourd_hui: dt.date,
    progression: Progression | None = None,
) -> Verdict:
    """Judge every row of the delivery against the rules, itself and the database.

    Raises LivraisonRefusee for what refuses a file whole and is only seen while reading it.
    """
    return _Jugement(conn, livraison, listes, aujourd_hui, progression).rendre()


class _Jugement:
    def __init__(
        self,
        conn: sa.Connection,
        livraison: Livraison,
        listes: Listes,
        aujourd_hui: dt.date,
        progression: Progression | None,
    ) -> None:
        self.conn = conn
        self.livraison = livraison
        self.listes = listes
        self.aujourd_hui = aujourd_hui
        self.progression = progression
        self.referentiel = Referentiel(conn)
        self.verdict = Verdict({}, self.referentiel)
        self._sigles: dict[str, str] = {}

    def rendre(self) -> Verdict:
        for nom in ("territoires", "associations", "colleges", "postes", "conditions"):
            if (tableau := self._ouvrir(nom)) is not None:
                self._clore(tableau)
        fiches = self._ouvrir("usagers")
        situations = self._ouvrir("situations")
        interventions = self._ouvrir("interventions")
        if fiches is not None:
            self._juger_fiches(fiches, interventions)
        if situations is not None:
            self._rattacher(situations)
        if interventions is not None:
            self._rattacher(interventions)
            self._juger_ages_connus(interventions, fiches)
        for nom in ("actions_ponctuelles", "actions_projet"):
            if (actions := self._ouvrir(nom)) is not None:
                self._juger_actions(actions)
        for nom in FORMULAIRES:
            if nom in self.verdict.tableaux:
                refus = self.verdict.tableaux[nom].refus
                self.verdict.refus += sorted(refus, key=lambda r: (r.ligne, r.colonne))
        return self.verdict

    # --- One form by itself ---------------------------------------------------------------------

    def _ouvrir(self, nom: str) -> Tableau | None:
        """Read a form and judge what each of its rows says by itself."""
        feuille = self.livraison.feuilles.get(nom)
        if feuille is None:
            return None
        tableau = charger(feuille, self.progression)
        if self.progression:
            self.progression(f"Contrôle de {feuille.nom}", 0, 1)
        self.verdict.tableaux[nom] = tableau
        for colonne in feuille.formulaire.colonnes:
            cellules = tableau.colonnes.get(colonne.nom)
            if cellules is None:
                continue
            cellules.lire(self._lecteur(feuille.formulaire, colonne), valeur_vide(colonne.nature))
            tableau.refuser_les_fautes(colonne.nom)
            if colonne.requise:
                tableau.refuser(
                    cellules.vides(),
                    colonne.nom,
                    "Cellule vide dans une colonne obligatoire",
                    "Remplissez cette cellule.",
                )
        reperer_doubles(tableau)
        return tableau

    def _lecteur(self, formulaire: Formulaire, colonne: Colonne) -> Lecteur:
        if formulaire.nom in ("territoires", "colleges") and colonne.nom == "code":
            return lire_cle_de_lieu
        if colonne.nom == "sigle":
            # Spellings of one sigle are one association, called as it was first spelt.
            return lambda texte: self._sigles.setdefault(plier(texte), texte)
        match colonne.nature:
            case Nature.ASSOCIATION:
                return self.referentiel.lire_association
            case Nature.TERRITOIRE:
                return self.referentiel.lire_territoire
            case Nature.COLLEGE:
                return self.referentiel.lire_college
            case _:
                return choisir_lecteur(colonne, self.listes, self.aujourd_hui)

    # --- Reference tables -----------------------------------------------------------------------

    def _clore(self, tableau: Tableau) -> None:
        """Let what follows refer to the good rows of a reference table."""
        match tableau.formulaire.nom:
            case "territoires":
                for code, nom in _colonnes(tableau, "code", "nom"):
                    self.referentiel.ajouter_territoire(code, nom)
            case "associations":
                for sigle, nom in _colonnes(tableau, "sigle", "nom"):
                    id_, code = self.referentiel.ajouter_association(sigle, nom)
                    self.verdict.associations.append(id_)
                    if code is not None:
                        self.verdict.codes_associations[id_] = code
            case "colleges":
                for (code,) in _colonnes(tableau, "code"):
                    self.referentiel.ajouter_college(code)
            case "postes":
                _juger_dates(tableau)

    # --- Usagers --------------------------------------------------------------------------------

    def _juger_fiches(self, fiches: Tableau, interventions: Tableau | None) -> None:
        associations = fiches.colonnes["association"].entiers().tolist()
        usagers = fiches.colonnes["usager"]
        pseudonymes = [usagers.textes[c] for c in usagers.codes.tolist()]
        connus = [
            self.referentiel.usagers.get(cle, -1)
            for cle in zip(associations, pseudonymes, strict=True)
        ]
        self._juger_parents(fiches, connus)
        if "naissance" in fiches.colonnes:
            cles = {(associations[i], pseudonymes[i]): i for i in fiches.gardees.tolist()}
            if interventions is not None:
                self._juger_ages_livres(fiches, interventions, cles)
            self._juger_ages_anciens(fiches, interventions, np.array(connus, dtype=np.int64))
        ids = np.full(len(fiches), -1, dtype=np.int64)
        for i in fiches.gardees.tolist():
            ids[i] = self.referentiel.ajouter_usager(associations[i], pseudonymes[i])
        self.verdict.usagers["usagers"] = ids

    def _juger_parents(self, fiches: Tableau, connus: list[int]) -> None:
        """`fonction_ecole` and `demande_scolarite` need their parent, delivered or known."""
        livrees = {c for paire in PARENTS.items() for c in (paire[0], paire[1][0])}
        livrees &= set(fiches.colonnes)
        if not livrees:
            return
        anciennes: dict[int, sa.RowMapping] = {}
        if len(livrees) < 2 * len(PARENTS):
            u = t.usagers
            for paquet in par_paquets(sorted({i for i in connus if i >= 0})):
                for ligne in self.conn.execute(sa.select(u).where(u.c.id.in_(paquet))).mappings():
                    anciennes[ligne["id"]] = ligne

        def valeurs(colonne: str) -> Entiers:
            if colonne in fiches.colonnes:
                return fiches.colonnes[colonne].entiers()
            tenues = [anciennes[i][colonne] if i in anciennes else 0 for i in connus]
            return np.array(tenues, dtype=np.int64)

        for enfant, (parent, code) in PARENTS.items():
            if not {enfant, parent} & livrees:
                continue
            rang = self.listes[parent].rang_du_code(code)
            orphelines = fiches.bonnes & (valeurs(enfant) > 0) & (valeurs(parent) != rang)
            if enfant in livrees:
                fiches.refuser(
                    orphelines,
                    enfant,
                    f"{enfant} n'a de sens que si {parent} vaut « {code} »",
                    f"Videz cette cellule, ou mettez « {code} » dans {parent}.",
                )
            else:
                fiches.refuser(
                    orphelines,
                    parent,
                    f"La base garde pour cet usager une valeur de {enfant}, qui n'a de sens que si "
                    f"{parent} vaut « {code} »",
                    f"Livrez aussi la colonne {enfant} (vide, s'il le faut).",
                )

    def _juger_ages_livres(
        self, fiches: Tableau, interventions: Tableau, cles: dict[tuple[int, str], int]
    ) -> None:
        """Ages of the fiches delivered, in the years of the interventions delivered."""
        bonnes = np.flatnonzero(interventions.bonnes)
        paires, rangs = _apparier(interventions, bonnes)
        annees = _annees(interventions.colonnes["date"])[bonnes]
        fiche = np.array([cles.get(p, -1) for p in paires], dtype=np.int64)
        couples = np.unique(np.stack([fiche[rangs], annees], axis=1), axis=0)
        self._refuser_ages(fiches, couples[couples[:, 0] >= 0])

    def _juger_ages_anciens(
        self, fiches: Tableau, interventions: Tableau | None, connus: Entiers
    ) -> None:
        """Ages of the fiches delivered, in the years of the interventions of the database."""
        fiche_de = {int(connus[i]): i for i in fiches.gardees.tolist() if connus[i] >= 0}
        a = t.accompagnements.c
        couples: list[tuple[int, int]] = []
        for paquet in par_paquets(sorted(fiche_de)):
            requete = sa.select(a.usager, a.annee).where(a.usager.in_(paquet))
            couples += [(fiche_de[u], annee) for u, annee in self.conn.execute(requete)]
        suspects = self._ages_impossibles(fiches, _en_couples(couples))
        if not len(suspects):
            return
        # The year may come from an intervention that this delivery corrects: look again.
        remplacees: set[tuple[int, str]] = set()
        if interventions is not None:
            remplacees = set(_colonnes(interventions, "association", "intervention"))
        i_ = t.interventions.c
        vrais: set[tuple[int, int]] = set()
        for paquet in par_paquets({int(connus[f]) for f, _ in suspects}):
            requete_exacte = sa.select(i_.association, i_.intervention, i_.usager, i_.annee).where(
                i_.usager.in_(paquet)
            )
            for association, intervention, usager, annee in self.conn.execute(requete_exacte):
                if (association, intervention) not in remplacees:
                    vrais.add((fiche_de[usager], annee))
        self._refuser_ages(fiches, _en_couples(sorted(vrais)))

    def _ages_impossibles(self, fiches: Tableau, couples: Entiers) -> Entiers:
        """Among (row of the fiche, school year), those where the age is not believed."""
        naissances = fiches.colonnes["naissance"].entiers()[couples[:, 0]]
        ages = couples[:, 1] - naissances
        impossibles = (naissances >= 0) & ((ages < AGE_MINIMAL) | (ages > AGE_MAXIMAL))
        return couples[impossibles]

    def _refuser_ages(self, fiches: Tableau, couples: Entiers) -> None:
        impossibles = self._ages_impossibles(fiches, couples)
        naissances = fiches.colonnes["naissance"].entiers()
        fautes: dict[int, tuple[int, str, str]] = {}
        for i, annee in impossibles.tolist():
            if fiches.bonnes[i] and i not in fautes:
                age = _dire_age(annee - int(naissances[i]))
                fautes[i] = (
                    i,
                    f"{age} en {annee}-{annee + 1}, année où l'usager a une intervention",
                    "Vérifiez l'année de naissance et les dates des interventions.",
                )
        fiches.refuser_une_a_une(list(fautes.values()), "naissance")

    # --- Rows about a usager --------------------------------------------------------------------

    def _rattacher(self, tableau: Tableau) -> None:
        """Find the usager of each row, among the good fiches delivered and the database."""
        ids = np.full(len(tableau), -1, dtype=np.int64)
        bonnes = np.flatnonzero(tableau.bonnes)
        paires, rangs = _apparier(tableau, bonnes)
        connus = np.array([self.referentiel.usagers.get(p, -1) for p in paires], dtype=np.int64)
        if len(bonnes):
            ids[bonnes] = connus[rangs]
        tableau.refuser(
            tableau.bonnes & (ids < 0),
            "usager",
            "Usager inconnu de cette association",
            "Ajoutez sa fiche au fichier « usagers », ou corrigez-la si elle est refusée.",
        )
        self.verdict.usagers[tableau.formulaire.nom] = ids

    def _juger_ages_connus(self, interventions: Tableau, fiches: Tableau | None) -> None:
        """Ages in the years of the interventions delivered, for fiches that stay as they are."""
        ids = self.verdict.usagers["interventions"]
        bonnes = np.flatnonzero(interventions.bonnes)
        a_verifier = set(np.unique(ids[bonnes]).tolist())
        if fiches is not None and "naissance" in fiches.colonnes:
            a_verifier -= set(self.verdict.usagers["usagers"].tolist())
        u = t.usagers.c
        naissance: dict[int, int] = {}
        for paquet in par_paquets(sorted(a_verifier)):
            requete = sa.select(u.id, u.naissance).where(u.id.in_(paquet), u.naissance.is_not(None))
            for id_, annee in self.conn.execute(requete):
                naissance[id_] = annee
        if not naissance:
            return
        distincts, rangs = np.unique(ids[bonnes], return_inverse=True)
        nes = np.array([naissance.get(i, -1) for i in distincts.tolist()], dtype=np.int64)[rangs]
        ages = _annees(interventions.colonnes["date"])[bonnes] - nes
        impossibles = (nes >= 0) & ((ages < AGE_MINIMAL) | (ages > AGE_MAXIMAL))
        interventions.refuser_une_a_une(
            [
                (
                    int(i),
                    f"{_dire_age(age)} cette année-là, d'après la fiche de l'usager",
                    "Vérifiez la date, ou l'année de naissance de la fiche usager.",
                )
                for i, age in zip(
                    bonnes[impossibles].tolist(), ages[impossibles].tolist(), strict=True
                )
            ],
            "date",
        )

    # --- Actions --------------------------------------------------------------------------------

    def _juger_actions(self, actions: Tableau) -> None:
        if "debut" in actions.colonnes:
            _juger_dates(actions, self._fins_connues(actions))
        participants: list[tuple[int, int]] = []
        if "usagers" in actions.colonnes:
            associations = actions.colonnes["association"].entiers()
            cellules = actions.colonnes["usagers"]
            fautes: list[tuple[int, str, str]] = []
            for i in np.flatnonzero(actions.bonnes).tolist():
                association = int(associations[i])
                pseudonymes = cellules.valeurs[int(cellules.codes[i])]
                ids = [self.referentiel.usagers.get((association, p), -1) for p in pseudonymes]
                if -1 in ids:
                    inconnus = sum(id_ < 0 for id_ in ids)
                    fautes.append(
                        (
                            i,
                            "Usager inconnu de cette association"
                            if inconnus == 1
                            else f"{inconnus} usagers inconnus de cette association",
                            "Ajoutez la fiche manquante au fichier « usagers », ou comptez ce "
                            "jeune dans autres_jeunes.",
                        )
                    )
                participants += [(i, id_) for id_ in ids]
            actions.refuser_une_a_une(fautes, "usagers")
        gardees = set(actions.gardees.tolist())
        self.verdict.participants[actions.formulaire.nom] = [
            p for p in participants if p[0] in gardees
        ]

    def _fins_connues(self, actions: Tableau) -> dict[int, dt.date]:
        """Row → end held by the database, when the delivery does not bring that column."""
        if "fin" in actions.colonnes:
            return {}
        a = t.actions.c
        tenues = {
            (association, action): fin
            for association, action, fin in self.conn.execute(
                sa.select(a.association, a.action, a.fin).where(
                    a.forme == "projet", a.fin.is_not(None)
                )
            )
        }
        bonnes = np.flatnonzero(actions.bonnes)
        cles = _colonnes(actions, "association", "action", lignes=bonnes)
        return {
            i: tenues[cle] for i, cle in zip(bonnes.tolist(), cles, strict=True) if cle in tenues
        }


def _colonnes(tableau: Tableau, *noms: str, lignes: Entiers | None = None) -> list[tuple[Any, ...]]:
    """Values of these columns, row by row, for these rows (the rows to load by default)."""
    ou = tableau.gardees if lignes is None else lignes
    listes = []
    for nom in noms:
        cellules = tableau.colonnes[nom]
        listes.append([cellules.valeurs[c] for c in cellules.codes[ou].tolist()])
    return list(zip(*listes, strict=True))


def _apparier(tableau: Tableau, lignes: Entiers) -> tuple[list[tuple[int, str]], Entiers]:
    """Distinct (association id, pseudonym) of these rows, and which of them each row has."""
    cellules = tableau.colonnes["usager"]
    n = max(len(cellules.textes), 1)
    numeros = tableau.colonnes["association"].entiers()[lignes] * n + cellules.codes[lignes]
    distincts, rangs = np.unique(numeros, return_inverse=True)
    return [(i // n, cellules.textes[i % n]) for i in distincts.tolist()], rangs


def _annees(dates: Cellules) -> Entiers:
    """School year (first year) of each row; −1 without a date."""
    distinctes = [-1 if d is None else annee_scolaire(d) for d in dates.valeurs]
    return np.array(distinctes, dtype=np.int64)[dates.codes]


def _jours(dates: Cellules) -> Entiers:
    distincts = [0 if d is None else d.toordinal() for d in dates.valeurs]
    return np.array(distincts, dtype=np.int64)[dates.codes]


def _juger_dates(tableau: Tableau, fins_connues: dict[int, dt.date] | None = None) -> None:
    """`fin` may not come before `debut`."""
    debuts = _jours(tableau.colonnes["debut"])
    if "fin" in tableau.colonnes:
        fins = _jours(tableau.colonnes["fin"])
        tableau.refuser(
            tableau.bonnes & (fins > 0) & (fins < debuts),
            "fin",
            "La fin est antérieure au début",
            "Corrigez l'une des deux dates.",
        )
    tardives: Masque = np.zeros(len(tableau), dtype=bool)
    for i, fin in (fins_connues or {}).items():
        tardives[i] = fin.toordinal() < debuts[i]
    tableau.refuser(
        tableau.bonnes & tardives,
        "debut",
        "Le début est postérieur à la fin que garde la base",
        "Livrez aussi la colonne fin, ou corrigez le début.",
    )


def _en_couples(couples: Sequence[tuple[int, int]]) -> Entiers:
    return np.array(couples, dtype=np.int64).reshape(len(couples), 2)


def _dire_age(age: int) -> str:
    if age < 0:
        return "Naissance postérieure"
    return f"Âge de {age} an{'s' if age > 1 else ''}"
