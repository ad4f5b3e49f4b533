"""Counts of actions, posts, collèges and conditions of each place (contract, données §2.12–13).

Activity is not about youths: its counts are exact for everyone (confidentialité, rule 7). Only
the participants of actions are youths, and follow rules 1–4.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

import numpy as np
import sqlalchemy as sa

from data import schema as t
from data.arrondi import PAS, cles, publier_nombres
from data.catalogue import Listes
from data.contextes import placer
from data.faits import ecrire_annee
from data.formulaires import FORMULAIRES
from data.treillis import Geographie

SIMPLES = {
    "actions_thematique": (("", "thematique", "thematique"),),
    "actions_initiative": (
        ("initiative", "initiative", "initiative"),
        ("porteur", "porteur", "porteur"),
    ),
}
MULTIPLES = {
    "actions_objectifs": (("", "objectifs", "objectifs_action"),),
    "actions_partenaires": (
        ("partenaires", "partenaires", "partenaires_action"),
        ("financements", "financements", "financements"),
    ),
    "actions_communication": (("communication", "communication", "communication"),),
}
CONDITIONS = {
    "equipe_quartier": "equipe_quartier",
    "convention": "convention",
    "projet_annuel": "projet_annuel",
    "local": "oui_non",
    "presentation": "oui_non",
}

Lieu = tuple[str, str]
Compte = dict[str, Any]


def _nom(indicateur: str, serie: str, modalite: str | None = None) -> str:
    nom = f"{indicateur}/{serie}" if serie else indicateur
    return nom if modalite is None else f"{nom}//{modalite}"


def classer_anciennete(annees: float) -> str:
    """Class of experience of a professional, from years (may be a half)."""
    for code, fin in (("moins_1", 1), ("1_2", 3), ("3_5", 6)):
        if annees < fin:
            return code
    return "6_10" if annees <= 10 else "plus_10"


def compter_activite(
    conn: sa.Connection, geographie: Geographie, listes: Listes, annee: int, secret: bytes
) -> dict[Lieu, tuple[Compte, Compte]]:
    """Of each place: published columns, and exact ones (they differ on participants)."""
    comptes: dict[Lieu, Compte] = {lieu: defaultdict(int) for lieu in geographie.lieux()}
    _compter_actions(conn, geographie, listes, annee, comptes)
    _compter_postes(conn, geographie, listes, annee, comptes)
    participants = _participants(conn, geographie, annee, secret)
    sortie: dict[Lieu, tuple[Compte, Compte]] = {}
    for lieu, compte in comptes.items():
        exact = dict(compte)
        publie = dict(compte)
        vrai, somme = participants.get(lieu, (0, 0))
        exact["actions_participants//suivis"] = vrai
        publie["actions_participants//suivis"] = int(
            publier_nombres(secret, np.array([vrai]), np.array([somme]), None)[0]
        )
        nouveaux = compte.get("actions_participants//nouveaux", 0)
        exact["actions_participants//nouveaux"] = nouveaux
        publie["actions_participants//nouveaux"] = PAS * ((2 * nouveaux + PAS) // (2 * PAS))
        sortie[lieu] = publie, exact
    return sortie


def _codes(listes: Listes, liste: str) -> dict[int, str]:
    return {v.rang: v.code for v in listes[liste]}


def _lieux_des_actions(
    geographie: Geographie, annee: int, lignes: list[Any], code_de: dict[int, str]
) -> list[list[Lieu]]:
    colleges = [ligne["college"] for ligne in lignes]
    places = placer(
        geographie,
        annee,
        [code_de[ligne["association"]] for ligne in lignes],
        colleges,
        [geographie.colleges[c]["territoire"] if c else None for c in colleges],
    )
    return [
        [(type_, v[i]) for type_, v in places.items() if (v[i] is not None)]  # type: ignore[misc]
        for i in range(len(lignes))
    ]


def _compter_actions(
    conn: sa.Connection,
    geographie: Geographie,
    listes: Listes,
    annee: int,
    comptes: dict[Lieu, Compte],
) -> None:
    lignes = list(conn.execute(sa.select(t.actions).where(t.actions.c.annee == annee)).mappings())
    code_de = {a["id"]: code for code, a in geographie.associations.items()}
    types = {
        "ponctuelle": _codes(listes, "type_action_ponctuelle"),
        "projet": _codes(listes, "type_action_projet"),
    }
    lieux = _lieux_des_actions(geographie, annee, lignes, code_de)
    for action, places in zip(lignes, lieux, strict=True):
        colonnes: list[tuple[str, int]] = [("actions_nombre", 1)]
        forme = action["forme"]
        colonnes.append((_nom("actions_nombre", forme), 1))
        if action["type"]:
            colonnes.append((_nom("actions_nombre", forme, types[forme][action["type"]]), 1))
        champs_simples = [
            (indicateur, *serie) for indicateur, series in SIMPLES.items() for serie in series
        ]
        champs_simples.append(
            ("actions_communication", "lieu_action", "lieu_action", "lieu_action")
        )
        for indicateur, serie, champ, liste in champs_simples:
            if action[champ]:
                colonnes.append((_nom(indicateur, serie), 1))
                colonnes.append((_nom(indicateur, serie, _codes(listes, liste)[action[champ]]), 1))
        for indicateur, series in MULTIPLES.items():
            for serie, champ, liste in series:
                if action[champ]:
                    colonnes.append((_nom(indicateur, serie), 1))
                    colonnes.extend(
                        (_nom(indicateur, serie, v.code), 1)
                        for v in listes[liste]
                        if action[champ] >> (v.rang - 1) & 1
                    )
        colonnes.append(("actions_participants//nouveaux", action["autres_jeunes"] or 0))
        for lieu in places:
            for colonne, plus in colonnes:
                comptes[lieu][colonne] += plus


def _participants(
    conn: sa.Connection, geographie: Geographie, annee: int, secret: bytes
) -> dict[Lieu, tuple[int, int]]:
    """Distinct usagers over the year's actions of each place, and the sum of their keys."""
    a, au, u = t.actions, t.actions_usagers, t.usagers
    lignes = list(
        conn.execute(
            sa.select(a.c.association, a.c.college, au.c.usager, u.c.usager.label("pseudonyme"))
            .join(
                au,
                sa.and_(
                    au.c.forme == a.c.forme,
                    au.c.association == a.c.association,
                    au.c.action == a.c.action,
                ),
            )
            .join(u, u.c.id == au.c.usager)
            .where(a.c.annee == annee)
        ).mappings()
    )
    par_id = {x["id"]: x for x in geographie.associations.values()}
    qui = {
        ligne["usager"]: (par_id[ligne["association"]]["sigle"], ligne["pseudonyme"])
        for ligne in lignes
    }
    valeurs = cles(secret, ((s, p, ecrire_annee(annee)) for s, p in qui.values()))
    cle_de = dict(zip(qui, valeurs.tolist(), strict=True))
    code_de = {i: x["code"] for i, x in par_id.items()}
    membres: dict[Lieu, set[int]] = defaultdict(set)
    lieux = _lieux_des_actions(geographie, annee, lignes, code_de)
    for ligne, places in zip(lignes, lieux, strict=True):
        for lieu in places:
            membres[lieu].add(ligne["usager"])
    return {lieu: (len(m), sum(cle_de[i] for i in m)) for lieu, m in membres.items()}


