"""Log-ins begun at an identity provider and not come back yet: each answered once."""

from __future__ import annotations

import datetime as dt
import secrets

import sqlalchemy as sa

from data.application import demandes_oidc as d
from data.application import maintenant, transaction
from data.secret_session import sceller

DUREE = dt.timedelta(minutes=10)


def ouvrir_demande(suivant: str) -> str:
    """Begin a log-in that will go on to `suivant`; its `state`, 128 random bits."""
    etat = secrets.token_urlsafe(16)
    instant = maintenant()
    with transaction() as conn:
        conn.execute(sa.delete(d).where(d.c.expire_le <= instant))
        conn.execute(
            sa.insert(d).values(
                etat_hache=sceller("oidc", etat), suivant=suivant, expire_le=instant + DUREE
            )
        )
    return etat


def prendre_demande(etat: str) -> str | None:
    """Where the log-in of this `state` goes on to; None when there is none, or not any more."""
    with transaction() as conn:
        ligne = conn.execute(
            sa.delete(d)
            .where(d.c.etat_hache == sceller("oidc", etat), d.c.expire_le > maintenant())
            .returning(d.c.suivant)
        ).one_or_none()
    return None if ligne is None else str(ligne.suivant)
