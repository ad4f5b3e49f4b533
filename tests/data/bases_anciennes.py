"""The consolidated database as each version made it, before there were steps.

`{instant}`, `{octets}` and `{sans_rowid}` stand for what the engines do not write alike.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from data import schema as t

Lignes = dict[str, list[dict[str, Any]]]
"""Table → its rows."""

FONDATIONS = """
CREATE TABLE associations ( id INTEGER NOT NULL, sigle TEXT NOT NULL, nom TEXT NOT NULL, code TEXT
  NOT NULL, PRIMARY KEY (id), UNIQUE (sigle), UNIQUE (code) );
CREATE TABLE etats_annees ( annee TEXT NOT NULL, empreinte TEXT NOT NULL, PRIMARY KEY (annee) );
CREATE TABLE livraisons ( numero INTEGER NOT NULL, recue_le {instant} NOT NULL, empreinte TEXT NOT
  NULL, operateur TEXT NOT NULL, synthetique BOOLEAN NOT NULL, comptes JSON NOT NULL, refusees
  INTEGER NOT NULL, avertissements JSON NOT NULL, PRIMARY KEY (numero) );
CREATE TABLE mises_en_page ( id INTEGER NOT NULL, nom TEXT NOT NULL, contenu TEXT NOT NULL,
  PRIMARY KEY (id) );
CREATE TABLE nomenclatures ( champ TEXT NOT NULL, code TEXT NOT NULL, libelle TEXT NOT NULL,
  groupe TEXT NOT NULL, ordre INTEGER NOT NULL, provenance TEXT NOT NULL, rang INTEGER NOT NULL,
  PRIMARY KEY (champ, code), UNIQUE (champ, rang) );
CREATE TABLE publications ( numero INTEGER NOT NULL, livraison INTEGER NOT NULL, date {instant}
  NOT NULL, motif TEXT NOT NULL, PRIMARY KEY (numero) );
CREATE TABLE questions_non_posees ( annee TEXT NOT NULL, lieu_type TEXT NOT NULL, lieu TEXT NOT
  NULL, champs JSON NOT NULL, PRIMARY KEY (annee, lieu_type, lieu) );
CREATE TABLE reponses ( cle TEXT NOT NULL, annee TEXT NOT NULL, mise_en_page INTEGER NOT NULL,
  publication INTEGER NOT NULL, contenu {octets} NOT NULL, PRIMARY KEY (cle) );
CREATE TABLE reponses_anterieures ( cle TEXT NOT NULL, publication INTEGER NOT NULL, mise_en_page
  INTEGER NOT NULL, contenu {octets} NOT NULL, PRIMARY KEY (cle, publication) );
CREATE TABLE reponses_exactes ( cle TEXT NOT NULL, annee TEXT NOT NULL, association TEXT NOT NULL,
  mise_en_page INTEGER NOT NULL, contenu {octets} NOT NULL, PRIMARY KEY (cle) );
CREATE TABLE territoires ( code TEXT NOT NULL, nom TEXT NOT NULL, PRIMARY KEY (code) );
CREATE TABLE colleges ( code TEXT NOT NULL, nom TEXT NOT NULL, commune TEXT NOT NULL, territoire
  TEXT NOT NULL, education_prioritaire TEXT NOT NULL, latitude FLOAT, longitude FLOAT, PRIMARY KEY
  (code), FOREIGN KEY(territoire) REFERENCES territoires (code) );
CREATE TABLE usagers ( id INTEGER NOT NULL, association INTEGER NOT NULL, usager TEXT NOT NULL,
  sexe INTEGER NOT NULL, naissance INTEGER, debut DATE, territoire TEXT, origine INTEGER NOT NULL,
  fonction_ecole INTEGER NOT NULL, demande INTEGER NOT NULL, demande_scolarite INTEGER NOT NULL,
  posees INTEGER NOT NULL, PRIMARY KEY (id), UNIQUE (association, usager), FOREIGN
  KEY(association) REFERENCES associations (id), FOREIGN KEY(territoire) REFERENCES territoires
  (code) );
