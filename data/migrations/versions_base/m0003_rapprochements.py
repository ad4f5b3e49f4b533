"""Printed figures beside the computed ones."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003_rapprochements"
down_revision = "0002_audit"


def upgrade() -> None:
    """Make what is missing; what was published without it is to be published again."""
    if not sa.inspect(op.get_bind()).has_table("rapprochements"):
        op.execute("DELETE FROM etats_annees")
    op.create_table(
        "rapprochements",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("calcule", sa.Text, nullable=False),
        sa.Column("ecart", sa.Text, nullable=False),
        sa.Column("etat", sa.Text, nullable=False),
        sa.Column("explication", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        if_not_exists=True,
    )


def downgrade() -> None:
    """Forget it."""
    op.drop_table("rapprochements")
