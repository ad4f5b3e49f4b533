"""Attempts to log in: slowed down, then stopped for a while, per account and per address.

Contract, confidentialité, Access. The counts are in the application's store, so that every process
holds the same. An attempt is counted before the password is looked at, and taken back when it was
right: many at the same instant are still counted one by one. Accounts that do not exist are counted
like the others, so that nothing tells them apart.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from data.application import essais, maintenant, transaction
from data.secret_session import sceller

LIBRES_PAR_COMPTE, LIBRES_PAR_ADRESSE = 4, 20
"""Failures without a delay. Behind one address there may be a whole office."""

PREMIER_DELAI = dt.timedelta(seconds=15)
BLOCAGE = dt.timedelta(minutes=15)
"""The longest delay: they double up to it."""

OUBLI = dt.timedelta(hours=12)
"""Failures are forgotten after that long without another."""


class TropDEssais(Exception):
    """Nobody may try this account, or from this address, before `attente` is over."""

    def __init__(self, attente: dt.timedelta) -> None:
        super().__init__(f"trop d’essais : attendre {attente}")
        self.attente = attente


def compter_essai(identifiant: str, adresse: str) -> None:
    """Count one attempt as failed, until `absoudre` says otherwise.

    Raises TropDEssais, and counts nothing, while the account or the address has to wait.
    """
    instant = maintenant()
    attentes: list[dt.timedelta] = []
    with transaction() as conn:
        for cle, libres in _cles(identifiant, adresse):
            compte = _lire(conn, cle, instant)
            if compte.bloque_jusqu_a > instant:
                attentes.append(compte.bloque_jusqu_a - instant)
                continue
            echecs = compte.echecs + 1
            if instant - compte.dernier_le > OUBLI:
                echecs = 1
            attente = attente_apres(echecs, libres)
            valeurs: dict[str, Any] = {"echecs": echecs, "dernier_le": instant}
            if attente:
                # Else left as it is: attempts of the same instant do not come in the order of
                # their clocks, and one must not be taken for another's future.
                valeurs["bloque_jusqu_a"] = instant + attente
            conn.execute(sa.update(essais).where(essais.c.cle == cle).values(**valeurs))
        if attentes:
            conn.rollback()
    if attentes:
        raise TropDEssais(max(attentes))
    # Apart: a transaction that holds two rows must not wait for a third.
    with transaction() as conn:
        conn.execute(sa.delete(essais).where(essais.c.dernier_le < instant - 2 * OUBLI))


def absoudre(identifiant: str, adresse: str) -> None:
    """The attempt was right: forget the failures of the account, and this one of the address."""
    (compte, _), (reseau, libres) = _cles(identifiant, adresse)
    with transaction() as conn:
        conn.execute(sa.delete(essais).where(essais.c.cle == compte))
        conn.execute(
            sa.update(essais)
            .where(essais.c.cle == reseau, essais.c.echecs > 0)
            .values(echecs=essais.c.echecs - 1)
        )
        # One right password among an office's many wrong ones does not keep the office waiting.
        conn.execute(
            sa.update(essais)
            .where(essais.c.cle == reseau, essais.c.echecs <= libres)
            .values(bloque_jusqu_a=maintenant())
        )


def oublier(identifiant: str) -> None:
    """Forget the failures of an account: it was given a new password."""
    with transaction() as conn:
        conn.execute(sa.delete(essais).where(essais.c.cle == _cle_du_compte(identifiant)))


def attente_apres(echecs: int, libres: int) -> dt.timedelta:
    """How long to wait after so many failures: nothing, 15 s, 30 s, 1 min… 15 min at most."""
    if echecs <= libres:
        return dt.timedelta()
    fois: int = 2 ** min(echecs - libres - 1, 16)
    return min(BLOCAGE, PREMIER_DELAI * fois)


def _cles(identifiant: str, adresse: str) -> tuple[tuple[str, int], tuple[str, int]]:
    """Keys and free failures, always in this order: two attempts cannot wait for each other."""
    return (
        (_cle_du_compte(identifiant), LIBRES_PAR_COMPTE),
        (sceller("essai", f"adresse:{adresse}"), LIBRES_PAR_ADRESSE),
    )


def _cle_du_compte(identifiant: str) -> str:
    # Sealed: people type passwords in the place of identifiers.
    return sceller("essai", f"compte:{identifiant}")


def _lire(conn: sa.Connection, cle: str, instant: dt.datetime) -> Any:
    """The row of a key, made if missing, and held until the transaction ends."""
    inserer: Any = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    conn.execute(
        inserer(essais)
        .values(cle=cle, echecs=0, dernier_le=instant, bloque_jusqu_a=instant - OUBLI)
        # Changing nothing of a row there already holds it all the same.
        .on_conflict_do_update(index_elements=["cle"], set_={"cle": cle})
    )
    return conn.execute(sa.select(essais).where(essais.c.cle == cle)).one()
