"""What each association handed over, and when: deliveries received, interventions that came late.

A *remise* is one form of one association for one school year, in one delivery. An intervention is
*tardive* when it comes for the first time after an earlier delivery of its association already
went, for that school year, beyond its date: it was missing from what had been delivered. What a
first delivery brings of a year is never late, nor what follows in time.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping

import numpy as np
import sqlalchemy as sa

from data import schema as t
from data.faits import Entiers, annee_scolaire
from data.tableau import Tableau
from data.validation import Verdict, par_paquets

DATES: dict[str, str] = {
    "usagers": "",
    "situations": "date",
    "interventions": "date",
    "actions_ponctuelles": "date",
    "actions_projet": "debut",
    "conditions": "date",
}
"""Form that an association fills in → the column that tells its school year; "" when none does."""

_CLES_PAR_REQUETE = 20_000


def noter_les_remises(conn: sa.Connection, verdict: Verdict, livraison: int) -> None:
    """Note what a delivery brought, once its rows are written."""
    lignes = [
        {
            "livraison": livraison,
            "association": association,
            "formulaire": nom,
            "annee": annee,
            "jusqu_au": jour,
        }
        for nom, tableau in verdict.tableaux.items()
        if nom in DATES
        for (association, annee), jour in _dernieres_dates(tableau, DATES[nom]).items()
    ]
    if lignes:
        conn.execute(sa.insert(t.remises), lignes)


def _dernieres_dates(tableau: Tableau, colonne: str) -> dict[tuple[int, int], dt.date | None]:
    """(association, school year) of the rows to load → the latest date among them."""
    gardees = tableau.gardees
    associations = tableau.colonnes["association"].entiers()[gardees]
    if not colonne:
        return dict.fromkeys(((a, 0) for a in np.unique(associations).tolist()), None)
    dates = tableau.colonnes[colonne]
    couples = np.unique(np.stack([associations, dates.codes[gardees]], axis=1), axis=0)
    dernieres: dict[tuple[int, int], dt.date | None] = {}
    for association, code in couples.tolist():
        jour = dates.valeurs[code]
        cle = (association, annee_scolaire(jour))
        deja = dernieres.get(cle)
        dernieres[cle] = jour if deja is None else max(deja, jour)
    return dernieres


def chercher_les_tardives(
    conn: sa.Connection,
    associations: Entiers,
    annees: Entiers,
    jours: Entiers,
    cles: list[str],
) -> Entiers:
    """Rows of a delivery of interventions, not written yet, that come late.

    `annees`: first years of the school years; `jours`: ordinals of the dates; `cles`: identifiers
    of the interventions, one per row.
    """
    r = t.remises.c
    tenues = conn.execute(
        sa.select(r.association, r.annee, sa.func.max(r.jusqu_au))
        .where(r.formulaire == "interventions")
        .group_by(r.association, r.annee)
    ).all()
    tardives: list[int] = []
    par_association: dict[int, list[tuple[int, dt.date]]] = {}
    for association, annee, jour in tenues:
        par_association.setdefault(association, []).append((annee, jour))
    for association, siennes in par_association.items():
        ici = np.zeros(len(associations), dtype=bool)
        for annee, jour in siennes:
            ici |= (annees == annee) & (jours < jour.toordinal())
        rangs = np.flatnonzero(ici & (associations == association)).tolist()
        connues = _connues(conn, association, [cles[i] for i in rangs])
        tardives += [i for i in rangs if cles[i] not in connues]
    return np.array(tardives, dtype=np.int64)


def _connues(conn: sa.Connection, association: int, cles: list[str]) -> set[str]:
    """Those of these interventions that the database holds."""
    if conn.dialect.name == "sqlite":
        parmi = "(SELECT value AS cle FROM json_each(:cles)) AS x"
    else:
        parmi = "(SELECT jsonb_array_elements_text(CAST(:cles AS jsonb)) AS cle) AS x"
    requete = sa.text(
        f"SELECT x.cle FROM {parmi} JOIN interventions AS i "
        "ON i.association = :association AND i.intervention = x.cle"
    )
    connues: set[str] = set()
    for paquet in par_paquets(cles, _CLES_PAR_REQUETE):
        valeurs = {"cles": json.dumps(paquet), "association": association}
        connues.update(conn.scalars(requete, valeurs))
    return connues


def noter_les_tardives(conn: sa.Connection, usagers: Entiers, annees: Entiers) -> None:
    """Add these late interventions, one per entry, to what is known of each usager and year."""
    couples, nombres = np.unique(np.stack([usagers, annees], axis=1), axis=0, return_counts=True)
    if not len(couples):
        return
    conn.execute(
        sa.text(
            "INSERT INTO saisies_tardives (usager, annee, nombre) "
            "VALUES (:usager, :annee, :nombre) ON CONFLICT (usager, annee) "
            "DO UPDATE SET nombre = saisies_tardives.nombre + excluded.nombre"
        ),
        [
            {"usager": usager, "annee": annee, "nombre": nombre}
            for (usager, annee), nombre in zip(couples.tolist(), nombres.tolist(), strict=True)
        ],
    )


def oublier_les_remises(conn: sa.Connection, association: int) -> None:
    """After an erasure, what was handed over says nothing more than the rows that are left: a
    school year without any is forgotten, a latest date is that of what remains."""
    restent: dict[str, Mapping[int, dt.date | None]] = {
        "usagers": {0: None} if _a_des_usagers(conn, association) else {},
        "situations": _dates_des_situations(conn, association),
        "interventions": _dates_des_interventions(conn, association),
    }
    r = t.remises.c
    for formulaire, dernieres in restent.items():
        ici = (r.association == association, r.formulaire == formulaire)
        conn.execute(sa.delete(t.remises).where(*ici, r.annee.not_in(list(dernieres))))
        for annee, jour in dernieres.items():
            if jour is not None:
                conn.execute(
                    sa.update(t.remises)
                    .where(*ici, r.annee == annee, r.jusqu_au > jour)
                    .values(jusqu_au=jour)
                )


def _a_des_usagers(conn: sa.Connection, association: int) -> bool:
    u = t.usagers.c
    return conn.scalar(sa.select(u.id).where(u.association == association).limit(1)) is not None


def _dates_des_situations(conn: sa.Connection, association: int) -> dict[int, dt.date]:
    s, u = t.situations.c, t.usagers.c
    jours = conn.scalars(
        sa.select(s.date)
        .distinct()
        .join(t.usagers, u.id == s.usager)
        .where(u.association == association)
    )
    dernieres: dict[int, dt.date] = {}
    for jour in jours:
        annee = annee_scolaire(jour)
        dernieres[annee] = max(jour, dernieres.get(annee, jour))
    return dernieres


def _dates_des_interventions(conn: sa.Connection, association: int) -> dict[int, dt.date]:
    i = t.interventions.c
    requete = sa.select(i.annee, sa.func.max(i.date)).where(i.association == association)
    return dict(conn.execute(requete.group_by(i.annee)).all())
