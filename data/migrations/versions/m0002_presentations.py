"""Presentations, the views frozen for others, meetings and what was said there, files being made.

Some stores had these tables before there were steps, without their indexes.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002_presentations"
down_revision = "0001_comptes"

INDEX = (
    ("presentations", "proprietaire"),
    ("partages", "presentation"),
    ("partages", "proprietaire"),
    ("traces", "perimetre"),
    ("traces", "partage"),
    ("commentaires", "perimetre"),
)


def upgrade() -> None:
    """Make what is missing."""
    op.create_table(
        "presentations",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("proprietaire", sa.Text, nullable=False),
        sa.Column("titre", sa.Text, nullable=False),
        sa.Column("contenu", sa.JSON, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("archivee", sa.Boolean, nullable=False),
        sa.Column("creee_le", sa.DateTime, nullable=False),
        sa.Column("modifiee_le", sa.DateTime, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "partages",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("jeton_hache", sa.Text, unique=True),
        sa.Column("presentation", sa.Integer),
        sa.Column("proprietaire", sa.Text, nullable=False),
        sa.Column("titre", sa.Text, nullable=False),
        sa.Column("contenu", sa.JSON, nullable=False),
        sa.Column("notes", sa.JSON, nullable=False),
        sa.Column("livraison", sa.Integer, nullable=False),
        sa.Column("cree_le", sa.DateTime, nullable=False),
        sa.Column("expire_le", sa.DateTime, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "conduites",
        sa.Column("partage", sa.Integer, sa.ForeignKey("partages.id"), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("pilote", sa.Text, nullable=False),
        sa.Column("etat", sa.JSON, nullable=False),
        sa.Column("modifiee_le", sa.DateTime, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "traces",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("perimetre", sa.Text, nullable=False),
        sa.Column("auteur", sa.Text, nullable=False),
        sa.Column("partage", sa.Integer, sa.ForeignKey("partages.id")),
        sa.Column("diapo", sa.Text, nullable=False),
        sa.Column("indicateur", sa.Text, nullable=False),
        sa.Column("lieu", sa.Text, nullable=False),
        sa.Column("annee", sa.Text, nullable=False),
        sa.Column("genre", sa.Text, nullable=False),
        sa.Column("texte", sa.Text, nullable=False),
        sa.Column("dans_le_lien", sa.Boolean, nullable=False),
        sa.Column("garder", sa.Boolean, nullable=False),
        sa.Column("ecrite_le", sa.DateTime, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "commentaires",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("perimetre", sa.Text, nullable=False),
        sa.Column("auteur", sa.Text, nullable=False),
        sa.Column("lieu", sa.Text, nullable=False),
        sa.Column("annee", sa.Text, nullable=False),
        sa.Column("section", sa.Text, nullable=False),
        sa.Column("texte", sa.Text, nullable=False),
        sa.Column("ecrit_le", sa.DateTime, nullable=False),
        sa.UniqueConstraint("perimetre", "lieu", "annee", "section"),
        if_not_exists=True,
    )
    op.create_table(
        "travaux",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("proprietaire", sa.Text, nullable=False),
        sa.Column("nom", sa.Text, nullable=False),
        sa.Column("etape", sa.Text, nullable=False),
        sa.Column("fait", sa.Integer, nullable=False),
        sa.Column("erreur", sa.Text, nullable=False),
        sa.Column("fichier", sa.LargeBinary),
        sa.Column("genre", sa.Text, nullable=False),
        sa.Column("demande", sa.JSON, nullable=False),
        sa.Column("demande_le", sa.DateTime, nullable=False),
        sa.Column("vu_le", sa.DateTime),
        if_not_exists=True,
    )
    for table, colonne in INDEX:
        op.create_index(f"ix_{table}_{colonne}", table, [colonne], if_not_exists=True)


def downgrade() -> None:
    """Drop them."""
    for table in ("travaux", "commentaires", "traces", "conduites", "partages", "presentations"):
        op.drop_table(table)
