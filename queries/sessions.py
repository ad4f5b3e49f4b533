"""Sessions: who is behind a cookie (contract, confidentialité, Access).

A session is server-side and revocable. Its token is 128 random bits that only the reader holds.
What an account may see is read from the account itself each time, never from the session; only
the viewpoints of demonstration data are kept in theirs.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from data import comptes as c
from data.application import comptes, maintenant, sessions, transaction
from data.comptes import Compte
from data.secret_session import sceller
from queries.lecteur import Lecteur, Role

DUREE_DE_REPOS = dt.timedelta(hours=12)
"""A session nobody used for that long is over."""

DUREE_TOTALE = dt.timedelta(days=7)
"""And so is one opened that long ago, used or not."""

PAS_DE_VUE = dt.timedelta(minutes=5)
"""`vue_le` is written again no more often than that: a page is many requests."""

OCTETS_DU_JETON = 16
MOT_DE_PASSE, OIDC, POINT_DE_VUE = "mot_de_passe", "oidc", "point_de_vue"


@dataclass(frozen=True, slots=True)
class Session:
    """An open session: of an account, or (`compte` None) of a viewpoint on demonstration data.

    `moyen`: how its holder came in; `chiffres_exacts`: what an habilité switched on.
    """

    moyen: str
    compte: Compte | None
    point_de_vue: Lecteur
    chiffres_exacts: bool = False

    @property
    def mot_de_passe_a_changer(self) -> bool:
        """Whether nothing else may be reached before the first password is changed."""
        return self.moyen == MOT_DE_PASSE and self.compte is not None and self.compte.a_changer

    @property
    def lecteur(self) -> Lecteur:
        """The reader behind it, from the account as it is now.

        An habilité is a reader of protected figures until exact ones are switched on.
        """
        compte = self.compte
        if compte is None:
            return self.point_de_vue
        if compte.role == c.DEPARTEMENT:
            exacts = compte.habilitation and self.chiffres_exacts
            return Lecteur(Role.HABILITE if exacts else Role.DEPARTEMENT)
        if compte.role == c.CHEF:
            return Lecteur(Role.CHEF, compte.associations)
        return Lecteur(Role.ADMINISTRATEUR)


def ouvrir_point_de_vue(lecteur: Lecteur) -> str:
    """Open a session for this reader of demonstration data; its token, 22 URL-safe characters."""
    return _ouvrir(None, POINT_DE_VUE, lecteur)


def ouvrir_session(compte: Compte, moyen: str) -> str:
    """Open a session for an account, and return its token, 22 URL-safe characters.

    Sessions that are over are forgotten on the way. Raises IdentifiantsRefuses when the account
    was deactivated since it was read.
    """
    return _ouvrir(compte, moyen, Lecteur())


def _ouvrir(compte: Compte | None, moyen: str, point_de_vue: Lecteur) -> str:
    jeton = secrets.token_urlsafe(OCTETS_DU_JETON)
    instant = maintenant()
    with transaction() as conn:
        if compte is not None:
            # Written first: whoever deactivates the account waits, then closes this session too.
            encore = conn.execute(
                sa.update(comptes)
                .where(comptes.c.id == compte.numero, comptes.c.actif)
                .values(connecte_le=instant)
            )
            if not encore.rowcount:
                raise c.IdentifiantsRefuses
        conn.execute(sa.delete(sessions).where(~_ouverte(instant)))
        conn.execute(
            sa.insert(sessions).values(
                jeton_hache=sceller("session", jeton),
                compte=compte.numero if compte else None,
                moyen=moyen,
                role=point_de_vue.role.value,
                associations=list(point_de_vue.associations),
                chiffres_exacts=False,
                creee_le=instant,
                vue_le=instant,
            )
        )
    return jeton


def lire_session(jeton: str) -> Session | None:
    """The session behind a token; None when there is none, when it is over (12 idle hours, 7
    days), or when its account is no longer active."""
    hache, instant = sceller("session", jeton), maintenant()
    colonnes = [
        sessions.c.moyen,
        sessions.c.compte,
        sessions.c.role.label("role_du_point_de_vue"),
        sessions.c.associations.label("associations_du_point_de_vue"),
        sessions.c.chiffres_exacts,
        sessions.c.vue_le,
    ]
    with transaction() as conn:
        ligne: Any = conn.execute(
            sa.select(*colonnes, *comptes.c)
            .select_from(sessions.outerjoin(comptes, sessions.c.compte == comptes.c.id))
            .where(sessions.c.jeton_hache == hache, _ouverte(instant))
        ).one_or_none()
        if ligne is None or (ligne.compte is not None and not ligne.actif):
            return None
        if instant - ligne.vue_le > PAS_DE_VUE:
            conn.execute(
                sa.update(sessions).where(sessions.c.jeton_hache == hache).values(vue_le=instant)
            )
    return Session(
        ligne.moyen,
        None if ligne.compte is None else c.lire_ligne(ligne),
        Lecteur(Role(ligne.role_du_point_de_vue), tuple(ligne.associations_du_point_de_vue)),
        bool(ligne.chiffres_exacts),
    )


def montrer_chiffres_exacts(jeton: str, oui: bool) -> None:
    """Switch exact figures on or off for a session; whether its account may is judged apart."""
    with transaction() as conn:
        conn.execute(
            sa.update(sessions)
            .where(sessions.c.jeton_hache == sceller("session", jeton))
            .values(chiffres_exacts=oui)
        )


def fermer_session(jeton: str) -> None:
    """Close a session at once; nothing happens when there is none."""
    with transaction() as conn:
        conn.execute(sa.delete(sessions).where(sessions.c.jeton_hache == sceller("session", jeton)))


def _ouverte(instant: dt.datetime) -> sa.ColumnElement[bool]:
    return sa.and_(
        sessions.c.vue_le >= instant - DUREE_DE_REPOS, sessions.c.creee_le >= instant - DUREE_TOTALE
    )
