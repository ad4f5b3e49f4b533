"""The audit: what it found, what it withheld, what published answers tell."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002_audit"
down_revision = "0001_fondations"


def upgrade() -> None:
    """Make what is missing; what was published without it is to be published again."""
    if not sa.inspect(op.get_bind()).has_table("audits"):
        op.execute("DELETE FROM etats_annees")
    op.create_table(
        "audits",
        sa.Column("publication", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("livraison", sa.Integer, nullable=False),
        sa.Column("date", sa.DateTime, nullable=False),
        sa.Column("rapport", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("publication"),
        if_not_exists=True,
    )
    op.create_table(
        "retenues",
        sa.Column("cle", sa.Text, nullable=False),
        sa.Column("tableau", sa.Text, nullable=False),
        sa.Column("annee", sa.Text, nullable=False),
        sa.Column("publication", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("cle", "tableau"),
        if_not_exists=True,
    )
    op.create_table(
        "savoirs",
        sa.Column("annee", sa.Text, nullable=False),
        sa.Column("genre", sa.Text, nullable=False),
        sa.Column("attaquant", sa.Text, nullable=False),
        sa.Column("contenu", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("annee", "genre", "attaquant"),
        if_not_exists=True,
    )


def downgrade() -> None:
    """Forget it."""
    op.drop_table("savoirs")
    op.drop_table("retenues")
    op.drop_table("audits")
