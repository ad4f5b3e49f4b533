"""The application's store, brought up to date from what any version left, on each engine."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from typing import Any

import pytest
import sqlalchemy as sa

from data import application as t
from data import migrations
from data.application import MagasinIndisponible, MagasinTropRecent
from queries import partages
from tests import RACINE
from tests.data import ecarts

ICI = dt.datetime(2026, 9, 1, 8, 30)
PREMIERE = """
CREATE TABLE comptes (id {serie}, identifiant TEXT NOT NULL UNIQUE, nom TEXT NOT NULL,
 role TEXT NOT NULL, habilitation BOOLEAN NOT NULL, associations JSON NOT NULL,
 mot_de_passe TEXT NOT NULL, a_changer BOOLEAN NOT NULL, actif BOOLEAN NOT NULL,
 cree_le {date} NOT NULL, connecte_le {date});
CREATE TABLE sessions (jeton_hache TEXT NOT NULL PRIMARY KEY,
 compte INTEGER REFERENCES comptes (id), moyen TEXT NOT NULL, role TEXT NOT NULL,
 associations JSON NOT NULL, chiffres_exacts BOOLEAN NOT NULL, creee_le {date} NOT NULL,
 vue_le {date} NOT NULL);
CREATE TABLE essais (cle TEXT NOT NULL PRIMARY KEY, echecs INTEGER NOT NULL,
 dernier_le {date} NOT NULL, bloque_jusqu_a {date} NOT NULL);
CREATE TABLE liens (jeton_hache TEXT NOT NULL PRIMARY KEY,
 compte INTEGER NOT NULL REFERENCES comptes (id), expire_le {date} NOT NULL);
CREATE TABLE demandes_oidc (etat_hache TEXT NOT NULL PRIMARY KEY, suivant TEXT NOT NULL,
 expire_le {date} NOT NULL)
"""
"""The tables as the first version made them."""

SANS_ETAPES = """
CREATE TABLE partages (id {serie}, jeton_hache TEXT UNIQUE, presentation INTEGER,
 proprietaire TEXT NOT NULL, titre TEXT NOT NULL, contenu JSON NOT NULL, notes JSON NOT NULL,
 livraison INTEGER NOT NULL, cree_le {date} NOT NULL, expire_le {date} NOT NULL)
