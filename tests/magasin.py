"""Accounts that tests need, in the store beside a database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from data import application, comptes
from data.comptes import Compte

MOT_DE_PASSE = "quatre mots sans rapport"


@contextmanager
def aupres_de(base: str) -> Iterator[None]:
    """Within it, the store is the one beside this database, as its server sees it."""
    avant = os.environ.get("DATABASE_URL")
    os.environ["DATABASE_URL"] = base
    try:
        application.creer()
        yield
    finally:
        if avant is None:
            del os.environ["DATABASE_URL"]
        else:
            os.environ["DATABASE_URL"] = avant


def ajouter(
    identifiant: str,
    role: str,
    *,
    habilitation: bool = False,
    associations: tuple[str, ...] = (),
    premier: bool = False,
    nom: str = "",
) -> Compte:
    """An account whose password is `MOT_DE_PASSE`; a first one, to be changed, if `premier`."""
    comptes.ajouter(
        identifiant,
        role,
        nom=nom,
        habilitation=habilitation,
        associations=associations,
        mot_de_passe=MOT_DE_PASSE,
    )
    if not premier:
        with application.transaction() as conn:
            conn.execute(
                sa.update(application.comptes)
                .where(application.comptes.c.identifiant == comptes.plier(identifiant))
                .values(a_changer=False)
            )
    return comptes.trouver(identifiant)