def _lieux_du_poste(
    geographie: Geographie, annee: int, association: str, college: str
) -> list[Lieu]:
    territoire = geographie.colleges[college]["territoire"]
    places = placer(geographie, annee, [association], [college], [territoire])
    return [(type_, v[0]) for type_, v in places.items() if v[0] is not None]


def _compter_postes(
    conn: sa.Connection,
    geographie: Geographie,
    listes: Listes,
    annee: int,
    comptes: dict[Lieu, Compte],
) -> None:
    ouverts = geographie.postes_ouverts(annee)
    colleges_du_lieu: dict[Lieu, set[str]] = defaultdict(set)
    postes_du_lieu: dict[Lieu, set[tuple[str, str]]] = defaultdict(set)
    for p in ouverts:
        genre = "plan_pauvrete" if p["plan_pauvrete"] else "autre"
        for lieu in _lieux_du_poste(geographie, annee, p["association"], p["college"]):
            compte = comptes[lieu]
            compte["postes/nombre"] += 1
            compte[f"postes/nombre//{genre}"] += 1
            compte["postes/etp"] = round(compte["postes/etp"] + p["etp"], 3)
            compte[f"postes/etp//{genre}"] = round(compte[f"postes/etp//{genre}"] + p["etp"], 3)
            colleges_du_lieu[lieu].add(p["college"])
            postes_du_lieu[lieu].add((p["association"], p["college"]))
    for lieu, colleges in colleges_du_lieu.items():
        comptes[lieu]["colleges_equipes"] = len(colleges)
        for c in colleges:
            reseau = geographie.colleges[c]["education_prioritaire"] or "hors"
            comptes[lieu][f"colleges_equipes//{reseau}"] += 1
    _compter_conditions(conn, geographie, listes, annee, comptes, postes_du_lieu)