CREATE TABLE accompagnements ( annee INTEGER NOT NULL, usager INTEGER NOT NULL, association
  INTEGER NOT NULL, alses BOOLEAN NOT NULL, collegien BOOLEAN NOT NULL, college TEXT, territoire
  TEXT, sexe INTEGER NOT NULL, age INTEGER, anciennete INTEGER NOT NULL, classe INTEGER NOT NULL,
  hebergement INTEGER NOT NULL, configuration INTEGER NOT NULL, mesures BIGINT NOT NULL, aides
  BIGINT NOT NULL, ressources BIGINT NOT NULL, origine INTEGER NOT NULL, fonction_ecole INTEGER
  NOT NULL, demande INTEGER NOT NULL, demande_scolarite INTEGER NOT NULL, acteurs INTEGER NOT
  NULL, debut_connu BOOLEAN NOT NULL, territoire_usager BOOLEAN NOT NULL, posees_usager INTEGER
  NOT NULL, posees_situation INTEGER NOT NULL, posees_interventions INTEGER NOT NULL, mois INTEGER
  NOT NULL, actes JSON NOT NULL, PRIMARY KEY (annee, usager), FOREIGN KEY(usager) REFERENCES
  usagers (id) ) {sans_rowid};
CREATE TABLE actions ( forme TEXT NOT NULL, association INTEGER NOT NULL, action TEXT NOT NULL,
  projet TEXT, debut DATE NOT NULL, fin DATE, annee INTEGER NOT NULL, college TEXT, lieu_action
  INTEGER NOT NULL, type INTEGER NOT NULL, thematique INTEGER NOT NULL, initiative INTEGER NOT
  NULL, porteur INTEGER NOT NULL, partenaires BIGINT NOT NULL, financements BIGINT NOT NULL,
  objectifs BIGINT NOT NULL, communication BIGINT NOT NULL, autres_jeunes INTEGER, posees INTEGER
  NOT NULL, PRIMARY KEY (forme, association, action), FOREIGN KEY(association) REFERENCES
  associations (id), FOREIGN KEY(college) REFERENCES colleges (code) );
CREATE TABLE actions_usagers ( forme TEXT NOT NULL, association INTEGER NOT NULL, action TEXT NOT
  NULL, usager INTEGER NOT NULL, PRIMARY KEY (forme, association, action, usager), FOREIGN
  KEY(usager) REFERENCES usagers (id) );
CREATE TABLE conditions ( college TEXT NOT NULL, association INTEGER NOT NULL, date DATE NOT NULL,
  anciennete_prevention FLOAT, anciennete_alses FLOAT, equipe_quartier INTEGER NOT NULL,
  convention INTEGER NOT NULL, projet_annuel INTEGER NOT NULL, local INTEGER NOT NULL,
  presentation INTEGER NOT NULL, posees INTEGER NOT NULL, PRIMARY KEY (college, association,
  date), FOREIGN KEY(college) REFERENCES colleges (code), FOREIGN KEY(association) REFERENCES
  associations (id) );
CREATE TABLE interventions ( association INTEGER NOT NULL, intervention TEXT NOT NULL, usager
  INTEGER NOT NULL, date DATE NOT NULL, annee INTEGER NOT NULL, acteur INTEGER NOT NULL, present
  INTEGER NOT NULL, lieu INTEGER NOT NULL, objectifs BIGINT NOT NULL, modalites BIGINT NOT NULL,
  famille BIGINT NOT NULL, objectifs_famille BIGINT NOT NULL, partenaires_territoire BIGINT NOT
  NULL, partenaires_hors BIGINT NOT NULL, posees INTEGER NOT NULL, PRIMARY KEY (association,
  intervention), FOREIGN KEY(association) REFERENCES associations (id), FOREIGN KEY(usager)
  REFERENCES usagers (id) ) {sans_rowid};
CREATE TABLE postes ( college TEXT NOT NULL, association INTEGER NOT NULL, debut DATE NOT NULL,
  plan_pauvrete INTEGER NOT NULL, etp FLOAT NOT NULL, fin DATE, PRIMARY KEY (college, association,
  debut, plan_pauvrete), FOREIGN KEY(college) REFERENCES colleges (code), FOREIGN KEY(association)
  REFERENCES associations (id) );
