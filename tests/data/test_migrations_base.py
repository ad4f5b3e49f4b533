"""The consolidated database, brought up to date from what any version left, on each engine."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from data import migrations
from data import schema as t
from data.__main__ import main
from data.atelier import Atelier
from data.importation import importer, mettre_a_jour
from data.nomenclature import initialiser
from queries.depot import BaseIndisponible, Depot
from queries.lecteur import Lecteur
from queries.question import Question
from queries.reponses import repondre
from tests.data import ecarts
from tests.data.bases_anciennes import ETATS, Lignes, batir, inserer, photographier
from tests.data.fabrique import composer, en_dossier
from tests.queries.protection import SECRET

DERNIER = max(ETATS)
AUTRES_REPONSES = "0004_remises"
"""Last step that has everything published again."""

PUBLIEES_A_NOUVEAU = (min(ETATS), DERNIER)
"""The first and the last tell of those between, and publishing takes seconds."""

MISES_EN_PAGE = "f5eef7f7"
EFFECTIF = Question("effectif", "2021-2022")


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_ARRONDI", SECRET.decode())


@pytest.fixture
def engine(url_base: str) -> Iterator[Engine]:
    engine = t.ouvrir(url_base)
    yield engine
    engine.dispose()


def vieillir(engine: Engine, etat: str, contenu: Lignes) -> Lignes:
    """A base of that time with these rows in it; its rows."""
    batir(engine, etat)
    lignes = dict(contenu)
    if etat < AUTRES_REPONSES:
        lignes["mises_en_page"] = [
            {**x, "contenu": x["contenu"].replace("debut_coherent", "autrement")}
            for x in contenu["mises_en_page"]
        ]
    inserer(engine, lignes)
    return photographier(engine)


def effectif(url: str) -> float | None:
    depot = Depot(url)
    try:
        (reponse,) = repondre([EFFECTIF], Lecteur(), depot)
        return reponse.lignes[0].effectif
    finally:
        depot._engine.dispose()


@pytest.mark.parametrize("etat", ETATS)
def test_chaque_version_monte_et_ne_perd_rien(
    engine: Engine, url_base: str, contenu: Lignes, etat: str
) -> None:
    avant = vieillir(engine, etat, contenu)
    with pytest.raises(BaseIndisponible, match="python -m data migrer"):
        effectif(url_base)
    t.creer(engine)
    assert ecarts.relever(url_base, t.metadata, revisions=t.TABLE_DES_REVISIONS) == []
    apres = photographier(engine)
    marquees = etat < AUTRES_REPONSES
    for nom, lignes in avant.items():
        assert apres[nom] == ([] if nom == "etats_annees" and marquees else lignes), nom
    if marquees:
        with pytest.raises(BaseIndisponible, match="python -m data migrer"):
            effectif(url_base)
    if etat not in PUBLIEES_A_NOUVEAU:
        return
    assert mettre_a_jour(engine) is marquees
    assert effectif(url_base) == 30
    assert not mettre_a_jour(engine)
    publiees = photographier(engine)
    for nom in ("reponses", "reponses_exactes"):
        voulues = {x["cle"]: x["contenu"] for x in contenu[nom]}
        assert {x["cle"]: x["contenu"] for x in publiees[nom]} == voulues
    for nom in ("usagers", "situations", "interventions", "accompagnements"):
        assert publiees[nom] == contenu[nom]


def test_une_base_neuve_est_ce_que_font_les_etapes(engine: Engine, url_base: str) -> None:
    with engine.begin() as conn:
        migrations.monter(conn, migrations.BASE)
    assert ecarts.relever(url_base, t.metadata, revisions=t.TABLE_DES_REVISIONS) == []
    with engine.connect() as conn:
        assert t.lire_la_revision(conn) == t.REVISION == migrations.derniere(migrations.BASE)


def test_une_base_neuve_n_a_rien_a_monter(engine: Engine, url_base: str) -> None:
    t.creer(engine)
    assert ecarts.relever(url_base, t.metadata, revisions=t.TABLE_DES_REVISIONS) == []
    with engine.begin() as conn:
        migrations.monter(conn, migrations.BASE)
        assert t.lire_la_revision(conn) == t.REVISION


def test_les_colonnes_publiees_ne_changent_pas_sans_etape(url_sqlite: str) -> None:
    """Other columns: an answer stored before cannot be read. Write a step that empties
    `etats_annees`, then the new print here."""
    engine = t.ouvrir(url_sqlite)
    initialiser(engine)
    with engine.connect() as conn:
        pages = Atelier(conn).pages()
    texte = "\n".join(f"{nom} {pages[nom]}" for nom in sorted(pages))
    assert hashlib.sha256(texte.encode()).hexdigest()[:8] == MISES_EN_PAGE
    engine.dispose()


def test_un_import_deja_connu_publie_a_nouveau(
    engine: Engine, url_base: str, tmp_path: Path
) -> None:
    initialiser(engine)
    dossier = en_dossier(tmp_path / "petite", composer())
    importer(engine, dossier, operateur="Mme Essai", synthetique=True)
    with engine.begin() as conn:
        conn.execute(sa.delete(t.etats_annees))
        conn.execute(sa.update(t.accompagnements).values(actes={}))
    with pytest.raises(BaseIndisponible, match="plus ancienne"):
        Depot(url_base).etat()
    bilan = importer(engine, dossier, operateur="Mme Essai", synthetique=True)
    assert bilan.deja_chargee
    depot = Depot(url_base)
    assert depot.etat().publication == 2
    depot._engine.dispose()
    assert photographier(engine)["publications"][-1]["motif"] == "Mise à jour de Passerelle"
    assert all(x["actes"] for x in photographier(engine)["accompagnements"])


def test_une_base_plus_recente_est_refusee_en_francais(
    engine: Engine,
    url_base: str,
    contenu: Lignes,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    vieillir(engine, DERNIER, contenu)
    t.creer(engine)
    with engine.begin() as conn:
        conn.execute(sa.text(f"UPDATE {t.TABLE_DES_REVISIONS} SET version_num = '9999_plus'"))
    with pytest.raises(BaseIndisponible, match=r"version plus récente.*9999_plus"):
        effectif(url_base)
    monkeypatch.setenv("DATABASE_URL", url_base)
    assert main(["migrer"]) == 1
    assert "version plus récente" in capsys.readouterr().err


def test_une_etape_qui_echoue_ne_laisse_rien(engine: Engine, contenu: Lignes) -> None:
    """One transaction: the base is as it was, and has no step."""
    avant = vieillir(engine, "0001_fondations", contenu)
    renommer = "ALTER TABLE mises_en_page RENAME COLUMN {} TO {}"
    with engine.begin() as conn:
        # The last step alone reads it.
        conn.execute(sa.text(renommer.format("contenu", "autre")))
    with pytest.raises(sa.exc.DBAPIError):
        t.creer(engine)
    with engine.begin() as conn:
        conn.execute(sa.text(renommer.format("autre", "contenu")))
    assert photographier(engine) == avant
    with engine.connect() as conn:
        assert t.lire_la_revision(conn) == ""


def test_la_commande_met_tout_a_jour(
    engine: Engine,
    url_base: str,
    contenu: Lignes,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    vieillir(engine, "0003_rapprochements", contenu)
    monkeypatch.setenv("DATABASE_URL", url_base)
    assert main(["migrer"]) == 0
    assert "publiés à nouveau" in capsys.readouterr().out
    assert main(["migrer"]) == 0
    assert capsys.readouterr().out.endswith("La base est à jour.\n")
