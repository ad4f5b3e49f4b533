"""Accounts, sessions, attempts to log in, links: what the store first held.

A store from before these steps has them already, or some of them: what is there is left alone.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001_comptes"
down_revision = None


def upgrade() -> None:
    """Make what is missing."""
    op.create_table(
        "comptes",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("identifiant", sa.Text, nullable=False, unique=True),
        sa.Column("nom", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("habilitation", sa.Boolean, nullable=False),
        sa.Column("associations", sa.JSON, nullable=False),
        sa.Column("mot_de_passe", sa.Text, nullable=False),
        sa.Column("a_changer", sa.Boolean, nullable=False),
        sa.Column("actif", sa.Boolean, nullable=False),
        sa.Column("cree_le", sa.DateTime, nullable=False),
        sa.Column("connecte_le", sa.DateTime),
        if_not_exists=True,
    )
    op.create_table(
        "sessions",
        sa.Column("jeton_hache", sa.Text, primary_key=True),
        sa.Column("compte", sa.Integer, sa.ForeignKey("comptes.id")),
        sa.Column("moyen", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("associations", sa.JSON, nullable=False),
        sa.Column("chiffres_exacts", sa.Boolean, nullable=False),
        sa.Column("creee_le", sa.DateTime, nullable=False),
        sa.Column("vue_le", sa.DateTime, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "essais",
        sa.Column("cle", sa.Text, primary_key=True),
        sa.Column("echecs", sa.Integer, nullable=False),
        sa.Column("dernier_le", sa.DateTime, nullable=False),
        sa.Column("bloque_jusqu_a", sa.DateTime, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "liens",
        sa.Column("jeton_hache", sa.Text, primary_key=True),
        sa.Column("compte", sa.Integer, sa.ForeignKey("comptes.id"), nullable=False),
        sa.Column("expire_le", sa.DateTime, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "demandes_oidc",
        sa.Column("etat_hache", sa.Text, primary_key=True),
        sa.Column("suivant", sa.Text, nullable=False),
        sa.Column("expire_le", sa.DateTime, nullable=False),
        if_not_exists=True,
    )


def downgrade() -> None:
    """Drop everything."""
    for table in ("demandes_oidc", "liens", "essais", "sessions", "comptes"):
        op.drop_table(table)