CREATE TABLE situations ( usager INTEGER NOT NULL, date DATE NOT NULL, college TEXT, classe
  INTEGER NOT NULL, hebergement INTEGER NOT NULL, configuration INTEGER NOT NULL, mesures BIGINT
  NOT NULL, aides BIGINT NOT NULL, ressources BIGINT NOT NULL, posees INTEGER NOT NULL, PRIMARY
  KEY (usager, date), FOREIGN KEY(usager) REFERENCES usagers (id), FOREIGN KEY(college) REFERENCES
  colleges (code) ) {sans_rowid}
"""

AUDIT = """
CREATE TABLE audits ( publication INTEGER NOT NULL, livraison INTEGER NOT NULL, date {instant} NOT
  NULL, rapport JSON NOT NULL, PRIMARY KEY (publication) );
CREATE TABLE retenues ( cle TEXT NOT NULL, tableau TEXT NOT NULL, annee TEXT NOT NULL, publication
  INTEGER NOT NULL, PRIMARY KEY (cle, tableau) );
CREATE TABLE savoirs ( annee TEXT NOT NULL, genre TEXT NOT NULL, attaquant TEXT NOT NULL, contenu
  {octets} NOT NULL, PRIMARY KEY (annee, genre, attaquant) )
"""

RAPPROCHEMENTS = """
CREATE TABLE rapprochements ( id TEXT NOT NULL, calcule TEXT NOT NULL, ecart TEXT NOT NULL, etat
  TEXT NOT NULL, explication TEXT NOT NULL, PRIMARY KEY (id) )
"""

REMISES = """
CREATE TABLE remises ( livraison INTEGER NOT NULL, association INTEGER NOT NULL, formulaire TEXT
  NOT NULL, annee INTEGER NOT NULL, jusqu_au DATE, PRIMARY KEY (livraison, association,
  formulaire, annee), FOREIGN KEY(association) REFERENCES associations (id) );
CREATE TABLE saisies_tardives ( usager INTEGER NOT NULL, annee INTEGER NOT NULL, nombre INTEGER
  NOT NULL, PRIMARY KEY (usager, annee), FOREIGN KEY(usager) REFERENCES usagers (id) )
"""

TEMOINS = """
CREATE TABLE temoins ( nom TEXT NOT NULL, valeur TEXT NOT NULL, PRIMARY KEY (nom) )
"""

ETATS = {
    "0001_fondations": FONDATIONS,
    "0002_audit": FONDATIONS + ";" + AUDIT,
    "0003_rapprochements": FONDATIONS + ";" + AUDIT + ";" + RAPPROCHEMENTS,
    "0004_remises": FONDATIONS + ";" + AUDIT + ";" + RAPPROCHEMENTS + ";" + REMISES,
    "0005_temoins": ";".join((FONDATIONS, AUDIT, RAPPROCHEMENTS, REMISES, TEMOINS)),
}
"""Step that a base of before the steps stands at → its tables."""


def batir(engine: Engine, etat: str) -> None:
    """Make the tables of that time in an empty base."""
    with engine.begin() as conn:
        postgresql = conn.dialect.name == "postgresql"
        mots = {
            "instant": "TIMESTAMP WITHOUT TIME ZONE" if postgresql else "DATETIME",
            "octets": "BYTEA" if postgresql else "BLOB",
            "sans_rowid": "" if postgresql else " WITHOUT ROWID",
        }
        for ordre in ETATS[etat].format(**mots).split(";"):
            conn.execute(sa.text(ordre))


def photographier(engine: Engine) -> Lignes:
    """Every row of the tables that are there."""
    presentes = set(sa.inspect(engine).get_table_names())
    with engine.connect() as conn:
        return {
            table.name: [
                dict(x)
                for x in conn.execute(sa.select(table).order_by(*table.primary_key)).mappings()
            ]
            for table in t.metadata.sorted_tables
            if table.name in presentes
        }


def inserer(engine: Engine, contenu: Lignes) -> None:
    """Put rows in the tables that are there."""
    presentes = set(sa.inspect(engine).get_table_names())
    with engine.begin() as conn:
        for table in t.metadata.sorted_tables:
            if table.name in presentes and contenu[table.name]:
                conn.execute(sa.insert(table), contenu[table.name])
