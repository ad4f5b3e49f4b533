"""`python -m data.migrations`: write the next step of a branch (for who changes a table)."""

from __future__ import annotations

import argparse
import sys

import sqlalchemy as sa
from alembic import command
from sqlalchemy.pool import StaticPool

from data.migrations import BRANCHES, configurer, derniere, monter


def main() -> int:
    """Compare what the steps make of an empty store with what the model says."""
    analyseur = argparse.ArgumentParser(prog="python -m data.migrations")
    analyseur.add_argument("branche", choices=sorted(BRANCHES))
    analyseur.add_argument("nom", metavar="NOM_DE_L_ETAPE")
    options = analyseur.parse_args()
    branche = BRANCHES[options.branche]
    numero = int(derniere(branche).split("_")[0]) + 1
    with sa.create_engine("sqlite://", poolclass=StaticPool).begin() as conn:
        monter(conn, branche)
        command.revision(
            configurer(conn, branche),
            options.nom,
            autogenerate=True,
            rev_id=f"{numero:04d}_{options.nom}",
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
