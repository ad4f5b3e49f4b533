"""Whose perimeter a share was made in, so that colleagues may present it too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003_perimetre_des_partages"
down_revision = "0002_presentations"


def upgrade() -> None:
    """A share of before has none: its owner alone presents it."""
    op.add_column(
        "partages", sa.Column("perimetre", sa.Text, nullable=False, server_default=sa.text("''"))
    )


def downgrade() -> None:
    """Forget it."""
    with op.batch_alter_table("partages") as lot:
        lot.drop_column("perimetre")
