"""What authors wrote beside the figures of the report, as those of their perimeter read it."""

from __future__ import annotations

import sqlalchemy as sa

from data import application as t
from data.application import transaction
from queries.question import Lieu


def lire_les_commentaires(perimetre: str, lieu: Lieu, annee: str) -> dict[str, str]:
    """Section (`introduction`, a chapter, an indicator) → what was written for this place and
    school year. Raises MagasinIndisponible."""
    with transaction() as conn:
        lignes = conn.execute(
            sa.select(t.commentaires.c.section, t.commentaires.c.texte).where(
                t.commentaires.c.perimetre == perimetre,
                t.commentaires.c.lieu == f"{lieu.type}:{lieu.code}",
                t.commentaires.c.annee == annee,
            )
        ).all()
    return {x.section: x.texte for x in lignes}
