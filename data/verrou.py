"""One writer at a time on the consolidated database."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from data.refus import LivraisonRefusee

SECONDES_D_ATTENTE = 5.0
VERROU = 0x5041_5353
"""Number of the advisory lock under PostgreSQL."""

OCCUPEE = "Un autre import est en cours : recommencez quand il sera fini. Rien n'a été modifié."


@contextmanager
def ecrire_seul(engine: Engine, attente: float = SECONDES_D_ATTENTE) -> Iterator[sa.Connection]:
    """A transaction that no other writer shares: committed at the end, rolled back on error.

    Waits `attente` seconds for the writer before it, then raises LivraisonRefusee. Readers are
    not held up: they keep what they had until the commit.
    """
    with engine.connect() as conn:
        if conn.dialect.name == "sqlite":
            ancien = conn.exec_driver_sql("PRAGMA busy_timeout").scalar_one()
            conn.exec_driver_sql(f"PRAGMA busy_timeout = {round(attente * 1000)}")
            try:
                conn.exec_driver_sql("BEGIN IMMEDIATE")
            except sa.exc.OperationalError as erreur:
                if "locked" in str(erreur.orig):
                    raise LivraisonRefusee(OCCUPEE) from erreur
                raise
            finally:
                conn.exec_driver_sql(f"PRAGMA busy_timeout = {ancien}")
            # What is deleted or replaced is overwritten on disk (right to erasure).
            conn.exec_driver_sql("PRAGMA secure_delete = ON")
        else:
            fin = time.monotonic() + attente
            essai = sa.select(sa.func.pg_try_advisory_xact_lock(VERROU))
            while not conn.scalar(essai):
                if time.monotonic() > fin:
                    raise LivraisonRefusee(OCCUPEE)
                time.sleep(0.1)
        try:
            yield conn
        except BaseException:
            conn.rollback()
            raise
        conn.commit()