"""
"""The shares as they were before there were steps: no perimeter, no index."""


@pytest.fixture(autouse=True)
def magasin(monkeypatch: pytest.MonkeyPatch, url_base: str) -> str:
    """An empty store on each engine."""
    monkeypatch.setenv("APPLICATION_URL", url_base)
    monkeypatch.setenv("SECRET_SESSION", "7f3a9c5e1b8d4f60a2c4e6f8091b3d5f")
    return url_base


def executer(requete: Any) -> Any:
    with t.transaction() as conn:
        resultat = conn.execute(requete)
        return resultat.all() if resultat.returns_rows else None


def batir(tables: str) -> None:
    """Tables as they were, in the schema they were in."""
    with t.transaction() as conn:
        postgresql = conn.dialect.name == "postgresql"
        if postgresql:
            conn.execute(sa.schema.CreateSchema(t.SCHEMA, if_not_exists=True))
            conn.execute(sa.text(f"SET LOCAL search_path TO {t.SCHEMA}"))
        mots = {
            "serie": "SERIAL PRIMARY KEY" if postgresql else "INTEGER NOT NULL PRIMARY KEY",
            "date": "TIMESTAMP" if postgresql else "DATETIME",
        }
        for ordre in tables.format(**mots).split(";"):
            conn.execute(sa.text(ordre))


def relever_les_ecarts() -> list[Any]:
    return ecarts.relever(os.environ["APPLICATION_URL"], t.metadata, t.SCHEMA)


def remplir() -> None:
    """An account and its session, in the tables of the first version."""
    executer(
        t.comptes.insert().values(
            identifiant="agent@nord.example",
            nom="Agent",
            role="departement",
            habilitation=True,
            associations=[],
            mot_de_passe="$argon2id$",
            a_changer=False,
            actif=True,
            cree_le=ICI,
        )
    )
    executer(
        t.sessions.insert().values(
            jeton_hache="f" * 64,
            compte=1,
            moyen="mot_de_passe",
            role="departement",
            associations=[],
            chiffres_exacts=False,
            creee_le=ICI,
            vue_le=ICI,
        )
    )


def test_un_magasin_vide_devient_ce_que_dit_le_modele() -> None:
    t.creer()
    assert relever_les_ecarts() == []
    with t.transaction() as conn:
        assert t._lire_la_revision(conn) == t.REVISION


def test_l_ecart_se_verrait() -> None:
    t.creer()
    with t.transaction() as conn:
        ou = f"{t.SCHEMA}." if t.schema_de(conn) else ""
        conn.execute(sa.text(f"DROP INDEX {ou}ix_traces_perimetre"))
        conn.execute(sa.text(f"ALTER TABLE {ou}travaux ADD COLUMN oublie TEXT"))
    assert sorted(e[0] for e in relever_les_ecarts()) == ["add_index", "remove_column"]


def test_la_derniere_etape_est_celle_que_le_code_attend() -> None:
    assert migrations.derniere() == t.REVISION


def test_la_premiere_version_monte_et_ne_perd_rien() -> None:
    batir(PREMIERE)
    remplir()
    t.creer()
    assert relever_les_ecarts() == []
    ((nom, role, cree_le),) = executer(
        sa.select(t.comptes.c.nom, t.comptes.c.role, t.comptes.c.cree_le)
    )
    assert (nom, role, cree_le) == ("Agent", "departement", ICI)
    ((jeton, compte),) = executer(sa.select(t.sessions.c.jeton_hache, t.sessions.c.compte))
    assert (jeton, compte) == ("f" * 64, 1)


def test_un_magasin_commence_est_acheve() -> None:
    """Tables that one version had and not the next: what is there stays, the rest is made."""
    batir(PREMIERE)
    batir(SANS_ETAPES)
    remplir()
    with t.transaction() as conn:
        ou = f"{t.SCHEMA}." if t.schema_de(conn) else ""
        conn.execute(
            sa.text(
                f"INSERT INTO {ou}partages (proprietaire, titre, contenu, notes, livraison, "
                "cree_le, expire_le) VALUES ('compte:1', 'Ancien', '[]', '{}', 1, :ici, :ici)"
            ),
            {"ici": str(ICI) if not ou else ICI},
        )
    t.creer()
    assert relever_les_ecarts() == []
    (partage,) = partages.lister("compte:1")
    assert (partage.titre, partage.perimetre) == ("Ancien", "")
    numero, _ = partages.creer("compte:1", "Neuf", {"diapos": []}, 1, perimetre="departement")
    assert partages.trouver(numero, "compte:1").perimetre == "departement"


def test_les_sessions_d_avant_les_comptes_sont_oubliees() -> None:
    batir("CREATE TABLE sessions (jeton_hache TEXT NOT NULL PRIMARY KEY, role TEXT)")
    t.creer()
    assert relever_les_ecarts() == []
    assert executer(sa.select(t.sessions)) == []


def test_recommencer_ne_change_rien() -> None:
    t.creer()
    remplir()
    t.creer()
    assert len(executer(sa.select(t.comptes))) == 1
    assert relever_les_ecarts() == []


def test_plusieurs_processus_montent_ensemble() -> None:
    batir(PREMIERE)
    remplir()
    processus = [
        subprocess.Popen(
            [sys.executable, "-c", "from data import application; application.creer()"],
            cwd=RACINE,
            env=dict(os.environ),
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for p in processus:
        _, erreurs = p.communicate()
        assert (p.returncode, erreurs) == (0, "")
    assert len(executer(sa.select(t.comptes))) == 1
    assert relever_les_ecarts() == []


def test_a_jour_rien_n_est_charge() -> None:
    """Start-up pays for Alembic only when there is something to do."""
    t.creer()
    code = "import sys; from data import application; application.creer(); print(*sys.modules)"
    dit = subprocess.run(
        [sys.executable, "-c", code],
        cwd=RACINE,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=True,
    )
    modules = dit.stdout.split()
    assert "data.application" in modules
    assert not [m for m in modules if m.split(".")[0] == "alembic"]


def test_une_etape_qui_echoue_ne_laisse_rien() -> None:
    """One transaction: the store is as it was."""
    batir(PREMIERE)
    batir("CREATE TABLE traces (id INTEGER)")
    remplir()
    with pytest.raises(MagasinIndisponible):
        t.creer()
    with t.transaction() as conn:
        tables = set(sa.inspect(conn).get_table_names(schema=t.schema_de(conn)))
    assert tables == {"comptes", "sessions", "essais", "liens", "demandes_oidc", "traces"}
    assert len(executer(sa.select(t.comptes))) == 1


def test_un_magasin_plus_recent_est_refuse_en_francais() -> None:
    t.creer()
    with t.transaction() as conn:
        ou = f"{t.SCHEMA}." if t.schema_de(conn) else ""
        conn.execute(sa.text(f"UPDATE {ou}{t.TABLE_DES_REVISIONS} SET version_num = '9999_plus'"))
    with pytest.raises(MagasinTropRecent, match=r"version plus récente.*9999_plus"):
        t.creer()
