"""Which association brought what, and what came late.

The answers say how the forms are filled in from here on.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004_remises"
down_revision = "0003_rapprochements"


def upgrade() -> None:
    """Make what is missing; what was published without these rates is to be published again."""
    op.execute(
        "DELETE FROM etats_annees WHERE NOT EXISTS (SELECT 1 FROM mises_en_page "
        "WHERE contenu LIKE '%qualite_saisie/debut_coherent%')"
    )
    op.create_table(
        "remises",
        sa.Column("livraison", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("association", sa.Integer, nullable=False),
        sa.Column("formulaire", sa.Text, nullable=False),
        sa.Column("annee", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("jusqu_au", sa.Date, nullable=True),
        sa.ForeignKeyConstraint(
            ["association"],
            ["associations.id"],
        ),
        sa.PrimaryKeyConstraint("livraison", "association", "formulaire", "annee"),
        if_not_exists=True,
    )
    op.create_table(
        "saisies_tardives",
        sa.Column("usager", sa.Integer, nullable=False),
        sa.Column("annee", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("nombre", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["usager"],
            ["usagers.id"],
        ),
        sa.PrimaryKeyConstraint("usager", "annee"),
        if_not_exists=True,
    )


def downgrade() -> None:
    """Forget it."""
    op.drop_table("saisies_tardives")
    op.drop_table("remises")