def _compter_conditions(
    conn: sa.Connection,
    geographie: Geographie,
    listes: Listes,
    annee: int,
    comptes: dict[Lieu, Compte],
    postes_du_lieu: dict[Lieu, set[tuple[str, str]]],
) -> None:
    dernieres = _dernieres_fiches(conn, geographie, annee)
    for lieu, postes in postes_du_lieu.items():
        compte = comptes[lieu]
        for poste in postes:
            fiche = dernieres.get(poste)
            if fiche is None:
                continue
            for champ, liste in CONDITIONS.items():
                if fiche[champ]:
                    compte[f"conditions/{champ}"] += 1
                    compte[f"conditions/{champ}//{_codes(listes, liste)[fiche[champ]]}"] += 1
            for serie in ("prevention", "alses"):
                valeur = fiche[f"anciennete_{serie}"]
                if valeur is not None:
                    compte[f"anciennete_alses/{serie}"] += 1
                    compte[f"anciennete_alses/{serie}//{classer_anciennete(valeur)}"] += 1
        compte["fiches_attendues"] = len(postes)


def _dernieres_fiches(
    conn: sa.Connection, geographie: Geographie, annee: int
) -> dict[tuple[str, str], Any]:
    """(association, collège) → the last row of conditions on or before 31 August (§2.13)."""
    code_de = {a["id"]: code for code, a in geographie.associations.items()}
    c = t.conditions.c
    dernieres: dict[tuple[str, str], Any] = {}
    for ligne in conn.execute(
        sa.select(t.conditions).where(c.date <= dt.date(annee + 1, 8, 31)).order_by(c.date)
    ).mappings():
        dernieres[code_de[ligne["association"]], ligne["college"]] = ligne
    return dernieres


def champs_non_poses(
    conn: sa.Connection, geographie: Geographie, annee: int
) -> dict[Lieu, set[str]]:
    """Columns of the actions' and conditions' forms that no file brought, by place.

    Only of the forms that the place holds: nothing is said of a form that nobody filled in.
    """
    attendus: dict[Lieu, set[str]] = defaultdict(set)
    poses: dict[Lieu, set[str]] = defaultdict(set)
    code_de = {a["id"]: code for code, a in geographie.associations.items()}
    lignes = list(conn.execute(sa.select(t.actions).where(t.actions.c.annee == annee)).mappings())
    lieux = _lieux_des_actions(geographie, annee, lignes, code_de)
    for action, places in zip(lignes, lieux, strict=True):
        nom = "actions_ponctuelles" if action["forme"] == "ponctuelle" else "actions_projet"
        prefixes = [
            f"{nom}.{c}" if c == "type" else f"actions.{c}" for c in FORMULAIRES[nom].facultatives
        ]
        apportees = {c for i, c in enumerate(prefixes) if action["posees"] >> i & 1}
        for lieu in places:
            attendus[lieu] |= set(prefixes) - {"actions.fin"}
            poses[lieu] |= apportees
    fiches = _dernieres_fiches(conn, geographie, annee)
    facultatives = FORMULAIRES["conditions"].facultatives
    for association, college in {
        (p["association"], p["college"]) for p in geographie.postes_ouverts(annee)
    }:
        fiche = fiches.get((association, college))
        if fiche is None:
            continue
        apportees = {
            f"conditions.{c}" for i, c in enumerate(facultatives) if fiche["posees"] >> i & 1
        }
        for lieu in _lieux_du_poste(geographie, annee, association, college):
            attendus[lieu] |= {f"conditions.{c}" for c in facultatives}
            poses[lieu] |= apportees
    return {lieu: champs - poses[lieu] for lieu, champs in attendus.items()}
