"""Writing a judged delivery into the tables of the forms.

A known key with new content replaces the old; a column that the delivery does not bring keeps what
the database holds; `posees` remembers every optional column that some delivery brought (contract,
données §1). The semantics are the same under SQLite and PostgreSQL. Everything happens inside the
transaction of the caller.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import sqlalchemy as sa

from data import schema as t
from data.faits import annee_scolaire
from data.formulaires import FORMULAIRES, Formulaire
from data.nomenclature import Listes
from data.progression import Progression
from data.remises import chercher_les_tardives, noter_les_tardives
from data.tableau import Codes, Entiers, Objets, Tableau, en_objets
from data.validation import Verdict, par_paquets

Ligne = dict[str, Any]

LIGNES_PAR_ENVOI = 20_000

FORMES = {"actions_ponctuelles": "ponctuelle", "actions_projet": "projet"}
"""Form of actions → what `actions.forme` says of its rows."""


@dataclass(slots=True)
class Portee:
    """What a delivery changes: the school years (first years) whose figures are to be redone, or
    all of them (`toutes`)."""

    annees: set[int] = field(default_factory=set)
    toutes: bool = False


def compter_posees(formulaire: Formulaire, presentes: Iterable[str]) -> int:
    """`posees` of a row: bit i when the i-th optional column of the form was delivered."""
    livrees = set(presentes)
    return sum(1 << i for i, c in enumerate(formulaire.facultatives) if c in livrees)


def ecrire(
    conn: sa.Connection,
    verdict: Verdict,
    listes: Listes,
    progression: Progression | None = None,
) -> Portee:
    """Write the good rows of a judged delivery. Returns which school years they change."""
    portee = Portee()
    ecrivain = _Ecrivain(conn, verdict, listes, portee, progression)
    for nom, tableau in verdict.tableaux.items():
        if progression:
            progression(f"Écriture de {tableau.fichier}", 0, 1)
        match nom:
            case "associations":
                ecrivain.ecrire_associations(tableau)
            case "territoires" | "colleges" | "postes" | "conditions":
                ecrivain.ecrire_reference(tableau)
            case "usagers":
                ecrivain.ecrire_usagers(tableau)
            case "situations":
                ecrivain.ecrire_situations(tableau)
            case "interventions":
                ecrivain.ecrire_interventions(tableau)
            case _:
                ecrivain.ecrire_actions(tableau)
    return portee


class _Ecrivain:
    def __init__(
        self,
        conn: sa.Connection,
        verdict: Verdict,
        listes: Listes,
        portee: Portee,
        progression: Progression | None,
    ) -> None:
        self.conn = conn
        self.verdict = verdict
        self.listes = listes
        self.portee = portee
        self.progression = progression

    # --- Reference tables -----------------------------------------------------------------------

    def ecrire_reference(self, tableau: Tableau) -> None:
        nom = tableau.formulaire.nom
        lignes = _en_lignes(tableau)
        for ligne in lignes:
            if "education_prioritaire" in ligne:
                rang = ligne["education_prioritaire"]
                liste = self.listes["education_prioritaire"]
                ligne["education_prioritaire"] = liste[rang].code if rang else ""
            if nom == "postes":
                ligne.setdefault("plan_pauvrete", 0)
        table = t.metadata.tables[nom]
        anciennes = self._relire(sa.select(table), tableau.formulaire.cle)
        posees = compter_posees(tableau.formulaire, tableau.colonnes)
        if self._fusionner(table, tableau.formulaire.cle, lignes, anciennes, posees):
            self.portee.toutes = True

    def ecrire_associations(self, tableau: Tableau) -> None:
        lignes = []
        for id_, ligne in zip(self.verdict.associations, _en_lignes(tableau), strict=True):
            if id_ in self.verdict.codes_associations:
                code = self.verdict.codes_associations[id_]
                lignes.append({"id": id_, "code": code, **ligne})
            else:
                # The sigle stays as first loaded, and the code in URLs with it.
                lignes.append({"id": id_, "nom": ligne["nom"]})
        anciennes = self._relire(sa.select(t.associations), ("id",))
        if self._fusionner(t.associations, ("id",), lignes, anciennes, 0):
            self.portee.toutes = True

    # --- Usagers and situations -----------------------------------------------------------------

    def ecrire_usagers(self, tableau: Tableau) -> None:
        ids = self.verdict.usagers["usagers"][tableau.gardees].tolist()
        lignes = [{"id": i, **x} for i, x in zip(ids, _en_lignes(tableau), strict=True)]
        posees = compter_posees(tableau.formulaire, tableau.colonnes)
        u = t.usagers
        anciennes = self._relire_parmi(sa.select(u), u.c.id, ids, ("id",))
        touches = self._fusionner(u, ("id",), lignes, anciennes, posees)
        connus = [x["id"] for x in touches if (x["id"],) in anciennes]
        for _, annee in self._annees_des_usagers(connus):
            self.portee.annees.add(annee)

    def ecrire_situations(self, tableau: Tableau) -> None:
        ids = self.verdict.usagers["situations"][tableau.gardees].tolist()
        lignes = []
        for id_, ligne in zip(ids, _en_lignes(tableau), strict=True):
            del ligne["association"]
            lignes.append({**ligne, "usager": id_})
        posees = compter_posees(tableau.formulaire, tableau.colonnes)
        s = t.situations
        cle = ("usager", "date")
        anciennes = self._relire_parmi(sa.select(s), s.c.usager, sorted(set(ids)), cle)
        premieres: dict[int, int] = {}
        for ligne in self._fusionner(s, cle, lignes, anciennes, posees):
            annee = annee_scolaire(ligne["date"])
            premieres[ligne["usager"]] = min(annee, premieres.get(ligne["usager"], annee))
        # A situation is the reference of its school year at the earliest.
        for usager, annee in self._annees_des_usagers(list(premieres)):
            if annee >= premieres[usager]:
                self.portee.annees.add(annee)

    # --- Actions --------------------------------------------------------------------------------

    def ecrire_actions(self, tableau: Tableau) -> None:
        forme = FORMES[tableau.formulaire.nom]
        cle = ("forme", "association", "action")
        lignes = []
        for ligne in _en_lignes(tableau):
            ligne.pop("usagers", None)
            if "date" in ligne:
                ligne["debut"] = ligne.pop("date")
            lignes.append({"forme": forme, **ligne, "annee": annee_scolaire(ligne["debut"])})
        posees = compter_posees(tableau.formulaire, tableau.colonnes)
        a = t.actions
        anciennes = self._relire(sa.select(a).where(a.c.forme == forme), cle)
        for ligne in self._fusionner(a, cle, lignes, anciennes, posees):
            ancienne = anciennes.get(tuple(ligne[c] for c in cle))
            self.portee.annees |= {ligne["annee"]} | ({ancienne["annee"]} if ancienne else set())
        if "usagers" in tableau.colonnes:
            self._ecrire_participants(tableau, forme, lignes)

    def _ecrire_participants(self, tableau: Tableau, forme: str, lignes: list[Ligne]) -> None:
        par_ligne: dict[int, set[int]] = {}
        for i, usager in self.verdict.participants[tableau.formulaire.nom]:
            par_ligne.setdefault(i, set()).add(usager)
        p = t.actions_usagers
        tenus: dict[tuple[int, str], set[int]] = {}
        for association, action, usager in self.conn.execute(
            sa.select(p.c.association, p.c.action, p.c.usager).where(p.c.forme == forme)
        ):
            tenus.setdefault((association, action), set()).add(usager)
        a_ecrire, a_effacer = [], []
        for i, ligne in zip(tableau.gardees.tolist(), lignes, strict=True):
            cle = (ligne["association"], ligne["action"])
            voulus, presents = par_ligne.get(i, set()), tenus.get(cle, set())
            if voulus == presents:
                continue
            self.portee.annees.add(ligne["annee"])
            commun = {"forme": forme, "association": cle[0], "action": cle[1]}
            a_effacer += [{f"_{c}": v for c, v in commun.items()}] if presents else []
            a_ecrire += [{**commun, "usager": u} for u in sorted(voulus)]
        if a_effacer:
            conditions = [p.c[c] == sa.bindparam(f"_{c}") for c in ("forme", "association")]
            conditions.append(p.c.action == sa.bindparam("_action"))
            self.conn.execute(sa.delete(p).where(*conditions), a_effacer)
        if a_ecrire:
            self.conn.execute(sa.insert(p), a_ecrire)

    # --- Interventions --------------------------------------------------------------------------

    def ecrire_interventions(self, tableau: Tableau) -> None:
        """Half a million rows at a time: compact columns, no row made before it is sent."""
        envoi = _Envoi.preparer(tableau, self.verdict.usagers["interventions"])
        if not len(envoi):
            return
        annees = envoi.annees()
        self.portee.annees |= {annee for _, annee in annees}
        tardives = chercher_les_tardives(
            self.conn,
            envoi.associations,
            envoi.par_annee,
            envoi.jours,
            envoi.colonnes["intervention"].tranche(0, len(envoi)),
        )
        noter_les_tardives(self.conn, envoi.usagers[tardives], envoi.par_annee[tardives])
        remplacees = self._interventions_remplacees(envoi)
        self.portee.annees |= {annee for _, annee in remplacees}
        self._suivre_anciennete(annees | remplacees)
        if self.conn.dialect.name == "sqlite":
            self._envoyer_sqlite(envoi)
        else:
            self._envoyer_postgresql(envoi)

    def _interventions_remplacees(self, envoi: _Envoi) -> set[tuple[int, int]]:
        """(usager, school year) of the rows of the database that the delivery replaces."""
        if self.conn.dialect.name == "sqlite":
            parmi = "(SELECT value AS cle FROM json_each(:cles)) AS x"
        else:
            parmi = "(SELECT jsonb_array_elements_text(CAST(:cles AS jsonb)) AS cle) AS x"
        requete = sa.text(
            f"SELECT DISTINCT i.usager, i.annee FROM {parmi} JOIN interventions AS i "
            "ON i.association = :association AND i.intervention = x.cle"
        )
        i = t.interventions.c
        trouvees: set[tuple[int, int]] = set()
        for association, cles in envoi.cles():
            presente = sa.select(sa.literal(1)).where(i.association == association).limit(1)
            if self.conn.scalar(presente) is None:
                continue
            for paquet in par_paquets(cles, LIGNES_PAR_ENVOI):
                valeurs = {"cles": json.dumps(paquet), "association": association}
                trouvees |= {(u, a) for u, a in self.conn.execute(requete, valeurs)}
        return trouvees

    def _suivre_anciennete(self, annees: set[tuple[int, int]]) -> None:
        """Years whose ancienneté moves because the first intervention of a usager does.

        Without `debut`, the first intervention of any year tells it (contract, données §2.7): when
        no earlier year stands before what is written, every later year depends on it.
        """
        premiere: dict[int, int] = {}
        for usager, annee in annees:
            premiere[usager] = min(annee, premiere.get(usager, annee))
        u = t.usagers.c
        sans_debut: list[int] = []
        for paquet in par_paquets(sorted(premiere)):
            requete = sa.select(u.id).where(u.id.in_(paquet), u.debut.is_(None))
            sans_debut += self.conn.scalars(requete)
        connues: dict[int, list[int]] = {}
        for usager, annee in self._annees_des_usagers(sans_debut):
            connues.setdefault(usager, []).append(annee)
        for usager, deja in connues.items():
            if min(deja) >= premiere[usager]:
                self.portee.annees.update(deja)

    def _envoyer_sqlite(self, envoi: _Envoi) -> None:
        noms = ", ".join(envoi.colonnes)
        valeurs = ", ".join("?" * len(envoi.colonnes))
        requete = f"INSERT INTO interventions ({noms}{envoi.noms_absents}) "
        requete += f"VALUES ({valeurs}{envoi.valeurs_absentes}) {envoi.conflit}"
        for debut in range(0, len(envoi), LIGNES_PAR_ENVOI):
            self._avancer(debut, len(envoi))
            self.conn.exec_driver_sql(requete, envoi.lignes(debut))

    def _envoyer_postgresql(self, envoi: _Envoi) -> None:
        noms = ", ".join(envoi.colonnes)
        self.conn.exec_driver_sql(
            "CREATE TEMPORARY TABLE interventions_livrees ON COMMIT DROP "
            f"AS SELECT {noms} FROM interventions WITH NO DATA"
        )
        brute: Any = self.conn.connection.dbapi_connection
        with (
            brute.cursor() as curseur,
            curseur.copy(f"COPY interventions_livrees ({noms}) FROM STDIN") as copie,
        ):
            for debut in range(0, len(envoi), LIGNES_PAR_ENVOI):
                self._avancer(debut, len(envoi))
                for ligne in envoi.lignes(debut):
                    copie.write_row(ligne)
        self.conn.exec_driver_sql(
            f"INSERT INTO interventions ({noms}{envoi.noms_absents}) "
            f"SELECT {noms}{envoi.valeurs_absentes} FROM interventions_livrees {envoi.conflit}"
        )
        self.conn.exec_driver_sql("DROP TABLE interventions_livrees")

    def _avancer(self, fait: int, total: int) -> None:
        if self.progression:
            self.progression("Écriture des interventions", fait, total)

    # --- Shared ---------------------------------------------------------------------------------

    def _relire(self, requete: sa.Select[Any], cle: Sequence[str]) -> dict[tuple[Any, ...], Ligne]:
        """Rows of the database, by key."""
        lignes = (dict(ligne) for ligne in self.conn.execute(requete).mappings())
        return {tuple(ligne[c] for c in cle): ligne for ligne in lignes}

    def _relire_parmi(
        self,
        requete: sa.Select[Any],
        colonne: sa.Column[Any],
        valeurs: Sequence[int],
        cle: Sequence[str],
    ) -> dict[tuple[Any, ...], Ligne]:
        sorties: dict[tuple[Any, ...], Ligne] = {}
        for paquet in par_paquets(valeurs):
            sorties |= self._relire(requete.where(colonne.in_(paquet)), cle)
        return sorties

    def _fusionner(
        self,
        table: sa.Table,
        cle: Sequence[str],
        lignes: list[Ligne],
        anciennes: Mapping[tuple[Any, ...], Ligne],
        posees: int,
    ) -> list[Ligne]:
        """Insert the new rows, update those that differ; returns both, as delivered.

        A row holds the columns delivered only: the others keep their value.
        """
        nouvelles, changees = [], []
        for ligne in lignes:
            ancienne = anciennes.get(tuple(ligne[c] for c in cle))
            complete = ligne if "posees" not in table.c else {**ligne, "posees": posees}
            if ancienne is None:
                nouvelles.append(complete)
                continue
            if "posees" in complete:
                complete["posees"] = posees | ancienne["posees"]
            if any(ancienne[c] != v for c, v in complete.items()):
                changees.append(complete)
        if nouvelles:
            self.conn.execute(sa.insert(table), nouvelles)
        if changees:
            posables = [c for c in changees[0] if c not in cle]
            self.conn.execute(
                sa.update(table)
                .where(*(table.c[c] == sa.bindparam(f"_{c}") for c in cle))
                .values({c: sa.bindparam(f"+{c}") for c in posables}),
                [
                    {f"_{c}": x[c] for c in cle} | {f"+{c}": x[c] for c in posables}
                    for x in changees
                ],
            )
        return nouvelles + changees

    def _annees_des_usagers(self, usagers: Sequence[int]) -> Iterable[sa.Row[int, int]]:
        """(usager, school year) of their accompagnements known before this delivery."""
        a = t.accompagnements.c
        for paquet in par_paquets(usagers):
            requete = sa.select(a.usager, a.annee).where(a.usager.in_(paquet))
            yield from self.conn.execute(requete)


def _en_lignes(tableau: Tableau) -> list[Ligne]:
    """The rows to load, with the columns that the delivery brings."""
    gardees = tableau.gardees
    noms = list(tableau.colonnes)
    listes = []
    for cellules in tableau.colonnes.values():
        listes.append([cellules.valeurs[c] for c in cellules.codes[gardees].tolist()])
    return [dict(zip(noms, valeurs, strict=True)) for valeurs in zip(*listes, strict=True)]


@dataclass(slots=True)
class _Colonne:
    """A column to send: distinct values, and per row which of them (None: the values as such)."""

    valeurs: Objets
    codes: Codes | None

    def tranche(self, debut: int, fin: int) -> list[Any]:
        ou = slice(debut, fin) if self.codes is None else self.codes[debut:fin]
        valeurs: list[Any] = self.valeurs[ou].tolist()
        return valeurs


@dataclass(slots=True)
class _Envoi:
    """Interventions ready to be sent, ordered by key as the table is."""

    colonnes: dict[str, _Colonne]
    associations: Entiers
    usagers: Entiers
    par_annee: Entiers
    jours: Entiers
    posees: int

    def __len__(self) -> int:
        return len(self.usagers)

    @classmethod
    def preparer(cls, tableau: Tableau, usagers: Entiers) -> _Envoi:
        textes = tableau.colonnes["intervention"]
        gardees = tableau.gardees
        associations = tableau.colonnes["association"].entiers()
        morceaux = []
        for association in np.unique(associations[gardees]).tolist():
            siennes = gardees[associations[gardees] == association]
            cles = [textes.textes[c] for c in textes.codes[siennes].tolist()]
            morceaux.append(siennes[sorted(range(len(cles)), key=cles.__getitem__)])
        ordre = np.concatenate(morceaux) if morceaux else gardees
        colonnes = {
            nom: _Colonne(en_objets(_sans_dates(c.valeurs)), c.codes[ordre])
            for nom, c in tableau.colonnes.items()
            if nom != "usager"
        }
        dates = tableau.colonnes["date"]
        annees = [0 if d is None else annee_scolaire(d) for d in dates.valeurs]
        jours = [0 if d is None else d.toordinal() for d in dates.valeurs]
        colonnes["annee"] = _Colonne(en_objets(annees), dates.codes[ordre])
        colonnes["usager"] = _Colonne(usagers[ordre].astype(object), None)
        return cls(
            colonnes,
            associations[ordre],
            usagers[ordre],
            np.array(annees, dtype=np.int64)[dates.codes[ordre]],
            np.array(jours, dtype=np.int64)[dates.codes[ordre]],
            compter_posees(tableau.formulaire, tableau.colonnes),
        )

    @property
    def absentes(self) -> list[str]:
        facultatives = FORMULAIRES["interventions"].facultatives
        return [c for c in facultatives if c not in self.colonnes]

    @property
    def noms_absents(self) -> str:
        return "".join(f", {c}" for c in (*self.absentes, "posees"))

    @property
    def valeurs_absentes(self) -> str:
        return ", 0" * len(self.absentes) + f", {self.posees}"

    @property
    def conflit(self) -> str:
        """What replaces a known intervention: the columns delivered, and no other."""
        cle = ("association", "intervention")
        valeurs = [f"{c} = excluded.{c}" for c in self.colonnes if c not in cle]
        valeurs.append("posees = interventions.posees | excluded.posees")
        return f"ON CONFLICT ({', '.join(cle)}) DO UPDATE SET {', '.join(valeurs)}"

    def lignes(self, debut: int) -> list[tuple[Any, ...]]:
        fin = min(debut + LIGNES_PAR_ENVOI, len(self))
        return list(zip(*(c.tranche(debut, fin) for c in self.colonnes.values()), strict=True))

    def annees(self) -> set[tuple[int, int]]:
        """(usager, school year) of what is sent."""
        couples = np.unique(np.stack([self.usagers, self.par_annee], axis=1), axis=0)
        return {(u, a) for u, a in couples.tolist()}

    def cles(self) -> Iterable[tuple[int, list[str]]]:
        """Each association, and the keys sent for it."""
        for association in np.unique(self.associations).tolist():
            ou = np.flatnonzero(self.associations == association)
            yield association, self.colonnes["intervention"].tranche(int(ou[0]), int(ou[-1]) + 1)


def _sans_dates(valeurs: Sequence[Any]) -> list[Any]:
    """Dates as ISO texts, which both engines take."""
    return [v.isoformat() if isinstance(v, dt.date) else v for v in valeurs]
