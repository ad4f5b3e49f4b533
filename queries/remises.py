"""What each association handed over, as the pages may say it: never how many rows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from data import schema as t


@dataclass(frozen=True, slots=True)
class Remise:
    """One form of one association in one delivery. `association`: its code. `annee`: first year of
    the school year; 0: the form has no date. `numero`, `date`: of the delivery."""

    association: str
    formulaire: str
    annee: int
    numero: int
    date: dt.datetime


def lire_remises(conn: sa.Connection) -> tuple[Remise, ...]:
    """All of them, the oldest delivery first; none in a base older than their being noted."""
    if not sa.inspect(conn).has_table(t.remises.name):
        return ()
    r, a, v = t.remises.c, t.associations.c, t.livraisons.c
    lignes = conn.execute(
        sa.select(a.code, r.formulaire, r.annee, v.numero, v.recue_le)
        .join(t.associations, a.id == r.association)
        .join(t.livraisons, v.numero == r.livraison)
        .order_by(v.numero, a.code, r.formulaire, r.annee)
    )
    return tuple(Remise(*x) for x in lignes)
