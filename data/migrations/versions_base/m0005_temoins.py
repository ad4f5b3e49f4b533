"""Under which secret the figures were published.

Written at the next publication: `data.temoin`.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005_temoins"
down_revision = "0004_remises"


def upgrade() -> None:
    """Make what is missing."""
    op.create_table(
        "temoins",
        sa.Column("nom", sa.Text, nullable=False),
        sa.Column("valeur", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("nom"),
        if_not_exists=True,
    )


def downgrade() -> None:
    """Forget it."""
    op.drop_table("temoins")
