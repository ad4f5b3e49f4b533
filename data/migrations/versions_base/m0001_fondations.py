"""Forms, annual facts and answers: what the base first held.

A base from before these steps has them already: what is there is left alone.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001_fondations"
down_revision = None


def upgrade() -> None:
    """Make what is missing."""

    op.create_table(
        "associations",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("sigle", sa.Text, nullable=False),
        sa.Column("nom", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
        sa.UniqueConstraint("sigle"),
        if_not_exists=True,
    )
    op.create_table(
        "etats_annees",
        sa.Column("annee", sa.Text, nullable=False),
        sa.Column("empreinte", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("annee"),
        if_not_exists=True,
    )
    op.create_table(
        "livraisons",
        sa.Column("numero", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("recue_le", sa.DateTime, nullable=False),
        sa.Column("empreinte", sa.Text, nullable=False),
        sa.Column("operateur", sa.Text, nullable=False),
        sa.Column("synthetique", sa.Boolean, nullable=False),
        sa.Column("comptes", sa.JSON, nullable=False),
        sa.Column("refusees", sa.Integer, nullable=False),
        sa.Column("avertissements", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("numero"),
        if_not_exists=True,
    )
    op.create_table(
        "mises_en_page",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("nom", sa.Text, nullable=False),
        sa.Column("contenu", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        if_not_exists=True,
    )
    op.create_table(
        "nomenclatures",
        sa.Column("champ", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("libelle", sa.Text, nullable=False),
        sa.Column("groupe", sa.Text, nullable=False),
        sa.Column("ordre", sa.Integer, nullable=False),
        sa.Column("provenance", sa.Text, nullable=False),
        sa.Column("rang", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("champ", "code"),
        sa.UniqueConstraint("champ", "rang"),
        if_not_exists=True,
    )
    op.create_table(
        "publications",
        sa.Column("numero", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("livraison", sa.Integer, nullable=False),
        sa.Column("date", sa.DateTime, nullable=False),
        sa.Column("motif", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("numero"),
        if_not_exists=True,
    )
    op.create_table(
        "questions_non_posees",
        sa.Column("annee", sa.Text, nullable=False),
        sa.Column("lieu_type", sa.Text, nullable=False),
        sa.Column("lieu", sa.Text, nullable=False),
        sa.Column("champs", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("annee", "lieu_type", "lieu"),
        if_not_exists=True,
    )
    op.create_table(
        "reponses",
        sa.Column("cle", sa.Text, nullable=False),
        sa.Column("annee", sa.Text, nullable=False),
        sa.Column("mise_en_page", sa.Integer, nullable=False),
        sa.Column("publication", sa.Integer, nullable=False),
        sa.Column("contenu", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("cle"),
        if_not_exists=True,
    )
    op.create_table(
        "reponses_anterieures",
        sa.Column("cle", sa.Text, nullable=False),
        sa.Column("publication", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("mise_en_page", sa.Integer, nullable=False),
        sa.Column("contenu", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("cle", "publication"),
        if_not_exists=True,
    )
    op.create_table(
        "reponses_exactes",
        sa.Column("cle", sa.Text, nullable=False),
        sa.Column("annee", sa.Text, nullable=False),
        sa.Column("association", sa.Text, nullable=False),
        sa.Column("mise_en_page", sa.Integer, nullable=False),
        sa.Column("contenu", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("cle"),
        if_not_exists=True,
    )
    op.create_table(
        "territoires",
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("nom", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("code"),
        if_not_exists=True,
    )
    op.create_table(
        "colleges",
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("nom", sa.Text, nullable=False),
        sa.Column("commune", sa.Text, nullable=False),
        sa.Column("territoire", sa.Text, nullable=False),
        sa.Column("education_prioritaire", sa.Text, nullable=False),
        sa.Column("latitude", sa.Float, nullable=True),
        sa.Column("longitude", sa.Float, nullable=True),
        sa.ForeignKeyConstraint(
            ["territoire"],
            ["territoires.code"],
        ),
        sa.PrimaryKeyConstraint("code"),
        if_not_exists=True,
    )
    op.create_table(
        "usagers",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("association", sa.Integer, nullable=False),
        sa.Column("usager", sa.Text, nullable=False),
        sa.Column("sexe", sa.Integer, nullable=False),
        sa.Column("naissance", sa.Integer, nullable=True),
        sa.Column("debut", sa.Date, nullable=True),
        sa.Column("territoire", sa.Text, nullable=True),
        sa.Column("origine", sa.Integer, nullable=False),
        sa.Column("fonction_ecole", sa.Integer, nullable=False),
        sa.Column("demande", sa.Integer, nullable=False),
        sa.Column("demande_scolarite", sa.Integer, nullable=False),
        sa.Column("posees", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["association"],
            ["associations.id"],
        ),
        sa.ForeignKeyConstraint(
            ["territoire"],
            ["territoires.code"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("association", "usager"),
        if_not_exists=True,
    )
    op.create_table(
        "accompagnements",
        sa.Column("annee", sa.Integer, nullable=False),
        sa.Column("usager", sa.Integer, nullable=False),
        sa.Column("association", sa.Integer, nullable=False),
        sa.Column("alses", sa.Boolean, nullable=False),
        sa.Column("collegien", sa.Boolean, nullable=False),
        sa.Column("college", sa.Text, nullable=True),
        sa.Column("territoire", sa.Text, nullable=True),
        sa.Column("sexe", sa.Integer, nullable=False),
        sa.Column("age", sa.Integer, nullable=True),
        sa.Column("anciennete", sa.Integer, nullable=False),
        sa.Column("classe", sa.Integer, nullable=False),
        sa.Column("hebergement", sa.Integer, nullable=False),
        sa.Column("configuration", sa.Integer, nullable=False),
        sa.Column("mesures", sa.BigInteger, nullable=False),
        sa.Column("aides", sa.BigInteger, nullable=False),
        sa.Column("ressources", sa.BigInteger, nullable=False),
        sa.Column("origine", sa.Integer, nullable=False),
        sa.Column("fonction_ecole", sa.Integer, nullable=False),
        sa.Column("demande", sa.Integer, nullable=False),
        sa.Column("demande_scolarite", sa.Integer, nullable=False),
        sa.Column("acteurs", sa.Integer, nullable=False),
        sa.Column("debut_connu", sa.Boolean, nullable=False),
        sa.Column("territoire_usager", sa.Boolean, nullable=False),
        sa.Column("posees_usager", sa.Integer, nullable=False),
        sa.Column("posees_situation", sa.Integer, nullable=False),
        sa.Column("posees_interventions", sa.Integer, nullable=False),
        sa.Column("mois", sa.Integer, nullable=False),
        sa.Column("actes", sa.JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["usager"],
            ["usagers.id"],
        ),
        sa.PrimaryKeyConstraint("annee", "usager"),
        sqlite_with_rowid=False,
        if_not_exists=True,
    )
    op.create_table(
        "actions",
        sa.Column("forme", sa.Text, nullable=False),
        sa.Column("association", sa.Integer, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("projet", sa.Text, nullable=True),
        sa.Column("debut", sa.Date, nullable=False),
        sa.Column("fin", sa.Date, nullable=True),
        sa.Column("annee", sa.Integer, nullable=False),
        sa.Column("college", sa.Text, nullable=True),
        sa.Column("lieu_action", sa.Integer, nullable=False),
        sa.Column("type", sa.Integer, nullable=False),
        sa.Column("thematique", sa.Integer, nullable=False),
        sa.Column("initiative", sa.Integer, nullable=False),
        sa.Column("porteur", sa.Integer, nullable=False),
        sa.Column("partenaires", sa.BigInteger, nullable=False),
        sa.Column("financements", sa.BigInteger, nullable=False),
        sa.Column("objectifs", sa.BigInteger, nullable=False),
        sa.Column("communication", sa.BigInteger, nullable=False),
        sa.Column("autres_jeunes", sa.Integer, nullable=True),
        sa.Column("posees", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["association"],
            ["associations.id"],
        ),
        sa.ForeignKeyConstraint(
            ["college"],
            ["colleges.code"],
        ),
        sa.PrimaryKeyConstraint("forme", "association", "action"),
        if_not_exists=True,
    )
    op.create_table(
        "actions_usagers",
        sa.Column("forme", sa.Text, nullable=False),
        sa.Column("association", sa.Integer, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("usager", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["usager"],
            ["usagers.id"],
        ),
        sa.PrimaryKeyConstraint("forme", "association", "action", "usager"),
        if_not_exists=True,
    )
    op.create_table(
        "conditions",
        sa.Column("college", sa.Text, nullable=False),
        sa.Column("association", sa.Integer, nullable=False),
        sa.Column("date", sa.Date, nullable=False),
        sa.Column("anciennete_prevention", sa.Float, nullable=True),
        sa.Column("anciennete_alses", sa.Float, nullable=True),
        sa.Column("equipe_quartier", sa.Integer, nullable=False),
        sa.Column("convention", sa.Integer, nullable=False),
        sa.Column("projet_annuel", sa.Integer, nullable=False),
        sa.Column("local", sa.Integer, nullable=False),
        sa.Column("presentation", sa.Integer, nullable=False),
        sa.Column("posees", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["association"],
            ["associations.id"],
        ),
        sa.ForeignKeyConstraint(
            ["college"],
            ["colleges.code"],
        ),
        sa.PrimaryKeyConstraint("college", "association", "date"),
        if_not_exists=True,
    )
    op.create_table(
        "interventions",
        sa.Column("association", sa.Integer, nullable=False),
        sa.Column("intervention", sa.Text, nullable=False),
        sa.Column("usager", sa.Integer, nullable=False),
        sa.Column("date", sa.Date, nullable=False),
        sa.Column("annee", sa.Integer, nullable=False),
        sa.Column("acteur", sa.Integer, nullable=False),
        sa.Column("present", sa.Integer, nullable=False),
        sa.Column("lieu", sa.Integer, nullable=False),
        sa.Column("objectifs", sa.BigInteger, nullable=False),
        sa.Column("modalites", sa.BigInteger, nullable=False),
        sa.Column("famille", sa.BigInteger, nullable=False),
        sa.Column("objectifs_famille", sa.BigInteger, nullable=False),
        sa.Column("partenaires_territoire", sa.BigInteger, nullable=False),
        sa.Column("partenaires_hors", sa.BigInteger, nullable=False),
        sa.Column("posees", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["association"],
            ["associations.id"],
        ),
        sa.ForeignKeyConstraint(
            ["usager"],
            ["usagers.id"],
        ),
        sa.PrimaryKeyConstraint("association", "intervention"),
        sqlite_with_rowid=False,
        if_not_exists=True,
    )
    op.create_table(
        "postes",
        sa.Column("college", sa.Text, nullable=False),
        sa.Column("association", sa.Integer, nullable=False),
        sa.Column("debut", sa.Date, nullable=False),
        sa.Column("plan_pauvrete", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("etp", sa.Float, nullable=False),
        sa.Column("fin", sa.Date, nullable=True),
        sa.ForeignKeyConstraint(
            ["association"],
            ["associations.id"],
        ),
        sa.ForeignKeyConstraint(
            ["college"],
            ["colleges.code"],
        ),
        sa.PrimaryKeyConstraint("college", "association", "debut", "plan_pauvrete"),
        if_not_exists=True,
    )
    op.create_table(
        "situations",
        sa.Column("usager", sa.Integer, nullable=False),
        sa.Column("date", sa.Date, nullable=False),
        sa.Column("college", sa.Text, nullable=True),
        sa.Column("classe", sa.Integer, nullable=False),
        sa.Column("hebergement", sa.Integer, nullable=False),
        sa.Column("configuration", sa.Integer, nullable=False),
        sa.Column("mesures", sa.BigInteger, nullable=False),
        sa.Column("aides", sa.BigInteger, nullable=False),
        sa.Column("ressources", sa.BigInteger, nullable=False),
        sa.Column("posees", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["college"],
            ["colleges.code"],
        ),
        sa.ForeignKeyConstraint(
            ["usager"],
            ["usagers.id"],
        ),
        sa.PrimaryKeyConstraint("usager", "date"),
        sqlite_with_rowid=False,
        if_not_exists=True,
    )


def downgrade() -> None:
    """The first step: nothing to go back to."""
